"""What one vendor has goes to another, under the other one's policy; the first keeps its own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from handoff.cli.vendor import command
from handoff.custody.ledger import SqliteLedger
from handoff.custody.rotation import load_verifier_keys
from handoff.errors import (
    BatchLimitError,
    HandoffError,
    MatterNotAllowedError,
    MediaTypeError,
    ProfileDiffersError,
    UnknownReferenceError,
    UsageError,
)
from handoff.model import Manifest
from handoff.pipeline import closing, switching_names
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_reader, verify_log
from handoff.pipeline.recalling import How, recall
from handoff.pipeline.records import names_path, read_names
from handoff.policy.profiles import load_profile
from handoff.sealing.keys import load_firm_keys
from handoff.sealing.manifest import decode
from handoff.sealing.seal import open_bytes, seal_bytes
from handoff.storage.s3 import S3Store
from tests.delivered import Batch, Delivered, use_logins
from tests.real.test_reseal import ON_BOTH, Died, Server, deadly, server

pytestmark = pytest.mark.real
__all__ = ["server"]


class Redacted(Delivered):
    """What was delivered went by the profile that the home has."""

    def _manifest(self, *args: Any) -> Manifest:
        profile = load_profile(self.home.profiles, "legal-review").sha256
        return replace(super()._manifest(*args), profile_sha256=profile, model_sha256="7" * 64)


@pytest.fixture
def acme(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Redacted:
    use_logins(server, tmp_path, monkeypatch)
    made = Redacted(Home(tmp_path / "home"), server)
    made.make()
    return made


@pytest.fixture
def beta(acme: Redacted) -> Delivered:
    made = Delivered(acme.home, acme.server, name="beta", user="beta", prefix="BETA")
    return made.make()


def switch(acme: Delivered, *batches: str) -> Any:
    """Run `handoff vendor switch` in this process; raises what it ends with."""
    given = ["switch", "--from", "acme", "--to", "beta", *batches, "--home", str(acme.home.root)]
    return CliRunner().invoke(command, given, catch_exceptions=False, standalone_mode=False)


def got(beta: Delivered) -> tuple[list[Manifest], dict[str, bytes]]:
    """The manifests that the other vendor opens, and every document, all of it checked."""
    client, keys = beta.client("beta"), beta.listed("beta")
    found = {k: client.get_object(Bucket=beta.bucket, Key=k)["Body"].read() for k in keys}
    manifests = [
        decode(open_bytes(found.pop(key), [beta.identity]))
        for key in keys
        if key.endswith("/manifest.json.age")
    ]
    documents = {
        entry.control_number: open_bytes(found.pop(entry.object_key), [beta.identity])
        for manifest in manifests
        for entry in manifest.entries
    }
    assert all(key.endswith("/manifest.json.sig") for key in found)
    return manifests, documents


def names(acme: Delivered, batch: Batch) -> None:
    """Lay down the record of original names, as a send does."""
    record = {"names": {n: f"letter to {n}.txt" for n in batch.numbers}, "batch_id": batch.batch_id}
    recovery = [load_firm_keys(acme.home.keys).recovery_x25519]
    sealed = seal_bytes(json.dumps(record).encode(), recovery)
    names_path(acme.home.records, batch.batch_id).write_bytes(sealed)


@ON_BOTH
def test_what_is_open_goes_on_under_new_numbers_and_the_former_vendor_keeps_its_own(
    acme: Redacted, beta: Delivered
) -> None:
    batch = acme.deliver(3, matter="M-7")
    names(acme, batch)
    recall(acme.home, SystemClock(), batch.numbers[0], How("privilege"))
    before = acme.versions()
    result = switch(acme, batch.batch_id)
    assert result.return_value == 0
    assert "acme still has what it had" in result.stderr
    [manifest], documents = got(beta)
    assert documents == {
        "BETA-000001": f"text of {batch.numbers[1]}".encode(),
        "BETA-000002": f"text of {batch.numbers[2]}".encode(),
    }
    assert (manifest.vendor, manifest.model_sha256) == ("beta", "7" * 64)
    assert manifest.policy_sha256 == beta.policy().sha256
    assert acme.versions() == before
    keys = load_firm_keys(acme.home.keys)
    known = read_names(acme.home.records, manifest.batch_id, keys.identities)
    assert known["BETA-000001"] == f"letter to {batch.numbers[1]}.txt"
    assert verify_log(acme.home, load_verifier_keys(acme.home.keys)).ok
    with open_reader(acme.home) as reader:
        [opened] = reader.events(batch_id=manifest.batch_id, kinds=["batch.opened"])
    assert opened.details["matter_id"] == "M-7"
    assert opened.details["former_batch"] == batch.batch_id


def test_a_second_time_nothing_is_sent(acme: Redacted, beta: Delivered) -> None:
    batch = acme.deliver(1)
    switch(acme, batch.batch_id)
    before = beta.versions()
    assert "sent on before" in switch(acme, batch.batch_id).stderr
    assert beta.versions() == before


def test_numbers_go_on_where_the_other_vendors_ended(acme: Redacted, beta: Delivered) -> None:
    beta.deliver(2)
    first, second = acme.deliver(1), acme.deliver(1)
    switch(acme, first.batch_id, second.batch_id)
    manifests, documents = got(beta)
    assert len(manifests) == 3
    assert sorted(documents) == [f"BETA-00000{number}" for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("limits: {documents: 1}\n", BatchLimitError),
        ("limits: {bytes: 10}\n", BatchLimitError),
        ("limits: {media_types: [application/pdf]}\n", MediaTypeError),
        ("limits: {matters: [hollis]}\n", MatterNotAllowedError),
        ("release: {review: all, approvers: [anna]}\n", ProfileDiffersError),
    ],
)
def test_what_the_other_policy_does_not_allow_does_not_go(
    change: str, error: type[HandoffError], acme: Redacted, beta: Delivered
) -> None:
    batch = acme.deliver(2)
    beta.policy_file.write_text(beta.policy_file.read_text() + change)
    with pytest.raises(error):
        switch(acme, batch.batch_id)
    assert beta.versions() == 0


def test_what_was_redacted_by_another_profile_does_not_go(acme: Redacted, beta: Delivered) -> None:
    batch = acme.deliver(1)
    profile = acme.home.profiles / "legal-review.yaml"
    profile.write_text(profile.read_text() + "# reviewed\n")
    with pytest.raises(ProfileDiffersError, match="another profile"):
        switch(acme, batch.batch_id)
    assert beta.versions() == 0


def test_what_cannot_be_meant_is_a_mistake(acme: Redacted, beta: Delivered) -> None:
    batch = acme.deliver(1)
    recall(acme.home, SystemClock(), batch.batch_id, How("privilege"))
    for reference in (batch.batch_id, "bffff"):
        with pytest.raises(UnknownReferenceError):
            switch(acme, reference)
    given = ["switch", "--from", "beta", "--to", "beta", "b1", "--home", str(acme.home.root)]
    with pytest.raises(UsageError):
        CliRunner().invoke(command, given, catch_exceptions=False, standalone_mode=False)
    assert beta.versions() == 0


CALLS: list[tuple[Any, str]] = [
    (SqliteLedger, "append"),
    (S3Store, "put"),
    (switching_names, "write_private"),
    (closing, "write_private"),
]


def test_killed_around_each_call_the_same_command_finishes(
    acme: Redacted, beta: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every batch dies at a point of its own, and each is there once in the end."""
    points, batches = 0, [acme.deliver(1) for _ in range(18)]
    for batch in batches:
        names(acme, batch)
    waiting = iter(batches)
    for where, name in CALLS:
        for number, batch in enumerate(waiting):
            with monkeypatch.context() as patched:
                patched.setattr(where, name, deadly(getattr(where, name), number, before=True))
                try:
                    switch(acme, batch.batch_id)
                except Died:
                    points += 1
                else:
                    break
    assert points > len(CALLS) * 2
    switch(acme, *(batch.batch_id for batch in batches))
    manifests, documents = got(beta)
    assert len(manifests) == len(documents) == len(batches)
    wanted = sorted(f"text of {number}".encode() for batch in batches for number in batch.numbers)
    assert sorted(documents.values()) == wanted
    assert list(acme.home.spool.iterdir()) == []
