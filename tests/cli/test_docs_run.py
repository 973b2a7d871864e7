"""What the documentation tells people to run is run, as written, against a real S3 server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from handoff import assets
from tests.firm import Firm
from tests.pages import FORMATS, OPERATIONS, README, ROOT, blocks, section


def places() -> list[str]:
    """The paths that docs/operations.md says stand for the reader's own."""
    table = OPERATIONS.read_text().partition("| in this document |")[2].partition("\n\n")[0]
    return re.findall(r"^\| `(/[^`]+)` \|", table, re.MULTILINE)


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The documented paths, each with one of this test in its stead."""
    here = {path: tmp_path / f"place-{number}" for number, path in enumerate(places())}
    here["/var/lib/handoff"] = tmp_path
    program = here["/opt/handoff"] / "bin" / "handoff"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m handoff.cli.main "$@"\n'
    )
    program.chmod(0o755)
    return {path: str(stand_in) for path, stand_in in here.items()}


def put(text: str, machine: dict[str, str]) -> str:
    """`text` with the documented paths replaced, and nothing else."""
    for path, stand_in in machine.items():
        text = text.replace(path, stand_in)
    return text


def crontab() -> tuple[dict[str, str], str, str]:
    """The crontab of docs/operations.md: its settings, its schedule and its command line."""
    (text,) = blocks(OPERATIONS.read_text(), "crontab")
    *settings, entry = text.splitlines()
    *schedule, command = entry.split(maxsplit=5)
    return dict(line.split("=", 1) for line in settings), " ".join(schedule), command


def test_the_crontab_line_is_one_that_cron_understands() -> None:
    settings, schedule, command = crontab()
    assert all(re.fullmatch(r"[A-Z_]+", name) for name in settings)
    assert re.fullmatch(r"(\d+|\*) (\d+|\*) (\d+|\*) (\d+|\*) (\d(-\d)?|\*)", schedule)
    assert "%" not in command, "cron takes a percent sign for the end of the line"
    assert command.startswith("/opt/handoff/bin/handoff send ")


@pytest.mark.real
@pytest.mark.slow
def test_the_crontab_line_works_as_written(connected: Firm, machine: dict[str, str]) -> None:
    """Run as cron does: an empty environment, /bin/sh, AWS credentials from the usual file."""
    settings, _, command = crontab()
    documents = Path(machine["/srv/handoff/acme"])
    documents.mkdir()
    (documents / "Note on Mary Hollis.txt").write_text("Mary Hollis rang on Monday.\n" * 3)
    write_aws_files(connected, settings["AWS_PROFILE"])
    Path(put(settings["HANDOFF_ASSETS"], machine)).symlink_to(assets.assets_dir())

    first, second = (as_cron(settings, command, machine) for _ in range(2))

    assert first.returncode == 0, first.stdout + first.stderr
    assert "ACME-000001" in first.stdout
    assert second.returncode == 0, second.stdout + second.stderr
    assert "nothing was sent" in second.stderr
    printed = first.stdout + first.stderr + second.stdout + second.stderr
    assert "Hollis" not in printed
    assert len(connected.objects()) == 3


def as_cron(
    settings: dict[str, str], command: str, machine: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run the command line in the environment that cron gives it."""
    home = machine["/var/lib/handoff"]
    own = {"HOME": home, "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "handoff"}
    variables = own | {name: put(value, machine) for name, value in settings.items()}
    return subprocess.run(
        ["/usr/bin/env", "-i", *(f"{k}={v}" for k, v in variables.items()), "/bin/sh", "-c",
         put(command, machine)],
        cwd=home, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip


def write_aws_files(firm: Firm, profile: str) -> None:
    """The firm's login where the AWS chain looks for it, under the profile's documented name."""
    assert firm.server
    directory = firm.directory / ".aws"
    directory.mkdir(mode=0o700)
    theirs = ConfigParser()
    theirs.read(firm.server.credentials)
    login = "".join(f"{name} = {value}\n" for name, value in theirs[firm.server.owner].items())
    (directory / "credentials").write_text(f"[{profile}]\n{login}")
    (directory / "config").write_text(f"[profile {profile}]\nregion = us-east-1\n")


def test_the_units_are_ones_that_systemd_understands(
    tmp_path: Path, machine: dict[str, str]
) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is missing: apt install systemd")
    service, timer = blocks(OPERATIONS.read_text(), "ini")
    units = [tmp_path / "handoff-acme.service", tmp_path / "handoff-acme.timer"]
    for unit, text in zip(units, (service, timer), strict=True):
        unit.write_text(put(text, machine))
    done = subprocess.run(
        [program, "verify", *map(str, units)],
        capture_output=True, text=True, timeout=60, check=False, env=os.environ,
    )  # fmt: skip
    complaints = [line for line in done.stderr.splitlines() if "handoff-acme" in line]
    assert (done.returncode, complaints) == (0, [])


def test_cron_and_systemd_run_the_same_command() -> None:
    service = blocks(OPERATIONS.read_text(), "ini")[0]
    settings, _, command = crontab()
    assert f"ExecStart={command}\n" in service
    for name in ("HANDOFF_HOME", "HANDOFF_ASSETS", "AWS_PROFILE"):
        assert f"Environment={name}={settings[name]}\n" in service


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("fetcher", ["aws", "curl"])
def test_the_vendor_opens_a_batch_by_the_readme_alone(
    fetcher: str, connected: Firm, tmp_path: Path
) -> None:
    """Fetch, verify and open with stock tools, by the very commands of the README."""
    for program in (fetcher, "age", "ssh-keygen", "sha256sum", "jq", "bash"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing")
    batch = send_two(connected, tmp_path / "documents")
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    (vendor / "identity.txt").write_text(connected.identity.encode() + "\n")
    assert connected.server
    shutil.copy(connected.server.directory / "acme.curl", vendor / "curl.conf")

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(vendor_commands(fetcher))],
        cwd=vendor, env=vendor_environment(connected, batch), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert 'Good "handoff-manifest" signature for firm' in done.stdout
    assert done.stdout.count(": OK") == 4
    assert "[PERSON-1]" in (vendor / "ACME-000001.txt").read_text()


def send_two(firm: Firm, documents: Path) -> str:
    """Deliver two documents; the batch's id."""
    documents.mkdir()
    (documents / "one.txt").write_text("Mary Hollis rang on Monday.\n")
    (documents / "two.txt").write_text("Mary Hollis and Peter Brandt met on Tuesday.\n")
    sent = firm.run("send", documents, "--vendor", "acme", "--json")
    assert sent.code == 0, sent.stderr
    return str(sent.of("batch")[0]["batch_id"])


def vendor_commands(fetcher: str) -> list[str]:
    """The vendor's commands from the README: fetching with one program, and all that follows."""
    shown = blocks(section(README, "The vendor's side, with stock tools"), "console")
    lines = [line.removeprefix("$ ") for block in shown for line in block.splitlines()]
    start = next(n for n, line in enumerate(lines) if line.startswith("aws "))
    end = next(n for n, line in enumerate(lines) if line.startswith(". .demo/env"))
    other = {"aws": "curl ", "curl": "aws "}[fetcher]
    return [line for line in lines[start:end] if other not in line]


def vendor_environment(firm: Firm, batch: str) -> dict[str, str]:
    """The variables that the README names, and the vendor's own login."""
    assert firm.server
    keys = json.loads(firm.run("keys", "show", "--json").stdout)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(firm.directory),
        "AWS_SHARED_CREDENTIALS_FILE": str(firm.server.credentials),
        "AWS_CONFIG_FILE": str(firm.server.config),
        "AWS_PROFILE": "acme",
        "ENDPOINT": firm.server.endpoint,
        "BUCKET": firm.bucket,
        "BATCH": batch,
        "SIGNER": keys["signing"],
    }


def documented_fields() -> dict[str, set[str]]:
    """Fields by type of JSON line, and by state of a `document`, as docs/formats.md lists them."""
    text = section(FORMATS, "JSON lines")
    fields: dict[str, set[str]] = {}
    for row in re.findall(r"^\|(.*)\|$", text, re.MULTILINE):
        cells = [re.findall(r"`([^`]+)`", cell) for cell in row.split("|")]
        if len(cells) == 3 and cells[1]:
            fields.setdefault(cells[1][0], set()).update(cells[2])
        elif len(cells) == 2 and cells[0]:
            fields.setdefault(f"document {cells[0][0]}", set()).update(cells[1])
    return fields


@pytest.mark.real
@pytest.mark.slow
def test_every_json_line_holds_what_the_formats_say(connected: Firm, tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    send_two(connected, documents)
    (documents / "empty.txt").touch()
    commands: list[list[str | Path]] = [
        ["send", documents, "--vendor", "acme"],
        ["redact", documents, "-o", tmp_path / "redacted"],
        ["custody", "list"],
        ["custody", "search"],
        ["custody", "show", "ACME-000001", "--names"],
        ["custody", "verify"],
        ["vendor", "list"],
        ["keys", "show"],
        ["doctor"],
        ["custody", "show", "nothing-of-the-kind"],
    ]
    fields = documented_fields()
    seen: set[str] = set()
    for command in commands:
        done = connected.run(*command, "--json")
        for line in (done.stdout + done.stderr).splitlines():
            given = json.loads(line)
            kind = given.pop("type")
            names = fields[kind] | fields.get(f"document {given.get('state')}", set())
            seen.add(kind)
            if kind != "summary":
                assert set(given) <= names, (command, kind)
    elsewhere = {"key", "key_use", "resealing", "ingested", "evidence", "report", "witness"}
    elsewhere |= {"notification"}
    never_here = {"type", "warning", "discrepancy", *(kind for kind in fields if " " in kind)}
    assert seen - elsewhere == set(fields) - never_here - elsewhere
