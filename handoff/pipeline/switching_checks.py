"""May these documents, as they were redacted, go to the other vendor? Before one is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from handoff.errors import MediaTypeError, ProfileDiffersError, UnknownReferenceError
from handoff.model import VendorPolicy
from handoff.pipeline import ids
from handoff.pipeline.resealing_run import Sealer
from handoff.pipeline.resealing_state import OpenBatch
from handoff.policy.matters import with_matter
from handoff.policy.preflight import require_matter, require_within_limits


def require_allowed(
    sealer: Sealer, former: VendorPolicy, batches: Sequence[OpenBatch], matter: Path | None
) -> None:
    """Do nothing, or raise, for all `batches` together; `former` is the policy they went by.

    Raises:
        ProfileDiffersError: a batch was redacted by another profile or another matter's list, or
            the other vendor's policy asks for a review that the former one's did not.
        MatterNotAllowedError, BatchLimitError, MediaTypeError: the policy does not allow them.
        UnknownReferenceError: nothing is open of a batch.
    """
    policy = sealer.run.policy
    require_matter(policy, matter.stem if matter else "")
    for batch in batches:
        if not batch.doc_ids:
            raise UnknownReferenceError("nothing is open of a batch that was named")
        _require_form(sealer, batch, matter)
    if policy.release.review != "none" and policy.release != former.release:
        raise ProfileDiffersError(
            f"the policy of vendor {policy.name} asks for a review that these documents did not "
            "have",
            "send the originals with `handoff send --vendor`: they wait for their review then",
        )
    entries = [entry for batch in batches for entry in _entries(batch)]
    require_within_limits(policy, len(entries), sum(size for _, size in entries))
    allowed = policy.limits.media_types
    if allowed and any(media_type not in allowed for media_type, _ in entries):
        raise MediaTypeError("the other vendor may not have documents of a type that is among them")


def _entries(batch: OpenBatch) -> list[tuple[str, int]]:
    """Media type and size (bytes, opened) of each open document."""
    numbers = {batch.state.control[doc_id] for doc_id in batch.doc_ids}
    return [
        (entry.media_type, entry.size)
        for entry in batch.manifest.entries
        if entry.control_number in numbers
    ]


def _require_form(sealer: Sealer, batch: OpenBatch, matter: Path | None) -> None:
    """What was redacted under one profile must not go out where another is asked for."""
    run, profile = sealer.run, sealer.run.engine.profile
    if batch.manifest.profile_sha256 != profile.sha256:
        raise ProfileDiffersError(
            f"batch {batch.batch_id} was redacted by another profile than {profile.name} as it is "
            f"now, which vendor {run.policy.name} gets"
        )
    if matter is None:
        return
    wanted = ids.source_digest(run.engine.batch_key, with_matter(profile, matter).matter_sha256)
    [opened] = run.ledger.events(batch_id=batch.batch_id, kinds=["batch.opened"])
    if opened.materials.get("matter") != wanted:
        raise ProfileDiffersError(
            f"batch {batch.batch_id} was redacted by another matter's list, or by an older one"
        )
