"""People by the way documents write them: titles, `Smith, John`, labels, signatures."""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule

_UPPER = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻŁŃŅŇŌŐŒŔŘŚŞŠŤŪŮŰŲŹŻŽȘȚ]"
_LETTER = r"[^\W\d_]"
_PARTICLE = (
    r"(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|bin|binti|ibn|al|el|ul|ben|ter|ten|zu"
    r"|af|av)"
)
_INITIAL = rf"{_UPPER}\.(?:[ \-]?{_UPPER}\.){{0,3}}"
_NAME = (
    rf"(?:{_UPPER}{_LETTER}{{1,24}}(?:['’\-]{_LETTER}{{1,24}}){{0,3}}"
    rf"|{_UPPER}['’]{_UPPER}{_LETTER}{{1,24}})"
)
_GAP = r"(?:[ ]{1,3}|[ ]?\n[ ]?)"
_FULL = (
    rf"(?:{_INITIAL}|{_NAME}|{_UPPER}(?=[ ]))"
    rf"(?:{_GAP}(?:{_PARTICLE}{_GAP}){{0,3}}(?:{_INITIAL}|{_NAME})|{_GAP}{_UPPER}(?="
    rf"[ ]{_UPPER})){{0,4}}"
)
_TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Messrs|Mme|Mlle|Dr|Prof(?:essor)?|Sir|Dame|Lord|Lady|Rev(?:erend)?|Fr"
    r"|Hon(?:ou?rable)?|Judge|Justice|Magistrate|Capt(?:ain)?|Col(?:onel)?|Lt|Maj(?:or)?|Gen|Sgt"
    r"|Detective|Inspector|Constable|Officer|Shri|Sri|Smt|Kumari|Adv(?:ocate)?|Herr|Frau|Señora?"
    r"|MR|MRS|MS|MISS|DR|PROF|SIR|HON|JUDGE|JUSTICE|SHRI|SMT)"
)
_NOT_A_NAME = (
    r"(?!(?:The|This|That|These|Those|Justice|President|Minister|Secretary|Chancellor|Chief|General"
    r"|Court|Advocate|Attorney|Counsel|Solicitor|Chairman|Speaker|Mayor|Rapporteur|Of|And|In|For"
    r"|Police|Section|Department|Ministry|Office|Chamber)\b)"
)

TITLED = rule(
    "title and name",
    rf"\b{_TITLE}\.?{_GAP}(?:(?:Justice|Judge|Dr|Sir|Lord|Lady|Mr|Prof)\.?[ ]){{0,2}}"
    rf"{_NOT_A_NAME}(?P<value>{_FULL})",
    0.85,
    any_case=False,
)
REVERSED = rule(
    "surname first, alone in its line or cell",
    rf"^[ ]{{0,20}}(?P<value>(?:{_PARTICLE}[ ]){{0,2}}(?:{_NAME}),[ ]{{1,2}}(?:{_INITIAL}|{_NAME})"
    rf"(?:[ ](?:{_INITIAL}|{_NAME}|{_UPPER})){{0,2}})[ ]{{0,20}}$",
    0.5,
    any_case=False,
)
LABELLED = rule(
    "after a label",
    rf"\b(?:Full[ ]Name|First[ ]Name|Last[ ]Name|Surname|Given[ ]Names?|Maiden[ ]Name|Name|Attn"
    rf"|Attention"
    rf"|Signatory|Signed[ ]by|Prepared[ ]by|Witness(?:ed[ ]by)?|Contact|Employee|Patient|Client"
    rf"|Claimant|Custodian)"
    rf"[ ]{{0,2}}:[ ]{{0,4}}{_NOT_A_NAME}(?P<value>{_FULL})",
    0.6,
    any_case=False,
)
SALUTATION = rule(
    "after a salutation",
    r"\b(?:Dear|Hello|Hi|Hey)[ ]{1,2}(?!(?:Sirs?|Madams?|All|Both|Team|Colleagues?|Counsel|Clients?"
    r"|Customers?|Members?|Friends?|Everyone|Everybody|There|Again|Editors?|Judges?|Court)\b)"
    rf"(?:{_TITLE}\.?{_GAP})?{_NOT_A_NAME}(?P<value>{_FULL})(?=[ ]{{0,2}}(?:[,;:!.\n]|and\b|$))",
    0.8,
    any_case=False,
)
CLOSING = rule(
    "under the closing of a letter",
    r"\b(?:[Rr]egards|[Ss]incerely|[Ff]aithfully|[Tt]ruly|[Ww]ishes|Thanks|Cheers|Yours)[,.]?"
    rf"[ ]{{0,4}}\n[\n ]{{0,8}}{_NOT_A_NAME}(?P<value>{_FULL})[ ]{{0,4}}(?=\n|$)",
    0.6,
    any_case=False,
)
SIGNED = rule(
    "conformed signature",
    rf"/s/[ ]{{0,3}}(?P<value>{_FULL})",
    0.9,
    any_case=False,
)
SIGNATURE_LINE = rule(
    "signature line",
    rf"^[ ]{{0,20}}(?:By|per)[ ]?:[ _]{{0,60}}(?P<value>{_FULL})[ ]{{0,20}}$",
    0.6,
    any_case=False,
)
_CONTEXT = ("custodian", "name", "surname", "employee", "witness", "signatory", "author", "patient")


def people() -> RuleRecognizer:
    """People introduced by a title, a label or a signature, and surnames written first."""
    return RuleRecognizer(
        "PERSON",
        (TITLED, REVERSED, LABELLED, SALUTATION, CLOSING, SIGNED, SIGNATURE_LINE),
        context=_CONTEXT,
    )
