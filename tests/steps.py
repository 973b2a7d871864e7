"""Work that is counted, not timed: steps of a pattern, calls of a function.

What a clock says depends on who else uses the machine. A pattern that takes more than linear time
does so because an attempt to match takes more steps in a longer text, and steps can be counted.
"""

from __future__ import annotations

import gc
import importlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

_parser: Any = importlib.import_module("re._parser")
_compiler: Any = importlib.import_module("re._compiler")
_op: Any = importlib.import_module("re._constants")

Then = Callable[[int], int | None]
"""What is to match after this; gives the end of the whole match."""
Part = Callable[[int, Then], int | None]
"""A part of a pattern: where it is tried, and what comes after it."""
DEPTH = 60_000


class TooManyStepsError(AssertionError):
    """An attempt to match took more steps than it may."""


def calls(function: Callable[[], object]) -> int:
    """How many functions, Python's and C's, are called while `function` runs."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before, collects = sys.getprofile(), gc.isenabled()
    # A collection of garbage calls whoever asked to be told of it, and comes when it comes.
    gc.disable()
    sys.setprofile(counted)
    try:
        function()
    finally:
        sys.setprofile(before)
        if collects:
            gc.enable()
    return count


def noting(function: Callable[..., Any], notes: list[Any]) -> Callable[..., Any]:
    """`function`, which puts its first argument into `notes` each time."""

    def noted(first: Any, *others: Any, **more: Any) -> Any:
        notes.append(first)
        return function(first, *others, **more)

    return noted


@cache
def stepper(pattern: re.Pattern[str]) -> Stepper:
    """The one of this pattern."""
    return Stepper(pattern)


@contextmanager
def _deep() -> Iterator[None]:
    """Room for a repetition as long as the texts of these tests."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(DEPTH)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class Stepper:
    """Matches as `re` does, by trying the same alternatives in the same order, and counts.

    It is built from what Python's own parser makes of the pattern. `re` leaves out some of the
    steps that are counted here, and takes none that are not.
    """

    def __init__(self, pattern: re.Pattern[str]) -> None:
        parsed = _parser.parse(pattern.pattern, pattern.flags)
        self._state = parsed.state
        self._part = self._sequence(parsed, parsed.state.flags)
        self.steps = 0
        self._text = ""
        self._groups: dict[int, tuple[int, int]] = {}
        self._most = 0

    def match(self, text: str, start: int, most: int) -> int | None:
        """Where the match at `start` ends, if there is one; `steps` says what it took.

        Raises:
            TooManyStepsError: it took more than `most`.
        """
        self.steps, self._most, self._text, self._groups = 0, most, text, {}
        with _deep():
            return self._part(start, lambda end: end)

    def _step(self) -> None:
        self.steps += 1
        if self.steps > self._most:
            raise TooManyStepsError(f"more than {self._most} steps")

    def _sequence(self, nodes: Sequence[Any], flags: int) -> Part:
        parts = [self._node(op, value, flags) for op, value in nodes]

        def match(at: int, then: Then, first: int = 0) -> int | None:
            if first == len(parts):
                return then(at)
            return parts[first](at, lambda end: match(end, then, first + 1))

        return parts[0] if len(parts) == 1 else match

    def _node(self, op: Any, value: Any, flags: int) -> Part:
        if op in {_op.LITERAL, _op.NOT_LITERAL, _op.ANY, _op.IN}:
            return self._character(self._one(op, value, flags))
        made: dict[Any, Callable[[Any, int], Part]] = {
            _op.AT: lambda v, f: self._place(_compiled(self._state, op, v, f)),
            _op.BRANCH: self._branch,
            _op.SUBPATTERN: self._group,
            _op.MAX_REPEAT: lambda v, f: self._repeat(v, f, greedy=True),
            _op.MIN_REPEAT: lambda v, f: self._repeat(v, f, greedy=False),
            _op.POSSESSIVE_REPEAT: lambda v, f: self._atomic(self._repeat(v, f, greedy=True)),
            _op.ATOMIC_GROUP: lambda v, f: self._atomic(self._sequence(v, f)),
            _op.ASSERT: lambda v, f: self._look(v, f, wanted=True),
            _op.ASSERT_NOT: lambda v, f: self._look(v, f, wanted=False),
            _op.GROUPREF: lambda v, f: self._reference(v),
            _op.GROUPREF_EXISTS: self._conditional,
        }
        return made[op](value, flags)

    def _one(self, op: Any, value: Any, flags: int) -> Callable[[str], bool]:
        compiled = _compiled(self._state, op, value, flags)
        return cache(lambda character: compiled.match(character) is not None)

    def _character(self, fits: Callable[[str], bool]) -> Part:
        def match(at: int, then: Then) -> int | None:
            self._step()
            return then(at + 1) if at < len(self._text) and fits(self._text[at]) else None

        return match

    def _place(self, compiled: re.Pattern[str]) -> Part:
        def match(at: int, then: Then) -> int | None:
            self._step()
            return then(at) if compiled.match(self._text, at) else None

        return match

    def _branch(self, value: Any, flags: int) -> Part:
        choices = [self._sequence(each, flags) for each in value[1]]

        def match(at: int, then: Then) -> int | None:
            for choice in choices:
                self._step()
                if (end := choice(at, then)) is not None:
                    return end
            return None

        return match

    def _group(self, value: Any, flags: int) -> Part:
        number, added, removed, nodes = value
        inner = self._sequence(nodes, (flags | added) & ~removed)
        if number is None:
            return inner

        def match(at: int, then: Then) -> int | None:
            def closed(end: int) -> int | None:
                before = self._groups.get(number)
                self._groups[number] = (at, end)
                if (whole := then(end)) is None:
                    self._groups.pop(number)
                    self._groups |= {} if before is None else {number: before}
                return whole

            return inner(at, closed)

        return match

    def _repeat(self, value: Any, flags: int, *, greedy: bool) -> Part:
        least, most, nodes = value
        most = sys.maxsize if most is _op.MAXREPEAT else most
        [(op, inner), *more] = nodes
        if not more and op in {_op.LITERAL, _op.NOT_LITERAL, _op.ANY, _op.IN}:
            return self._run(self._one(op, inner, flags), (least, most), greedy=greedy)
        part = self._sequence(nodes, flags)

        def match(at: int, then: Then, count: int = 0) -> int | None:
            self._step()

            def again() -> int | None:
                if count == most:
                    return None
                # What matched nothing is not tried again.
                return part(
                    at,
                    lambda end: match(end, then, count + 1) if end != at or count < least else None,
                )

            def enough() -> int | None:
                return then(at) if count >= least else None

            for way in (again, enough) if greedy else (enough, again):
                if (end := way()) is not None:
                    return end
            return None

        return match

    def _run(self, fits: Callable[[str], bool], bounds: tuple[int, int], *, greedy: bool) -> Part:
        """A character repeated, without a call for each."""
        least, most = bounds

        def match(at: int, then: Then) -> int | None:
            text, longest = self._text, min(most, len(self._text) - at)
            count = 0
            while greedy and count < longest and fits(text[at + count]):
                self._step()
                count += 1
            while greedy and count >= least:
                self._step()
                if (end := then(at + count)) is not None:
                    return end
                count -= 1
            while not greedy and count <= longest:
                self._step()
                if count >= least and (end := then(at + count)) is not None:
                    return end
                if count == longest or not fits(text[at + count]):
                    return None
                count += 1
            return None

        return match

    def _atomic(self, part: Part) -> Part:
        def match(at: int, then: Then) -> int | None:
            end = part(at, lambda end: end)
            return None if end is None else then(end)

        return match

    def _look(self, value: Any, flags: int, *, wanted: bool) -> Part:
        direction, nodes = value
        part, width = self._sequence(nodes, flags), nodes.getwidth()[0] if direction < 0 else 0

        def match(at: int, then: Then) -> int | None:
            self._step()
            found = at >= width and part(at - width, lambda end: end) is not None
            return then(at) if found is wanted else None

        return match

    def _reference(self, number: int) -> Part:
        def match(at: int, then: Then) -> int | None:
            self._step()
            if number not in self._groups:
                return None
            said = self._text[slice(*self._groups[number])]
            return then(at + len(said)) if self._text.startswith(said, at) else None

        return match

    def _conditional(self, value: Any, flags: int) -> Part:
        number, yes, no = value
        parts = self._sequence(yes, flags), self._sequence(no or [], flags)

        def match(at: int, then: Then) -> int | None:
            return parts[number not in self._groups](at, then)

        return match


def _compiled(state: Any, op: Any, value: Any, flags: int) -> re.Pattern[str]:
    """Python's own pattern for one node."""
    return _compiler.compile(_parser.SubPattern(state, [(op, value)]), flags)  # type: ignore[no-any-return]
