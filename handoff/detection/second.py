"""The second opinion of strict mode: Rampart, a small model trained on other data than spaCy's.

It reads without regard to case and knows the parts of addresses, which is where the first model is
weak; alone it is weak on prose. So its findings are added to the first's, never taken from them,
and the guards apply to both: a role or a court names nobody, whichever model takes it for a name.

The model (15 MB, ONNX, CC BY 4.0) is run by onnxruntime on one core and never downloads anything.
Its publisher's own code reads the first 100,000 characters of a text only; the windows here are
ours and cover the whole of it, in time linear in the text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from handoff.errors import AssetError

RECOGNIZER = "rampart"

ENTITIES = {
    "GIVEN_NAME": "PERSON",
    "SURNAME": "PERSON",
    "EMAIL": "EMAIL_ADDRESS",
    "PHONE": "PHONE_NUMBER",
    "URL": "URL",
    "TAX_ID": "NATIONAL_ID",
    "GOVERNMENT_ID": "NATIONAL_ID",
    "BANK_ACCOUNT": "ACCOUNT_NUMBER",
    "ROUTING_NUMBER": "ABA_ROUTING_NUMBER",
    "PASSPORT": "PASSPORT_NUMBER",
    "DRIVERS_LICENSE": "DRIVER_LICENSE",
    "BUILDING_NUMBER": "ADDRESS",
    "STREET_NAME": "ADDRESS",
    "SECONDARY_ADDRESS": "ADDRESS",
    "ZIP_CODE": "ADDRESS",
    "CITY": "LOCATION",
    "STATE": "LOCATION",
}
"""The model's labels by the names of our entities."""

_TOKENS = 128
"""Tokens of a window, about 500 characters: the context in which the model finds most."""
_OVERLAP = 24
"""Tokens that two windows share; each token's label is that of the window it lies deeper in."""
_BATCH = 16
_THRESHOLD = 0.5
_JOINTS = " \n\t,.'’-/"
_MAX_JOINT = 2

Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A stretch of a text that the model takes for personal data."""

    start: int
    end: int
    entity: str
    score: float


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens `start` to `end` of text `text`, of which those from `low` to `high` count."""

    text: int
    start: int
    end: int
    low: int
    high: int


@lru_cache(maxsize=1)
def load_second(path: Path) -> SecondOpinion:
    """The model at `path`, loaded once a process.

    Raises:
        AssetError: as `SecondOpinion`.
    """
    return SecondOpinion(path)


class SecondOpinion:
    """The model, its tokenizer and its labels.

    Args:
        path: the model's directory, hash-checked by the caller.

    Raises:
        AssetError: the model is not one that onnxruntime and tokenizers can load.
    """

    def __init__(self, path: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # Documents are spread over processes; a second level of threads would only wait.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # Warnings of the runtime go to stderr as they are; errors are raised.
        options.log_severity_level = 4
        try:
            labels = json.loads((path / "config.json").read_text("utf-8"))["id2label"]
            self._tokenizer: Any = Tokenizer.from_file(str(path / "tokenizer.json"))
            self._session: Any = onnxruntime.InferenceSession(
                str(path / "onnx" / "model_q4.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the libraries' errors have no common class
            raise AssetError("the model of strict mode cannot be loaded") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        names = [labels[str(index)] for index in range(len(labels))]
        self._entities = [ENTITIES.get(name.partition("-")[2], "") for name in names]
        marks = ("[CLS]", "[SEP]", "[PAD]")
        self._marks: list[int] = [self._tokenizer.token_to_id(mark) or 0 for mark in marks]

    def hits(self, texts: Sequence[str]) -> list[list[Hit]]:
        """What the model finds in each of `texts`, in order, as whole words."""
        encoded = [self._tokenizer.encode(text, add_special_tokens=False) for text in texts]
        labels = [[("", 0.0)] * len(each.ids) for each in encoded]
        windows = [w for index, each in enumerate(encoded) for w in _windows(index, len(each.ids))]
        # Windows of like length together: less padding, and the same result.
        windows.sort(key=lambda window: window.end - window.start)
        ids = [each.ids for each in encoded]
        for first in range(0, len(windows), _BATCH):
            batch = windows[first : first + _BATCH]
            logits = self._logits([ids[w.text][w.start : w.end] for w in batch])
            for window, row in zip(batch, logits, strict=True):
                self._label(labels[window.text], window, row)
        return [
            list(_spans(text, each.offsets, label))
            for text, each, label in zip(texts, encoded, labels, strict=True)
        ]

    def _logits(self, rows: Sequence[list[int]]) -> Logits:
        opening, closing, padding = self._marks
        width = max(map(len, rows)) + 2
        ids = np.full((len(rows), width), padding, dtype=np.int64)
        seen = np.zeros((len(rows), width), dtype=np.int64)
        for index, row in enumerate(rows):
            ids[index, : len(row) + 2] = np.array([opening, *row, closing])
            seen[index, : len(row) + 2] = 1
        fed = {"input_ids": ids, "attention_mask": seen, "token_type_ids": np.zeros_like(ids)}
        wanted = {each.name for each in self._session.get_inputs()}
        given = {name: value for name, value in fed.items() if name in wanted}
        logits: Logits = self._session.run(None, given)[0]
        return logits[:, 1:]

    def _label(self, labels: list[tuple[str, float]], window: _Window, row: Logits) -> None:
        raised = np.exp(row - row.max(axis=1, keepdims=True))
        shares = raised / raised.sum(axis=1, keepdims=True)
        best = shares.argmax(axis=1)
        for token in range(window.low, window.high):
            at = token - window.start
            labels[token] = (self._entities[int(best[at])], float(shares[at, best[at]]))


def _windows(text: int, tokens: int) -> Iterator[_Window]:
    step = _TOKENS - _OVERLAP
    for start in range(0, max(tokens - _OVERLAP, 1 if tokens else 0), step):
        end = min(start + _TOKENS, tokens)
        low = start + _OVERLAP // 2 if start else 0
        high = end if end == tokens else end - _OVERLAP // 2
        yield _Window(text, start, end, low, high)


def _spans(
    text: str, offsets: Sequence[tuple[int, int]], labels: Sequence[tuple[str, float]]
) -> Iterator[Hit]:
    """Labelled tokens joined to whole words, and words of one entity to one finding."""
    current: Hit | None = None
    for offset, (entity, score) in zip(offsets, labels, strict=True):
        start, end = _word(text, *offset)
        if not entity or score < _THRESHOLD or start >= end:
            continue
        if current and current.entity == entity and _joined(text, current.end, start):
            current = Hit(current.start, max(end, current.end), entity, max(score, current.score))
            continue
        if current:
            yield current
        current = Hit(start, end, entity, score)
    if current:
        yield current


def _word(text: str, start: int, end: int) -> tuple[int, int]:
    """The range made longer by letters and digits at its edges, no further than fifty."""
    first, last = max(0, start - 50), min(len(text), end + 50)
    while start > first and text[start - 1].isalnum():
        start -= 1
    while end < last and text[end].isalnum():
        end += 1
    return start, end


def _joined(text: str, end: int, start: int) -> bool:
    gap = text[end:start]
    return len(gap) <= _MAX_JOINT and all(char in _JOINTS for char in gap)
