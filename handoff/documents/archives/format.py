"""Archives as formats: ZIP, 7z, tar and single packed files, all delivered as ZIP.

The archive is made anew from its members as they were delivered. Names, folders, comments, times
and attributes stay here; names are read as text, since they are personal data.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import ClassVar

from handoff.documents.archives.members import Member, numbered
from handoff.documents.archives.reread import reread_archive
from handoff.documents.archives.tars import bzip2_member, gzip_member, tar_members, xz_member
from handoff.documents.archives.zips import zip_members
from handoff.documents.base import Door, Limits
from handoff.documents.invisible import visible
from handoff.documents.ooxml.archive import write_entries
from handoff.errors import DamagedError, DocumentError
from handoff.model import Redaction, TextUnit, UnitKind

_OTHER_ZIPS = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF", "AndroidManifest.xml")
_TAR_MAGIC = slice(257, 262)


class ArchiveFormat:
    """What all archives share; a subclass says how to list the members."""

    name: str
    media_type = "application/zip"
    extension = ".zip"
    readers: tuple[str, str]

    def members(self, untrusted: bytes, limits: Limits) -> Sequence[Member]:
        """The files in the archive; raises `DocumentError`."""
        raise NotImplementedError

    def read(self, untrusted: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Units of every member's name and, through `door`, of every member.

        Raises:
            DocumentError: the archive cannot be listed, or none of its members can be read.
        """
        units: list[TextUnit] = []
        members = self.members(untrusted, door.limits)
        for number, member in numbered(members):
            units += _name_units(number, member)
            units += door.read_part(member.load, _key(number), _place(number))
        _require_something(len(members), door)
        return tuple(units)

    def rewrite(self, untrusted: bytes, redactions: Sequence[Redaction], door: Door) -> bytes:
        """A ZIP of the members as they may go, under neutral names, in the same order."""
        entries: dict[str, bytes] = {}
        members = self.members(untrusted, door.limits)
        for number, member in numbered(members):
            part = door.rewrite_part(member.load, _key(number), _place(number), redactions)
            entries[f"{number:04d}{part.extension}"] = part.content
        _require_something(len(members), door)
        return write_entries(entries)

    def reread(self, produced: bytes, door: Door) -> tuple[TextUnit, ...]:
        """Names and members by our own walk over the ZIP, each member by its own second reader."""
        return tuple(reread_archive(produced, door))


class ZipFormat(ArchiveFormat):
    """ZIP archives that are no other format's container."""

    name = "zip"
    readers = ("zipfile", "zlib")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether these are the bytes of a ZIP archive, and not of a document kept in one."""
        if not untrusted.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return False
        try:
            with zipfile.ZipFile(BytesIO(untrusted)) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError):
            return False
        return not any(name in _OTHER_ZIPS for name in names)

    def members(self, untrusted: bytes, limits: Limits) -> Sequence[Member]:
        """See `zip_members`."""
        return zip_members(untrusted, limits)


class SevenZipFormat(ArchiveFormat):
    """7z archives."""

    name = "7z"
    readers = ("py7zr", "zlib")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the bytes begin with the signature of 7z."""
        return untrusted.startswith(b"7z\xbc\xaf\x27\x1c")

    def members(self, untrusted: bytes, limits: Limits) -> Sequence[Member]:
        """See `sevenzip_members`."""
        from handoff.documents.archives.sevenzips import sevenzip_members

        return sevenzip_members(untrusted, limits)


class TarFormat(ArchiveFormat):
    """tar archives."""

    name = "tar"
    readers = ("tarfile", "zlib")

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the mark of POSIX tar stands where it belongs."""
        return untrusted[_TAR_MAGIC] == b"ustar"

    def members(self, untrusted: bytes, limits: Limits) -> Sequence[Member]:
        """See `tar_members`."""
        return tar_members(untrusted, limits)


class PackedFormat(ArchiveFormat):
    """Single files packed by gzip, bzip2 or xz; a packed tar is an archive inside of it."""

    name = "packed"
    readers = ("zlib+bz2+lzma", "handoff")
    _LISTS: ClassVar[dict[bytes, Callable[[bytes, Limits], list[Member]]]] = {
        b"\x1f\x8b\x08": gzip_member,
        b"BZh": bzip2_member,
        b"\xfd7zXZ\x00": xz_member,
    }

    def recognizes(self, untrusted: bytes) -> bool:
        """Whether the bytes begin with one of the three signatures; text may begin with "BZh"."""
        return untrusted.startswith(tuple(self._LISTS)) and 0 in untrusted[:4096]

    def members(self, untrusted: bytes, limits: Limits) -> Sequence[Member]:
        """The one file inside; DamagedError for bytes of none of the three kinds."""
        for mark, listing in self._LISTS.items():
            if untrusted.startswith(mark):
                return listing(untrusted, limits)
        raise DamagedError("the packed file is damaged")


def _key(number: int) -> str:
    return f"m{number}"


def _place(number: int) -> str:
    return f"member {number}"


def _name_units(number: int, member: Member) -> Iterator[TextUnit]:
    name = visible(member.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    if name.strip():
        yield TextUnit(f"n{number}", UnitKind.NAME, name, f"name of member {number}")


def _require_something(members: int, door: Door) -> None:
    """An archive of nothing but notes is not sent: it is held for its first member's reason."""
    causes = [door.refusal(_key(number)) for number in range(1, members + 1)]
    found = [cause for cause in causes if isinstance(cause, DocumentError)]
    if len(found) == members:
        first = found[0]
        raise type(first)(f"no member can be read; {_place(1)}: {first.message}", first.hint)
