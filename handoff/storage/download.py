"""Fetching one object whole, going on where a broken connection stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from handoff.errors import SpoolError, StoreUnreachableError
from handoff.model import StoreReceipt
from handoff.storage.client import MIB, BucketApi
from handoff.storage.translate import translated


class Sink(Protocol):
    """Where the bytes go: a binary file, or anything that takes them."""

    def write(self, content: bytes, /) -> object:
        """Take `content` whole."""
        ...


def fetch(api: BucketApi, key: str, sink: Sink) -> StoreReceipt:
    """Write the object's bytes to `sink` and hash them on the way.

    A broken connection is taken up again at the byte reached, under `If-Match`, so that two
    versions of an object are never mixed; up to the transfer's number of attempts.

    Raises:
        ObjectMissingError: nothing lies under `key`.
        SpoolError: `sink` cannot be written to.
        StoreUnreachableError: the connection broke too often.
        StorageError: whatever else the store says.
    """
    digest, done = hashlib.sha256(), 0
    head: Mapping[str, Any] = {}
    for _ in range(api.transfer.attempts):
        more = {"Range": f"bytes={done}-", "IfMatch": head["ETag"]} if done else {}
        answer = api.call("get_object", Key=key, **more)
        head = head or answer
        try:
            for chunk in _chunks(answer):
                _write(sink, chunk)
                digest.update(chunk)
                done += len(chunk)
        except StoreUnreachableError:
            continue
        if done == head["ContentLength"]:
            return _receipt(key, done, digest.hexdigest(), head)
    raise StoreUnreachableError("get_object: the connection broke at every retry")


def _receipt(key: str, size: int, sha256: str, head: Mapping[str, Any]) -> StoreReceipt:
    return StoreReceipt(key, size, sha256, head.get("VersionId", ""), head["ETag"].strip('"'))


def _chunks(answer: Mapping[str, Any]) -> Iterator[bytes]:
    body = answer["Body"]
    try:
        while True:
            with translated("get_object"):
                chunk: bytes = body.read(MIB)
            if not chunk:
                return
            yield chunk
    finally:
        body.close()


def _write(sink: Sink, chunk: bytes) -> None:
    try:
        sink.write(chunk)
    except OSError:
        raise SpoolError("what was fetched could not be written") from None
