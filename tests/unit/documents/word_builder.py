"""A small but complete Word package, and the places in it where a secret can be planted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

W_NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'mc:Ignorable="w14 w15"'
)
OFFICE_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
Parts = dict[str, str | bytes]
Plant = Callable[["Word", str], None]


class Word:
    """A package under construction: body XML, parts, relationships and content types."""

    def __init__(self) -> None:
        self.body = [paragraph("An ordinary first paragraph.")]
        self.parts: Parts = {}
        self.types: dict[str, str] = {}
        self.rels: list[str] = []
        self.root_rels = [relationship("rId1", "officeDocument", "word/document.xml")]
        self.main = WORD + "document.main+xml"
        self.styles = ""
        self.settings = ""

    def add_part(
        self, name: str, kind: str, content: str | bytes, rel_type: str, *, root: bool = False
    ) -> str:
        """Add a part, related to the document (or the package); returns the relationship's id."""
        self.parts[name] = content
        self.types[name] = kind
        rels = self.root_rels if root else self.rels
        rel_id = f"rId{len(rels) + 10}"
        rels.append(relationship(rel_id, rel_type, name if root else "/" + name))
        return rel_id

    def external(self, rel_type: str, target: str) -> str:
        """Add an external relationship of the document; returns its id."""
        rel_id = f"rId{len(self.rels) + 10}"
        self.rels.append(relationship(rel_id, rel_type, target, external=True))
        return rel_id

    def build(self) -> bytes:
        """The package as bytes."""
        self.body.append(paragraph("An ordinary last paragraph."))
        self.add_part("word/styles.xml", WORD + "styles+xml", wrap("styles", self.styles), "styles")
        settings = wrap("settings", self.settings)
        self.add_part("word/settings.xml", WORD + "settings+xml", settings, "settings")
        self.types["word/document.xml"] = self.main
        parts: Parts = {
            "[Content_Types].xml": _types(self.types),
            "_rels/.rels": _rels(self.root_rels),
            "word/document.xml": wrap(
                "document", f"<w:body>{''.join(self.body)}<w:sectPr/></w:body>"
            ),
            "word/_rels/document.xml.rels": _rels(self.rels),
            **self.parts,
        }
        return zipped(parts)


def wrap(tag: str, inner: str) -> str:
    """A part's XML whose root is `w:tag`."""
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{tag} {W_NS}>{inner}</w:{tag}>'


def run(text: str, tag: str = "t") -> str:
    """A run."""
    return f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


def paragraph(*runs: str) -> str:
    """A paragraph of runs; plain text is made a run."""
    inner = "".join(piece if piece.startswith("<") else run(piece) for piece in runs)
    return f"<w:p>{inner}</w:p>"


def relationship(rel_id: str, kind: str, target: str, *, external: bool = False) -> str:
    """A relationship's XML; `kind` is a name under Office's own URI, or a whole URI."""
    uri = kind if ":" in kind else OFFICE_REL + kind
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="{rel_id}" Type="{uri}" Target="{target}"{mode}/>'


def zipped(parts: Parts) -> bytes:
    """A ZIP of `parts` in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _rels(relationships: list[str]) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(relationships)
        + "</Relationships>"
    )


def _types(types: dict[str, str]) -> str:
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in types.items()
    )
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        '<Default Extension="bin" '
        'ContentType="application/vnd.openxmlformats-officedocument.oleObject"/>'
        + overrides
        + "</Types>"
    )
