"""Verify a custody log in PostgreSQL: as `verify`, but for the bytes, which the server keeps.

A server made with `initdb --data-checksums` guards the bytes of its pages against decay; nothing of
ours seals them (docs/decisions/0019).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from handoff.custody import schema
from handoff.custody.continuity import LatestNote
from handoff.custody.database import translated, wrong_version
from handoff.custody.findings import Findings, VerificationReport
from handoff.custody.note import VerifierKey
from handoff.custody.postgres import open_postgres, require_log
from handoff.custody.postgres_schema import EXPECTED, catalogue
from handoff.custody.replay import Replay
from handoff.custody.verify import Outside, outside_notes
from handoff.errors import CustodyError, LedgerCorruptError

_TABLES = ("meta", "head", "events", "checkpoints")


def verify_postgres(
    database: str,
    latest: Path,
    keys: Sequence[VerifierKey],
    *,
    checkpoints: Sequence[str] = (),
    outside: Sequence[Outside] = (),
) -> VerificationReport:
    """Verify the log in `database`, in one transaction, at one moment.

    Args:
        database: its URL.
        latest: the path on this host beside which the last checkpoint signed is kept.
        keys: the log's verifier keys, from where the log's writer cannot change them.
        checkpoints: signed checkpoints of this log kept elsewhere; each must fit too.
        outside: the same, each with the name of the place it was kept in.

    Raises:
        NotInitializedError: there is no log.
        LedgerVersionError: another version of handoff wrote it.
        LedgerLockedError, LedgerUnusableError, PermissionsError: it could not be read.
    """
    engine = open_postgres(database)
    found = Findings()
    replay = Replay(found, keys)
    try:
        replay.expect(outside_notes(LatestNote(latest), keys, checkpoints, outside, found))
        snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
        with translated(), snapshot.connect() as connection, connection.begin():
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            require_log(connection)
            _check_catalogue(connection, found)
            _check_meta(connection, keys, found)
            replay.run(connection)
    except CustodyError as error:
        if not isinstance(error, LedgerCorruptError) and not found.any:
            raise
        found.add("database", error.message, replay.size)
    finally:
        engine.dispose()
    return replay.report(sealed=False)


def _check_catalogue(connection: Connection, found: Findings) -> None:
    present = catalogue(connection)
    for kind, name in sorted(EXPECTED.keys() - present.keys()):
        found.add("schema", f"the {kind} {name} is missing from the database")
    if present.keys() - EXPECTED.keys():
        found.add("schema", "the log's schema holds objects that are not ours")
    for kind, name in sorted(EXPECTED.keys() & present.keys()):
        if present[kind, name] != EXPECTED[kind, name]:
            found.add("schema", f"the {kind} {name} is not defined as it must be")
    if any(present.get(("relation", table)) is None for table in _TABLES):
        raise LedgerCorruptError("the custody log's tables are not ours")


def _check_meta(connection: Connection, keys: Sequence[VerifierKey], found: Findings) -> None:
    rows = connection.execute(sa.select(schema.meta.c.name, schema.meta.c.value)).all()
    present = {str(name): str(value) for name, value in rows}
    version = present.get("schema_version", "")
    if version.isdigit() and int(version) > schema.SCHEMA_VERSION:
        raise wrong_version(int(version))
    if not any(present == schema.expected_meta(key.name) for key in keys):
        found.add("meta", "the log's name and version are not what they must be")
