"""The package of an OpenDocument file (ODF 1.3-2): opened within limits, written anew."""

from __future__ import annotations

import zipfile
from io import BytesIO

from handoff.documents.base import Limits
from handoff.documents.ooxml.archive import peek, read_entries
from handoff.errors import EncryptedError

MEDIA_TYPE = "application/vnd.oasis.opendocument."
_MANIFEST = "META-INF/manifest.xml"
_ENCRYPTED = (b"encryption-data", b"encrypted-package")
_LONGEST_TYPE = 100
_EPOCH = (1980, 1, 1, 0, 0, 0)


def open_package(untrusted: bytes, limits: Limits) -> dict[str, bytes]:
    """The files in it by name; raises EncryptedError, and what `read_entries` raises."""
    files = read_entries(untrusted, limits)
    manifest = files.get(_MANIFEST, b"")
    if any(mark in manifest for mark in _ENCRYPTED) or "encrypted-package" in files:
        raise EncryptedError("the OpenDocument file is protected by a password")
    return files


def declared_type(untrusted: bytes) -> str:
    """The media type that stands in the entry for it, or "".

    It should be the first and stored (ODF 1.3-2, 3.3); whoever zips an unpacked file puts it
    anywhere, and LibreOffice opens that too.
    """
    if untrusted[:4] != b"PK\x03\x04" or b"mimetype" not in untrusted:
        return ""
    return peek(untrusted, "mimetype", _LONGEST_TYPE).decode("ascii", "replace").strip()


def write_package(media_type: str, version: str, files: dict[str, bytes]) -> bytes:
    """A ZIP with the media type first and stored, and a manifest of what is in it.

    Args:
        media_type: the document's.
        version: of OpenDocument, as the content says it; "" where it says none. From 25.2 on
            LibreOffice opens no file whose manifest says another one than its content.
        files: what is in it by name.
    """
    said = f' manifest:version="{version}"' if version else ""
    buffer = BytesIO()
    listed = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{_type(name)}"/>'
        for name in files
    )
    manifest = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest:manifest{said} '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/"{said} manifest:media-type="{media_type}"/>'
        f"{listed}</manifest:manifest>"
    )
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in {
            "mimetype": media_type.encode(),
            **files,
            _MANIFEST: manifest.encode(),
        }.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info.create_system = 0
            archive.writestr(info, content)
    return buffer.getvalue()


def _type(name: str) -> str:
    kinds = {".xml": "text/xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
    return kinds.get(name[name.rfind(".") :], "")
