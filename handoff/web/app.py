"""The viewer as a Starlette application, and the server it runs in."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from handoff.errors import HandoffError
from handoff.pipeline.home import Home
from handoff.web import pages
from handoff.web.guard import Guard, Secrets

ADDRESS = "127.0.0.1"
MAX_FORM = 4_096
Page = Callable[[pages.Viewer, Request], Response]


def create_app(home: Home, held: Secrets) -> Starlette:
    """The viewer of `home`, for whoever has the token of `held`."""
    view = pages.viewer(home, held)
    css = view.templates.get_template("viewer.css").render()
    routes = [
        Route("/", _page(view, pages.home_page)),
        Route("/documents", _page(view, pages.documents_page)),
        Route("/batches", _page(view, pages.batches_page)),
        Route("/batch/{batch_id}", _page(view, pages.batch_page)),
        Route("/batch/{batch_id}/document/{doc_id}", _page(view, pages.document_page)),
        Route("/vendor/{name}", _page(view, pages.vendor_page)),
        Route("/alerts", _page(view, pages.alerts_page)),
        Route("/verify", _page(view, pages.verify_page)),
        Route(
            "/verify",
            _action(view, lambda request, _: pages.verify_page(view, request)),
            methods=["POST"],
        ),
        Route(
            "/evidence",
            _action(view, lambda _, form: pages.evidence(view, form.get("reference", ""))),
            methods=["POST"],
        ),
        Route("/style.css", lambda _: Response(css, media_type="text/css")),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard, held=held)])


def _page(view: pages.Viewer, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await run_in_threadpool(_guarded, view, lambda: page(view, request))

    return answer


def _action(
    view: pages.Viewer, action: Callable[[Request, dict[str, str]], Response]
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        form = await _form(request)
        if not hmac.compare_digest(form.get("token", "").encode(), view.held.form.encode()):
            return PlainTextResponse("the form is not of this viewer; load the page anew", 403)
        return await run_in_threadpool(_guarded, view, lambda: action(request, form))

    return answer


def _guarded(view: pages.Viewer, make: Callable[[], Response]) -> Response:
    try:
        return make()
    except HandoffError as error:
        return pages.message(view, error)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a small form (application/x-www-form-urlencoded), the last of each name."""
    from urllib.parse import parse_qsl

    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_FORM:
            return {}
    return dict(parse_qsl(body.decode("ascii", "replace")))


def serve(home: Home, held: Secrets, port: int, announce: Callable[[str], None]) -> None:
    """Serve the viewer on loopback until the process is asked to end.

    Args:
        home: whose custody log.
        held: the secrets of this run.
        port: 0 for any that is free.
        announce: is told the address once it can be opened.
    """
    config = uvicorn.Config(
        create_app(home, held),
        host=ADDRESS,
        port=port,
        log_config=None,
        # The token stands in the first request's line.
        access_log=False,
        server_header=False,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    # From here on a browser is let in, and waits the moment that the server takes to begin.
    listening.listen(config.backlog)
    chosen = listening.getsockname()[1]
    announce(f"http://{ADDRESS}:{chosen}/?token={held.token}")
    server.run(sockets=[listening])
