"""The example batch is what its generator and its README say it is."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from examples import make_batch, matter
from scripts import bench_corpus

EXAMPLES = Path(__file__).parents[2] / "examples"
BATCH = EXAMPLES / "batch"


def names() -> Iterator[str]:
    for path in BATCH.rglob("*"):
        if path.is_file():
            yield path.relative_to(BATCH).as_posix()


def test_the_batch_holds_the_files_of_the_generator_and_the_readme_tells_of_each() -> None:
    assert sorted(names()) == sorted(make_batch.FILES)
    told = re.findall(r"^\| `([^`]+)` \|", (EXAMPLES / "README.md").read_text(), re.MULTILINE)
    assert sorted(told) == sorted(make_batch.FILES)


def test_the_planted_values_are_those_of_the_matter() -> None:
    assert json.loads((EXAMPLES / "planted.json").read_text()) == sorted(set(matter.PLANTED))


@pytest.mark.parametrize("name", list(make_batch.FILES))
def test_a_file_is_made_the_same_every_time(name: str) -> None:
    assert make_batch.FILES[name]() == make_batch.FILES[name]()


@pytest.mark.parametrize(
    "name", [n for n in make_batch.FILES if n.endswith((".txt", ".md", ".csv"))]
)
def test_the_committed_text_is_what_the_generator_makes(name: str) -> None:
    assert (BATCH / name).read_bytes() == make_batch.FILES[name]()


def test_the_letter_hides_names_where_a_careless_tool_does_not_look() -> None:
    with zipfile.ZipFile(BATCH / "01 Engagement letter Hollis.docx") as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    assert matter.WITNESS.name in parts["word/comments.xml"]
    assert matter.CLIENT.name in parts["word/header1.xml"]
    assert matter.PARTNER.name in parts["word/footer1.xml"]
    assert matter.PARTNER.name in parts["docProps/core.xml"]
    assert matter.PARTNER.name in parts["docProps/app.xml"]
    assert f">{matter.OPPONENT.email}</w:delText>" in parts["word/document.xml"]
    assert "Marg</w:t>" in parts["word/document.xml"]
    assert not any("thumbnail" in part for part in parts)


def test_the_statement_hides_names_where_a_careless_tool_does_not_look() -> None:
    with pikepdf.open(BATCH / "02 Witness statement Okafor.pdf") as pdf:
        assert len(pdf.pages) == 2
        assert matter.WITNESS.name in str(pdf.docinfo["/Title"])
        assert matter.PARTNER.name in str(pdf.open_metadata())
        assert matter.EXPERT.name in str(pdf.pages[0].Annots[0].Contents)
        attached = pdf.attachments["notebook.txt"].get_file().read_bytes()
        assert matter.OPPONENT.name in attached.decode()


def test_the_protected_report_asks_for_a_password() -> None:
    content = make_batch.protected_report()
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(content))
    pikepdf.open(io.BytesIO(content), password="user").close()


def test_ibans_carry_the_check_digits_of_iso_13616() -> None:
    assert matter.iban("GB", "WEST12345698765432") == "GB82WEST12345698765432"


def test_the_benchmark_corpus_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for name, seed in (("first", 1), ("again", 1), ("other", 2)):
        bench_corpus.make(tmp_path / name, 6, seed)
    first, again, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("first", "again", "other")
    )
    assert len(first) == 6
    assert first == again
    assert not set(first.values()) & set(other.values())
