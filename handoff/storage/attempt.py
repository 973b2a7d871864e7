"""Try as the vendor: whether what was taken back can really no longer be read."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handoff.errors import AccessDeniedError, ObjectMissingError, StillReadableError
from handoff.model import Bucket
from handoff.storage.client import BucketApi, Transfer
from handoff.storage.translate import translated

if TYPE_CHECKING:
    from boto3.session import Session

# A policy takes seconds until all of S3 goes by it.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
_TRANSFER = Transfer(attempts=3, connect_timeout=5, read_timeout=15, connections=1)


@dataclass(frozen=True, slots=True)
class Tried:
    """How the store answered the vendor.

    Attributes:
        objects: keys that were tried.
        get: "denied", "missing" or "denied+missing", over all keys.
        get_version: the same, by version id; "" where no id was known.
        listing: "denied", or "hidden" (the vendor may list, and none of the keys stands there).
            "hidden" also shows that the login is the vendor's and works.
    """

    objects: int
    get: str
    get_version: str
    listing: str


def vendor_session(profile: str) -> Session:
    """The login of an AWS profile; raises `CredentialsError` where there is none of this name."""
    import boto3

    with translated("connect"):
        return boto3.session.Session(profile_name=profile)


def try_as_vendor(
    bucket: Bucket,
    prefix: str,
    objects: Sequence[tuple[str, Sequence[str]]],
    session: Session,
    pauses: Iterable[float] = PAUSES,
) -> Tried:
    """Get each of `objects` (a key and the version ids it had), get its versions, and list.

    Raises:
        StillReadableError: one of them can still be read, or is still listed, after some seconds.
        CredentialsError: the store does not know the login; that would prove nothing.
        StorageError: the store cannot be asked.
    """
    api = BucketApi(bucket, _TRANSFER, session=session)
    waits = list(pauses)
    while True:
        try:
            return _once(api, prefix, objects)
        except StillReadableError:
            if not waits:
                raise
        time.sleep(waits.pop(0) * random.uniform(0.8, 1.2))  # noqa: S311


def _once(api: BucketApi, prefix: str, objects: Sequence[tuple[str, Sequence[str]]]) -> Tried:
    got, versions = set(), set()
    for key, version_ids in objects:
        got.add(_refusal(lambda key=key: _get(api, key)))  # type: ignore[misc]
        for version_id in version_ids:
            versions.add(_refusal(lambda key=key, v=version_id: _get(api, key, v)))  # type: ignore[misc]
    listing = _listing(api, prefix, {key for key, _ in objects})
    return Tried(len(objects), "+".join(sorted(got)), "+".join(sorted(versions)), listing)


def _get(api: BucketApi, key: str, version_id: str = "") -> None:
    more = {"VersionId": version_id} if version_id else {}
    api.call("get_object", Key=key, Range="bytes=0-0", **more)["Body"].close()


def _refusal(attempt: Callable[[], None]) -> str:
    try:
        attempt()
    except AccessDeniedError:
        return "denied"
    except ObjectMissingError:
        return "missing"
    raise StillReadableError("the vendor can still read what was taken back")


def _listing(api: BucketApi, prefix: str, keys: set[str]) -> str:
    more: dict[str, str] = {}
    while True:
        try:
            page = api.call("list_objects_v2", Prefix=prefix, **more)
        except AccessDeniedError:
            return "denied"
        if keys & {entry["Key"] for entry in page.get("Contents", ())}:
            raise StillReadableError("what was taken back still stands in the vendor's listing")
        if not page.get("IsTruncated"):
            return "hidden"
        more = {"ContinuationToken": page["NextContinuationToken"]}
