"""Sealing into the spool and opening: whole, private, durable, or not at all."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from handoff.errors import (
    DiskFullError,
    IdentityMismatchError,
    MixedRecipientsError,
    OutputExistsError,
    PermissionsError,
    RecipientInvalidError,
    SealedDamagedError,
)
from handoff.model import RecheckFailed, RedactedDocument
from handoff.sealing import age, files
from handoff.sealing.keys import FirmKeys
from handoff.sealing.seal import (
    HashingSink,
    open_bytes,
    open_sealed,
    open_to_file,
    seal,
    seal_bytes,
    spool_path,
)

VENDOR = age.generate_hybrid()
KEY = "batch/0123abcd.age"


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    directory = tmp_path / "spool"
    directory.mkdir(mode=0o700)
    return directory


def test_the_spool_holds_what_the_sealed_document_says(
    document: RedactedDocument, spool: Path, firm: FirmKeys
) -> None:
    recipients = (str(VENDOR), firm.public_parts().recovery_pq)
    sealed = seal(document, recipients, spool, KEY)
    content = spool_path(spool, KEY).read_bytes()
    assert sealed.ciphertext_sha256 == hashlib.sha256(content).hexdigest()
    assert sealed.size == len(content)
    assert (sealed.doc_id, sealed.control_number) == (document.doc_id, document.control_number)
    assert (sealed.object_key, sealed.recipients) == (KEY, recipients)
    for identity in (VENDOR, firm.identities[1]):
        assert open_bytes(content, [identity]) == document.content


def test_the_spooled_file_is_0600_and_alone(document: RedactedDocument, spool: Path) -> None:
    seal(document, [str(VENDOR)], spool, KEY)
    assert [path.name for path in spool.iterdir()] == ["0123abcd.age"]
    assert stat.S_IMODE(spool_path(spool, KEY).stat().st_mode) == 0o600


def test_sealing_again_replaces_what_a_killed_run_left(
    document: RedactedDocument, spool: Path
) -> None:
    spool_path(spool, KEY).write_bytes(b"left over")
    sealed = seal(document, [str(VENDOR)], spool, KEY)
    assert spool_path(spool, KEY).stat().st_size == sealed.size


def test_a_document_that_failed_its_recheck_is_not_sealed(
    document: RedactedDocument, spool: Path
) -> None:
    unsafe: Any = RecheckFailed(leaks=())
    with pytest.raises(TypeError):
        seal(replace(document, recheck=unsafe), [str(VENDOR)], spool, KEY)
    assert list(spool.iterdir()) == []


@pytest.mark.parametrize("key", ["", "a/", "a/..", ".hidden", "a/b\0", "a/b\n", "a/" + "x" * 300])
def test_a_key_that_is_no_plain_file_name_is_refused(key: str, spool: Path) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        spool_path(spool, key)


def test_bad_recipients_are_refused_before_anything_is_written(
    document: RedactedDocument, spool: Path
) -> None:
    with pytest.raises(RecipientInvalidError):
        seal(document, ["age1nonsense"], spool, KEY)
    with pytest.raises(MixedRecipientsError):
        seal(document, [str(VENDOR), str(age.generate_x25519())], spool, KEY)
    assert list(spool.iterdir()) == []


FAULTS = [
    pytest.param(errno.ENOSPC, DiskFullError, id="disk full"),
    pytest.param(errno.EDQUOT, DiskFullError, id="quota"),
    pytest.param(errno.EIO, PermissionsError, id="broken disk"),
    pytest.param(errno.EROFS, PermissionsError, id="read-only"),
]


@pytest.fixture(params=["fsync", "replace"])
def failing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Make one of the last steps fail with the errno in the list."""
    code: list[int] = []

    def fail(*_: object) -> None:
        raise OSError(code[0], os.strerror(code[0]))

    if request.param == "fsync":
        monkeypatch.setattr("os.fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    return code


@pytest.mark.parametrize(("code", "error"), FAULTS)
def test_a_disk_that_fails_leaves_nothing_and_says_what_it_was(
    code: int, error: type[Exception], failing: list[int], document: RedactedDocument, spool: Path
) -> None:
    failing.append(code)
    with pytest.raises(error):
        seal(document, [str(VENDOR)], spool, KEY)
    assert list(spool.iterdir()) == []


FULL = """
import resource, signal, sys
from pathlib import Path
from handoff.errors import DiskFullError
from handoff.sealing import age
from handoff.sealing.files import replacing, translated
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with translated("x"), replacing(Path(sys.argv[1]) / "x") as file:
        age.encrypt(open("/dev/zero", "rb"), file, [age.generate_x25519().recipient()])
except DiskFullError:
    sys.exit(16)
"""


def test_a_real_write_that_meets_its_limit_is_a_full_disk_and_leaves_nothing(spool: Path) -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", FULL, spool],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 16, done.stderr.decode()
    assert list(spool.iterdir()) == []


def test_a_missing_spool_is_a_permissions_error(document: RedactedDocument, tmp_path: Path) -> None:
    with pytest.raises(PermissionsError):
        seal(document, [str(VENDOR)], tmp_path / "nowhere", KEY)


def test_bytes_sealed_in_memory_open_in_memory() -> None:
    assert open_bytes(seal_bytes(b"names", [str(VENDOR)]), [VENDOR]) == b"names"


# --- opening --------------------------------------------------------------------------------------

PLAIN = os.urandom(3_000_000)
SEALED = seal_bytes(PLAIN, [str(VENDOR)])


def changed(at: int) -> bytes:
    data = bytearray(SEALED)
    data[at] ^= 1
    return bytes(data)


DAMAGED = [
    pytest.param(b"", id="empty"),
    pytest.param(b"hello", id="no age file"),
    pytest.param(SEALED[:50], id="header cut"),
    pytest.param(SEALED[:-1], id="cut by a byte"),
    pytest.param(SEALED[:2_500_000], id="cut in the middle"),
    pytest.param(SEALED + b"\n", id="a byte more"),
    pytest.param(changed(-1), id="last byte changed"),
    pytest.param(changed(2_000_000), id="a byte in the middle changed"),
    pytest.param(b"-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n", id="armor cut"),
]


def test_an_opened_document_appears_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "out.pdf"
    assert open_to_file(io.BytesIO(SEALED), path, [VENDOR]) == len(PLAIN)
    assert path.read_bytes() == PLAIN
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture(params=["unnamed", "named", "no hard links"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way of writing a new file, whatever the file system of the test."""
    if request.param != "unnamed":
        monkeypatch.setattr(files, "_create_unnamed", lambda directory: None)
    if request.param == "no hard links":

        def refuse(*_: object) -> None:
            raise OSError(errno.EPERM, "no hard links here")

        monkeypatch.setattr(Path, "hardlink_to", refuse)


@pytest.mark.usefixtures("file_system")
def test_every_way_of_writing_a_file_gives_the_same(tmp_path: Path) -> None:
    open_to_file(io.BytesIO(SEALED), tmp_path / "out", [VENDOR])
    assert (tmp_path / "out").read_bytes() == PLAIN
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.usefixtures("file_system")
@pytest.mark.parametrize("sealed", DAMAGED)
def test_a_damaged_document_leaves_no_output_file(sealed: bytes, tmp_path: Path) -> None:
    with pytest.raises(SealedDamagedError):
        open_to_file(io.BytesIO(sealed), tmp_path / "out", [VENDOR])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("file_system")
def test_no_fitting_identity_leaves_no_output_file(tmp_path: Path) -> None:
    with pytest.raises(IdentityMismatchError):
        open_to_file(io.BytesIO(SEALED), tmp_path / "out", [age.generate_hybrid()])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("file_system")
def test_an_output_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path, source = tmp_path / "out", io.BytesIO(SEALED)
    path.write_bytes(b"mine")
    with pytest.raises(OutputExistsError):
        open_to_file(source, path, [VENDOR])
    assert path.read_bytes() == b"mine"
    assert source.tell() == 0, "refused before gigabytes are opened in vain"


@pytest.mark.usefixtures("file_system")
def test_an_output_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "out"

    class Appearing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            path.write_bytes(b"theirs")
            return super().read(size)

    with pytest.raises(OutputExistsError):
        open_to_file(Appearing(SEALED), path, [VENDOR])
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_in_place_of_the_output_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputExistsError):
        open_to_file(io.BytesIO(SEALED), tmp_path / "out", [VENDOR])
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("sealed", DAMAGED)
def test_what_reaches_a_pipe_before_an_error_is_a_true_beginning(sealed: bytes) -> None:
    sink = io.BytesIO()
    with pytest.raises(SealedDamagedError):
        open_sealed(io.BytesIO(sealed), sink, [VENDOR])
    assert PLAIN.startswith(sink.getvalue())


KILLED = """
import os, signal, sys
from pathlib import Path
from handoff.sealing.files import creating
with creating(Path(sys.argv[1]) / "out") as file:
    file.write(b"client secret")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="this system has no O_TMPFILE")
def test_a_process_killed_while_opening_leaves_no_plaintext(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
        timeout=60,
    )
    assert done.returncode == -9
    assert list(tmp_path.iterdir()) == []


def test_importing_the_sealing_room_stays_light() -> None:
    code = (
        "import sys; import handoff.sealing.seal, handoff.sealing.keys, handoff.sealing.manifest;"
        "heavy = {'presidio_analyzer', 'spacy', 'lxml', 'pydantic', 'boto3', 'sqlalchemy'};"
        "sys.exit(' '.join(heavy & set(sys.modules)) or None)"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_digest_covers_what_was_really_written() -> None:
    class Short(io.BytesIO):
        def write(self, data: Any, /) -> int:
            return super().write(memoryview(data)[:10])

    file = Short()
    sink = HashingSink(file)
    age.encrypt(io.BytesIO(b"x" * 1000), sink, [VENDOR.recipient()])
    assert sink.hexdigest() == hashlib.sha256(file.getvalue()).hexdigest()
    assert sink.size == len(file.getvalue())
