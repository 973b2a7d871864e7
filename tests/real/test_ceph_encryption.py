"""Default encryption on Ceph: set where the gateway can do it, off where it stops uploads."""

from __future__ import annotations

import uuid

import pytest

from handoff.model import Access, Bucket
from handoff.storage import provision
from handoff.storage.client import BucketApi, Transfer
from tests.ceph import Ceph
from tests.keyservice import KeyService

pytestmark = pytest.mark.real
SETTING = "default encryption"
OFFERED_SINCE = 17


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
    expected = (True, "AES256") if ceph.version() >= OFFERED_SINCE else (False, "")
    assert provisioned(ceph) == expected


def test_without_a_key_service_it_is_left_off_and_uploads_arrive(
    ceph: Ceph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeyService, "works", False)
    assert provisioned(ceph) == (False, "")
