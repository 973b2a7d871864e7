"""The custody log of a home, wherever it lies: the one place that opens it.

`custody.database` in `config.yaml` decides between SQLite in the home and PostgreSQL.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from handoff import __version__
from handoff.custody.appending import Party, SqlLedger
from handoff.custody.findings import VerificationReport
from handoff.custody.ledger import SqliteLedger
from handoff.custody.logkey import LogKey, load_log_key
from handoff.custody.note import VerifierKey
from handoff.custody.reader import LedgerReader
from handoff.custody.rotation import load_verifier_keys
from handoff.custody.verify import Outside, verify
from handoff.pipeline.accounts import account
from handoff.pipeline.home import Home
from handoff.ports import Clock


def actor() -> str:
    """Who acts, as the operating system knows them."""
    return account()


def host() -> str:
    """The name of this machine."""
    return socket.gethostname()


def open_log_key(home: Home) -> LogKey:
    """The key that signs this home's checkpoints.

    Raises:
        CustodyKeyError, PermissionsError: it cannot be used.
    """
    return load_log_key(home.keys)


def log_party() -> Party:
    """Who writes events now."""
    return Party(_party_name(actor()), _party_name(host()), f"handoff/{__version__}")


def _party_name(name: str) -> str:
    """`name` in the alphabet that the custody log admits."""
    plain = re.sub(r"[^A-Za-z0-9._:/@+-]", "_", name)[:120]
    return plain if plain[:1].isalnum() else f"x{plain}"


def open_ledger(
    home: Home, clock: Clock, *, create: bool = False, key: LogKey | None = None
) -> SqlLedger:
    """The custody log of this home, for writing; with `create` it is laid out if it is missing.

    Args:
        home: whose log.
        clock: gives the time of events.
        create: whether a missing log is made.
        key: signs checkpoints; None: the key among the home's.

    Raises:
        ConfigError: the configuration names a database that cannot be used.
        CustodyError: it cannot be opened, or is damaged.
    """
    key, party, database = key or open_log_key(home), log_party(), home.config().custody.database
    former = [known for known in load_verifier_keys(home.keys) if known != key.verifier]
    if not database:
        return SqliteLedger.open(
            home.custody, key=key, clock=clock, party=party, former=former, create=create
        )
    from handoff.custody.postgres import PostgresLedger

    return PostgresLedger.open(
        database, home.custody, key=key, clock=clock, party=party, former=former, create=create
    )


def open_reader(home: Home) -> LedgerReader:
    """The custody log of this home, for reading alone; no key is needed.

    Raises:
        ConfigError: the configuration names a database that cannot be used.
        CustodyError: it cannot be opened, or is damaged.
    """
    database = home.config().custody.database
    if not database:
        return LedgerReader.open_reader(home.custody)
    from handoff.custody.postgres import open_postgres_reader

    return open_postgres_reader(database)


def verify_log(
    home: Home,
    keys: Sequence[VerifierKey],
    *,
    checkpoints: Sequence[str] = (),
    outside: Sequence[Outside] = (),
) -> VerificationReport:
    """Recompute the custody log of this home; arguments and errors as `custody.verify.verify`."""
    database = home.config().custody.database
    if not database:
        return verify(home.custody, keys, checkpoints=checkpoints, outside=outside)
    from handoff.custody.postgres_verify import verify_postgres

    return verify_postgres(database, home.custody, keys, checkpoints=checkpoints, outside=outside)


@contextmanager
def reserved(ledger: SqlLedger, vendor: str, *, wait: bool) -> Iterator[None]:
    """Be the only host that sends to `vendor`, so that control numbers are given once.

    In SQLite the home's own lock does it already.

    Raises:
        RunLockedError: another host is at it and `wait` is false.
    """
    with ledger.reserved(f"vendor:{vendor}", wait=wait):
        yield
