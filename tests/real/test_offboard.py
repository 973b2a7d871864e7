"""The firm can end its work with a vendor, on real servers: nothing stays behind unsaid."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from handoff.errors import OffboardedError
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_reader
from handoff.pipeline.logkeeping import place_hold
from handoff.pipeline.offboarding import offboard, readmit
from handoff.pipeline.recalling import How
from handoff.pipeline.recalling_state import require_not_offboarded
from handoff.storage import embedded
from tests.ceph import Ceph
from tests.delivered import Delivered, use_logins

Server = embedded.Server | Ceph
pytestmark = pytest.mark.real
CLOCK = SystemClock()
ENDED = How("contract-ended", as_profile="acme")


@pytest.fixture(scope="module", params=["seaweedfs", "ceph"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def there(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Delivered:
    use_logins(server, tmp_path, monkeypatch)
    return Delivered(Home(tmp_path / "home"), server)


def test_an_ended_vendor_reads_nothing_and_everything_outstanding_is_said(
    there: Delivered, tmp_path: Path
) -> None:
    there.make()
    held, batch = there.deliver(1, matter="2026-0417"), there.deliver(2)
    place_hold(there.home, CLOCK, "2026-0417", "", "docket-1")
    acl = {"ACL": "bucket-owner-full-control"} if isinstance(there.server, Ceph) else {}
    for name in ("returns/deep/evil one.age", "returns/Delgado summary.docx"):
        there.client("acme").put_object(Bucket=there.bucket, Key=name, Body=b"work", **acl)
    output = tmp_path / "ended"
    done = offboard(there.home, CLOCK, "acme", ENDED, output)
    keys = [*held.keys.values(), *batch.keys.values()]
    assert there.readable("acme", keys) == []
    assert there.versions(batch.batch_id) == 0
    assert there.versions(held.batch_id) == 3
    assert sorted((o.kind, o.what) for o in done.outstanding) == sorted(
        [
            ("no receipt", held.batch_id),
            ("no receipt", batch.batch_id),
            ("on legal hold", held.batch_id),
        ]
    )
    index = json.loads((output / "returns.json").read_text())
    assert set(index) == {"returns/deep/evil one.age", "returns/Delgado summary.docx"}
    collected = {path.name for path in (output / "returns").iterdir()}
    assert collected == {entry["file"] for entry in index.values()}
    assert not any("Delgado" in name or "evil" in name for name in collected)
    packages = sorted((output / "evidence").glob("*.zip"))
    assert {path.name.partition("-")[0] for path in packages} == {held.batch_id, batch.batch_id}
    # The vendor is let in by nothing until it is taken back, whatever its file says.
    assert there.provision().changes == ()
    with open_reader(there.home) as reader, pytest.raises(OffboardedError):
        require_not_offboarded(reader, "acme")
    again = offboard(there.home, CLOCK, "acme", ENDED, output)
    assert again.outstanding == done.outstanding
    readmit(there.home, CLOCK, "acme", "new-contract")
    there.provision()
    assert there.readable("acme", list(held.keys.values())) == list(held.keys.values())
    verified = verify(packages[0], tmp_path / "unzipped")
    assert verified.returncode == 0, verified.stdout


def verify(package: Path, directory: Path) -> subprocess.CompletedProcess[str]:
    """Verify an evidence package as a stranger does: unzip it, run its own program."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(directory)
    return subprocess.run(
        [sys.executable, "verify.py"], cwd=directory, capture_output=True, text=True, check=False
    )
