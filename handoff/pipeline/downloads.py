"""One file from its maker's address over https, for `handoff setup` and for nothing else.

Nothing that comes is believed before it was hashed. So what is kept here is: https and certificates
that this machine trusts, on every redirect too; a proxy where the environment names one; an end, in
bytes and in seconds.
"""

from __future__ import annotations

import http.client
import ssl
import time
import urllib.request
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from handoff.errors import AssetError

LIMIT = 200_000_000
"""Bytes that one file may have; the largest there is has 48 MB."""
SILENCE = 30.0
"""Seconds in which something must come."""
DEADLINE = 900.0
"""Seconds in which everything must have come."""
_CHUNK = 1 << 20


class _HttpsOnly(urllib.request.HTTPRedirectHandler):
    """Follow a redirect only to another https address."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - the signature is urllib's
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme != "https":
            fp.close()
            raise AssetError("it sent us on to an address that is not https", "")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def https_bytes(url: str, limit: int = LIMIT) -> bytes:
    """What lies at `url`, whole.

    Args:
        url: an https address.
        limit: the bytes that it may have.

    Raises:
        AssetError: it is not https, cannot be reached, answers with an error, is too large or too
            slow, or the server's certificate is not one that this machine trusts. The hint is
            empty: the caller knows what else there is.
    """
    if urlsplit(url).scheme != "https":
        raise AssetError("its address is not https", "")
    try:
        with _opener().open(url, timeout=SILENCE) as answer:
            return _bounded(answer, limit)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise AssetError(_reason(error), "") from error


def _opener() -> urllib.request.OpenerDirector:
    """What opens https and nothing else, through the proxy that the environment names."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        urllib.request.HTTPDefaultErrorHandler(),
        _HttpsOnly(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _bounded(answer: http.client.HTTPResponse, limit: int) -> bytes:
    """Read to the end, as long as there is one within the limits."""
    until = time.monotonic() + DEADLINE
    content = bytearray()
    while chunk := answer.read1(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise AssetError(f"it serves more than {limit // 1_000_000} MB", "")
        if time.monotonic() > until:
            raise AssetError(f"it did not finish within {DEADLINE:.0f} seconds", "")
    if answer.length:
        raise AssetError("the connection broke off", "")
    return bytes(content)


def _reason(error: Exception) -> str:
    """Why nothing came, in words of ours: what a server says never gets to the terminal."""
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(error, HTTPError):
        error.close()
        return f"it answered with status {error.code}"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "its certificate is not one that this machine trusts"
    if isinstance(cause, TimeoutError):
        return "it did not answer in time"
    return "it could not be reached"
