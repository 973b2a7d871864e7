"""LibreOffice as a converter: confined, in memory, and gone afterwards."""

import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from handoff.documents.libreoffice import jail, runner
from handoff.documents.libreoffice.profile import registry
from handoff.errors import ConverterMissingError, DamagedError, LimitError

needs_office = pytest.mark.skipif(runner.program() is None, reason="LibreOffice is not installed")
_RTF = rb"{\rtf1\ansi Signed by \b Martha\b0  Ellery.\par}"
_HTML = runner.Format("html", "HTML (StarWriter)", "")


@pytest.fixture(params=[True, False], ids=["namespaces", "shared memory"])
def mode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(runner._Modes, "namespaces", request.param)
    return bool(request.param)


def _left() -> list[Path]:
    return list(Path(jail.SHARED_MEMORY).glob(f"{jail.PREFIX}*"))


@needs_office
@pytest.mark.usefixtures("mode")
def test_rtf_becomes_word_and_nothing_is_left() -> None:
    made = runner.convert(_RTF, runner.RTF, runner.WORD)
    assert b"Martha" in zipfile.ZipFile(BytesIO(made)).read("word/document.xml")
    assert _left() == []


@needs_office
@pytest.mark.usefixtures("mode")
def test_a_remote_picture_is_not_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        page = f'<html><body>text<img src="http://127.0.0.1:{port}/x.png"></body></html>'
        runner.convert(page.encode(), _HTML, runner.WRITER_PDF)
        with pytest.raises(BlockingIOError):
            listener.accept()


@needs_office
def test_files_of_the_machine_are_not_shown_inside(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Martha Ellery", encoding="utf-8")
    section = rb'{\rtf1 {\field{\*\fldinst INCLUDETEXT "%s"}{\fldrslt }}x}'
    made = runner.convert(section % str(secret).encode(), runner.RTF, runner.WRITER_TEXT)
    assert b"Ellery" not in made


@needs_office
@pytest.mark.usefixtures("mode")
@pytest.mark.parametrize(
    ("allowance", "error"),
    [
        (runner.Allowance(wall_seconds=0), LimitError),
        (runner.Allowance(output_bytes=2_000_000, memory_bytes=8_000_000), DamagedError),
        (runner.Allowance(cpu_seconds=0), DamagedError),
    ],
    ids=["time", "memory", "processor"],
)
def test_limits_end_a_conversion(allowance: runner.Allowance, error: type[Exception]) -> None:
    with pytest.raises(error):
        runner.convert(_RTF, runner.RTF, runner.WORD, allowance)
    _wait(lambda: not _left())


@needs_office
@pytest.mark.parametrize("broken", [b"\xd0\xcf\x11\xe0" + bytes(600), b"PK\x03\x04junk"])
def test_what_is_no_document_is_damaged(broken: bytes) -> None:
    with pytest.raises(DamagedError):
        runner.convert(broken, runner.DOC, runner.WORD)


def test_without_libreoffice_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "program", lambda: None)
    with pytest.raises(ConverterMissingError, match="not installed"):
        runner.convert(_RTF, runner.RTF, runner.WORD)


@needs_office
def test_without_memory_to_work_in_nothing_is_written_to_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runner, "_run", lambda *_, **__: (jail.NO_MEMORY_STORE, b""))
    with pytest.raises(ConverterMissingError, match="no place in memory"):
        runner.convert(_RTF, runner.RTF, runner.WORD)
    assert not jail._is_memory("/usr")


@needs_office
def test_what_a_killed_jail_left_goes_at_the_next_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner._Modes, "namespaces", False)
    stale = Path(jail.SHARED_MEMORY) / f"{jail.PREFIX}stale{os.getpid()}"
    stale.mkdir(mode=0o700)
    runner.convert(_RTF, runner.RTF, runner.WORD)
    assert not stale.exists()


_WORK = """
import sys
from handoff.documents.libreoffice import runner
runner._Modes.namespaces = sys.argv[1] == "True"
runner.convert(b"{\\\\rtf1 " + b"word \\\\par " * 400000 + b"}", runner.RTF, runner.WRITER_PDF)
"""


@needs_office
def test_nothing_survives_a_worker_that_is_killed(mode: bool) -> None:
    worker = subprocess.Popen([sys.executable, "-c", _WORK, str(mode)])
    _wait(lambda: any(_below(worker.pid)))
    family = list(_below(worker.pid))
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    _wait(lambda: not any(_is_office(pid) for pid in family) and not _left())


def _below(parent: int) -> Iterator[int]:
    """Processes named soffice.bin that descend from `parent`."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        pid = int(stat.parent.name)
        if _is_office(pid) and parent in _ancestors(pid):
            yield pid


def _is_office(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "(soffice.bin)" in stat and stat.rpartition(")")[2].split()[0] != "Z"


def _ancestors(pid: int) -> Iterator[int]:
    while pid > 1:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
        pid = int(stat.rpartition(")")[2].split()[1])
        yield pid


def _wait(until: object) -> None:
    assert callable(until)
    end = time.monotonic() + 30
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_profile_forbids_macros_and_links() -> None:
    text = registry()
    for name in ("DisableMacrosExecution", "DisableActiveContent", "BlockUntrustedRefererLinks"):
        assert f'"{name}" oor:op="fuse"><value>true<' in text
