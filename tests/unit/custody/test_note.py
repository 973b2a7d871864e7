"""Signed notes: known and unknown keys, strict parsing, checkpoints."""

from __future__ import annotations

import base64

import pytest

from handoff.custody.checkpoint import open_checkpoint, parse_checkpoint_text, sign_checkpoint
from handoff.custody.logkey import LogKey
from handoff.custody.merkle import EMPTY_ROOT
from handoff.custody.note import VerifierKey, open_note, sign_note
from handoff.errors import CustodyKeyError, NoteError, NoteSignatureError

ALICE = LogKey("alice.example/log", b"a" * 32)
BOB = LogKey("bob.example/witness", b"b" * 32)
ALICE_AGAIN = LogKey("alice.example/log", b"c" * 32)
TEXT = "first line\n\nlast line\n"


def line_of(note: str) -> str:
    return note.rpartition("\n\n")[2]


def test_a_note_says_who_signed_it() -> None:
    note = sign_note(TEXT, [ALICE, BOB])
    verified = open_note(note, [ALICE.verifier, BOB.verifier])
    assert verified.text == TEXT
    assert verified.signers == (ALICE.verifier, BOB.verifier)


def test_signatures_of_unknown_keys_are_ignored_even_under_a_known_name() -> None:
    note = sign_note(TEXT, [BOB, ALICE_AGAIN, ALICE])
    assert open_note(note, [ALICE.verifier]).signers == (ALICE.verifier,)


def test_a_wrong_signature_by_a_known_key_rejects_the_note_despite_a_good_one() -> None:
    wrong = line_of(sign_note("other text\n", [BOB]))
    note = sign_note(TEXT, [ALICE]) + wrong
    with pytest.raises(NoteSignatureError, match="known key is wrong"):
        open_note(note, [ALICE.verifier, BOB.verifier])
    assert open_note(note, [ALICE.verifier]).signers == (ALICE.verifier,)


def test_a_note_signed_by_strangers_only_is_refused() -> None:
    with pytest.raises(NoteSignatureError, match="no known key"):
        open_note(sign_note(TEXT, [BOB]), [ALICE.verifier])


GOOD = sign_note(TEXT, [ALICE])
MALFORMED = {
    "nothing": b"",
    "text only": b"text\n",
    "no text": line_of(GOOD).encode(),
    "empty text": ("\n\n" + line_of(GOOD)).encode(),
    "no newline at the end": GOOD.encode()[:-1],
    "an empty line at the end": GOOD.encode() + b"\n",
    "a carriage return": GOOD.replace("\n", "\r\n").encode(),
    "a NUL": GOOD.replace("first", "fi\0st").encode(),
    "no UTF-8": b"\xff\xfe" + GOOD.encode(),
    "a hyphen for the dash": GOOD.replace("\u2014", "-").encode(),
    "no space after the dash": GOOD.replace("\u2014 ", "\u2014").encode(),
    "two spaces": GOOD.replace("example/log ", "example/log  ").encode(),
    "a plus in the name": GOOD.replace("alice.example", "alice+example").encode(),
    "no base64": GOOD.encode()[:-5] + b"!!!!\n",
    "base64 cut short": GOOD.encode()[:-2] + b"\n",
    "a signature of no bytes": TEXT.encode() + b"\n\xe2\x80\x94 a AAAAAA==\n",
    "too many signatures": GOOD.encode() + line_of(GOOD).encode() * 100,
    "too large": b"x" * (1 << 20) + GOOD.encode(),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_note_is_a_typed_error(name: str) -> None:
    with pytest.raises(NoteError):
        open_note(MALFORMED[name], [ALICE.verifier])


def test_sixteen_signatures_are_accepted() -> None:
    keys = [LogKey(f"w{n}.example", bytes([n]) * 32) for n in range(16)]
    assert len(open_note(sign_note(TEXT, keys), [key.verifier for key in keys]).signers) == 16


def test_a_signature_has_one_spelling() -> None:
    encoded = line_of(GOOD).split(" ")[2].strip()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = encoded[-2]
    twin = encoded[:-2] + alphabet[alphabet.index(last) ^ 1] + "="
    assert base64.b64decode(twin) == base64.b64decode(encoded)
    with pytest.raises(NoteError):
        open_note(GOOD.replace(encoded, twin), [ALICE.verifier])


@pytest.mark.parametrize("text", ["", "\n", "no newline", "tab\there\n", "nul\0\n"])
def test_what_cannot_be_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError):
        sign_note(text, [ALICE])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "alice+00000000",
        "alice+00000000+AAAA",
        str(ALICE.verifier).replace("alice", "alicf"),
        str(ALICE.verifier)[:-4],
        str(ALICE.verifier).replace("+A", "+B", 1),
        "\u00e9" + str(ALICE.verifier),
        str(ALICE.verifier).upper(),
    ],
)
def test_a_malformed_verifier_key_is_a_typed_error(text: str) -> None:
    with pytest.raises(CustodyKeyError):
        VerifierKey.parse(text)


def test_a_checkpoint_comes_back_as_it_was_signed() -> None:
    note = sign_checkpoint("alice.example/log", 7, b"r" * 32, [ALICE])
    checkpoint = open_checkpoint(note, [ALICE.verifier])
    assert (checkpoint.origin, checkpoint.size) == ("alice.example/log", 7)
    assert (checkpoint.root, checkpoint.note) == (b"r" * 32, note)


def test_a_checkpoint_signed_only_by_another_known_key_is_refused() -> None:
    note = sign_checkpoint("alice.example/log", 7, b"r" * 32, [BOB])
    with pytest.raises(NoteError, match="not signed by the log"):
        open_checkpoint(note, [ALICE.verifier, BOB.verifier])


def test_extension_lines_are_read_over() -> None:
    root = base64.b64encode(EMPTY_ROOT).decode()
    assert parse_checkpoint_text(f"o\n0\n{root}\nmore\nlines\n") == ("o", 0, EMPTY_ROOT)


ROOT = base64.b64encode(b"r" * 32).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"o\n01\n{ROOT}\n",
        f"o\n-1\n{ROOT}\n",
        f"o\n+1\n{ROOT}\n",
        f"o\n1_0\n{ROOT}\n",
        f"o\n\u0661\n{ROOT}\n",
        f"o\n{'9' * 30}\n{ROOT}\n",
        f"o\n1\n{ROOT[:-4]}\n",
        "o\n1\n\n",
        f"\n1\n{ROOT}\n",
        f"o\n1\n{ROOT}\n\nmore\n",
        "o\n1\n",
    ],
)
def test_a_note_that_is_no_checkpoint_is_a_typed_error(text: str) -> None:
    with pytest.raises(NoteError):
        parse_checkpoint_text(text)
