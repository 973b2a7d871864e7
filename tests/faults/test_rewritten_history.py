"""An administrator with the database, the keys and the host rewrites history.

`verify` names who contradicts it: the bucket's object, the timestamp, the receipt, the manifest.
"""

from __future__ import annotations

import shutil
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from handoff.custody.ledger import SqliteLedger
from handoff.custody.reader import LedgerReader
from handoff.custody.rotation import load_verifier_keys
from handoff.custody.timestamp import check_timestamp, make_request
from handoff.errors import AnchorError, CustodyTamperedError, SignatureInvalidError
from handoff.model import EventDraft, Manifest
from handoff.pipeline.anchoring import anchor, anchor_bucket
from handoff.pipeline.home import Home
from handoff.pipeline.initialising import initialise
from handoff.pipeline.ledgers import log_party, open_ledger, open_log_key
from handoff.pipeline.receipts import read_allowed_signers, take_receipt
from handoff.pipeline.verifying import FullReport, verify_all
from handoff.pipeline.witnesses import Source
from handoff.sealing import manifest as manifests
from handoff.storage import embedded
from tests.authority import Authority, make, serve

pytestmark = pytest.mark.real
BATCH = "batch-0001"


class Clock:
    """The machine's clock, which can be set."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing")
    with serve(tmp_path_factory.mktemp("authority")) as made:
        yield made


@dataclass
class House:
    """A firm's home, its clock, and the vendor's key for receipts."""

    home: Home
    clock: Clock
    signers: Path
    vendor_key: Path

    def record(self, batch_id: str, documents: int, vendor: str = "acme") -> None:
        drafts = [EventDraft("batch.opened", batch_id, details={"vendor": vendor})]
        drafts += [EventDraft("document.sealed", batch_id, f"d-{n}") for n in range(documents)]
        with open_ledger(self.home, self.clock) as ledger:
            ledger.append(drafts)
            ledger.checkpoint()

    def manifest(self, batch_id: str) -> Path:
        """The manifest with the present checkpoint, as `send` keeps it among the records."""
        with open_ledger(self.home, self.clock) as ledger:
            note = ledger.checkpoint().note
        made = Manifest(
            batch_id, "acme", self.clock.now(), date(2030, 1, 1), "0" * 64, "1" * 64, "2" * 64,
            ("age1x",), "", note, (),
        )  # fmt: skip
        path = self.home.records / f"{batch_id}.manifest.json"
        path.write_bytes(manifests.encode(made))
        path.chmod(0o600)
        return path

    def receipt(self, batch_id: str) -> None:
        """The vendor signs the manifest with its own ssh-keygen, and the firm takes it in."""
        copy = self.vendor_key.with_name("manifest.json")
        copy.write_bytes((self.home.records / f"{batch_id}.manifest.json").read_bytes())
        signature = copy.with_name("manifest.json.sig")
        signature.unlink(missing_ok=True)
        command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "handoff-receipt"]
        subprocess.run(
            [*command, "-f", self.vendor_key, copy], check=True, stderr=subprocess.DEVNULL
        )
        take_receipt(self.home, self.clock, batch_id, signature, read_allowed_signers(self.signers))

    def verify(self, **options: object) -> FullReport:
        people = read_allowed_signers(self.signers)
        keys = load_verifier_keys(self.home.keys)
        return verify_all(self.home, keys, signers=people, **options)  # type: ignore[arg-type]

    def rewrite(self, change: str = "beta") -> None:
        """Build the whole log anew, with another vendor in it, under the firm's own key."""
        path = self.home.custody
        with LedgerReader.open_reader(path) as reader:
            events = list(reader.events())
        for name in ("", "-wal", "-shm", ".sha256", ".checkpoint"):
            path.with_name(path.name + name).unlink(missing_ok=True)
        clock = Clock()
        options = {"key": open_log_key(self.home), "clock": clock, "party": log_party()}
        with SqliteLedger.open(path, create=True, **options) as ledger:  # type: ignore[arg-type]
            for event in events:
                details = dict(event.details)
                if event.kind == "batch.opened":
                    details["vendor"] = change
                # The time of each event is forged with it.
                clock.shift = event.at - datetime.now(UTC)
                ledger.append(
                    [
                        EventDraft(
                            event.kind, event.batch_id, event.doc_id, event.materials,
                            event.products, event.policy_sha256, details,
                        )
                    ]
                )  # fmt: skip
            ledger.checkpoint()


@pytest.fixture
def house(tmp_path: Path) -> House:
    home = Home(tmp_path / "home")
    list(initialise(home))
    key = tmp_path / "vendor" / "key"
    key.parent.mkdir()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    signers = key.with_name("allowed")
    public = " ".join(key.with_name("key.pub").read_text().split()[:2])
    signers.write_text(f'acme namespaces="handoff-receipt" {public}\n')
    made = House(home, Clock(), signers, key)
    made.record(BATCH, 3)
    return made


@pytest.fixture
def anchored(
    house: House,
    authority: Authority,
    seaweedfs: embedded.Server,
    monkeypatch: pytest.MonkeyPatch,
) -> House:
    """A house whose checkpoints have left it: into a bucket, under a timestamp, to the vendor."""
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(seaweedfs.credentials))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(seaweedfs.config))
    monkeypatch.setenv("AWS_PROFILE", seaweedfs.owner)
    house.home.config_file.write_text(
        f"""\
storage: {{endpoint: "{seaweedfs.endpoint}", region: us-east-1}}
anchors:
  bucket: {{name: anchors-{uuid.uuid4().hex[:12]}, retention_days: 1}}
  timestamp: {{url: "{authority.url}", root: {authority.root}}}
"""
    )
    bucket = anchor_bucket(house.home)
    assert bucket is not None
    bucket.make()
    house.manifest(BATCH)
    house.receipt(BATCH)
    outcomes = list(anchor(house.home, house.clock))
    assert [(o.place, o.error) for o in outcomes] == [("bucket", None), ("timestamp", None)]
    return house


def test_what_was_not_touched_is_verified_by_all_of_them(anchored: House) -> None:
    report = anchored.verify()
    report.log.require_ok()
    assert {(w.source, w.fits) for w in report.witnesses} == {
        (source, True) for source in Source if source is not Source.GIVEN
    }
    assert all(ruling.events >= 5 for ruling in report.rulings)


def test_anchoring_again_with_nothing_new_does_nothing(anchored: House) -> None:
    assert list(anchor(anchored.home, anchored.clock)) == []
    anchored.record("batch-0002", 1)
    assert len(list(anchor(anchored.home, anchored.clock))) == 2
    anchored.verify().log.require_ok()


def test_a_rewritten_log_is_contradicted_by_every_witness_by_name(anchored: House) -> None:
    anchored.rewrite()
    # By itself the new log is whole: that is what the firm's own key can do.
    alone = anchored.verify(offline=True)
    report = anchored.verify()
    with pytest.raises(CustodyTamperedError):
        report.log.require_ok()
    contradicting = {w.source for w in report.witnesses if not w.fits}
    assert contradicting == {Source.BUCKET, Source.TIMESTAMP, Source.RECEIPT, Source.MANIFEST}
    said = " / ".join(d.message for d in report.log.discrepancies)
    for name in ("in the bucket (locked until", "the timestamp of", "receipt of vendor acme"):
        assert name in said
    assert all(ruling.events == 0 for ruling in report.rulings)
    assert not alone.log.ok


@pytest.mark.parametrize("kept", ["bucket", "receipt", "timestamp"])
def test_one_witness_is_enough(anchored: House, kept: str) -> None:
    """The administrator destroys what lies on the host; what lies elsewhere still speaks."""
    anchored.rewrite()
    directory = anchored.home.custody.parent / "anchors"
    if kept != "timestamp":
        shutil.rmtree(directory)
    if kept != "receipt":
        for path in anchored.home.records.glob("*.receipt"):
            path.unlink()
    report = anchored.verify(offline=kept != "bucket")
    assert not report.log.ok
    assert kept in {w.source for w in report.witnesses if not w.fits}


def test_a_log_cut_short_is_beyond_the_bucket(anchored: House) -> None:
    path = anchored.home.custody
    # An old backup, with everything that lies beside it, is the best truncation there is.
    for name in ("", "-wal", "-shm", ".sha256", ".checkpoint"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    options = {"key": open_log_key(anchored.home), "clock": Clock(), "party": log_party()}
    with SqliteLedger.open(path, create=True, **options) as ledger:  # type: ignore[arg-type]
        ledger.append([EventDraft("batch.opened", BATCH, details={"vendor": "acme"})])
        ledger.checkpoint()
    report = anchored.verify()
    assert "bucket" in {w.source for w in report.witnesses if not w.fits}
    assert any(d.code == "checkpoint.beyond" for d in report.log.discrepancies)


def test_a_clock_set_back_is_contradicted_by_the_timestamp(anchored: House) -> None:
    """The log is made anew with every time two days earlier, its tokens recorded as they are."""
    path = anchored.home.custody
    anchored.rewrite(change="acme")
    with LedgerReader.open_reader(path) as reader:
        events = list(reader.events())
    for name in ("", "-wal", "-shm", ".sha256", ".checkpoint"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    clock = Clock()
    clock.shift = timedelta(days=-2)
    options = {"key": open_log_key(anchored.home), "clock": clock, "party": log_party()}
    with SqliteLedger.open(path, create=True, **options) as ledger:  # type: ignore[arg-type]
        ledger.append(
            [
                EventDraft(e.kind, e.batch_id, e.doc_id, e.materials, e.products, "", e.details)
                for e in events
            ]
        )
    codes = {d.code for d in anchored.verify().log.discrepancies}
    assert "time.back" in codes


def test_a_forged_receipt_is_none(anchored: House, tmp_path: Path) -> None:
    other = tmp_path / "forger"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
    real = anchored.vendor_key
    anchored.vendor_key = other
    with pytest.raises(SignatureInvalidError):
        anchored.receipt(BATCH)
    anchored.vendor_key = real


def test_what_the_log_says_was_anchored_must_be_there(anchored: House) -> None:
    for path in (anchored.home.custody.parent / "anchors").glob("*.tsr"):
        path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    said = [d.message for d in anchored.verify().log.discrepancies]
    assert any("timestamp over the first" in message for message in said)


def test_an_authority_that_is_gone_leaves_the_bucket_anchored_and_says_so(
    anchored: House, authority: Authority
) -> None:
    anchored.record("batch-0003", 1)
    config = anchored.home.config_file
    config.write_text(config.read_text().replace(authority.url, "http://127.0.0.1:9/"))
    outcomes = {o.place: o.error for o in anchor(anchored.home, anchored.clock)}
    assert outcomes["bucket"] is None
    assert outcomes["timestamp"] is not None
    assert outcomes["timestamp"].code == "storage.unreachable"
    with open_ledger(anchored.home, anchored.clock) as ledger:
        failed = list(ledger.events(kinds=["anchor.failed"]))
    assert [e.details["place"] for e in failed] == ["timestamp"]


def test_a_token_over_other_bytes_or_of_another_authority_is_refused(
    authority: Authority, tmp_path: Path
) -> None:
    request = make_request(b"checkpoint")
    answer = authority.stamp(request.encoded)
    root = authority.root.read_bytes()
    moment = check_timestamp(answer, b"checkpoint", root, nonce=request.nonce)
    assert abs(moment - datetime.now(UTC)) < timedelta(minutes=1)
    (tmp_path / "other").mkdir()
    stranger = make(tmp_path / "other").root.read_bytes()
    for broken in (
        (answer, b"another", root, request.nonce),
        (answer, b"checkpoint", root, 1),
        (answer, b"checkpoint", stranger, request.nonce),
        (answer[:-2], b"checkpoint", root, None),
        (b"", b"checkpoint", root, None),
    ):
        with pytest.raises(AnchorError):
            check_timestamp(broken[0], broken[1], broken[2], nonce=broken[3])
