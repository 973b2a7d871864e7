"""Access logs in their makers' own published forms become one kind of record, or are refused."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from handoff.errors import AccessLogError
from handoff.storage.accesslogs import Access, read_log

OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
# After the examples in the S3 user guide, "Amazon S3 server access log format".
S3 = f"""\
{OWNER} amzn-s3-demo-bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 {OWNER} 3E57427F3EXAMPLE \
REST.GET.VERSIONING - "GET /amzn-s3-demo-bucket1?versioning HTTP/1.1" 200 - 113 - 7 - "-" \
"S3Console/0.4" - s9lzHYrFp76ZVxRcpX9= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader \
amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com TLSV1.2 - Yes
{OWNER} amzn-s3-demo-bucket1 [06/Feb/2019:00:02:00 +0100] 2001:db8::7 \
arn:aws:iam::111122223333:user/acme DD6CC733AEXAMPLE REST.GET.OBJECT b1/s3-dg%2Bx.age \
"GET /amzn-s3-demo-bucket1/b1/x?a=\\"b\\" HTTP/1.1" 206 - 4406 4406 41 28 "-" "Agent \\"q\\" 1" - \
10S62Zv81kBW7BB6SX4XJ48o6kpcl6LPwEoizZQQxJd5qDSCTLX0TgS37kYUBKQW3+bPdrg1234= SigV4 - AuthHeader
{OWNER} amzn-s3-demo-bucket1 [06/Feb/2019:00:03:00 +0000] 192.0.2.9 - BE4A5EXAMPLE \
REST.GET.OBJECT b1/y.age "GET /b1/y.age HTTP/1.1" 403 AccessDenied 243 - 7 - "-" "curl/8" -
{OWNER} amzn-s3-demo-bucket1 [06/Feb/2019:00:04:00 +0000] 192.0.2.9 {OWNER} BE4A6EXAMPLE \
REST.GET.BUCKET - "GET /?list-type=2 HTTP/1.1" 200 - 243 - 7 - "-" "aws-cli" -
"""
CLOUDTRAIL: dict[str, Any] = {
    "eventVersion": "1.11",
    "userIdentity": {
        "type": "IAMUser",
        "principalId": "EX_PRINCIPAL_ID",
        "arn": "arn:aws:iam::111122223333:user/acme",
        "accountId": "111122223333",
        "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
    },
    "eventTime": "2024-11-22T17:12:25Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "GetObject",
    "sourceIPAddress": "192.0.2.0",
    "requestParameters": {"bucketName": "amzn-s3-demo-bucket1", "key": "b1/x.age"},
    "requestID": "07D681123BD12AED",
    "eventID": "f2b287f3-0df1-1234-a2f4-c4bdfed47657",
}
CEPH = {
    "bucket": "acme-out", "time": "2026-11-24T10:00:00.118342Z", "remote_addr": "192.0.2.4",
    "user": "acme", "operation": "get_obj", "uri": "GET /acme-out/b1/x.age HTTP/1.1",
    "http_status": "200", "error_code": "", "bytes_sent": 4406, "trans_id": "tx000",
    "authentication_type": "Keystone", "access_key_id": "A",
}  # fmt: skip
SEAWEEDFS = {
    "bucket": "acme-out", "time": 1732442400, "remote_ip": "192.0.2.4", "requester": "acme",
    "request_id": "1", "operation": "REST.GET.OBJECT", "key": "/b1/x.age", "status": 200,
}  # fmt: skip


def told(access: Access) -> tuple[str, str, str, str, str, int]:
    return (
        access.bucket, access.key, access.action, access.principal, access.address, access.status
    )  # fmt: skip


def test_a_server_access_log_is_read_field_by_field() -> None:
    records = list(read_log(S3.encode()))
    assert [told(record) for record in records] == [
        ("amzn-s3-demo-bucket1", "", "other", OWNER, "192.0.2.3", 200),
        (
            "amzn-s3-demo-bucket1", "b1/s3-dg+x.age", "get", "arn:aws:iam::111122223333:user/acme",
            "2001:db8::7", 206,
        ),
        ("amzn-s3-demo-bucket1", "b1/y.age", "get", "", "192.0.2.9", 403),
        ("amzn-s3-demo-bucket1", "", "list", OWNER, "192.0.2.9", 200),
    ]  # fmt: skip
    assert records[1].at == datetime(2019, 2, 5, 23, 2, tzinfo=UTC)


@pytest.mark.parametrize("pack", [lambda raw: raw, gzip.compress])
def test_a_cloudtrail_file_is_read_packed_or_not(pack: Any) -> None:
    denied = CLOUDTRAIL | {"errorCode": "AccessDenied", "eventName": "PutObject"}
    setting = CLOUDTRAIL | {"eventName": "GetBucketPolicy", "requestParameters": None}
    raw = json.dumps({"Records": [CLOUDTRAIL, denied, setting]}).encode()
    got, refused, other = read_log(pack(raw))
    arn = "arn:aws:iam::111122223333:user/acme"
    assert told(got) == ("amzn-s3-demo-bucket1", "b1/x.age", "get", arn, "192.0.2.0", 200)
    assert (refused.action, refused.status, other.action, other.key) == ("put", 403, "other", "")


@pytest.mark.parametrize("record", [CEPH, SEAWEEDFS])
def test_logs_of_ceph_and_seaweedfs_are_read_line_by_line(record: dict[str, Any]) -> None:
    line = json.dumps(record).encode()
    first, second = read_log(line + b"\n\n" + line + b"\n")
    assert told(first) == ("acme-out", "b1/x.age", "get", "acme", "192.0.2.4", 200)
    assert first == second
    assert first.at.tzinfo is UTC


SPOILED = [
    b"hello",
    b"{}",
    b'{"Records": [1]}',
    b'{"Records": [{"eventSource": "s3.amazonaws.com"}]}',
    b'{"remote_addr": "x"}',
    b'{"remote_ip": "x", "bucket": "b", "time": 1e400}',
    S3.encode()[:120],
    gzip.compress(S3.encode())[:-20],
    b"\x1f\x8bnonsense",
    b"[" * 100_000,
    S3.encode() + b"something else\n",
    json.dumps(CEPH | {"time": "yesterday"}).encode(),
]


@pytest.mark.parametrize("spoiled", SPOILED, ids=range(len(SPOILED)))
def test_what_is_not_understood_is_refused_and_not_skipped(spoiled: bytes) -> None:
    with pytest.raises(AccessLogError) as caught:
        list(read_log(spoiled))
    assert "x" not in caught.value.message.split()
