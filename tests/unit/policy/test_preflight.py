"""Preflight: each ground for refusing, before one document is read, and what it is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from handoff.errors import (
    BatchLimitError,
    ExpiredError,
    KeyRevokedError,
    KeyUnverifiedError,
    MatterNotAllowedError,
    ResidencyError,
    TransferError,
)
from handoff.model import (
    Bucket,
    Firm,
    KeyState,
    SubProcessor,
    VendorKey,
    VendorLimits,
    VendorPolicy,
)
from handoff.policy.countries import COUNTRIES, EEA, EU_ADEQUATE, UK_ADEQUATE
from handoff.policy.preflight import preflight, require_matter, require_within_limits

TODAY = date(2026, 11, 25)
GOOD = VendorPolicy(
    name="acme",
    sha256="0" * 64,
    legal_name="Acme",
    agreement="MSA-1",
    expires=date(2030, 1, 1),
    certificates=(),
    recipients=("age1x",),
    bucket=Bucket("b", region="eu-west-2"),
    profile="p",
    control_prefix="ACME",
    jurisdiction="IN",
    keys=(VendorKey("age1x"),),
)


@pytest.mark.parametrize(
    ("firm", "vendor", "mechanisms", "allowed"),
    [
        ("DE", "FR", (), True),
        ("DE", "NO", (), True),
        ("DE", "GB", (), True),
        ("DE", "CH", (), True),
        ("DE", "BR", (), True),
        ("DE", "IN", (), False),
        ("DE", "IN", ("scc",), True),
        ("DE", "IN", ("bcr",), True),
        ("DE", "IN", ("idta",), False),
        ("DE", "IN", ("adequacy",), False),
        ("DE", "US", (), False),
        ("DE", "US", ("adequacy",), True),
        ("DE", "CA", ("scc",), True),
        ("GB", "GB", (), True),
        ("GB", "IE", (), True),
        ("GB", "GI", (), True),
        ("GB", "BR", (), False),
        ("GB", "IN", ("scc",), False),
        ("GB", "IN", ("scc-uk-addendum",), True),
        ("GB", "IN", ("idta",), True),
        ("GB", "US", ("adequacy",), True),
        ("US", "IN", (), True),
        ("", "IN", (), True),
    ],
)
def test_a_transfer_needs_a_ground_that_the_firms_law_knows_for_the_country(
    firm: str, vendor: str, mechanisms: tuple[str, ...], allowed: bool
) -> None:
    policy = replace(GOOD, jurisdiction=vendor, transfers=mechanisms)
    if allowed:
        preflight(policy, TODAY, Firm(firm))
    else:
        with pytest.raises(TransferError, match=f"from {firm} to {vendor}"):
            preflight(policy, TODAY, Firm(firm))


def test_a_vendor_of_unknown_country_and_a_sub_processor_without_ground_are_refused() -> None:
    with pytest.raises(TransferError, match="does not say in which country"):
        preflight(replace(GOOD, jurisdiction=""), TODAY, Firm("DE"))
    passed_on = replace(GOOD, jurisdiction="IE", sub_processors=(SubProcessor("Typing", "PH"),))
    with pytest.raises(TransferError, match="sub-processor"):
        preflight(passed_on, TODAY, Firm("DE"))


def test_the_adequacy_of_the_united_kingdom_ends_with_its_decision() -> None:
    british = replace(GOOD, jurisdiction="GB", expires=date(2040, 1, 1))
    preflight(british, date(2031, 12, 27), Firm("DE"))
    with pytest.raises(TransferError):
        preflight(british, date(2031, 12, 28), Firm("DE"))


def test_the_lists_of_countries_hold_codes_alone() -> None:
    assert len(COUNTRIES) == 249
    assert EEA | EU_ADEQUATE.keys() | UK_ADEQUATE.keys() <= COUNTRIES
    assert {"DE", "IS", "LI", "NO", "RE"} <= EEA
    assert not EEA & {"GB", "CH", "AD", "GI"}


@pytest.mark.parametrize(
    ("region", "residency", "allowed"),
    [
        ("eu-west-2", (), True),
        ("eu-west-2", ("eu-west-2",), True),
        ("eu-west-2", ("eu-*",), True),
        ("us-east-1", ("eu-*",), False),
        ("", ("eu-*",), False),
    ],
)
def test_the_bucket_lies_where_the_firms_data_may(
    region: str, residency: tuple[str, ...], allowed: bool
) -> None:
    policy = replace(GOOD, bucket=Bucket("b", region=region))
    firm = Firm(residency=residency)
    if allowed:
        preflight(policy, TODAY, firm)
    else:
        with pytest.raises(ResidencyError):
            preflight(policy, TODAY, firm)


class Register:
    def __init__(self, state: KeyState) -> None:
        self._state = state

    def state(self, vendor: str, key: str) -> KeyState:
        assert (vendor, key) == ("acme", "age1x")
        return self._state


def test_a_revoked_key_is_refused_wherever_it_is_said() -> None:
    with pytest.raises(KeyRevokedError):
        preflight(GOOD, TODAY, register=Register(KeyState.REVOKED))
    last = replace(GOOD, recipients=(), keys=(VendorKey("age1x", revoked=TODAY),))
    with pytest.raises(KeyRevokedError, match="every recipient"):
        preflight(last, TODAY)


def test_a_key_nobody_verified_is_refused_where_the_firm_requires_it() -> None:
    strict = Firm(verified_keys="required")
    preflight(GOOD, TODAY)
    with pytest.raises(KeyUnverifiedError):
        preflight(GOOD, TODAY, strict)
    preflight(GOOD, TODAY, strict, Register(KeyState.VERIFIED))
    preflight(replace(GOOD, keys=(VendorKey("age1x", verified=TODAY),)), TODAY, strict)


def test_a_data_processing_agreement_that_has_ended_is_refused() -> None:
    with pytest.raises(ExpiredError, match="data processing agreement DPA-1"):
        preflight(replace(GOOD, dpa="DPA-1", dpa_expires=date(2026, 11, 24)), TODAY)


def test_limits_hold_to_the_last_document_and_byte() -> None:
    limited = replace(GOOD, limits=VendorLimits(documents=2, bytes=100))
    require_within_limits(limited, 2, 100)
    for documents, size in ((3, 1), (1, 101)):
        with pytest.raises(BatchLimitError):
            require_within_limits(limited, documents, size)
    require_within_limits(GOOD, 10**6, 10**15)


def test_only_matters_named_may_be_worked_on_and_none_is_quoted() -> None:
    limited = replace(GOOD, limits=VendorLimits(matters=("hollis",)))
    require_matter(limited, "hollis")
    require_matter(GOOD, "")
    for other in ("planted-client", ""):
        with pytest.raises(MatterNotAllowedError) as caught:
            require_matter(limited, other)
        assert "planted" not in caught.value.message
