"""Is this bucket ours, and this vendor's?

Two proofs are accepted. Where the AWS account id is known, S3 itself refuses every request to a
bucket of another account (`x-amz-expected-bucket-owner`). Everywhere else the bucket must carry the
tag that `provision` puts on it: `handoff-vendor`, with the vendor's name. The tag guards against
mistakes (a name that somebody else took, one vendor's policy naming another's bucket); it is no
protection against somebody who squats the name and copies the tag. What lands there is ciphertext.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.errors import AccessDeniedError, BucketForeignError
from handoff.model import Bucket
from handoff.storage.client import BucketApi, Transfer
from handoff.storage.translate import NotSetError

if TYPE_CHECKING:
    from boto3.session import Session

TAG = "handoff-vendor"
# A person waits for the answer of `check`.
QUICK = Transfer(attempts=2, connect_timeout=5, read_timeout=15, connections=1)


def check(bucket: Bucket, vendor: str, expected_owner: str, session: Session | None) -> None:
    """Raise unless `bucket` exists, can be used and is `vendor`'s ("": any vendor's).

    Raises:
        BucketMissingError: no bucket has this name.
        BucketForeignError: it is another account's, another vendor's, or nobody's.
        CredentialsError, StoreUnreachableError, StoreTlsError, StoreBusyError: as they say.
    """
    api = BucketApi(bucket, QUICK, expected_owner=expected_owner, session=session)
    check_usable(api)
    if not expected_owner or vendor:
        check_tag(api, vendor, proven=bool(expected_owner))


def tags_of(api: BucketApi) -> dict[str, str]:
    """All tags of the bucket.

    Raises:
        StorageError: the tags cannot be read.
    """
    try:
        answer = api.call("get_bucket_tagging")
    except NotSetError:
        return {}
    return {tag["Key"]: tag["Value"] for tag in answer.get("TagSet", ())}


def check_usable(api: BucketApi) -> None:
    """Raise unless the bucket exists and these credentials may list it.

    Raises:
        BucketMissingError, BucketForeignError, CredentialsError: as they say.
        StorageError: whatever else the store says.
    """
    try:
        # Not HeadBucket: its refusals come without a body, so that a wrong secret, a foreign
        # bucket and a missing right all look the same.
        api.call("list_objects_v2", MaxKeys=1)
    except AccessDeniedError:
        raise BucketForeignError(
            "the bucket exists, but these credentials may not use it",
            "either the bucket is somebody else's: choose another name; or the firm's user lacks "
            "s3:ListBucket, s3:GetObject, s3:PutObject, s3:GetBucketTagging on it",
        ) from None


def check_tag(api: BucketApi, vendor: str, *, proven: bool) -> None:
    """Raise unless the bucket carries `vendor`'s tag; `proven` as ours, it may carry none.

    Raises:
        BucketForeignError: it does not.
        StorageError: the tags cannot be read.
    """
    found = tags_of(api).get(TAG)
    if found is None and not proven:
        raise BucketForeignError("the bucket does not carry handoff's tag")
    if found is not None and vendor and found != vendor:
        raise BucketForeignError("the bucket is provisioned for another vendor")
