"""The handoff home: where the firm's keys, policies, custody log and spool lie."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_data_path

from handoff.errors import NotInitializedError, PermissionsError, RunLockedError, UsageError
from handoff.policy.config import ConfigSchema, load_config
from handoff.sealing.files import translated


@dataclass(frozen=True, slots=True)
class Home:
    """Paths inside a handoff home; nothing is read or written by making one."""

    root: Path

    @classmethod
    def locate(cls, explicit: Path | None = None) -> Home:
        """The home named, else HANDOFF_HOME, else the user's data directory."""
        named = explicit or (Path(v) if (v := os.environ.get("HANDOFF_HOME")) else None)
        return cls((named or user_data_path("handoff") / "home").absolute())

    @property
    def keys(self) -> Path:
        """The firm's keys, 0700."""
        return self.root / "keys"

    @property
    def vendors(self) -> Path:
        """Vendor policies, one YAML file each."""
        return self.root / "policies" / "vendors"

    @property
    def profiles(self) -> Path:
        """Redaction profiles, one YAML file each."""
        return self.root / "policies" / "profiles"

    @property
    def spool(self) -> Path:
        """Ciphertext on its way out; nothing else ever lies here."""
        return self.root / "spool"

    @property
    def records(self) -> Path:
        """The firm's sealed records: control number -> original name, one file a batch."""
        return self.root / "records"

    @property
    def logs(self) -> Path:
        """Structured logs, one JSON object a line."""
        return self.root / "logs"

    @property
    def custody(self) -> Path:
        """The custody log's database."""
        return self.root / "custody" / "custody.db"

    @property
    def lock_file(self) -> Path:
        """Held by the one run that may send."""
        return self.root / "lock"

    @property
    def config_file(self) -> Path:
        """`config.yaml`."""
        return self.root / "config.yaml"

    def directories(self) -> tuple[Path, ...]:
        """Every directory of the home, parents first."""
        policies = (self.vendors.parent, self.vendors, self.profiles)
        private = (self.keys, self.spool, self.records, self.logs, self.custody.parent)
        return (self.root, *policies, *private)

    def require(self) -> Home:
        """This home, if `handoff init` has made it and nobody else can read or write it.

        Raises:
            NotInitializedError: there is no such home.
            PermissionsError: a directory of it is open to others, or belongs to someone else.
        """
        for path in self.directories():
            try:
                status = path.stat()
            except FileNotFoundError:
                raise NotInitializedError(f"no handoff home at {self.root}") from None
            except OSError as error:
                raise PermissionsError(f"{path}: {error.strerror}") from None
            if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.geteuid():
                raise PermissionsError(
                    f"{path} can be used by others", f"chown it to yourself and `chmod 700 {path}`"
                )
        return self

    def require_apart(self, inputs: Sequence[Path]) -> None:
        """Do nothing, or raise: a batch must not hold this home, for the firm's keys are text.

        Raises:
            UsageError: one of `inputs` holds the home, or lies in it.
        """
        root = self.root.resolve()
        for real in (path.resolve() for path in inputs):
            if root.is_relative_to(real) or real.is_relative_to(root):
                raise UsageError(
                    "the input holds the handoff home, or is part of it",
                    "name the directory of the documents; the firm's keys lie in the home",
                )

    def config(self) -> ConfigSchema:
        """The configuration in force.

        Raises:
            ConfigError: it does not validate.
        """
        return load_config(self.config_file)

    @contextmanager
    def locked(self, *, wait: bool) -> Iterator[None]:
        """Hold the home's lock; the kernel lets go of it however the process ends.

        Raises:
            RunLockedError: another run holds it and `wait` is false.
            PermissionsError, DiskFullError: there can be no lock file.
        """
        with translated("the lock file of the home"):
            descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                raise RunLockedError("another handoff run is at work in this home") from None
            yield
        finally:
            os.close(descriptor)


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC)
