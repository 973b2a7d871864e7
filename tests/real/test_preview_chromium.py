"""The preview in a real Chromium: by keyboard and screen reader, nothing loaded from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handoff.assets import pdfium_wasm
from handoff.documents.door import HouseDoor
from handoff.documents.registry import sniff
from handoff.errors import AssetError
from handoff.model import Ready
from handoff.pipeline.previewing import look, write_page
from handoff.pipeline.previews import write_index
from tests.real.test_viewer_chromium import CHROMIUM, FLAGS
from tests.unit.documents.judge import redactions

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is missing")
axe_api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing: apt-get install chromium"),
]
STATEMENT = Path("examples/batch/02 Witness statement Okafor.pdf")


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The preview of the example's witness statement."""
    try:
        pdfium_wasm()
    except AssetError:
        pytest.skip("the PDF engine is not installed (`handoff setup` or `make setup`)")
    directory = tmp_path_factory.mktemp("preview")
    content, door = STATEMENT.read_bytes(), HouseDoor()
    handler = sniff(content)
    units = handler.read(content, door)
    edits = redactions(units, ["Daniel Okafor", "Margaret Hollis"])
    looked = look(handler, content, door, units, edits)
    produced = handler.rewrite(content, edits, door)
    write_page(directory / "DOC-000001.html", looked, produced, HouseDoor())
    ready = Ready("DOC-000001", "DOC-000001", handler.media_type, 1, {"PERSON": len(edits)})
    write_index(directory, {"DOC-000001": STATEMENT.name}, [ready], "legal-review")
    return directory


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page(viewport={"width": 1400, "height": 1000}, bypass_csp=True)
        browser.close()


@pytest.mark.parametrize("name", ["index.html", "DOC-000001.html"])
def test_a_page_is_clean_for_a_screen_reader(page: Any, preview: Path, name: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((preview / name).as_uri())
    results = axe_api.Axe().run(page)
    assert not [
        (v["id"], [n["html"][:120] for n in v["nodes"]]) for v in results.response["violations"]
    ]
    assert all(url.startswith(("file:", "data:")) for url in asked)
    if folder := os.environ.get("HANDOFF_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/preview-{name}.png")


def test_the_reason_of_a_box_is_reached_by_keyboard(page: Any, preview: Path) -> None:
    page.goto((preview / "index.html").as_uri())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/DOC-000001.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "PERSON, by test, score 1.00; becomes [X-1]"
    shown = page.evaluate("getComputedStyle(document.activeElement, '::after').content")
    assert "PERSON, by test" in shown
