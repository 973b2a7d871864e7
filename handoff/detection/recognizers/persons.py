"""People by the way documents write them: titles, `Smith, John`, labels, signatures."""

from __future__ import annotations

import re

from handoff.detection.recognizers.base import RuleRecognizer, rule
from handoff.detection.words import (
    ACRONYMS,
    COMMON_NAMES,
    FORMS,
    FUNCTION,
    INSTRUMENTS,
    MAILBOXES,
    PLACES,
    PUBLIC_HEADS,
    ROLES,
    SALUTED,
    TIME,
)

_UPPER = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻŁŃŅŇŌŐŒŔŘŚŞŠŤŪŮŰŲŹŻŽȘȚ]"
LETTER = r"[^\W\d_]"
_PARTICLE = (
    r"(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|bin|binti|ibn|al|el|ul|ben|ter|ten|zu"
    r"|af|av)"
)
# Possessive: a row of initials is cut in one way only, and a rule that fails after it fails once.
_INITIAL = rf"{_UPPER}\.(?>(?:[ \-]?{_UPPER}\.){{0,3}})"
NAME = (
    rf"(?:{_UPPER}{LETTER}{{1,24}}(?:['’\-]{LETTER}{{1,24}}){{0,3}}"
    rf"|{_UPPER}['’]{_UPPER}{LETTER}{{1,24}})"
)
# A line that ends in a colon is a label, and no part of the name above it.
_GAP = r"(?:[ ]{1,3}|[ ]?\n[ ]?(?![^\W\d_]{2,15}[ ]?:))"
FULL = (
    rf"(?:{_INITIAL}|{NAME}|{_UPPER}(?=[ ]))"
    rf"(?:{_GAP}(?:{_PARTICLE}{_GAP}){{0,3}}(?:{_INITIAL}|{NAME})|{_GAP}{_UPPER}(?="
    rf"[ ]{_UPPER})){{0,4}}"
)
TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Messrs|Mme|Mlle|Dr|Prof(?:essor)?|Sir|Dame|Lord|Lady|Rev(?:erend)?|Fr"
    r"|Hon(?:ou?rable)?|Judge|Justice|Magistrate|Capt(?:ain)?|Col(?:onel)?|Lt|Maj(?:or)?|Gen|Sgt"
    r"|Detective|Inspector|Constable|Officer|Shri|Sri|Sh|Smt|Tmt|Thiru|Selvi|Kumari|Adv(?:ocate)?|Herr|Frau|Señora?"
    r"|MR|MRS|MS|MISS|DR|PROF|SIR|HON|JUDGE|JUSTICE|SHRI|SH|SMT|TMT|THIRU)"
)
NOT_A_NAME = (
    r"(?!(?:The|This|That|These|Those|Justice|President|Minister|Secretary|Chancellor|Chief|General"
    r"|Court|Advocate|Attorney|Counsel|Solicitor|Chairman|Speaker|Mayor|Rapporteur|Of|And|In|For"
    r"|Claimants?|Defendants?|Plaintiffs?|Petitioners?|Respondents?|Appellants?|Applicants?"
    r"|Police|Section|Department|Ministry|Office|Chamber|Mr|Mrs|Ms|Dr|Shri|Smt|Sh|Monday|Tuesday"
    r"|Wednesday|Thursday|Friday|Saturday|Sunday)\b)"
)

_NO_NAMES = (
    ROLES | INSTRUMENTS | PUBLIC_HEADS | FUNCTION | TIME | ACRONYMS | MAILBOXES | SALUTED
) - COMMON_NAMES


def names_somebody(value: str) -> bool | None:
    """False where a word is one of roles, instruments, bodies or mailboxes, or all are of forms."""
    words = re.findall(r"[^\W_]+", value.casefold())
    nobody = any(word in _NO_NAMES for word in words) or all(word in FORMS for word in words)
    return False if nobody else None


_NOT_REVERSED = PLACES | {"and", "or", "of", "the", "to", "for", "in"}


def no_label(value: str) -> bool | None:
    """False where every word is one of headings, forms and abbreviations."""
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)?", value.casefold())
    return False if all(w in FORMS | _NO_NAMES for w in words) else None


def no_place(value: str) -> bool | None:
    """False for "Paris, France" and "TERMS, NOTICES AND VENUE", written as "Smith, John"."""
    return False if any(w in _NOT_REVERSED for w in re.findall(r"\w+", value.casefold())) else None


TITLED = rule(
    "title and name",
    rf"(?<!of )(?<!OF )\b{TITLE}\.?{_GAP}(?:(?:Justice|Judge|Dr|Sir|Lord|Lady|Mr"
    rf"|Prof)\.?[ ]){{0,2}}"
    rf"{NOT_A_NAME}(?P<value>{FULL})",
    0.85,
    any_case=False,
    check=no_label,
)
SURNAME_FIRST = (
    rf"(?:{_PARTICLE}[ ]){{0,2}}(?:{NAME}),[ ]{{1,2}}(?:{_INITIAL}|{NAME})"
    rf"(?:[ ](?:{_INITIAL}|{NAME}|{_UPPER})){{0,2}}"
)
REVERSED = rule(
    "surname first, alone in its line or cell",
    rf"^[ ]{{0,20}}(?P<value>{SURNAME_FIRST})[ ]{{0,20}}$",
    0.5,
    any_case=False,
    check=no_place,
)
LISTED = rule(
    "surname first, in a list",
    rf"(?:^[ ]{{0,8}}|[;|•*][ ]{{1,3}}|^[ ]{{0,8}}(?:\d{{1,3}}[.)]|[\-–])[ ]{{1,3}}"
    rf"|(?:From|To|Cc|CC|Bcc):[ ]{{1,3}})(?P<value>{SURNAME_FIRST})(?=[ ]{{0,3}}(?:[;|(<\[]|$))",
    0.5,
    any_case=False,
    check=no_place,
)
TWO = rf"(?:{_INITIAL}|{NAME})(?:[ ](?:{_PARTICLE}[ ]){{0,3}}(?:{_INITIAL}|{NAME})){{1,3}}"
NARRATED = rule(
    "whom somebody spoke or wrote to",
    r"\b(?:[Cc]onference|[Cc]onf\.|[Cc]alls?|[Mm]eetings?|[Mm]et|[Ss]poke|[Ss]peaking|[Dd]iscussions?"
    r"|[Cc]orrespondence|[Ee]-?mails?|[Ll]etters?|[Ii]nterviews?|[Cc]onsultation|[Aa]ttendances?"
    r"|[Aa]ttending|[Aa]ttended|[Cc]onferred|T/?C)[ ](?:with|to|from|on|upon)[ ]"
    rf"{NOT_A_NAME}(?P<value>{TWO})",
    0.6,
    any_case=False,
    check=names_somebody,
    more=rf"(?:,?[ ]and[ ]|,[ ]|[ ]&[ ])(?P<value>{TWO})",
)
INTRODUCED = rule(
    "what somebody is called",
    r"\b(?:[Mm]y|[Hh]is|[Hh]er|[Mm]aiden|[Ff]ull|[Rr]eal)[ ]name[ ](?:is|was)[ ]"
    rf"(?P<value>{FULL})",
    0.7,
    any_case=False,
    needs=" name ",
)
LIVING = rule(
    "who lives somewhere",
    rf"(?:^|[.!?][ ])(?!(?:He|She|They|We|You|It|Who|Nobody|Everyone|Everybody)\b)"
    rf"(?P<value>{NAME}(?:[ ](?:{_INITIAL}|{NAME})){{0,2}})[ ]"
    r"(?:lives|lived|resides|resided)[ ](?:at|on|in)\b",
    0.6,
    any_case=False,
    check=names_somebody,
    needs="lives |lived |resides |resided ",
)
_SMALL = r"[^\W\d_]{2,20}(?:['’\-][^\W\d_]{2,20})?"
SMALL_SALUTATION = rule(
    "greeted in small letters",
    rf"^[ >]{{0,6}}(?:hi|hello|hey|dear)[ ](?P<value>{_SMALL}(?:[ ]{_SMALL})?)[ ]?"
    r"(?:[,!]|[ ]{0,3}$)",
    0.6,
    check=names_somebody,
)
SMALL_CLOSING = rule(
    "signed in small letters",
    rf"^[ >]{{0,6}}(?:(?:kind|best|warm|many)[ ])?(?:regards|wishes|thanks|cheers|best|sincerely)"
    rf"[ ]?,?[ ]{{0,3}}\n[ >]{{0,6}}(?P<value>{_SMALL}(?:[ ]{_SMALL}){{0,2}})[ ]{{0,3}}$",
    0.6,
    check=names_somebody,
)
ADDRESSED = rule(
    "beside an address",
    rf"^[ >]{{0,6}}(?:from|to|cc|bcc)[ ]?:[ ]{{0,4}}[\"']?(?P<value>{_SMALL}(?:[ ]{_SMALL}){{1,3}})"
    r"[\"']?[ ]{1,3}[<\[(](?=[^\s@<>]{1,64}@)",
    0.7,
    check=names_somebody,
    needs="@",
)
CELL = rule(
    "a cell under a heading of names (very weak)",
    rf"\A[ ]{{0,3}}(?P<value>{FULL})[ ]{{0,3}}\Z",
    0.05,
    any_case=False,
    check=names_somebody,
)
LABELLED = rule(
    "after a label",
    rf"\b(?:Full[ ]Name|First[ ]Name|Last[ ]Name|Surname|Given[ ]Names?|Maiden[ ]Name|Name|Attn"
    rf"|Attention"
    rf"|Signatory|Signed[ ]by|Prepared[ ]by|Witness(?:ed[ ]by)?|Contact|Employee|Patient|Client"
    rf"|Claimant|Custodian)"
    rf"[ ]{{0,2}}:[ ]{{0,4}}{NOT_A_NAME}(?P<value>{FULL})",
    0.6,
    any_case=False,
)
SALUTATION = rule(
    "after a salutation",
    r"\b(?:Dear|Hello|Hi|Hey)[ ]{1,2}(?!(?:Sirs?|Madams?|All|Both|Team|Colleagues?|Counsel|Clients?"
    r"|Customers?|Members?|Friends?|Everyone|Everybody|There|Again|Editors?|Judges?|Court)\b)"
    rf"(?:{TITLE}\.?{_GAP})?{NOT_A_NAME}(?P<value>{FULL})(?=[ ]{{0,2}}(?:[,;:!.\n]|and\b|$))",
    0.8,
    any_case=False,
    needs="dear|hello|hi|hey",
)
CLOSING = rule(
    "under the closing of a letter",
    r"\b(?:[Rr]egards|[Ss]incerely|[Ff]aithfully|[Tt]ruly|[Ww]ishes|Thanks|Cheers|Yours)[,.]?"
    rf"[ ]{{0,4}}\n[\n ]{{0,8}}{NOT_A_NAME}(?P<value>{FULL})[ ]{{0,4}}(?=\n|$)",
    0.6,
    any_case=False,
)
SIGNED = rule(
    "conformed signature",
    rf"(?:/s/|\b[Ss][Dd]/-?)[ .,]{{0,3}}\n?[ ]{{0,8}}\(?(?P<value>{FULL})",
    0.9,
    any_case=False,
    needs="/s/|sd/",
)
APPEARED = rule(
    "who appeared before an official",
    r"\b(?:[Pp]ersonally[ ](?:appeared|came|known[ ]to[ ]me(?:[ ]to[ ]be)?)"
    r"|[Aa]ppeared[ ]before[ ]me"
    r"|[Bb]efore[ ]me,|[Ss]worn[ ](?:to[ ])?by|[Aa]ffirmed[ ]by|[Dd]eposition[ ]of"
    r"|[Tt]estimony[ ]of"
    rf"|[Ss]tatement[ ]of|[Aa]ffidavit[ ]of|[Dd]eclaration[ ]of|[Ee]state[ ]of),?[ ]"
    rf"(?:{TITLE}\.?[ ])?{NOT_A_NAME}(?P<value>{TWO})",
    0.6,
    any_case=False,
    check=names_somebody,
    needs="personally|before me|sworn|affirmed by|deposition of|testimony of|statement of|"
    "affidavit of|declaration of|estate of",
)
_CAPS = rf"{_UPPER}(?:{_UPPER}|['’.\-]){{0,24}}"
CAPTION = rule(
    "party in a caption",
    rf"^[ ]{{0,40}}(?:\(\d{{1,2}}\)[ ]{{1,4}})?(?P<value>{_CAPS}(?:[ ]{_CAPS}){{1,5}})[ ,.;]{{0,5}}"
    r"(?=\n(?:[ ]{0,40}\(\d{1,2}\)[^\n]{0,80}\n){0,8}[ .…]{0,60}(?:[Tt]he[ ])?(?:Claimant|Defendant"
    r"|Plaintiff|Petitioner|Respondent|Appellant|Applicant|Debtor|CLAIMANT|DEFENDANT|PLAINTIFF"
    r"|PETITIONER|RESPONDENT|APPELLANT|APPLICANT)(?:s|S|\(s\))?\b)",
    0.6,
    any_case=False,
    check=names_somebody,
    needs="\n",
)
_PARTS = (
    r"(?:(?:Company|Corporate)[ ])?(?:Director|Secretary|Landlord|Tenant|Lessor|Lessee|Supervisor"
    r"|Manager|Grantor|Grantee|Insured|Owner|Buyer|Seller|Vendor|Purchaser|Deponent|Affiant|Counsel"
    r"|Attorney|Solicitor|Beneficiary|Borrower|Lender|Debtor|Creditor|Guarantor|Mortgagor|Trustee"
    r"|Executor|Decedent|Petitioner|Respondent|Appellant|Applicant|Plaintiff|Defendant|Claimant"
    r"|Complainant|Accused|Notary|Principal|Agent|Author|Recipient|Sender|Assignor|Assignee)s?"
)
PART_PLAYED = rule(
    "after the part somebody plays",
    rf"\b(?:{_PARTS}|(?i:name[ ]of[ ](?:the[ ])?[a-z]{{4,15}}))[ ]?:[ ]{{1,4}}{NOT_A_NAME}"
    rf"(?P<value>{SURNAME_FIRST}|{TWO})",
    0.6,
    any_case=False,
    check=names_somebody,
    more=rf"(?:,?[ ]and[ ]|,[ ]|;[ ]|[ ]&[ ])(?P<value>{TWO})",
    needs=":",
)
SIGNATURE_LINE = rule(
    "signature line",
    rf"^[ ]{{0,20}}(?:By|per)[ ]?:[ _]{{0,60}}(?P<value>{FULL})[ ]{{0,20}}$",
    0.6,
    any_case=False,
)
_HEADINGS = (
    "first name", "last name", "surname", "forename", "given name", "family name", "middle name",
    "full name", "maiden name", "employee name", "client name", "patient name", "contact name",
    "custodian", "witness", "deponent", "signatory", "fee earner", "timekeeper", "attendee",
)  # fmt: skip
_CONTEXT = ("custodian", "name", "surname", "employee", "witness", "signatory", "author", "patient")


def people() -> RuleRecognizer:
    """People introduced by a title, a label or a signature, and surnames written first."""
    return RuleRecognizer(
        "PERSON",
        (
            TITLED,
            REVERSED,
            LISTED,
            LABELLED,
            SALUTATION,
            SMALL_SALUTATION,
            CLOSING,
            SMALL_CLOSING,
            ADDRESSED,
            NARRATED,
            INTRODUCED,
            LIVING,
            SIGNED,
            APPEARED,
            CAPTION,
            PART_PLAYED,
            SIGNATURE_LINE,
        ),
        context=_CONTEXT,
    )


def names_in_cells() -> RuleRecognizer:
    """Names, and parts of names, in the cells under a heading that says so."""
    return RuleRecognizer("PERSON", (CELL,), context=_HEADINGS)
