"""What docs/formats says about the manifest is what the code reads and writes."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import rfc8785

from handoff.model import Manifest, ManifestEntry
from handoff.sealing import keys, manifest

DOCS = Path(__file__).parents[3] / "docs"


def section(title: str) -> str:
    """A section of docs/formats.md, or of the fragment it is put together from."""
    for path in (DOCS / "formats.md", DOCS / "formats" / "sealing.md"):
        if path.is_file() and f"\n## {title}\n" in "\n" + path.read_text():
            return ("\n" + path.read_text()).partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    raise AssertionError(title)


def first_column(text: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def test_every_field_of_the_manifest_is_described_in_order() -> None:
    top, entries = section("The manifest").split("Each of `entries`:")
    names = [field.name for field in fields(Manifest)]
    assert first_column(top) == ["type", "version", *names]
    assert first_column(entries) == [field.name for field in fields(ManifestEntry)]


def test_the_example_is_a_manifest() -> None:
    match = re.search(r"```json manifest\n(.*?)```", section("The manifest"), re.DOTALL)
    assert match
    canonical = rfc8785.dumps(json.loads(match[1]))
    assert manifest.encode(manifest.decode(canonical)) == canonical


def test_every_key_file_is_described() -> None:
    assert sorted(first_column(section("Key files"))) == sorted(keys.KEY_FILES)
