"""A document in another language than the profile's is held; what is no prose is not judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handoff.detection import language
from handoff.errors import LanguageError
from handoff.model import TextUnit, UnitKind
from tests.steps import noting

TAB = Path(__file__).resolve().parents[4] / "shared/data/pii/tab-144.jsonl"

CONTRACTS = {
    "fr": "Entre les soussignés, il a été convenu ce qui suit. Le vendeur s'engage à livrer les "
    "marchandises dans un délai de trente jours à compter de la signature du présent contrat. "
    "L'acheteur paiera le prix convenu à la réception de la facture.",
    "de": "Zwischen den Parteien wird folgender Vertrag geschlossen. Der Verkäufer verpflichtet "
    "sich, die Ware innerhalb von dreißig Tagen nach Unterzeichnung dieses Vertrages zu liefern. "
    "Der Käufer zahlt den vereinbarten Preis nach Erhalt der Rechnung.",
    "es": "Entre las partes se ha convenido lo siguiente. El vendedor se obliga a entregar la "
    "mercancía en un plazo de treinta días desde la firma del presente contrato. El comprador "
    "pagará el precio convenido tras recibir la factura.",
    "it": "Tra le parti si conviene quanto segue. Il venditore si impegna a consegnare la merce "
    "entro trenta giorni dalla firma del presente contratto. L'acquirente pagherà il prezzo "
    "convenuto dopo aver ricevuto la fattura.",
    "nl": "Partijen zijn het volgende overeengekomen. De verkoper verplicht zich de goederen "
    "binnen dertig dagen na ondertekening van deze overeenkomst te leveren. De koper betaalt de "
    "overeengekomen prijs na ontvangst van de factuur.",
    "pl": "Strony uzgodniły co następuje. Sprzedający zobowiązuje się dostarczyć towar w terminie "
    "trzydziestu dni od podpisania niniejszej umowy. Kupujący zapłaci uzgodnioną cenę.",
    "ru": "Стороны договорились о нижеследующем. Продавец обязуется поставить товар в течение "
    "тридцати дней с момента подписания настоящего договора.",
    "zh": "双方达成如下协议。卖方应在本合同签署之日起三十日内交付货物。"
    "买方应在收到发票后支付约定的价款。本合同受中华人民共和国法律管辖,任何争议应提交有管辖权的人民法院解决。",
}
LETTERS = {
    "fr": "Bonjour, je vous confirme que nous avons bien reçu votre courrier et que nous vous "
    "répondrons avant la fin de la semaine prochaine. Cordialement, Jean Dupont",
    "de": "Sehr geehrte Frau Müller, wir bestätigen den Eingang Ihres Schreibens und werden uns "
    "bis zum Ende der nächsten Woche bei Ihnen melden. Mit freundlichen Grüßen",
    "es": "Estimado señor García: le confirmamos que hemos recibido su carta y que le "
    "responderemos antes del final de la próxima semana. Un saludo",
    "it": "Gentile dottor Rossi, le confermiamo di aver ricevuto la sua lettera e le risponderemo "
    "entro la fine della prossima settimana. Cordiali saluti",
}
ENGLISH = (
    "The parties have agreed as follows. The seller shall deliver the goods within thirty days of "
    "the signature of this contract. The buyer shall pay the agreed price on receipt of the "
    "invoice. Any dispute shall be settled by the courts of England and Wales. "
)
NO_PROSE = {
    "nothing": "",
    "numbers": "12,345.00\t1 000\t2026-01-01\n" * 200,
    "names": "Priya Raman\nZbigniew Kowalski\nGiovanni Rossi\nJürgen Müller\nJean Dupont\n" * 30,
    "invoice": "Invoice 2026-0188\nQty\tDescription\tAmount\n2\tCopy\t12.00\nTotal EUR 24.00\n" * 5,
    "codes": '{"sha256": "9f86d081884c7d659a2feaa0c55ad015", "size": 12}\n' * 40,
    "heading": "TRIBUNAL DE COMMERCE DE PARIS",
    "French names in an English list": "Société Générale de Banque, 12 rue de la Paix, Paris\n" * 3,
    "court": "the Sąd Rejonowy and the Bundesverfassungsgericht",
    "one word": "Rechnung",
}


def _held(*texts: str, kind: UnitKind = UnitKind.BODY) -> LanguageError | None:
    units = [TextUnit(f"u{i}", kind, text, f"paragraph {i}") for i, text in enumerate(texts)]
    try:
        language.check(units, ("en",))
    except LanguageError as error:
        return error
    return None


@pytest.mark.parametrize("code", CONTRACTS)
def test_a_contract_in_another_language_is_held_and_the_language_named(code: str) -> None:
    error = _held(CONTRACTS[code])
    assert error is not None
    assert f"({code})" in error.message
    assert error.places == ("paragraph 0",)


@pytest.mark.parametrize("code", LETTERS)
def test_a_short_letter_in_another_language_is_held(code: str) -> None:
    assert _held(LETTERS[code]) is not None


def test_a_contract_read_line_by_line_is_held_like_one_read_whole() -> None:
    words = CONTRACTS["de"].split()
    assert _held(*(" ".join(words[i : i + 5]) for i in range(0, len(words), 5))) is not None


def test_english_is_not_held() -> None:
    assert _held(ENGLISH) is None
    assert _held(ENGLISH.split(". ", maxsplit=1)[0]) is None


@pytest.mark.parametrize("text", NO_PROSE.values(), ids=NO_PROSE.keys())
def test_what_is_no_running_text_is_not_judged(text: str) -> None:
    assert _held(text) is None


def test_a_foreign_annex_of_a_fifth_is_held_and_its_place_named() -> None:
    error = _held(ENGLISH * 5, ENGLISH * 5, CONTRACTS["fr"] * 5)
    assert error is not None
    assert "paragraph 2" in error.places


def test_a_foreign_sentence_quoted_in_an_english_document_is_not_held() -> None:
    assert _held(ENGLISH * 6, LETTERS["fr"], ENGLISH * 6) is None


def test_the_second_half_of_a_long_document_is_looked_at_too() -> None:
    assert _held(ENGLISH * 400, CONTRACTS["it"] * 400) is not None


def test_an_error_crosses_processes_with_its_places_and_quotes_no_text() -> None:
    error = _held(CONTRACTS["fr"])
    assert error is not None
    kind, arguments = error.__reduce__()
    assert kind(*arguments).places == error.places  # type: ignore[attr-defined, arg-type]
    assert "vendeur" not in str(error) + error.hint


def test_raw_bytes_and_links_are_not_judged() -> None:
    assert _held(CONTRACTS["fr"], kind=UnitKind.RAW) is None


def test_looking_at_ten_megabytes_takes_no_longer_than_a_sample(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged: list[str] = []
    monkeypatch.setattr(language, "_language", noting(language._language, judged))
    language.check([TextUnit("u", UnitKind.BODY, ENGLISH * 40_000)], ("en",))
    assert len(judged) == language._PASSAGES
    assert max(map(len, judged)) <= language._PASSAGE


@pytest.mark.skipif(not TAB.exists(), reason="../shared/data/pii/tab-144.jsonl is not here")
def test_no_judgment_is_held() -> None:
    """English with Polish, Turkish, German and French names, courts and quotations in it."""
    texts = [json.loads(line)["text"] for line in TAB.read_text("utf-8").splitlines()]
    assert [text[:9] for text in texts if _held(text)] == []
