"""Numbers under which a person stands in somebody's list: bar, notaries, staff, patients, inmates.

Each is a bare number that any other could be, so what finds it is its label.
"""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule

_NO = r"(?:(?:nos?|nr|numbers?|num|id|\#)\b\.?|\#)"
_VALUE = r"(?P<value>(?=[A-Z\-/]{0,6}\d)[A-Z0-9][A-Z0-9\-/.]{2,18}[A-Z0-9])(?!\w)"
BAR = rule(
    "bar number",
    rf"\b(?:(?:state[ ])?bar(?:[ ](?:card|roll|registration|association|id))?|ARDC|SBN|SBOT|BBO"
    rf"|(?:attorney|atty\.?|advocate|enrolment|enrollment)[ ](?:registration|reg\.?"
    rf"|enroll?ment|licen[cs]e|id|code|roll)?|roll[ ]of[ ]solicitors"
    rf"|SRA(?:[ ]id)?)[ ]?{_NO}?[ :.#]{{1,4}}"
    rf"(?:is[ ])?(?P<value>(?=[A-Z\-/]{{0,6}}\d)[A-Z0-9][A-Z0-9\-/.]{{3,18}}[A-Z0-9])(?!\w)",
    0.8,
    needs="bar|ardc|sbn|sbot|bbo|attorney|atty|advocate|enrol|roll of|sra",
)
STAFF = rule(
    "number of staff, members and officials",
    rf"\b(?:employee|staff|personnel|payroll|badge|shield|membership|member|licen[cs]e|commission"
    rf"|warrant[ ]card|service|roll|student|candidate|registration|DIN|ACS|FCS|NPI|DEA"
    rf"|identification)[ ]?{_NO}[ :.#]{{0,4}}(?:is[ ]|was[ ])?{_VALUE}",
    0.75,
    needs="employee|staff|personnel|payroll|badge|shield|member|licen|commission|warrant|"
    "service|roll|student|candidate|registration|din|acs|fcs|npi|dea|identification",
)
CODED = rule(
    "number after its initials",
    rf"\b(?:DIN|NPI|DEA|MRN|UHID|USMS|PNC(?:ID)?|CRN|UTR|NMC|GMC|NMLS|CRD|FRN|PNO|NYSID|BOP)\b"
    rf"(?:[ ]{_NO})?"
    rf"[ :.#]{{1,4}}(?:is[ ])?{_VALUE}",
    0.8,
    any_case=False,
    needs="din|npi|dea|mrn|uhid|usms|pnc|crn|utr|nmc|gmc|nmls|crd|frn|pno|nysid|bop",
)
PATIENT = rule(
    "number of patients, prisoners and the insured",
    rf"\b(?:patient|medical[ ]record|hospital|chart|inmate(?:[ ](?:reg(?:ister|istration)?\.?))?"
    rf"|prisoner|detainee|booking|register|alien(?:[ ]registration)?|A-(?=num)"
    rf"|policy(?:holder)?|insurance"
    rf"|medicare|medicaid|subscriber|beneficiary|claimant|certificate|loan|customer)[ ]?{_NO}"
    rf"[ :.#]{{0,4}}(?:is[ ]|was[ ])?{_VALUE}",
    0.75,
    needs="patient|medical record|hospital|chart|inmate|prisoner|detainee|booking|register|"
    "alien|a-num|policy|insurance|medicare|medicaid|subscriber|beneficiary|claimant|"
    "certificate|loan|customer",
)
INMATE = rule("federal inmate", r"(?<![\w\-])\d{5}-\d{3}(?![\w\-])", 0.3)
ALIEN = rule(
    "alien registration",
    r"(?<![\w\-])A[ \-]?\d{3}[ \-]?\d{3}[ \-]?\d{3}(?![\w\-])",
    0.6,
    any_case=False,
)
MEDICARE = rule(
    "Medicare beneficiary",
    r"(?<![\w\-])[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d"
    r"-?[AC-HJKMNP-RT-Y]{2}\d{2}(?![\w\-])",
    0.7,
    any_case=False,
)


def register_numbers() -> RuleRecognizer:
    """Bar, staff, membership, patient, inmate and policy numbers, by their labels."""
    return RuleRecognizer(
        "REGISTER_NUMBER",
        (BAR, STAFF, CODED, PATIENT, INMATE, ALIEN, MEDICARE),
        context=("inmate", "register", "reg", "prisoner", "bop", "usms", "alien", "uscis"),
    )
