"""Credentials come from the usual AWS chain only, and their absence is said as such."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from handoff.errors import CredentialsError
from handoff.model import Bucket
from handoff.storage.s3 import S3Store

NOWHERE = Bucket("acme", "http://127.0.0.1:1", "us-east-1")


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_no_credentials_at_all() -> None:
    with pytest.raises(CredentialsError):
        S3Store(NOWHERE).check()


def test_a_profile_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "planted")
    with pytest.raises(CredentialsError) as caught:
        S3Store(NOWHERE)
    assert "planted" not in str(caught.value)


def test_half_of_the_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "planted")
    with pytest.raises(CredentialsError):
        S3Store(NOWHERE).check()


def test_importing_the_room_does_not_import_boto3() -> None:
    script = (
        "import sys, handoff.storage.s3, handoff.storage.memory, handoff.storage.provision, "
        "handoff.storage.embedded; "
        "sys.exit(any(m in sys.modules for m in ('boto3', 'botocore', 'cryptography')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
