"""Nobody gets the path of a model or an engine that is not, byte for byte, the pinned one."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from handoff import assets
from handoff.asset_sources import Asset, Package, PinnedFile
from handoff.assets import AssetState
from handoff.errors import AssetError

FILES = {"config": b"words = 3\n", "inner/weights": bytes(range(256))}


@pytest.fixture
def asset() -> Asset:
    pins = tuple(PinnedFile(path, hashlib.sha256(data).hexdigest()) for path, data in FILES.items())
    return Asset("tiny", "1.0", (Package("pypi", "tiny", "1.0", "tiny.whl", "", "tiny/"),), pins)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asset: Asset) -> Path:
    """The assets' directory, with the tiny asset complete in it."""
    monkeypatch.setenv("HANDOFF_ASSETS", str(tmp_path))
    for path, data in FILES.items():
        target = tmp_path / asset.directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return tmp_path / asset.directory


def test_a_complete_asset_is_given_out(home: Path, asset: Asset) -> None:
    assert assets.verified(asset) == home


def one_bit(home: Path) -> None:
    weights = home / "inner/weights"
    weights.write_bytes(bytes([weights.read_bytes()[0] ^ 1]) + weights.read_bytes()[1:])


def shorter(home: Path) -> None:
    (home / "inner/weights").write_bytes(FILES["inner/weights"][:-1])


def one_file_less(home: Path) -> None:
    (home / "config").unlink()


def one_file_more(home: Path) -> None:
    (home / "inner/lookups").write_bytes(b"")


def directory_instead(home: Path) -> None:
    (home / "config").unlink()
    (home / "config").mkdir()


@pytest.mark.parametrize(
    ("damage", "detail"),
    [
        (one_bit, "inner/weights has another SHA-256"),
        (shorter, "inner/weights has another SHA-256"),
        (one_file_less, "config is missing"),
        (one_file_more, "inner/lookups does not belong there"),
        (directory_instead, "config cannot be read"),
    ],
)
def test_an_asset_that_differs_is_refused_with_the_place(
    home: Path, asset: Asset, damage: Callable[[Path], None], detail: str
) -> None:
    damage(home)
    with pytest.raises(AssetError, match="is not the pinned one") as caught:
        assets.verified(asset)
    assert caught.value.message.endswith(detail)
    assert "handoff setup" in caught.value.hint


def test_a_missing_asset_says_how_to_get_it(home: Path, asset: Asset) -> None:
    shutil.rmtree(home)
    with pytest.raises(AssetError, match="is not installed") as caught:
        assets.verified(asset)
    assert caught.value.hint == "run `handoff setup`"
    assert assets.inspect(asset, home).state is AssetState.MISSING


def test_status_tells_of_both_assets_without_raising(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDOFF_ASSETS", str(tmp_path / "nowhere"))
    found = assets.status()
    assert [each.asset.name for each in found] == ["en_core_web_md", "pdfium"]
    assert {each.state for each in found} == {AssetState.MISSING}
    with pytest.raises(AssetError):
        assets.model_path()
    with pytest.raises(AssetError):
        assets.pdfium_wasm()


def test_without_the_variable_assets_live_in_the_users_data_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HANDOFF_ASSETS", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert assets.assets_dir() == tmp_path / "handoff" / "assets"


def test_the_models_digest_is_what_sha256sum_gives_over_its_files() -> None:
    model = assets.assets_dir() / assets.MODEL.directory
    if not model.is_dir():
        pytest.skip("the language model is not installed (HANDOFF_ASSETS)")
    command = "find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum"
    shell = ["sh", "-c", command]
    done = subprocess.run(shell, cwd=model, capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == assets.model_sha256()


def test_importing_the_pins_reads_no_asset_and_loads_no_library() -> None:
    program = (
        "import sys, handoff.assets; "
        "sys.exit(bool({'spacy', 'platformdirs', 'wasmtime'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
