"""Everything that re-sealing needs, opened and checked before one object is fetched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from handoff.documents.base import Limits
from handoff.model import VendorPolicy
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_ledger, reserved
from handoff.pipeline.recalling_state import require_not_offboarded
from handoff.pipeline.run import Engine, Run, require_clock
from handoff.pipeline.vendor_key_register import read_register, register_of
from handoff.policy.preflight import preflight, require_keys
from handoff.policy.profiles import load_profile
from handoff.policy.vendors import load_vendor
from handoff.ports import Clock, Reporter
from handoff.sealing import age
from handoff.sealing.keys import load_firm_keys
from handoff.sealing.recipients import recipients_for
from handoff.storage.s3 import S3Store
from handoff.storage.withdraw import Withdrawal


@dataclass(frozen=True, slots=True)
class Sealer:
    """A run that reads no document: it opens what was sealed, and seals it to other keys.

    Attributes:
        run: the vendor sealed to, its store, the log; its engine finds nothing.
        given: what opens the firm's own seal, as it was given; empty: what is in the home.
        withdrawal: the vendor's bucket, to take superseded objects out of.
        today: the day (UTC) on which the run began.
    """

    run: Run
    given: tuple[age.Identity, ...] = field(repr=False)
    withdrawal: Withdrawal
    today: date

    @property
    def identities(self) -> tuple[age.Identity, ...]:
        """What opens the firm's own seal; read when something is to be opened.

        Raises:
            KeysOfflineError: it was not given, and is not in the home.
        """
        return self.given or self.run.keys.identities


@contextmanager
def open_sealer(  # noqa: PLR0913 - all that is given on the command line
    home: Home,
    vendor: str,
    reporter: Reporter,
    *,
    wait: bool,
    identities: Sequence[age.Identity] = (),
    clock: Clock | None = None,
) -> Iterator[Sealer]:
    """Open everything for sealing to `vendor` what was sent before; no model is needed.

    `identities` open the firm's seal; without any, the recovery keys in the home do.

    Raises:
        HandoffError: whatever does not allow a delivery to the vendor now; nothing was changed.
    """
    clock = clock or SystemClock()
    config = home.require().config()
    policy = load_vendor(home.vendors, vendor, config.storage)
    today, firm = clock.now().date(), config.firm.value()
    for warning in preflight(policy, today, firm, read_register(home)):
        reporter.note(warning)
    keys = load_firm_keys(home.keys)
    recipients = recipients_for(policy.recipients_on(today), keys)
    engine = _no_engine(home, policy, keys.batch)
    with home.locked(wait=wait):
        store = S3Store(policy.bucket, vendor=vendor)
        store.check()
        with open_ledger(home, clock) as ledger, reserved(ledger, vendor, wait=wait):
            require_clock(ledger, clock)
            require_not_offboarded(ledger, vendor)
            require_keys(policy, today, firm, register_of(ledger))
            run = Run(
                home, config, policy, engine, keys, recipients, ledger, store, clock, reporter
            )
            yield Sealer(run, tuple(identities), Withdrawal(policy.bucket, vendor), today)


def _no_engine(home: Home, policy: VendorPolicy, batch_key: bytes) -> Engine:
    """The profile and the key of identifiers; no model, for nothing is read."""
    return Engine(
        profile=load_profile(home.profiles, policy.profile),
        limits=Limits(),
        batch_key=batch_key,
        model=Path(),
        model_sha256="",
        pdfium=Path(),
    )
