"""Vehicles: identification numbers and plates, which registers turn into their keepers."""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule

_LETTERS = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)), strict=True)
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def valid_vin(value: str) -> bool | None:
    """True where the check digit of 49 CFR 565.15 holds; elsewhere VINs have none."""
    values = [int(c) if c.isdigit() else _LETTERS[c] for c in value.upper()]
    rest = sum(v * w for v, w in zip(values, _WEIGHTS, strict=True)) % 11
    return True if value[8].upper() == ("X" if rest == 10 else str(rest)) else None


VIN = rule(
    "seventeen characters",
    r"(?<![\w\-])(?=[A-Z]{0,16}\d)(?=\d{0,16}[A-Z])[A-HJ-NPR-Z0-9]{11}[A-HJ-NPR-Z0-9]{2}\d{4}(?![\w\-])",
    0.3,
    any_case=False,
    check=valid_vin,
)
PLATE_LABELLED = rule(
    "plate after a label",
    r"\b(?:(?:licen[cs]e|number|registration)[ ]plate|plate|tag|vehicle(?:[ ]registration)?"
    r"|registration[ ]mark|Kennzeichen|immatricul\w{1,6}|matr[íi]cula|targa)"
    r"(?:[ ](?:no|nr|number|num)\b\.?)?[ :.#]{1,4}(?:is[ ])?"
    r"(?P<value>(?=[A-Z \-]{0,6}\d|\d{1,4}[ \-]?[A-Z])[A-Z0-9]{1,4}"
    r"(?:[ \-]?[A-Z0-9]{1,5}){1,3})(?!\w)",
    0.7,
    any_case=False,
    needs="plate|tag|vehicle|registration mark|kennzeichen|immatricul|matrícula|matricula|targa",
)
PLATE_UK = rule(
    "British plate since 2001",
    r"(?<![\w\-])[A-Y][A-Y]\d{2}[ ](?!THE|AND|FOR|ARE|NOT|HAS|WAS|ALL)[A-HJ-PR-Z]{3}(?![\w\-])",
    0.4,
    any_case=False,
)
PLATE_INDIA = rule(
    "Indian plate",
    r"(?<![\w\-])[A-Z]{2}[ \-]?\d{1,2}(?:[ \-]?[A-Z]{1,3}){1,2}[ \-]?\d{4}(?![\w\-])",
    0.4,
    any_case=False,
)


def vehicles() -> RuleRecognizer:
    """Vehicle identification numbers; plates after a label or of India and Britain."""
    return RuleRecognizer(
        "VEHICLE_ID",
        (VIN, PLATE_LABELLED, PLATE_UK, PLATE_INDIA),
        context=("vin", "vehicle", "car", "chassis", "registration", "truck", "motorcycle"),
    )
