"""The few answers of a HashiCorp Vault, on loopback, that Ceph's gateway needs to encrypt at rest.

From 17 on the gateway takes a default encryption (SSE-S3), but asks Vault's transit engine for
each object's key: https://developer.hashicorp.com/vault/api-docs/secret/transit

usage: keyservice.py PORT
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

KEY_BYTES = 32


class KeyService(BaseHTTPRequestHandler):
    """Makes keys for data, wrapped as a number, and unwraps them; keeps them while it lives."""

    protocol_version = "HTTP/1.1"
    wrapped: ClassVar[dict[str, str]] = {}

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or "{}")
        action = self.path.removeprefix("/v1/transit/").partition("/")[0]
        if action == "datakey":
            plain = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
            number = f"vault:v1:{len(self.wrapped)}"
            self.wrapped[number] = plain
            self._answer({"plaintext": plain, "ciphertext": number})
        elif action == "decrypt" and body.get("ciphertext") in self.wrapped:
            self._answer({"plaintext": self.wrapped[body["ciphertext"]]})
        else:
            self._answer(None)

    def do_DELETE(self) -> None:
        self._answer(None)

    def _answer(self, data: dict[str, str] | None) -> None:
        content = json.dumps({"data": data}).encode() if data else b""
        self.send_response(200 if data else 204)
        if data:
            self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Be silent."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), KeyService).serve_forever()
