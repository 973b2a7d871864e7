"""Schema 2: the log says which revision it has.

Alembic makes `alembic_version` itself when it stamps the first revision; here the log learns of
it. `migrating` makes the table before, in the words that `verify` compares.
"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Name version 2 where version 1 was named."""
    op.execute("UPDATE meta SET value = '2' WHERE name = 'schema_version'")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA user_version = 2")
