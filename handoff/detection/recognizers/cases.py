"""Numbers under which courts and registries keep a matter: docket, case, application, claim."""

from __future__ import annotations

import re

from handoff.detection.recognizers.base import RuleRecognizer, rule

_NO = r"(?:no|nos|nr|number|num|№)"
_LABEL = (
    r"(?:case|docket|cause|index|application|applications|claim|appeal|petition|suit|file"
    r"|complaint|filing"
    r"|reference|ref|proceedings?|judgment|decision|order|registration|registry|matter|indictment"
    r"|writ|warrant)"
)
_NUMBER = (
    r"(?:[IVXLC]{1,5}[ ])?[A-Z]{0,6}[.\-/ ]?\d[\dA-Z]{0,14}(?:[./\-–:()][\dA-Z]{1,12}){0,6}\)?"
)

_NO_CASE = re.compile(r"\d{1,2}[./\-]\d{1,2}[./\-]\d{2,4}|\d{1,2}:\d{3,5}")
"""A date, or a section of the United States Code on a docket sheet ("Cause: 28:1332")."""


def no_date(value: str) -> bool | None:
    """False for what stands after the label of a number and is a date or a section."""
    return False if _NO_CASE.fullmatch(value) else None


US_FEDERAL = rule(
    "US federal docket",
    r"\b(?:\d{1,2}:)?\d{2}[ ]?[\-–][ ]?(?:cv|cr|mc|md|mj|bk|ap|po|sw|civ|crim|misc)[ ]?[\-–]"
    r"[ ]?\d{3,6}"
    r"(?:[ ]?[\-–][ ]?[A-Z]{2,4}){0,3}(?:[ ]?\([A-Z]{2,4}\)){0,3}(?!\w)",
    0.9,
    needs="cv|cr|mc|md|mj|bk|ap|po|sw|civ|misc",
)
US_BANKRUPTCY = rule(
    "US bankruptcy and appellate docket",
    rf"\b(?:case|docket|{_NO})[ ]?(?:{_NO}\b)?[.:#]{{0,2}}[ ]?(?P<value>\d{{2}}-\d{{3,6}}(?:"
    rf"[ ]?\([A-Z]{{2,4}}\))?)(?!\w)",
    0.85,
)
US_STATE = rule(
    "US state docket",
    r"\b(?:[A-Z]{1,4}-?)?\d{2,4}-(?:[A-Z]{1,3}-)?(?:CV|CR|CA|CI|L|LA|CH|DR|PR|SC|CIV|CP"
    r"|CT)-?\d{3,9}(?:-[A-Z\d]{1,6}){0,3}\b",
    0.7,
    any_case=False,
)
# Counties and courts prefix, year, serial number, kind of case: each state has its own order.
US_COUNTY = rule(
    "US state docket with its county or court",
    r"\b(?:[A-Z]{3}-[A-Z]{1,2}-\d{4,6}-\d{2}"  # New Jersey: ESX-L-001234-20
    r"|[A-Z]{4}-\d{2}-\d{6}"  # Broward: CACE-20-012345
    r"|\d{2}-\d{2}-\d{5}-C[VR]"  # Texas, appeals: 05-20-00123-CV
    r"|[A-Z]-\d{2}-\d{6}-[A-Z]"  # Clark County, Nevada: A-19-789456-C
    r"|\d{2}-(?:19|20)\d{2}-\d{8}-[A-Z]{2}-[A-Z]{2}-[A-Z]{3}"  # California: 37-2020-...-CU-BT-CTL
    r"|\d{2}[A-Z]{2,4}\d{5,8})\b",  # California, Virginia and others: 18CV012345
    0.6,
    any_case=False,
)
UK_CLAIM = rule(
    "claim number of England and Wales",
    r"\b(?:[A-Z]{1,3}-(?:19|20)\d{2}-\d{6}|[A-HJ-NP-Z]\d{2}[A-Z]{2}\d{3}|CO/\d{2,5}/(?:19|20)\d{2}"
    r"|(?:UKEAT|UKUT|EA)[/\-](?:19|20)?\d{2,4}[/\-]\d{3,6}(?:[/\-][A-Z]{1,4}){0,2}"
    r"|[A-Z]{2}\d{2}[A-Z]\d{5})\b",
    0.7,
    any_case=False,
)
_AND = r"(?:[ ]?[,;&][ ]?(?:and[ ])?|[ ]and[ ]|[ ])"
ECHR = rule(
    "application to the European Court of Human Rights",
    rf"\b{_NO}\b[s.]{{0,2}}[ ]?(?P<value>\d{{1,6}}/\d{{2,4}})\b",
    0.9,
    more=rf"{_AND}(?P<value>\d{{1,6}}/\d{{2,4}})(?![\w/])",
)
SLASHED = rule(
    "number and year",
    r"(?<![\w/.,\-])(?P<value>\d{3,6}/(?:19|20)?\d{2})(?![\w/]|\.\d)",
    0.3,
)
EU = rule(
    "EU case",
    r"\b(?P<value>[CTF][\-‑–]\d{1,4}/\d{2}(?:[ ](?:P|PPU|R|RENV)\b)?)",
    0.3,
    any_case=False,
)
INDIA = rule(
    "Indian case number",
    r"\b(?:W\.?[ ]?P|S\.?L\.?P|C\.?A|Crl\.?[ ]?A|Cr\.?[ ]?A|C\.?S|R\.?S\.?A|M\.?A|O\.?A|I\.?A"
    r"|F\.?A|R\.?F\.?A|C\.?R\.?P"
    r"|Crl\.?[ ]?M\.?C|Bail[ ]Appl|Arb\.?[ ]?P|Writ[ ]Petition|Special[ ]Leave[ ]Petition|"
    r"(?:Civil|Criminal)[ ]Appeal"
    r"|(?:Civil|Title|Original|Money|Execution|Mesne)[ ]Suit"
    r"|(?:Company|Transfer|Contempt|Review|Execution|Election)[ ]Petition"
    r"|(?:First|Second|Company|Regular|Letters[ ]Patent)[ ]Appeal|Diary|Sessions[ ]Case"
    r"|(?:Misc(?:ellaneous)?\.?|Interim|Interlocutory|Original)[ ]Application)\.?"
    rf"[ ]?(?:\((?:C|Crl|Civil|Criminal|PIL|ST|MD|OS|COMM)\.?\)[ ]?)?(?:{_NO}s?\b)?\.?[ ]?"
    r"(?P<value>\d{1,6}(?:[ ]?[\-–&][ ]?\d{1,6})?[ ]?(?:of|/)[ ]?(?:19|20)\d{2})\b",
    0.9,
    needs="/19|/20|/ 19|/ 20|of 19|of 20|of19|of20",
)
# The registries of India name a kind of case by its initials, in brackets the side of the court.
INDIA_REGISTRY = rule(
    "initials of a registry, number and year",
    r"\b(?!(?:SI|S\.I\.|EC|EU|EEC|GSR|SRO|OJ|ACT|LAW|BILL|ORDER|RULES?)\b)[A-Z][A-Z.]{1,9}(?:[A-Za-z]{2,5}\.)?"
    r"(?:[ ]?\((?:[A-Z]{1,5}|[A-Z][a-z]{1,4}\.?|C|[IVX]{1,4})\)){0,2}[ ]?(?:[Nn]os?\.?[ ]?)?"
    r"(?P<value>\d{1,6}(?:/|[ ](?:of|OF)[ ])(?:19|20)\d{2})(?![\w/])",
    0.6,
    any_case=False,
    needs="/19|/20|of 19|of 20",
)
INDIA_FIR = rule(
    "first information report",
    rf"\b(?:FIR|F\.I\.R\.?|Crime|Cr\.)[ ]?(?:{_NO}\b)?[.:]{{0,2}}[ ]?(?P<value>"
    rf"(?:RC[ ]?)?\d{{1,5}}(?:/|"
    rf"[ ]of[ ])(?:19|20)?\d{{2}})\b",
    0.85,
    needs="fir|f.i.r|crime|cr.",
)
LABELLED = rule(
    "number after a label",
    rf"\b{_LABEL}s?(?:[ ](?:registration|file|reference|record|id))?[ ]?(?:{_NO}\b[s.]{{0,2}}|\#"
    rf"|:)[ :#.]{{0,3}}"
    rf"(?P<value>{_NUMBER}(?:[ ]?[/\-–][ ]?\d[\dA-Z]{{0,10}}){{0,3}})(?!\w)",
    0.75,
    check=no_date,
)
NUMBERED = rule(
    "number with parts",
    rf"\b{_NO}\b[s.]{{0,2}}[ ]?(?P<value>(?:[A-Z]{{1,5}}[ .\-/]{{0,2}})?\d{{1,9}}(?:[./\-–]"
    rf"(?:[A-Z]{{1,5}}|[ ]?\d{{1,9}})){{1,6}}"
    r"(?:[ ][A-Z]\b\.?)?)(?!\w)",
    0.6,
)
LAND = rule(
    "land register",
    rf"\b(?:plot|parcel|lot|folio|sheet/plan|title|survey)s?[ ]?(?:(?:of[ ]land[ ])?{_NO}\b"
    rf"[s.]{{0,2}}|\#|(?=\d))[ ]?"
    r"(?P<value>\d[\d/.\-]{0,14}(?:[ ]?[A-Z]\b(?:[./]?\d{1,4})?)?)(?!\w)",
    0.7,
    more=rf"{_AND}(?P<value>\d[\d/.\-]{{0,14}}(?:[ ]?[A-Z]\b(?:[./]?\d{{1,4}})?)?)(?![\w%])"
    r"(?![ ](?:sq|square|hectare|acre|m\b))",
    needs="plot|parcel|lot|folio|sheet|title|survey",
)
NEUTRAL = rule(
    "the document's own neutral citation",
    r"\bneutral[ ]citation(?:[ ](?:number|no\b\.?))?[ ]?:?[ ]{0,4}(?P<value>\[(?:19|20)\d{2}\][ ]"
    r"[A-Z]{2,6}(?:[ ][A-Z][A-Za-z]{1,6})?[ ]\d{1,5}(?:[ ]\([A-Z][A-Za-z]{0,8}\))?)",
    0.9,
    needs="neutral",
)
_SECTION = r"(?:[./,]?[NSEW]\.?[\dIVX]{0,4}){1,3}"
SHEET = rule(
    "Cypriot land register: sheet, plan, section",
    rf"\bsheet/plan(?:s|[ ]nos?\.)?[ ]?(?P<value>\d{{1,3}}[./]\d{{1,3}}(?:[ ]?{_SECTION})?"
    r"(?:[ ]\(nos?\.[ ]?\d{1,3}\))?)",
    0.8,
    more=rf"{_AND}(?P<value>(?:\d{{1,3}}[./]\d{{1,3}}(?:[ ]?{_SECTION})?|[NSEW]\.?\d{{1,3}})"
    r"(?:[ ]\(nos?\.[ ]?\d{1,3}\))?)(?!\w)",
    needs="sheet/plan",
)
_CONTEXT = (
    "case",
    "docket",
    "application",
    "appeal",
    "court",
    "claim",
    "petition",
    "cause",
    "file",
    "judgment",
    "decision",
    "proceedings",
    "order",
    "registered",
    "registration",
    "reference",
)


def case_numbers() -> RuleRecognizer:
    """Numbers of proceedings of the US, the UK, the EU, Strasbourg and India, and labelled ones."""
    return RuleRecognizer(
        "CASE_NUMBER",
        (
            US_FEDERAL,
            US_BANKRUPTCY,
            US_STATE,
            US_COUNTY,
            UK_CLAIM,
            ECHR,
            SLASHED,
            EU,
            INDIA,
            INDIA_REGISTRY,
            INDIA_FIR,
            LAND,
            SHEET,
            NEUTRAL,
            LABELLED,
            NUMBERED,
        ),
        context=_CONTEXT,
    )
