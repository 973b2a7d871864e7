"""A small HTTP proxy that spoils chosen requests on their way between a store and the server."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from handoff.model import Access, Bucket
from handoff.storage import embedded, provision
from handoff.storage.client import Transfer
from handoff.storage.s3 import S3Store

ATTEMPTS = 4
SLOW_DOWN = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>planted</Message></Error>"


@dataclass
class Fault:
    """What shall happen to the next `times` requests whose first line `matches` is found in."""

    kind: str
    matches: str
    times: int
    value: Any = None


class Proxy:
    """Listens on loopback in a thread; every request goes to the server on a new connection."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._faults: list[Fault] = []
        self.requests: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        self._server = started.result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def spoil(self, kind: str, matches: str, times: int = 1, value: Any = None) -> None:
        self._faults.append(Fault(kind, matches, times, value))

    def forgive(self) -> None:
        """The network is well again."""
        self._faults.clear()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        # Connections that were closed are gone with the next rounds of the loop, not before.
        await asyncio.sleep(0.05)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await self._handle(head, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _take(self, line: str) -> Fault:
        self.requests.append(line)
        for fault in self._faults:
            if re.search(fault.matches, line) and fault.times > 0:
                fault.times -= 1
                return fault
        return Fault("none", "", 1)

    async def _handle(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        lines = head.decode("latin-1").split("\r\n")
        fault = self._take(lines[0])
        fields = {n.lower(): v.strip() for n, _, v in (x.partition(":") for x in lines[1:])}
        if "expect" in fields:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        size = int(fields.get("content-length", 0))
        if fault.kind == "reset":
            await reader.readexactly(min(size, fault.value))
            return _reset(writer)
        body = await reader.readexactly(size)
        if fault.kind == "busy":
            writer.write(_answer(b"503 Slow Down", SLOW_DOWN))
            return await writer.drain()
        if fault.kind == "garbage":
            writer.write(_answer(b"200 OK", b"<html>planted: not S3</html>"))
            return await writer.drain()
        if fault.kind == "hang":
            return await asyncio.sleep(fault.value)
        if fault.kind == "delay":
            await asyncio.sleep(fault.value)
        if fault.kind == "first":
            await asyncio.to_thread(fault.value)
        answer = await self._forward(lines, body)
        if fault.kind == "lose":
            return _reset(writer)
        if fault.kind == "truncate":
            head_end = answer.index(b"\r\n\r\n") + 4
            answer = answer[: head_end + (len(answer) - head_end) // 2]
        writer.write(answer)
        return await writer.drain()

    async def _forward(self, lines: list[str], body: bytes) -> bytes:
        kept = [x for x in lines if x and not x.lower().startswith(("expect:", "connection:"))]
        head = "\r\n".join([*kept, "Connection: close", "", ""])
        reader, writer = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            writer.write(head.encode("latin-1") + body)
            return await reader.read(-1)
        finally:
            writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _answer(status: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n" % (
        status,
        len(body),
    )
    return head + b"Connection: close\r\n\r\n" + body


@pytest.fixture
def proxy(seaweedfs: embedded.Server) -> Iterator[Proxy]:
    proxy = Proxy(int(seaweedfs.endpoint.rpartition(":")[2]))
    yield proxy
    proxy.close()


@dataclass
class Scene:
    """A fresh bucket, a client that goes straight to it, and stores that go by the proxy."""

    direct: Any
    bucket: str
    via: Callable[..., S3Store]

    def versions(self) -> list[tuple[str, int]]:
        """Every version there is, with its size."""
        found = self.direct.list_object_versions(Bucket=self.bucket)
        return [(v["Key"], v["Size"]) for v in found.get("Versions", [])]

    def uploads(self) -> list[str]:
        """Multipart uploads that nobody finished or aborted."""
        found = self.direct.list_multipart_uploads(Bucket=self.bucket)
        return [upload["Key"] for upload in found.get("Uploads", [])]

    def content(self, key: str) -> bytes:
        content: bytes = self.direct.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return content


@pytest.fixture
def scene(seaweedfs: embedded.Server, proxy: Proxy) -> Scene:
    keys = json.loads((seaweedfs.directory / "credentials.json").read_text())["owner"]
    session = boto3.session.Session(
        aws_access_key_id=keys[0], aws_secret_access_key=keys[1], region_name="us-east-1"
    )
    bucket = Bucket(f"faults-{uuid.uuid4().hex[:12]}", seaweedfs.endpoint, "us-east-1")
    list(provision.apply(provision.plan(bucket, "acme", Access(), session=session)))

    def via(endpoint: str = "", **transfer: Any) -> S3Store:
        chosen = Transfer(
            **{"attempts": ATTEMPTS, "connect_timeout": 2, "read_timeout": 3, **transfer}
        )
        there = Bucket(bucket.name, endpoint or proxy.endpoint, "us-east-1")
        return S3Store(there, vendor="acme", transfer=chosen, session=session)

    return Scene(session.client("s3", endpoint_url=seaweedfs.endpoint), bucket.name, via)
