"""botocore's descriptions of AWS's services, parsed once a process and not once a session.

Every client that handoff makes comes from a session of its own, and most of what that takes is
reading the same JSON files again.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session


def read_once() -> None:
    """From now on all sessions of this process share one loader."""
    module: Any = botocore.session
    module.create_loader = cache(module.create_loader)


def read_ahead() -> None:
    """Read now what a client for S3 will ask for."""
    botocore.session.Session().create_client("s3", region_name="us-east-1")
