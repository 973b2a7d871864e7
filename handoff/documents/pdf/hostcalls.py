"""What the sandboxed engine may ask of its host: memory, a clock that stands still, nothing else.

The wasm module was linked by Emscripten and imports 37 functions. Those that would reach a file
system answer "no such call" or "bad descriptor"; nothing here opens, reads or writes anything
outside the module's own memory.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import wasmtime

# Negative errno as Emscripten's system calls return it, and WASI's own numbering.
_ENOENT = -44
_WASI_EBADF = 8
_PAGE = 65_536


class EngineAbortError(Exception):
    """The engine gave up by itself: a failed assertion or abort()."""


class _LongJumpError(Exception):
    """longjmp() inside the module, on its way to the `invoke_*` that caught setjmp()."""


class HostCalls:
    """The import object of one instance; `attach` must be called right after instantiation."""

    def __init__(self, store: wasmtime.Store) -> None:
        self._store = store
        self._exports: Any = None
        self._memory: Any = None
        self._table: Any = None
        self.memory_refused = False
        """Whether the module ever asked for memory in vain."""

    def attach(self, exports: Any) -> None:  # noqa: ANN401 - wasmtime's own untyped mapping
        """Give the host functions the instance they serve."""
        self._exports = exports
        self._memory = exports["memory"]
        self._table = exports["__indirect_function_table"]

    def functions(self, module: wasmtime.Module, copy: wasmtime.Func) -> list[wasmtime.Func]:
        """The functions `module` imports, in its order; `copy` is memcpy()."""
        return [
            copy
            if entry.name == "_emscripten_memcpy_js"
            else wasmtime.Func(
                self._store, entry.type, self._implementation(entry.name or "", entry.type)
            )
            for entry in module.imports
            if isinstance(entry.type, wasmtime.FuncType)
        ]

    def _implementation(self, name: str, ftype: Any) -> Callable[..., Any]:  # noqa: ANN401
        if name.startswith("invoke_"):
            returns = bool(ftype.results)
            return lambda *args: self._invoke(args, returns=returns)
        known: dict[str, Callable[..., Any]] = {
            "_emscripten_throw_longjmp": self._throw_longjmp,
            "emscripten_resize_heap": self._resize_heap,
            # A constant: the same document then gives the same bytes, and no timing leaks in.
            "emscripten_date_now": lambda: 0.0,
            "environ_sizes_get": self._empty_environment,
            "fd_write": self._discard_write,
            "_abort_js": _abort,
            "__assert_fail": _abort,
        }
        if name in known:
            return known[name]
        return _refusal(name, returns=bool(ftype.results))

    def _invoke(self, args: tuple[int, ...], *, returns: bool) -> int | None:
        """Emscripten's invoke_*: call through the table, catching longjmp()."""
        stack = self._exports["emscripten_stack_get_current"](self._store)
        try:
            result: int | None = self._table.get(self._store, args[0])(self._store, *args[1:])
        except _LongJumpError:
            self._exports["_emscripten_stack_restore"](self._store, stack)
            self._exports["setThrew"](self._store, 1, 0)
            return 0 if returns else None
        return result

    def _throw_longjmp(self) -> None:
        raise _LongJumpError

    def _resize_heap(self, requested: int) -> int:
        """Grow the memory to `requested` bytes; 0 tells malloc() that there is no more."""
        size = self._memory.data_len(self._store)
        wanted = requested & 0xFFFF_FFFF
        for target in (max(wanted, size + size // 5), wanted):
            try:
                self._memory.grow(self._store, -(-(target - size) // _PAGE))
            except wasmtime.WasmtimeError:
                continue
            return 1
        self.memory_refused = True
        return 0

    def _empty_environment(self, count_at: int, size_at: int) -> int:
        for address in (count_at, size_at):
            self._memory.write(self._store, bytes(4), address)
        return 0

    def _discard_write(self, _descriptor: int, vectors: int, count: int, written_at: int) -> int:
        """Swallow what the module prints: it could quote the document."""
        table = bytes(self._memory.read(self._store, vectors, vectors + 8 * count))
        total = sum(length for _, length in struct.iter_unpack("<II", table))
        self._memory.write(self._store, struct.pack("<I", total & 0xFFFF_FFFF), written_at)
        return 0


def _abort(*_args: int) -> None:
    raise EngineAbortError


def _refusal(name: str, *, returns: bool) -> Callable[..., Any]:
    if not returns:
        return lambda *_args: None
    if name.startswith("__syscall"):
        return lambda *_args: _ENOENT
    return lambda *_args: _WASI_EBADF if name.startswith("fd_") else 0
