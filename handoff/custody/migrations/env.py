"""What Alembic runs: on the connection given, in the caller's transaction."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="alembic_version")
context.run_migrations()
