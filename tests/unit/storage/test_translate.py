"""Every failure of botocore becomes one typed error, and nothing of its text comes along."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions as botocore

from handoff.errors import (
    AccessDeniedError,
    BucketForeignError,
    BucketMissingError,
    CredentialsError,
    IntegrityError,
    ObjectMissingError,
    StorageError,
    StoreBusyError,
    StoreRefusedError,
    StoreTlsError,
    StoreUnreachableError,
)
from handoff.storage.translate import (
    ConflictError,
    NotOfferedError,
    NotSetError,
    PreconditionFailedError,
    translated,
)


def answer(code: str, status: int) -> botocore.ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": "planted AKIAPLANTED <Key>planted</Key>"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return botocore.ClientError(response, "PutObject")


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("NoSuchBucket", 404, BucketMissingError),
        ("BucketAlreadyExists", 409, NotOfferedError),
        ("BucketAlreadyOwnedByYou", 409, NotOfferedError),
        ("NoSuchKey", 404, ObjectMissingError),
        ("NoSuchUpload", 404, ObjectMissingError),
        ("404", 404, ObjectMissingError),
        ("InvalidAccessKeyId", 403, CredentialsError),
        ("SignatureDoesNotMatch", 403, CredentialsError),
        ("ExpiredToken", 400, CredentialsError),
        ("RequestTimeTooSkewed", 403, CredentialsError),
        ("AccessDenied", 403, AccessDeniedError),
        ("403", 403, AccessDeniedError),
        ("PreconditionFailed", 412, PreconditionFailedError),
        ("ConditionalRequestConflict", 409, ConflictError),
        ("BadDigest", 400, IntegrityError),
        ("SlowDown", 503, StoreBusyError),
        ("ThrottlingException", 400, StoreBusyError),
        ("InternalError", 500, StoreBusyError),
        ("Whatever", 502, StoreBusyError),
        ("PermanentRedirect", 301, StoreRefusedError),
        ("NoSuchTagSet", 404, NotSetError),
        ("NotImplemented", 501, NotOfferedError),
        ("InvalidRequest", 400, StoreRefusedError),
        ("planted <b>", 400, StoreRefusedError),
        ("", 0, StoreRefusedError),
    ],
)
def test_an_answer_becomes_the_error_for_its_cause(
    code: str, status: int, expected: type[StorageError]
) -> None:
    with pytest.raises(StorageError) as caught, translated("put_object"):
        raise answer(code, status)
    assert type(caught.value) is expected
    assert caught.value.__suppress_context__
    assert "planted" not in f"{caught.value} {caught.value.hint}".lower()
    assert "put_object" in str(caught.value)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (botocore.NoCredentialsError(), CredentialsError),
        (botocore.PartialCredentialsError(provider="p", cred_var="c"), CredentialsError),
        (botocore.ProfileNotFound(profile="planted"), CredentialsError),
        (botocore.SSLError(endpoint_url="planted", error=OSError("planted")), StoreTlsError),
        (botocore.EndpointConnectionError(endpoint_url="planted"), StoreUnreachableError),
        (botocore.ConnectTimeoutError(endpoint_url="planted"), StoreUnreachableError),
        (botocore.ReadTimeoutError(endpoint_url="planted"), StoreUnreachableError),
        (botocore.ConnectionClosedError(endpoint_url="planted"), StoreUnreachableError),
        (botocore.ResponseStreamingError(error="planted"), StoreUnreachableError),
        (
            botocore.IncompleteReadError(actual_bytes=1, expected_bytes=2),
            StoreUnreachableError,
        ),
        (botocore.FlexibleChecksumError(error_msg="planted"), IntegrityError),
        (botocore.ParamValidationError(report="planted"), StoreRefusedError),
        (ValueError("Invalid endpoint: planted"), StoreRefusedError),
    ],
)
def test_a_failure_of_the_library_becomes_the_error_for_its_cause(
    error: Exception, expected: type[StorageError]
) -> None:
    with pytest.raises(StorageError) as caught, translated("get_object"):
        raise error
    assert type(caught.value) is expected
    assert "planted" not in f"{caught.value} {caught.value.hint}"


def test_a_bug_of_ours_is_not_hidden() -> None:
    with pytest.raises(KeyError), translated("get_object"):
        raise KeyError("ours")


def test_a_clock_that_is_off_is_said_to_be_the_cause() -> None:
    with pytest.raises(CredentialsError, match="clocks differ"), translated("put_object"):
        raise answer("RequestTimeTooSkewed", 403)


def test_a_name_that_is_taken_is_foreign_where_a_bucket_was_to_be_made() -> None:
    with pytest.raises(BucketForeignError), translated("create_bucket"):
        raise answer("BucketAlreadyExists", 409)
