"""One document, from a vendor's bucket through the firm's recovery key into the spool."""

from __future__ import annotations

import secrets
from pathlib import Path

from handoff.errors import IntegrityError, KeysOfflineError
from handoff.pipeline.batch import BatchState
from handoff.pipeline.resealing_run import Sealer
from handoff.ports import Store
from handoff.sealing.files import replacing, translated
from handoff.sealing.resealing import Resealed, reseal
from handoff.sealing.seal import spool_path

_HINT = "recall this document by its control number, then run the same command again"


def require_identities(sealer: Sealer) -> None:
    """Do nothing, or raise before anything is announced.

    Raises:
        KeysOfflineError: the firm's recovery identity was not given, and is not in the home.
        KeyFileError, PermissionsError: it cannot be used.
    """
    if not sealer.identities:
        raise KeysOfflineError("the firm's recovery keys are not on this machine")


def seal_anew(
    sealer: Sealer, source: Store, state: BatchState, doc_id: str, object_key: str
) -> Resealed:
    """Fetch a delivered document and seal it to the run's recipients, for `object_key`.

    Only ciphertext touches the disk: what was fetched, until it is sealed anew, and the result.

    Args:
        sealer: the recipients, the identities that open the firm's seal, the spool.
        source: where the document lies.
        state: the batch that it was delivered in.
        doc_id: the document.
        object_key: under whose last part the result lies in the spool.

    Raises:
        ObjectMissingError: the object is not there any more.
        IntegrityError: it is not what was delivered, or opens to something else than was sealed.
        IdentityMismatchError, SealedDamagedError: it does not open.
    """
    spool = sealer.run.home.spool
    target = spool_path(spool, object_key)
    fetched = _fetch(spool, source, state, doc_id)
    try:
        made = reseal(fetched, target, sealer.identities, sealer.run.recipients)
    finally:
        fetched.unlink(missing_ok=True)
    if f"sha256:{made.sha256}" != state.redacted[doc_id].products["document"]:
        target.unlink()
        control = state.control[doc_id]
        raise IntegrityError(f"{control} opens to something else than was sealed", _HINT)
    return made


def _fetch(spool: Path, source: Store, state: BatchState, doc_id: str) -> Path:
    """The document's ciphertext, as it lies in the bucket and as the log says, in the spool."""
    event = state.confirmed[doc_id]
    path = spool / f"{secrets.token_hex(16)}.fetched"
    with translated("the spool"), replacing(path) as file:
        receipt = source.get(str(event.details["object_key"]), file)
    if f"sha256:{receipt.sha256}" != event.products["ciphertext"]:
        path.unlink()
        control = state.control[doc_id]
        raise IntegrityError(f"{control} is not in the bucket as it was delivered", _HINT)
    return path
