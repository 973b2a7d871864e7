"""Verify a custody log: recompute everything, in one pass and constant memory.

What is held against what: the file's bytes against their seal; the schema, pragmas and `meta`
against what they must be; SQLite's own integrity check; every leaf against its hash, its columns,
its place and the time before it; the tree against every checkpoint, the stored ones, the latest in
its file, and those that come back from outside (a manifest's, a receipt's).
docs/formats/custody.md says what each rules out, and what none of them can.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.engine import Connection

from handoff.custody.continuity import LatestNote
from handoff.custody.database import check_header, open_engine, translated, wal_path
from handoff.custody.findings import Findings, VerificationReport
from handoff.custody.note import VerifierKey
from handoff.custody.replay import Replay
from handoff.custody.schema import STATEMENTS, definition_row, expected_meta
from handoff.custody.seal import ByteSeal
from handoff.errors import CustodyError, LedgerCorruptError, LedgerVersionError

_PRAGMAS = {"journal_mode": "wal", "encoding": "UTF-8", "auto_vacuum": 0}
Outside = tuple[str, str]
"""Where a checkpoint was kept, in words, and its note."""
_TABLES = ("meta", "head", "events", "checkpoints")


def verify(
    path: Path,
    keys: Sequence[VerifierKey],
    *,
    checkpoints: Sequence[str] = (),
    outside: Sequence[Outside] = (),
) -> VerificationReport:
    """Verify the log at `path`.

    Args:
        path: the database file.
        keys: the log's verifier keys; they must come from where the log's writer cannot change
            them, or they prove nothing.
        checkpoints: signed checkpoints of this log kept elsewhere; each must fit too.
        outside: the same, each with the name of the place it was kept in.

    Raises:
        NotInitializedError: there is no log.
        LedgerVersionError: another version of handoff wrote it, and nothing else is wrong.
        LedgerLockedError, LedgerUnusableError, PermissionsError: it could not be read.
    """
    engine = open_engine(path, writable=False)
    found = Findings()
    replay = Replay(found, keys)
    try:
        with translated():
            sealed = _check_seal(path, found)
            replay.expect(outside_notes(LatestNote(path), keys, checkpoints, outside, found))
            with engine.begin() as connection:
                _check_database(connection, keys, found)
                replay.run(connection)
    except CustodyError as error:
        # Damage that keeps SQLite from reading is a finding. That the file could not be read for
        # another reason is one only if something was found already.
        if not isinstance(error, LedgerCorruptError) and not found.any:
            raise
        found.add("database", error.message, replay.size)
        sealed = False
    finally:
        engine.dispose()
    return replay.report(sealed=sealed)


def _check_seal(path: Path, found: Findings) -> bool:
    """Whether the file is sealed; a seal that does not fit is a finding."""
    seal = ByteSeal(path)
    for _ in range(3):
        before = seal.read()
        if before is None:
            return False
        wal = wal_path(path)
        if seal.fits(before) and (not wal.exists() or wal.stat().st_size == 0):
            return True
        # A writer that began meanwhile has removed the seal before it changed the file.
        if seal.read() == before:
            break
    found.add("seal", "bytes of the database file, or its seal, were changed")
    return False


def outside_notes(
    latest: LatestNote,
    keys: Sequence[VerifierKey],
    checkpoints: Sequence[str],
    outside: Sequence[Outside],
    found: Findings,
) -> list[Outside]:
    """The notes kept outside of the database, each with a word on where it comes from."""
    notes = [("the checkpoint given", note) for note in checkpoints] + list(outside)
    try:
        checkpoint = latest.read(keys)
    except CustodyError:
        found.add("checkpoint.latest", "the file of the latest checkpoint is damaged or not ours")
        return notes
    if checkpoint is not None:
        notes.append(("the latest checkpoint signed", checkpoint.note))
    return notes


def _check_database(connection: Connection, keys: Sequence[VerifierKey], found: Findings) -> None:
    """Hold everything but the events against what it must be.

    Raises `LedgerCorruptError` or `LedgerVersionError` where reading on would mean nothing.
    """
    try:
        check_header(connection)
    except LedgerVersionError as error:
        if not found.any:
            raise
        found.add("database", error.message)
    for name, expected in _PRAGMAS.items():
        if connection.exec_driver_sql(f"PRAGMA {name}").scalar() != expected:
            found.add("database", f"the database's {name} is not {expected}")
    _check_schema(connection, found)
    _check_integrity(connection, found)
    _check_meta(connection, keys, found)


def _check_schema(connection: Connection, found: Findings) -> None:
    query = "SELECT name, type, tbl_name, sql FROM sqlite_master"
    rows = connection.exec_driver_sql(query).all()
    present = {name: tuple(definition) for name, *definition in rows}
    expected = {name: definition_row(name) for name in STATEMENTS}
    for name in sorted(expected.keys() - present.keys()):
        found.add("schema", f"{name} is missing from the database")
    if present.keys() - expected.keys() or len(rows) != len(present):
        found.add("schema", "the database holds objects that are not ours")
    for name in sorted(expected.keys() & present.keys()):
        if present[name] != expected[name]:
            found.add("schema", f"{name} is not defined as it must be")
    if any(present.get(table) != expected[table] for table in _TABLES):
        raise LedgerCorruptError("the custody log's tables are not ours")


def _check_integrity(connection: Connection, found: Findings) -> None:
    rows = connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars().all()
    if rows != ["ok"]:
        found.add("integrity", "SQLite finds the structure of the database damaged")


def _check_meta(connection: Connection, keys: Sequence[VerifierKey], found: Findings) -> None:
    rows = connection.exec_driver_sql("SELECT name, value FROM meta").all()
    present = {tuple(row) for row in rows}
    if not any(present == set(expected_meta(key.name).items()) for key in keys):
        found.add("meta", "the log's name and version are not what they must be")
