"""The engine's walls: memory, work, the cache of its machine code."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import wasmtime

from handoff.documents.pdf import modulecache, sandbox
from handoff.documents.pdf.sandbox import Sandbox
from handoff.errors import DamagedError, LimitError

EMPTY_MODULE = b"\0asm\1\0\0\0"


def test_memory_beyond_the_cap_is_a_limit_error(wasm: Path) -> None:
    with Sandbox(wasm, 100_000_000) as sandbox, pytest.raises(LimitError):
        sandbox.allocate(200_000_000)


def test_work_beyond_the_fuel_is_a_limit_error(wasm: Path) -> None:
    with Sandbox(wasm, 100_000_000) as sandbox:
        sandbox._store.set_fuel(1)
        with pytest.raises(LimitError):
            sandbox.call("FPDF_GetLastError")


def test_a_trap_is_damage_not_a_crash(wasm: Path) -> None:
    with Sandbox(wasm, 100_000_000) as sandbox, pytest.raises(DamagedError):
        sandbox.call("FPDF_GetPageCount", 0x7FFF_FFFF)


def test_instances_share_nothing(wasm: Path) -> None:
    with Sandbox(wasm, 100_000_000) as first, Sandbox(wasm, 100_000_000) as second:
        address = first.write(b"secret")
        assert second.read(address, 6) != b"secret"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "cache"
    monkeypatch.setattr(modulecache, "user_cache_path", lambda _: directory)
    return directory


def _load() -> None:
    modulecache.load_module(wasmtime.Engine(), EMPTY_MODULE, "test")


def test_machine_code_is_cached_for_its_owner_alone(cache: Path) -> None:
    _load()
    (file,) = cache.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert cache.stat().st_mode & 0o777 == 0o700
    before = file.stat().st_mtime_ns
    _load()
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", [b"", b"not machine code", b"\x7fELF" * 99])
def test_a_cache_file_that_does_not_fit_is_made_anew(damage: bytes, cache: Path) -> None:
    _load()
    (file,) = cache.iterdir()
    good = file.read_bytes()
    file.write_bytes(damage)
    _load()
    assert file.read_bytes() == good


def test_a_file_others_could_have_written_is_never_loaded(cache: Path) -> None:
    _load()
    (file,) = cache.iterdir()
    assert modulecache._read_own_file(file) is not None
    file.chmod(0o620)
    assert modulecache._read_own_file(file) is None
    file.chmod(0o600)
    cache.chmod(0o777)
    assert modulecache._read_own_file(file) is None


def test_a_link_in_the_caches_place_is_never_followed(cache: Path, tmp_path: Path) -> None:
    _load()
    (file,) = cache.iterdir()
    moved = tmp_path / "elsewhere"
    file.rename(moved)
    file.symlink_to(moved)
    assert modulecache._read_own_file(file) is None


def test_a_failed_write_leaves_no_temporary_file(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "fsync", fail)
    _load()
    assert list(cache.iterdir()) == []


def test_who_compiles_ahead_is_told_only_when_it_takes_long(
    cache: Path, wasm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flavour = sandbox._flavour(compact=sandbox._address_space_is_limited())
    monkeypatch.setattr(sandbox, "_modules", lambda *_, **__: None)
    told: list[str] = []
    sandbox.compile_ahead(wasm, lambda: told.append("first"))
    cache.mkdir(mode=0o700)
    modulecache._write_own_file(modulecache._place(wasm.read_bytes(), flavour), b"machine code")
    sandbox.compile_ahead(wasm, lambda: told.append("second"))
    assert told == ["first"]


_FORKED = """
import os, sys
import wasmtime
from handoff.documents.pdf import sandbox
MODULE = "(module" + "(func (result i32) (i32.const 1))" * 500 + ")"
wasmtime.Module(sandbox._engine(compact=False), MODULE)
if os.fork() == 0:
    wasmtime.Module(sandbox._engine(compact=False), MODULE)
    os._exit(7)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_process_forked_from_one_that_compiled_can_compile() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FORKED], check=False, cwd=Path(__file__).parents[4], timeout=30
    )
    assert done.returncode == 7


_LIMITED = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
from handoff.documents.pdf.sandbox import Sandbox
with Sandbox(Path(sys.argv[1]), 300_000_000) as sandbox:
    print(sandbox.call("FPDF_GetLastError"))
"""


def test_the_engine_runs_where_addresses_are_limited(wasm: Path) -> None:
    """Workers run under RLIMIT_AS 2 GB; the 4 GB of addresses that wasmtime likes do not fit."""
    assert resource.getrlimit(resource.RLIMIT_AS)
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(wasm)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[4],
    )
    assert done.stdout.strip() == "0", done.stderr[-500:]
