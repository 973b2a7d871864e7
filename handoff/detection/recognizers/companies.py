"""Companies by their legal form, and the numbers that registers give them."""

from __future__ import annotations

import re

from handoff.detection.recognizers.base import RuleRecognizer, rule
from handoff.detection.words import FORMS, FUNCTION, INSTRUMENTS, PUBLIC_HEADS, ROLES

_FORM = (
    r"(?:Ltd|Limited|LLC|L\.L\.C|LLP|L\.L\.P|LP|L\.P|plc|PLC|Inc|Incorporated|Corp|Corporation|Co"
    r"|GmbH|AG|KG|SE|S\.?A\.?R\.?L|S\.?A|S\.?p\.?A"
    r"|S\.?r\.?l|B\.?V|N\.?V|A/S|AB|Oy|ApS|Pty|Pvt|Sdn|Bhd|d\.?o\.?o|s\.?r\.?o|Kft|A\.?Ş|OOO|JSC"
    r"|OJSC|ZAO|mbH|OHG|UG|GbR|e\.[ ]?V|e\.[ ]?G|S\.?A\.?S|S\.?N\.?C|S\.?C\.?I"
    r"|PLLC|P\.L\.L\.C|P\.A|P\.C|S\.?[àÀ][ ]?[rR]\.?[lL]|E\.?U\.?R\.?L|S\.?L\.?U?|S\.?C\.?A"
    r"|S\.?n\.?c|S\.?a\.?s|S\.?r\.?l\.?s)"
)
_WORD = (
    r"(?:[A-Z][\w&'’\-]{0,24}(?:\.[A-Za-z]{1,4}){0,2}|[A-Z]\.(?:[A-Z]\.){0,4}|&|and|of|de"
    r"|\(\w{2,15}\))"
)
ORGANIZATION = rule(
    "name and legal form",
    rf"\b(?!(?:19|20)\d{{2}}[ ])(?P<value>[A-Z0-9][\w&'’\-]{{0,24}}(?:\.[A-Za-z]{{1,4}}){{0,2}}"
    rf"(?:,?[ ]{_WORD}){{0,6}},?"
    rf"[ ](?:{_FORM})\b\.?(?:[ ](?:{_FORM})\b\.?){{0,2}})",
    0.7,
    any_case=False,
)
CAPITALS = rule(
    "name and legal form in capitals",
    r"\b(?P<value>[A-Z0-9][A-Z0-9&'’\-]{1,24}(?:,?[ ][A-Z&][A-Z0-9&'’\-.]{0,24}){0,6},?[ ]"
    r"(?:LIMITED|LTD|INC|INCORPORATED(?![ ]BY\b)|CORP|CORPORATION|COMPANY(?![ ](?:LAW|ACT"
    r"|SECRETARY)\b)"
    r"|L\.L\.C|L\.P|P\.A|P\.C)\b\.?)",
    0.7,
    any_case=False,
)
_GENERIC = ROLES | INSTRUMENTS | PUBLIC_HEADS | FUNCTION


def _names_somebody(value: str) -> bool | None:
    """False for defined terms that are roles or things: "the Company", "the Loan Agreement"."""
    return None if any(w not in _GENERIC for w in re.findall(r"\w+", value.casefold())) else False


def _is_private(value: str) -> bool | None:
    """False where a word other than the last is one of a public body, or none names anybody."""
    words = [w for w in re.findall(r"\w+", value.casefold()) if w not in FUNCTION][:-1]
    public = any(w in PUBLIC_HEADS - {"state", "union", "service"} for w in words)
    return False if public or all(w in _GENERIC | FORMS for w in words) else None


DEFINED = rule(
    "short form that the document defines",
    rf"\b{_FORM}\b\.?,?[^()\n\"“”]{{0,120}}\((?:(?:the|hereinafter|hereafter|together|collectively"
    r"|as)[ ,]{1,2}){0,3}[\"“”](?:the[ ])?"
    r"(?P<value>[A-Z][\w&'’\-]{1,24}(?:[ ][A-Z][\w&'’\-]{1,24}){0,3})[\"“”]",
    0.75,
    any_case=False,
    check=_names_somebody,
)
# Bodies that carry no legal form, by what they are; public ones are told by their other words.
_BODY = (
    r"(?:Bank|Hospital|Clinic|Infirmary|Hospice|Foundation|Associates|Ventures|Cooperative"
    r"|Co-operative|Credit[ ]Union|Building[ ]Society|Solicitors|Law[ ](?:Office|Group|Firm"
    r"|Chambers)"
    r"|(?:Family|Academies|Academy|Unit|Living|Charitable)[ ]Trust|Nursing[ ]Home|Care[ ]Home"
    r"|Mutual"
    r"|Partners|Enterprises|Industries|Traders|Builders|Realty|Motors|Pharmacy|Mutual[ ]Insurance)"
)
BODY = rule(
    "name and kind of body",
    rf"(?<![\w.])(?!(?:The|A|An|This|That|Any|Each|Such|Central|World|European|National|State[ ]"
    rf"(?!Bank))"
    r"[ ])(?P<value>[A-Z][\w'’\-]{1,24}(?:[ ](?:[A-Z][\w'’\-]{1,24}|&|of)){0,4}"
    rf"[ ]{_BODY}(?:[ ]of[ ][A-Z][\w\-]{{1,24}})?)(?![\w’'])",
    0.5,
    any_case=False,
    check=_is_private,
)
MESSRS = rule(
    "firm after M/s. or i/b",
    r"(?<![\w/])(?:M/[Ss]|i/b(?![ ]M[rs]))\.?[ ](?:M/s\.?[ ])?(?!Mr|Ms|Smt|Shri|Dr)"
    r"(?P<value>[A-Z][\w'’\-]{0,24}(?:[ ](?:[A-Z][\w'’.\-]{0,24}|&)){0,5})",
    0.7,
    any_case=False,
    needs="m/s|i/b",
)
VESSEL = rule(
    "name of a vessel",
    r"(?<![\w/])(?:M/?V|M/T|S/S|F/V|M\.V\.|S\.S\.|m\.v\.|m/v)[ ][\"“'‘]?"
    r"(?P<value>[A-Z][\w’'\-]{1,24}"
    r"(?:[ ][A-Z][\w’'\-]{0,24}){0,3})",
    0.6,
    any_case=False,
)
REGISTERED = rule(
    "after a label",
    r"\b(?:company|registration|registered|business|corporate|entity)[ ](?:registration[ ])?(?:"
    r"(?:no|nr|number|num|id)\b\.?|\#)[ :.#]{0,4}"
    r"(?P<value>(?=[A-Z\-]{0,4}\d)[A-Z0-9][A-Z0-9\-./]{4,19}[A-Z0-9])(?!\w)",
    0.75,
    needs="company|registration|registered|business|corporate|entity",
)
REGISTER = rule("German register", r"\bHR[AB][ ]?\d{2,6}(?:[ ]?[A-Z])?\b", 0.8, any_case=False)
CIN = rule("Indian corporate identity", r"\b[LUF]\d{5}[A-Z]{2}(?:19|20)\d{2}[A-Z]{3}\d{6}\b", 0.95)
LEI = rule(
    "legal entity identifier",
    r"\bLEI\b[ :.]{0,4}(?:code[ ]|number[ ])?(?P<value>[A-Z0-9]{18}\d{2})\b",
    0.95,
    needs="lei",
)
VAT = rule(
    "after a label",
    r"\b(?:VAT|GSTIN|GST|TVA|USt-?Id(?:-?Nr)?|P\.?[ ]?IVA)\b\.?(?:[ ](?:registration"
    r"|identification|reg|id)\b\.?)?(?:[ ](?:(?:no|nr|number|num)\b\.?))?"
    r"[ :.#]{0,4}(?P<value>(?=[A-Z]{0,3}[ ]?\d)[A-Z]{0,3}[ ]?\d[\dA-Z]{1,4}(?:[ ]?"
    r"[\dA-Z]{2,5}){1,3})(?!\w)",
    0.85,
    check=lambda value: None if sum(c.isdigit() for c in value) >= 7 else False,
    needs="vat|gst|tva|ust|iva",
)
GSTIN = rule("GSTIN", r"\b[0-3]\d[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]\b", 0.9)


def organizations() -> RuleRecognizer:
    """Companies that carry their legal form, as written and in capitals."""
    return RuleRecognizer("ORGANIZATION", (ORGANIZATION, CAPITALS, DEFINED, BODY, MESSRS, VESSEL))


def company_numbers() -> RuleRecognizer:
    """Register numbers of companies (UK, EU, India), LEI."""
    return RuleRecognizer(
        "COMPANY_NUMBER",
        (REGISTERED, REGISTER, CIN, LEI),
        context=("company", "registered", "register"),
    )


def vat_numbers() -> RuleRecognizer:
    """VAT and GST registration numbers."""
    return RuleRecognizer("VAT_NUMBER", (VAT, GSTIN), context=("vat", "gst", "gstin"))
