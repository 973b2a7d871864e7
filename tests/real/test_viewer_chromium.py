"""The custody viewer in a real Chromium: every page by keyboard and screen reader, no script."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.pipeline.conftest import make_home

CHROMIUM = shutil.which("chromium")
pytest.importorskip("starlette", reason="handoff[web] is missing")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is missing")
axe_api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing: apt-get install chromium"),
]
# As in the machine's notes: without these Chromium looks for Google's hosts at every start.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
PAGES = [
    "/", "/documents", "/documents?state=held", "/batches", "/batch/b1", "/alerts", "/verify",
    "/batch/b1/document/d3", "/vendor/acme", "/batch/nope",
]  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address that `handoff custody serve` prints."""
    home = make_home(tmp_path_factory.mktemp("chromium"))
    program = [sys.executable, "-m", "handoff.cli.main"]
    command = [*program, "custody", "serve", "--home", str(home.root)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[2]
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()
        assert process.wait(timeout=30) in {0, 143}


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Any]:
    """A page that has opened the address once, with scripts switched off by the page itself."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_page(viewport={"width": 1100, "height": 900})
        assert opened.goto(address).status == 200
        yield opened
        browser.close()


@pytest.fixture(scope="module")
def base(address: str) -> str:
    return address.partition("/?")[0]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_clean_for_a_screen_reader(page: Any, base: str, path: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(base + path)
    page.set_viewport_size({"width": 1100, "height": 900})
    results = axe_api.Axe().run(page)
    found = [
        (v["id"], [n["html"][:120] for n in v["nodes"]]) for v in results.response["violations"]
    ]
    assert not found
    assert all(url.startswith((base, "data:")) for url in asked)
    if folder := os.environ.get("HANDOFF_SCREENSHOTS"):
        name = path.strip("/").replace("/", "-").replace("?", "-") or "home"
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_the_address_leaves_the_history_and_the_bar(page: Any, base: str) -> None:
    assert "token" not in page.url
    page.goto(base + "/")
    assert "token" not in page.content()


def test_a_document_is_found_by_keyboard_alone(page: Any, base: str) -> None:
    page.goto(base + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("ACME-000003")
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents?q=ACME-000003")
    page.get_by_role("link", name="ACME-000003").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/batch/b1/document/d3")
    assert "taken back" in page.get_by_role("img").get_attribute("aria-label")


def test_one_click_verifies_and_one_downloads_the_evidence(page: Any, base: str) -> None:
    page.goto(base + "/verify")
    page.get_by_role("button", name="Verify now").click()
    assert page.get_by_role("status").inner_text().startswith("Verified.")
    page.goto(base + "/batch/b1/document/d3")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the evidence package").click()
    assert download.value.suggested_filename == "evidence-ACME-000003.zip"
