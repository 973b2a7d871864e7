"""Numbers of persons, companies and proceedings as Germany, France, Spain and Italy write them.

They stand in English documents as well, so these are looked for whatever a profile's languages;
names, dates and streets in those languages are `handoff.detection.recognizers.languages`.
"""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule

_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_NIE = {"X": "0", "Y": "1", "Z": "2"}
_ODD = dict(zip(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6,
     8, 12, 14, 16, 10, 22, 25, 24, 23),
    strict=True,
))  # fmt: skip


def _compact(value: str) -> str:
    return "".join(c for c in value.upper() if c.isalnum())


def valid_dni(value: str) -> bool:
    """Whether the control letter of a Spanish DNI or NIE is right (number modulo 23)."""
    compact = _compact(value)
    digits = _NIE.get(compact[0], compact[0]) + compact[1:-1]
    return compact[-1] == _DNI_LETTERS[int(digits) % 23]


def valid_nir(value: str) -> bool:
    """Whether the key of a French NIR is right (97 less the number modulo 97; Corsica 2A, 2B)."""
    compact = _compact(value)
    body = compact[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and 97 - int(body) % 97 == int(compact[13:])


def valid_luhn(value: str) -> bool:
    """Whether the check digit by Luhn is right, as in SIREN, SIRET and the Italian VAT number."""
    digits = [int(c) for c in value if c.isdigit()]
    doubled = [d if i % 2 == 0 else d * 2 - 9 * (d > 4) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def valid_fiscal_code(value: str) -> bool:
    """Whether the last letter of an Italian codice fiscale is right (D.M. 23 December 1976)."""
    compact = _compact(value)
    total = 0
    for index, char in enumerate(compact[:15]):
        plain = int(char) if char.isdigit() else ord(char) - ord("A")
        total += plain if index % 2 else _ODD[char]
    return compact[15] == chr(ord("A") + total % 26)


def valid_tax_id(value: str) -> bool:
    """Whether the check digit of a German Steuer-ID is right (ISO 7064, modulo 11, 10)."""
    digits = [int(c) for c in value if c.isdigit()]
    product = 10
    for digit in digits[:10]:
        product = ((digit + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == digits[10]


_NO = r"(?:[ \-]?(?:Nr|No?|N[°º]|Nummer|num(?:[ée]ro|ero)?|número)\b\.?|[ ]?[°º])?[ :.]{0,4}"
STEUER_ID = rule(
    "German tax identification, by checksum",
    r"(?<![\w\-.,/])[1-9]\d(?:[ ]?\d{3}){3}(?![\w\-/])",
    0.05,
    check=lambda value: None if valid_tax_id(value) else False,
)
STEUER_LABELLED = rule(
    "German tax numbers after a label",
    r"\b(?:Steuer-?ID|IdNr|Steuer(?:identifikations)?nummer|Steuer-?Nr|St\.?-?Nr)\b\.?[ :]{0,4}"
    r"(?P<value>\d{2,3}[ /]?\d{3,4}[ /]?\d{3,5}(?:[ ]?\d{3})?)(?!\w)",
    0.9,
    needs="steuer|idnr|st.-nr|st-nr|st.nr|stnr",
)
AUSWEIS = rule(
    "German identity papers after a label",
    r"\b(?i:(?:Personalausweis|Ausweis|Reisepass|Pass|Sozialversicherungs|Rentenversicherungs"
    rf"|Versicherten|Aufenthaltstitel)(?:nummer|-?Nr\.?|{_NO}))[ :.]{{0,4}}"
    r"(?P<value>(?=[A-Z ]{0,6}\d)[A-Z0-9][A-Z0-9 ]{6,14}[A-Z0-9])(?!\w)",
    0.85,
    any_case=False,
    needs="ausweis|pass|versicher|aufenthaltstitel",
)
NIR = rule(
    "French social security number, by its key",
    r"(?<![\w\-])[12][ ]?\d{2}[ ]?(?:0[1-9]|1[0-2]|[2-9]\d)[ ]?(?:\d{2}|2[AB])[ ]?\d{3}[ ]?\d{3}"
    r"[ ]?\d{2}(?![\w\-])",
    0.4,
    any_case=False,
    check=lambda value: True if valid_nir(value) else None,
)
DNI = rule(
    "Spanish DNI or NIE, by its letter",
    r"(?<![\w\-.])(?:[XYZ][ \-]?\d{7}|\d{2}\.?\d{3}\.?\d{3})[ \-]?[A-HJ-NP-TV-Z](?![\w\-])",
    0.5,
    any_case=False,
    check=valid_dni,
)
DNI_LABELLED = rule(
    "Spanish papers after a label",
    rf"\b(?i:(?:D\.?N\.?I|N\.?I\.?E|N\.?I\.?F|pasaporte)\b\.?{_NO})"
    r"(?P<value>(?=[A-Z]{0,3}[ \-]?\d)[A-Z0-9][A-Z0-9.\-]{5,12}[A-Z0-9])(?!\w)",
    0.85,
    any_case=False,
    needs="dni|d.n.i|nie|n.i.e|nif|n.i.f|d.ni|dn.i|n.if|ni.f|n.ie|ni.e|pasaporte",
)
FISCAL_CODE = rule(
    "Italian fiscal code",
    r"(?<![\w\-])[A-Z]{6}[\dLMNP-V]{2}[A-EHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z](?![\w\-])",
    0.8,
    check=lambda value: True if valid_fiscal_code(value) else None,
)
IDENTITY_CARD = rule(
    "French and Italian papers after a label",
    r"\b(?i:(?:carte[ ](?:nationale[ ])?d['’]identité|CNI|passeport|titre[ ]de[ ]séjour"
    r"|carta[ ]d['’]identità|C\.I\.|passaporto|tessera[ ]sanitaria|patente)"
    rf"{_NO})(?P<value>(?=[A-Z]{{0,3}}[ ]?\d)[A-Z0-9][A-Z0-9 ]{{5,14}}[A-Z0-9])(?!\w)",
    0.85,
    any_case=False,
    needs="identité|cni|passeport|titre de séjour|identità|c.i.|passaporto|tessera|patente",
)
REGISTER = rule(
    "German registers",
    r"\b(?:HR[AB]|VR|GnR|PR|GsR)[ ]?(?:Nr\.?[ ]?)?\d{2,6}(?:[ ]?[A-Z]\b)?(?!\w)",
    0.75,
    any_case=False,
)
SIREN = rule(
    "SIREN or SIRET after a label",
    r"\b(?:SIREN|SIRET|RCS(?:[ ][A-ZÀ-Þ][\w\-]{2,20}){0,3}"
    r"|immatriculée?[^\n.;]{0,60}?(?:numéro|n°))"
    r"[ ]?(?:n[°o]\.?)?[ :]{0,4}(?:[AB][ ])?(?P<value>\d{3}[ ]?\d{3}[ ]?\d{3}(?:[ ]?\d{5})?)(?!\w)",
    0.9,
    needs="siren|siret|rcs|immatricul",
)
CIF = rule(
    "Spanish company number",
    r"(?<![\w\-])[ABCDEFGHJNPQRSUVW][ \-]?\d{7}[ \-]?[0-9A-J](?![\w\-])",
    0.3,
    any_case=False,
)
REA = rule(
    "Italian register",
    rf"\b(?:R\.?E\.?A|registro[ ](?:delle[ ])?imprese)\b\.?(?:[ ]di[ ]\w{{3,20}})?{_NO}"
    r"(?P<value>(?:[A-Z]{2}[ \-]{1,3})?\d{5,11})(?!\w)",
    0.85,
    needs="rea|r.e|registro",
)
EU_VAT = rule(
    "VAT number with its country",
    r"(?<![\w\-])(?:DE[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}"
    r"|FR[ ]?[A-HJ-NP-Z0-9]{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}"
    r"|IT[ ]?\d{11}|ES[ ]?[A-Z]\d{7}[A-Z0-9]|ATU\d{8}|NL\d{9}B\d{2}|BE[ ]?[01]\d{3}[ .]?\d{3}"
    r"[ .]?\d{3}|PL[ ]?\d{10}|LU\d{8}|IE\d{7}[A-Z]{1,2}|CHE-?\d{3}\.?\d{3}\.?\d{3})(?![\w\-])",
    0.7,
    any_case=False,
)
VAT_LABELLED = rule(
    "VAT number after a label",
    r"\b(?:USt-?Id(?:-?Nr)?|Umsatzsteuer-?Identifikationsnummer|n[°o][ ]?(?:de[ ])?TVA"
    r"|TVA[ ]intracommunautaire|P(?:artita|\.)[ ]?I\.?V\.?A|C\.?I\.?F|N\.?I\.?F)\b\.?"
    rf"{_NO}(?P<value>(?=[A-Z]{{0,3}}[ ]?\d)[A-Z]{{0,3}}[ \-]?\d[\dA-Z]{{1,4}}"
    rf"(?:[ ]?[\dA-Z]{{2,5}})"
    r"{1,3})(?!\w)",
    0.85,
    needs="ust|umsatz|tva|iva|i.v|cif|c.i|nif|n.i|p.i",
)
AKTENZEICHEN = rule(
    "German file number by its form",
    r"(?<![\w.,/\-])(?:[IVX]{1,5}|\d{1,4})[ ](?:[A-Z][A-Za-z]{0,4})(?:[ ]?\([A-Za-z]{1,5}\))?[ ]"
    r"\d{1,6}/\d{2}(?!\w)",
    0.75,
    any_case=False,
)
AKTENZEICHEN_LABELLED = rule(
    "German file number after a label",
    r"\b(?i:Aktenzeichen|Geschäftszeichen|Az|Gz|Geschäfts-?Nr|Urkunden(?:rolle)?-?(?:nummer|Nr)"
    r"|UR-?Nr|UVZ-?Nr)\b\.?[ :]{0,4}(?P<value>(?=[A-Za-z .]{0,8}\d)[A-Za-z0-9]{1,6}"
    r"(?:[ /\-]{1,2}(?:[A-Z][A-Za-z]{0,4}|\d{1,7}|[IVX]{1,5})){1,5})(?!\w)",
    0.85,
    any_case=False,
    needs="aktenzeichen|geschäfts|az|gz|urkunden|ur-|urnr|uvz",
)
RG = rule(
    "French and Italian general register",
    r"(?:\b(?:RG|R\.G\.?(?:N\.?R\.?)?|rôle[ ]général|répertoire[ ]général|R\.?G\.?N\.?R|R\.?G\.?T"
    r"|sentenza|ricorso|pourvoi|minute|dossier|proc\.|parquet|procedimento)[ ]?"
    r"(?:n(?:um[ée]ro|r|[°ºo.])?\.?)?[ :]{0,3})(?P<value>[A-Z]?[ ]?\d{1,4}[/.\-]\d{2,6}"
    r"(?:[.\-/]\d{2,5})?(?:[ ]R\.G\.?(?:N\.R\.?)?)?)(?!\w)",
    0.85,
    needs="rg|r.g|rôle|répertoire|sentenza|ricorso|pourvoi|minute|dossier|proc.|parquet|"
    "procedimento",
)
RG_AFTER = rule(
    "Italian number before its register",
    r"(?<![\w/.])(?P<value>\d{1,6}/(?:19|20)?\d{2})[ ]R\.?[ ]?G\.?(?:[ ]?N\.?[ ]?R\.?)?(?!\w)",
    0.85,
    needs="r.g| rg|r. g",
)
NIG = rule(
    "Spanish proceedings",
    r"\b(?:N\.?I\.?G|procedimiento|autos|diligencias(?:[ ]previas)?|recurso|rollo|ejecución|juicio"
    r"|sumario|expediente|protocolo)(?:[ ][a-záéíóú]{3,15}){0,3}\b\.?[ ]?(?:n[úu]m(?:ero|\.)?"
    r"|n[°ºo]"
    r"\.?)?[ :]{0,3}(?P<value>\d{1,6}/(?:19|20)?\d{2}|\d{5}[ .\-]?\d{2}[ .\-]?\d[ .\-]?(?:19"
    r"|20)\d{2}"
    r"[ .\-]?\d{7})(?!\w)",
    0.85,
    needs="nig|n.i|ni.g|procedimiento|autos|diligencias|recurso|rollo|ejecución|juicio|sumario|"
    "expediente|protocolo",
)


def national_ids() -> RuleRecognizer:
    """Numbers of persons: Steuer-ID, Ausweis, NIR, DNI, NIE, codice fiscale, identity cards."""
    return RuleRecognizer(
        "NATIONAL_ID",
        (
            STEUER_ID,
            STEUER_LABELLED,
            AUSWEIS,
            NIR,
            DNI,
            DNI_LABELLED,
            FISCAL_CODE,
            IDENTITY_CARD,
        ),
        context=("steuer", "idnr", "sécurité sociale", "nir", "dni", "nie", "codice fiscale"),
    )


def company_numbers() -> RuleRecognizer:
    """Numbers of companies: Handelsregister, SIREN, SIRET, CIF, REA."""
    return RuleRecognizer(
        "COMPANY_NUMBER",
        (REGISTER, SIREN, CIF, REA),
        context=("cif", "nif", "sociedad", "mercantil", "domicilio social"),
    )


def vat_numbers() -> RuleRecognizer:
    """VAT numbers of the EU and Switzerland by their country's letters, or after their label."""
    return RuleRecognizer("VAT_NUMBER", (EU_VAT, VAT_LABELLED))


def case_numbers() -> RuleRecognizer:
    """Aktenzeichen, RG, R.G. and R.G.N.R., NIG and Spanish proceedings."""
    return RuleRecognizer("CASE_NUMBER", (AKTENZEICHEN, AKTENZEICHEN_LABELLED, RG, RG_AFTER, NIG))
