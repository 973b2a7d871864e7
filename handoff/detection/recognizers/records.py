"""Numbers of records: filings with the SEC, police files, vouchers, letters, titles, vessels."""

from __future__ import annotations

from handoff.detection.recognizers.base import RuleRecognizer, rule

_NO = r"(?:(?:nos?|nr|numbers?|num)\b[.:]{0,2}|\#)"
_VALUE = r"(?P<value>(?=[A-Z\-/()]{0,12}\d)[A-Z\d](?:[A-Z\d\-/.()]{0,30}[A-Z\d])?)(?!\w)"
RECORD = rule(
    "record after its label",
    r"\b(?:charge[ ]?sheet|final[ ]report|mutation|entry|khata|khasra|gat|invoice|receipt|accession"
    r"|film|job|purchase[ ]order|work[ ]order|document|cheque|check|demand[ ]draft|certificate"
    r"|incident|custody(?:[ ]record)?|crime(?:[ ]ref(?:erence)?)?|service[ ]connection|roll"
    r"|official"
    r"|belt|pno|mlc|dd|ticket|tracking|confirmation|requisition|deed|will|probate|licen[cs]e"
    r"|pass[ ]?book|folio|ledger|chassis|engine|consumer|ration[ ]card|registry|instrument"
    rf"|recording|group|sy|survey|enrl|csr|serial|sr|s\.[ ]?f|r\.[ ]?s)\.?[ ]?{_NO}[ :.#]{{0,4}}"
    rf"(?:is[ ]"
    rf"|was[ ])?"
    rf"{_VALUE}",
    0.7,
    more=r"(?:,[ ]|[ ]and[ ]|[ ]&[ ])(?P<value>\d[A-Z\d\-/]{2,14})(?!\w)",
)
POLICE = rule(
    "police reference",
    r"\b(?:URN|custody[ ]record|PNC[ ]?(?:ID)?|crime[ ]ref(?:erence)?(?:[ ]number)?|occurrence"
    r"|incident[ ](?:log|number)|CRIS|CAD)[ ]?(?:is|was)?[ :.#]{1,4}"
    r"(?P<value>(?=[A-Z ]{0,6}\d)[A-Z\d]{1,10}(?:[ /\-][A-Z\d]{1,8}){0,4})(?!\w)",
    0.7,
    needs="urn|custody|pnc|crime|occurrence|incident|cris|cad",
)
BADGE = rule(
    "badge or warrant number of an officer",
    r"\b(?:badge|shield|belt|collar|warrant[ ]card|[PD]C|PCSO)(?:[ ]no\b\.?)?[ :\#]{1,3}"
    r"(?P<value>\d{2,6}(?:/?[A-Z]{1,3})?)(?!\w)",
    0.6,
    needs="badge|shield|belt|collar|warrant|pc|dc",
)
# Treaty bodies and the EU number their documents in the same form: those are authorities.
OFFICE = rule(
    "letter or file by its parts",
    r"(?<![\w/])(?!(?:CCPR|CEDAW|CERD|CESCR|CAT|CRC|CMW|CRPD|CPT|HRI|COM|SWD|JOIN|UNEP|OJ|WT|INFCIRC"
    r"|TEU|TFEU)\b)(?=[A-Z\-()/&]{0,60}\d)[A-Z&]{2,10}(?:\([A-Z]{1,4}\))?(?:-\d{1,4})?"
    r"(?:/[A-Z\d][A-Z\d\-().]{0,18}){2,7}(?![\w/])",
    0.5,
    any_case=False,
    needs="/",
)
TITLE = rule(
    "title at HM Land Registry",
    r"\btitle(?:[ ](?:number|no\b\.?))?[ :]{1,3}(?P<value>[A-Z]{1,4}\d{3,7})\b",
    0.7,
    needs="title",
)
VESSEL = rule(
    "vessel at the IMO",
    r"\bIMO(?:[ ](?:no\b\.?|number))?[ :.\#]{1,3}(?P<value>\d{7})\b",
    0.85,
    needs="imo",
)
STATE_BAR = rule(
    "bar number after the state",
    r"\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]"
    r"|T[NX]|UT|V[AT]|W[AIVY])[ ](?:\#|(?:Bar[ ])?No\.)[ ]?(?P<value>\d{4,8})\b",
    0.7,
    any_case=False,
    needs="#|no.",
)
SEC_FILE = rule(
    "file number of the SEC",
    r"(?<![\w\-])(?:00[0-3]|005|024|033|333|811|812|814)-\d{5,6}(?:-\d{2})?(?![\w\-])",
    0.5,
    any_case=False,
)
ACCESSION = rule(
    "accession number of EDGAR", r"(?<![\w\-])\d{10}-\d{2}-\d{6}(?![\w\-])", 0.85, any_case=False
)
INDEX_KEY = rule(
    "central index key",
    r"\b(?:CIK|central[ ]index[ ]key)(?:[ ](?:no\b\.?|number|code))?[ :.\#)]{1,4}(?:is[ ])?"
    r"(?P<value>\d{4,10})\b",
    0.9,
    needs="cik|central index",
)
TICKER = rule(
    "symbol at an exchange",
    r"(?:\b(?:NYSE(?:[ ](?:American|Arca))?|Nasdaq(?:GS|GM|CM)?|NASDAQ|AMEX|OTC(?:QB|QX)?|LSE|AIM"
    r"|TSXV?"
    r"|BSE|NSE|ASX|HKEX)[ ]?:[ ]?|\b(?:trading|ticker|under[ ]the)[ ]symbols?[ ]?:?[ ]?[\"“'‘])"
    r"(?P<value>[A-Z]{1,6}(?:\.[A-Z])?|\d{4,6})(?!\w)",
    0.7,
    any_case=False,
    needs="nyse|nasdaq|amex|otc|lse|aim|tsx|bse|nse|asx|hkex|symbol",
)
CUSIP = rule(
    "number of a class of securities above its label",
    r"(?<![\w\-])\d{3}[A-Z\d]{3}[ ]?[A-Z\d]{2}[ ]?\d(?=\)?\s{1,40}\(CUSIP)",
    0.85,
    any_case=False,
    needs="cusip",
)
LLPIN = rule(
    "Indian partnership, tax deduction account",
    r"\b(?:LLPIN|TAN|Udyam(?:[ ]Registration)?|FCRN)(?:[ ](?:no\b\.?|number))?[ :.\-]{1,4}"
    r"(?P<value>[A-Z]{3,5}-?[\dA-Z\-]{4,16}\d[A-Z]?)\b",
    0.85,
    needs="llpin|tan|udyam|fcrn",
)
LUXEMBOURG = rule(
    "Luxembourg register",
    r"\bR\.?[ ]?C\.?[ ]?S\.?(?:[ ]Luxembourg)?[ :.]{1,3}(?:(?:no|number)\b\.?[ ])?"
    r"(?P<value>[A-K][ ]?\d{2,3}[. ]?\d{3})\b",
    0.85,
    any_case=False,
    needs="luxembourg|rcs|r.c.s",
)
PAN = rule(
    "after the label, written apart",
    r"\bPAN(?:[ ](?:no\b\.?|number|card))?[ :.\-]{1,4}(?:is[ ])?(?P<value>[A-Z]{5}[ \-]?\d{4}[ \-]?"
    r"[A-Z])\b",
    0.9,
    needs="pan",
)
NINO = rule(
    "after the label, whatever its prefix",
    r"\b(?:national[ ]insurance|NI|NINO)(?:[ ](?:no\b\.?|number))?[ :.]{0,3}(?:is[ ]|was[ ])?"
    r"(?P<value>[A-Z]{2}[ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[A-D]?)\b",
    0.9,
    needs="national insurance|ni|nino",
)
EXTENSION = rule(
    "extension of a telephone",
    r"\b(?:ext\.?|extn\.?|extension(?=[ :]{1,2}(?:no|number|is|\d{3,5}\b)))(?:[ ](?:no\b\.?"
    r"|number))?"
    r"[ :.]{1,3}(?:is[ ])?(?P<value>(?!(?:19|20)\d{2}\b)\d{2,6})(?![\w/.,]\w|\w)",
    0.7,
    needs="ext",
)


def records() -> RuleRecognizer:
    """Numbers of police files, vouchers, letters, titles and vessels, mostly by their labels."""
    return RuleRecognizer("REGISTER_NUMBER", (RECORD, BADGE, TITLE, VESSEL, STATE_BAR))


def files() -> RuleRecognizer:
    """References of offices and of the police, and file numbers of the SEC."""
    return RuleRecognizer(
        "CASE_NUMBER", (OFFICE, POLICE, SEC_FILE, ACCESSION), context=("file", "reference", "ref")
    )


def issuers() -> RuleRecognizer:
    """Companies by their key at the SEC, their symbol, and registers of India and Luxembourg."""
    return RuleRecognizer("COMPANY_NUMBER", (INDEX_KEY, TICKER, CUSIP, LLPIN, LUXEMBOURG))


def pans() -> RuleRecognizer:
    """Indian tax numbers that a typist wrote in groups."""
    return RuleRecognizer("IN_PAN", (PAN,))


def ninos() -> RuleRecognizer:
    """National Insurance numbers after their label, also temporary and mistyped ones."""
    return RuleRecognizer("UK_NINO", (NINO,))


def extensions() -> RuleRecognizer:
    """Telephone extensions."""
    return RuleRecognizer("PHONE_NUMBER", (EXTENSION,))
