"""Changes to the keys in a vendor's policy file that leave the rest of it as it stands. No I/O.

Comments, order and spelling stay: reviewers see in a diff what was changed and nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from handoff.errors import ConfigError, UnknownKeyError
from handoff.policy.vendors import VendorSchema
from handoff.policy.yamlfile import validate

Section = Literal["recipients", "signers"]
WIDTH = 10_000


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def add_key(path: Path, text: bytes, section: Section, key: str, **facts: str | date) -> bytes:
    """`text` with another key in `section`; facts that are "" are left out.

    Raises:
        ConfigError: `text` is no policy, or would not be one then; `path` is for the message.
    """
    tree = _load(path, text)
    entries = tree.get(section)
    said = {name: fact for name, fact in facts.items() if fact != ""}
    if not entries:
        # A new list, not one on a line of its own brackets: keys are long.
        tree[section] = entries = CommentedSeq()
    entries.append(CommentedMap({"key": key, **said}) if said else key)
    return _dump(path, tree)


def mark_key(path: Path, text: bytes, key: str, facts: Mapping[str, date]) -> bytes:
    """`text` with `facts` (verified, until, revoked) beside every place where `key` stands.

    Raises:
        UnknownKeyError: it stands nowhere.
        ConfigError: as `add_key`.
    """
    tree = _load(path, text)
    places = [
        (entries, number)
        for entries in (tree.get("recipients"), tree.get("signers"))
        for number, entry in enumerate(entries or ())
        if _key_of(entry) == key
    ]
    if not places:
        raise UnknownKeyError("the key does not stand in the vendor's policy")
    for entries, number in places:
        if isinstance(entries[number], str):
            entries[number] = _long_form(entries, number)
        entries[number].update(facts)
    return _dump(path, tree)


def _long_form(entries: CommentedSeq, number: int) -> CommentedMap:
    """`- age1...` as `- key: age1...`; a comment behind it stays behind the key."""
    made = CommentedMap({"key": entries[number]})
    comment = entries.ca.items.pop(number, None)
    if comment and comment[0] is not None:
        made.ca.items["key"] = [None, None, comment[0], None]
    return made


def _key_of(entry: Any) -> str:  # noqa: ANN401 - YAML is whatever the file holds
    return str(entry.get("key", "")) if isinstance(entry, CommentedMap) else str(entry)


def _load(path: Path, text: bytes) -> CommentedMap:
    validate(path, text, VendorSchema)
    tree = _yaml().load(text.decode("utf-8"))
    assert isinstance(tree, CommentedMap)  # noqa: S101 - it has just been validated
    return tree


def _dump(path: Path, tree: CommentedMap) -> bytes:
    out = io.BytesIO()
    try:
        _yaml().dump(tree, out)
    except YAMLError:
        raise ConfigError(f"{path}: cannot be changed by program; change it by hand") from None
    validate(path, out.getvalue(), VendorSchema)
    return out.getvalue()
