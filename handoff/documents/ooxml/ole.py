"""OLE objects in Office documents: the document inside, where it is one that stands by itself."""

from __future__ import annotations

import io

import olefile

from handoff.errors import DamagedError

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PACKAGE = "Package"


def unwrapped(untrusted: bytes) -> bytes:
    """The Office package inside an OLE object ([MS-OLEDS]), or the bytes as they came.

    Raises:
        DamagedError: the OLE container cannot be read.
    """
    if not untrusted.startswith(_MAGIC):
        return untrusted
    try:
        with olefile.OleFileIO(io.BytesIO(untrusted)) as container:
            if not container.exists(_PACKAGE):
                return untrusted
            # A stream is never longer than the container: olefile reads no sector twice.
            return bytes(container.openstream(_PACKAGE).read())
    except Exception:  # noqa: BLE001 - olefile raises whatever a broken table leads it into
        raise DamagedError("an embedded object is damaged") from None
