"""Read a YAML file strictly, and say where it is wrong: file, line, what was expected.

ruamel.yaml keeps line numbers and refuses duplicate keys; pydantic says which value is wrong;
this module brings the two together.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from handoff.errors import ConfigError

MAX_BYTES = 1_000_000
MAX_NODES = 200_000

Location = tuple[int | str, ...]


class StrictModel(BaseModel):
    """Base of every schema: unknown keys are errors and nothing is converted behind one's back."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


SchemaT = TypeVar("SchemaT", bound=StrictModel)


def load(path: Path, schema: type[SchemaT]) -> tuple[SchemaT, str]:
    """Read `path`, validate it against `schema`; return it and the hex SHA-256 of its bytes.

    Raises:
        ConfigError: with `file:line: key: what was expected` for every mistake found.
    """
    return validate(path, _read(path), schema)


def validate(path: Path, data: bytes, schema: type[SchemaT]) -> tuple[SchemaT, str]:
    """As `load`, of bytes that stand, or shall stand, in the file at `path`."""
    tree = _parse(path, data)
    try:
        return schema.model_validate(_plain(path, tree)), hashlib.sha256(data).hexdigest()
    except ValidationError as error:
        mistakes = [_explain(path, tree, schema, mistake) for mistake in error.errors()]
        raise ConfigError("; ".join(dict.fromkeys(mistakes))) from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{path}: larger than {MAX_BYTES} bytes, so it cannot be one of ours")
    return data


def _parse(path: Path, data: bytes) -> CommentedMap:
    try:
        tree = YAML(typ="rt").load(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = (error.problem or "is not YAML").splitlines()[0]
        raise ConfigError(f"{path}:{line}: {problem}") from None
    except (YAMLError, ValueError, RecursionError):
        raise ConfigError(f"{path}: is not YAML that can be read") from None
    if tree is None:
        # Nothing but comments: every key is left out.
        return CommentedMap()
    if not isinstance(tree, CommentedMap):
        raise ConfigError(f"{path}:1: expected `key: value` lines at the top")
    return tree


def _plain(path: Path, tree: CommentedMap) -> Any:  # noqa: ANN401 - YAML is whatever the file holds
    """Strip ruamel's bookkeeping, so that pydantic sees plain dicts, lists and scalars.

    Aliases are written out here, and a few lines of them can stand for more than there is memory.
    """
    nodes = 0

    def plain(node: object) -> Any:  # noqa: ANN401 - see above
        nonlocal nodes
        nodes += 1
        if nodes > MAX_NODES:
            raise ConfigError(f"{path}: its aliases stand for more than {MAX_NODES} values")
        if isinstance(node, Mapping):
            return {str(key): plain(value) for key, value in node.items()}
        if isinstance(node, str):
            return str(node)
        if isinstance(node, Sequence):
            return [plain(value) for value in node]
        return node

    try:
        return plain(tree)
    except RecursionError:
        raise ConfigError(f"{path}: is nested too deeply, or in itself") from None


def _explain(path: Path, tree: CommentedMap, schema: type[BaseModel], mistake: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    location = _existing(tree, tuple(mistake["loc"]))
    key = ".".join(str(part) for part in location) or "file"
    text = f"{path}:{_line(tree, location)}: {key}: {_expected(mistake)}"
    if mistake["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(location[-1]), _names(schema, location[:-1]), n=1)
        text += f", did you mean `{close[0]}`?" if close else ""
    return text


def _existing(tree: CommentedMap, location: Location) -> Location:
    """`location` without what lies below a plain value: a short form has no keys of its own."""
    node: object = tree
    for depth, part in enumerate(location):
        if not isinstance(node, Mapping | list):
            return location[:depth]
        inside = part in node if isinstance(node, Mapping) else isinstance(part, int)
        if not inside:
            return location
        node = node[part]  # type: ignore[index]
    return location


def _expected(mistake: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    if mistake["type"] == "extra_forbidden":
        return "unknown key"
    if mistake["type"] == "missing":
        return "this key is required"
    message: str = mistake["msg"]
    return message.removeprefix("Value error, ").removeprefix("Input ")


def _line(tree: CommentedMap, location: Location) -> int:
    """The line of the deepest part of `location` that the file has; keys win over their values."""
    node: object = tree
    line = 1
    for part in location:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0] + 1
            node = node[part]
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
            node = node[part]
        else:
            break
    return line


def _names(schema: type[BaseModel], location: Location) -> list[str]:
    """The keys that `schema` knows at `location`."""
    current: type[BaseModel] | None = schema
    for part in location:
        if isinstance(part, str):
            field = current.model_fields.get(part) if current else None
            current = _model_in(field.annotation) if field else None
    return list(current.model_fields) if current else []


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The schema that `annotation` stands for, be it optional or the kind of a list's entries."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
