"""Questions to the index: batches and documents by matter, vendor, person, date and state."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine, RowMapping

from handoff.custody.events import format_time, parse_time
from handoff.custody.index.fold import WITH_THE_VENDOR
from handoff.custody.index.tables import batches, documents

_FAR = 10**9


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; what is empty does not narrow.

    Attributes:
        vendor, matter, actor, state: exactly so. State "with-vendor" is every state in which the
            object still lies in the vendor's bucket.
        reference: a batch id, document id or control number, or the beginning of one.
        since, until: when the batch was opened, or the document last changed; `until` excluded.
        limit, offset: which part of the answer, latest first.
    """

    vendor: str = ""
    matter: str = ""
    actor: str = ""
    state: str = ""
    reference: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = _FAR
    offset: int = 0


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """One batch. Times are UTC; None where it did not happen."""

    batch_id: str
    vendor: str
    matter: str
    state: str
    opened_at: datetime
    closed_at: datetime | None
    actor: str
    host: str
    profile: str
    profile_sha256: str
    policy_sha256: str
    control_first: str
    control_last: str
    documents: int
    states: Mapping[str, int]
    receipt_at: datetime | None
    alerts: int

    @property
    def delivered(self) -> int:
        """Documents that reached the vendor, taken back or not."""
        gone = ("recalled", "expired", *WITH_THE_VENDOR)
        return sum(self.states.get(state, 0) for state in gone)

    @property
    def held(self) -> int:
        """Documents that never left."""
        return self.states.get("held", 0)

    @property
    def failed(self) -> int:
        """Documents whose sending failed so far."""
        return self.states.get("failed", 0)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """One document in one batch. Times are UTC; None where it did not happen. Size in bytes."""

    batch_id: str
    doc_id: str
    control_number: str
    vendor: str
    matter: str
    state: str
    received_at: datetime
    changed_at: datetime
    delivered_at: datetime | None
    actor: str
    media_type: str
    size: int
    held_code: str
    withheld: int
    redactions: Mapping[str, int]
    object_key: str
    policy_sha256: str
    accesses: int
    accessed_at: str
    alerts: int


def find_batches(engine: Engine, query: Query) -> list[BatchFacts]:
    """The batches that `query` asks for, latest first."""
    wanted = (
        sa.select(batches)
        .where(*_conditions(batches, batches.c.opened_at, query))
        .order_by(batches.c.opened_at.desc(), batches.c.batch_id)
        .limit(query.limit)
        .offset(query.offset)
    )
    with engine.connect() as connection:
        rows = connection.execute(wanted).mappings().all()
        ids = [row["batch_id"] for row in rows]
        states = _states(connection, None if query.limit >= _FAR else ids)
    return [_batch(row, states.get(row["batch_id"], {})) for row in rows]


def find_documents(engine: Engine, query: Query) -> list[DocumentFacts]:
    """The documents that `query` asks for, the last changed first."""
    wanted = (
        sa.select(documents)
        .where(*_conditions(documents, documents.c.changed_at, query))
        .order_by(documents.c.changed_at.desc(), documents.c.control_number)
        .limit(query.limit)
        .offset(query.offset)
    )
    with engine.connect() as connection:
        return [_document(row) for row in connection.execute(wanted).mappings()]


def batch_at(engine: Engine, batch_id: str) -> BatchFacts | None:
    """The batch of that id, and of no other that begins like it; None where there is none."""
    wanted = sa.select(batches).where(batches.c.batch_id == batch_id)
    with engine.connect() as connection:
        row = connection.execute(wanted).mappings().one_or_none()
        states = _states(connection, [batch_id])
    return None if row is None else _batch(row, states.get(batch_id, {}))


def document_at(engine: Engine, batch_id: str, doc_id: str) -> DocumentFacts | None:
    """One document as it went through one batch; None where there is none.

    One that is held night after night stands in the batch of every night.
    """
    wanted = sa.select(documents).where(
        documents.c.batch_id == batch_id, documents.c.doc_id == doc_id
    )
    with engine.connect() as connection:
        row = connection.execute(wanted).mappings().one_or_none()
    return None if row is None else _document(row)


def count_documents(engine: Engine, query: Query) -> int:
    """How many documents `query` asks for, whatever its limit."""
    conditions = _conditions(documents, documents.c.changed_at, query)
    with engine.connect() as connection:
        wanted = sa.select(sa.func.count()).select_from(documents).where(*conditions)
        return int(connection.execute(wanted).scalar_one())


def count_batches(engine: Engine, query: Query) -> int:
    """How many batches `query` asks for, whatever its limit."""
    conditions = _conditions(batches, batches.c.opened_at, query)
    with engine.connect() as connection:
        wanted = sa.select(sa.func.count()).select_from(batches).where(*conditions)
        return int(connection.execute(wanted).scalar_one())


def documents_of(engine: Engine, batch_id: str, limit: int = _FAR) -> list[DocumentFacts]:
    """The first documents of one batch, in the order of their control numbers."""
    wanted = sa.select(documents).where(documents.c.batch_id == batch_id).limit(limit)
    with engine.connect() as connection:
        ordered = connection.execute(wanted.order_by(documents.c.control_number)).mappings()
        return [_document(row) for row in ordered]


def totals(engine: Engine, column: str) -> dict[str, dict[str, int]]:
    """Documents by state for each value of `column`, "vendor" or "matter"."""
    by = documents.c[column]
    wanted = sa.select(by, documents.c.state, sa.func.count()).group_by(by, documents.c.state)
    answer: dict[str, dict[str, int]] = {}
    with engine.connect() as connection:
        for value, state, count in connection.execute(wanted):
            answer.setdefault(value, {})[state] = count
    return answer


def redaction_totals(found: Sequence[DocumentFacts]) -> dict[str, int]:
    """Redactions by kind of personal data over `found`, most frequent first."""
    counted: Counter[str] = Counter()
    for document in found:
        counted.update(document.redactions)
    return dict(counted.most_common())


def _conditions(
    table: sa.Table, moment: sa.Column[Any], query: Query
) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for name in ("vendor", "matter", "actor"):
        if value := getattr(query, name):
            conditions.append(table.c[name] == value)
    if query.state == "with-vendor":
        conditions.append(table.c.state.in_(WITH_THE_VENDOR))
    elif query.state:
        conditions.append(table.c.state == query.state)
    if query.since:
        conditions.append(moment >= format_time(query.since))
    if query.until:
        conditions.append(moment < format_time(query.until))
    if query.reference:
        conditions.append(_named(table, query.reference))
    return conditions


def _named(table: sa.Table, reference: str) -> sa.ColumnElement[bool]:
    """Rows whose names begin with `reference`; a control number with or without extension."""
    columns = ("batch_id", "doc_id", "control_number", "control_first")
    plain = reference.partition(".")[0]
    # A range, not LIKE: it uses the index, and nothing in `reference` is a wildcard.
    ranges = [
        sa.and_(table.c[name] >= plain, table.c[name] < plain + "\U0010ffff")
        for name in columns
        if name in table.c
    ]
    if "control_last" in table.c:
        inside = sa.and_(table.c.control_first <= plain, table.c.control_last >= plain)
        ranges.append(sa.and_(inside, sa.func.length(table.c.control_first) == len(plain)))
    return sa.or_(*ranges)


def _states(
    connection: sa.engine.Connection, batch_ids: list[str] | None
) -> dict[str, dict[str, int]]:
    wanted = sa.select(documents.c.batch_id, documents.c.state, sa.func.count())
    if batch_ids is not None:
        wanted = wanted.where(documents.c.batch_id.in_(batch_ids))
    answer: dict[str, dict[str, int]] = {}
    for batch_id, state, count in connection.execute(
        wanted.group_by(documents.c.batch_id, documents.c.state)
    ):
        answer.setdefault(batch_id, {})[state] = count
    return answer


def _moment(value: str) -> datetime | None:
    return parse_time(value) if value else None


def _batch(row: RowMapping, states: Mapping[str, int]) -> BatchFacts:
    names = BatchFacts.__dataclass_fields__.keys() - {"states", "opened_at", "closed_at"}
    plain = {name: row[name] for name in names - {"receipt_at"}}
    return BatchFacts(
        **plain,
        states=states,
        opened_at=parse_time(row["opened_at"]),
        closed_at=_moment(row["closed_at"]),
        receipt_at=_moment(row["receipt_at"]),
    )


def _document(row: RowMapping) -> DocumentFacts:
    moments = {"received_at", "changed_at", "delivered_at", "redactions"}
    plain = {name: row[name] for name in DocumentFacts.__dataclass_fields__.keys() - moments}
    return DocumentFacts(
        **plain,
        received_at=parse_time(row["received_at"]),
        changed_at=parse_time(row["changed_at"]),
        delivered_at=_moment(row["delivered_at"]),
        redactions=json.loads(row["redactions"]),
    )
