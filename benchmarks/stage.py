"""A stage for the benchmarks of `send`: a home, a vendor, an S3 server on loopback, a corpus."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from handoff.sealing.age import generate_x25519
from handoff.storage import embedded
from scripts.bench_corpus import make

ALL_DELIVERED, SOME_HELD = 0, 3
HANDOFF = (sys.executable, "-c", "from handoff.cli.main import main; main()")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where one send takes place: its directory, and the environment its commands run in."""

    directory: Path
    environment: dict[str, str]

    @property
    def output(self) -> Path:
        """Where the JSON lines of the last send are; a file, because a full pipe would stop it."""
        return self.directory / "send.jsonl"

    def handoff(self, *arguments: str) -> None:
        """Run `handoff`; raises CalledProcessError where it fails."""
        subprocess.run(
            (*HANDOFF, *arguments), env=self.environment, capture_output=True, check=True
        )

    def start_send(self, corpus: Path) -> subprocess.Popen[bytes]:
        """Start sending a corpus."""
        with self.output.open("wb") as output:
            return subprocess.Popen(
                (*HANDOFF, "send", str(corpus), "--vendor", "acme", "--json"),
                env=self.environment,
                stdout=output,
                stderr=subprocess.DEVNULL,
            )

    def delivered(self, send: subprocess.Popen[bytes]) -> int:
        """How many documents a send delivered; exits where a benchmark would mean nothing."""
        status = send.wait()
        summary = json.loads(self.output.read_text().splitlines()[-1])
        count = int(summary.get("delivered", 0))
        if status not in {ALL_DELIVERED, SOME_HELD} or not count:
            sys.exit(f"the send failed with exit status {status}: {summary}")
        if status == SOME_HELD:
            print(f"some were held, so this is less work than it should be: {summary}")
        return count

    def corpus(self, count: int, seed: int = 1) -> Path:
        """`count` mixed documents."""
        directory = self.directory / f"corpus-{count}-{seed}"
        make(directory, count, seed)
        return directory


@contextmanager
def stage() -> Iterator[Stage]:
    """Set the stage; the server is stopped and everything removed at the end."""
    with tempfile.TemporaryDirectory(prefix="handoff-bench-") as name:
        directory = Path(name)
        server = embedded.start(directory / "s3")
        try:
            yield _set(directory, server)
        finally:
            embedded.stop(directory / "s3")


def _set(directory: Path, server: embedded.Server) -> Stage:
    home = directory / "home"
    assets = os.environ.get("HANDOFF_ASSETS", str(Path.cwd() / ".assets"))
    environment = os.environ | {
        "HANDOFF_HOME": str(home),
        "HANDOFF_ASSETS": assets,
        "PYTHONPATH": str(Path.cwd()),
        "AWS_SHARED_CREDENTIALS_FILE": str(server.credentials),
        "AWS_CONFIG_FILE": str(server.config),
        "AWS_PROFILE": server.owner,
    }
    set_up = Stage(directory, environment)
    set_up.handoff("init")
    config = home / "config.yaml"
    config.write_text(config.read_text().replace('endpoint: ""', f'endpoint: "{server.endpoint}"'))
    policy = home / "policies" / "vendors" / "acme.yaml"
    recipients = f"recipients: [{{key: {generate_x25519().recipient()}, verified: 2026-01-01}}]"
    policy.write_text(re.sub(r"(?m)^recipients: \[\]", recipients, policy.read_text()))
    set_up.handoff("vendor", "provision", "acme", "--principal", server.principal("acme"))
    return set_up
