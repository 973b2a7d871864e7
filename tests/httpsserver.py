"""An https server on the loopback address, with a certificate of its own authority."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass
class Https:
    """Where it listens, whom to trust, what it serves by path, and what it was asked for."""

    url: str
    certificate: Path
    content: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    served: Https

    def do_GET(self) -> None:
        self.served.asked.append(self.path)
        body = self.served.content.get(self.path)
        if target := self.served.moved.get(self.path):
            self.send_response(302)
            self.send_header("location", target)
            body = b""
        else:
            self.send_response(404 if body is None else 200)
        body = body or b""
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:-1] if self.path in self.served.cut else body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def https_server(directory: Path) -> Iterator[Https]:
    """Serve until the end of the block; the certificate is put into `directory`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    certificate = _certificate(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    made = Https(f"https://127.0.0.1:{server.server_port}", certificate)
    server.RequestHandlerClass = type("Handler", (_Handler,), {"served": made})
    # A client that does not trust the certificate hangs up; that is no error of the server's.
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certificate(directory: Path) -> Path:
    """Key and certificate for 127.0.0.1 in one file, its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "handoff test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    path = directory / "https.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path
