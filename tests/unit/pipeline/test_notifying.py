"""The vendor hears of what was delivered: over TLS or not at all, once, and the log says how."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from handoff.errors import VendorNotToldError
from handoff.model import EventDraft, VendorPolicy
from handoff.pipeline import notifying
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.ledgers import open_ledger
from handoff.pipeline.notifying import notify
from handoff.pipeline.notifying_events import due, named
from handoff.pipeline.notifying_mail import send_mail
from handoff.policy.config import load_config
from handoff.policy.mail import MailSchema
from handoff.policy.sections import StorageSchema
from handoff.policy.vendors import load_vendor
from tests.mailserver import PASSWORD, Mails

INTAKE, SECOND, COPY = "intake@acme.example", "night@acme.example", "compliance@firm.example"


@dataclass
class Told:
    """A reporter that remembers."""

    lines: list[tuple[str, str, str]] = field(default_factory=list)

    def told(self, *line: str) -> None:
        self.lines.append(line)  # type: ignore[arg-type]


@dataclass
class Office:
    """A home whose vendor is to be told."""

    home: Home
    directory: Path
    reporter: Any = field(default_factory=Told)

    def policy(self, notification: str = f"{{email: [{INTAKE}, {SECOND}]}}") -> VendorPolicy:
        file = self.home.vendors / "acme.yaml"
        text = file.read_text().partition("notification:")[0]
        file.write_text(f"{text}notification: {notification}\n")
        return load_vendor(self.home.vendors, "acme", StorageSchema())

    def deliver(self, batch_id: str, key: str = "", subject: str = "delivery") -> None:
        policy = self.policy()
        where = {"object_key": f"{batch_id}/{key or 'manifest.json.age'}"}
        delivered = EventDraft("manifest.delivered", batch_id, details=dict(where))
        with open_ledger(self.home, SystemClock()) as ledger:
            ledger.append([delivered, *due(policy, delivered, subject, 3)])

    def server(self, mails: Mails, **changes: Any) -> MailSchema:
        login = self.directory / "login"
        login.write_text(f"firm\n{PASSWORD}\n")
        login.chmod(0o600)
        values = {"host": "127.0.0.1", "port": mails.port, "ca": str(mails.ca), "login": str(login)}
        return MailSchema(sender="handoff@firm.example", **{**values, **changes})

    def notify(self, server: MailSchema | None, policy: VendorPolicy | None = None) -> None:
        with open_ledger(self.home, SystemClock()) as ledger:
            notify(ledger, policy or self.policy(), server, self.reporter)

    def log(self) -> list[tuple[str, dict[str, Any]]]:
        with open_ledger(self.home, SystemClock()) as ledger:
            events = list(ledger.events())
        kinds = [(e.kind.partition(".")[2], dict(e.details)) for e in events if "notif" in e.kind]
        return [(kind, details) for kind, details in kinds if kind != "due"]

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.log()]


@pytest.fixture
def office(home: Home, tmp_path: Path) -> Office:
    return Office(home, tmp_path)


def test_a_delivery_is_told_once_over_tls_with_all_that_the_vendor_needs(
    office: Office, mails: Mails
) -> None:
    office.deliver("b7")
    server = office.server(mails, copies=[COPY])
    office.notify(server)
    office.notify(server)
    [(to, data)] = mails.taken
    assert to == [INTAKE, SECOND, COPY]
    [message] = mails.messages
    text = message.get_content()  # type: ignore[attr-defined]
    for part in ("b7/manifest.json.age", "b7/manifest.json.sig", "acme-out", "3 documents lie"):
        assert part in text
    assert "ssh-keygen -Y sign -n handoff-receipt" in text
    assert "age -d -i identity.txt" in text
    assert message["Subject"] == "Batch b7: 3 documents"
    assert b"ACME-0" not in data
    assert office.kinds() == ["intended", "sent"]
    assert office.reporter.lines == [("b7", "sent", "")]
    # Before TLS nothing was said but who is there, and that TLS is wanted; then came the login.
    assert [line.partition(" ")[0].upper() for line in mails.heard] == ["EHLO", "STARTTLS"]
    assert mails.logins == ["firm"]


def test_addresses_stand_in_the_log_by_their_digest(office: Office, mails: Mails) -> None:
    office.deliver("b7")
    office.notify(office.server(mails))
    assert office.log()[-1][1]["reached"] == [named(INTAKE), named(SECOND)]


FAILURES: list[tuple[str, str, dict[str, Any]]] = [
    ("no_tls", "notify.tls", {}),
    ("normal", "notify.tls", {"ca": ""}),
    ("normal", "notify.tls", {"ca": "/nowhere.pem"}),
    ("normal", "notify.login", {"login": "/nowhere"}),
    ("refuses_sender", "notify.refused", {}),
    ("hangs_up", "notify.unreachable", {}),
    ("silent", "notify.unreachable", {"timeout_seconds": 1}),
    ("normal", "notify.unreachable", {"port": 1}),
]


@pytest.mark.parametrize(("mode", "code", "changes"), FAILURES)
def test_what_fails_is_recorded_ends_the_run_and_is_told_by_the_next(
    office: Office, mails: Mails, mode: str, code: str, changes: dict[str, Any]
) -> None:
    office.deliver("b7")
    mails.mode = mode
    with pytest.raises(VendorNotToldError) as caught:
        office.notify(office.server(mails, **changes))
    assert code in caught.value.message
    assert (mails.taken, caught.value.exit_code) == ([], 5)
    assert [line for line in mails.heard if "AUTH" in line or "MAIL" in line] == []
    assert office.log()[-1][1]["code"] == code
    mails.mode = "normal"
    office.notify(office.server(mails))
    assert office.kinds() == ["intended", "failed", "intended", "sent"]
    assert [details["attempt"] for _, details in office.log()] == [1, 1, 2, 2]
    assert len(mails.taken) == 1


def test_only_who_was_refused_is_told_again_at_the_address_of_today(
    office: Office, mails: Mails
) -> None:
    office.deliver("b7")
    mails.refused = {SECOND}
    with pytest.raises(VendorNotToldError) as caught:
        office.notify(office.server(mails))
    assert "Hollis" not in f"{caught.value.message}{caught.value.hint}"
    mended = office.policy(f"{{email: [{INTAKE}, day@acme.example]}}")
    office.notify(office.server(mails), mended)
    assert [to for to, _ in mails.taken] == [[INTAKE], ["day@acme.example"]]


def test_a_mail_whose_fate_is_unknown_is_sent_again_under_the_same_id(
    office: Office, mails: Mails
) -> None:
    office.deliver("b7")
    mails.mode = "dies_after_data"
    with pytest.raises(VendorNotToldError):
        office.notify(office.server(mails))
    mails.mode = "normal"
    office.notify(office.server(mails))
    first, second = mails.taken
    assert first == second
    assert office.kinds() == ["intended", "failed", "intended", "sent"]


class Died(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("before", [True, False])
def test_killed_between_intent_and_outcome_the_log_says_that_it_is_told_again(
    office: Office, mails: Mails, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    def dies(*args: Any) -> frozenset[str]:
        if not before:
            send_mail(*args)
        raise Died

    office.deliver("b7")
    with monkeypatch.context() as patched:
        patched.setattr(notifying, "send_mail", dies)
        with pytest.raises(Died):
            office.notify(office.server(mails))
    assert office.kinds() == ["intended"]
    office.notify(office.server(mails))
    assert office.kinds() == ["intended", "intended", "sent"]
    ids = {message["Message-ID"] for message in mails.messages}
    assert (len(mails.taken), len(ids)) == (1 if before else 2, 1)


def test_one_that_fails_does_not_keep_the_next_from_being_told(
    office: Office, mails: Mails
) -> None:
    office.deliver("b7")
    office.deliver("b8", "clawback-batch.json.age", "recall")
    office.notify(office.server(mails))
    taken, recalled = mails.messages
    assert recalled["Subject"] == "Taken back: 3 documents of batch b8"
    assert "handoff-clawback" in recalled.get_content()  # type: ignore[attr-defined]
    assert taken["Message-ID"] != recalled["Message-ID"]


def test_a_batch_that_was_sealed_anew_is_told_of_again(office: Office, mails: Mails) -> None:
    office.deliver("b7")
    office.notify(office.server(mails))
    office.deliver("b7", "manifest.json.2.age")
    office.notify(office.server(mails))
    first, second = mails.messages
    assert first["Message-ID"] != second["Message-ID"]
    assert "manifest.json.2.sig < manifest.json.2" in second.get_content()  # type: ignore[attr-defined]


def test_without_a_server_the_firm_is_told_what_to_tell_once(office: Office) -> None:
    office.deliver("b7")
    office.notify(None)
    office.notify(None)
    [(batch, state, text)] = office.reporter.lines
    assert (batch, state) == ("b7", "by_hand")
    assert text.startswith(f"To: {INTAKE}, {SECOND}\nSubject: Batch b7: 3 documents\n")
    assert office.kinds() == ["intended", "by_hand"]


def test_a_policy_without_notification_tells_nobody(office: Office, mails: Mails) -> None:
    policy = office.policy("{}")
    about = EventDraft("manifest.delivered", "b7", details={"object_key": "b7/m.age"})
    assert due(policy, about, "delivery", 3) == ()
    office.notify(office.server(mails), policy)
    assert (mails.taken, office.kinds()) == ([], [])


def test_the_firms_own_program_gets_the_batch_and_no_secret(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    seen, program = tmp_path / "seen", tmp_path / "tell"
    program.write_text(f"#!/bin/sh\nenv > {seen}\ncat >> {seen}\n")
    program.chmod(0o700)
    office.deliver("b7")
    policy = office.policy(f"{{command: [{program}]}}")
    office.notify(None, policy)
    assert seen.read_text().endswith("b7\n")
    assert "planted" not in seen.read_text()
    assert office.log()[-1][1]["reached"] == ["command"]


@pytest.mark.parametrize("text", ["#!/bin/sh\nexit 7\n", "", None])
def test_a_program_that_fails_is_tried_again(
    office: Office, tmp_path: Path, text: str | None
) -> None:
    program = tmp_path / "tell"
    if text is not None:
        program.write_text(text or "no program")
        program.chmod(0o700)
    office.deliver("b7")
    with pytest.raises(VendorNotToldError, match=r"notify\.command"):
        office.notify(None, office.policy(f"{{command: [{program}]}}"))
    assert office.kinds() == ["intended", "failed"]


@pytest.mark.parametrize(
    ("content", "mode"), [("firm\npassword\n", 0o644), ("firm\n", 0o600), ("a\nb\nc\n", 0o600)]
)
def test_a_login_that_others_can_read_or_that_is_none_is_not_used(
    office: Office, mails: Mails, content: str, mode: int
) -> None:
    office.deliver("b7")
    server = office.server(mails)
    Path(server.login).write_text(content)
    Path(server.login).chmod(mode)
    with pytest.raises(VendorNotToldError, match=r"notify\.login"):
        office.notify(server)
    assert mails.heard == []


def test_a_wrong_password_is_said_and_stands_nowhere(office: Office, mails: Mails) -> None:
    office.deliver("b7")
    server = office.server(mails)
    Path(server.login).write_text("firm\nwrong-password\n")
    with pytest.raises(VendorNotToldError, match=r"notify\.login") as caught:
        office.notify(server)
    assert "wrong-password" not in f"{caught.value.message}{caught.value.hint}{office.log()}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{host: mail.firm.example, tls: none, sender: a@b.example}", "on this machine"),
        ("{host: localhost, tls: none, login: /x, sender: a@b.example}", "without a login"),
        ("{host: localhost, sender: nobody}", "expected one e-mail address"),
        ("{host: localhost, sender: a@b.example, password: x}", "unknown key"),
    ],
)
def test_a_server_that_would_be_told_in_clear_is_no_configuration(
    tmp_path: Path, text: str, words: str
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"mail: {text}\n")
    with pytest.raises(Exception, match=words):
        load_config(file)
