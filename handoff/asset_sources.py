"""What an asset is, and where it comes from: a package, a maker's archive, a maker's single files.

An asset names its sources in the order in which they are tried. None of them is believed: what
counts is that every file has the SHA-256 of its pin. So a source may go, and another may carry the
same files in another archive or, where `Restored` says how to undo it, in another form.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Restored:
    """How a text file that a source carries in another form becomes its maker's again.

    Line ends become those of Unix first. Nothing rests on a recipe being right: the result must
    have the pinned SHA-256.

    Attributes:
        path: the file, below the asset's directory.
        recipe: lines of the result. "12-40" stands for those lines of the source's file, counted
            from 1; "=x" for the line "x". None at all leaves the lines as they are.
        json_end: not None: the file is JSON, to be laid out with an indent of two, and ends so.
    """

    path: str
    recipe: tuple[str, ...] = ()
    json_end: str | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """A package that a registry's own client fetches.

    Attributes:
        registry: "pypi" or "npm".
        name: the package's name there.
        version: its exact version.
        filename: the name of the archive, also in a local mirror.
        sha256: hex digest of the archive, checked before anything is unpacked.
        prefix: where in the archive the asset's files lie, with its trailing slash.
        restored: the files that it carries in another form than the maker.
    """

    registry: str
    name: str
    version: str
    filename: str
    sha256: str
    prefix: str
    restored: tuple[Restored, ...] = ()

    @property
    def where(self) -> str:
        """The source in words, for the person at the terminal."""
        registry = "PyPI" if self.registry == "pypi" else "the npm registry"
        return f"{registry} ({self.name} {self.version})"


@dataclass(frozen=True, slots=True)
class Release:
    """An archive at its maker's own address.

    Attributes:
        maker: who that is, in words.
        url: the archive, over https.
        sha256: hex digest of the archive, checked before anything is unpacked.
        prefix: where in the archive the asset's files lie, with its trailing slash.
        restored: the files that it carries in another form than the pinned one.
    """

    maker: str
    url: str
    sha256: str
    prefix: str
    restored: tuple[Restored, ...] = ()

    @property
    def filename(self) -> str:
        """The name of the archive, also in a local mirror."""
        return self.url.rpartition("/")[2]

    @property
    def where(self) -> str:
        """The source in words, for the person at the terminal."""
        return f"{self.maker}'s own release on {urlsplit(self.url).hostname}"


@dataclass(frozen=True, slots=True)
class Files:
    """The asset's files one by one, below an address of their maker's.

    Attributes:
        maker: who that is, in words.
        address: what a file's path is appended to, over https.
    """

    maker: str
    address: str

    @property
    def where(self) -> str:
        """The source in words, for the person at the terminal."""
        return f"{self.maker}'s own files on {urlsplit(self.address).hostname}"


Source = Package | Release | Files


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """One file of an asset: its path below the asset's directory, and its hex SHA-256."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Asset:
    """A pinned asset: the directory it lives in, all of its files, and where they can be had.

    Attributes:
        name: what it is called.
        version: its version.
        sources: in the order in which they are tried; whichever serves, the files are the same.
        files: all of them, by their hashes: what the asset is.
    """

    name: str
    version: str
    sources: tuple[Source, ...]
    files: tuple[PinnedFile, ...]

    @property
    def directory(self) -> str:
        """Name of the asset's directory below `assets_dir()`."""
        return f"{self.name}-{self.version}"

    @property
    def listing(self) -> str:
        """Its files as `sha256sum` lists them."""
        return "".join(f"{file.sha256}  {file.path}\n" for file in self.files)

    @property
    def sha256(self) -> str:
        """The one hash of the asset's content, whichever source served it: over its listing."""
        return hashlib.sha256(self.listing.encode()).hexdigest()
