"""`handoff doctor`: everything a delivery depends on, each with its remedy."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from handoff import assets
from handoff.custody.logkey import load_verifier_key
from handoff.custody.rotation import load_verifier_keys
from handoff.documents.libreoffice.runner import confinement
from handoff.errors import (
    AssetError,
    ClockError,
    DiskFullError,
    DocumentError,
    HandoffError,
    PackageMissingError,
    PermissionsError,
)
from handoff.model import VendorPolicy
from handoff.pipeline.forking import start_fork_server
from handoff.pipeline.home import Home
from handoff.pipeline.ledgers import open_reader, verify_log
from handoff.pipeline.records import require_known
from handoff.pipeline.run import open_engine
from handoff.pipeline.vendor_key_register import read_register
from handoff.pipeline.worker import open_pool
from handoff.policy.preflight import preflight
from handoff.policy.profiles import load_profile
from handoff.policy.vendors import load_vendor
from handoff.sealing.keys import load_firm_keys
from handoff.sealing.recipients import recipients_for
from handoff.sealing.recovery import are_offline
from handoff.storage.s3 import S3Store

FREE_BYTES_WANTED = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: in order when `error` is None."""

    what: str
    error: HandoffError | None = None
    detail: str = ""


def examine(home: Home) -> Iterator[Check]:
    """Look at everything; a check that fails does not keep the others from being made."""
    for state in assets.status():
        right = state.state is assets.AssetState.OK
        problem = None if right else AssetError(f"{state.state}: {state.detail or state.path}")
        yield Check(f"asset {state.asset.directory}", problem, str(state.path))
    yield _check("packages", _packages)
    yield _check("pictures", _pictures)
    yield _check("workers", lambda: _workers(home))
    yield _check("home", lambda: str(home.require().root))
    yield _check("private files", lambda: _private_files(home))
    yield _check("configuration", lambda: _configured(home))
    yield _check("keys", lambda: _keys(home))
    yield _check("disk", lambda: _disk(home))
    yield _check("custody log", lambda: _custody(home))
    yield _check("clock", lambda: _clock(home))
    yield Check("LibreOffice", detail=_office())
    for path in sorted(home.vendors.glob("*.yaml")):
        yield from _vendor(home, path.stem)


def _office() -> str:
    """How LibreOffice runs here; a delivery without old formats does not depend on it."""
    try:
        return confinement()
    except DocumentError as error:
        return f"{error.message}: DOC, XLS, PPT and RTF files are held"


def _check(what: str, look: Callable[[], str]) -> Check:
    try:
        return Check(what, detail=look())
    except HandoffError as error:
        return Check(what, error)
    except ImportError as error:
        missing = PackageMissingError.named_by(error)
        if missing is None:
            raise
        return Check(what, missing)
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "unknown")
        return Check(what, PermissionsError(f"it cannot be looked at ({name})"))


def _packages() -> str:
    """Each Python package that handoff's own metadata name, extras apart."""
    asked = [Requirement(text) for text in requires("handoff") or ()]
    needed = [each for each in asked if each.marker is None or each.marker.evaluate({"extra": ""})]
    for requirement in needed:
        name = requirement.name
        try:
            found = version(name)
        except PackageNotFoundError:
            raise PackageMissingError(f"the Python package {name} is not installed") from None
        if not requirement.specifier.contains(found, prereleases=True):
            raise PackageMissingError(f"{name} is {found}; handoff needs {requirement.specifier}")
    return f"{len(needed)} packages, all in versions that handoff works with"


def _pictures() -> str:
    """Where the engines are missing, every scan and picture is held."""
    from handoff.documents.ocr import missing

    error = missing()
    if error is not None:
        raise error
    return "Tesseract and RapidOCR read scans"


def _workers(home: Home) -> str:
    """Where no process that reads documents starts, every document would wait for one in vain."""
    config = home.require().config()
    name = min(path.stem for path in home.profiles.glob("*.yaml"))
    start_fork_server()
    # No document is opened, so that no key of the firm is needed either.
    engine = open_engine(load_profile(home.profiles, name), config, bytes(32))
    with closing(open_pool(engine, config.workers)) as pool:
        pool.check()
    return "a process that reads documents starts"


def _configured(home: Home) -> str:
    home.config()
    profiles = sorted(path.stem for path in home.profiles.glob("*.yaml"))
    for name in profiles:
        load_profile(home.profiles, name)
    return f"profiles: {', '.join(profiles) or 'none'}"


def _keys(home: Home) -> str:
    keys = load_firm_keys(home.keys)
    load_verifier_key(home.keys)
    if are_offline(home.keys):
        return "signing, batch and custody keys; the recovery keys are kept elsewhere"
    # Also that what is sealed to is theirs: whoever swaps the recipients would read all that goes.
    recovery = keys.identities
    return f"{len(recovery)} recovery keys, signing, batch and custody keys"


def _private_files(home: Home) -> str:
    """Every file of the home must be its owner's alone."""
    count = 0
    for path in _files(home.root):
        if stat.S_IMODE(path.lstat().st_mode) & 0o077 and not path.is_symlink():
            raise PermissionsError(f"{path} can be used by others", f"chmod 600 {path}")
        count += 1
    return f"{count} files, none open to others"


def _files(root: Path) -> Iterator[Path]:
    public = {".pub", ".vkey"}
    for directory, _, names in os.walk(root):
        yield from (Path(directory, n) for n in names if Path(n).suffix not in public)


def _disk(home: Home) -> str:
    place = next(path for path in (home.root, *home.root.parents) if path.exists())
    free = shutil.disk_usage(place).free
    if free < FREE_BYTES_WANTED:
        raise DiskFullError(f"only {free:,} bytes are free where the handoff home lies")
    return f"{free:,} bytes free"


def _custody(home: Home) -> str:
    report = verify_log(home, load_verifier_keys(home.keys))
    report.require_ok()
    with open_reader(home) as reader:
        require_known(home.records, reader.events(kinds=["batch.closed"]))
    return f"{report.size} events, {report.checkpoints} checkpoints, all fit"


def _clock(home: Home) -> str:
    now = datetime.now(UTC)
    with open_reader(home) as reader:
        last = reader.last_event()
    if last is not None and last.at > now:
        raise ClockError(f"the clock says {now:%Y-%m-%d %H:%M} UTC, before the last event")
    return f"{now:%Y-%m-%d %H:%M:%S} UTC"


def _vendor(home: Home, name: str) -> Iterator[Check]:
    policies: list[VendorPolicy] = []

    def policy() -> str:
        config = home.config()
        loaded = load_vendor(home.vendors, name, config.storage)
        today, register = datetime.now(UTC).date(), read_register(home)
        warnings = preflight(loaded, today, config.firm.value(), register)
        recipients_for(loaded.recipients_on(today), load_firm_keys(home.keys))
        policies.append(loaded)
        return "; ".join(warnings) or f"agreement until {loaded.expires}"

    def bucket() -> str:
        S3Store(policies[0].bucket, vendor=name).check()
        return policies[0].bucket.name

    yield _check(f"vendor {name}: policy", policy)
    if policies:
        yield _check(f"vendor {name}: bucket", bucket)
