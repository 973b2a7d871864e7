"""What the commands that read the custody log share: options, the opened log, tables as CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

from handoff.cli.output import table
from handoff.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from handoff.custody.index.search import Query
    from handoff.custody.reader import LedgerReader

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

csv_option = click.option("--csv", "as_csv", is_flag=True, help="Comma-separated, for a table.")


class Day(click.ParamType[datetime]):
    """A day, `2026-11-25`, as the moment at which it begins in UTC."""

    name = "YYYY-MM-DD"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read the day; anything else is a usage error."""
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError:
            self.fail("expected a day such as 2026-11-25", param, ctx)


def period_options(function: FunctionT) -> FunctionT:
    """`--since` and `--until`."""
    since = click.option("--since", type=Day(), help="From this day on (UTC).")
    until = click.option("--until", type=Day(), help="Up to this day, itself included (UTC).")
    return since(until(function))


def query_options(function: FunctionT) -> FunctionT:
    """Every option that narrows a question."""
    named = (
        ("--vendor", "Of this vendor."),
        ("--matter", "Of this matter."),
        ("--by", "Sent by this account."),
    )
    for name, text in reversed(named):
        function = click.option(name, default="", help=text)(function)
    return period_options(function)


class Narrowed(TypedDict, total=False):
    """What the options that narrow a question hand to a command."""

    vendor: str
    matter: str
    by: str
    since: datetime | None
    until: datetime | None
    state: str | None
    reference: str


def query(
    vendor: str = "",
    matter: str = "",
    by: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    state: str | None = "",
    reference: str = "",
) -> Query:
    """The question that the options ask; `until` names the last day, and the query its end.

    Raises:
        UsageError: the period ends before it begins.
    """
    from handoff.custody.index.search import Query

    if since and until and until < since:
        raise UsageError("the period ends before it begins")
    end = until + timedelta(days=1) if until else None
    return Query(vendor, matter, by, state or "", reference, since, end)


@contextmanager
def opened(home_path: Path | None) -> Iterator[LedgerReader]:
    """The custody log of the home, for reading."""
    from handoff.pipeline.home import Home
    from handoff.pipeline.ledgers import open_reader

    with open_reader(Home.locate(home_path).require()) as reader:
        yield reader


@contextmanager
def indexed(home_path: Path | None) -> Iterator[tuple[LedgerReader, Engine]]:
    """The log and its index, brought up to date."""
    from handoff.custody.index.update import open_index
    from handoff.pipeline.home import Home

    with opened(home_path) as reader, open_index(Home.locate(home_path).custody, reader) as index:
        yield reader, index


def when(moment: datetime | None) -> str:
    """A moment as it stands in tables, "" for none. UTC."""
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[str]], *, as_csv: bool) -> None:
    """A table for a person, or CSV (RFC 4180) for a spreadsheet."""
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        table("", columns, rows)
