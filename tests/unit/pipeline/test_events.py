"""A version goes into the log as the store calls it, or by its digest: it is never refused."""

from __future__ import annotations

import hashlib
import random
import re
import string

import pytest

from handoff.custody import grammar
from handoff.pipeline import events

CODE = re.compile(grammar._CODE)
CEPH = string.ascii_letters + string.digits + "-._"


def in_the_log(version: str) -> str:
    return events._code(version)


@pytest.mark.parametrize(
    "version", ["-8dFhb2qsr9Wn", ".s3bdzyR1", "_x", "a" * 130, "id with a space", "x.pdf", "x.md"]
)
def test_a_version_that_the_log_does_not_admit_stands_there_by_its_digest(version: str) -> None:
    assert in_the_log(version) == f"sha256:{hashlib.sha256(version.encode()).hexdigest()}"


@pytest.mark.parametrize("version", ["", "null", "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY"])
def test_any_other_stands_there_as_it_is(version: str) -> None:
    assert in_the_log(version) == version


def test_whatever_ceph_calls_a_version_can_be_recorded() -> None:
    """Thousands of ids, drawn as Ceph draws them: 31 characters of its alphabet."""
    draw = random.Random(6)
    for _ in range(5000):
        code = in_the_log("".join(draw.choices(CEPH, k=31)))
        assert CODE.fullmatch(f'"{code}"'.encode()), code
