"""The reviews that stand in the custody log, and the records of what was decided in them.

    records/reviews/DOC_ID.DIGEST.json

A record is written before the event that names its digest, and is never changed: a later review is
another file. Whoever changes one makes it one that the log does not name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from handoff.errors import (
    BlockedError,
    ReviewChangedError,
    ReviewRejectedError,
    ReviewRequiredError,
    ReviewStaleError,
)
from handoff.model import CustodyEvent, Held, Release
from handoff.pipeline.decisions import Added, Decisions
from handoff.pipeline.records import write_private
from handoff.sealing.files import translated

DIGEST, SOURCE = "review", "source"
"""The names of digests in events: of the decisions, and, keyed, of the original."""
WRONG_VENDOR = "wrong-vendor"
REASONS = ("privileged", "not-relevant", "cannot-be-redacted", WRONG_VENDOR, "wrong-matter")
"""Why a reviewer may reject; words of one's own could be somebody's name."""
_STAYS = "a reviewer decided that this document stays here"
KINDS = REVIEWED, APPROVED, REJECTED = (
    "document.reviewed", "document.approved", "document.rejected"
)  # fmt: skip
REVIEWABLE = frozenset(
    cls.code
    for cls in (
        ReviewRequiredError, ReviewStaleError, ReviewChangedError, ReviewRejectedError, BlockedError
    )
)  # fmt: skip
"""What holds a document until a person has decided."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What people decided about one document, as the log has it: the latest of each."""

    reviewed: CustodyEvent | None = None
    approved: CustodyEvent | None = None
    rejected: CustodyEvent | None = None

    def after(self, event: CustodyEvent) -> Standing:
        """The standing once `event` has happened: a new review begins anew."""
        if event.kind == REVIEWED:
            return Standing(reviewed=event)
        if event.kind == REJECTED:
            return Standing(rejected=event)
        return Standing(self.reviewed, event, None)


def may_decide(release: Release, account: str) -> bool:
    """Whether the policy lets `account` decide; one that names no approvers lets everybody."""
    return not release.approvers or account in release.approvers


class Reviews:
    """Every review that the log knows.

    Args:
        events: those of the kinds REVIEWED, APPROVED and REJECTED, in order.
        vendor: whose deliveries are asked about.
        release: what that vendor's policy asks for now.
    """

    def __init__(self, events: Iterable[CustodyEvent], vendor: str, release: Release) -> None:
        self._vendor = vendor
        self._release = release
        self._standings: dict[str, Standing] = {}
        self._rejected: set[str] = set()
        for event in events:
            self._standings[event.doc_id] = self.standing(event.doc_id).after(event)
            self._follow(event)

    def _follow(self, event: CustodyEvent) -> None:
        """A rejection is of the original: for every vendor, and whatever the profile.

        Only that it was the wrong vendor says nothing of others. It ends with a review for the
        vendor in question.
        """
        source = event.materials.get(SOURCE, "")
        here = event.details.get("vendor") == self._vendor
        if event.kind == REJECTED and (here or event.details.get("code") != WRONG_VENDOR):
            self._rejected.add(source)
        elif event.kind == REVIEWED and here:
            self._rejected.discard(source)

    def rejects(self, source: str) -> bool:
        """Whether a reviewer decided that the original of this keyed digest stays here."""
        return bool(source) and source in self._rejected

    def standing(self, doc_id: str) -> Standing:
        """What was decided about the document."""
        return self._standings.get(doc_id, Standing())

    def released(self, doc_id: str) -> CustodyEvent | None:
        """The event that released the document under the policy, None if it is not released.

        Where two must agree, that is the approval of somebody else than the reviewer, of the very
        decisions that were taken.
        """
        standing = self.standing(doc_id)
        reviewed, approved = standing.reviewed, standing.approved
        if reviewed is None or not may_decide(self._release, reviewed.actor):
            return None
        if not self._release.two_person:
            return approved or reviewed
        if approved is None or not may_decide(self._release, approved.actor):
            return None
        agreed = approved.products.get(DIGEST) == reviewed.products.get(DIGEST)
        return approved if agreed and approved.actor != reviewed.actor else None

    def decisions(self, records: Path, doc_id: str, source: str) -> Decisions | None:
        """What was decided about the document, None if it is not released.

        Raises:
            ReviewRejectedError: it stays here.
            ReviewChangedError: the record is gone, or not the one that the log names.
        """
        if self.rejects(source):
            raise ReviewRejectedError(_STAYS)
        if self.released(doc_id) is None:
            return None
        return load(records, doc_id, decided(self.standing(doc_id)))

    def reopens(self, held: CustodyEvent, policy_sha256: str) -> bool:
        """Whether what a finished batch held is to be looked at again.

        So it is once it was released after that, and where it waited under another policy; not
        while it is rejected.
        """
        code = held.details["code"]
        if code not in REVIEWABLE or self.standing(held.doc_id).rejected is not None:
            return False
        released = self.released(held.doc_id)
        if released is not None:
            return released.index > held.index
        return code == ReviewRequiredError.code and held.policy_sha256 != policy_sha256

    def told(self, held: Held) -> Held:
        """`held`, and where a reviewer has rejected the document meanwhile, that."""
        if held.code not in REVIEWABLE or self.standing(held.doc_id).rejected is None:
            return held
        error = ReviewRejectedError(_STAYS)
        return Held(held.doc_id, error.code, _STAYS, error.hint, (), held.control_number)


def decided(standing: Standing) -> str:
    """The SHA-256 of the decisions that the last review took, "" where there is none."""
    digest = standing.reviewed.products[DIGEST] if standing.reviewed else ""
    return digest.removeprefix("sha256:")


def keep(records: Path, decisions: Decisions) -> str:
    """Write the decisions durably; return their SHA-256, which the event must name.

    Raises:
        DiskFullError, PermissionsError: they cannot be written.
    """
    content = decisions.encode()
    digest = hashlib.sha256(content).hexdigest()
    path = _path(records, decisions.doc_id, digest)
    with translated("the record of a review"):
        path.parent.mkdir(mode=0o700, exist_ok=True)
    write_private(path, content)
    return digest


def load(records: Path, doc_id: str, digest: str) -> Decisions:
    """The decisions about a document whose digest the log names.

    Raises:
        ReviewChangedError: they are not there, or have another digest.
    """
    try:
        content = _path(records, doc_id, digest).read_bytes()
    except OSError:
        raise ReviewChangedError("the record of the review is gone") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise ReviewChangedError("the record of the review was changed")
    fields = json.loads(content)
    if fields["doc_id"] != doc_id:
        raise ReviewChangedError("the record of the review is of another document")
    return Decisions(
        doc_id,
        fields["reading"],
        fields["findings"],
        frozenset(fields["dropped"]),
        tuple(Added(**place) for place in fields["added"]),
    )


def _path(records: Path, doc_id: str, digest: str) -> Path:
    return records / "reviews" / f"{doc_id}.{digest[:16]}.json"
