"""Armor: what the vectors leave open, and that detection needs no hint."""

from __future__ import annotations

import io

import pytest

from handoff.sealing import age
from handoff.sealing.age.armor import BEGIN, END, ArmorReader
from handoff.sealing.age.pipes import BufferedSource

IDENTITY = age.generate_x25519()
DATA = bytes(range(256)) * 1000


def armored(data: bytes = DATA) -> bytes:
    sink = io.BytesIO()
    age.encrypt(io.BytesIO(data), sink, [IDENTITY.recipient()], armored=True)
    return sink.getvalue()


def unseal(sealed: bytes) -> bytes:
    sink = io.BytesIO()
    age.decrypt(io.BytesIO(sealed), sink, [IDENTITY])
    return sink.getvalue()


def test_lines_are_64_columns_and_the_ends_are_as_specified() -> None:
    first, *body, last = armored().decode().splitlines()
    assert (first.encode(), last.encode()) == (BEGIN, END)
    assert {len(line) for line in body[:-1]} == {64}
    assert 0 < len(body[-1]) <= 64


@pytest.mark.parametrize("size", range(0, 100, 3))
def test_every_length_of_the_last_line_reads_back(size: int) -> None:
    assert unseal(armored(DATA[:size])) == DATA[:size]


def crlf(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


def wrap(columns: int) -> bytes:
    body = b"".join(armored().splitlines()[1:-1])
    lines = [body[at : at + columns] for at in range(0, len(body), columns)]
    return b"\n".join([BEGIN, *lines, END, b""])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(crlf(armored()), id="CRLF"),
        pytest.param(b"\n \t\r\n" + armored() + b"\n \n", id="white space around"),
        pytest.param(armored().removesuffix(b"\n"), id="no last line feed"),
    ],
)
def test_line_ends_and_outer_white_space_may_vary(text: bytes) -> None:
    assert unseal(text) == DATA


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(wrap(48), id="short lines"),
        pytest.param(wrap(76), id="long lines"),
        pytest.param(wrap(76 * 100), id="very long lines"),
        pytest.param(armored().replace(END, b""), id="no end"),
        pytest.param(armored() + b"x", id="something after"),
        pytest.param(armored() + b" " * 5000, id="too much white space after"),
        pytest.param(armored()[:-40], id="cut"),
        pytest.param(armored()[:5000] + b"\n" + armored()[5000:], id="a break in a line"),
        pytest.param(armored()[:5000] + b"=" + armored()[5001:], id="padding inside"),
        pytest.param(armored()[:5000] + b"\r" + armored()[5001:], id="a carriage return inside"),
        pytest.param(armored()[:5000] + b"-" + armored()[5001:], id="URL alphabet"),
        pytest.param(armored().replace(b"AGE", b"PGP"), id="another label"),
    ],
)
def test_any_other_armor_is_refused(text: bytes) -> None:
    with pytest.raises(age.ArmorError):
        unseal(text)


@pytest.mark.parametrize("after", [b"QUJD", b"A" * 64])
@pytest.mark.parametrize("padded", [b"A" * 63 + b"=", b"A" * 62 + b"=="])
def test_a_padded_line_is_the_last_however_long_it_is(padded: bytes, after: bytes) -> None:
    assert ArmorReader(source(BEGIN, padded, END)).read(100) == bytes(48 - padded.count(b"="))
    with pytest.raises(age.ArmorError):
        BufferedSource(ArmorReader(source(BEGIN, padded, after, END))).peek(1000)


def source(*lines: bytes) -> BufferedSource:
    return BufferedSource(io.BytesIO(b"\n".join([*lines, b""])))
