"""What a stranger does with a delivered file: look for the secret with every tool at hand.

No module of handoff is used here. A tool that is not installed is left out; `tools` says which are.
"""

from __future__ import annotations

import bz2
import email
import email.policy
import gzip
import io
import lzma
import re
import shutil
import subprocess
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pypdfium2
from pdfminer.high_level import extract_text

_CODECS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")
_TAGS = re.compile(rb"<[^>]*>")
_LOOK_ALIKES = str.maketrans("\u0430\u0435\u043e\u0440\u0441\u0443\u0445", "aeopcyx")
_DPI = 200
_TEXT = ("docx", "odt", "rtf", "doc")
_TABLES = ("xlsx", "ods", "csv")
_SLIDES = ("pptx", "odp")
_ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


def tools() -> list[str]:
    """The tools that search here, by the names under which leaks are told."""
    programs = {"pdftotext": "pdftotext", "qpdf": "qpdf", "tesseract": "OCR of the render"}
    found = ["raw bytes", "unzip and grep", "pdfminer", "pypdfium2"]
    found += [name for program, name in programs.items() if shutil.which(program)]
    return [*found, "LibreOffice"] if shutil.which("soffice") else found


def leaks(content: bytes, words: Sequence[str], *, sight: bool = True) -> set[str]:
    """The tools that find one of `words` in `content`, in any casing, spacing or encoding.

    With `sight`, pages and pictures are rendered and read by optical recognition too.
    """
    found = {"raw bytes"} if _in_bytes(content, words) else set()
    for member in members(content):
        if _in_bytes(member, words) or _in_bytes(_TAGS.sub(b"", member), words):
            found.add("unzip and grep")
        found |= _by_tools(member, words, sight=sight)
    return found | _by_tools(content, words, sight=sight)


def _by_tools(content: bytes, words: Sequence[str], *, sight: bool) -> set[str]:
    if content.startswith(b"%PDF"):
        return {name for name, read in _PDF.items() if _in_text(read(content), words)} | (
            _seen(_pages(content), words) if sight else set()
        )
    if sight and _is_picture(content):
        return _seen(_frames(content), words)
    return set()


def _in_bytes(data: bytes, words: Sequence[str]) -> bool:
    folded = data.lower()
    return any(word.encode(codec) in folded for word in words for codec in _CODECS)


def _in_text(text: str, words: Sequence[str]) -> bool:
    """Whether a word stands in `text`, without regard to blanks, marks and look-alikes."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_LOOK_ALIKES)
    letters = "".join(filter(str.isalnum, plain))
    return any(word in letters for word in words)


def members(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """Everything inside `content`, at any depth: members with their names, parts of mails."""
    for inner in _opened(content) if depth < 5 else ():
        yield inner
        yield from members(inner, depth + 1)


def _opened(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive.comment
            for info in archive.infolist():
                yield b"\n".join((info.filename.encode(), info.comment, info.extra))
                yield archive.read(info)
    elif content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    elif content.startswith(b"BZh"):
        yield bz2.decompress(content)
    elif content.startswith(b"\xfd7zXZ"):
        yield lzma.decompress(content)
    elif content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            for member in tar.getmembers():
                yield f"{member.name} {member.linkname} {member.uname} {member.gname}".encode()
                if (file := tar.extractfile(member)) is not None:
                    yield file.read()
    elif b"MIME-Version" in content[:4096] or content.startswith(b"From "):
        yield from _mail(content)


def _mail(content: bytes) -> Iterator[bytes]:
    for piece in re.split(rb"(?m)^From \S+ .*\n", content):
        for part in email.message_from_bytes(piece, policy=email.policy.default).walk():
            yield "\n".join(f"{name}: {value}" for name, value in part.items()).encode(
                "utf-8", "replace"
            )
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield payload


def _run(*command: str) -> Callable[[bytes], str]:
    def read(content: bytes) -> str:
        if not shutil.which(command[0]):
            return ""
        done = subprocess.run(command, input=content, capture_output=True, check=False)
        return done.stdout.decode("utf-8", "replace")

    return read


def _by_pdfium(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as pdf:
        return "\n".join(page.get_textpage().get_text_range() for page in pdf)


_PDF: dict[str, Callable[[bytes], str]] = {
    "pdftotext": _run("pdftotext", "-", "-"),
    "pdfminer": lambda content: extract_text(io.BytesIO(content)),
    "pypdfium2": _by_pdfium,
    "qpdf": _run("qpdf", "--qdf", "--object-streams=disable", "-", "-"),
}


def _is_picture(content: bytes) -> bool:
    starts = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
    return content.startswith(starts) or content[8:12] == b"WEBP"


def _frames(content: bytes) -> Iterator[bytes]:
    from PIL import Image, ImageSequence

    with Image.open(io.BytesIO(content)) as image:
        for frame in ImageSequence.Iterator(image):
            yield _png(frame)


def _pages(content: bytes) -> Iterator[bytes]:
    with pypdfium2.PdfDocument(content) as pdf:
        for page in pdf:
            yield _png(page.render(scale=_DPI / 72, draw_annots=True).to_pil())


def _png(image: object) -> bytes:
    buffer = io.BytesIO()
    image.convert("L").save(buffer, "PNG")  # type: ignore[attr-defined]
    return buffer.getvalue()


def _seen(pictures: Iterator[bytes], words: Sequence[str]) -> set[str]:
    read = _run("tesseract", "stdin", "stdout")
    return {"OCR of the render"} if any(_in_text(read(one), words) for one in pictures) else set()


def leaks_in_libreoffice(files: Sequence[Path], words: Sequence[str], scratch: Path) -> set[Path]:
    """Those of `files` in which LibreOffice shows one of `words`; converted together, in `scratch`.

    Some of the corpus are packages so bare that LibreOffice does not open them, before or after.
    """
    found: set[Path] = set()
    for kinds, target, extension in (
        (_TEXT, "txt:Text (encoded):UTF8", "txt"),
        (_TABLES, _ALL_SHEETS, "csv"),
        (_SLIDES, "pdf", "pdf"),
    ):
        some = [path for path in files if path.suffix[1:] in kinds]
        out = scratch / extension
        _convert(some, target, out, scratch)
        for path in some:
            shown = list(out.glob(f"{path.stem}.{extension}")) + list(out.glob(f"{path.stem}-*"))
            texts = [one.read_bytes() for one in shown]
            if any(_shown_in(text, words) for text in texts):
                found.add(path)
    return found


def _shown_in(content: bytes, words: Sequence[str]) -> bool:
    if content.startswith(b"%PDF"):
        return _in_text(_by_pdfium(content), words)
    return _in_text(content.decode("utf-8", "replace"), words)


def _convert(files: Sequence[Path], target: str, out: Path, scratch: Path) -> None:
    if not files:
        return
    home = f"-env:UserInstallation={(scratch / 'profile').as_uri()}"
    command = ["soffice", home, "--headless", "--convert-to", target, "--outdir", str(out)]
    subprocess.run([*command, *map(str, files)], capture_output=True, check=False, timeout=1800)
