"""Calendars and vCards: texts and people are redacted, what no rule knows is dropped."""

from __future__ import annotations

import pytest

from handoff.documents.door import HouseDoor
from handoff.documents.registry import by_name, sniff
from handoff.errors import DamagedError, DocumentError, UnsupportedTypeError
from handoff.model import DocumentOptions
from tests.unit.documents.judge import assert_clean, redact, text_of

SECRET = "Zebulon Quarterstaff"
ADDRESS = "zebulon.quarterstaff@example.com"


def event(*lines: str) -> bytes:
    inside = ["BEGIN:VEVENT", "DTSTART:20261124T100000Z", *lines, "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *inside, "END:VCALENDAR", ""]).encode()


def card(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", ""]).encode()


PLACES = {
    "summary": event(f"SUMMARY:Call with {SECRET}"),
    "description, folded": event("DESCRIPTION:Call with Zeb\r\n ulon Quarter\r\n\tstaff"),
    "description, escaped": event(f"DESCRIPTION:One\\, two\\n{SECRET}"),
    "place": event(f'LOCATION;LANGUAGE="{SECRET}":House of {SECRET}'),
    "attendee": event(f'ATTENDEE;CN="{SECRET}";ROLE=CHAIR:mailto:{ADDRESS}'),
    "attendee, on behalf of": event(f'ATTENDEE;SENT-BY="mailto:{ADDRESS}":mailto:a@example.org'),
    "organizer": event(f"ORGANIZER;CN={SECRET}:MAILTO:{ADDRESS}"),
    "identifier": event(f"UID:{ADDRESS}"),
    "organizer without an address": event(f"ORGANIZER;CN={SECRET}"),
    "private property that is none": event(f"X-RADIUS={SECRET}"),
    "private property outside": event() + f"X-CACHED:{SECRET}\r\n".encode(),
    "block of an unknown kind": event(
        "BEGIN:X-MEET",
        f"SUMMARY:{SECRET}",
        "BEGIN:VALARM",
        f"DESCRIPTION:{SECRET}",
        "END:VALARM",
        "END:X-MEET",
    ),
    "private property": event(f"X-ALT-DESC;FMTTYPE=text/html:<p>{SECRET}</p>"),
    "attachment": event(f"ATTACH:https://example.com/{SECRET}"),
    "time zone": event(f"DTEND;TZID={SECRET}:20261124T110000"),
    "status": event(f"STATUS:{SECRET}"),
    "rule": event(f"RRULE:FREQ=DAILY;X={SECRET}"),
    "category": event(f"CATEGORIES:Work,{SECRET}"),
    "alarm": event("BEGIN:VALARM", f"DESCRIPTION:{SECRET}", "END:VALARM"),
    "formatted name": card(f"FN:{SECRET}"),
    "address": card(f"EMAIL;TYPE=work:{ADDRESS}"),
    "note in quoted-printable": card(
        "NOTE;ENCODING=QUOTED-PRINTABLE:Zebulon=20Quar=", "terstaff is ill"
    ),
    "note of vCard 2.1": card("NOTE;QUOTED-PRINTABLE:Zebulon=20Quarterstaff"),
    "group": card(f"item1.X-ABLABEL:{SECRET}"),
    "photograph": card(f"PHOTO;ENCODING=b:{SECRET}"),
    "link": card(f"URL:https://example.com/{SECRET}"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_redacted_or_gone_wherever_it_hides(place: str) -> None:
    content = PLACES[place]
    handler = sniff(content)
    produced = redact(handler, content, [ADDRESS, SECRET])
    assert_clean(handler, produced, [ADDRESS, SECRET, "quarterstaff"])
    assert sniff(produced) is handler
    assert all(len(line) <= 75 for line in produced.split(b"\r\n"))


def test_an_invitation_keeps_its_people_and_times() -> None:
    content = event(
        "DTEND;TZID=Somewhere:20261124T110000", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4",
        "SUMMARY:Grüße\\, all", "ATTENDEE;CN=Ann Ode:mailto:ann@example.org", "UID:x@y",
    )  # fmt: skip
    produced = by_name("ics").rewrite(content, (), HouseDoor()).decode().split("\r\n")
    assert produced[3:9] == [
        "DTSTART:20261124T100000Z",
        "DTEND;TZID=zone-1:20261124T110000",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4",
        "SUMMARY:Grüße\\, all",
        'ATTENDEE;CN="Ann Ode":mailto:ann@example.org',
        "UID:item-1@redacted.invalid",
    ]


def test_the_parts_of_a_name_are_units_of_their_own() -> None:
    units = by_name("vcf").read(card("N:Ode;Ann;;Dr.;", "ADR:;;1 Main St;Ghent;;;"), HouseDoor())
    assert text_of(units).split("\n") == ["Ode", "Ann", "Dr.", "1 Main St", "Ghent"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (event("BEGIN:VUNHEARD", "END:VEVENT"), DamagedError),
        (event("Zebulon;Quarterstaff"), DamagedError),
        (event("X-WR-CALNAME Zebulon"), DamagedError),
        (event()[:-20], DamagedError),
        (event("no line at all"), DamagedError),
        (event() + b"Dear Zebulon\r\n", DamagedError),
        (event() + b"NOTE:outside\r\n", DamagedError),
    ],
)
def test_what_breaks_the_rules_is_held(content: bytes, error: type[DocumentError]) -> None:
    with pytest.raises(error):
        sniff(content).read(content, HouseDoor())


def test_a_block_of_an_unknown_kind_stays_here_and_is_told_of() -> None:
    content = event("BEGIN:X-MEET", "SUMMARY:a", "END:X-MEET", "SUMMARY:kept")
    door = HouseDoor()
    assert text_of(by_name("ics").read(content, door)) == "kept"
    assert [place for place, _ in door.withheld] == ["block that begins in line 5"]
    with pytest.raises(UnsupportedTypeError):
        by_name("ics").read(content, HouseDoor(options=DocumentOptions(attachments="hold")))
