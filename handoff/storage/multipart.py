"""One large file in parts, several at a time, complete or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from handoff.errors import StorageError
from handoff.storage.client import BucketApi
from handoff.storage.payload import Payload, encoded


def upload(api: BucketApi, payload: Payload, fixed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Send `payload` in parts and complete it under `If-None-Match: *`; return S3's answer.

    The parts are aborted on any failure, an interrupt included, so that nothing is left that is
    paid for but not seen. `fixed` are the headers of the object.

    Raises:
        StorageError: whatever goes wrong.
    """
    started = api.call(
        "create_multipart_upload", Key=payload.key, ChecksumAlgorithm="SHA256", **fixed
    )
    upload_id = started["UploadId"]
    if started["ResponseMetadata"].get("RetryAttempts"):
        _sweep(api, payload.key, upload_id)
    try:
        parts = _send_parts(api, payload, upload_id)
        return api.call(
            "complete_multipart_upload",
            Key=payload.key,
            UploadId=upload_id,
            MultipartUpload={"Parts": parts},
            IfNoneMatch="*",
        )
    except BaseException:
        with suppress(StorageError):
            api.call("abort_multipart_upload", Key=payload.key, UploadId=upload_id)
        raise


def _sweep(api: BucketApi, key: str, kept: str) -> None:
    """Abort what an earlier try to start may have started, its answer lost on the way."""
    with suppress(StorageError):
        found = api.call("list_multipart_uploads", Prefix=key).get("Uploads", ())
        for upload in found:
            if upload["Key"] == key and upload["UploadId"] != kept:
                api.call("abort_multipart_upload", Key=key, UploadId=upload["UploadId"])


def _send_parts(api: BucketApi, payload: Payload, upload_id: str) -> list[dict[str, Any]]:
    def send(number: int) -> dict[str, Any]:
        checksum = encoded(payload.digests[number])
        answer = api.call(
            "upload_part",
            Key=payload.key,
            UploadId=upload_id,
            PartNumber=number + 1,
            Body=payload.part(number),
            ChecksumSHA256=checksum,
        )
        return {"PartNumber": number + 1, "ETag": answer["ETag"], "ChecksumSHA256": checksum}

    pool = ThreadPoolExecutor(api.transfer.parts_at_once, thread_name_prefix="handoff-part")
    try:
        return list(pool.map(send, range(len(payload.digests))))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
