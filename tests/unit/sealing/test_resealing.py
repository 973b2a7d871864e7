"""Re-sealing: the new key opens it, the old one does not, and nothing of it is ever on disk."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
from pathlib import Path

import pytest

from handoff.errors import IdentityMismatchError, MixedRecipientsError, SealedDamagedError
from handoff.sealing import age
from handoff.sealing.resealing import reseal
from handoff.sealing.seal import open_bytes, seal_bytes

FIRM, OLD, NEW = (age.generate_hybrid() for _ in range(3))
SIZES = [0, 1, 65_535, 65_536, 65_537, 700_000]


def sealed(directory: Path, content: bytes) -> Path:
    path = directory / "old.age"
    path.write_bytes(seal_bytes(content, [str(OLD), str(FIRM)]))
    return path


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_to_one_is_sealed_to_the_other(size: int, tmp_path: Path) -> None:
    content = os.urandom(size)
    source, target = sealed(tmp_path, content), tmp_path / "new.age"
    made = reseal(source, target, [FIRM], [str(NEW), str(FIRM)])
    ciphertext = target.read_bytes()
    assert open_bytes(ciphertext, [NEW]) == open_bytes(ciphertext, [FIRM]) == content
    with pytest.raises(IdentityMismatchError):
        open_bytes(ciphertext, [OLD])
    assert made.sha256 == hashlib.sha256(content).hexdigest()
    assert made.ciphertext_sha256 == hashlib.sha256(ciphertext).hexdigest()
    assert (made.size, made.ciphertext_size) == (size, len(ciphertext))


@pytest.mark.parametrize("size", SIZES)
def test_a_damaged_or_cut_source_leaves_nothing(size: int, tmp_path: Path) -> None:
    whole = sealed(tmp_path, os.urandom(size)).read_bytes()
    for broken in (whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), b"no age file", b""):
        source = tmp_path / "old.age"
        source.write_bytes(broken)
        with pytest.raises(SealedDamagedError):
            reseal(source, tmp_path / "new.age", [FIRM], [str(NEW)])
        assert [path.name for path in tmp_path.iterdir()] == ["old.age"]


def test_without_the_firms_identity_nothing_is_sealed(tmp_path: Path) -> None:
    source = sealed(tmp_path, b"text")
    with pytest.raises(IdentityMismatchError):
        reseal(source, tmp_path / "new.age", [NEW], [str(NEW)])
    with pytest.raises(MixedRecipientsError):
        reseal(source, tmp_path / "new.age", [FIRM], [str(NEW), str(age.generate_x25519())])
    assert not (tmp_path / "new.age").exists()


def test_an_error_at_the_sealing_end_does_not_hang_the_opening_end(tmp_path: Path) -> None:
    """The disk that fills up in the middle: the thread at the other end of the pipe ends too."""
    source = sealed(tmp_path, os.urandom(3_000_000))
    target = tmp_path / "full.age"

    class Full:
        kind = "hybrid"

        def wrap(self, file_key: bytes) -> age.Stanza:
            raise OSError(28, "No space left on device")

    from handoff.sealing import resealing

    with source.open("rb") as file, pytest.raises(OSError, match="No space"):
        resealing._through_a_pipe(file, None, [FIRM], [Full()])  # type: ignore[arg-type, list-item]
    assert not target.exists()


def test_memory_does_not_grow_with_the_document(tmp_path: Path) -> None:
    source = sealed(tmp_path, bytes(48_000_000))
    tracemalloc.start()
    reseal(source, tmp_path / "new.age", [FIRM], [str(NEW)])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000
