"""Runs handoff and kills its own process before or after the n-th call of one kind.

usage: die_at.py append|put|checkpoint|write|change N before|after COMMAND...
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

CALL, NUMBER, MOMENT, COMMAND = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
CHANGES = ("delete_object", "put_bucket_policy", "put_object")
seen = 0


def deadly(
    function: Callable[..., Any], counts: Callable[..., bool] = lambda *_: True
) -> Callable[..., Any]:
    """`function`, with the death built in; only the calls that `counts` says are counted."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        global seen
        if not counts(*args):
            return function(*args, **kwargs)
        mine, seen = seen, seen + 1
        if mine == NUMBER and MOMENT == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **kwargs)
        if mine == NUMBER and MOMENT == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapped


def main() -> None:
    from handoff.cli.main import main as run
    from handoff.custody.ledger import SqliteLedger
    from handoff.pipeline import closing, records
    from handoff.storage.client import BucketApi
    from handoff.storage.s3 import S3Store

    if CALL in {"append", "checkpoint"}:
        setattr(SqliteLedger, CALL, deadly(getattr(SqliteLedger, CALL)))
    elif CALL == "put":
        S3Store.put = deadly(S3Store.put)  # type: ignore[method-assign]
    elif CALL == "change":
        BucketApi.call = deadly(  # type: ignore[method-assign]
            BucketApi.call, lambda _, operation, *__: operation in CHANGES
        )
    else:
        mortal = deadly(records.write_private)
        records.write_private = closing.write_private = mortal  # type: ignore[attr-defined]
    run(COMMAND)


if __name__ == "__main__":
    main()
