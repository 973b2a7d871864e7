"""JSON and JSON Lines: every string, number and key; the rest byte for byte."""

from __future__ import annotations

import json

import pytest

from handoff.documents.door import HouseDoor
from handoff.documents.jsonfile import JsonFormat
from handoff.documents.registry import sniff
from handoff.errors import DamagedError, DocumentError, LimitError, UnsafeContentError
from tests.unit.documents.judge import TAG, assert_clean, redact, text_of

HANDLER = JsonFormat()
SECRET = "Zebulon Quarterstaff"
PLACES = {
    "value": '{"name": "Zebulon Quarterstaff"}',
    "key": '{"Zebulon Quarterstaff": 1}',
    "in an array": '[1, ["Zebulon Quarterstaff"], true]',
    "escaped": '{"n": "\\u005aebulon \\u0051uarterstaff"}',
    "escaped key": '{"\\u005aebulon Quarterstaff": null}',
    "zero-width": '{"n": "Zebu\\u200blon Quarter\\u00adstaff"}',
    "over two lines": '{"n": "Zebulon\\nQuarterstaff"}',
    "doubled key": '{"n": "Zebulon Quarterstaff", "n": "x"}',
    "JSON in JSON": '{"n": "{\\"m\\": \\"Zebulon Quarterstaff\\"}"}',
    "lines": '{"n": "x"}\n{"n": "Zebulon Quarterstaff"}\n',
    "deep": '{"a":' * 90 + '"Zebulon Quarterstaff"' + "}" * 90,
    "bare string": '["a", "Zebulon Quarterstaff"]',
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_redacted_wherever_it_stands(place: str) -> None:
    content = PLACES[place].encode()
    assert sniff(content).name == "json"
    produced = redact(HANDLER, content, [SECRET, "Quarterstaff"])
    assert_clean(HANDLER, produced, ["Zebulon", "Quarterstaff"])
    assert TAG.encode() in produced
    for line in produced.splitlines():
        json.loads(line)


def test_a_number_that_is_redacted_becomes_a_string_and_the_rest_stays() -> None:
    content = b'{\n\t"ssn" : 123456789,\r\n "wage": 1.50e3 , "ok":true }\n'
    produced = redact(HANDLER, content, ["123456789"])
    assert produced == content.replace(b"123456789", b'"[X-1]"')


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encoding_mark_and_layout_stay(codec: str) -> None:
    content = ('{"name": "Käthe", "n": [1,2]}' + " " * 40).encode(codec)
    assert HANDLER.rewrite(content, (), HouseDoor()) == content


def test_keys_give_the_context_and_equal_keys_are_one_unit() -> None:
    content = b'[{"lastName": "Quarterstaff"}, {"lastName": "Smith"}]'
    content = content.replace(b"[{", b'[{"The Key": 1}, {"The Key": 1}, {')
    units = [u for u in HANDLER.read(content, HouseDoor()) if u.text != "1"]
    assert [(u.text, u.context) for u in units] == [
        ("The Key", ""),
        ("Quarterstaff", "last name"),
        ("Smith", "last name"),
    ]


def test_plain_identifiers_are_no_text_but_the_recheck_sees_them() -> None:
    content = b'{"quarterstaff": "x"}'
    assert [unit.text for unit in HANDLER.read(content, HouseDoor())] == ["x"]
    assert "quarterstaff" in text_of(HANDLER.reread(content, HouseDoor()))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ('{"a": "x"', DamagedError),
        ('{"a": "x"}}', DamagedError),
        ('[{"a": 1}' + ', {"a": 1}' * 300 + ", oops]", DamagedError),
        ("[" * 100_000, LimitError),
        ('{"a": "' + "QUJD" * 200 + '"}', UnsafeContentError),
        ('{"a": "data:application/pdf;base64,' + "QUJD" * 200 + '"}', UnsafeContentError),
        ('{"a": "' + "414243" * 100 + '"}', UnsafeContentError),
    ],
)
def test_what_is_no_whole_json_or_hides_something_is_held(
    content: str, error: type[DocumentError]
) -> None:
    with pytest.raises(error):
        HANDLER.read(content.encode(), HouseDoor())


@pytest.mark.parametrize("text", ["[1] See Smith v. Jones.\n", "{a} or {b}\n", "[sic] he wrote\n"])
def test_prose_that_begins_with_a_bracket_is_text(text: str) -> None:
    assert sniff(text.encode()).name == "txt"


def test_half_of_a_surrogate_pair_is_no_bug() -> None:
    produced = redact(HANDLER, b'["\\ud800 Zebulon", "\\ud83d\\ude00"]', ["Zebulon"])
    assert b"Zebulon" not in produced
    assert b'"\\ud83d\\ude00"' in produced
    HANDLER.reread(produced, HouseDoor())


def test_a_name_that_is_a_key_is_redacted_beside_keys_that_are_words() -> None:
    content = b'{"claim": 1, " ": 2, "people": {"Zebulon Quarterstaff": {"note": "x"}}}'
    produced = redact(HANDLER, content, [SECRET])
    assert produced == b'{"claim": 1, " ": 2, "people": {"[X-1]": {"note": "x"}}}'
