"""Who may see the viewer: whoever has the token, from this machine, and no other page's script.

The token stands in the first URL once, is exchanged for a cookie, and the URL is left at once. The
Host header must be this machine's own name: else a page elsewhere could reach us by pointing its
own name at 127.0.0.1 (DNS rebinding). Requests that do something carry the form's token too.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp

COOKIE = "handoff-custody"
HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
HEADERS = {
    # Nothing from anywhere else, no script at all, in no frame.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of one run of the viewer; they go with the process.

    Attributes:
        token: opens the viewer once per browser.
        cookie: what the browser holds afterwards.
        form: what every form that does something must carry.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    form: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)


class Guard(BaseHTTPMiddleware):
    """Lets requests through that may pass, and puts our headers on every answer."""

    def __init__(self, app: ASGIApp, held: Secrets) -> None:
        super().__init__(app)
        self._held = held
        self._used = False

    async def dispatch(
        self, request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        """Judge one request."""
        response = self._refusal(request) or await call_next(request)
        response.headers.update(HEADERS)
        return response

    def _refusal(self, request: Request) -> Response | None:
        """The answer to a request that may not pass, or that brings the token; None to pass."""
        if _host(request) not in HOSTS:
            return PlainTextResponse("this page is for this machine alone", 421)
        given = request.query_params.get("token")
        if given is not None and request.url.path == "/":
            return self._exchange(given)
        if not _same(request.cookies.get(COOKIE, ""), self._held.cookie):
            return PlainTextResponse("open the address that `handoff custody serve` printed", 403)
        return None

    def _exchange(self, given: str) -> Response:
        """The cookie for the token, once: a URL stays in histories."""
        if self._used or not _same(given, self._held.token):
            return PlainTextResponse("this address was used; start the viewer anew", 403)
        self._used = True
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, self._held.cookie, httponly=True, samesite="strict")
        return response


def _host(request: Request) -> str:
    host = request.headers.get("host", "")
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    return f"[{name}]" if ":" in name else name


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
