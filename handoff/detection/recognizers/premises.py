"""Postal addresses by the premises they begin with: India, houses with a name, floors, capitals."""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule

# What follows in a list of parts that is no part of the address.
_ENDS = (
    r"(?!(?:Aadhaar|Aadhar|PAN|GSTIN|CIN|DIN|Occ|Aged|Age|Occupation|Mobile|Cell|Tel|Phone|E-?mail"
    r"|Mr|Mrs|Ms|Smt|Shri|Sri|hereinafter|Represented|Rep)\b)"
)
_PART_WORD = rf"{_ENDS}[A-Z0-9\#][\w.'’/&\-]{{0,24}}"
_PART = rf"{_PART_WORD}(?:[ ](?:{_PART_WORD}|of|near|opp\.?|and|de|la|the)){{0,6}}"
_COMMA = r"(?:,[ ]{1,2}|,[ ]?\n[ ]{0,12})"
_PIN = r"[1-9]\d{2}[ ]?\d{3}(?!\d)"
_TO_PIN = (
    rf"(?:[ ,]{{0,2}}(?:PIN|Pin)(?:[ ]?[Cc]ode)?)?[ ]?[\-–:.][ ]?(?:{_PIN}|\d{{1,3}}(?![\d/]))"
)
_MORE = rf"(?:{_COMMA}{_PART}){{0,9}}(?:{_TO_PIN})?"
RESIDENCE = rule(
    "residence in an Indian paper",
    r"(?<![\w/])(?:[Rr]/(?:[Oo]|at|AT)\b|[Rr]esident[ ]of|[Rr]esidents[ ]of|[Rr]esiding[ ]at"
    r"|[Rr]eside[sd]?[ ]at|having[ ](?:its|his|her|their)?[ ]?(?:registered[ ]|principal[ ]"
    r"|head[ ])?"
    r"(?:place[ ]of[ ]business|office)[ ]at|[Pp]ermanent[ ]address|[Aa]ddress(?=[ ]?:))"
    rf"[.:]?[ ]{{1,3}}:?[ ]{{0,2}}(?P<value>{_PART}{_MORE})",
    0.7,
    any_case=False,
    needs="r/o|r/at|residen|residing|reside|having|address",
)
PREMISES = rule(
    "number of the premises, then the parts",
    r"(?<![\w/])(?:(?:H|D|Dr|Q|House|Flat|Plot|Door|Shop|Office|Old|New|Quarter|Bungalow|Villa|Unit"
    r"|Jhuggi|Khasra|Block|Ward)\.?[ ]?No|No)\.?[ :]{0,2}[A-Z]{0,3}[\-/]?\d[\w/\-]{0,14}"
    rf"(?:{_COMMA}{_PART}){{1,9}}(?:{_TO_PIN})?",
    0.7,
    any_case=False,
    needs="no",
)
DOOR = rule(
    "Indian door number, then the parts",
    rf"(?<![\w/.\-])\d{{1,3}}(?:-\d{{1,4}}){{1,3}}(?:/[A-Z\d]{{1,4}}){{1,4}}(?:{_COMMA}{_PART})"
    rf"{{1,8}}(?:{_TO_PIN})?",
    0.7,
    any_case=False,
)
_POSTCODE = r"[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]?[ ]\d[ABD-HJLNP-UW-Z]{2}\b"
_HOUSE = (
    r"(?:House|Malthouse|Veedu|Bhavan|Bhawan|Nivas|Niwas|Nilayam|Villa|Cottage|Farm|Farmhouse|Lodge"
    r"|Manor|Rectory|Vicarage|Grange|Barn|Mill|Residency|Apartments?|Bungalows?|Buildings?|Towers?"
    r"|Society|Mansion|Chambers|Complex|Colony|Enclave|Vihar|Nagar|Mohalla|Village|Vill\.|P\.O\.?"
    r"|Layout|Estate|Court|Floor|North|South|East|West)"
)
NAMED_HOUSE = rule(
    "house with a name, to the postcode or district",
    rf"(?<![\w,])(?:[A-Z0-9][\w'’.\-]{{0,24}}[ ]){{1,4}}{_HOUSE}(?:{_COMMA}{_PART}){{0,8}}"
    rf"(?:[ ]{_POSTCODE}|{_COMMA}{_POSTCODE}|(?:[ ,]{{0,2}}(?:PIN|Pin))?[ ]?[\-–][ ]?{_PIN}"
    r"|(?<=[ ]District))",
    0.7,
    any_case=False,
)
NUMBER_TO_PIN = rule(
    "number, parts and PIN",
    rf"(?<![\w/.,\-])[A-Z]?-?\d{{1,4}}[A-Z]?(?:[/\-]\d{{1,4}}[A-Z]?){{0,2}},[ ]{_PART}"
    rf"(?:{_COMMA}{_PART}){{0,8}}[ ]?[\-–][ ]?{_PIN}",
    0.75,
    any_case=False,
)
# Dockets and letterheads in capitals; COURT, PLACE and WAY are left out, since the numbered lines
# of a pleading begin "1 UNITED STATES DISTRICT COURT".
CAPITALS = rule(
    "number and street in capitals",
    r"(?<![\w.,/\-])\d{1,5}[ ](?:[A-Z0-9][A-Z0-9'’.\-]{0,20}[ ]){1,4}(?:STREET|AVENUE|AVE|ROAD|RD"
    r"|LANE|LN|DRIVE|BOULEVARD|BLVD|PARKWAY|PKWY|HIGHWAY|HWY|TERRACE|SQUARE|PLAZA)\b\.?"
    r"(?:,?[ ](?:SUITE|STE|APT|UNIT|FLOOR|FL|ROOM|RM)\b\.?[ ]?\#?[\w\-]{1,6})?",
    0.7,
    any_case=False,
)
CAPITALS_TOWN = rule(
    "town in capitals, state and ZIP",
    r"\b[A-Z]{3,20}(?:[ ][A-Z]{3,20}){0,2},[ ][A-Z]{2}[ ]{1,2}\d{5}(?:-\d{4})?\b",
    0.8,
    any_case=False,
)
FURTHER_STREET = rule(
    "number and street of a rarer kind",
    r"(?<![\w.,/\-])(?:\d{1,5}[A-Za-z]?(?:[/\-]\d{1,4})?|One|Two|Three)[ ]"
    r"(?:[A-Z][\w'’.\-]{0,24}[ ])"
    r"{1,4}(?:Loop|Bend|Trail|Trl|Alley|Crossing|Turnpike|Expressway|Cove|Landing|Yard|Hollow|Rise"
    r"|Embankment|Esplanade|Wynd|Brae|Enclave|Layout|Salai|Bazaa?r|Vihar|Cross|Close|Plaza|Square"
    r"|Center|Centre|Walk|Wharf)\b",
    0.6,
    any_case=False,
)
SPANISH_IN_THE_US = rule(
    "number, then a Spanish kind of street",
    r"(?<![\w.,/\-])\d{1,5}[ ](?:Calle|Camino|Avenida|Paseo|Via|Rancho|Vista|Rue|Boulevard)"
    r"(?:[ ][A-Z][\w'’\-]{1,24}){1,3}",
    0.6,
    any_case=False,
)
FLOOR = rule(
    "floor of a building",
    r"(?<![\w.])(?:\d{1,3}(?:st|nd|rd|th)|Ground|First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth"
    r"|Ninth|Tenth|Eleventh|Twelfth)[ ]Floor\b(?:,[ ]\d{1,4}[ ](?:[A-Z][\w'’\-]{1,24}[ ]?){1,4})?",
    0.4,
    any_case=False,
    needs="floor",
)
BUILDING = rule(
    "building after a street (very weak)",
    r"\b(?:Building|Bldg\.?|Tower|Block)[ ](?:[A-Z]|\d{1,3})[A-Z]?(?!\w)",
    0.2,
    any_case=False,
)


def premises() -> RuleRecognizer:
    """Addresses that begin with a house, a flat, a floor or a door number."""
    return RuleRecognizer(
        "ADDRESS",
        (
            RESIDENCE,
            PREMISES,
            DOOR,
            NAMED_HOUSE,
            NUMBER_TO_PIN,
            CAPITALS,
            CAPITALS_TOWN,
            FURTHER_STREET,
            SPANISH_IN_THE_US,
            FLOOR,
            BUILDING,
        ),
        context=("address", "street", "avenue", "road", "parkway", "drive", "principal executive"),
    )
