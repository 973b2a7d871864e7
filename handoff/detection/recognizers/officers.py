"""People by their rank, their family, their degree or the line that they sign on."""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule
from handoff.detection.recognizers.persons import (
    FULL,
    LETTER,
    NAME,
    NOT_A_NAME,
    SURNAME_FIRST,
    TITLE,
    TWO,
    names_somebody,
)

# These begin a sentence or a clause as names do.
_NO_START = (
    r"(?!(?:He|She|They|We|You|It|I|Who|What|When|Where|Which|While|If|As|At|On|From|By|But|Not|No"
    r"|To|All|Each|Both|Any|Yes|Do|Did|Is|Was|Has|Had|Her|His|My|Our|Your|Their|Exhibit|Ex|Then"
    r"|There|After|Before|Since|Because|Units?|Mr|Mrs|Ms|Dr|Sh|Shri|Smt|Late)\b)"
)
_AND = r"(?:,?[ ]and[ ]|,[ ]|[ ]&[ ])"
# Ranks of the police and of revenue offices; a British officer's number stands before the name.
RANKED = rule(
    "rank and name",
    r"(?<![\w,./])(?:(?:Sh|SH|Tmt|TMT|Thiru|THIRU|Selvi|Ct|Insp|INSP|Const|Supdt|Adv|Md|Mohd)\."
    r"|Tmt|Thiru|Selvi|[WL]?/?(?:ASI|SI|HC)|SHO|DSP|ACP|DCP|PSI|API|IO|Head[ ]Constable|Lekhpal"
    r"|Patwari|Tehsildar|Nurse|Sister|Trooper|Deputy|Agent|Ranger|Paramedic|Investigator"
    r"|[PD]C|[DP]S|T?/?D[CI]|PCSO|DCI|DSU)"
    rf"[ ](?:\d{{2,5}}[A-Z]?[ ])?(?:{TITLE}\.?[ ])?{NOT_A_NAME}{_NO_START}(?P<value>{FULL})",
    0.6,
    any_case=False,
    check=names_somebody,
)
# Indian pleadings name whose child or wife somebody is, and "@" means "alias".
RELATED = rule(
    "whose child or wife somebody is, and an alias",
    r"(?:\b[SsDdWwCc]/[Oo]\b\.?[ ]|\b(?:[Ss]on|[Dd]aughter|[Ww]ife|[Ww]idow)[ ]of[ ]|[ ]@[ ]"
    r"|\balias[ ])"
    rf"(?:(?:[Ll]ate|[Ll]t\.?|{TITLE}\.?)[ ]){{0,2}}{NOT_A_NAME}(?P<value>{FULL})",
    0.7,
    any_case=False,
    check=names_somebody,
    needs="/o|son of|daughter of|wife of|widow of| @ |alias",
)
BEFORE_RELATION = rule(
    "who is somebody's child or wife, or has an alias",
    rf"(?<![\w.]){_NO_START}(?P<value>{FULL})(?:,?[ \n]{{1,6}}[SsDdWwHhCcRr]/[OoAa][Tt]?\b"
    r"|[ ]@[ ]|[ ]alias[ ]|,?[ ][afn]\.?/?k\.?/?a\.?[ ])",
    0.7,
    any_case=False,
    check=names_somebody,
    needs="/o|/at| @ |alias|k/a|ka",
)
GAELIC = rule(
    "surname with Mc, Mac or O'",
    rf"(?<![\w'’])(?:Mc|Mac(?!Book|OS|Pro)|O['’])[A-Z]{LETTER}{{2,20}}(?:[\-]{NAME})?(?!\w)",
    0.5,
    any_case=False,
    needs="mc|mac|o'|o’",
)
KIN = rule(
    "of somebody's family",
    r"\b(?:(?:grand|step|god)?(?:son|daughter|mother|father|child|children|parents?)|brother|sister"
    r"|wife|husband|spouse|nephew|niece|cousin|uncle|aunt|girlfriend|boyfriend|fianc[ée]e?|widow"
    r"|widower|twin|nanny|neighbou?r|flatmate|colleague|friend)s?(?:-in-law)?,?[ ]"
    rf"(?:{TITLE}\.?[ ])?{NOT_A_NAME}{_NO_START}(?P<value>{FULL})",
    0.5,
    any_case=False,
    check=names_somebody,
    more=rf"{_AND}{NOT_A_NAME}{_NO_START}(?P<value>{NAME}(?:[ ]{NAME}){{0,2}})(?![ ]?[./])",
)
QUALIFIED = rule(
    "name and degree or rank at the bar",
    rf"(?<![\w.]){_NO_START}(?P<value>{TWO}(?:,[ ](?:Jr|Sr|I{{1,3}}|IV)\.?)?)(?:,[ ]|[ ])"
    r"(?:M\.D|MD|D\.O|DO|Ph\.?D|Esq|J\.D|R\.N|RN|C\.?P\.?A|D\.D\.S|K\.?C|Q\.C|QC|FRCS|LL\.M|MBE"
    r"|OBE|CBE|PA-C)\b",
    0.7,
    any_case=False,
    check=names_somebody,
)
UNDER_LINE = rule(
    "under the line for a signature",
    r"^[ ]{0,60}(?:_{5,80}|\.{6,80}|\*)[^\n]{0,80}\n[ ]{0,60}\(?"
    rf"{NOT_A_NAME}(?P<value>{TWO})(?:,[ ](?:Jr|Sr|I{{1,3}})\.?)?(?=\)|,|[ ]{{2}}|[ ]{{0,40}}$)",
    0.6,
    any_case=False,
    check=names_somebody,
    needs="_____|......|*",
)
FIELD = rule(
    "after the field of a form",
    r"\b(?:(?i:(?:father|husband|mother|spouse|guardian)['’]s(?:/[a-z]{1,10}['’]s)?[ ]name"
    r"|name[ ]of[ ](?:the[ ])?[a-z.]{3,15}(?:[ ][a-z]{2,12})?|(?:printed|print|witness|full)[ ]name"
    r"|(?:statement|report|taken|prepared|read|dictated|reviewed|approved|served|forwarded"
    r"|submitted|signed)[ ](?:of|by|taken[ ]by)|officer[ ]in[ ](?:the[ ])?case)"
    r"|Suspect|Signature|Attending|Physician|Surgeon|PCP|Scribe|Informant|Arresting[ ]Officer)"
    rf"(?:[ ]and[ ]title)?[ ]?:[ _.]{{1,40}}(?:{TITLE}\.?[ ])?{NOT_A_NAME}"
    rf"(?P<value>{SURNAME_FIRST}|{TWO})",
    0.6,
    any_case=False,
    check=names_somebody,
    needs=":",
)
CALLED = rule(
    "what somebody is called",
    r"\b(?:(?:call(?:ed|s)?[ ](?:me|him|her)|(?:lad|man|woman|boy|girl|friend|guy|person|mate)[ ]"
    r"(?:they[ ]call|called|named)|(?:also|formerly|otherwise|better)[ ]known[ ]as|know[n]?[ ]"
    r"(?:to[ ](?:me|us|him|her)[ ])?as"
    r"|goes[ ]by|surname[ ](?:I[ ]think[ ])?is|whose[ ]name[ ]is))[ ][\"“'‘]?"
    rf"{NOT_A_NAME}{_NO_START}(?P<value>{NAME}(?:[ ]{NAME}){{0,2}})",
    0.6,
    any_case=False,
    check=names_somebody,
    needs="call|known as|know as|goes by| is |named",
)
OF_AN_ADDRESS = rule(
    "a line with a name and an address",
    rf"^[ ]{{0,8}}(?:\(?\d{{1,2}}[.)][ ]{{1,3}})?{NOT_A_NAME}(?P<value>{TWO}),?[ ]"
    r"(?:residing[ ]at|of[ ]\d|(?:[A-Z][\w'’.\-]{0,24}[ ]){1,3}(?:House|Villa|Cottage|Farm|Lodge"
    r"|Manor|Hall),|\d{1,4}[A-Z]?(?:/\d{1,3})?[ ][A-Z])",
    0.5,
    any_case=False,
    check=names_somebody,
)
AND_OTHERS = rule(
    "the first of several parties",
    rf"^[ ]{{0,40}}(?:\(?\d{{1,2}}[.)][ ]{{1,4}})?(?P<value>{TWO})(?:[ ]"
    r"(?:and[ ](?:others|another|ors|anr)|AND[ ](?:OTHERS|ANOTHER|ORS|ANR)|&[ ](?:ORS|ANR|Ors"
    r"|Anr))|,?[ ]et[ ]al)\b",
    0.6,
    any_case=False,
    check=names_somebody,
    needs="and others|and another|and ors|and anr|& ors|& anr|et al",
)
OFFICE_HELD = rule(
    "name and office",
    rf"(?<![\w.]){_NO_START}(?P<value>{TWO}),[ ](?:(?:its|our|the|a|an|learned)[ ])?"
    r"(?:(?:[Ss]enior|[Ee]xecutive|[Ff]ormer|[Ii]nterim|[Dd]eputy|[Aa]ssistant|[Gg]eneral"
    r"|[Mm]anaging)[ ]){0,2}(?:Chief[ ]\w|President|Vice[ -]|Director|Secretary|Treasurer"
    r"|Counsel|Chair|Partner|Principal|Manager|Head[ ]?teacher|Registrar|Advocate|Attorney"
    r"|Process[ ]Server|Custodian|Trustee|Executor|Judge|J\.|JJ\.|AGP|APP|ASG|Member[ ]\(|KC\b)",
    0.6,
    any_case=False,
    check=names_somebody,
)
PARTY_LINE = rule(
    "party before the dots of a caption",
    rf"^[ ]{{0,40}}(?:\d{{1,2}}[.)][ ]{{1,4}})?(?P<value>{TWO})[ ]{{0,40}}(?:\.{{2,8}}|…)[ ]{{0,4}}"
    r"(?i:petitioner|respondent|appellant|applicant|plaintiff|defendant|complainant|accused)",
    0.6,
    any_case=False,
    check=names_somebody,
    needs="..|…",
)


def officers() -> RuleRecognizer:
    """People announced by a rank, a relation, a degree, a field of a form or a signature line."""
    return RuleRecognizer(
        "PERSON",
        (
            RANKED,
            RELATED,
            BEFORE_RELATION,
            GAELIC,
            KIN,
            QUALIFIED,
            UNDER_LINE,
            FIELD,
            CALLED,
            OF_AN_ADDRESS,
            AND_OTHERS,
            OFFICE_HELD,
            PARTY_LINE,
        ),
    )
