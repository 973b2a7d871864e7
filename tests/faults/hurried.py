"""Runs handoff with a store that gives up sooner: the minutes of a real outage in seconds.

usage: hurried.py COMMAND...
"""

from __future__ import annotations

import sys


def main() -> None:
    from handoff.cli.main import main as run
    from handoff.storage.client import Transfer
    from handoff.storage.s3 import S3Store

    hurried = Transfer(attempts=2, connect_timeout=2, read_timeout=2)
    assert S3Store.__init__.__kwdefaults__
    S3Store.__init__.__kwdefaults__["transfer"] = hurried
    run(sys.argv[1:])


if __name__ == "__main__":
    main()
