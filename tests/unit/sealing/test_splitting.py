"""Shares of the recovery keys: enough of them restore the keys, and nothing else does."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from handoff.errors import KeyExistsError, KeyFileError, KeysOfflineError, SharesError, UsageError
from handoff.sealing import age, keys, recovery
from handoff.sealing.recipients import recipients_for
from handoff.sealing.seal import open_bytes, seal_bytes
from handoff.sealing.splitting import combine, split

IDENTITIES = recovery.Identities.generate()
SHARES = split(IDENTITIES, 2, 3)
OTHERS = split(recovery.Identities.generate(), 2, 3)


@pytest.mark.parametrize("chosen", list(itertools.permutations(range(3), 2)))
def test_any_two_of_three_restore_the_keys(chosen: tuple[int, ...]) -> None:
    assert combine(SHARES[number] for number in chosen) == IDENTITIES


def test_all_three_or_one_twice_among_enough_restore_them_too() -> None:
    assert combine(SHARES) == IDENTITIES
    assert combine([SHARES[0], SHARES[0], SHARES[2]]) == IDENTITIES


def test_a_share_typed_from_paper_in_lines_and_capitals_is_read() -> None:
    typed = SHARES[0].decode().splitlines()[-1].upper().split()
    assert combine([SHARES[1], "\n".join(typed).encode()]) == IDENTITIES


WORDS = SHARES[1].decode().splitlines()[-1].split()


@pytest.mark.parametrize(
    "given",
    [
        pytest.param([], id="none"),
        pytest.param(SHARES[:1], id="too few"),
        pytest.param([SHARES[0], SHARES[0]], id="one twice"),
        pytest.param([SHARES[0], OTHERS[1]], id="of two splits"),
        pytest.param([SHARES[0], " ".join(WORDS[:-1]).encode()], id="a word missing"),
        pytest.param([SHARES[0], " ".join(["zebra", *WORDS[1:]]).encode()], id="no such word"),
        pytest.param([SHARES[0], b"\xff" * 40], id="not text"),
        pytest.param([SHARES[0], b"a " * 20_000], id="huge"),
    ],
)
def test_what_does_not_restore_the_keys_is_refused_and_not_quoted(given: list[bytes]) -> None:
    with pytest.raises(SharesError) as caught:
        combine(given)
    assert not any(word in str(caught.value).split() for word in WORDS[4:20])


@pytest.mark.parametrize(("threshold", "shares"), [(1, 3), (4, 3), (2, 17), (0, 0)])
def test_numbers_that_make_no_sense_are_refused(threshold: int, shares: int) -> None:
    with pytest.raises(UsageError):
        split(IDENTITIES, threshold, shares)


def test_a_share_says_nothing_but_what_is_public() -> None:
    secret = IDENTITIES.x25519.encode().encode()
    assert all(secret not in share for share in SHARES)
    assert SHARES[0].startswith(b"# share 1 of 3")


def test_the_drill_split_take_away_restore_and_an_old_package_opens(home: Path) -> None:
    """Offline, sealing goes on; opening says what is missing; two of three shares mend it."""
    old = seal_bytes(b"old", [keys.load_firm_keys(home).recovery_pq])
    shares = split(recovery.load_identities(home), 2, 3)
    recovery.take_away(home, None)
    offline = keys.load_firm_keys(home)
    vendor = str(age.generate_x25519())
    since = seal_bytes(b"since", recipients_for([vendor], offline))
    with pytest.raises(KeysOfflineError):
        _ = offline.identities
    recovery.restore(home, combine(shares[1:]))
    identities = keys.load_firm_keys(home).identities
    assert (open_bytes(old, identities), open_bytes(since, identities)) == (b"old", b"since")


def test_taken_away_the_private_halves_lie_in_the_target_alone(home: Path, tmp_path: Path) -> None:
    before = recovery.load_identities(home)
    recovery.take_away(home, tmp_path / "stick")
    assert recovery.are_offline(home)
    assert not list(home.glob("*x25519*"))
    assert recovery.load_identities(tmp_path / "stick") == before


def test_nothing_is_taken_away_where_the_copy_cannot_be_written(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "stick"
    target.mkdir(mode=0o700)
    (target / recovery.PQ).write_bytes(b"another firm's")
    with pytest.raises(KeyExistsError):
        recovery.take_away(home, target)
    assert not recovery.are_offline(home)


def test_offline_keys_are_not_made_anew(home: Path) -> None:
    recovery.take_away(home, None)
    assert keys.generate_missing_keys(home) == ()


def test_another_recovery_key_is_not_taken_for_the_firms(home: Path) -> None:
    recovery.take_away(home, None)
    with pytest.raises(KeyFileError, match="not the recovery key"):
        recovery.restore(home, IDENTITIES)
    with pytest.raises(KeyFileError, match="not the recovery key"):
        keys.import_key(home, recovery.identity_file(IDENTITIES.x25519))


def test_a_home_of_an_earlier_version_has_no_file_of_recipients(home: Path) -> None:
    known = keys.load_firm_keys(home).public_parts()
    (home / recovery.RECIPIENTS).unlink()
    assert keys.load_firm_keys(home).public_parts() == known
    assert keys.generate_missing_keys(home) == (recovery.RECIPIENTS,)
    (home / recovery.RECIPIENTS).unlink()
    recovery.take_away(home, None)
    assert keys.load_firm_keys(home).public_parts() == known


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"age1x\n",
        recovery.recipients_file(
            recovery.Recipients(str(IDENTITIES.x25519), str(age.generate_x25519()))
        ),
    ],
)
def test_damaged_recipients_are_refused(content: bytes, home: Path) -> None:
    (home / recovery.RECIPIENTS).write_bytes(content)
    with pytest.raises(KeyFileError, match=recovery.RECIPIENTS):
        keys.load_firm_keys(home)


def test_recipients_put_in_place_of_the_firms_do_not_pass_beside_the_private_keys(
    home: Path,
) -> None:
    """Whoever swaps the public file reads all that is sent: `doctor` loads both and compares."""
    forged = recovery.recipients_file(IDENTITIES.recipients())
    (home / recovery.RECIPIENTS).write_bytes(forged)
    with pytest.raises(KeyFileError, match="not those of"):
        _ = keys.load_firm_keys(home).identities
