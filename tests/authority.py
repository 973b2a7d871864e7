"""An RFC 3161 timestamp authority on loopback: OpenSSL's `ts`, behind a tiny HTTP server."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# `certs=` is left out: with it rfc3161-client refuses the token (InvalidSetOrdering).
CONFIG = """\
[req]
distinguished_name=dn
prompt=no
[dn]
CN=Handoff Test Root
[tsa]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping
subjectKeyIdentifier=hash
[ca]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[ts]
default_tsa=one
[one]
serial=./serial
crypto_device=builtin
signer_cert=./tsa.pem
signer_key=./tsa.key
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256,sha512
accuracy=secs:1
ordering=yes
tsa_name=yes
ess_cert_id_chain=no
ess_cert_id_alg=sha256
"""


@dataclass
class Authority:
    """Where it listens, and its root certificate."""

    directory: Path
    url: str = ""

    @property
    def root(self) -> Path:
        return self.directory / "root.pem"

    def openssl(self, *arguments: str, data: bytes = b"") -> bytes:
        done = subprocess.run(
            ["openssl", *arguments], cwd=self.directory, input=data, capture_output=True, check=True
        )
        return done.stdout

    def stamp(self, query: bytes) -> bytes:
        (self.directory / "query.tsq").write_bytes(query)
        return self.openssl(
            "ts", "-reply", "-config", "c.cnf", "-queryfile", "query.tsq", "-section", "one"
        )


def make(directory: Path) -> Authority:
    """Make root, certificate and serial number."""
    made = Authority(directory)
    (directory / "c.cnf").write_text(CONFIG)
    (directory / "serial").write_text("01\n")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "c.cnf")
    made.openssl(
        *("req", "-x509", *key, "-extensions", "ca", "-days", "30"),
        *("-keyout", "root.key", "-out", "root.pem"),
    )
    made.openssl(
        *("req", "-new", *key, "-subj", "/CN=Handoff Test TSA"),
        *("-keyout", "tsa.key", "-out", "tsa.csr"),
    )
    made.openssl(
        *("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key"),
        *("-CAcreateserial", "-days", "30", "-extfile", "c.cnf", "-extensions", "tsa"),
        *("-out", "tsa.pem"),
    )
    return made


@contextmanager
def serve(directory: Path) -> Iterator[Authority]:
    """The authority, answering on loopback."""
    made = make(directory)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            answer = made.stamp(query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
