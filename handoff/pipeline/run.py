"""Everything a run needs, opened and checked before one document is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from handoff import assets
from handoff.custody.appending import CLOCK_TOLERANCE, SqlLedger
from handoff.detection.entities import optional_assets, require_known
from handoff.documents.base import Limits
from handoff.errors import ClockError
from handoff.model import RedactionProfile, VendorPolicy
from handoff.pipeline.forking import start_fork_server
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_ledger, reserved
from handoff.pipeline.recalling_state import require_not_offboarded
from handoff.pipeline.vendor_key_register import read_register, register_of
from handoff.policy.config import ConfigSchema
from handoff.policy.matters import with_matter
from handoff.policy.preflight import preflight, require_keys, require_matter
from handoff.policy.profiles import load_profile
from handoff.policy.vendors import load_vendor
from handoff.ports import Clock, Ledger, Reporter, Store
from handoff.sealing.keys import FirmKeys, load_firm_keys
from handoff.sealing.recipients import recipients_for
from handoff.storage.s3 import S3Store


@dataclass(frozen=True, slots=True)
class Engine:
    """What decides how a document is read and redacted, in this process or in a worker."""

    profile: RedactionProfile
    limits: Limits
    batch_key: bytes
    model: Path
    model_sha256: str
    pdfium: Path
    optional_models: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of `send`, with its rooms opened."""

    home: Home
    config: ConfigSchema
    policy: VendorPolicy
    engine: Engine
    keys: FirmKeys
    recipients: tuple[str, ...]
    ledger: Ledger
    store: Store
    clock: Clock
    reporter: Reporter


def limits_of(config: ConfigSchema) -> Limits:
    """The built-in limits with the configuration's overrides."""
    return replace(Limits(), **config.limits.overrides())


def open_engine(profile: RedactionProfile, config: ConfigSchema, batch_key: bytes) -> Engine:
    """Find and verify the models that the profile asks for, and the PDF engine.

    Raises:
        AssetError: one of them is missing or is not the one we pinned.
        ConfigError: the profile names an entity that nothing finds.
    """
    require_known(profile)
    asked = optional_assets(profile)
    return Engine(
        profile=profile,
        limits=limits_of(config),
        batch_key=batch_key,
        model=assets.model_path(),
        model_sha256=assets.model_sha256(asked),
        optional_models=assets.optional_paths(asked),
        pdfium=assets.pdfium_wasm(),
    )


def require_clock(ledger: SqlLedger, clock: Clock) -> None:
    """Refuse before anything is written; `append` would refuse only with the first event."""
    last = ledger.last_event()
    if last is not None and last.at > clock.now() + CLOCK_TOLERANCE:
        raise ClockError("the clock stands before the last event of the custody log")


@contextmanager
def open_run(  # noqa: PLR0913 - all that is given on the command line
    home: Home,
    vendor: str,
    reporter: Reporter,
    *,
    wait: bool,
    matter: Path | None = None,
    clock: Clock | None = None,
) -> Iterator[Run]:
    """Open everything for a delivery to `vendor`, in the order in which refusing is cheapest.

    Raises:
        HandoffError: whatever does not allow a delivery now; nothing has been changed.
    """
    clock = clock or SystemClock()
    config = home.require().config()
    policy = load_vendor(home.vendors, vendor, config.storage)
    require_matter(policy, matter.stem if matter else "")
    today, firm = clock.now().date(), config.firm.value()
    for warning in preflight(policy, today, firm, read_register(home)):
        reporter.note(warning)
    profile = load_profile(home.profiles, policy.profile)
    if matter is not None:
        profile = with_matter(profile, matter)
    start_fork_server()
    keys = load_firm_keys(home.keys)
    recipients = recipients_for(policy.recipients_on(today), keys)
    engine = open_engine(profile, config, keys.batch)
    with home.locked(wait=wait):
        store = S3Store(policy.bucket, vendor=policy.name)
        store.check()
        with open_ledger(home, clock) as ledger, reserved(ledger, vendor, wait=wait):
            require_clock(ledger, clock)
            require_not_offboarded(ledger, vendor)
            # A key may have been revoked while this run waited for another one to end.
            require_keys(policy, today, firm, register_of(ledger))
            yield Run(
                home, config, policy, engine, keys, recipients, ledger, store, clock, reporter
            )
