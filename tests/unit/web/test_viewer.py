"""The viewer answers whoever has its token, from this machine, and changes nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="handoff[web] is missing")
pytest.importorskip("httpx", reason="httpx is missing")

from starlette.testclient import TestClient

from handoff.model import EventDraft, JsonValue
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_ledger, open_reader
from handoff.web.app import create_app
from handoff.web.guard import Secrets
from tests.unit.pipeline.conftest import make_home

HELD = Secrets()
BASE = "http://127.0.0.1:8080"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a held document and an alert; no test changes it."""
    made = make_home(tmp_path_factory.mktemp("viewer"))
    held: dict[str, JsonValue] = {"code": "document.encrypted", "places": 0}
    with open_ledger(made, SystemClock()) as ledger:
        ledger.append(
            [
                EventDraft("document.held", "b1", "d2", details=held),
                EventDraft("alert.raised", "b1", "d1", details={"code": "access.bulk"}),
                EventDraft("batch.closed", "b1", details={"delivered": 2}),
            ]
        )
        ledger.checkpoint()
    return made


@pytest.fixture
def stranger(home: Home) -> Iterator[TestClient]:
    """A browser without the token."""
    with TestClient(create_app(home, HELD), BASE) as client:
        yield client


@pytest.fixture
def officer(stranger: TestClient) -> TestClient:
    """A browser that opened the address that was printed."""
    assert stranger.get(f"/?token={HELD.token}").status_code == 200
    return stranger


PAGES = [
    ("/", ["Documents with a vendor", "b1"]),
    ("/documents", ["ACME-000001", "ACME-000003"]),
    ("/documents?q=ACME-000001.pdf", ["1 document."]),
    ("/documents?state=held", ["document.encrypted", "1 document."]),
    ("/documents?vendor=nobody", ["No document answers to this."]),
    ("/documents?since=2000-01-01&until=2000-01-02", ["0 documents."]),
    ("/documents?since=nonsense&page=-3&state=%3Cb%3E", ["3 documents."]),
    ("/documents?page=99", ["Page 99"]),
    ("/batches", ["1 batch,"]),
    ("/batch/b1", ["Sent by", "Batch closed"]),
    ("/batch/b1/document/d3", ["taken back", "From intake to destruction", "<svg"]),
    ("/batch/b1/document/d2", ["Held back"]),
    ("/vendor/acme", ["Policy in force", "Acme Review Services"]),
    ("/alerts", ["unusually many documents"]),
    ("/verify", ["Verify now"]),
]


@pytest.mark.parametrize(("path", "expected"), PAGES)
def test_every_page_answers_and_needs_no_script(
    officer: TestClient, path: str, expected: list[str]
) -> None:
    answer = officer.get(path)
    assert answer.status_code == 200
    for words in expected:
        assert words in answer.text
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/batch/nope", "/batch/b1/document/nope", "/vendor/nobody", "/x"])
def test_what_is_not_there_is_not_found(officer: TestClient, path: str) -> None:
    assert officer.get(path).status_code == 404


def test_without_the_token_nothing_is_shown(stranger: TestClient) -> None:
    for path in ("/", "/documents", "/style.css", "/batch/b1", "/?token=guess"):
        answer = stranger.get(path)
        assert answer.status_code == 403
        assert "ACME" not in answer.text


def test_the_token_opens_the_viewer_once(officer: TestClient) -> None:
    officer.cookies.clear()
    assert officer.get(f"/?token={HELD.token}").status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8080", "", "192.0.2.1"])
def test_another_name_for_this_machine_is_refused(officer: TestClient, host: str) -> None:
    assert officer.get("/", headers={"host": host}).status_code == 421


def test_the_cookie_is_for_this_site_and_no_script(stranger: TestClient) -> None:
    answer = stranger.get(f"/?token={HELD.token}", follow_redirects=False)
    assert answer.status_code == 303
    assert HELD.token not in answer.headers["location"]
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_verification_is_one_click(officer: TestClient) -> None:
    answer = officer.post("/verify", data={"token": HELD.form})
    assert "Verified." in answer.text


def test_an_evidence_package_is_one_click(officer: TestClient) -> None:
    answer = officer.post("/evidence", data={"token": HELD.form, "reference": "ACME-000001"})
    assert answer.headers["content-type"] == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert {"verify.py", "SHA256SUMS", "SHA256SUMS.sig"} <= set(names)
    unknown = officer.post("/evidence", data={"token": HELD.form, "reference": 'no"such'})
    assert unknown.status_code == 404


@pytest.mark.parametrize("form", [{}, {"token": "guess"}, {"token": "x" * 9_000}])
def test_a_form_of_another_page_does_nothing(officer: TestClient, form: dict[str, str]) -> None:
    assert officer.post("/verify", data=form).status_code == 403
    assert officer.post("/evidence", data={"reference": "ACME-000001"} | form).status_code == 403


def test_looking_changes_nothing_in_the_log(officer: TestClient, home: Home) -> None:
    with open_reader(home) as reader:
        before = reader.size()
    for path, _ in PAGES:
        officer.get(path)
    with open_reader(home) as reader:
        assert reader.size() == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
def test_no_page_can_be_written_to(officer: TestClient, method: str) -> None:
    assert officer.request(method, "/documents").status_code == 405


def test_the_files_of_the_viewer_are_packaged() -> None:
    from importlib.resources import files

    assert files("handoff.web").joinpath("templates", "page.html").is_file()
    assert not list(Path(str(files("handoff.web").joinpath("templates"))).glob("*.js"))
