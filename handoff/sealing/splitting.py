"""The recovery keys in shares, of which a few restore them: SLIP-39, Shamir's scheme over words.

https://github.com/satoshilabs/slips/blob/master/slip-0039.md; the library is the specification's
reference implementation. What is split are 64 bytes: both identities' secrets, the classic first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import shamir_mnemonic
from shamir_mnemonic.share import Share

from handoff.errors import SharesError, UsageError
from handoff.sealing import age
from handoff.sealing.recovery import Identities, Recipients

MAX_SHARES: Final = 16
_SECRET: Final = 32
_MAX_FILE: Final = 16 * 1024


def split(identities: Identities, threshold: int, shares: int) -> list[bytes]:
    """Share files, of which any `threshold` restore `identities` and fewer say nothing of them.

    What was split is combined again from the first and from the last `threshold` shares before
    any is given out.

    Raises:
        UsageError: the numbers make no sense: one share that restores all is a copy.
    """
    if not 2 <= threshold <= shares <= MAX_SHARES:
        raise UsageError(
            f"expected a threshold from 2 to the number of shares, and at most {MAX_SHARES} shares"
        )
    secret = identities.x25519.secret + identities.pq.seed
    [mnemonics] = shamir_mnemonic.generate_mnemonics(1, [(threshold, shares)], secret)
    recipients = identities.recipients()
    files = [
        _file(number, shares, threshold, recipients, words)
        for number, words in enumerate(mnemonics, 1)
    ]
    for chosen in (files[:threshold], files[-threshold:]):
        if combine(chosen) != identities:
            raise SharesError("the shares do not restore the keys they were made from")
    return files


def _file(number: int, shares: int, threshold: int, recipients: Recipients, words: str) -> bytes:
    lines = (
        f"# share {number} of {shares} of the firm's recovery keys; any {threshold} restore them:",
        "# handoff keys combine FILE...",
        "# whoever holds that many can read all that was ever sent: keep them apart",
        f"# recipient: {recipients.x25519}",
        f"# recipient: {recipients.pq[:40]}...",
        words,
        "",
    )
    return "\n".join(lines).encode("ascii")


def combine(untrusted_files: Iterable[bytes]) -> Identities:
    """The identities that share files restore; more than are needed will do, and repeated ones.

    Raises:
        SharesError: they are damaged, too few, or of different splits.
    """
    mnemonics = list(dict.fromkeys(map(_words, untrusted_files)))
    needed = _needed(mnemonics)
    if len(mnemonics) < needed:
        raise SharesError(f"{len(mnemonics)} shares were given, and {needed} are needed")
    try:
        # The scheme takes exactly as many as are needed.
        secret = shamir_mnemonic.combine_mnemonics(mnemonics[:needed])
    except shamir_mnemonic.MnemonicError:
        raise SharesError("the shares are not of one split") from None
    if len(secret) != 2 * _SECRET:
        raise SharesError("the shares restore something else than the firm's recovery keys")
    return Identities(age.X25519Identity(secret[:_SECRET]), age.HybridIdentity(secret[_SECRET:]))


def _needed(mnemonics: Sequence[str]) -> int:
    """How many shares restore the secret, by what they say themselves."""
    if not mnemonics:
        raise SharesError("no share was given")
    try:
        return max(int(Share.from_mnemonic(words).member_threshold) for words in mnemonics)
    except (shamir_mnemonic.MnemonicError, ValueError):
        raise SharesError(
            "a share is damaged: a word is missing, misspelt or in the wrong place",
            "compare it with the paper; or use another share",
        ) from None


def _words(untrusted: bytes) -> str:
    """The words of a share file, without its comments, in one line and small letters."""
    if len(untrusted) > _MAX_FILE:
        raise SharesError("a file is too large to be a share")
    lines = untrusted.decode("ascii", "replace").lower().splitlines()
    return " ".join(" ".join(line for line in lines if line[:1] != "#").split())
