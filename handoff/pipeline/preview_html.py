"""The parts of which the pages of a preview are made: whole files, nothing loaded, no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from handoff.errors import OutputExistsError
from handoff.sealing.files import creating, translated

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
WARNING = (
    "This page shows the text that was redacted. It is for the firm alone: delete the whole "
    "directory when you have looked."
)


def table(heads: Sequence[str], rows: str) -> str:
    """A table of `rows`, which are markup."""
    head = "".join(f"<th scope=col>{title}</th>" for title in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def row(*cells: str) -> str:
    """A row of cells, which are markup."""
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"


def page(title: str, body: str) -> str:
    """A whole page: `title` in words, `body` as markup."""
    style = files("handoff.pipeline").joinpath("preview.css").read_text(encoding="utf-8")
    return (
        "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>"
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        "<meta name=referrer content=no-referrer><meta name=viewport content=width=device-width>"
        f"<title>{escape(title)}</title><style>{style}</style></head><body>"
        f"<header><p class=warning><b>PLAINTEXT.</b> {WARNING}</p></header>"
        f"<main><h1>{escape(title)}</h1>{body}</main></body></html>\n"
    )


def write(path: Path, made: str) -> None:
    """Write a page, 0600, never over another file.

    Raises:
        OutputExistsError, DiskFullError, PermissionsError: it cannot be written.
    """
    try:
        with translated("the preview"), creating(path) as file:
            file.write(made.encode("utf-8", "replace"))
    except FileExistsError:
        raise OutputExistsError("the preview is already there") from None
