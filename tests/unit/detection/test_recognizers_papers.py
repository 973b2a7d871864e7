"""The families for Indian courts, US filings, transcripts and police papers; all of it invented."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from handoff.detection import guards
from handoff.detection.recognizers import companies, officers, phones, premises, records, vehicles
from handoff.detection.recognizers.base import RuleRecognizer
from handoff.detection.views import view

WEAK, MEDIUM, STRONG = (0.0, 0.35), (0.35, 0.75), (0.75, 1.01)
Row = tuple[str, str, tuple[float, float] | None]

OFFICERS: list[Row] = [
    ("S/o Late Abdul Rashid, aged", "Abdul Rashid", MEDIUM),
    ("Pintu @ Rajesh ran", "Rajesh", MEDIUM),
    ("Geeta Devi @ Guddi", "Geeta Devi", MEDIUM),
    ("Nadeem S/o Yameen Khan", "Nadeem", MEDIUM),
    ("met McTavish there", "McTavish", MEDIUM),
    ("SI Ombir Rathee reached", "Ombir Rathee", MEDIUM),
    ("PC 2118 HALLAM attended", "HALLAM", MEDIUM),
    ("his brother-in-law Dewey drove", "Dewey", MEDIUM),
    ("her children, Tobias and Clementine", "Clementine", MEDIUM),
    ("Marcus Ojukwu, M.D. signed", "Marcus Ojukwu", MEDIUM),
    ("__________\nRoland Dietz\nNotary", "Roland Dietz", MEDIUM),
    ("Father's Name: Chhedi Lal", "Chhedi Lal", MEDIUM),
    ("Suspect: MCFADYEN, Tyrell", "MCFADYEN, Tyrell", MEDIUM),
    ("also known as Nell Abberline", "Nell Abberline", MEDIUM),
    ("Thelonius Maddox, et al.", "Thelonius Maddox", MEDIUM),
    ("Preston Okoro, Vice President", "Preston Okoro", MEDIUM),
    ("3. Sunanda Gokhale ....Petitioner", "Sunanda Gokhale", MEDIUM),
    ("SI Units are used", "", None),
    ("the mother of the child", "", None),
    ("his wife, He said", "", None),
    ("Code of Criminal Procedure, Chief Judge", "", None),
    ("Term Sheet and others", "", None),
]
PREMISES: list[Row] = [
    ("Tower 4", "Tower 4", WEAK),
    ("9th Floor", "9th Floor", MEDIUM),
    (
        "R/o Plot No. 14, Shiv Society, Pune \u2013 411 038",
        "Plot No. 14, Shiv Society, Pune \u2013 411 038",
        MEDIUM,
    ),
    (
        "No. 27, 3rd Cross, Bengaluru \u2013 560027",
        "No. 27, 3rd Cross, Bengaluru \u2013 560027",
        MEDIUM,
    ),
    ("8-2-293/82/A/1112, Jubilee Hills", "8-2-293/82/A/1112, Jubilee Hills", MEDIUM),
    ("Joseph House, Kadav P.O., PIN - 682 020", "Joseph House, Kadav P.O., PIN - 682 020", MEDIUM),
    ("12, Ashwa Bungalows, Ahmedabad - 380015", "12, Ashwa Bungalows, Ahmedabad - 380015", STRONG),
    ("1201 THIRD AVE STE 3200", "1201 THIRD AVE STE 3200", MEDIUM),
    ("SEATTLE, WA 98101", "SEATTLE, WA 98101", STRONG),
    ("2150 Foundry Loop", "2150 Foundry Loop", MEDIUM),
    ("2201 Calle Del Norte", "2201 Calle Del Norte", MEDIUM),
    ("1 UNITED STATES DISTRICT COURT", "", None),
    ("Law No. 12, as amended", "", None),
    ("December 31, 2021 Class A Common", "", None),
]
RECORDS: list[Row] = [
    ("Charge Sheet No.: A-412/20", "A-412/20", MEDIUM),
    ("cheque Nos. 118223 and 118224", "118224", MEDIUM),
    ("Invoice No: FC/2022/11874", "FC/2022/11874", MEDIUM),
    ("Badge 17742", "17742", MEDIUM),
    ("title BK447182", "BK447182", MEDIUM),
    ("IMO 9471182", "9471182", STRONG),
    ("Jane Roe, KS #21884", "21884", MEDIUM),
    ("the document is not numbered", "", None),
    ("the title of the chapter", "", None),
]
FILES: list[Row] = [
    ("KGF/BLR/2016-17/0882", "KGF/BLR/2016-17/0882", MEDIUM),
    ("CIT(A)-3/10441/2016-17", "CIT(A)-3/10441/2016-17", MEDIUM),
    ("Custody record: LW 01882/21", "LW 01882/21", MEDIUM),
    ("Commission 001-38219", "001-38219", MEDIUM),
    ("0001193125-21-291188", "0001193125-21-291188", STRONG),
    ("CCPR/C/21/Rev.1", "", None),
    ("and/or, AND/OR/NOT", "", None),
]
ISSUERS: list[Row] = [
    ("Central Index Key: 0001774421", "0001774421", STRONG),
    ("(NYSE: CSF)", "CSF", MEDIUM),
    ("LLPIN: AAQ-3381", "AAQ-3381", STRONG),
    ("R.C.S. Luxembourg: B 218.447", "B 218.447", STRONG),
    ("41587B 20 1\n(CUSIP Number)", "41587B 20 1", STRONG),
    ("the NYSE rules", "", None),
]
FIRMS: list[Row] = [
    ("Kalupur Commercial Co-operative Bank", "Kalupur Commercial Co-operative Bank", MEDIUM),
    ("M/s. Sri Amman Mill", "Sri Amman Mill", MEDIUM),
    ('the M/V "Gulf Marigold"', "Gulf Marigold", MEDIUM),
    ("Kotwal & Rao PLLC", "Kotwal & Rao PLLC", MEDIUM),
    ("the European Central Bank", "", None),
    ("DOCUMENTS INCORPORATED BY REFERENCE", "", None),
    ("Supreme Court Hospital", "", None),
]
TABLES: list[tuple[str, Callable[[], RuleRecognizer], list[Row]]] = [
    ("officers", officers.officers, OFFICERS),
    ("premises", premises.premises, PREMISES),
    ("records", records.records, RECORDS),
    ("files", records.files, FILES),
    ("issuers", records.issuers, ISSUERS),
    ("firms", companies.organizations, FIRMS),
    ("pans", records.pans, [("PAN: ADTPP 6612 M", "ADTPP 6612 M", STRONG), ("a pan", "", None)]),
    (
        "ninos",
        records.ninos,
        [
            ("National Insurance number was QQ 12 34 56 C", "QQ 12 34 56 C", STRONG),
            ("national insurance of 1946", "", None),
        ],
    ),
    (
        "extensions",
        records.extensions,
        [("My extension is 4471", "4471", MEDIUM), ("an extension of 30 days", "", None)],
    ),
    ("plates", vehicles.vehicles, [("CN18 VXW", "CN18 VXW", MEDIUM), ("SE10 THE", "", None)]),
    (
        "phones",
        phones.PhoneNumbers,
        [("09/17/2021 9", "", None), ("£264.00 06/04/22", "", None)],
    ),
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
    make: Callable[[], RuleRecognizer], text: str, value: str, band: tuple[float, float] | None
) -> None:
    recognizer = make()
    results = recognizer.analyze(text, recognizer.supported_entities)
    if band is None:
        assert [text[r.start : r.end] for r in results if r.score >= WEAK[1]] == []
        return
    scores = [r.score for r in results if text[r.start : r.end] == value]
    assert scores, [text[r.start : r.end] for r in results]
    assert band[0] <= max(scores) < band[1]


@pytest.mark.parametrize(
    ("entity", "text", "found", "stands"),
    [
        ("ORGANIZATION", "the FIR No. 12 of", "FIR No", False),
        ("PERSON", "CIK: 0001774421", "CIK", False),
        ("ORGANIZATION", "Confidential Information means", "Confidential Information", False),
        ("LOCATION", "the District of Kansas found", "Kansas", False),
        ("LOCATION", "a Delaware corporation", "Delaware", False),
        ("PERSON", "marked P-9 and", "P-9", False),
        ("LOCATION", "she lives in Kansas now", "Kansas", True),
        ("PERSON", "and Chief Joseph Okoro said", "Chief Joseph Okoro", True),
    ],
)
def test_a_label_or_a_defined_term_names_nobody(
    entity: str, text: str, found: str, *, stands: bool
) -> None:
    start = text.index(found)
    assert guards.stands(entity, text, start, start + len(found)) is stands


def test_a_label_on_the_line_below_is_no_part_of_a_name() -> None:
    text = "Winifred Achebe\nTitle: Director"
    assert guards.trim(text, 0, text.index(":")) == (0, len("Winifred Achebe"))


def test_an_initial_v_is_no_versus() -> None:
    assert guards.trim("V. Anasuya", 0, 10) == (0, 10)


def test_rows_of_a_table_are_not_joined_as_prose_is() -> None:
    prose = "this line is long enough to have been broken by\nthe margin"
    row = "Gideon Blackwater   Chief Executive Officer   2021\nPrudence Achterberg"
    assert "\n" not in view(prose).text
    assert "\n" in view(row).text
