"""The wheel as a user gets it: without extras it does the main job; what it lacks, it names.

`make test` runs this on the locked versions, `make soak` also on the newest that pip finds today
and on the lowest that pyproject allows.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pillow_heif
import py7zr
import pytest
from PIL import Image

from handoff.documents.libreoffice.runner import program as libreoffice
from handoff.documents.ocr.tess import tessdata
from handoff.errors import OcrMissingError
from handoff.storage import embedded
from tests import programs
from tests.firm import Firm, Result
from tests.install.environments import EXTRAS, ROOT, build_wheel, locked, resolved

if TYPE_CHECKING:
    from tests.postgres import Postgres

pytestmark = pytest.mark.real

BATCH = ROOT / "examples" / "batch"
LETTER = "Dear Johnathan Sorensen,\n\nMaria Delgado will see you.\n"
NEVER_READ = ("document.encrypted", "document.empty", "document.damaged")
"""Why three documents of examples/batch can be delivered by nobody."""


@dataclass
class Installed(Firm):
    """A firm that has the wheel in an environment of its own, and no checkout."""

    python: Path = Path()

    def program(self) -> list[str]:
        return [str(self.python.parent / "handoff")]

    def run(
        self,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        driver: str = "",
        cwd: Path | None = None,
    ) -> Result:
        """Run it as its user does: from nothing, and not where a checkout is."""
        assert not driver
        process = self.start(*arguments, env=env or {}, cwd=cwd or self.directory)
        stdout, stderr = process.communicate(timeout=programs.SECONDS)
        return Result(process.returncode, stdout, stderr)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


Make = Callable[..., Path]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Make:
    """Makes the Python of an environment by kind and extras, once each."""
    made: dict[tuple[str, ...], Path] = {}

    def make(kind: str, *extras: str, without: tuple[str, ...] = ()) -> Path:
        key = (kind, *extras, *without)
        if key not in made:
            directory = tmp_path_factory.mktemp("environment") / "venv"
            if kind == "locked":
                made[key] = locked(directory, wheel, extras, without)
            else:
                made[key] = resolved(directory, wheel, extras, lowest=kind == "lowest")
        return made[key]

    return make


def firm_with(directory: Path, python: Path, server: embedded.Server | None = None) -> Installed:
    """A home made by the installed program."""
    made = Installed(directory, server, python=python)
    result = made.run("init")
    assert result.code == 0, result.stderr
    made.write_policy()
    return made


def batch_with(directory: Path, **files: str) -> Path:
    made = directory / "batch"
    made.mkdir()
    for name, text in files.items():
        (made / f"{name}.txt").write_text(text)
    return made


def reads_pictures() -> bool:
    """Whether Tesseract's language data, which come from the system, are here."""
    try:
        tessdata()
    except OcrMissingError:
        return False
    return True


KINDS = [
    pytest.param("locked"),
    pytest.param("newest", marks=pytest.mark.soak),
    pytest.param("lowest", marks=pytest.mark.soak),
]
SETS = [
    pytest.param((), id="none"),
    *(pytest.param((extra,), id=extra, marks=pytest.mark.soak) for extra in EXTRAS),
    pytest.param(EXTRAS, id="all", marks=pytest.mark.soak),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("extras", SETS)
def test_the_wheel_does_the_main_job(
    tmp_path: Path,
    seaweedfs: embedded.Server,
    environment: Make,
    kind: str,
    extras: tuple[str, ...],
) -> None:
    firm = firm_with(tmp_path, environment(kind, *extras), seaweedfs)
    principal = seaweedfs.principal("acme")
    assert firm.run("vendor", "provision", "acme", "--principal", principal).code == 0

    checks = {check["what"]: check for check in firm.run("doctor", "--json").of("check")}
    assert checks["workers"]["ok"], checks["workers"]
    assert checks["pictures"]["ok"] == reads_pictures(), checks["pictures"]
    assert all(check["ok"] for what, check in checks.items() if what.startswith("asset"))

    redacted = firm.run("redact", BATCH, "-o", tmp_path / "redacted", "--json")
    assert redacted.code == 3, redacted.stderr
    assert_held_for_what_they_are(redacted)

    sent = firm.run("send", "--vendor", "acme", batch_with(tmp_path, letter=LETTER), "--json")
    assert sent.code == 0, sent.stdout + sent.stderr
    opened = open_package(firm)
    assert "Sorensen" not in opened
    assert "will see you" in opened
    verified = firm.run("custody", "verify", "--json")
    assert verified.code == 0, verified.stdout + verified.stderr


def assert_held_for_what_they_are(redacted: Result) -> None:
    """Every document of examples/batch is ready, or held for a reason that is its own."""
    lines = redacted.of("document")
    held = [line["code"] for line in lines if line["state"] == "held"]
    assert len(lines) == sum(path.is_file() for path in BATCH.rglob("*"))
    assert [held.count(code) for code in NEVER_READ] == [1, 1, 1], held
    # The handwriting is for no engine; without the engines, so is every picture.
    lacking = {"document.scan" if reads_pictures() else "document.ocr_missing"}
    if libreoffice() is None:
        lacking.add("document.converter_missing")
    assert set(held) == {*NEVER_READ, *lacking}
    assert held.count("document.scan") == reads_pictures()


def open_package(firm: Firm) -> str:
    """Open what lies in the bucket by `handoff open`, with the vendor's identity."""
    package = firm.directory / "package"
    package.mkdir()
    for key, content in firm.objects().items():
        (package / key.rpartition("/")[2]).write_bytes(content)
    identity = firm.directory / "identity.txt"
    identity.write_text(f"{firm.identity.encode()}\n")
    shown = firm.run("keys", "show").stdout
    found = re.search(r"^signing: (.*)$", shown, re.MULTILINE)
    assert found
    done = firm.run(
        "open", package, "-i", identity, "-s", found[1], "-o", firm.directory / "opened"
    )
    assert done.code == 0, done.stderr
    [document] = (firm.directory / "opened").glob("*.txt")
    return document.read_text()


# --- what needs an extra -------------------------------------------------------------------------


def view(firm: Installed) -> Result:
    """The viewer, asked for its first page; ended as by Ctrl-C where it runs."""
    process = firm.start("custody", "serve", cwd=firm.directory)
    assert process.stdout
    try:
        address = process.stdout.readline().strip()
        shown = page(address) if address else ""
    finally:
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    return Result(0 if "<html" in shown else process.returncode, shown, stderr)


def page(address: str) -> str:
    """What a browser shows at the address, which leads to a page without the token."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with browser.open(address, timeout=60) as response:
        shown: bytes = response.read()
    return shown.decode()


def report(firm: Installed) -> Result:
    return firm.run("custody", "report", "-o", firm.directory / "report.pdf")


def strictly(firm: Installed) -> Result:
    profile = firm.home / "policies" / "profiles" / "legal-review.yaml"
    profile.write_text(profile.read_text() + "\nstrict: true\n")
    return firm.run("redact", batch_with(firm.directory, letter=LETTER), "-o", "redacted")


def serve_demo(firm: Installed) -> Result:
    directory = firm.directory / "s3"
    # A SeaweedFS elsewhere on the PATH would do as well as the extra's.
    started = firm.run("demo-server", "start", "--dir", directory, env={"PATH": "/usr/bin:/bin"})
    if started.code == 0:
        assert firm.run("demo-server", "stop", "--dir", directory).code == 0
    return started


def keep_in_postgres(firm: Installed) -> Result:
    with (firm.home / "config.yaml").open("a") as config:
        config.write(f'\ncustody: {{database: "{firm.bucket}"}}\n')
    begun = firm.run("init")
    return firm.run("custody", "list") if begun.code == 0 else begun


USES = {
    "web": (view, "config.missing_extra", "handoff[web]"),
    "report": (report, "custody.report_engine", "handoff[report]"),
    "strict": (strictly, "machine.asset", "tokenizers"),
    "demo": (serve_demo, "storage.demo_server", "handoff[demo]"),
    "postgres": (keep_in_postgres, "policy.invalid", "handoff[postgres]"),
}


def test_every_extra_is_tried_here() -> None:
    assert set(USES) == set(EXTRAS)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """A new database on the real server, or an address where none is needed."""
    made = "postgresql://nobody@127.0.0.1:1/none"
    if request.node.callspec.params.get("extra") == "postgres" and "has" in request.node.name:
        server: Postgres = request.getfixturevalue("postgres")
        made = server.database()
    return made


@pytest.mark.parametrize("extra", EXTRAS)
def test_what_needs_an_extra_that_is_not_there_is_refused_with_its_name(
    tmp_path: Path, environment: Make, database: str, extra: str
) -> None:
    use, code, named = USES[extra]
    firm = firm_with(tmp_path, environment("locked"))
    firm.bucket = database
    done = use(firm)
    assert done.code != 0
    assert f"[{code}]" in done.stderr
    assert named in done.stderr


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("extra", EXTRAS)
def test_who_has_the_extra_can_use_it(
    tmp_path: Path, environment: Make, database: str, extra: str, kind: str
) -> None:
    if extra == "report" and not shutil.which("pango-view"):
        pytest.skip("Pango is missing: apt-get install libpango-1.0-0")
    extras = (extra,) if kind != "locked" else EXTRAS
    firm = firm_with(tmp_path, environment(kind, *extras))
    firm.bucket = database
    done = USES[extra][0](firm)
    assert done.code == 0, done.stderr


# --- a package that everybody needs, and that is not there ---------------------------------------

ENDS = "machine.package_missing"


@pytest.mark.parametrize("package", ["spacy", "pydantic"])
def test_without_what_every_document_needs_the_run_ends_and_names_it(
    tmp_path: Path, environment: Make, package: str
) -> None:
    firm_with(tmp_path, environment("locked"))
    done = whole_batch(Installed(tmp_path, python=environment("locked", without=(package,))))
    assert done.code == 18, done.stderr
    said = json.loads(done.stderr)
    assert said["code"] == ENDS
    assert package in said["message"]
    assert not done.of("document")


LACKING = {
    # what is missing -> for each kind of document that is held, the code and what is named
    ("lxml",): {"docx": ("document.converter_missing", "lxml")},
    ("py7zr", "tesserocr", "pillow-heif"): {
        "7z": ("document.converter_missing", "py7zr"),
        "png": ("document.ocr_missing", "tesserocr"),
        "heic": ("document.ocr_missing", "pillow-heif"),
    },
    ("opencv-python-headless",): {"png": ("document.ocr_missing", "OpenCV")},
}


@pytest.mark.parametrize("packages", LACKING, ids=" ".join)
def test_a_document_that_needs_what_is_missing_is_held_with_its_name(
    tmp_path: Path, environment: Make, packages: tuple[str, ...]
) -> None:
    firm_with(tmp_path, environment("locked"))
    done = whole_batch(Installed(tmp_path, python=environment("locked", without=packages)))
    assert done.code == 3, done.stderr
    said = [(line["code"], line["message"]) for line in done.of("document") if "code" in line]
    for code, named in LACKING[packages].values():
        assert [message for found, message in said if found == code and named in message], said
    assert not [message for _, message in said if "died" in message or "internal" in message]
    assert done.stderr == ""


def whole_batch(firm: Installed) -> Result:
    """Redact what needs each of the packages: one document of a kind."""
    batch = batch_with(firm.directory, letter=LETTER)
    for kind in ("docx", "png"):
        shutil.copy(min(BATCH.rglob(f"*.{kind}")), batch)
    with py7zr.SevenZipFile(batch / "letters.7z", "w") as archive:
        archive.writestr(LETTER, "letter.txt")
    pillow_heif.from_pillow(Image.new("RGB", (64, 64), "white")).save(batch / "photograph.heic")
    return firm.run("redact", batch, "-o", firm.directory / "redacted", "--json")


def test_the_doctor_names_a_package_that_is_missing(tmp_path: Path, environment: Make) -> None:
    firm_with(tmp_path, environment("locked"))
    firm = Installed(tmp_path, python=environment("locked", without=("py3langid",)))
    wrong = [check for check in firm.run("doctor", "--json").of("check") if not check["ok"]]
    assert wrong[0]["code"] == ENDS
    assert "py3langid" in wrong[0]["message"]
