"""Signed notes against notes that we did not sign: Tessera's log and the C2SP specification."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff.custody.checkpoint import open_checkpoint
from handoff.custody.note import VerifierKey, open_note
from handoff.errors import NoteError, NoteSignatureError

LOG = Path(__file__).parents[2] / "../shared/data/vectors/tessera/testdata/log"
CHECKPOINTS = sorted(LOG.glob("checkpoint*"))
# From ../shared/data/README.md and Tessera's own documentation.
KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"


def test_all_17_checkpoints_are_there() -> None:
    if not LOG.is_dir():
        pytest.skip("../shared/data/vectors/tessera is not on this machine")
    assert len(CHECKPOINTS) == 17


@pytest.mark.parametrize("path", CHECKPOINTS, ids=lambda path: path.name)
def test_a_tessera_checkpoint_verifies(path: Path) -> None:
    checkpoint = open_checkpoint(path.read_bytes(), [VerifierKey.parse(KEY)])
    assert checkpoint.origin == "example.com/log/testdata"
    number = path.suffix.removeprefix(".")
    assert checkpoint.size == int(number or "15")


@pytest.mark.parametrize("path", CHECKPOINTS[:3], ids=lambda path: path.name)
def test_no_byte_of_a_tessera_checkpoint_can_change_unnoticed(path: Path) -> None:
    note = path.read_bytes()
    for at in range(len(note)):
        changed = note[:at] + bytes([note[at] ^ 1]) + note[at + 1 :]
        with pytest.raises((NoteError, NoteSignatureError)):
            open_checkpoint(changed, [VerifierKey.parse(KEY)])


def test_the_key_id_is_that_of_the_specification() -> None:
    assert VerifierKey.parse(KEY).id == 0x33D7B496
    assert str(VerifierKey.parse(KEY)) == KEY


def test_a_note_of_an_unknown_key_is_refused() -> None:
    # The example of c2sp.org/signed-note, whose key is not published there.
    note = (
        "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\n"
        "ed è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5d"
        "dnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    )
    with pytest.raises(NoteSignatureError):
        open_note(note, [VerifierKey.parse(KEY)])
