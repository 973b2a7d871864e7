"""What S3 servers write down about requests, in four formats, as one kind of record.

- S3 server access logs: docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
- CloudTrail data events: docs.aws.amazon.com/awscloudtrail, "record contents", files of `Records`
- Ceph RADOS gateway, `rgw_ops_log_file_path`: a JSON object an operation
- SeaweedFS, `-auditLogConfig`: a JSON object a request, as fluentd passes it on

A file may be compressed with gzip, as CloudTrail's are. No library in good upkeep reads them; the
first is a line of blank-separated fields, the others are JSON.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, unquote_plus, urlsplit

from handoff.errors import AccessLogError

MAX_UNPACKED = 1_000_000_000
"""Bytes that a compressed log may unpack to."""

_FIELD = re.compile(r'\[([^\]]*)\]|"((?:[^"\\]|\\.)*)"|(\S+)')
_ACTIONS = {
    "get": "get", "head": "head", "put": "put", "post": "put", "delete": "delete", "list": "list",
    "copy": "put",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Access:
    """One request.

    Attributes:
        at: when the server had it.
        bucket: the bucket asked.
        key: the object, "" for requests about the bucket as a whole.
        action: "get", "head", "list", "put", "delete" or "other".
        principal: who asked as the server knows it (ARN, user, canonical id), "" for nobody known.
        address: the network address it came from, "" where there is none.
        status: the HTTP status of the answer.
        raw: the record as it stands in the log, by which it is known again.
        source: which of the formats it came in.
    """

    at: datetime
    bucket: str
    key: str
    action: str
    principal: str
    address: str
    status: int
    raw: bytes
    source: str


def read_log(untrusted: bytes) -> Iterator[Access]:
    """Every request in a log file, in the order of the file.

    Raises:
        AccessLogError: the file, or one line of it, is of none of the formats. What a log cannot
            say is not guessed, and a log that is partly understood would hide an access.
    """
    content = _unpacked(untrusted)
    whole = _json(content) if content.lstrip()[:1] == b"{" else None
    if isinstance(whole, dict) and isinstance(whole.get("Records"), list):
        for number, record in enumerate(whole["Records"], 1):
            yield _checked(record, number, json.dumps(record, sort_keys=True).encode())
        return
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            yield _line(line.strip(), number)


def _unpacked(untrusted: bytes) -> bytes:
    if not untrusted.startswith(b"\x1f\x8b"):
        return untrusted
    try:
        unpacker = zlib.decompressobj(wbits=31)
        content = unpacker.decompress(untrusted, MAX_UNPACKED)
    except (zlib.error, gzip.BadGzipFile):
        raise AccessLogError("the access log's compression is damaged") from None
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise AccessLogError("the access log is cut off, or unpacks to more than the limit")
    return content


def _json(text: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _line(line: bytes, number: int) -> Access:
    if line.startswith(b"{"):
        return _checked(_json(line), number, line)
    return _s3(line, number)


def _checked(record: object, number: int, raw: bytes) -> Access:
    try:
        if isinstance(record, dict):
            if "eventSource" in record:
                return _cloudtrail(record, raw)
            if "remote_addr" in record:
                return _ceph(record, raw)
            if "remote_ip" in record:
                return _seaweedfs(record, raw)
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
        pass
    raise AccessLogError(f"record {number} of the access log is of no known format")


def _s3(line: bytes, number: int) -> Access:
    """Fields 1 to 10: owner, bucket, time, address, requester, id, operation, key, URI, status."""
    groups = _FIELD.findall(line.decode("utf-8", "replace"))
    fields = ["".join(group) for group in groups]
    try:
        return Access(
            at=datetime.strptime(fields[2], "%d/%b/%Y:%H:%M:%S %z").astimezone(UTC),
            bucket=fields[1],
            # "The key part of the request, URL encoded": twice for some operations.
            key=unquote_plus(_known(fields[7])),
            action=_operation(fields[6]),
            principal=_known(fields[4]),
            address=_known(fields[3]),
            status=int(fields[9]),
            raw=line,
            source="s3",
        )
    except (IndexError, ValueError):
        raise AccessLogError(f"line {number} of the access log is of no known format") from None


def _known(field: str) -> str:
    return "" if field == "-" else field


def _operation(operation: str) -> str:
    """`REST.GET.OBJECT` and its relatives; what is about a bucket's settings is "other"."""
    parts = operation.split(".")
    verb = parts[1].lower() if len(parts) > 2 else ""
    if parts[-1] == "BUCKET" and verb in {"get", "head"}:
        return "list"
    about_objects = parts[-1] in {"OBJECT", "OBJECTS", "PART", "UPLOAD", "UPLOADS"}
    return _ACTIONS.get(verb, "other") if about_objects else "other"


def _cloudtrail(record: Mapping[str, Any], raw: bytes) -> Access:
    parameters = record.get("requestParameters") or {}
    identity = record["userIdentity"]
    verb = re.match(r"Get|Head|Put|Upload|Copy|Complete|Delete|List", record["eventName"])
    names = {"upload": "put", "copy": "put", "complete": "put"}
    action = names.get(verb[0].lower(), verb[0].lower()) if verb else "other"
    about_objects = "Object" in record["eventName"] or "Part" in record["eventName"]
    return Access(
        at=datetime.fromisoformat(record["eventTime"]).astimezone(UTC),
        bucket=str(parameters.get("bucketName", "")),
        key=str(parameters.get("key", "")),
        action=action if about_objects else "other",
        principal=_text(identity.get("arn") or identity.get("accountId")),
        address=_text(record.get("sourceIPAddress")),
        status=403 if record.get("errorCode") else 200,
        raw=raw,
        source="cloudtrail",
    )


def _ceph(record: Mapping[str, Any], raw: bytes) -> Access:
    verb = str(record["operation"]).split("_", maxsplit=1)[0]
    key = record.get("object") or _path(str(record.get("uri", "")), str(record["bucket"]))
    return Access(
        at=datetime.fromisoformat(record["time"]).astimezone(UTC),
        bucket=str(record["bucket"]),
        key=key if record["operation"] != "list_bucket" else "",
        action=_ACTIONS.get(verb, "other"),
        principal="" if record.get("user") in {"", "anonymous", None} else str(record["user"]),
        address=_text(record["remote_addr"]),
        status=int(record["http_status"]),
        raw=raw,
        source="ceph",
    )


def _path(request: str, bucket: str) -> str:
    """The key in `GET /bucket/key HTTP/1.1`."""
    target = request.split(" ")[1] if " " in request else request
    path = unquote(urlsplit(target).path)
    return path.removeprefix(f"/{bucket}").removeprefix("/")


def _seaweedfs(record: Mapping[str, Any], raw: bytes) -> Access:
    moment = record["time"]
    at = (
        datetime.fromtimestamp(moment, UTC)
        if isinstance(moment, int)
        else datetime.fromisoformat(moment).astimezone(UTC)
    )
    return Access(
        at=at,
        bucket=str(record["bucket"]),
        key=str(record.get("key", "")).removeprefix("/"),
        action=_operation(str(record.get("operation", ""))),
        principal=_text(record.get("requester")),
        address=_text(record["remote_ip"]),
        status=int(record.get("status", 0)),
        raw=raw,
        source="seaweedfs",
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
