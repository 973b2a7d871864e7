"""Default encryption on Ceph: set where the gateway can do it, off where it stops uploads."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from handoff.model import Access, Bucket
from handoff.storage import provision
from handoff.storage.client import BucketApi, Transfer
from tests.ceph import Ceph, missing

pytestmark = pytest.mark.real
SETTING = "default encryption"
OFFERED_SINCE = 17


@pytest.fixture(scope="module")
def ceph_without_keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceph]:
    """A gateway of its own: the one that all tests share has a key service."""
    if reason := missing():
        pytest.skip(reason)
    made = Ceph(tmp_path_factory.mktemp("ceph-bare"), has_keys=False)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def provisioned(ceph: Ceph) -> tuple[bool, str]:
    """Whether a new bucket got the setting, and how an object that is put there is encrypted."""
    name = f"encryption-{uuid.uuid4().hex[:12]}"
    bucket = Bucket(name, ceph.https_endpoint, "us-east-1", ceph.ca, "when_required")
    owner = ceph.session("owner")
    planned = provision.plan(bucket, "acme", Access(), session=owner)
    done = {change.setting: done for change, done in provision.apply(planned)}
    api = BucketApi(bucket, Transfer(attempts=1), session=owner)
    api.call("put_object", Key="a", Body=b"sealed")
    assert "Uploads" not in api.call("list_multipart_uploads")
    answer = api.call("get_object", Key="a")
    assert answer["Body"].read() == b"sealed"
    return done[SETTING], str(answer.get("ServerSideEncryption", ""))


def test_objects_are_encrypted_where_the_gateway_has_a_key_service(ceph: Ceph) -> None:
    offered = ceph.version() >= OFFERED_SINCE
    assert provisioned(ceph) == ((True, "AES256") if offered else (False, ""))


def test_without_a_key_service_it_is_left_off_and_uploads_arrive(
    ceph_without_keys: Ceph,
) -> None:
    assert provisioned(ceph_without_keys) == (False, "")
