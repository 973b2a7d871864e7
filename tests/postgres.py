"""A real PostgreSQL for the tests: started on loopback, thrown away with the session."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

USER = "postgres"
ROOT = 0


def programs() -> Path | None:
    """Where Debian keeps the newest server's programs."""
    found = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(found, key=lambda path: float(path.parts[-3]), default=None)
    return newest.parent if newest else None


@dataclass(frozen=True)
class Postgres:
    """A server: its port, and new databases on it."""

    port: int
    directory: Path
    bin: Path

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"t{uuid.uuid4().hex[:12]}"
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            f"postgresql://{USER}@127.0.0.1:{self.port}/{database}", autocommit=True
        )

    def control(self, *arguments: str) -> None:
        run(self.bin / "pg_ctl", "-D", self.directory / "data", *arguments)


def run(*command: object) -> None:
    """As the server's user: PostgreSQL does not run as root."""
    words = [str(word) for word in command]
    if os.geteuid() == ROOT:
        words = ["runuser", "-u", USER, "--", *words]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def server() -> Iterator[Postgres]:
    """Start one; it listens on loopback only and trusts whoever comes from there."""
    found = programs()
    assert found is not None
    # Its user must be able to get there, which it cannot below pytest's own directories.
    directory = Path(tempfile.mkdtemp(prefix="handoff-postgres-"))
    if os.geteuid() == ROOT:
        shutil.chown(directory, USER)
    made = Postgres(free_port(), directory, found)
    run(found / "initdb", "-D", directory / "data", "-A", "trust", "-U", USER, "-k", "-N")
    options = f"-p {made.port} -c listen_addresses=127.0.0.1 -k {directory} -c shared_buffers=32MB"
    try:
        made.control("-w", "-l", f"{directory}/log", "-o", options, "start")
        yield made
    finally:
        made.control("-m", "immediate", "stop")
        shutil.rmtree(directory, ignore_errors=True)
