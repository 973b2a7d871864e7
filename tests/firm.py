"""A firm with a home, a vendor with a bucket on the real server, the program as users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from handoff.sealing import age
from handoff.storage import embedded
from tests import programs

# What may differ in the environment of a program that is forked with its imports done.
HOSTED = ("AWS_", "HANDOFF_ASSETS", "PYTHONPATH")

POLICY = """\
name: acme
legal_name: Acme Review Services
agreement: {{reference: MSA-1, expires: {expires}}}
recipients: {recipients}
bucket: {{name: {bucket}, endpoint: "{endpoint}", region: us-east-1}}
profile: legal-review
control_prefix: ACME
"""


@cache
def client(endpoint: str, key: str, secret: str) -> Any:
    """boto3's client for a server and a login; making one takes longer than what it is used for."""
    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        region_name="us-east-1",
    )


@dataclass
class Result:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.stdout.splitlines()]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The JSON lines of one type."""
        return [line for line in self.lines if line["type"] == kind]


@dataclass
class Firm:
    """A home and the environment in which the program runs."""

    directory: Path
    server: embedded.Server | None = None
    bucket: str = field(default_factory=lambda: f"handoff-{uuid.uuid4().hex[:12]}")
    identity: age.X25519Identity = field(default_factory=age.generate_x25519)

    @property
    def home(self) -> Path:
        return self.directory / "home"

    @property
    def policy(self) -> Path:
        return self.home / "policies" / "vendors" / "acme.yaml"

    def write_policy(self, **changes: str) -> None:
        """Write the vendor's policy with some of its values changed."""
        values = {
            "expires": "2999-12-31",
            "recipients": f"[{{key: {self.identity.recipient()}, verified: 2026-01-01}}]",
            "bucket": self.bucket,
            "endpoint": self.server.endpoint if self.server else "http://127.0.0.1:1",
        }
        self.policy.write_text(POLICY.format(**{**values, **changes}))

    def environment(self) -> dict[str, str]:
        """What the program sees: the home, and credentials from the usual AWS chain."""
        kept = {k: os.environ[k] for k in ("PATH", "HANDOFF_ASSETS") if k in os.environ}
        environment = {
            **kept,
            "HOME": str(self.directory),
            "HANDOFF_HOME": str(self.home),
            "AWS_EC2_METADATA_DISABLED": "true",
            "LANG": "C.UTF-8",
        }
        if self.server:
            environment |= {
                "AWS_SHARED_CREDENTIALS_FILE": str(self.server.credentials),
                "AWS_CONFIG_FILE": str(self.server.config),
                "AWS_PROFILE": self.server.owner,
            }
        return environment

    def program(self) -> list[str]:
        """The command that starts handoff."""
        return [sys.executable, "-m", "handoff.cli.main"]

    def start(self, *arguments: str | Path, **changes: Any) -> subprocess.Popen[str]:
        """Start the program as a user or cron would."""
        environment = self.environment() | changes.pop("env", {})
        command = [*self.program(), *(str(a) for a in arguments)]
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=changes.pop("cwd", programs.ROOT),
            **changes,
        )

    def run(
        self,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        driver: str = "",
        cwd: Path = programs.ROOT,
    ) -> Result:
        """Run the program, or a driver around it, to its end, in a process of its own.

        It is forked with its imports done (`programs`), unless `env` changes more than where
        handoff finds its logins and assets.
        """
        words = [str(argument) for argument in arguments]
        if any(not name.startswith(HOSTED) for name in env or ()):
            assert not driver
            process = self.start(*words, env=env or {}, cwd=cwd)
            stdout, stderr = process.communicate(timeout=programs.SECONDS)
            return Result(process.returncode, stdout, stderr)
        environment = self.environment() | dict(env or {})
        ended = programs.host().run(words, environment, cwd, driver)
        return Result(ended.code, ended.stdout, ended.stderr)

    def provision(self) -> None:
        """Make the vendor's bucket."""
        assert self.server
        principal = self.server.principal("acme")
        result = self.run("vendor", "provision", "acme", "--principal", principal)
        assert result.code == 0, result.stderr

    def client(self) -> Any:
        """boto3's own client, with the owner's login."""
        assert self.server
        users = json.loads((self.server.directory / "credentials.json").read_text())
        return client(self.server.endpoint, *users[self.server.owner])

    def _keys(self) -> list[str]:
        listed = self.client().list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return [entry["Key"] for entry in listed]

    def objects(self) -> dict[str, bytes]:
        """Every object in the vendor's bucket."""
        client = self.client()
        return {
            key: client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
            for key in self._keys()
        }

    def metadata(self) -> dict[str, dict[str, str]]:
        """The user metadata of every object."""
        client = self.client()
        return {
            key: client.head_object(Bucket=self.bucket, Key=key)["Metadata"] for key in self._keys()
        }
