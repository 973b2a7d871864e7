"""Sealed anew: the vendor opens everything with the new key, nobody anything with the old one."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from handoff.cli.vendor import command
from handoff.custody.ledger import SqliteLedger
from handoff.custody.rotation import load_verifier_keys
from handoff.errors import (
    HandoffError,
    IntegrityError,
    KeysOfflineError,
    RecordMissingError,
    UnknownReferenceError,
)
from handoff.pipeline import resealing, resealing_manifest
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_reader, verify_log
from handoff.pipeline.logkeeping import lift_hold, place_hold
from handoff.pipeline.opening import open_package
from handoff.pipeline.proving import make_package
from handoff.pipeline.recalling import How, recall
from handoff.pipeline.receipts import take_receipt
from handoff.pipeline.recovering import go_offline, restore_shares, write_shares
from handoff.sealing import age, sshsig
from handoff.sealing.fingerprints import fingerprint, spoken
from handoff.sealing.keys import load_firm_keys
from handoff.sealing.manifest import verify
from handoff.sealing.seal import open_bytes
from handoff.storage import embedded
from handoff.storage.s3 import S3Store
from handoff.storage.withdraw import Withdrawal
from tests.ceph import Ceph
from tests.delivered import Batch, Delivered, use_logins

Server = embedded.Server | Ceph
pytestmark = pytest.mark.real
CLOCK = SystemClock()


ON_BOTH = pytest.mark.parametrize("server", ["seaweedfs", "ceph"], indirect=True)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Server:
    """SeaweedFS, where a test does not ask for both servers (`ON_BOTH`)."""
    found: Server = request.getfixturevalue(getattr(request, "param", "seaweedfs"))
    return found


@pytest.fixture
def there(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Delivered:
    use_logins(server, tmp_path, monkeypatch)
    return Delivered(Home(tmp_path / "home"), server).make()


def call(there: Delivered, *arguments: str) -> Any:
    """Run `handoff vendor` in this process; raises what it ends with."""
    given = [*arguments, "--home", str(there.home.root)]
    return CliRunner().invoke(command, given, catch_exceptions=False, standalone_mode=False)


def rotate(there: Delivered, *, overlap: int = 0) -> age.X25519Identity:
    """The vendor's new identity, rotated in."""
    identity = age.generate_x25519()
    new = str(identity.recipient())
    call(there, "keys", "rotate", "acme", "1", new, "--overlap", str(overlap))
    compare(there, new)
    return identity


def compare(there: Delivered, key: str) -> None:
    """What somebody at the firm does with the vendor on the telephone."""
    call(there, "keys", "verify", "acme", key, "--fingerprint", fingerprint(key))


def objects(there: Delivered, batch: Batch) -> dict[str, bytes]:
    """What the vendor gets of the batch, with its own login."""
    client = there.client("acme")
    keys = [key for key in there.listed("acme") if key.startswith(f"{batch.batch_id}/")]
    return {k: client.get_object(Bucket=there.bucket, Key=k)["Body"].read() for k in keys}


def opened(
    there: Delivered, batch: Batch, identity: age.Identity, revision: str = "manifest.json.2"
) -> dict[str, bytes]:
    """What the vendor opens by the manifest that holds, all of it checked, and all there is."""
    found = objects(there, batch)
    sealed = found.pop(f"{batch.batch_id}/{revision}.age")
    signature = found.pop(f"{batch.batch_id}/{revision}.sig").decode()
    signing = load_firm_keys(there.home.keys).public_parts().signing
    manifest = verify(open_bytes(sealed, [identity]), signature, [signing])
    assert set(found) == {entry.object_key for entry in manifest.entries}
    return {e.control_number: open_bytes(found[e.object_key], [identity]) for e in manifest.entries}


def texts(batch: Batch) -> dict[str, bytes]:
    return {number: f"text of {number}".encode() for number in batch.numbers}


@ON_BOTH
def test_after_a_rotation_everything_open_is_sealed_to_the_new_key_alone(there: Delivered) -> None:
    batch, recalled = there.deliver(2), there.deliver(1)
    recall(there.home, CLOCK, recalled.batch_id, How("privilege"))
    new = rotate(there)
    assert call(there, "reseal", "acme").return_value == 0
    assert opened(there, batch, new) == texts(batch)
    assert not any("/manifest" in key for key in objects(there, recalled))
    assert not any(opens(data, there.identity) for data in objects(there, batch).values())
    # Not one version of what was sealed to the old key is left.
    assert there.versions(f"{batch.batch_id}/") == 4
    assert [path.name for path in there.home.spool.iterdir()] == []
    assert verify_log(there.home, load_verifier_keys(there.home.keys)).ok
    before = there.versions()
    call(there, "reseal", "acme")
    assert there.versions() == before


def opens(sealed: bytes, identity: age.Identity) -> bool:
    try:
        open_bytes(sealed, [identity])
    except HandoffError:
        return False
    return True


def test_the_vendor_opens_it_with_age_and_with_handoff_and_not_with_the_old_key(
    there: Delivered, tmp_path: Path
) -> None:
    if not shutil.which("age"):
        pytest.skip("age is missing: apt-get install age")
    batch = there.deliver(1)
    new = rotate(there)
    call(there, "reseal", "acme", batch.batch_id[:10])
    package = tmp_path / "package"
    package.mkdir()
    for key, data in objects(there, batch).items():
        (package / key.rpartition("/")[2]).write_bytes(data)
    for name, identity in (("new", new), ("old", there.identity)):
        (tmp_path / name).write_text(identity.encode())
    [sealed] = [path for path in package.iterdir() if not path.name.startswith("manifest")]

    def decrypt(name: str) -> subprocess.CompletedProcess[bytes]:
        command = ["age", "-d", "-i", str(tmp_path / name), str(sealed)]
        return subprocess.run(command, capture_output=True, check=False)

    assert decrypt("new").stdout == f"text of {batch.numbers[0]}".encode()
    assert decrypt("old").returncode != 0
    signing = load_firm_keys(there.home.keys).public_parts().signing
    assert list(open_package(package, tmp_path / "out", [new], [signing])) == ["ACME-000001.txt"]


def test_during_an_overlap_both_keys_open_what_was_sealed_anew(there: Delivered) -> None:
    batch = there.deliver(1)
    new = rotate(there, overlap=14)
    call(there, "reseal", "acme")
    assert opened(there, batch, new) == opened(there, batch, there.identity) == texts(batch)


def test_it_can_be_sealed_anew_again_and_again(there: Delivered) -> None:
    batch = there.deliver(1)
    for revision in ("manifest.json.2", "manifest.json.3"):
        new = rotate(there) if revision[-1] == "2" else third(there)
        call(there, "reseal", "acme")
        assert opened(there, batch, new, revision) == texts(batch)
    assert there.versions(f"{batch.batch_id}/") == 3


def third(there: Delivered) -> age.X25519Identity:
    """Another rotation: the first key stands in the policy still, revoked."""
    identity = age.generate_x25519()
    call(there, "keys", "rotate", "acme", "2", str(identity.recipient()), "--overlap", "0")
    compare(there, str(identity.recipient()))
    return identity


def test_where_retention_forbids_deletion_the_old_objects_are_denied(there: Delivered) -> None:
    locked = Delivered(there.home, there.server, lock="governance", identity=there.identity)
    locked.make()
    batch = locked.deliver(1)
    old = list(batch.keys.values())
    new = rotate(locked)
    call(locked, "reseal", "acme")
    assert opened(locked, batch, new) == texts(batch)
    assert locked.readable("acme", old) == []
    assert locked.versions(old[0]) == 1
    assert locked.provision().changes == ()
    assert len(locked.details("object.denied")) == 3


def test_under_legal_hold_nothing_is_destroyed_until_it_is_lifted(
    there: Delivered, tmp_path: Path
) -> None:
    batch = there.deliver(1, matter="M-1")
    old = next(iter(batch.keys.values()))
    place_hold(there.home, CLOCK, "M-1", "", "litigation")
    new = rotate(there)
    call(there, "reseal", "acme")
    assert opened(there, batch, new) == texts(batch)
    assert there.readable("acme", [old]) == []
    assert there.versions(old) == 1
    lift_hold(there.home, CLOCK, "M-1", "", "settled")
    # What is only deleted needs no recovery key.
    go_offline(there.home, tmp_path / "stick", [])
    call(there, "reseal", "acme")
    assert there.versions(old) == 0
    assert there.provision().changes == ()
    assert opened(there, batch, new) == texts(batch)


def test_one_document_that_was_taken_back_does_not_come_back(there: Delivered) -> None:
    batch = there.deliver(2)
    recall(there.home, CLOCK, batch.numbers[0], How("privilege"))
    new = rotate(there)
    call(there, "reseal", "acme")
    found = {k: d for k, d in objects(there, batch).items() if "clawback" not in k}
    assert len(found) == 3
    sealed = found[f"{batch.batch_id}/manifest.json.2.age"]
    assert batch.numbers[0].encode() not in open_bytes(sealed, [new])


def test_what_the_store_has_lost_is_named_and_the_rest_goes_on(there: Delivered) -> None:
    batch = there.deliver(2)
    there.client().delete_object(Bucket=there.bucket, Key=batch.keys[batch.numbers[0]])
    new = rotate(there)
    result = call(there, "reseal", "acme")
    assert result.return_value == 3
    assert f"{batch.numbers[0]} is not in the bucket" in result.stderr
    assert list(opened(there, batch, new)) == [batch.numbers[1]]


def test_an_object_that_is_not_what_was_delivered_stops_it(there: Delivered) -> None:
    batch = there.deliver(1)
    there.client().put_object(Bucket=there.bucket, Key=batch.keys[batch.numbers[0]], Body=b"x")
    rotate(there)
    with pytest.raises(IntegrityError, match=batch.numbers[0]):
        call(there, "reseal", "acme")
    assert [path.name for path in there.home.spool.iterdir()] == []


def test_offline_it_says_what_it_needs_and_does_it_with_shares(
    there: Delivered, tmp_path: Path
) -> None:
    batch = there.deliver(1)
    shares = [path.read_bytes() for path in write_shares(there.home, 2, 3, tmp_path / "shares")]
    go_offline(there.home, None, shares)
    new = rotate(there)
    with pytest.raises(KeysOfflineError):
        call(there, "reseal", "acme")
    [classic, _] = restore_shares(there.home, shares[:2], tmp_path / "memory")
    call(there, "reseal", "acme", "-i", str(classic))
    assert opened(there, batch, new) == texts(batch)


def test_a_batch_that_is_not_there_is_a_mistake(there: Delivered) -> None:
    there.deliver(1)
    with pytest.raises(UnknownReferenceError):
        call(there, "reseal", "acme", "bffff")


def test_without_the_kept_manifest_nothing_is_guessed(there: Delivered) -> None:
    batch = there.deliver(1)
    (there.home.records / f"{batch.batch_id}.manifest.json").unlink()
    with pytest.raises(RecordMissingError):
        call(there, "reseal", "acme")


def test_revoking_says_what_is_still_sealed_to_the_key(there: Delivered) -> None:
    batch = there.deliver(2)
    rotate(there, overlap=14)
    told = call(there, "keys", "revoke", "acme", "1", "--reason", "stolen").stderr
    assert f"2 documents of batch {batch.batch_id}" in told
    call(there, "reseal", "acme")
    again = call(there, "keys", "revoke", "acme", "1", "--reason", "stolen").stderr
    assert "still sealed to it" not in again


# --- killed anywhere ----------------------------------------------------------------------------


POINTS = 30


class Died(BaseException):
    """The process ends here; nothing after it runs but what the kernel does."""


CALLS: list[tuple[Any, str]] = [
    (SqliteLedger, "append"),
    (S3Store, "put"),
    (Withdrawal, "remove"),
    (resealing, "seal_anew"),
    (resealing_manifest, "write_private"),
]


def deadly(function: Callable[..., Any], number: int, *, before: bool) -> Callable[..., Any]:
    """`function`, whose n-th call is the last thing that the process does."""
    seen: Iterator[int] = iter(range(1000))

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        mine = next(seen)
        if mine == number and before:
            raise Died
        result = function(*args, **kwargs)
        if mine == number:
            raise Died
        return result

    return wrapped


def test_killed_around_each_call_that_changes_anything_the_next_run_finishes(
    there: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every batch dies at a point of its own; one run at the end finishes them all."""
    batches = [there.deliver(1) for _ in range(POINTS)]
    waiting, points = iter(batches), 0
    new = rotate(there)
    for where, name in CALLS:
        for number, batch in enumerate(waiting):
            with monkeypatch.context() as patched:
                # What happens after a call happens before the next one.
                patched.setattr(where, name, deadly(getattr(where, name), number, before=True))
                try:
                    call(there, "reseal", "acme", batch.batch_id)
                except Died:
                    points += 1
                else:
                    break
    assert points > len(CALLS) * 3
    call(there, "reseal", "acme")
    for batch in batches:
        assert opened(there, batch, new) == texts(batch)
        assert there.versions(f"{batch.batch_id}/") == 3
    assert list(there.home.spool.iterdir()) == []
    with open_reader(there.home) as reader:
        begun, finished = (
            [event.batch_id for event in reader.events(kinds=[f"reseal.{verb}"])]
            for verb in ("begun", "finished")
        )
    assert sorted(begun) == sorted(finished) == sorted(batch.batch_id for batch in batches)


def test_killed_and_rotated_once_more_it_ends_with_the_keys_of_now(
    there: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = there.deliver(2)
    rotate(there)
    with monkeypatch.context() as patched:
        patched.setattr(S3Store, "put", deadly(S3Store.put, 1, before=False))
        with pytest.raises(Died):
            call(there, "reseal", "acme")
    last = third(there)
    call(there, "reseal", "acme")
    assert opened(there, batch, last) == texts(batch)
    assert there.versions(f"{batch.batch_id}/") == 4


def test_the_log_says_which_keys_open_each_object(there: Delivered) -> None:
    batch = there.deliver(1)
    new = rotate(there)
    call(there, "reseal", "acme")
    with open_reader(there.home) as reader:
        [_, sealed] = reader.events(batch_id=batch.batch_id, kinds=["document.sealed"])
    firm = load_firm_keys(there.home.keys).recovery_x25519
    wanted = [f"sha256:{fingerprint(key)}" for key in (str(new.recipient()), firm)]
    assert sealed.details["sealed_to"] == wanted


def test_the_history_of_the_keys_tells_what_was_sealed_to_which(there: Delivered) -> None:
    batch = there.deliver(2)
    new = fingerprint(str(rotate(there).recipient()))
    call(there, "reseal", "acme")
    lines = call(there, "keys", "history", "acme", "--json").stdout.splitlines()
    uses = [json.loads(line) for line in lines]
    mine = [(use["what"], use["documents"]) for use in uses if use["sha256"] == new]
    assert mine == [("rotated in", 0), ("verified", 0), ("sealed to", 2)]
    assert all(use["actor"] for use in uses)
    assert {use["batch_id"] for use in uses if use["what"] == "sealed to"} == {batch.batch_id}
    assert spoken(new)[:9] in call(there, "keys", "history", "acme").stdout


def test_the_vendor_signs_for_the_manifest_that_holds_now(there: Delivered, tmp_path: Path) -> None:
    signer = Ed25519PrivateKey.generate()
    call(there, "keys", "add", "acme", str(age.SshIdentity(signer)), "--signer")
    batch = there.deliver(1)
    new = rotate(there)
    call(there, "reseal", "acme")
    sealed = objects(there, batch)[f"{batch.batch_id}/manifest.json.2.age"]
    signature = tmp_path / "receipt"
    signature.write_text(sshsig.sign(open_bytes(sealed, [new]), signer, "handoff-receipt"))
    assert take_receipt(there.home, CLOCK, batch.batch_id, signature) == batch.batch_id
    with open_reader(there.home) as reader:
        [event] = reader.events(kinds=["receipt.received"])
    digest = hashlib.sha256(open_bytes(sealed, [new])).hexdigest()
    assert event.materials["manifest"] == f"sha256:{digest}"
    uses = call(there, "keys", "history", "acme", "--json").stdout.splitlines()
    signed = [use for use in map(json.loads, uses) if use["what"] == "signed"]
    assert [use["sha256"] for use in signed] == [fingerprint(str(age.SshIdentity(signer)))]
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is missing: apt-get install openssh-client")
    content, proven = make_package(there.home, batch.batch_id)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        package.extractall(tmp_path / "package")
    [script] = (tmp_path / "package").rglob("verify.py")
    run = subprocess.run([sys.executable, str(script)], capture_output=True, check=False)
    assert proven.manifests == 2
    assert run.returncode == 0, run.stdout
