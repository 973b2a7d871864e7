"""A home in which things have happened, without documents, engine or store."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff.model import EventDraft
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.initialising import initialise
from handoff.pipeline.ledgers import open_ledger

VENDOR = "arn:aws:iam::111122223333:user/acme"
POLICY = f"""\
name: acme
legal_name: Acme Review Services
agreement: {{reference: MSA-1, expires: 2999-12-31}}
recipients:
  - {{key: age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq, verified: 2026-01-01}}
bucket: {{name: acme-out, endpoint: "http://127.0.0.1:1"}}
access: {{principals: ["{VENDOR}"], addresses: ["192.0.2.0/24"]}}
profile: legal-review
control_prefix: ACME
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose log has a batch of three delivered documents, the third taken back."""
    return make_home(tmp_path)


def make_home(directory: Path) -> Home:
    """The home that the fixture gives, in `directory`."""
    made = Home(directory / "home")
    list(initialise(made))
    (made.vendors / "acme.yaml").write_text(POLICY)
    drafts = [EventDraft("batch.opened", "b1", details={"vendor": "acme", "documents": 3})]
    for n in (1, 2, 3):
        where = {"control_number": f"ACME-00000{n}", "object_key": f"b1/x{n}.age"}
        drafts.append(EventDraft("delivery.intended", "b1", f"d{n}", details=dict(where)))
        drafts.append(EventDraft("delivery.confirmed", "b1", f"d{n}"))
    drafts.append(EventDraft("manifest.intended", "b1", details={"object_key": "b1/m.age"}))
    drafts.append(EventDraft("delivery.recalled", "b1", "d3"))
    with open_ledger(made, SystemClock()) as ledger:
        ledger.append(drafts)
    return made
