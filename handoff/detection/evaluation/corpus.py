"""Annotated corpora: the formats of the Text Anonymization Benchmark and of presidio-research.

    {"text": "...", "entities": [{"start_offset": 3, "end_offset": 9, "entity_type": "PERSON",
                                  "identifier_type": "DIRECT", "entity_id": "p1"}]}

a document a line, and one array of all documents:

    [{"full_text": "...", "spans": [{"start_position": 3, "end_position": 9,
                                     "entity_type": "PERSON"}]}]

Offsets count characters (Unicode code points) from 0; the end is exclusive. What is malformed is
refused by line or by document, and never quoted: a corpus is a firm's own documents.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from handoff.errors import CorpusError

MASKED = frozenset({"DIRECT", "QUASI"})
"""`identifier_type`s of mentions that are to be masked; the benchmark's NO_MASK is not."""
_KNOWN = MASKED | {"NO_MASK"}


@dataclass(frozen=True, slots=True)
class Mention:
    """One annotated stretch of a document.

    Attributes:
        start: index of its first character.
        end: index after its last.
        kind: what it is ("PERSON"), in the corpus's own words.
        identifier: "DIRECT", "QUASI", or "" where the corpus does not say.
        entity: whom or what it mentions; mentions of one entity share it.
    """

    start: int
    end: int
    kind: str
    identifier: str
    entity: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Annotated:
    """A document of a corpus: its number there (from 1), its text, what is to be masked in it."""

    number: int
    text: str = field(repr=False)
    mentions: tuple[Mention, ...]


def read_corpus(path: Path) -> tuple[Annotated, ...]:
    """Every document of the corpus at `path`; the first character says which format it is in.

    Raises:
        CorpusError: it cannot be read, is malformed, or has no document or no mention to mask.
    """
    try:
        text = path.read_text("utf-8")
    except OSError:
        raise CorpusError("the corpus cannot be read") from None
    except UnicodeDecodeError:
        raise CorpusError("the corpus is not UTF-8 text") from None
    text = text.removeprefix("\ufeff")
    documents = tuple(_presidio(text) if text.lstrip()[:1] == "[" else _benchmark(text))
    if not any(document.mentions for document in documents):
        raise CorpusError("the corpus has no mention that is to be masked")
    return documents


def sample(documents: Sequence[Annotated], limit: int | None, seed: int) -> tuple[Annotated, ...]:
    """`limit` documents drawn by `seed`, in the order of the corpus; all where it is None."""
    if limit is None or limit >= len(documents):
        return tuple(documents)
    chosen = sorted(random.Random(seed).sample(range(len(documents)), limit))  # noqa: S311
    return tuple(documents[index] for index in chosen)


def _benchmark(text: str) -> Iterator[Annotated]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"line {number}"
        entry = _json(line, place)
        yield Annotated(number, *_content(entry, place, "text", "entities", "offset"))


def _presidio(text: str) -> Iterator[Annotated]:
    entries = _json(text, "")
    for number, entry in enumerate(entries, 1):
        place = f"document {number}"
        yield Annotated(number, *_content(entry, place, "full_text", "spans", "position"))


def _json(text: str, place: str) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise CorpusError(f"{place or f'line {error.lineno}'} is not JSON") from None
    except RecursionError:
        raise CorpusError(f"{place or 'the file'} is nested too deeply") from None


def _content(
    entry: object, place: str, text_key: str, spans_key: str, offset: str
) -> tuple[str, tuple[Mention, ...]]:
    """The text and the mentions to mask of one entry, whose offsets are `start_<offset>`."""
    if not isinstance(entry, dict):
        raise CorpusError(f"{place} is no object")
    text, spans = entry.get(text_key), entry.get(spans_key)
    if not isinstance(text, str):
        raise CorpusError(f"{place} has no {text_key}")
    if not isinstance(spans, list):
        raise CorpusError(f"{place} has no list {spans_key}")
    found = []
    for index, span in enumerate(spans, 1):
        mention = _mention(span, text, f"{place}, {spans_key} {index}", offset)
        if mention.identifier != "NO_MASK":
            found.append(mention)
    return text, tuple(found)


def _mention(span: object, text: str, place: str, offset: str) -> Mention:
    if not isinstance(span, dict):
        raise CorpusError(f"{place} is no object")
    start, end = _whole(span.get(f"start_{offset}")), _whole(span.get(f"end_{offset}"))
    if not 0 <= start < end <= len(text):
        raise CorpusError(f"{place}: start_{offset} and end_{offset} are no range of the text")
    kind, identifier = span.get("entity_type"), span.get("identifier_type", "")
    if not isinstance(kind, str) or not kind or len(kind) > 64 or not kind.isprintable():
        raise CorpusError(f"{place} has no entity_type")
    if identifier not in {"", *_KNOWN}:
        raise CorpusError(f"{place}: identifier_type is none of {', '.join(sorted(_KNOWN))}")
    entity = span.get("entity_id", f"{kind}:{text[start:end].casefold()}")
    return Mention(start, end, kind, identifier, str(entity))


def _whole(value: object) -> int:
    """The value where it is a whole number, -1 for everything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
