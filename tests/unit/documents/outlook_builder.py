"""Builds what Outlook writes, from scratch: OLE files ([MS-CFB]) of messages, and TNEF streams."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Storage = Mapping[str, "bytes | Storage"]

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass
class _Entry:
    name: str
    kind: int
    content: bytes = b""
    child: int = _FREE
    right: int = _FREE
    start: int = _END


@dataclass
class _Sectors:
    """Sectors of one size with the chain that leads through them."""

    size: int
    data: bytearray = field(default_factory=bytearray)
    chain: list[int] = field(default_factory=list)

    def add(self, content: bytes) -> int:
        start = len(self.chain)
        count = -(-len(content) // self.size)
        self.chain += [start + n + 1 for n in range(count - 1)] + [_END] * bool(count)
        self.data += content.ljust(count * self.size, b"\0")
        return start if count else _END


def ole(root: Storage) -> bytes:
    """An OLE file with these streams and storages."""
    entries = [_Entry("Root Entry", 5)]
    _fill(entries, 0, root)
    mini, big = _Sectors(_MINI), _Sectors(_SECTOR)
    for entry in entries[1:]:
        if entry.kind == 2:
            entry.start = (mini if len(entry.content) < _CUTOFF else big).add(entry.content)
    entries[0].content = bytes(mini.data)
    entries[0].start = big.add(entries[0].content)
    first_mini_fat = big.add(struct.pack(f"<{len(mini.chain)}L", *mini.chain))
    count_mini_fat = -(-len(mini.chain) * 4 // _SECTOR)
    directory = b"".join(_packed(entry) for entry in entries)
    first_directory = big.add(directory.ljust(-(-len(directory) // _SECTOR) * _SECTOR, b"\0"))
    fat_sectors = 1
    while (len(big.chain) + fat_sectors) * 4 > fat_sectors * _SECTOR:
        fat_sectors += 1
    first_fat = len(big.chain)
    fat = [*big.chain, *[_FAT] * fat_sectors]
    fat += [_FREE] * (fat_sectors * _SECTOR // 4 - len(fat))
    difat = [first_fat + n for n in range(fat_sectors)]
    difat += [_FREE] * (109 - len(difat))
    header = struct.pack(
        "<8s16sHHHHH6s9L109L",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6), 0,
        fat_sectors, first_directory, 0, _CUTOFF, first_mini_fat, count_mini_fat, _END, 0, *difat,
    )  # fmt: skip
    return header + bytes(big.data) + struct.pack(f"<{len(fat)}L", *fat)


def _fill(entries: list[_Entry], parent: int, storage: Storage) -> None:
    """Entries of a storage as a list: every sibling is the right one of the one before."""
    last = -1
    ordered = sorted(storage.items(), key=lambda item: (len(item[0]), item[0].upper()))
    for name, value in ordered:
        index = len(entries)
        entries.append(_Entry(name, 2, value) if isinstance(value, bytes) else _Entry(name, 1))
        if last < 0:
            entries[parent].child = index
        else:
            entries[last].right = index
        last = index
        if not isinstance(value, bytes):
            _fill(entries, index, value)


def _packed(entry: _Entry) -> bytes:
    name = (entry.name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBLLL16sLQQLQ",
        name, len(name), entry.kind, 1, _FREE, entry.right, entry.child, bytes(16), 0, 0, 0,
        entry.start, len(entry.content),
    )  # fmt: skip


def properties(values: Mapping[int, Any], header: int) -> dict[str, bytes]:
    """Streams of properties: texts, bytes and integers by their number."""
    table, streams = bytes(header), {}
    for number, value in values.items():
        if isinstance(value, int):
            table += struct.pack("<HHLQ", 3, number, 6, value)
            continue
        kind = 0x1F if isinstance(value, str) else 0x102
        raw = value.encode("utf-16-le") if isinstance(value, str) else value
        streams[f"__substg1.0_{number:04X}{kind:04X}"] = raw
        table += struct.pack("<HHLLL", kind, number, 6, len(raw), 0)
    return {"__properties_version1.0": table, **streams}


def message(
    values: Mapping[int, Any],
    recipients: Sequence[Mapping[int, Any]] = (),
    attachments: Sequence[Storage] = (),
    more: Storage | None = None,
    header: int = 32,
) -> dict[str, Any]:
    """The storage of a message; `ole` makes a .msg of it."""
    storage: dict[str, Any] = {**properties(values, header), **(more or {})}
    for number, recipient in enumerate(recipients):
        storage[f"__recip_version1.0_#{number:08X}"] = properties(recipient, 8)
    for number, attached in enumerate(attachments):
        storage[f"__attach_version1.0_#{number:08X}"] = attached
    return storage


def attachment(content: bytes, name: str, **more: Any) -> Storage:
    """The storage of an attachment by value."""
    extra = {int(number[1:], 16): value for number, value in more.items()}
    return properties({0x3705: 1, 0x3707: name, 0x3701: content, **extra}, 8)


def embedded(inner: Storage) -> Storage:
    """The storage of an attached message."""
    return {**properties({0x3705: 5, 0x3001: "inner"}, 8), "__substg1.0_3701000D": inner}


def tnef(attributes: Sequence[tuple[int, bytes]]) -> bytes:
    """A TNEF stream of these attributes."""
    made = b"\x78\x9f\x3e\x22\x01\x00"
    for number, data in attributes:
        level = 2 if number in (0x69002, 0x18010, 0x6800F, 0x69005) else 1
        check = sum(data) & 0xFFFF
        made += struct.pack("<BLL", level, number, len(data)) + data + struct.pack("<H", check)
    return made


def tnef_properties(values: Mapping[int, Any], named: Mapping[str, str] | None = None) -> bytes:
    """MAPI properties as TNEF holds them; `named` are named properties with a text."""
    pieces = [_tnef_value(number, b"", value) for number, value in values.items()]
    for number, (name, text) in enumerate((named or {}).items()):
        wide = (name + "\0").encode("utf-16-le")
        head = bytes(16) + struct.pack("<LL", 1, len(wide)) + wide + bytes(-len(wide) % 4)
        pieces.append(_tnef_value(0x8000 + number, head, text))
    return struct.pack("<L", len(pieces)) + b"".join(pieces)


def _tnef_value(number: int, name: bytes, value: Any) -> bytes:
    if isinstance(value, int):
        return struct.pack("<HH", 3, number) + name + struct.pack("<L", value)
    kind = 0x1F if isinstance(value, str) else 0x102
    raw = (value + "\0").encode("utf-16-le") if isinstance(value, str) else value
    padded = raw + bytes(-len(raw) % 4)
    return struct.pack("<HH", kind, number) + name + struct.pack("<LL", 1, len(raw)) + padded


def compressed_rtf(text: bytes) -> bytes:
    """Compressed RTF that copies nothing: a control byte of zeros before every eight letters."""
    body = b"".join(b"\0" + text[n : n + 8] for n in range(0, len(text), 8))
    return struct.pack("<4L", len(body) + 12, len(text), 0x75465A4C, 0) + body
