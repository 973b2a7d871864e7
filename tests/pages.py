"""The pages of documentation, taken apart: what the tests of docs hold against the code."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = ROOT / "docs" / "documents.md"
FORMATS = ROOT / "docs" / "formats.md"
OPERATIONS = ROOT / "docs" / "operations.md"
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")]
)
OPERATORS = re.compile(r"[();<>|&]+")


def names(pages: list[Path]) -> list[str]:
    return [page.relative_to(ROOT).as_posix() for page in pages]


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language, without their fences."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def commands_shown(page: Path) -> Iterator[list[str]]:
    """The arguments of every `handoff` in a console block, pipes and substitutions taken apart."""
    for block in blocks(page.read_text(), "console"):
        for line in block.splitlines():
            assert line.startswith(("$ ", "# ")), line
            lexer = shlex.shlex(line[2:], posix=True, punctuation_chars=True)
            lexer.commenters, lexer.whitespace_split = "", True
            found: list[str] | None = None
            first = True
            for token in lexer:
                if OPERATORS.fullmatch(token):
                    if found is not None:
                        yield found
                    found, first = None, True
                elif found is not None:
                    found.append(token)
                elif first and (token == "handoff" or token.endswith("/bin/handoff")):
                    found = []
                else:
                    first = first and "=" in token
            if found is not None:
                yield found


def section(page: Path, title: str) -> str:
    """The text under a heading of the second level."""
    return page.read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]
