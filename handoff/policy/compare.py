"""What a new version of a vendor's policy changes, in plain words. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from ipaddress import ip_network
from typing import Literal

from handoff.model import ObjectLock, VendorPolicy

Effect = Literal["widens", "narrows", "changes"]
_ROOM = ("widens access", "narrows access", "changes no access")
EFFECTS: dict[Effect, str] = dict(zip(("widens", "narrows", "changes"), _ROOM, strict=True))


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: which key of the file, what it means, and whether it lets in more."""

    key: str
    words: str
    effect: Effect

    def __str__(self) -> str:
        return f"{self.words}: {EFFECTS[self.effect]}"


def compare(old: VendorPolicy, new: VendorPolicy) -> list[Difference]:
    """Everything in which `new` differs from `old`, what widens access first."""
    found = [difference for rule in _RULES for difference in rule(old, new)]
    spoken = {difference.key.partition(".")[0] for difference in found}
    found += _rest(old, new, spoken | {"sha256"})
    return sorted(found, key=lambda difference: difference.effect != "widens")


def _addresses(old: VendorPolicy, new: VendorPolicy) -> Iterator[Difference]:
    was, now = old.access.addresses, new.access.addresses
    if was and not now:
        yield Difference("access.addresses", "may now read from any address", "widens")
        return
    if now and not was:
        words = f"may read only from {', '.join(now)}, no longer from anywhere"
        yield Difference("access.addresses", words, "narrows")
        return
    for block in sorted(set(now) - set(was)):
        effect: Effect = "narrows" if _within(block, was) else "widens"
        yield Difference("access.addresses", f"may now come from {block}", effect)
    for block in sorted(set(was) - set(now)):
        effect = "changes" if _within(block, now) else "narrows"
        yield Difference("access.addresses", f"may no longer come from {block}", effect)


def _within(block: str, blocks: Sequence[str]) -> bool:
    inner = ip_network(block)
    outers = [outer for outer in map(ip_network, blocks) if outer.version == inner.version]
    return any(inner.subnet_of(outer) for outer in outers)  # type: ignore[arg-type]


def _principals(old: VendorPolicy, new: VendorPolicy) -> Iterator[Difference]:
    key = "access.principals"
    yield from _members(
        key, "may now read the bucket", old.access.principals, new.access.principals
    )


def _recipients(old: VendorPolicy, new: VendorPolicy) -> Iterator[Difference]:
    yield from _members("recipients", "can now open packages", old.recipients, new.recipients)
    was = {key.key: key.until for key in old.keys}
    for key in new.keys:
        if key.key in was and key.revoked is None:
            words = f"{_short(key.key)} is sealed to until {{}}"
            yield from _ordered("recipients", words, was[key.key], key.until)


def _signers(old: VendorPolicy, new: VendorPolicy) -> Iterator[Difference]:
    was, now = ([k.key for k in p.signers if k.revoked is None] for p in (old, new))
    yield from _members("signers", "may now sign for the vendor", was, now)


def _members(key: str, words: str, was: Sequence[str], now: Sequence[str]) -> Iterator[Difference]:
    for member in sorted(set(now) - set(was)):
        yield Difference(key, f"{_short(member)} {words}", "widens")
    for member in sorted(set(was) - set(now)):
        yield Difference(key, f"{_short(member)} {words.replace('now', 'no longer')}", "narrows")


def _short(value: str) -> str:
    return value if len(value) <= 72 else f"{value[:34]}...{value[-20:]}"


def _time(old: VendorPolicy, new: VendorPolicy) -> Iterator[Difference]:
    yield from _ordered("expires", "the agreement holds until {}", old.expires, new.expires)
    yield from _ordered("access.until", "may read until {}", old.access.until, new.access.until)
    was, now = old.access.expires_days, new.access.expires_days
    yield from _ordered("access.expires_days", "objects stay for {} days", was, now)
    was, now = old.expires_days, new.expires_days
    yield from _ordered("expires_days", "the vendor destroys after {} days", was, now)


def _limits(old: VendorPolicy, new: VendorPolicy) -> Iterator[Difference]:
    for name in ("documents", "bytes"):
        was, now = getattr(old.limits, name), getattr(new.limits, name)
        words = f"may get {{}} {name} at once"
        yield from _ordered(f"limits.{name}", words, was, now)
    for name, words in (("media_types", "types of documents"), ("matters", "matters")):
        was, now = set(getattr(old.limits, name)), set(getattr(new.limits, name))
        if was != now:
            # An empty list allows everything.
            widens = not now or (bool(was) and bool(now - was))
            yield Difference(
                f"limits.{name}",
                f"{words} allowed: {', '.join(sorted(now)) or 'all'}",
                "widens" if widens else "narrows",
            )


def _ordered(
    key: str, words: str, was: date | int | None, now: date | int | None
) -> Iterator[Difference]:
    """A bound that was moved; None is no bound."""
    if was == now:
        return
    widens = was is not None and (now is None or now > was)  # type: ignore[operator]
    shown = "any number of" if now is None else now
    before = "no bound" if was is None else was
    yield Difference(
        key, f"{words.format(shown)} (was {before})", "widens" if widens else "narrows"
    )


def _returns(old: VendorPolicy, new: VendorPolicy) -> Iterator[Difference]:
    was, now = old.access.return_prefix, new.access.return_prefix
    if was != now:
        words = f"may now put into {now}" if now else "may no longer put anything"
        yield Difference("access.return_prefix", words, "widens" if now else "narrows")


def _lock(old: VendorPolicy, new: VendorPolicy) -> Iterator[Difference]:
    was, now = old.access.lock, new.access.lock
    if was != now:
        weaker = _strength(now) < _strength(was)
        words = f"object lock: {_lock_words(now)} (was {_lock_words(was)})"
        yield Difference("access.lock", words, "widens" if weaker else "narrows")


def _strength(lock: ObjectLock | None) -> tuple[int, int]:
    return (0, 0) if lock is None else (1 + (lock.mode == "COMPLIANCE"), lock.days)


def _lock_words(lock: ObjectLock | None) -> str:
    return f"{lock.mode.lower()}, {lock.days} days" if lock else "none"


def _profile(old: VendorPolicy, new: VendorPolicy) -> Iterator[Difference]:
    if old.profile != new.profile:
        words = f"is redacted by profile {new.profile}, not {old.profile}: compare the two"
        yield Difference("profile", words, "widens")


def _bucket(old: VendorPolicy, new: VendorPolicy) -> Iterator[Difference]:
    for field in fields(old.bucket):
        was, now = getattr(old.bucket, field.name), getattr(new.bucket, field.name)
        if was != now:
            lost = field.name in {"kms_key", "log_bucket", "region", "endpoint"}
            words = f"bucket: {field.name} is {now or 'not set'} (was {was or 'not set'})"
            yield Difference(f"bucket.{field.name}", words, "widens" if lost else "changes")


def _release(old: VendorPolicy, new: VendorPolicy) -> Iterator[Difference]:
    order = ("none", "sample", "all")
    was, now = old.release, new.release
    if was.review != now.review:
        weaker = order.index(now.review) < order.index(was.review)
        words = f"before release, people look at {now.review} (was {was.review})"
        yield Difference("release.review", words, "widens" if weaker else "narrows")
    if was.two_person != now.two_person:
        words = "two people must agree" if now.two_person else "one person may release alone"
        yield Difference("release.two_person", words, "narrows" if now.two_person else "widens")
    yield from _members("release.approvers", "may now approve", was.approvers, now.approvers)


_RULES: tuple[Callable[[VendorPolicy, VendorPolicy], Iterator[Difference]], ...] = (
    _addresses,
    _principals,
    _recipients,
    _signers,
    _time,
    _limits,
    _returns,
    _lock,
    _profile,
    _bucket,
    _release,
)


def _rest(old: VendorPolicy, new: VendorPolicy, spoken: set[str]) -> Iterator[Difference]:
    """What has no rule of its own: said, so that nothing passes unseen."""
    for field in fields(VendorPolicy):
        was, now = getattr(old, field.name), getattr(new, field.name)
        if was != now and field.name not in spoken and not _told_by_parts(field.name, was):
            yield Difference(field.name, f"{field.name.replace('_', ' ')} changed", "changes")


def _told_by_parts(name: str, value: object) -> bool:
    """Whether every part of `value` has a rule above."""
    return name in {"access", "limits", "bucket", "release"} and is_dataclass(value)
