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
PO_BOX = rule("post office box", r"\bP\.?[ ]?O\.?[ ]?Box[ ]\d{1,7}\b", 0.85, needs="box")
US_STATE_ZIP = rule(
    "city, state and ZIP",
    r"\b(?:[A-Z][a-z]{1,20}[ ]?){1,3},[ ](?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M"
    r"[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]"
    r"|T[NX]|UT|V[AT]|W[AIVY])[ ]\d{5}(?:-\d{4})?\b",
    0.85,
    any_case=False,
)
# The abbreviations of Bluebook citations and of older letters, and states written out.
_STATE = (
    r"(?:Ala|Ariz|Ark|Cal(?:if)?|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|Mass|Md|Me|Mich|Minn|Miss"
    r"|Mo|Mont|Neb|Nev|Okla|Ore|Pa|Tenn|Tex|Va|Vt|Wash|Wis|Wyo|N\.[ ]?[CDHJMY]|R\.[ ]?I|S\.[ ]?[CD]"
    r"|W\.[ ]?Va|D\.[ ]?C)\."
    r"|(?:Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia"
    r"|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts"
    r"|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New[ ](?:Hampshire|Jersey"
    r"|Mexico|York)|(?:North|South)[ ](?:Carolina|Dakota)|Ohio|Oklahoma|Oregon|Pennsylvania"
    r"|Rhode[ ]Island|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West[ ]Virginia|Wisconsin"
    r"|Wyoming|District[ ]of[ ]Columbia)"
)
US_STATE_NAME_ZIP = rule(
    "city, state by name and ZIP",
    rf"\b(?:[A-Z][a-z]{{1,20}}[ ]?){{1,3}},[ ](?:{_STATE})[ ]{{1,2}}\d{{5}}(?:-\d{{4}})?\b",
    0.85,
    any_case=False,
)
_UK_POSTCODE = (
    r"(?:GIR[ ]?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPS-UW]|[A-HK-Y]\d"
    r"[ABEHMNPRV-Y])[ ]\d[ABD-HJLNP-UW-Z]{2})"
)
# A number, a few words and a postcode are an address in whatever language the street is named.
NUMBER_TO_POSTCODE = rule(
    "house number to British postcode",
    rf"(?<![\w.,/\-])\d{{1,4}}[A-Za-z]?,?[ ](?:[A-Za-z'’.\-]{{1,25}}[ ,]{{1,2}}){{1,8}}"
    rf"{_UK_POSTCODE}\b",
    0.8,
    any_case=False,
)
UK_POSTCODE = rule(
    "British postcode",
    rf"\b{_UK_POSTCODE}\b",
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

_UNIT = r"(?:Suite|Ste|Apt|Apartment|Flat)\b\.?[ ]?\#?\d{1,5}[A-Za-z]?"
# What follows a flat's number is the town, the region, the country and their codes.
_TOWN = (
    r"(?:(?:,?[ ]{1,2}|,?[ ]?\n[ ]{0,4})(?:[A-ZÀ-Þ][\w'’\-]{1,24}|\d{4,6}(?:-\d{4})?)(?!\w)){0,7}"
)
_SECOND_UNIT = rf"(?:[ ,]{{1,2}}{_UNIT}\b)?"
UNIT = rule(
    "suite or apartment",
    rf"\b{_UNIT}\b{_SECOND_UNIT}{_TOWN}",
    0.5,
    any_case=False,
    needs="suite|ste|apt|apartment|flat",
)
NUMBERED_UNIT = rule(
    "number, street of any language, suite",
    rf"(?<![\w.,/\-])\d{{1,5}}[ ](?:[\w'’.\-]{{1,25}}[ ,]{{1,2}}){{1,6}}{_UNIT}\b",
    0.75,
    needs="suite|ste|apt|apartment|flat",
)
# In Romance and Slavic languages the kind of street comes first and the number last.
KIND_FIRST = rule(
    "kind of street, name, number",
    r"(?:(?<![\w.,/\-])\d{1,5},?[ ])?\b(?:Via|Viale|Piazza|Corso|Vicolo|Calle|C/|Avda\.?|Avenida"
    r"|Av\.?|Paseo|Plaza|Carrera|Rua|Praça|Travessa|Rue|Avenue|Place|Quai|Chemin|ul\.|Ulica"
    r"|al\.)[ ]"
    r"(?:[\w'’.\-]{1,25}[ ]){0,4}?[A-ZÀ-Þ][\w'’.\-]{1,24}[ ]\d{1,5}[A-Za-z]?(?!\w)",
    0.7,
    any_case=False,
)
# Finland, Sweden, Norway, Denmark, the Netherlands and Hungary write the kind of street as the end
# of its name, as Germany does.
KIND_LAST = rule(
    "street in one word and number",
    r"(?:(?<![\w.,/\-])\d{1,5},?[ ])?\b[A-ZÀ-Þ][\w\-]{2,30}(?:tie|katu|kuja|polku|gata|gatan|gate"
    r"|vägen|väg|vej|veien|vegen|gade|straat|laan|plein|dijk"
    r"|[ ](?:utca|útja?|tér|körút|rakpart|terrasse))"
    r"[ ]\d{1,5}[A-Za-z]?(?!\w)",
    0.7,
    any_case=False,
)
MILITARY = rule(
    "US military post",
    r"\b(?:(?:PSC|Unit|CMR)[ ]\d{1,5},?[ ]Box[ ]\d{1,5}(?:,?[ \n]{1,3}[AFD]PO[ ]A[AEP][ ]\d{5})?"
    r"|[AFD]PO[ ]A[AEP][ ]\d{5})\b",
    0.85,
    any_case=False,
    needs="box|apo |fpo |dpo ",
)
NUMBER_AT_BOTH_ENDS = rule(
    "number, street, number (weak)",
    r"(?<![\w.,/\-])\d{1,5}[ ](?:[A-Z][\w'’.\-]{2,24}[ ]){1,3}\d{1,4}[a-z]?\b",
    0.3,
    any_case=False,
)
LIVING_IN = rule(
    "where somebody lives, by number",
    r"\b(?:liv(?:es?|ed|ing)|resid(?:es?|ed|ing))[ ](?:in|on)[ ](?P<value>\d{1,5}[ ][^\n;.]{3,60})",
    0.6,
    needs="liv|resid",
)
# A label says where an address begins; it ends with the sentence or, in a list, the short lines.
LABELLED = rule(
    "after a label",
    r"\b(?:(?:postal|home|mailing|billing|shipping|registered|business|office|street)[ ])?address"
    r"(?:[ ]of[ ][^\n.;:]{1,60})?[ ]?(?::|is|was)[ ]{0,4}(?:at[ ])?\n?"
    r"(?P<value>[^\n;]{0,60}\d[^\n;.]{0,60}(?:\n[ ]{0,4}[^\n:;]{2,40}(?=\n|$)){0,3})",
    0.8,
    needs="address",
)
RESIDING = rule(
    "where somebody lives",
    r"\b(?:liv(?:es?|ed|ing)|resid(?:es?|ed|ing)|domiciled|situated|located|offices?[ ]is"
    r"|headquartered)[ ]at[ ]"
    r"(?P<value>[^\n;.]{0,40}\d[^\n;.,]{0,40}(?:,[ ][A-Z][\w\-]{1,25}(?:[ ][A-Z0-9]"
    r"[\w\-]{1,25}){0,2}){0,3})",
    0.75,
    needs="liv|resid|domicil|situated|located|office|headquarter",
)
CODE = rule(
    "postal code after its label",
    r"\b(?:zip(?:[ ]?code)?|post(?:al)?[ ]?code|pin[ ]?code)[ ]?(?::|is|\#)?[ ]{0,4}"
    r"(?P<value>(?=[A-Z]{0,3}[ \-]?\d)[A-Z\d]{2,8}(?:[ \-][A-Z\d]{2,6})?)(?!\w)",
    0.75,
    needs="zip|post|pin",
)


def addresses() -> RuleRecognizer:
    """Streets with a number, post boxes, cities with a postal code."""
    return RuleRecognizer(
        "ADDRESS",
        (
            STREET,
            PO_BOX,
            US_STATE_ZIP,
            US_STATE_NAME_ZIP,
            NUMBER_TO_POSTCODE,
            UK_POSTCODE,
            GERMAN,
            FRENCH,
            INDIAN_PIN,
            UNIT,
            NUMBERED_UNIT,
            KIND_FIRST,
            KIND_LAST,
            MILITARY,
            LIVING_IN,
            NUMBER_AT_BOTH_ENDS,
            LABELLED,
            RESIDING,
            CODE,
        ),
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
