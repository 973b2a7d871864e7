"""Ask an RFC 3161 timestamp authority over HTTP (RFC 3161 section 3.4)."""

from __future__ import annotations

import urllib.error
import urllib.request

from handoff.errors import StoreUnreachableError

_MAX_ANSWER = 1 << 17
_TIMEOUT = 20.0
_HINT = "check `anchors.timestamp.url` in config.yaml and the way there; run the command again"


def ask(url: str, request: bytes) -> bytes:
    """The authority's answer to a DER timestamp request; what it says is not looked at here.

    The token is signed, so plain http is as good as https.

    Raises:
        StoreUnreachableError: nobody answers, or not with a timestamp.
    """
    headers = {"Content-Type": "application/timestamp-query"}
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        # The scheme is http or https: the configuration's schema admits no other.
        query = urllib.request.Request(url, request, headers)  # noqa: S310
        with opener.open(query, timeout=_TIMEOUT) as answer:
            if answer.headers.get_content_type() == "application/timestamp-reply":
                content: bytes = answer.read(_MAX_ANSWER)
                return content
    except (OSError, urllib.error.URLError, ValueError):
        raise StoreUnreachableError("the timestamp authority cannot be reached", _HINT) from None
    raise StoreUnreachableError("what answered is no timestamp authority", _HINT)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could lead to another scheme; an authority needs none."""

    def redirect_request(self, *_: object) -> None:
        """Follow none."""
