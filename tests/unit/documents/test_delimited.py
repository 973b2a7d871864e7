"""Tables: told from prose, one unit a cell, every untouched byte kept."""

from __future__ import annotations

import base64

import pytest

from handoff.documents.delimited import DelimitedFormat, delimiter
from handoff.documents.door import HouseDoor
from handoff.documents.registry import sniff
from handoff.errors import UnsafeContentError
from tests.unit.documents.judge import TAG, assert_clean, redact

HANDLER = DelimitedFormat()
TABLE = (
    'Name;"Birth date";Remark\r\n'
    'Quarterstaff;01.02.1980;"says ""hello""; waves"\r\n'
    "\"Zebulon\nQuarterstaff\";;=cmd|' /C calc'!A0\r\n"
)


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_each_delimiter_is_told(mark: str) -> None:
    text = f"a{mark}b{mark}c\n1{mark}2{mark}3\n"
    assert delimiter(text) == mark
    assert sniff(text.encode()).name == "csv"


@pytest.mark.parametrize(
    "prose",
    [
        "Dear John,\nI write, as agreed, about the matter.\nYours,\nMary\n",
        "Roses are red, violets are blue\nSugar is sweet, and so are you\n",
        "one line only, with a comma\n",
        "Dear Sir,\nfarewell,\n",
        "no delimiter\nat all\n",
    ],
)
def test_prose_is_no_table(prose: str) -> None:
    assert sniff(prose.encode()).name == "txt"


@pytest.mark.parametrize("odd", ["Clients of 2026", "Sum of it all"])
def test_a_wide_table_with_an_odd_row_is_a_table_still(odd: str) -> None:
    text = "Name;City;Wage\nQuarterstaff;Rome;1,5\nRoe;Paris;2\nDoe;Bonn;3\n" + odd + "\n"
    assert sniff(text.encode()).name == "csv"
    produced = redact(HANDLER, text.encode(), ["Quarterstaff", odd])
    assert produced == text.replace("Quarterstaff", TAG).replace(odd, TAG).encode()
    assert_clean(HANDLER, produced, ["Quarterstaff"])


def test_untouched_bytes_are_kept() -> None:
    content = TABLE.encode("cp1252")
    assert HANDLER.rewrite(content, (), HouseDoor()) == content


def test_cells_are_units_with_the_heading_as_context() -> None:
    units = HANDLER.read(TABLE.encode(), HouseDoor())
    first = next(unit for unit in units if unit.unit_id == "r2c1")
    assert (first.text, first.context, first.place) == ("Quarterstaff", "Name", "row 2, column 1")
    assert 'says "hello"; waves' in [unit.text for unit in units]


def test_redacted_cells_stay_cells() -> None:
    produced = redact(HANDLER, TABLE.encode(), ["Zebulon Quarterstaff", "Quarterstaff", "hello"])
    assert produced.decode() == (
        'Name;"Birth date";Remark\r\n'
        f'{TAG};01.02.1980;"says ""{TAG}""; waves"\r\n'
        f"\"{TAG}\";;=cmd|' /C calc'!A0\r\n"
    )
    assert_clean(HANDLER, produced, ["Quarterstaff", "hello"])


def test_a_replacement_that_needs_quotes_gets_them() -> None:
    content = b"a,b,c\nx\x08 y,2,3\n4,5,6\n"
    assert HANDLER.rewrite(content, (), HouseDoor()) == b"a,b,c\nx y,2,3\n4,5,6\n"


def test_the_second_reading_joins_the_cells_of_a_row() -> None:
    texts = [unit.text for unit in HANDLER.reread(b"first,last,x\nJohn,Smith,1\n", HouseDoor())]
    assert "John Smith 1" in texts


@pytest.mark.parametrize(
    "text", ['a,b,c\n"open,b,c\nd,e,f\n', 'a,b\n"x"y,z\nc,d\n', '"",""\n"",""\n"",""']
)
def test_odd_quotes_lose_nothing(text: str) -> None:
    assert sniff(text.encode()).rewrite(text.encode(), (), HouseDoor()) == text.encode()


def test_binary_data_packed_into_a_cell_is_held() -> None:
    packed = base64.b64encode(b"Dear Zebulon Quarterstaff, we wrote in vain. " * 8).decode()
    content = f"a,b,c\n1,{packed},3\n".encode()
    with pytest.raises(UnsafeContentError):
        HANDLER.read(content, HouseDoor())
