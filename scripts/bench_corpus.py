"""Make N documents for the benchmarks: `python -m scripts.bench_corpus DIR N [--seed S]`.

Mixed formats in the shares a litigation folder has, lengths drawn from a log-normal distribution
around five pages of text, the same bytes for the same seed. Names, numbers and addresses vary from
document to document, so that no cache can make finding look quicker than it is.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
from collections.abc import Callable
from pathlib import Path

from examples import writers
from examples.matter import iban

GIVEN = (
    "Amelia", "Benedict", "Carmen", "Dmitri", "Esther", "Farid", "Greta", "Hugo", "Ingrid",
    "Jonas", "Keiko", "Lionel", "Miriam",
)  # fmt: skip
FAMILY = (
    "Abernathy", "Bergstrom", "Castellanos", "Drummond", "Eastwood", "Fairweather",
    "Gallagher", "Harrington", "Iversen", "Jankowski", "Kavanagh", "Lombardi", "Montgomery",
    "Nakamura", "Oyelaran", "Pemberton", "Quigley", "Rasmussen",
)  # fmt: skip
PLACES = (
    "Manchester", "Rotterdam", "Cardiff", "Hamburg", "Lisbon", "Edinburgh", "Toronto",
    "Bristol", "Antwerp",
)  # fmt: skip
SENTENCES = (
    "The agreement dated {date} was signed by {name} on behalf of the seller.",
    "{name} has confirmed by e-mail from {mail} that the goods were inspected in {place}.",
    "No variation of this agreement shall be effective unless it is in writing.",
    "The balance is payable to account {iban} within thirty days of the invoice.",
    "Neither party shall be liable for any delay caused by circumstances beyond its control.",
    "In cross-examination {name} accepted that the minutes had been prepared after the meeting.",
    "The tribunal will want to know why the survey of {date} was not disclosed earlier.",
    "Enquiries may be made of {name}, telephone {phone}, during office hours.",
    "It is common ground that the vessel left {place} without a certificate of seaworthiness.",
    "The parties agree to keep confidential all information exchanged in the data room.",
    "Claim no. {claim} is listed for a hearing of two days before the commercial court.",
    "The witness did not recall whether the annex had been attached to the final version.",
    "Title to the goods passes on payment, whereas risk passes on delivery to the carrier.",
)
SHARES = {"docx": 30, "pdf": 30, "eml": 20, "txt": 12, "csv": 8}


class Author:
    """Writes text from a seed."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def length(self) -> int:
        """How many paragraphs a document has: half of them between 12 and 34."""
        return max(3, min(160, round(self._random.lognormvariate(3.0, 0.75))))

    def paragraph(self) -> str:
        """Three to seven sentences."""
        count = self._random.randint(3, 7)
        return " ".join(self._filled(s) for s in self._random.choices(SENTENCES, k=count))

    def paragraphs(self) -> list[str]:
        """A whole document."""
        return [f"{n}. {self.paragraph()}" for n in range(1, self.length() + 1)]

    def name(self) -> str:
        """A person."""
        return f"{self._random.choice(GIVEN)} {self._random.choice(FAMILY)}"

    def mail(self) -> str:
        """A mail address."""
        return f"{self._random.choice(FAMILY).lower()}{self._random.randint(1, 99)}@example.com"

    def account(self) -> str:
        """An IBAN of no bank."""
        return iban("GB", f"ZZZZ{self._random.randrange(10**14):014d}")

    def _filled(self, sentence: str) -> str:
        draw = self._random
        return sentence.format(
            name=self.name(),
            mail=self.mail(),
            place=draw.choice(PLACES),
            date=f"{draw.randint(1, 28)} {draw.choice(('March', 'June', 'October'))} 2025",
            iban=self.account(),
            phone=f"+44 7700 900{draw.randint(100, 999)}",
            claim=f"QB-2026-{draw.randint(1, 9999):06d}",
        )


def text(author: Author) -> bytes:
    """Plain text."""
    return "\n\n".join(author.paragraphs()).encode()


def table(author: Author) -> bytes:
    """A CSV file of payments."""
    stream = io.StringIO(newline="")
    rows = csv.writer(stream)
    rows.writerow(("number", "name", "e-mail", "iban", "note"))
    for number in range(author.length() * 4):
        rows.writerow((number, author.name(), author.mail(), author.account(), "paid"))
    return stream.getvalue().encode()


def word(author: Author) -> bytes:
    """A Word document with a header and a table."""
    document = writers.new_docx("Memorandum", author.name())
    document.sections[0].header.paragraphs[0].text = f"Prepared by {author.name()}"
    for paragraph in author.paragraphs():
        document.add_paragraph(paragraph)
    writers.add_table(document, [(author.name(), author.mail()) for _ in range(6)])
    return writers.docx_bytes(document)


def pdf(author: Author) -> bytes:
    """A text PDF."""
    return writers.pdf_bytes(writers.new_pdf(author.paragraphs(), "Submission", author.name()))


def mail(author: Author) -> bytes:
    """A mail, one in three with a Word document attached."""
    body = "\n\n".join(author.paragraphs()[:12])
    message = writers.new_mail(author.mail(), author.mail(), "Disclosure", body, author.length())
    if author.length() % 3 == 0:
        message.add_attachment(
            word(author),
            maintype="application",
            subtype="vnd.openxmlformats-officedocument.wordprocessingml.document",
            filename="memorandum.docx",
        )
    return writers.mail_bytes(message)


MAKERS: dict[str, Callable[[Author], bytes]] = {
    "txt": text,
    "csv": table,
    "docx": word,
    "pdf": pdf,
    "eml": mail,
}


def make(directory: Path, count: int, seed: int = 1) -> int:
    """Write `count` documents into `directory`; returns their bytes in all."""
    directory.mkdir(parents=True, exist_ok=True)
    kinds = random.Random(seed).choices(list(SHARES), weights=list(SHARES.values()), k=count)
    total = 0
    for number, kind in enumerate(kinds):
        content = MAKERS[kind](Author(f"{seed}/{number}"))
        (directory / f"{number:05d}.{kind}").write_bytes(content)
        total += len(content)
    return total


def main() -> None:
    """Make the corpus named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    total = make(arguments.directory, arguments.count, arguments.seed)
    print(f"{arguments.count} documents, {total:,} bytes in {arguments.directory}")


if __name__ == "__main__":
    main()
