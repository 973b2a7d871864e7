"""The custody log in PostgreSQL when things break, or when somebody changes it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sqlalchemy.exc import DBAPIError

from handoff.custody.logkey import LogKey, generate_log_key
from handoff.custody.postgres import PostgresLedger, open_postgres
from handoff.custody.postgres_verify import verify_postgres
from handoff.errors import (
    ConfigError,
    CustodyOutcomeUnknownError,
    LedgerUnusableError,
    LedgerVersionError,
    RunLockedError,
)
from handoff.model import EventDraft
from tests.unit.custody.lab import PARTY, SetClock, batch

if TYPE_CHECKING:
    from tests.postgres import Postgres

pytestmark = pytest.mark.real
EVENT = [EventDraft("test.event", "b-1")]


class Proxy:
    """Stands between the ledger and the server, and hangs up at COMMIT when told to."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.cut = ""
        self._open: list[socket.socket] = []
        self.dead = self.swallow = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.dead:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self._target))
            self._open += [client, server]
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(*pair, client), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, client: socket.socket) -> None:
        while data := self._read(source):
            if source is client and b"COMMIT\x00" in data and self.cut:
                self.dead = "dead" in self.cut
                after, self.cut = "after" in self.cut, ""
                if not after:
                    break
                self.swallow = True
            elif source is not client and self.swallow:
                # The server has said that it committed; nobody shall hear it.
                self.swallow = False
                break
            try:
                sink.sendall(data)
            except OSError:
                break
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _read(self, source: socket.socket) -> bytes:
        try:
            return source.recv(65536)
        except OSError:
            return b""

    def close(self) -> None:
        for end in (self._listener, *self._open):
            end.close()


@pytest.fixture
def key(tmp_path: Path) -> LogKey:
    return generate_log_key(tmp_path, "firm.example/custody")


@pytest.fixture
def url(postgres: Postgres, key: LogKey, tmp_path: Path) -> str:
    made = postgres.database()
    with opened(made, key, tmp_path, create=True) as ledger:
        ledger.append(batch(0, 3))
        ledger.checkpoint()
    return made


def opened(url: str, key: LogKey, tmp_path: Path, *, create: bool = False) -> PostgresLedger:
    return PostgresLedger.open(
        url, tmp_path / "custody.db", key=key, clock=SetClock(), party=PARTY, create=create
    )


@contextmanager
def proxied(url: str) -> Iterator[tuple[Proxy, str]]:
    port = urlsplit(url).port
    assert port
    proxy = Proxy(port)
    try:
        yield proxy, url.replace(f":{port}/", f":{proxy.port}/")
    finally:
        proxy.close()


def test_a_commit_whose_answer_was_lost_is_found_out_and_not_repeated(
    url: str, key: LogKey, tmp_path: Path
) -> None:
    with proxied(url) as (proxy, through), opened(through, key, tmp_path) as ledger:
        proxy.cut = "after"
        assert ledger.append(EVENT) == range(4, 5)
        assert ledger.size() == 5
        assert ledger.append(EVENT) == range(5, 6)
        ledger.checkpoint()
    verify_postgres(url, tmp_path / "custody.db", [key.verifier]).require_ok()


def test_a_commit_that_never_arrived_is_an_error_and_records_nothing(
    url: str, key: LogKey, tmp_path: Path
) -> None:
    with proxied(url) as (proxy, through), opened(through, key, tmp_path) as ledger:
        proxy.cut = "before"
        with pytest.raises(LedgerUnusableError):
            ledger.append(EVENT)
        assert ledger.size() == 4
        assert ledger.append(EVENT) == range(4, 5)


def test_a_server_that_stays_away_leaves_the_outcome_unknown_and_says_so(
    url: str, key: LogKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresLedger, "settle_seconds", 0.3)
    with proxied(url) as (proxy, through), opened(through, key, tmp_path) as ledger:
        proxy.cut = "after, dead"
        with pytest.raises(CustodyOutcomeUnknownError):
            ledger.append(EVENT)


def test_only_one_host_sends_to_a_vendor_at_a_time(url: str, key: LogKey, tmp_path: Path) -> None:
    with opened(url, key, tmp_path) as one, opened(url, key, tmp_path) as two:
        with one.reserved("acme", wait=False):
            with pytest.raises(RunLockedError), two.reserved("acme", wait=False):
                pass
            with two.reserved("beta", wait=False):
                pass
        with two.reserved("acme", wait=False):
            pass


TAMPERINGS = {
    "a changed column": ("UPDATE events SET batch_id = 'b-9' WHERE idx = 2", "event.columns"),
    "a changed leaf": (
        "UPDATE events SET leaf = set_byte(leaf, 12, 88) WHERE idx = 2",
        "event.hash",
    ),
    "a removed row": ("DELETE FROM events WHERE idx = 2", "event.index"),
    "a swapped pair": (
        "UPDATE events SET leaf = (SELECT leaf FROM events WHERE idx = 1) WHERE idx = 2",
        "event.hash",
    ),
    "a cut tail": ("DELETE FROM events WHERE idx = 3; UPDATE head SET size = 3", "head"),
    "a moved checkpoint": ("UPDATE checkpoints SET size = 3", "checkpoint.size"),
    "a removed trigger": ("DROP TRIGGER events_append_only ON events", "schema"),
    "a disabled trigger": ("ALTER TABLE events DISABLE TRIGGER ALL", "schema"),
    "a row security policy": ("ALTER TABLE events ENABLE ROW LEVEL SECURITY", "schema"),
    "an added view": ("CREATE VIEW handoff_custody.lie AS SELECT 1", "schema"),
    "a rule": ("CREATE RULE lie AS ON INSERT TO events DO INSTEAD NOTHING", "schema"),
    "another origin": ("UPDATE meta SET value = 'x/y' WHERE name = 'origin'", "meta"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_whoever_owns_the_tables_is_found_out(
    url: str, key: LogKey, tmp_path: Path, name: str
) -> None:
    statements, code = TAMPERINGS[name]
    engine = open_postgres(url)
    with engine.begin() as connection:
        # As somebody would who knows of the triggers, and puts them back.
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.exec_driver_sql(statements)
    engine.dispose()
    report = verify_postgres(url, tmp_path / "custody.db", [key.verifier])
    assert code in {d.code for d in report.discrepancies}


def test_a_newer_schema_is_refused(url: str, key: LogKey, tmp_path: Path) -> None:
    engine = open_postgres(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = '9' WHERE name = 'schema_version'")
    engine.dispose()
    with pytest.raises(LedgerVersionError):
        opened(url, key, tmp_path)
    with pytest.raises(LedgerVersionError):
        verify_postgres(url, tmp_path / "custody.db", [key.verifier])


def test_triggers_refuse_careless_hands(url: str) -> None:
    engine = open_postgres(url)
    for statement in ("DELETE FROM events", "UPDATE events SET kind = 'x.y'", "TRUNCATE events"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.parametrize(
    "database", ["postgresql://u:secret@h/d", "nothing", "postgresql://u:@h/d"]
)
def test_a_url_that_cannot_be_used_is_refused_and_not_quoted(database: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_postgres(database)
    assert "secret" not in caught.value.message + caught.value.hint


def test_a_server_that_is_not_there_is_named_as_such(key: LogKey, tmp_path: Path) -> None:
    with pytest.raises(LedgerUnusableError):
        opened("postgresql://u@127.0.0.1:9/d", key, tmp_path)


def test_a_server_elsewhere_must_prove_who_it_is() -> None:
    engines = [
        open_postgres(f"postgresql://u@{host}/d") for host in ("db.firm.example", "127.0.0.1")
    ]
    assert [dict(e.url.query).get("sslmode") for e in engines] == ["verify-full", None]
