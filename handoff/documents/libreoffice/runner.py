"""Bytes of one format to bytes of another by LibreOffice, each time in a new jail."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from handoff.documents.libreoffice import jail
from handoff.errors import ConverterMissingError, DamagedError, LimitError


class Format(NamedTuple):
    """A format as LibreOffice knows it: file extension, import filter, export filter."""

    extension: str
    infilter: str
    outfilter: str


WORD = Format("docx", "MS Word 2007 XML", "MS Word 2007 XML")
EXCEL = Format("xlsx", "Calc MS Excel 2007 XML", "Calc MS Excel 2007 XML")
POWERPOINT = Format("pptx", "Impress MS PowerPoint 2007 XML", "Impress MS PowerPoint 2007 XML")
DOC = Format("doc", "MS Word 97", "MS Word 97")
XLS = Format("xls", "MS Excel 97", "MS Excel 97")
PPT = Format("ppt", "MS PowerPoint 97", "MS PowerPoint 97")
RTF = Format("rtf", "Rich Text Format", "Rich Text Format")
ODT = Format("odt", "writer8", "writer8")
ODS = Format("ods", "calc8", "calc8")
ODP = Format("odp", "impress8", "impress8")
WRITER_TEXT = Format("txt", "Text (encoded)", "Text (encoded):UTF8")
CALC_TEXT = Format("csv", "", "Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false")
WRITER_PDF = Format("pdf", "", "writer_pdf_Export")
CALC_PDF = Format("pdf", "", "calc_pdf_Export")
IMPRESS_PDF = Format("pdf", "", "impress_pdf_Export")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one conversion may use."""

    memory_bytes: int = 2_000_000_000
    cpu_seconds: int = 60
    wall_seconds: int = 120
    output_bytes: int = 500_000_000


@cache
def program() -> str | None:
    """Path of soffice.bin, or None where LibreOffice is not installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        return None
    binary = Path(found).resolve().parent / "soffice.bin"
    return str(binary) if binary.is_file() else None


def convert(
    untrusted: bytes, source: Format, target: Format, allowance: Allowance | None = None
) -> bytes:
    """`untrusted`, which is a `source`, as a `target`.

    Raises:
        ConverterMissingError: no LibreOffice here, or nowhere in memory to run it.
        LimitError: it would take more time or give more bytes than `allowance` has.
        DamagedError: LibreOffice makes nothing of it.
    """
    path = program()
    if path is None:
        raise ConverterMissingError("LibreOffice, which opens this type, is not installed")
    allowance = allowance or Allowance()
    status, produced = _Modes.run(path, untrusted, (source, target), allowance)
    if status == 0 and produced:
        return produced
    if status == jail.TOO_LARGE:
        raise LimitError("the document becomes larger than the limit when LibreOffice opens it")
    if status == jail.NO_MEMORY_STORE:
        raise ConverterMissingError("there is no place in memory where LibreOffice could work")
    raise DamagedError("LibreOffice cannot open the document")


def confinement() -> str:
    """How conversions are confined on this machine, in words, for `handoff doctor`.

    Raises:
        ConverterMissingError: nothing can be converted here.
    """
    convert(rb"{\rtf1 handoff}", RTF, WRITER_TEXT)
    if _Modes.namespaces:
        return "own namespaces: no network, no files but its own"
    return "no namespaces here: no network by system call filter, a private directory in /dev/shm"


class _Modes:
    """Namespaces until this machine has said once that it gives none."""

    namespaces = True

    @classmethod
    def run(
        cls, path: str, untrusted: bytes, formats: tuple[Format, Format], allowance: Allowance
    ) -> tuple[int, bytes]:
        if cls.namespaces:
            status, produced = _run(path, untrusted, formats, allowance, namespaces=True)
            if status != jail.NO_NAMESPACES:
                return status, produced
            cls.namespaces = False
        return _run(path, untrusted, formats, allowance, namespaces=False)


def _run(
    path: str,
    untrusted: bytes,
    formats: tuple[Format, Format],
    allowance: Allowance,
    *,
    namespaces: bool,
) -> tuple[int, bytes]:
    source, target = formats
    with _lifeline() as life:
        job = jail.Job(
            path, source.infilter, f"{target.extension}:{target.outfilter}", source.extension,
            target.extension, allowance.memory_bytes, allowance.cpu_seconds,
            allowance.output_bytes, namespaces, life,
        )  # fmt: skip
        command = [sys.executable, "-I", "-m", jail.__name__, json.dumps(asdict(job))]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            pass_fds=(life,),
            start_new_session=True,
        ) as process:
            try:
                produced, _ = process.communicate(untrusted, allowance.wall_seconds)
            except subprocess.TimeoutExpired:
                raise LimitError("LibreOffice takes longer than a document may") from None
            finally:
                # What it started dies with it: the kernel sees to that.
                process.kill()
            return process.returncode, produced


@contextmanager
def _lifeline() -> Iterator[int]:
    """The reading end of a pipe whose other end is closed by our death, however we die."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(writing)
        os.close(reading)
