"""Standard streams that are closed, full or read by nobody; paths that cannot have been meant."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.firm import Firm

ROOT = Path(__file__).resolve().parents[2]
DIE_AT = str(ROOT / "tests" / "faults" / "die_at.py")


def shell(firm: Firm, line: str) -> subprocess.CompletedProcess[str]:
    """Run `line` in bash with `handoff` as a function."""
    handoff = f'handoff() {{ {sys.executable} -m handoff.cli.main "$@"; }}; set -o pipefail; '
    return subprocess.run(
        ["bash", "-c", handoff + line],
        env=firm.environment() | {"PYTHONPATH": str(ROOT)},
        cwd=firm.directory,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def batch_of(firm: Firm) -> Path:
    batch = firm.directory / "batch"
    batch.mkdir()
    (batch / "letter.txt").write_text("Dear Johnathan Sorensen,\n\nhello.\n")
    return batch


@pytest.mark.real
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_change_nothing_of_a_delivery(connected: Firm, closed: str) -> None:
    batch_of(connected)
    assert shell(connected, f"handoff send batch --vendor acme {closed}").returncode == 0
    assert len(connected.objects()) == 3
    assert connected.run("custody", "verify").code == 0


@pytest.mark.real
@pytest.mark.parametrize("form", ["", "--json"])
def test_a_reader_that_has_gone_ends_the_command_like_sigpipe(connected: Firm, form: str) -> None:
    batch_of(connected)
    ended = shell(connected, f"handoff send batch --vendor acme {form} | true")
    assert ended.returncode == 141
    assert "Traceback" not in ended.stderr
    assert "internal" not in ended.stderr
    assert (
        connected.run(
            "send",
            "batch",
            "--vendor",
            "acme",
            cwd=connected.directory,
            env={"PYTHONPATH": str(ROOT)},
        ).code
        == 0
    )
    assert len(connected.objects()) == 3


def test_a_full_disk_behind_stdout_is_told(firm: Firm) -> None:
    ended = shell(firm, "handoff keys show > /dev/full")
    assert ended.returncode == 16
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "line",
    [
        "send '' --vendor acme",
        "send --vendor acme --bogus x",
        "bogus",
        "redact . -o out",
        "redact . -o .",
        "redact home -o ../out",
        "redact home/keys -o ../out",
        "redact batch -o batch/out",
        "redact batch -o home/config.yaml",
    ],
)
def test_what_cannot_be_meant_is_a_usage_error_in_one_line(firm: Firm, line: str) -> None:
    batch_of(firm)
    ended = firm.run(*shlex.split(line), "--json", cwd=firm.directory)
    assert ended.code == 2, ended.stderr
    error = json.loads(ended.stderr)
    assert (error["type"], error["code"]) == ("error", "usage")
    assert ended.stdout in {"", '{"type": "summary"}\n'}
    assert not (firm.directory / "batch" / "out").exists()


def test_redacted_copies_are_never_written_over(firm: Firm) -> None:
    batch, out = batch_of(firm), firm.directory / "out"
    assert firm.run("redact", batch, "-o", out).code == 0
    before = (out / "DOC-000001.txt").stat()
    again = firm.run("redact", batch, "-o", out)
    assert again.code == 37
    assert "[sealing.output_exists]" in again.stderr
    assert (out / "DOC-000001.txt").stat() == before


def test_a_home_that_cannot_be_written_is_told(firm: Firm) -> None:
    (firm.home / "logs" / "handoff.jsonl").mkdir()
    ended = firm.run("send", firm.directory, "--vendor", "acme")
    assert ended.code == 17
    assert "[machine.permissions]" in ended.stderr


def test_doctor_finds_words_for_a_home_that_is_nowhere(firm: Firm) -> None:
    ended = firm.run("doctor", "--home", firm.directory / "a" / "b" / "c", "--json")
    checks = ended.of("check")
    assert all(check["ok"] or check["hint"] for check in checks)
    assert [check["code"] for check in checks if check["what"] == "home"] == [
        "policy.not_initialized"
    ]
    assert ended.stderr == ""


def test_no_core_file_may_hold_what_was_found(tmp_path: Path) -> None:
    script = "import handoff.cli.main as m, resource\ntry: m.main(['--version'])\n"
    script += "except SystemExit: print(resource.getrlimit(resource.RLIMIT_CORE))"
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.endswith("(0, 0)\n")


def test_a_checkpoint_that_is_no_text_is_told(firm: Firm) -> None:
    note = firm.directory / "note"
    note.write_bytes(b"\xff\xfe\x00binary\n")
    ended = firm.run("custody", "verify", "--checkpoint", note)
    assert ended.code == 52
    assert "[custody.note]" in ended.stderr


@pytest.mark.real
@pytest.mark.parametrize(
    ("kind", "moment"), [("submit", "before"), ("submit", "after"), ("collect", "after")]
)
def test_a_run_interrupted_while_its_workers_start_prints_nothing_more(
    connected: Firm, kind: str, moment: str
) -> None:
    """As Ctrl-C does it: to the process, the one that loads the model, and the workers."""
    send_it = ["send", str(batch_of(connected)), "--vendor", "acme"]
    process = subprocess.Popen(
        [sys.executable, DIE_AT, kind, "0", f"{moment}-interrupt", *send_it],
        env=connected.environment() | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _, errors = process.communicate(timeout=120)
    assert "Traceback" not in errors
    assert process.returncode == 128 + signal.SIGINT
