"""A vendor's keys: what the commands record, what the policy then says, what preflight refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from handoff.cli.vendor import command
from handoff.errors import (
    FingerprintError,
    HandoffError,
    KeyExistsError,
    KeyRevokedError,
    KeyUnverifiedError,
    MixedRecipientsError,
    NoRecipientError,
    RecipientInvalidError,
    UnknownKeyError,
    UsageError,
)
from handoff.model import CustodyEvent, Firm, KeyState
from handoff.pipeline.home import Home
from handoff.pipeline.initialising import initialise
from handoff.pipeline.ledgers import open_reader
from handoff.pipeline.vendor_key_register import read_register
from handoff.pipeline.vendor_keys import Keeper
from handoff.policy.preflight import preflight
from handoff.sealing import age
from handoff.sealing.fingerprints import fingerprint, spoken
from tests.firm import POLICY

OLD, NEW, FURTHER = (str(age.generate_x25519()) for _ in range(3))
HYBRID = str(age.generate_hybrid())
SIGNER = f"{age.SshIdentity(Ed25519PrivateKey.generate())} clerk"
STRICT = Firm(verified_keys="required")


class Clock:
    """The day that a test wants."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    """The keys of a vendor that has one recipient, never verified."""
    home = Home(tmp_path / "home")
    list(initialise(home))
    said = {"expires": "2999-12-31", "bucket": "acme-out", "endpoint": ""}
    policy = POLICY.format(recipients=f"[{OLD}]", **said)
    (home.vendors / "acme.yaml").write_text(f"# by hand\n{policy}")
    return Keeper(home, Clock(), "acme")


def events(keeper: Keeper) -> list[CustodyEvent]:
    with open_reader(keeper.home) as reader:
        return [event for event in reader.events() if event.kind.startswith("key.")]


def allowed(keeper: Keeper, firm: Firm, day: date | None = None) -> tuple[str, ...]:
    """The recipients to which a delivery is allowed; raises what preflight refuses it with."""
    policy = keeper.policy()
    preflight(policy, day or keeper.today(), firm, read_register(keeper.home))
    return policy.recipients_on(day or keeper.today())


def call(keeper: Keeper, *arguments: str) -> str:
    """Run `handoff vendor keys`; what it says on stdout; raises what it ends with."""
    given = ["keys", *arguments, "--home", str(keeper.home.root)]
    return CliRunner().invoke(command, given, catch_exceptions=False, standalone_mode=False).stdout


def test_an_unverified_key_is_refused_where_the_firm_asks_for_it_until_it_is_verified(
    keeper: Keeper,
) -> None:
    assert allowed(keeper, Firm()) == (OLD,)
    with pytest.raises(KeyUnverifiedError):
        allowed(keeper, STRICT)
    call(keeper, "verify", "acme", "1", "--fingerprint", spoken(fingerprint(OLD)).upper())
    assert allowed(keeper, STRICT) == (OLD,)
    [event] = events(keeper)
    assert event.kind == "key.verified"
    assert event.actor
    assert event.details == {
        "vendor": "acme", "key": f"sha256:{fingerprint(OLD)}", "use": "recipients",
        "how": "telephone",
    }  # fmt: skip
    assert f"verified: {keeper.today()}" in keeper.path.read_text()
    assert keeper.path.read_text().startswith("# by hand\n")


def test_verified_by_the_log_alone_is_verified(keeper: Keeper) -> None:
    before = keeper.path.read_bytes()
    told = call(keeper, "verify", "acme", OLD, "--fingerprint", fingerprint(OLD), "--no-edit")
    assert keeper.path.read_bytes() == before
    assert f"+  - key: {OLD}" in told or f"verified: {keeper.today()}" in told
    assert allowed(keeper, STRICT) == (OLD,)


def test_a_wrong_fingerprint_verifies_nothing(keeper: Keeper) -> None:
    before = keeper.path.read_bytes()
    with pytest.raises(FingerprintError):
        call(keeper, "verify", "acme", "1", "--fingerprint", spoken(fingerprint(NEW)))
    with pytest.raises(UsageError):
        call(keeper, "verify", "acme", "1")
    assert events(keeper) == []
    assert keeper.path.read_bytes() == before


def test_a_revoked_key_is_refused_at_once_and_for_good(keeper: Keeper) -> None:
    call(keeper, "revoke", "acme", "1", "--reason", "stolen", "--no-edit")
    with pytest.raises(KeyRevokedError):
        allowed(keeper, Firm())
    call(keeper, "revoke", "acme", "1", "--reason", "stolen")
    assert [event.kind for event in events(keeper)] == ["key.revoked"]
    assert keeper.known()[0].state is KeyState.REVOKED
    with pytest.raises(KeyRevokedError):
        call(keeper, "verify", "acme", "1", "--fingerprint", fingerprint(OLD))
    (keeper.home.vendors / "beta.yaml").write_text(
        keeper.path.read_text().replace("name: acme", "name: beta").replace(OLD, NEW)
    )
    with pytest.raises(KeyRevokedError, match="final"):
        call(keeper, "add", "beta", OLD)


def test_rotation_overlaps_until_a_day(keeper: Keeper) -> None:
    call(keeper, "rotate", "acme", "1", NEW, "--overlap", "14")
    until = keeper.today() + timedelta(days=14)
    assert allowed(keeper, Firm()) == (OLD, NEW)
    assert allowed(keeper, Firm(), until) == (OLD, NEW)
    assert allowed(keeper, Firm(), until + timedelta(days=1)) == (NEW,)
    [event] = events(keeper)
    assert event.details["former"] == f"sha256:{fingerprint(OLD)}"
    assert event.details["until"] == str(until)


def test_without_an_overlap_the_kinds_may_differ(keeper: Keeper) -> None:
    with pytest.raises(MixedRecipientsError):
        call(keeper, "rotate", "acme", "1", HYBRID)
    assert events(keeper) == []
    call(keeper, "rotate", "acme", "1", HYBRID, "--overlap", "0")
    assert allowed(keeper, Firm()) == (HYBRID,)


def test_a_key_whose_time_is_over_leaves_nothing_to_seal_to(keeper: Keeper) -> None:
    keeper.path.write_text(
        keeper.path.read_text().replace(f"[{OLD}]", f"[{{key: {OLD}, until: 2026-01-01}}]")
    )
    with pytest.raises(NoRecipientError, match="until"):
        allowed(keeper, Firm())


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["add", "acme", OLD], KeyExistsError),
        (["add", "acme", "age1x"], RecipientInvalidError),
        (["add", "acme", HYBRID], MixedRecipientsError),
        (["add", "acme", "AGE-SECRET-KEY-1QQQQ"], RecipientInvalidError),
        (["verify", "acme", "2", "--fingerprint", "0"], UnknownKeyError),
        (["verify", "acme", "1a2b", "--fingerprint", "0"], UnknownKeyError),
        (["revoke", "acme", NEW, "--reason", "lost"], UnknownKeyError),
    ],
)
def test_what_cannot_be_meant_changes_nothing(
    arguments: list[str], error: type[HandoffError], keeper: Keeper
) -> None:
    before = keeper.path.read_bytes()
    with pytest.raises(error) as caught:
        call(keeper, *arguments)
    assert "QQQQ" not in f"{caught.value}"
    assert events(keeper) == []
    assert keeper.path.read_bytes() == before


def test_a_key_is_named_by_number_itself_or_the_beginning_of_its_fingerprint(
    keeper: Keeper,
) -> None:
    call(keeper, "add", "acme", NEW, "--holder", "B. Rao")
    call(keeper, "add", "acme", SIGNER, "--signer")
    for reference in ("2", NEW, fingerprint(NEW)[:8], spoken(fingerprint(NEW))):
        assert keeper.find(reference).key.key == NEW
    assert keeper.find(SIGNER.rpartition(" ")[0]).section == "signers"
    told = call(keeper, "list", "acme")
    assert spoken(fingerprint(OLD)).split()[0] in told
    lines: Iterator[str] = iter(call(keeper, "list", "acme", "--json").splitlines())
    assert sum('"state": "unverified"' in line for line in lines) == 3


def test_the_log_never_holds_a_key_or_its_holder(keeper: Keeper) -> None:
    call(keeper, "add", "acme", NEW, "--holder", "B. Rao")
    assert "Rao" in keeper.path.read_text()
    [event] = events(keeper)
    assert NEW not in repr(event)
    assert "Rao" not in repr(event)
