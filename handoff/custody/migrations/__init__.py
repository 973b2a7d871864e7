"""Alembic's revisions of the custody log's schema, for SQLite and for PostgreSQL.

A revision is never changed once it was released: `verify` compares the schema character by
character with what fresh logs get, so a migrated log must come out exactly the same.
"""
