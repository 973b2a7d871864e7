"""The directory of a preview: where it may lie, and the index of its pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from handoff.errors import OutputExistsError, UsageError
from handoff.model import Held, Outcome, Ready
from handoff.pipeline.preview_html import page, row, table, write
from handoff.sealing.files import translated


def prepare_preview(directory: Path, apart: Sequence[Path]) -> None:
    """Make the directory of a preview, 0700, outside of all of `apart`; it holds plaintext.

    Raises:
        UsageError: it lies in one of `apart`, or is a file.
        OutputExistsError: there is something in it.
        PermissionsError, DiskFullError: it cannot be made.
    """
    real = directory.resolve()
    if any(real.is_relative_to(path.resolve()) for path in apart):
        raise UsageError(
            "the preview lies in the input, in the handoff home, or with the redacted copies",
            "name a directory of its own: it will hold plaintext",
        )
    try:
        with translated("the preview"):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            directory.chmod(0o700)
            taken = any(directory.iterdir())
    except FileExistsError:
        raise UsageError("the preview is a file, not a directory") from None
    if taken:
        raise OutputExistsError("the directory of the preview is not empty", "name a new one")


def write_index(
    directory: Path, names: Mapping[str, str], outcomes: Sequence[Outcome], profile: str
) -> None:
    """Write `index.html`: every document with its original name, its state, a link to its page.

    Raises:
        OutputExistsError, DiskFullError, PermissionsError: it cannot be written.
    """
    rows = "".join(
        _indexrow(outcome, names.get(outcome.doc_id, ""), directory)
        for outcome in sorted(outcomes, key=lambda outcome: outcome.doc_id)
    )
    shown = table(("Document", "Original name", "State", "Redacted, or why not"), rows)
    heading = f"<p>Profile {escape(profile)}; {len(outcomes)} documents. Nothing was sent.</p>"
    write(directory / "index.html", page("Preview", heading + shown))


def _indexrow(outcome: Outcome, name: str, directory: Path) -> str:
    number = escape(outcome.doc_id)
    if (directory / f"{outcome.doc_id}.html").exists():
        number = f'<a href="{number}.html">{number}</a>'
    if isinstance(outcome, Ready):
        state, told = "ready", _counted(outcome.redactions)
        told += "".join(f"; stays here: {part.place}" for part in outcome.withheld)
    else:
        assert isinstance(outcome, Held)  # noqa: S101 - nothing is sent here
        state, told = "HELD", f"{outcome.message}. {'; '.join(outcome.places)}"
    return row(number, escape(name), f'<b class="{state}">{state}</b>', escape(told))


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {entity}" for entity, count in counts.items()) or "nothing"
