"""The README's table of exit codes is made from the error classes."""

import pytest

from handoff.errors import HandoffError, all_errors
from scripts import exit_codes


def test_every_error_has_its_row() -> None:
    table = exit_codes.table()
    for error in all_errors():
        if error is not HandoffError:
            assert f"| {error.exit_code} | `{error.code}` |" in table


def test_codes_are_unique_and_every_error_has_a_hint() -> None:
    errors = [error for error in all_errors() if error is not HandoffError]
    assert len({error.code for error in errors}) == len(errors)
    assert not [error.code for error in errors if not error.hint]


def test_the_text_around_the_table_stays() -> None:
    readme = f"before\n{exit_codes.BEGIN}\na stale row\n{exit_codes.END}\nafter\n"
    new = exit_codes.with_table(readme)
    assert new.startswith("before\n")
    assert new.endswith("\nafter\n")
    assert "a stale row" not in new
    assert exit_codes.with_table(new) == new


def test_a_readme_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="exit-codes:begin"):
        exit_codes.with_table("no markers")
