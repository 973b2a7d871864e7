"""C2SP tlog-checkpoints: the note in which a log commits to its size and root.

Source: https://c2sp.org/tlog-checkpoint. Extension lines are read over, never written.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

from handoff.custody.merkle import HASH_SIZE
from handoff.custody.note import NoteSigner, VerifierKey, decode_base64, open_note, sign_note
from handoff.errors import NoteError
from handoff.model import Checkpoint

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


def sign_checkpoint(origin: str, size: int, root: bytes, signers: Sequence[NoteSigner]) -> str:
    """The signed note over a tree of `size` leaves with `root`; raises `NoteError`."""
    if "\n" in origin or not origin:
        raise NoteError("the origin of a checkpoint must be one non-empty line")
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    return sign_note(text, signers)


def open_checkpoint(untrusted_note: bytes | str, keys: Sequence[VerifierKey]) -> Checkpoint:
    """Verify a checkpoint's signatures, then read it.

    The log's own key must be among the signers: one of `keys` whose name is the origin.

    Raises:
        NoteError: it is no signed note, no checkpoint, or of a log that none of `keys` stands for.
        NoteSignatureError: no known key signed it, or a known key's signature is wrong.
    """
    verified = open_note(untrusted_note, keys)
    origin, size, root = parse_checkpoint_text(verified.text)
    if all(key.name != origin for key in verified.signers):
        raise NoteError("the checkpoint is not signed by the log it names")
    note = untrusted_note if isinstance(untrusted_note, str) else untrusted_note.decode()
    return Checkpoint(origin=origin, size=size, root=root, note=note)


def parse_checkpoint_text(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a verified note's text; raises `NoteError`."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or "" in lines or not _SIZE.fullmatch(lines[1]):
        raise NoteError("the note is no checkpoint: it needs an origin, a size and a root")
    root = decode_base64(lines[2])
    if root is None or len(root) != HASH_SIZE:
        raise NoteError("the checkpoint's root is no SHA-256 hash in base64")
    return lines[0], int(lines[1]), root
