"""Policies that a send relied on stay readable by their digest, and are what they were."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from handoff.errors import ConfigError, UnknownPolicyError
from handoff.pipeline import seen
from handoff.pipeline.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def kept(home: Home, text: bytes) -> str:
    source = home.root / "acme.yaml"
    source.write_bytes(text)
    sha256 = hashlib.sha256(text).hexdigest()
    seen.keep(home, source, sha256)
    return sha256


def test_each_version_is_found_by_its_digest_or_the_beginning_of_it(home: Home) -> None:
    first, second = kept(home, b"a: 1\n"), kept(home, b"a: 2\n")
    assert seen.find(home, first) == (first, b"a: 1\n")
    assert seen.find(home, f"sha256:{second}")[1] == b"a: 2\n"
    assert seen.find(home, second[:8])[1] == b"a: 2\n"
    assert (seen.directory(home) / f"{first}.yaml").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("digest", ["", "abc", "../../keys", "0" * 64, "z" * 64])
def test_what_was_never_used_is_not_found(home: Home, digest: str) -> None:
    kept(home, b"a: 1\n")
    with pytest.raises(UnknownPolicyError):
        seen.find(home, digest)


def test_a_text_that_was_changed_since_is_not_shown(home: Home) -> None:
    sha256 = kept(home, b"a: 1\n")
    (seen.directory(home) / f"{sha256}.yaml").write_bytes(b"a: 2\n")
    with pytest.raises(UnknownPolicyError, match="changed since"):
        seen.find(home, sha256)


def test_a_file_that_changed_meanwhile_stops_the_run(home: Home) -> None:
    source = home.root / "acme.yaml"
    source.write_bytes(b"a: 2\n")
    with pytest.raises(ConfigError, match="changed while"):
        seen.keep(home, source, hashlib.sha256(b"a: 1\n").hexdigest())
