"""A maker's file comes over https from a trusted server; or it does not, with a plain reason."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from handoff.errors import AssetError
from handoff.pipeline import downloads
from handoff.pipeline.downloads import https_bytes
from tests.httpsserver import Https, https_server


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Https]:
    """A maker's server that this machine trusts."""
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with https_server(tmp_path) as made:
        monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
        made.content["/file"] = b"x" * 3_000_000
        yield made


def refusal(url: str, limit: int = downloads.LIMIT) -> str:
    with pytest.raises(AssetError) as caught:
        https_bytes(url, limit)
    return caught.value.message


def test_a_file_comes_whole_and_over_redirects(maker: Https) -> None:
    maker.moved["/old"] = "/older"
    maker.moved["/older"] = f"{maker.url}/file"
    assert https_bytes(f"{maker.url}/old") == maker.content["/file"]


def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_asked(
    maker: Https, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificate is not one that this machine trusts" in refusal(f"{maker.url}/file")
    assert maker.asked == []


def test_only_https_is_asked_at_first_and_after_a_redirect(maker: Https) -> None:
    plain = maker.url.replace("https:", "http:")
    assert refusal(f"{plain}/file") == "its address is not https"
    assert refusal("file:///etc/hostname") == "its address is not https"
    for target in (f"{plain}/file", "ftp://127.0.0.1/file"):
        maker.moved["/away"] = target
        assert refusal(f"{maker.url}/away") == "it sent us on to an address that is not https"
    maker.moved["/away"] = "file:///etc/hostname"
    assert refusal(f"{maker.url}/away") == "it answered with status 302"
    assert maker.asked == ["/away"] * 3


def test_what_is_gone_is_said_with_its_status(maker: Https) -> None:
    assert refusal(f"{maker.url}/gone") == "it answered with status 404"


def test_redirects_that_never_end_are_left(maker: Https) -> None:
    maker.moved["/round"] = "/round"
    assert refusal(f"{maker.url}/round") == "it answered with status 302"


def test_more_than_the_limit_is_not_read(maker: Https) -> None:
    assert refusal(f"{maker.url}/file", limit=2_000_000) == "it serves more than 2 MB"
    assert len(https_bytes(f"{maker.url}/file", limit=3_000_000)) == 3_000_000


def test_a_connection_that_breaks_off_is_no_file(maker: Https) -> None:
    maker.cut.add("/file")
    assert refusal(f"{maker.url}/file") in {"the connection broke off", "it could not be reached"}


def test_a_server_that_is_too_slow_is_left(maker: Https, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "DEADLINE", 0.0)
    assert "did not finish" in refusal(f"{maker.url}/file")
    monkeypatch.setattr(downloads, "SILENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}/file"
        assert refusal(url) == "it did not answer in time"


def test_a_server_that_is_not_there_is_said(maker: Https) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert refusal(f"https://127.0.0.1:{port}/file") == "it could not be reached"


class Proxy(BaseHTTPRequestHandler):
    """A proxy that notes where it is asked to connect to, and refuses."""

    asked: ClassVar[list[str]] = []

    def do_CONNECT(self) -> None:
        self.asked.append(self.path)
        self.send_error(502)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def test_the_environments_proxy_is_used(maker: Https, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.delenv("NO_PROXY", raising=False)
    try:
        assert refusal("https://maker.invalid/file") == "it could not be reached"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert Proxy.asked == ["maker.invalid:443"]
