"""Bring a custody log of an older schema to the present one, with Alembic; never back.

Alembic is imported only where there is something to do.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from handoff.custody import schema
from handoff.custody.database import check_application, wrong_version
from handoff.errors import LedgerCorruptError

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate_sqlite(connection: Connection, *, before_change: Callable[[], None]) -> int:
    """Migrate a SQLite log in the current transaction; returns the version it had before.

    Args:
        connection: holds the write lock.
        before_change: called once before anything is changed.

    Raises:
        LedgerVersionError: the log is of a version that we do not know.
    """
    version = check_application(connection)
    if version == schema.SCHEMA_VERSION:
        return version
    if version not in schema.REVISIONS:
        raise wrong_version(version)
    before_change()
    if version == 1:
        connection.exec_driver_sql(schema.STATEMENTS["alembic_version"])
        stamp = sa.insert(schema.alembic_version).values(version_num=schema.REVISIONS[1])
        connection.execute(stamp)
    upgrade(connection)
    return version


def migrate_postgres(connection: Connection) -> int:
    """The same for a PostgreSQL log, whose head row the caller has locked."""
    query = sa.select(schema.meta.c.value).where(schema.meta.c.name == "schema_version")
    name = str(connection.execute(query).scalar())
    if not name.isdigit():
        raise LedgerCorruptError("the custody log does not name its version")
    version = int(name)
    if version == schema.SCHEMA_VERSION:
        return version
    if version not in schema.REVISIONS:
        raise wrong_version(version)
    upgrade(connection)
    return version


def upgrade(connection: Connection) -> None:
    """Run the revisions that the log lacks, in the current transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, schema.REVISIONS[schema.SCHEMA_VERSION])
