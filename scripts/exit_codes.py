"""The README's table of exit codes, generated from the error classes.

`python scripts/exit_codes.py` writes it between the markers in README.md; `--check` only says
whether it is up to date, and exits 1 if it is not.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from handoff.errors import HandoffError, all_errors

BEGIN = "<!-- exit-codes:begin -->"
END = "<!-- exit-codes:end -->"
README = Path(__file__).parents[1] / "README.md"

NOT_ERRORS = (
    (0, "", "Everything was delivered, now or by an earlier run", ""),
    (1, "", "A bug of ours", "report it; the traceback holds no document text"),
    (3, "", "The batch is finished, but some documents were held back", "see the closing table"),
)
"""Endings that no error class stands for: exit code, code, meaning, what to do."""


def table() -> str:
    """The table in Markdown, by exit code."""
    rows = [*NOT_ERRORS, *(_row(error) for error in all_errors() if error is not HandoffError)]
    lines = ["| exit | code | what happened | what to do |", "|---|---|---|---|"]
    for exit_code, code, meaning, hint in sorted(rows):
        lines.append(f"| {exit_code} | {f'`{code}`' if code else ''} | {meaning} | {hint} |")
    lines.append("| 128+N | | Ended by signal N | run the same command again: it goes on |")
    return "\n".join(lines)


def _row(error: type[HandoffError]) -> tuple[int, str, str, str]:
    """One class as a row: its docstring's first paragraph is the meaning."""
    meaning = " ".join((error.__doc__ or "").split("\n\n")[0].split()).rstrip(".")
    return (
        error.exit_code,
        error.code,
        meaning.replace("|", r"\|"),
        error.hint.replace("|", r"\|"),
    )


def with_table(readme: str) -> str:
    """`readme` with the table between its markers made anew; raises ValueError without markers."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        message = f"README.md holds no {BEGIN} ... {END}"
        raise ValueError(message)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> int:
    """Write or check the table; 1 if it is out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    old = README.read_text(encoding="utf-8")
    new = with_table(old)
    if check and new != old:
        print("README.md: the table of exit codes is out of date: run python scripts/exit_codes.py")
        return 1
    if not check:
        README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
