"""From findings to redactions: what is covered once stays covered.

Findings overlap: a name inside an address, a number inside a name. They are merged by union, so no
character that any finding covers is ever left; the strictest operator wins. Presidio's own merging
is not used: it lets the larger span win whatever its score, and joins neighbours (#1156, #1925).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from handoff.errors import BlockedError
from handoff.model import Finding, Operator, Redaction, RedactionProfile, TextUnit
from handoff.redaction.operators import REMOVED, STRICTNESS, mask, tag
from handoff.redaction.pseudonyms import Aliases, in_order, token

_PRIORITY = ("PERSON", "EMAIL_ADDRESS", "ADDRESS", "ORGANIZATION", "LOCATION", "NRP", "DATE_TIME")
_NAMES = frozenset({"PERSON", "ORGANIZATION", "LOCATION"})
_NOBODY = Aliases()


@dataclass(frozen=True, slots=True)
class Decision:
    """One stretch of one unit that is to go, and what is to stand there."""

    finding: Finding
    operator: Operator
    text: str = field(repr=False)
    token: str = field(default="", repr=False)

    def redaction(self, numbers: Mapping[str, int]) -> Redaction:
        """The redaction, once tokens have numbers; an unknown token gives a tag without one."""
        if self.operator is Operator.MASK:
            replacement = mask(self.text)
        elif self.operator is Operator.PSEUDONYMIZE:
            replacement = tag(self.finding.entity, numbers.get(self.token))
        else:
            replacement = REMOVED
        return Redaction(self.finding, self.operator, replacement)


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done to a document.

    Attributes:
        decisions: in order of unit and start; those of one unit do not overlap.
        blocked: place and entity of findings that the profile blocks; the document may not leave.
    """

    decisions: tuple[Decision, ...]
    blocked: tuple[str, ...] = ()

    @property
    def tokens(self) -> tuple[tuple[str, str], ...]:
        """(entity, token) of every pseudonym, in order of first appearance."""
        return in_order([(d.finding.entity, d.token) for d in self.decisions if d.token])

    @property
    def counts(self) -> Mapping[str, int]:
        """How many redactions of each entity, by entity."""
        return dict(sorted(Counter(d.finding.entity for d in self.decisions).items()))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The merged findings, one a decision."""
        return tuple(d.finding for d in self.decisions)

    def redactions(self, numbers: Mapping[str, int]) -> tuple[Redaction, ...]:
        """The redactions, ready for `DocumentFormat.rewrite`."""
        return tuple(decision.redaction(numbers) for decision in self.decisions)

    def check(self) -> None:
        """Do nothing, or raise.

        Raises:
            BlockedError: the profile blocks something found; `places` says where and what kind.
        """
        if self.blocked:
            raise BlockedError("the profile blocks what was found", places=self.blocked)


def decide(
    units: Sequence[TextUnit],
    findings: Iterable[Finding],
    profile: RedactionProfile,
    key: bytes,
    aliases: Aliases = _NOBODY,
) -> Plan:
    """Decide what is done with `findings`.

    Args:
        units: the document's units.
        findings: offsets into them, overlapping at will; those of entities that the profile keeps
            or does not name are left alone.
        profile: operators by entity.
        key: secret of the firm, under which pseudonyms are the same in every document.
        aliases: who is meant by a surname alone.
    """
    by_unit: dict[str, list[Finding]] = {}
    for finding in findings:
        if _operator(profile, finding) is not Operator.KEEP and finding.start < finding.end:
            by_unit.setdefault(finding.unit_id, []).append(finding)
    decisions: list[Decision] = []
    blocked: dict[str, None] = {}
    for unit in units:
        for decision in _of_unit(unit, by_unit.get(unit.unit_id, []), profile, key, aliases):
            decisions.append(decision)
            if decision.operator is Operator.BLOCK:
                blocked[f"{unit.place or unit.unit_id}: {decision.finding.entity}"] = None
    return Plan(tuple(decisions), tuple(blocked))


def _of_unit(
    unit: TextUnit,
    findings: Sequence[Finding],
    profile: RedactionProfile,
    key: bytes,
    aliases: Aliases,
) -> Iterator[Decision]:
    for cluster in _clusters(findings):
        listed = any(finding.entity == "PARTY" for finding in cluster)
        chief = min(cluster, key=lambda f: _rank(profile, f, listed=listed))
        start, end = cluster[0].start, max(f.end for f in cluster)
        operator = _operator(profile, chief)
        merged = Finding(unit.unit_id, start, end, chief.entity, chief.score, chief.recognizer)
        value = ""
        if operator is Operator.PSEUDONYMIZE:
            named = unit.text[chief.start : chief.end]
            value = token(key, chief.entity, aliases.canonical(chief.entity, named))
        yield Decision(merged, operator, unit.text[start:end], value)


def _clusters(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    """Groups of findings that overlap, directly or through others; neighbours stay apart."""
    cluster: list[Finding] = []
    reach = 0
    for finding in sorted(findings, key=lambda f: (f.start, f.end, f.entity)):
        if cluster and finding.start >= reach:
            yield cluster
            cluster = []
        reach = max(reach, finding.end) if cluster else finding.end
        cluster.append(finding)
    if cluster:
        yield cluster


def _operator(profile: RedactionProfile, finding: Finding) -> Operator:
    rule = profile.entities.get(finding.entity)
    return rule.operator if rule else Operator.KEEP


def _rank(
    profile: RedactionProfile, finding: Finding, *, listed: bool
) -> tuple[int, bool, int, int, float]:
    """Which finding of a cluster gives it its name: strictest, longest, by kind, surest.

    Where the matter's list names whom the model calls a person, the list is right.
    """
    kind = _PRIORITY.index(finding.entity) if finding.entity in _PRIORITY else -1
    strictness = STRICTNESS.index(_operator(profile, finding))
    guessed = listed and finding.entity in _NAMES
    return (strictness, guessed, finding.start - finding.end, kind, -finding.score)
