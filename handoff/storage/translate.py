"""What botocore raises -> one `StorageError`; the parse boundary of this room.

Nothing of the third-party exception's text is taken over: it can quote key ids, signatures, host
names and whole XML bodies. Only the S3 error code goes into a message, if it looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from handoff.errors import (
    AccessDeniedError,
    BucketForeignError,
    BucketMissingError,
    CredentialsError,
    IntegrityError,
    ObjectExistsError,
    ObjectMissingError,
    StorageError,
    StoreBusyError,
    StoreRefusedError,
    StoreTlsError,
    StoreUnreachableError,
)

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError


class PreconditionFailedError(ObjectExistsError):
    """412: the key is taken. Caught inside this room, which then compares what is there."""


class ConflictError(StoreBusyError):
    """409: another write to the key is going on. Caught inside this room, which tries again."""


class NotSetError(StoreRefusedError):
    """The bucket does not have the setting that was asked for. Caught inside this room."""


class NotOfferedError(StoreRefusedError):
    """The server does not know the operation. Caught inside this room."""


_CODES: dict[type[StorageError], frozenset[str]] = {
    BucketMissingError: frozenset({"NoSuchBucket"}),
    BucketForeignError: frozenset({"BucketAlreadyExists", "BucketAlreadyOwnedByYou"}),
    ObjectMissingError: frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchUpload", "404"}),
    CredentialsError: frozenset(
        {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}
        | {"TokenRefreshRequired", "RequestTimeTooSkewed", "NotSignedUp", "InvalidClientTokenId"}
    ),
    AccessDeniedError: frozenset({"AccessDenied", "AllAccessDisabled", "AccountProblem", "403"}),
    PreconditionFailedError: frozenset({"PreconditionFailed", "412"}),
    ConflictError: frozenset({"ConditionalRequestConflict", "OperationAborted", "409"}),
    IntegrityError: frozenset(
        {"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"}
    ),
    NotSetError: frozenset(
        {"NoSuchTagSet", "NoSuchBucketPolicy", "NoSuchPublicAccessBlockConfiguration"}
        | {"ServerSideEncryptionConfigurationNotFoundError", "NoSuchLifecycleConfiguration"}
        | {"ObjectLockConfigurationNotFoundError", "OwnershipControlsNotFoundError"}
        | {"NoSuchCORSConfiguration", "NoSuchWebsiteConfiguration"}
        | {"ReplicationConfigurationNotFoundError"}
    ),
    NotOfferedError: frozenset({"NotImplemented", "MethodNotAllowed", "501", "405"}),
}
_BUSY = frozenset({"SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout"})
_REGION = frozenset({"PermanentRedirect", "AuthorizationHeaderMalformed", "301", "307"})
_MESSAGES: dict[type[StorageError], str] = {
    BucketMissingError: "the bucket does not exist",
    BucketForeignError: "the bucket's name is taken",
    ObjectMissingError: "there is no such object in the bucket",
    CredentialsError: "the store does not accept the credentials",
    AccessDeniedError: "the store does not allow these credentials to do this",
    PreconditionFailedError: "the key is taken",
    ConflictError: "another write to the same key is going on",
    NotSetError: "the bucket does not have this setting",
    NotOfferedError: "the store does not offer this",
    IntegrityError: "the store received other bytes than were sent",
}


@contextmanager
def translated(operation: str) -> Iterator[None]:
    """Run a block of botocore calls; raise only `StorageError` for what they raise.

    Args:
        operation: the S3 operation, for the message ("put_object").
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise from_answer(error, operation) from None
    except BotoCoreError as error:
        raise from_library(error, operation) from None
    except ValueError:
        # botocore's only word on an endpoint that is no URL.
        raise StoreRefusedError(
            f"{operation}: the endpoint or a parameter is malformed",
            "check endpoint, region and name of the bucket in the vendor's policy",
        ) from None


def from_answer(error: ClientError, operation: str) -> StorageError:
    """The error for an answer of the server."""
    answer = error.response
    code = str(answer.get("Error", {}).get("Code", ""))
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _CODES[BucketForeignError] and operation != "create_bucket":
        # SeaweedFS takes a PUT of a setting that it does not know for one that makes a bucket.
        return NotOfferedError(f"{operation}: {_MESSAGES[NotOfferedError]}")
    for cls, codes in _CODES.items():
        if code in codes:
            return cls(f"{operation}: {_MESSAGES[cls]}{_clock(code)}")
    if code in _BUSY or "Throttl" in code or status in {429, 500, 502, 503, 504}:
        return StoreBusyError(f"{operation}: the store stayed busy through every retry")
    if code in _REGION:
        return StoreRefusedError(
            f"{operation}: the bucket lies in another region",
            "set `region` of the bucket in the vendor's policy",
        )
    name = code if re.fullmatch(r"[A-Za-z0-9.]{1,64}", code) else "an unreadable code"
    return StoreRefusedError(f"{operation}: the store answered {name} (http {status})")


def from_library(error: BotoCoreError, operation: str) -> StorageError:
    """The error for a failure on our side of the wire, or on the wire."""
    from botocore import exceptions as botocore

    if isinstance(
        error,
        botocore.NoCredentialsError
        | botocore.PartialCredentialsError
        | botocore.CredentialRetrievalError
        | botocore.ProfileNotFound
        | botocore.ConfigParseError
        | botocore.SSOError
        | botocore.TokenRetrievalError,
    ):
        return CredentialsError("no usable AWS credentials were found")
    if isinstance(error, botocore.SSLError):
        return StoreTlsError(f"{operation}: the store's certificate could not be verified")
    broken = botocore.ConnectionError | botocore.HTTPClientError | botocore.IncompleteReadError
    if isinstance(error, broken):
        return StoreUnreachableError(f"{operation}: the connection failed through every retry")
    if isinstance(error, botocore.FlexibleChecksumError | botocore.ChecksumError):
        return IntegrityError(f"{operation}: the bytes received have another checksum")
    if type(error).__name__ == "ResponseParserError":
        return StoreUnreachableError(f"{operation}: what answered does not speak S3")
    return StoreRefusedError(f"{operation}: the request could not be made ({type(error).__name__})")


def _clock(code: str) -> str:
    return ", because the clocks differ" if code == "RequestTimeTooSkewed" else ""
