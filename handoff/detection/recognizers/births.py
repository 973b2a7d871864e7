"""Dates of birth, as distinct from every other date."""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?"
    r"(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?[ ](?:of[ ])?{_MONTH},?[ ]\d{{4}}|{_MONTH}[ ]\d{{1,2}}(?:st|nd"
    rf"|rd|th)?,?[ ]\d{{4}}"
    rf"|\d{{1,2}}[./\-]\d{{1,2}}[./\-](?:\d{{4}}|\d{{2}})|\d{{4}}[./\-]\d{{1,2}}[./\-]\d{{1,2}}"
    rf"|{_MONTH}[ ]\d{{4}}|(?:18|19|20)\d{{2}})"
)
LABELLED = rule(
    "after a label",
    rf"\b(?:date[ ]of[ ]birth|birth[ ]?date|birthday|d\.?[ ]?o\.?[ ]?b\b\.?)[ ]{{0,2}}(?:\(?"
    rf"[dmy/\-]{{5,12}}\)?)?[ ]{{0,2}}(?:is|was|:|\-|–)?[ ]{{0,4}}(?P<value>{DATE})(?!\d)",
    0.95,
    needs="birth|dob|d.o|d. o|o.b|d o",
)
BORN = rule(
    "born on",
    rf"\b(?:was[ ])?born(?:[ ]in[ ][A-Z][\w\-]{{1,30}}(?:[ ][A-Z][\w\-]{{1,30}})?,?)?[ ](?:on|in"
    rf"|the)?[ ]?(?P<value>{DATE})(?!\d)",
    0.9,
    more=rf"(?:,|[ ]and|,[ ]and)[ ](?:on[ ]|in[ ])?(?P<value>{DATE})(?!\d)",
    needs="born",
)
BARE = rule("any full date", rf"(?<![\w./\-])(?P<value>{DATE})(?![\w/]|[.\-]\d)", 0.01)
_CONTEXT = ("born", "dob", "d.o.b", "birth", "birthday", "date of birth", "birthdate")


def births() -> RuleRecognizer:
    """Dates of birth: with their label, after "born", or in a column that says so.

    Any date is a very weak match, which only a context word lifts over a threshold.
    """
    return RuleRecognizer("DATE_OF_BIRTH", (LABELLED, BORN, BARE), context=_CONTEXT)
