"""`handoff vendor exposure`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from handoff.cli.custody_options import csv_option, print_rows
from handoff.cli.options import home_option, json_option
from handoff.cli.output import emit, say
from handoff.errors import UsageError

if TYPE_CHECKING:
    from handoff.pipeline.exposure import Exposure, Share

COLUMNS = (
    *("vendor", "country", "onward", "region", "matter", "documents", "denied", "bytes"),
    *("opened", "personal data redacted in them", "first until", "last until"),
)


@click.command("exposure")
@click.option("--vendor", default="", help="Of this vendor.")
@click.option("--matter", default="", help="Of this matter.")
@csv_option
@json_option
@home_option
def command(vendor: str, matter: str, as_csv: bool, as_json: bool, home_path: Path | None) -> None:
    """How many documents, with which kinds of personal data, are with whom, where, until when.

    What was recalled or has expired is not counted. `denied`: still in the bucket, and nobody at
    the vendor can read it. `opened`: as far as access logs were taken in.
    """
    from handoff.pipeline.exposure import exposure
    from handoff.pipeline.home import Home

    if as_csv and as_json:
        raise UsageError("choose --csv or --json")
    found = exposure(Home.locate(home_path).require(), vendor=vendor, matter=matter)
    if as_json:
        _emit(found)
        return
    print_rows(COLUMNS, _rows(found), as_csv=as_csv)
    if not as_csv:
        for name, shares in (("vendors", found.vendors), ("countries", found.countries)):
            print_rows((name, "documents", "share"), _share_rows(shares), as_csv=False)
        say(
            f"{found.documents} documents with {len(found.vendors)} vendors; concentration "
            f"{found.concentration:.2f} (1.00: one vendor has all)"
        )


def _rows(found: Exposure) -> Iterable[tuple[str, ...]]:
    for holding in found.holdings:
        yield (
            *(holding.vendor, holding.country, " ".join(holding.onward), holding.region),
            *(holding.matter, str(holding.documents), str(holding.denied), str(holding.size)),
            *(str(holding.opened), _kinds(holding.personal)),
            *(str(holding.first_until or ""), str(holding.last_until or "")),
        )


def _kinds(personal: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in personal.items())


def _share_rows(shares: Iterable[Share]) -> Iterable[tuple[str, ...]]:
    return ((share.name, str(share.documents), f"{share.part:.1%}") for share in shares)


def _emit(found: Exposure) -> None:
    for holding in found.holdings:
        emit("holding", **asdict(holding))
    for kind, shares in (("vendor_share", found.vendors), ("country_share", found.countries)):
        for share in shares:
            emit(kind, name=share.name, documents=share.documents, share=round(share.part, 4))
    emit(
        "exposure",
        documents=found.documents,
        vendors=len(found.vendors),
        countries=len(found.countries),
        concentration=round(found.concentration, 4),
    )
