"""Keys are changed in a policy file, and nothing else of it is."""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path

import pytest

from handoff.errors import ConfigError, UnknownKeyError
from handoff.policy.keyedits import add_key, mark_key

PATH = Path("acme.yaml")
DAY = date(2026, 11, 25)
KEY = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
NEW = "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z"
SHORT = f"""\
# Reviewed by A., do not touch.
name: acme  # as the file
legal_name: 'Acme "Review" Ltd'
agreement: {{reference: MSA-1, expires: 2999-12-31}}

# Keys: compare before entering.
recipients:
  - {KEY}  # the old one
bucket: {{name: acme-out}}
profile: legal-review
control_prefix: ACME
instructions: >-
  First-level review.
  Nothing else.
"""


def changed(before: str, after: bytes) -> list[str]:
    """The lines taken out and put in."""
    lines = difflib.ndiff(before.splitlines(), after.decode().splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_a_key_is_added_under_the_others_and_comments_stay() -> None:
    after = add_key(PATH, SHORT.encode(), "recipients", NEW, holder="B. Rao")
    assert changed(SHORT, after) == [f"+   - key: {NEW}", "+     holder: B. Rao"]


def test_a_first_key_takes_the_place_of_empty_brackets() -> None:
    empty = SHORT.replace(f"recipients:\n  - {KEY}  # the old one", "recipients: []")
    after = add_key(PATH, empty.encode(), "recipients", NEW)
    assert changed(empty, after) == ["- recipients: []", "+ recipients:", f"+   - {NEW}"]


def test_a_section_that_is_not_there_is_made() -> None:
    signer = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJq2 clerk"
    after = add_key(PATH, SHORT.encode(), "signers", signer)
    assert changed(SHORT, after) == ["+ signers:", f"+   - {signer}"]


def test_what_is_said_of_a_key_stands_beside_it() -> None:
    once = mark_key(PATH, SHORT.encode(), KEY, {"verified": DAY})
    assert [line for line in changed(SHORT, once) if line[0] == "+"] == [
        f"+   - key: {KEY} # the old one",
        "+     verified: 2026-11-25",
    ]
    again = mark_key(PATH, once, KEY, {"revoked": DAY})
    assert changed(once.decode(), again) == ["+     revoked: 2026-11-25"]


def test_the_shipped_example_changes_by_the_key_alone() -> None:
    example = Path(__file__).resolve().parents[3] / "policies" / "vendors" / "acme.yaml"
    text = example.read_text()
    after = add_key(example, text.encode(), "recipients", NEW)
    assert changed(text, after) == ["- recipients: []", "+ recipients:", f"+   - {NEW}"]


def test_an_unknown_key_is_not_marked() -> None:
    with pytest.raises(UnknownKeyError):
        mark_key(PATH, SHORT.encode(), NEW, {"verified": DAY})


@pytest.mark.parametrize("text", [b"", b"name: [", SHORT.encode() + b"surplus: 1\n"])
def test_a_file_that_is_no_policy_is_not_touched(text: bytes) -> None:
    with pytest.raises(ConfigError):
        add_key(PATH, text, "recipients", NEW)


def test_a_change_that_would_break_the_policy_is_refused() -> None:
    with pytest.raises(ConfigError, match="twice"):
        add_key(PATH, SHORT.encode(), "recipients", KEY)
