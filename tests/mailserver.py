"""A mail server on loopback, with a certificate of the test's own; it fails in each known way."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

from handoff.storage.certificate import write_certificate

PASSWORD = "correct horse"
MODES = ("normal", "no_tls", "refuses_sender", "silent", "hangs_up", "dies_after_data")


@dataclass
class Mails:
    """The server: where it listens, how it behaves, and what it was given.

    Attributes:
        mode: one of `MODES`.
        refused: addresses that it does not take.
        taken: envelopes: the addresses, and the bytes.
        heard: every line that came before TLS, and whether a login came.
    """

    directory: Path
    mode: str = "normal"
    refused: set[str] = field(default_factory=set)
    taken: list[tuple[list[str], bytes]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def ca(self) -> Path:
        return self.directory / "cert.pem"

    @property
    def messages(self) -> list[Message]:
        """What was taken, parsed."""
        return [message_from_bytes(data, policy=default) for _, data in self.taken]

    def context(self) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.ca, self.directory / "key.pem")
        return made


class _Conversation(socketserver.BaseRequestHandler):
    mails: Mails

    def handle(self) -> None:
        if self.mails.mode == "silent":
            self.request.recv(1)
            return
        self._encrypted, self._to = False, list[str]()
        self._open(self.request)
        try:
            self._converse()
        finally:
            self._close()

    def _converse(self) -> None:
        self._say(220)
        while line := self._file.readline().decode().rstrip("\r\n"):
            if not self._encrypted:
                self.mails.heard.append(line)
            verb = line.partition(" ")[0].upper()
            getattr(self, f"_{verb.lower()}")(line)
            if verb == "QUIT" or self._broken:
                return

    def _open(self, connection: Any) -> None:
        self._broken = False
        self._connection = connection
        self._file = connection.makefile("rb")

    def _close(self) -> None:
        self._file.close()
        self._connection.close()

    def _say(self, *codes: int, text: str = "so") -> None:
        self._connection.sendall("".join(f"{code} {text}\r\n" for code in codes).encode())

    def _ehlo(self, _line: str) -> None:
        offers = ["here", "AUTH PLAIN" if self._encrypted else "STARTTLS", "8BITMIME"]
        if self.mails.mode == "no_tls":
            offers.remove("STARTTLS")
        lines = [f"250-{offer}\r\n" for offer in offers[:-1]]
        self._connection.sendall(f"{''.join(lines)}250 {offers[-1]}\r\n".encode())

    def _starttls(self, _line: str) -> None:
        self._say(220)
        self._file.close()
        self._open(self.mails.context().wrap_socket(self._connection, server_side=True))
        self._encrypted = True

    def _auth(self, line: str) -> None:
        _, user, password = base64.b64decode(line.rsplit(maxsplit=1)[-1]).decode().split("\0")
        self.mails.logins.append(user)
        self._say(235 if password == PASSWORD else 535)

    def _mail(self, _line: str) -> None:
        self._say(550 if self.mails.mode == "refuses_sender" else 250)

    def _rcpt(self, line: str) -> None:
        address = line.partition("<")[2].partition(">")[0]
        if address in self.mails.refused:
            # A server's answer may repeat anything; none of it may be passed on.
            self._say(550, text=f"no such user {address} Hollis")
        else:
            self._to.append(address)
            self._say(250)

    def _data(self, _line: str) -> None:
        if self.mails.mode == "hangs_up":
            self._broken = True
            return
        self._say(354)
        lines = iter(self._file.readline, b".\r\n")
        self.mails.taken.append((self._to, b"".join(lines)))
        self._to = []
        self._broken = self.mails.mode == "dies_after_data"
        if not self._broken:
            self._say(250)

    def _rset(self, _line: str) -> None:
        self._say(250)

    def _quit(self, _line: str) -> None:
        self._say(221)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that breaks off is no error of the server's."""


@contextmanager
def mail_server(directory: Path) -> Iterator[Mails]:
    """Run the server while the block runs."""
    mails = Mails(directory)
    write_certificate(directory)
    handler = type("Conversation", (_Conversation,), {"mails": mails})
    with _Server(("127.0.0.1", 0), handler) as server:
        mails.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield mails
        finally:
            server.shutdown()
            thread.join()
