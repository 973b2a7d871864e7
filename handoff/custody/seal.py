"""The byte seal: SHA-256 of the whole database file, kept beside it while nobody writes.

The tree and the checkpoints answer for the events. They cannot answer for bytes that mean nothing
to SQL: free pages, slack, counters in the header. The seal can, and needs no secret to do so: it
guards against decay and against hands that do not know it; whoever changes the meaning of the file
and writes a new seal is caught by the checkpoints. Its form is that of `sha256sum`, so that
`sha256sum -c custody.db.sha256` works.

A writer removes the seal, durably, before the first commit that changes the file, and a clean close
writes a new one. So a seal that is there always fits, and a missing one means a run that is under
way or was killed.
"""

from __future__ import annotations

from hashlib import file_digest
from pathlib import Path

from handoff.custody.files import remove_file, replace_file


class ByteSeal:
    """The seal of the database file at `database`."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self.path = database.with_name(database.name + ".sha256")

    def exists(self) -> bool:
        """Whether the file is sealed now."""
        return self.path.exists()

    def read(self) -> bytes | None:
        """The seal file's bytes, None where there is none; raises `OSError`."""
        try:
            with self.path.open("rb") as file:
                return file.read(4096)
        except FileNotFoundError:
            return None

    def fits(self, untrusted_seal: bytes) -> bool:
        """Whether `untrusted_seal` is well-formed and the file's bytes are those it was made of."""
        return untrusted_seal == self._line()

    def break_(self) -> None:
        """Remove the seal before the file changes; raises as `remove_file`."""
        remove_file(self.path)

    def write(self) -> None:
        """Seal the file as it is now; the caller holds the write lock. Raises as `replace_file`."""
        replace_file(self.path, self._line())

    def _line(self) -> bytes:
        with self._database.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        return f"{digest}  {self._database.name}\n".encode()
