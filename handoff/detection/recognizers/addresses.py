"""Postal addresses of the forms used in the US, the UK, the EU and India."""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule

_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Square|Sq"
    r"|Terrace|Way|Close|Crescent"
    r"|Gardens|Grove|Mews|Parkway|Pkwy|Highway|Hwy|Row|Walk|Hill|Quay|Wharf|Circle|Cir|Plaza|Marg"
    r"|Nagar|Chowk)"
)
_WORD = r"[A-Z0-9][\w'’.\-]{0,24}"
STREET = rule(
    "number and street",
    rf"(?<![\w.,/\-])\d{{1,5}}[A-Za-z]?(?:[\-–/]\d{{1,5}}[A-Za-z]?)?,?[ ](?:(?:[NSEW]|North|South"
    rf"|East|West)\.?[ ])?"
    rf"(?:{_WORD}[ ]){{0,4}}{_WORD}[ ]{_STREET}\b\.?(?:,?[ ](?:Suite|Ste|Apt|Apartment|Unit|Floor"
    rf"|Fl|Flat|Room|Rm)\b\.?[ ]?\#?[\w\-]{{1,6}})?",
    0.7,
    any_case=False,
)
PO_BOX = rule("post office box", r"\bP\.?[ ]?O\.?[ ]?Box[ ]\d{1,7}\b", 0.85)
US_STATE_ZIP = rule(
    "city, state and ZIP",
    r"\b(?:[A-Z][a-z]{1,20}[ ]?){1,3},[ ](?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M"
    r"[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]"
    r"|T[NX]|UT|V[AT]|W[AIVY])[ ]\d{5}(?:-\d{4})?\b",
    0.85,
    any_case=False,
)
UK_POSTCODE = rule(
    "British postcode",
    r"\b(?:GIR[ ]?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPS-UW]|[A-HK-Y]\d"
    r"[ABEHMNPRV-Y])[ ]\d[ABD-HJLNP-UW-Z]{2})\b",
    0.6,
    any_case=False,
)
GERMAN = rule(
    "German street and number",
    r"\b[A-ZÄÖÜ][\wäöüß\-]{2,30}(?:straße|strasse|str\.|gasse|allee|platz|weg)[ ]\d{1,4}[a-z]?"
    r"(?:,?[ ](?:D-)?\d{5}[ ][A-ZÄÖÜ][\wäöüß\-]{1,30})?(?!\w)",
    0.75,
    any_case=False,
)
FRENCH = rule(
    "French number and street",
    r"(?<![\w.,/\-])\d{1,4}(?:[ ]?(?:bis|ter))?,?[ ](?:rue|avenue|boulevard|place|quai|chemin|all"
    r"[ée]e|impasse|cours)[ ](?:de[ ]|du[ ]|des[ ]|la[ ]|le[ ]|l['’]){0,3}[A-ZÀ-Ý][\w'’\-]{1,30}"
    r"(?:[ ][A-ZÀ-Ý][\w'’\-]{1,30}){0,3}(?:,?[ ]\d{5}[ ][A-ZÀ-Ý][\w\-]{1,30})?",
    0.75,
)
INDIAN_PIN = rule(
    "city and PIN",
    r"\b[A-Z][a-z]{2,20}(?:[ ][A-Z][a-z]{2,20})?[ ]?[\-–,][ ]?[1-9]\d{2}[ ]?\d{3}(?![\w/])",
    0.4,
    any_case=False,
)


def addresses() -> RuleRecognizer:
    """Streets with a number, post boxes, cities with a postal code."""
    return RuleRecognizer(
        "ADDRESS",
        (STREET, PO_BOX, US_STATE_ZIP, UK_POSTCODE, GERMAN, FRENCH, INDIAN_PIN),
        context=(
            "address",
            "residing",
            "resident",
            "resides",
            "located at",
            "residence",
            "domiciled",
        ),
    )
