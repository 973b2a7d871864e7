"""Sentences for what vendors are told, or could not be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from handoff.custody.words_withdrawal import Facts


def _what(facts: Facts) -> str:
    return "the notice of what was taken back" if facts.text("subject") == "recall" else "the batch"


def _due(facts: Facts) -> str:
    documents = facts.count("documents", "document", "documents", ", ")
    return f"The vendor{facts.text('vendor', ' ')} is to be told of {_what(facts)}{documents}"


def _intended(facts: Facts) -> str:
    again = "" if facts.text("attempt") == "1" else facts.text("attempt", ", attempt ")
    return f"About to tell the vendor of {_what(facts)}{again}"


def _failed(facts: Facts) -> str:
    return (
        f"Not everybody could be told of {_what(facts)}{facts.text('code', ' (', ')')}; "
        "the next run tries those who were not"
    )


NOTICES: Mapping[str, Callable[[Facts], str]] = {
    "notification.due": _due,
    "notification.intended": _intended,
    "notification.sent": lambda facts: f"The vendor was told of {_what(facts)}",
    "notification.failed": _failed,
    "notification.by_hand": lambda facts: (
        f"No mail server is configured: what to tell the vendor of {_what(facts)} was shown, "
        "for somebody to tell it by hand"
    ),
}
