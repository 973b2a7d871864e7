"""What one access policy allows that another does not, statement by statement. No I/O.

Both `provision` (what would widen?) and `audit` (what was changed by hand?) ask this. Where the
effect of a change cannot be told, it counts as widening.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network
from typing import Any

Statement = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a policy differs from an older one.

    Attributes:
        drift: id of the finding, where the newer one was made by hand.
        words: what is different.
        widens: whether somebody may do more than before.
    """

    drift: str
    words: str
    widens: bool


def differences(old: object, new: object) -> list[Difference]:
    """How `new` differs from `old`; both are policies as read from JSON, or None for none."""
    before, after = _by_sid(old), _by_sid(new)
    let_in = {p for s in after.values() if s.get("Effect") != "Deny" for p in _principals(s)}
    found: list[Difference] = []
    for sid in sorted(before.keys() | after.keys()):
        if sid not in after:
            denies = before[sid].get("Effect") == "Deny"
            kind = "HA023" if denies else "HA022"
            # Of whom nothing is granted to any more, a denial is no longer needed either.
            widens = denies and bool(_principals(before[sid]) & {"*", *let_in})
            found.append(Difference(kind, f"statement {sid} is gone", widens))
        elif sid not in before:
            grants = after[sid].get("Effect") != "Deny"
            words = f"statement {sid} is new and {'grants' if grants else 'denies'}"
            found.append(Difference("HA021" if grants else "HA028", words, grants))
        else:
            made = _changes(sid, before[sid], after[sid])
            found += (
                replace(d, widens=False)
                if d.drift == "HA024" and _moot(d, let_in, after[sid])
                else d
                for d in made
            )
    return found


def _moot(difference: Difference, let_in: set[str], statement: Statement) -> bool:
    """Whether a principal left a denial to whom nothing is granted any more."""
    denied = statement.get("Effect") == "Deny"
    return denied and not any(principal in difference.words for principal in let_in)


def _principals(statement: Statement) -> frozenset[str]:
    return _flat(statement.get("Principal"))


def _by_sid(policy: object) -> dict[str, Statement]:
    if not isinstance(policy, Mapping):
        return {}
    statements = _list(policy.get("Statement"))
    named: dict[str, Statement] = {}
    for number, statement in enumerate(statements):
        if isinstance(statement, Mapping):
            sid = str(statement.get("Sid") or f"number {number + 1}")
            named[sid if sid not in named else f"{sid} (number {number + 1})"] = statement
    return named


def _changes(sid: str, old: Statement, new: Statement) -> Iterator[Difference]:
    if old.get("Effect") != new.get("Effect"):
        widens = new.get("Effect") != "Deny"
        yield Difference(
            "HA027", f"statement {sid}: from {old.get('Effect')} to its opposite", widens
        )
        return
    grants = new.get("Effect") != "Deny"
    parts = (("HA024", "Principal", "principal"), ("HA025", "Action", "action"))
    for drift, key, word in (*parts, ("HA026", "Resource", "resource")):
        yield from _values(
            drift,
            f"statement {sid}: {word}",
            _flat(old.get(key)),
            _flat(new.get(key)),
            grants=grants,
        )
    for key in sorted({"NotPrincipal", "NotAction", "NotResource"} & (old.keys() ^ new.keys())):
        yield Difference("HA025", f"statement {sid}: {key} comes or goes", widens=True)
    yield from _conditions(
        sid, old.get("Condition") or {}, new.get("Condition") or {}, grants=grants
    )


def _values(
    drift: str, words: str, old: frozenset[str], new: frozenset[str], *, grants: bool
) -> Iterator[Difference]:
    for value in sorted(new - old):
        yield Difference(drift, f"{words} {value} is new", grants)
    for value in sorted(old - new):
        yield Difference(drift, f"{words} {value} is gone", not grants)


def _conditions(sid: str, old: Any, new: Any, *, grants: bool) -> Iterator[Difference]:  # noqa: ANN401 - JSON
    before, after = _tests(old), _tests(new)
    for test in sorted(before.keys() | after.keys()):
        name = f"statement {sid}: condition {test[0]} {test[1]}"
        if test not in after:
            yield Difference("HA029", f"{name} is gone", grants)
        elif test not in before:
            yield Difference("HA029", f"{name} is new", not grants)
        elif before[test] != after[test]:
            was, now = (", ".join(sorted(values)) for values in (before[test], after[test]))
            widens = _looser(test[0], before[test], after[test], grants=grants)
            yield Difference("HA029", f"{name} was {was}, is {now}", widens)


def _looser(operator: str, old: frozenset[str], new: frozenset[str], *, grants: bool) -> bool:
    """Whether more requests get through when the values change from `old` to `new`."""
    match operator, grants:
        case ("IpAddress", True) | ("NotIpAddress", False):
            return not all(_inside(address, old) for address in new)
        case ("DateLessThan", True) | ("DateGreaterThanEquals", False):
            # ISO 8601 in UTC sorts as text.
            return max(new, default="") > max(old, default="")
        case _:
            return True


def _inside(address: str, blocks: frozenset[str]) -> bool:
    try:
        inner = ip_network(address)
        outers = [ip_network(block) for block in blocks]
    except ValueError:
        return False
    return any(
        inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]
        for outer in outers
    )


def _tests(conditions: object) -> dict[tuple[str, str], frozenset[str]]:
    if not isinstance(conditions, Mapping):
        return {}
    return {
        (str(operator), str(key)): _flat(values)
        for operator, tests in conditions.items()
        if isinstance(tests, Mapping)
        for key, values in tests.items()
    }


def _flat(value: object) -> frozenset[str]:
    """The strings of `value`: of a string, a list, or the lists of `{"AWS": [...]}`."""
    if isinstance(value, Mapping):
        return frozenset(entry for part in value.values() for entry in _flat(part))
    return frozenset(str(entry) for entry in _list(value))


def _list(value: object) -> Sequence[object]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)
