"""The first schema: SQLite alone had it, and it was laid out without Alembic."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing: a log of this version is stamped, never made."""
