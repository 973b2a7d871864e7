"""A new key for the log: the old key signs the new one, and the log records it.

A rotation is a signed note of three lines, `handoff-log-key-rotation`, the former verifier key and
the new one, signed by both. Whoever trusts one of the two keys so learns to trust the other: a
checkpoint from before and one from after belong to the same log. Where the former key is lost the
note is signed by the new key alone, and whoever holds only the former verifier key is told that
nobody they know vouches for the new one.

The notes stand one after the other in `custody-log.rotations`, oldest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from handoff.custody.files import remove_file, replace_file
from handoff.custody.logkey import (
    KEY_FILE,
    VERIFIER_FILE,
    LogKey,
    load_log_key,
    load_verifier_key,
    new_log_key,
)
from handoff.custody.note import NoteSigner, VerifierKey, open_note, sign_note
from handoff.errors import CustodyKeyError, NoteError, NoteSignatureError

ROTATIONS_FILE = "custody-log.rotations"
NEXT_FILE = "custody-log.key.next"
_HEADER = "handoff-log-key-rotation"
_END = "\n\f\n"
_MAX_FILE = 1 << 20


def prepare_next_key(directory: Path, name: str) -> LogKey:
    """The key that shall follow, written down first; one that an interrupted rotation left is kept.

    Raises:
        CustodyKeyError, PermissionsError, DiskFullError: it cannot be written or read.
    """
    path = directory / NEXT_FILE
    if not path.exists():
        replace_file(path, new_log_key(name)[1].encode())
    return load_log_key(directory, NEXT_FILE)


def complete_rotation(
    directory: Path, former: VerifierKey, following: LogKey, signers: Sequence[NoteSigner]
) -> None:
    """Put the new key in the place of the former, after the note that joins them.

    Args:
        directory: where the keys lie.
        former: the verifier key until now.
        following: the key from now on.
        signers: who signs the note: both keys, or the new one alone if the former is lost.
    """
    text = f"{_HEADER}\n{former}\n{following.verifier}\n"
    notes = [*_read(directory), sign_note(text, signers)]
    replace_file(directory / ROTATIONS_FILE, _END.join(notes).encode())
    replace_file(directory / VERIFIER_FILE, f"{following.verifier}\n".encode())
    take_up(directory)


def take_up(directory: Path) -> None:
    """Move the new key into the place of the former: the last step of a rotation."""
    replace_file(directory / KEY_FILE, (directory / NEXT_FILE).read_bytes())
    remove_file(directory / NEXT_FILE)


def load_verifier_keys(directory: Path, trusted: Sequence[VerifierKey] = ()) -> list[VerifierKey]:
    """Every verifier key of the log that follows from those `trusted`, these first.

    Without `trusted`, the key in the directory is believed.

    Raises:
        CustodyKeyError: a key or the file of rotations is missing or damaged.
    """
    known = list(trusted) or [load_verifier_key(directory)]
    pending = [_parse(note) for note in _read(directory)]
    while True:
        joined = [
            key
            for note, pair in pending
            if any(key in known for key in pair) and _signed(note, known)
            for key in pair
            if key not in known
        ]
        if not joined:
            return known
        known.extend(dict.fromkeys(joined))


def _signed(note: str, known: Sequence[VerifierKey]) -> bool:
    try:
        open_note(note, known)
    except (NoteError, NoteSignatureError):
        return False
    return True


def _read(directory: Path) -> list[str]:
    try:
        with (directory / ROTATIONS_FILE).open("rb") as file:
            text = file.read(_MAX_FILE).decode()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError):
        raise CustodyKeyError(f"{ROTATIONS_FILE} cannot be read") from None
    return text.split(_END)


def _parse(untrusted_note: str) -> tuple[str, tuple[VerifierKey, VerifierKey]]:
    lines = untrusted_note.split("\n")
    if len(lines) < 4 or lines[0] != _HEADER:
        raise CustodyKeyError(f"{ROTATIONS_FILE} is damaged")
    return untrusted_note, (VerifierKey.parse(lines[1]), VerifierKey.parse(lines[2]))
