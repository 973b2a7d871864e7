"""Read a vendor's bucket back and report every way in which it is other than its policy says.

Only reads. What a server does not know is said to be not supported there, never passed over.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from handoff.errors import BucketMissingError, StorageError, StoreRefusedError
from handoff.model import Access, Bucket
from handoff.storage import ownership
from handoff.storage.client import BucketApi, Transfer
from handoff.storage.drift import Drift
from handoff.storage.policydiff import differences
from handoff.storage.provision import read, shown
from handoff.storage.settings import Setting, retention, settings
from handoff.storage.translate import NotOfferedError, NotSetError

if TYPE_CHECKING:
    from boto3.session import Session

# What handoff puts there: `<batch>/<random>.age`, manifest and notices with their signatures.
_OURS = re.compile(
    r"b[0-9a-f]{24}/(?:[0-9a-f]{8,64}\.age|(?:manifest|clawback-[\w-]{1,40})\.json(?:\.\d{1,6})?\.(?:age|sig))"
)
# Keys are said up to this many; what is wrong with a thousand objects is wrong with the bucket.
MAX_KEYS = 20


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found, and what could not be asked of this server."""

    findings: tuple[Drift, ...]
    not_supported: tuple[str, ...]
    objects: int


def audit(
    bucket: Bucket,
    vendor: str,
    access: Access,
    *,
    expected_owner: str = "",
    session: Session | None = None,
) -> Audit:
    """Compare the bucket, setting by setting and object by object, with what `vendor` should have.

    Raises:
        StorageError: the bucket cannot be read.
    """
    api = BucketApi(bucket, Transfer(attempts=4), expected_owner=expected_owner, session=session)
    try:
        ownership.check_usable(api)
    except BucketMissingError:
        return Audit((Drift("HA001", bucket.name),), (), 0)
    findings: list[Drift] = []
    missing: list[str] = []
    tags = ownership.tags_of(api)
    reached = replace(bucket, endpoint=api.endpoint)
    for setting in settings(reached, access, vendor, tags, ceph=api.is_ceph):
        try:
            findings += _compare(setting, read(api, setting))
        except NotOfferedError:
            missing.append(setting.name)
    if api.is_ceph:
        missing += ["policy status", "public access block, in part"]
    looks = ("object lock", _unasked_lock), *(() if api.is_ceph else (("policy status", _public),))
    for name, look in looks:
        try:
            findings += look(api, access)
        except StoreRefusedError:
            missing.append(name)
    objects, wrong = _objects(api, access)
    return Audit((*findings, *wrong), tuple(missing), objects)


def _compare(setting: Setting, found: object) -> Iterator[Drift]:
    if found == setting.wanted:
        return
    if setting.name == "bucket policy" and found is not None:
        for difference in differences(setting.wanted, found):
            yield Drift(difference.drift, difference.words)
        return
    yield Drift(setting.drift, f"{setting.name}: {_line(found)}, not {_line(setting.wanted)}")


def _line(value: object) -> str:
    return " ".join(shown(value).split())


def _public(api: BucketApi, _: Access) -> Iterator[Drift]:
    try:
        answer = api.call("get_bucket_policy_status")
    except NotSetError:
        return
    if answer.get("PolicyStatus", {}).get("IsPublic"):
        yield Drift("HA030", "policy status: public")


def _unasked_lock(api: BucketApi, access: Access) -> Iterator[Drift]:
    if access.lock is not None:
        return
    try:
        found = retention(api.call("get_object_lock_configuration"))
    except (NotSetError, StorageError):
        return
    if found:
        yield Drift("HA017", f"object lock: {_line(found)}")


def _objects(api: BucketApi, access: Access) -> tuple[int, list[Drift]]:
    """How many objects there are, and those that are not as handoff, or the vendor, left them."""
    versions: Counter[str] = Counter()
    deleted: set[str] = set()
    for page in _pages(api):
        versions.update(entry["Key"] for entry in page.get("Versions", ()))
        deleted.update(e["Key"] for e in page.get("DeleteMarkers", ()) if e.get("IsLatest"))
    returned = access.return_prefix
    delivered = [key for key in versions if not (returned and key.startswith(returned))]
    foreign = [key for key in delivered if not _OURS.fullmatch(key)]
    twice = [key for key in delivered if versions[key] > 1]
    taken_back = set(access.denied)
    gone = [
        key
        for key in deleted
        if key in versions and not taken_back & {key, f"{key.partition('/')[0]}/"}
    ]
    found = [
        *_named("HA031", foreign),
        *_named("HA032", twice),
        *_named("HA033", gone),
    ]
    return len(versions), found


def _named(drift: str, keys: list[str]) -> Iterator[Drift]:
    for key in sorted(keys)[:MAX_KEYS]:
        # A key of somebody else's may hold anything, a name or a terminal's escape codes.
        yield Drift(drift, key if _OURS.fullmatch(key) else f"key of {len(key)} characters")
    if len(keys) > MAX_KEYS:
        yield Drift(drift, f"and {len(keys) - MAX_KEYS} more")


def _pages(api: BucketApi) -> Iterator[Mapping[str, Any]]:
    more: dict[str, str] = {}
    while True:
        page = api.call("list_object_versions", **more)
        yield page
        if not page.get("IsTruncated"):
            return
        more = {"KeyMarker": page["NextKeyMarker"]}
        if page.get("NextVersionIdMarker"):
            more["VersionIdMarker"] = page["NextVersionIdMarker"]
