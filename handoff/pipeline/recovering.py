"""The recovery keys in shares, away from this machine, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from handoff.errors import SharesError, UsageError
from handoff.pipeline.home import Home
from handoff.sealing import keyfiles, recovery


def write_shares(home: Home, threshold: int, shares: int, output: Path) -> list[Path]:
    """Split the recovery keys into share files in the directory `output`; their paths.

    Raises:
        KeysOfflineError: the private recovery keys are not here.
        UsageError: the numbers make no sense.
        KeyExistsError, PermissionsError, DiskFullError: the files cannot be written.
    """
    from handoff.sealing.splitting import split

    made = split(recovery.load_identities(home.keys), threshold, shares)
    files = {f"share-{number}-of-{shares}.txt": file for number, file in enumerate(made, 1)}
    keyfiles.write_all(output, files)
    return [output / name for name in files]


def restore_shares(home: Home, untrusted: Iterable[bytes], output: Path | None) -> list[Path]:
    """Write what shares restore into `output`, or into the home; the paths of the private keys.

    Raises:
        SharesError: the shares are damaged, too few, or of different keys.
        KeyFileError: they restore other keys than the home seals to.
        KeyExistsError, PermissionsError, DiskFullError: the files cannot be written.
    """
    from handoff.sealing.splitting import combine

    identities = combine(untrusted)
    recovery.require_ours(home.keys, (identities.x25519, identities.pq))
    directory = output or home.keys
    recovery.restore(directory, identities)
    return [directory / name for name in recovery.PRIVATE]


def go_offline(home: Home, target: Path | None, untrusted_shares: Sequence[bytes]) -> None:
    """Remove the private recovery keys from the home, once it is sure that they are elsewhere.

    Raises:
        UsageError: neither a place for a copy nor shares were given.
        KeysOfflineError: they are not here.
        SharesError: the shares do not restore these keys.
        KeyExistsError, PermissionsError, DiskFullError: the copy cannot be written.
    """
    if target is None and not untrusted_shares:
        raise UsageError(
            "nothing shows that the keys are anywhere else",
            "copy them (`--to DIR`), or give the shares that restore them (`--share FILE ...`)",
        )
    if target is not None and target.resolve().is_relative_to(home.root.resolve()):
        raise UsageError("the copy would lie in the home", "name a place outside, such as a stick")
    if untrusted_shares:
        from handoff.sealing.splitting import combine

        if combine(untrusted_shares) != recovery.load_identities(home.keys):
            raise SharesError("the shares restore other keys than those in the home")
    recovery.take_away(home.keys, target)
