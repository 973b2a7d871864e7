"""The families added later: credentials, money, registers, vehicles, the Continent, languages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from handoff.detection.recognizers import (
    accounts,
    addresses,
    cases,
    continental,
    credentials,
    languages,
    listings,
    money,
    online,
    persons,
    vehicles,
)
from handoff.detection.recognizers.base import RuleRecognizer
from handoff.detection.registry import FACTORIES
from tests.unit.detection.test_styles import CONTINENTAL, ENGLISH

WEAK, MEDIUM, STRONG = (0.0, 0.35), (0.35, 0.75), (0.75, 1.01)
Row = tuple[str, str, tuple[float, float] | None]

CREDENTIALS: list[Row] = [
    ("key AKIAFAKEFAKEFAKE2345 leaked", "AKIAFAKEFAKEFAKE2345", STRONG),
    ("password: Tr0ub4dor&3, ok", "Tr0ub4dor&3", STRONG),
    ("The password is hunter2x.", "hunter2x", MEDIUM),
    ("api_key = 9f8e7d6c5b4a39281706f5e4d3c2b1a0", "9f8e7d6c5b4a39281706f5e4d3c2b1a0", STRONG),
    ("postgres://app:s3cr3tpw@db/x", "s3cr3tpw", STRONG),
    ("Authorization: Bearer abc123def456ghi789jkl", "abc123def456ghi789jkl", STRONG),
    ("The password is required.", "", None),
    ("the key to the understanding of this clause", "", None),
    ("Secret: confidentialinformation", "", None),
    ("a token payment of one dollar", "", None),
]
MONEY: list[Row] = [
    ("paid $1,250,000.00 today", "$1,250,000.00", STRONG),
    ("EUR 5 million in all", "EUR 5 million", STRONG),
    ("Rs. 12,50,000/- only", "Rs. 12,50,000/-", STRONG),
    ("1.500,50 € netto", "1.500,50 €", STRONG),
    ("five hundred thousand dollars", "five hundred thousand dollars", STRONG),
    ("12 months of 30 days", "", None),
    ("clause 1,250", "", None),
]
REGISTERS: list[Row] = [
    ("00112-045 of the bureau", "00112-045", WEAK),
    ("A 123 456 789", "A 123 456 789", MEDIUM),
    ("1EG4-TE5-MK73", "1EG4-TE5-MK73", MEDIUM),
    ("State Bar No. 198765", "198765", STRONG),
    ("Employee ID: 0091827", "0091827", STRONG),
    ("NPI 1234567893", "1234567893", STRONG),
    ("Inmate Reg. No. 71234-018", "71234-018", STRONG),
    ("Policy No. HO-88-7712345-2", "HO-88-7712345-2", STRONG),
    ("the bar was 4512 metres away", "", None),
    ("a number of 1234 members", "", None),
]
VEHICLES: list[Row] = [
    ("WVWZZZ1JZ3W386752", "WVWZZZ1JZ3W386752", WEAK),
    ("DL-8C-AB-1234", "DL-8C-AB-1234", MEDIUM),
    ("1HGCM82633A004352", "1HGCM82633A004352", STRONG),
    ("license plate: 7ABC123", "7ABC123", MEDIUM),
    ("the plate was broken", "", None),
]
NATIONAL: list[Row] = [
    ("65 929 970 489", "65 929 970 489", WEAK),
    ("65 929 970 488", "", None),  # the check digit is wrong
    ("1 58 07 44 109 021 22", "1 58 07 44 109 021 22", MEDIUM),  # the key is wrong
    ("2 55 08 14 168 025 38", "2 55 08 14 168 025 38", STRONG),
    ("12345678Z", "12345678Z", STRONG),
    ("12345678A", "", None),
    ("X1234567L", "X1234567L", STRONG),
    ("RSSMRA85T10A562S", "RSSMRA85T10A562S", STRONG),
    ("Personalausweis-Nr. L01X00T47", "L01X00T47", STRONG),
    ("Steuernummer: 133/8150/8159", "133/8150/8159", STRONG),
    ("carta d'identità n. CA00000AA", "CA00000AA", STRONG),
]
COMPANIES: list[Row] = [
    ("B-1234567-4", "B-1234567-4", WEAK),
    ("HRB 44321 B", "HRB 44321 B", STRONG),
    ("RCS Lyon 552 100 554", "552 100 554", STRONG),
    ("REA MI-1234567", "MI-1234567", STRONG),
    ("the siren of 1923", "", None),
]
VAT: list[Row] = [
    ("DE136695976", "DE136695976", MEDIUM),
    ("IT 01234567890", "IT 01234567890", MEDIUM),
    ("P. IVA 01234567890", "01234567890", STRONG),
    ("DE 12", "", None),
]
CASES: list[Row] = [
    ("XII ZB 345/18", "XII ZB 345/18", STRONG),
    ("28 O 112/21", "28 O 112/21", STRONG),
    ("Az. 2 BvR 2347/15", "2 BvR 2347/15", STRONG),
    ("RG n° 19/04432", "19/04432", STRONG),
    ("R.G. n. 1234/2020", "1234/2020", STRONG),
    ("n. 1234/2020 R.G.", "1234/2020", STRONG),
    ("procedimiento ordinario 432/2019", "432/2019", STRONG),
    ("in May 18/19", "", None),
]
MORE_CASES: list[Row] = [
    ("18CV012345 filed", "18CV012345", MEDIUM),
    ("ESX-L-001234-20", "ESX-L-001234-20", MEDIUM),
    ("FAO(OS) 33/2010", "33/2010", MEDIUM),
    ("Diary No. 31201 of 2019", "31201 of 2019", STRONG),
]
WALLETS: list[Row] = [
    ("0x" + "ab12" * 10, "0x" + "ab12" * 10, STRONG),
    (
        "wallet address: rEb8TK3gBgk5auZkwc6sHnwrGVJH8DuaLh",
        "rEb8TK3gBgk5auZkwc6sHnwrGVJH8DuaLh",
        MEDIUM,
    ),
    ("0xabc", "", None),
]
UPI: list[Row] = [
    ("pay rakesh.jha@okhdfcbank now", "rakesh.jha@okhdfcbank", STRONG),
    ("met @ upi", "", None),
]
PEOPLE: list[Row] = [
    ("Sd/-\nFarhan Qureshi", "Farhan Qureshi", STRONG),
    ("Personally appeared Hyacinth Okeke-Bright, known", "Hyacinth Okeke-Bright", MEDIUM),
    ("Landlord: Osric Wainwright", "Osric Wainwright", MEDIUM),
    ("Director: QUILLFEATHER, Jocasta Ann", "QUILLFEATHER, Jocasta Ann", MEDIUM),
    ("(1) ORSOLYA BENEDEK\n(2) ANN LEE\nClaimants", "ORSOLYA BENEDEK", MEDIUM),
    ("HIGH COURT OF JUSTICE\nClaimant", "", None),
    ("Landlord: The Premises Are Let", "", None),
    ("estate of the deceased", "", None),
    ("a MacBook on the table", "", None),
]
ADDRESSES: list[Row] = [
    ("Houma, La. 70360", "Houma, La. 70360", STRONG),
    ("Boise, Idaho 83702", "Boise, Idaho 83702", STRONG),
    ("14 Heol y Bryn, Llandeilo, SA19 6AB", "14 Heol y Bryn, Llandeilo, SA19 6AB", STRONG),
]
GERMAN: list[Row] = [
    ("Herrn Dr. Klaus-Dieter Steinmeyer", "Klaus-Dieter Steinmeyer", STRONG),
    ("vertreten durch Sabine Vogt", "Sabine Vogt", MEDIUM),
    ("Zeugin Annegret Möllenkamp", "Annegret Möllenkamp", STRONG),
    ("der Herr im Hause", "", None),
]
FRENCH: list[Row] = [
    ("Maître Solène Kerguélen plaide", "Solène Kerguélen", STRONG),
    ("représentée par Odile Garnier", "Odile Garnier", MEDIUM),
    ("le maître de l'ouvrage", "", None),
]
SPANISH: list[Row] = [
    ("Dña. Pilar Iglesias Vega", "Pilar Iglesias Vega", STRONG),
    ("representado por Pilar Iglesias", "Pilar Iglesias", MEDIUM),
    ("el señor no vino", "", None),
]
ITALIAN: list[Row] = [
    ("l'avv. Lucia Ferrandino", "Lucia Ferrandino", STRONG),
    ("Cognome: Bellucci", "Bellucci", MEDIUM),
    ("il signore era assente", "", None),
]
BIRTHS: list[Row] = [
    ("geboren am 12. März 1961", "12. März 1961", STRONG),
    ("geb. 12.3.1961", "12.3.1961", STRONG),
    ("am 12. März 1961", "", None),
]
TOWNS: list[Row] = [
    ("in 50858 Köln", "50858 Köln", MEDIUM),
    ("wohnhaft Am Wehr 3, 50858 Köln", "Am Wehr 3, 50858 Köln", STRONG),
    ("wohnhaft in Köln", "", None),
]

TABLES: list[tuple[str, Callable[[], RuleRecognizer], list[Row]]] = [
    ("credentials", credentials.credentials, CREDENTIALS),
    ("money", money.amounts, MONEY),
    ("registers", listings.register_numbers, REGISTERS),
    ("vehicles", vehicles.vehicles, VEHICLES),
    ("national", continental.national_ids, NATIONAL),
    ("companies", continental.company_numbers, COMPANIES),
    ("vat", continental.vat_numbers, VAT),
    ("continental cases", continental.case_numbers, CASES),
    ("cases", cases.case_numbers, MORE_CASES),
    ("wallets", online.wallets, WALLETS),
    ("upi", accounts.accounts, UPI),
    ("people", persons.people, PEOPLE),
    ("addresses", addresses.addresses, ADDRESSES),
    ("German people", partial(languages.people, "de"), GERMAN),
    ("French people", partial(languages.people, "fr"), FRENCH),
    ("Spanish people", partial(languages.people, "es"), SPANISH),
    ("Italian people", partial(languages.people, "it"), ITALIAN),
    ("German births", partial(languages.births, "de"), BIRTHS),
    ("German addresses", partial(languages.addresses, "de"), TOWNS),
]


@pytest.mark.parametrize(
    ("make", "text", "value", "band"),
    [
        pytest.param(make, *row, id=f"{name}-{row[0][:30]}")
        for name, make, table in TABLES
        for row in table
    ],
)
def test_recognizer_finds_the_value_with_the_certainty_of_its_form(
    make: Callable[[], RuleRecognizer],
    text: str,
    value: str,
    band: tuple[float, float] | None,
) -> None:
    recognizer = make()
    results = recognizer.analyze(text, recognizer.supported_entities)
    if band is None:
        assert [text[r.start : r.end] for r in results if r.score >= WEAK[1]] == []
        return
    scores = [r.score for r in results if text[r.start : r.end] == value]
    assert scores, [text[r.start : r.end] for r in results]
    assert band[0] <= max(scores) < band[1]


def test_no_rule_needs_a_string_that_its_matches_lack() -> None:
    """`needs` saves time and must not cost a match."""
    texts = [row[0] for _, _, table in TABLES for row in table]
    texts += [text for text, _ in (*ENGLISH, *CONTINENTAL)]
    makers = {make for makes in FACTORIES.values() for make in makes}
    rules = [r for m in makers if isinstance(made := m(), RuleRecognizer) for r in made.rules]
    assert len([rule for rule in rules if rule.needs]) > 40
    for rule in rules:
        for text in texts:
            if rule.pattern.search(text):
                assert rule.may_match(text.lower()), (rule.name, text)
