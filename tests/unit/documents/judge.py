"""How the tests of every format judge: redact each secret wherever `read` shows it, then look."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from handoff.documents.base import DocumentFormat
from handoff.documents.door import HouseDoor
from handoff.model import Finding, Operator, Redaction, TextUnit

TAG = "[X-1]"


def redactions(units: Sequence[TextUnit], secrets: Sequence[str]) -> list[Redaction]:
    """A redaction for each place in `units` where one of `secrets` stands, in any casing."""
    found: list[Redaction] = []
    for unit in units:
        pattern = "|".join(re.escape(secret).replace(r"\ ", r"\s+") for secret in secrets)
        for match in re.finditer(pattern, unit.text, re.IGNORECASE):
            finding = Finding(unit.unit_id, match.start(), match.end(), "PERSON", 1.0, "test")
            found.append(Redaction(finding, Operator.PSEUDONYMIZE, TAG))
    return found


def redact(handler: DocumentFormat, content: bytes, secrets: Sequence[str]) -> bytes:
    """`content` with every secret that its units show redacted."""
    door = HouseDoor()
    units = handler.read(content, door)
    assert len({unit.unit_id for unit in units}) == len(units), "unit ids are unique"
    edits = redactions(units, secrets)
    produced = handler.rewrite(content, edits, door)
    anew = handler.rewrite(content, edits, HouseDoor())
    assert produced == anew, "what was read is rewritten just as what is opened anew"
    return produced


def everything(handler: DocumentFormat, produced: bytes) -> str:
    """All that anybody finds in `produced`: raw, unzipped (also inside), and by the rereader."""
    units = handler.reread(produced, HouseDoor())
    texts = [unit.text for unit in units]
    return "\n".join([*texts, *_raw(produced)]).casefold()


def _raw(produced: bytes) -> list[str]:
    texts = [produced.decode("latin-1"), produced.decode("utf-16-le", "ignore")]
    if produced.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(produced)) as archive:
            for info in archive.infolist():
                texts += [info.filename, *_raw(archive.read(info))]
    return texts


def assert_clean(handler: DocumentFormat, produced: bytes, secrets: Sequence[str]) -> None:
    """None of `secrets` is anywhere in `produced`."""
    seen = everything(handler, produced)
    for secret in secrets:
        assert secret.casefold() not in seen, "a secret survives"


def text_of(units: Sequence[TextUnit]) -> str:
    """The text of all units, one a line."""
    return "\n".join(unit.text for unit in units)


def assert_holds_together(produced: bytes) -> None:
    """Every relationship leads to a part, and every part has its content type."""
    with zipfile.ZipFile(io.BytesIO(produced)) as archive:
        names = set(archive.namelist())
        types = ET.fromstring(archive.read("[Content_Types].xml"))  # noqa: S314 - our own output
        listed = {e.get("PartName", "").lstrip("/") for e in types if e.get("PartName")}
        assert {n for n in names if not n.endswith(".rels")} - {"[Content_Types].xml"} == listed
        for name in names:
            if name.endswith(".rels"):
                folder = posixpath.dirname(posixpath.dirname(name))
                for rel in ET.fromstring(archive.read(name)):  # noqa: S314 - the same
                    target = posixpath.normpath(posixpath.join(folder, rel.get("Target", "")))
                    assert target in names
