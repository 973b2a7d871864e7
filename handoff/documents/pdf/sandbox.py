"""PDFium as a WebAssembly module: no file system, no network, bounded memory, bounded work.

Whatever a hostile file does to the C++ parser stays inside one instance's memory, and each
document gets a fresh instance, so it cannot wait there for the next one.
"""

from __future__ import annotations

import resource
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import wasmtime

from handoff.documents.pdf import bulk
from handoff.documents.pdf.hostcalls import EngineAbortError, HostCalls
from handoff.documents.pdf.modulecache import is_cached, load_module
from handoff.errors import DamagedError, LimitError

FUEL_BASE = 300_000_000_000
"""Instructions that any document may use: about 15 to 20 s on the machine measured. Counting
instructions, not seconds, makes the verdict on a document the same on a busy machine."""
FUEL_PER_PAGE = 20_000_000_000
_ROOMY_ADDRESS_SPACE = 16 * 2**30
_COMPACT_GROWTH = 64 * 2**20


def _address_space_is_limited() -> bool:
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return soft != resource.RLIM_INFINITY and soft < _ROOMY_ADDRESS_SPACE


class _Modules(NamedTuple):
    """The compiler and what it compiled."""

    engine: wasmtime.Engine
    pdfium: wasmtime.Module
    loops: wasmtime.Module
    relay: wasmtime.Module


@lru_cache(maxsize=2)
def _modules(wasm: Path, *, compact: bool) -> _Modules:
    """Compiled modules, once per process; they hold no state of any document."""
    engine = _engine(compact=compact)
    pdfium = load_module(engine, wasm.read_bytes(), _flavour(compact=compact))
    return _Modules(engine, pdfium, bulk.compile_loops(engine), bulk.compile_relay(engine))


def _engine(*, compact: bool) -> wasmtime.Engine:
    config = wasmtime.Config()
    config.consume_fuel = True
    # The compiler's threads do not survive a fork: a worker forked after this process had compiled
    # would wait for them for ever.
    config.parallel_compilation = False
    if compact:
        # By default 4 GB of addresses are reserved (and never touched), so that bounds need no
        # checks. Under RLIMIT_AS that reservation itself would fail.
        config.memory_reservation = 0
        config.memory_reservation_for_growth = _COMPACT_GROWTH
    return wasmtime.Engine(config)


def _flavour(*, compact: bool) -> str:
    return "compact" if compact else "roomy"


def compile_ahead(wasm: Path, begin: Callable[[], None]) -> None:
    """Compile the engine, or load what was compiled, before there is a document.

    Args:
        wasm: path of pdfium.wasm, already checked against its pin.
        begin: called if it has to be compiled, which takes some seconds.
    """
    compact = _address_space_is_limited()
    if not is_cached(wasm.read_bytes(), _flavour(compact=compact)):
        begin()
    _modules(wasm, compact=compact)


class _Exports(dict[str, Any]):
    """What the engine exports, by name, each wrapped when it is first asked for.

    Wrapping all 630 of them takes longer than reading a page.
    """

    def __init__(self, store: wasmtime.Store, linker: wasmtime.Linker) -> None:
        super().__init__()
        self._store = store
        self._linker = linker

    def __missing__(self, name: str) -> Any:  # noqa: ANN401 - a function, memory or table
        try:
            found = self._linker.get(self._store, bulk.ENGINE, name)
        except wasmtime.WasmtimeError:
            raise KeyError(name) from None
        return self.setdefault(name, found)


class Sandbox:
    """One instance of the engine, for one document.

    Calls raise `LimitError` when memory or work ran out, `DamagedError` when the engine gave up;
    after either the instance must not be used again.

    Args:
        wasm: path of pdfium.wasm, already checked against its pin.
        memory: cap in bytes on everything that the engine may allocate.
    """

    def __init__(self, wasm: Path, memory: int) -> None:
        modules = _modules(wasm, compact=_address_space_is_limited())
        self._store = store = wasmtime.Store(modules.engine)
        store.set_limits(memory_size=memory)
        store.set_fuel(FUEL_BASE)
        self._host = host = HostCalls(store)
        linker = wasmtime.Linker(modules.engine)
        relay: Any = wasmtime.Instance(store, modules.relay, []).exports(store)
        imports = host.functions(modules.pdfium, relay["copy"])
        pdfium = wasmtime.Instance(store, modules.pdfium, imports)
        linker.define_instance(store, bulk.ENGINE, pdfium)
        loops = linker.instantiate(store, modules.loops).exports(store)
        relay["to"].set(store, 0, loops["copy"])
        self._exports = _Exports(store, linker)
        self._exports.update(loops)
        host.attach(self._exports)
        self._memory: Any = self._exports["memory"]
        self._scratch = self._scratch_size = 0
        self.call("__wasm_call_ctors")
        self.call("PDFiumExt_Init")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the instance's memory at once, not when the garbage collector gets to it."""
        self._exports.clear()
        self._store.close()

    def call(self, name: str, *args: float) -> Any:  # noqa: ANN401 - int, float or None
        """Call an exported function of the engine or of the loops."""
        try:
            return self._exports[name](self._store, *args)
        except (wasmtime.WasmtimeError, wasmtime.Trap, EngineAbortError):
            raise self._translate() from None

    def allow_pages(self, count: int) -> None:
        """Grant the work that `count` pages may take, on top of what is left."""
        self._store.set_fuel(self._store.get_fuel() + count * FUEL_PER_PAGE)

    def _translate(self) -> LimitError | DamagedError:
        """Tell exhaustion from damage, by what is left; the trap itself does not say."""
        if self._store.get_fuel() == 0:
            return LimitError("the PDF takes far more work than a document should")
        if self._host.memory_refused:
            return LimitError("the PDF takes more memory than the limit allows")
        return DamagedError("the PDF makes the parser give up")

    def allocate(self, size: int) -> int:
        """Address of `size` fresh bytes inside the instance."""
        address: int = self.call("malloc", max(size, 1)) & 0xFFFF_FFFF
        if address == 0:
            raise LimitError("the PDF takes more memory than the limit allows")
        return address

    def scratch(self, size: int) -> int:
        """Address of `size` bytes that are ours until the next call of `scratch`."""
        if size > self._scratch_size:
            if self._scratch_size:
                self.free(self._scratch)
            self._scratch_size = 0
            self._scratch, self._scratch_size = self.allocate(size), size
        return self._scratch

    def free(self, address: int) -> None:
        """Give back what `allocate` gave."""
        self.call("free", address)

    def write(self, content: bytes) -> int:
        """Copy `content` in; returns its address, to be freed by the caller."""
        address = self.allocate(len(content))
        self.put(address, content)
        return address

    def put(self, address: int, content: bytes) -> None:
        """Copy `content` to where there is room for it."""
        self._memory.write(self._store, content, address)

    def read(self, address: int, size: int) -> bytes:
        """Copy `size` bytes out."""
        start = address & 0xFFFF_FFFF
        return bytes(self._memory.read(self._store, start, start + size))
