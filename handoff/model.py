"""The frozen values that flow from room to room. No I/O and no third-party import here.

Text of a document appears in exactly two types, `TextUnit` and `Redaction`, and in the bytes of a
`RedactedDocument`; all of them keep it out of their repr so that no traceback can show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal


class UnitKind(StrEnum):
    """Where in a document a piece of text stands.

    RAW is for rereads: the file's bytes as text, in which removed values are looked for, but which
    nobody reads as language, so that nothing new is looked for there.
    """

    BODY = "body"
    TABLE = "table"
    HEADER = "header"
    FOOTER = "footer"
    FOOTNOTE = "footnote"
    COMMENT = "comment"
    TRACKED = "tracked"
    HIDDEN = "hidden"
    METADATA = "metadata"
    MAIL_HEADER = "mail_header"
    LINK = "link"
    NAME = "name"
    OCR = "ocr"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """One file of the input; where it lies on disk stays with intake.

    Attributes:
        doc_id: opaque identifier, stable for the same file in the same batch.
        sha256: hex digest of the bytes as read; never leaves the firm unkeyed.
        size: bytes.
        media_type: as sniffed from content, "" before it was read.
    """

    doc_id: str
    sha256: str
    size: int
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class TextUnit:
    """A piece of text that a reader could see as one: a paragraph, a cell, a header.

    Attributes:
        unit_id: unique within the document and the same at every reading of the same bytes.
        kind: where the text stands.
        text: the text itself.
        place: the same in words for a person, without any text: "page 3", "comment 2".
        context: words beside the text that help a recognizer (a column's name); not searched.
    """

    unit_id: str
    kind: UnitKind
    text: str = field(repr=False)
    place: str = ""
    context: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """Personal data found in a unit: offsets into `TextUnit.text`, never the text itself."""

    unit_id: str
    start: int
    end: int
    entity: str
    score: float
    recognizer: str


class Operator(StrEnum):
    """What a profile does with findings of one entity."""

    REMOVE = "remove"
    MASK = "mask"
    PSEUDONYMIZE = "pseudonymize"
    KEEP = "keep"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Redaction:
    """One decided change: replace `finding`'s span by `replacement`.

    Redactions of one unit never overlap and are ordered by start.
    """

    finding: Finding
    operator: Operator
    replacement: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EntityRule:
    """What a profile says about one entity: the operator, and the score from which it applies."""

    operator: Operator
    threshold: float = 0.35


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """What a profile says of documents beside findings (`documents:` in the profile's file).

    Attributes:
        tracked_changes: "keep" delivers both sides redacted, "accept" accepts them all, "hold"
            holds a document that has any.
        attachments: "note" replaces an attachment, or a member of an archive, that must be held by
            a note and delivers the rest; "hold" holds the whole document.
        box_widths: "exact" draws a box as wide as what it hides, "quantised" in steps, so that the
            width says less about the word.
        faces: whether faces in pictures are covered.
        signatures: whether handwritten signatures in pictures are covered.
        office_recheck: "parts" rereads an Office document by its parts; "libreoffice" also rereads
            what LibreOffice shows of it, at some seconds a document.
    """

    tracked_changes: Literal["keep", "accept", "hold"] = "keep"
    attachments: Literal["note", "hold"] = "note"
    box_widths: Literal["exact", "quantised"] = "exact"
    faces: Literal["keep", "redact"] = "keep"
    signatures: Literal["keep", "redact"] = "keep"
    office_recheck: Literal["parts", "libreoffice"] = "parts"


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """Which findings a person must look at before the document leaves (`review:` in the profile).

    Attributes:
        below: findings of a lower score; 0 for none.
        entities: findings of these entities, whatever their score.
    """

    below: float = 0.0
    entities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RedactionProfile:
    """A redaction profile, as read from `policies/profiles/NAME.yaml`.

    Attributes:
        name: the profile's name.
        sha256: hex digest of the file's bytes; goes into the manifest and every event.
        language: language code of the documents ("en").
        entities: what to do per Presidio entity; an entity not named here is not looked for.
        allow: terms never redacted (public bodies, courts), compared without regard to case.
        recheck_block: entities of which the recheck may find none at all.
        keep_citations: leave the names and numbers of cited authorities, unless a party is named.
        parties: names of the matter's list, always redacted; each with its aliases after it.
        matter_sha256: hex digest of the matter's file, "" where none was given.
        matter_id: the firm's number for the matter, "" where it was not told; stands in events.
        documents: what to do with tracked changes, attachments, boxes and pictures.
        other_languages: further language codes of the documents.
        patterns_only: those languages of which the firm said that patterns must do.
        strict: look with a second, independent model too.
        review: which findings a person must look at before the document leaves.
    """

    name: str
    sha256: str
    language: str
    entities: Mapping[str, EntityRule]
    allow: tuple[str, ...] = field(default=(), repr=False)
    recheck_block: frozenset[str] = frozenset()
    keep_citations: bool = True
    parties: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    matter_sha256: str = ""
    matter_id: str = ""
    documents: DocumentOptions = DocumentOptions()
    other_languages: tuple[str, ...] = ()
    patterns_only: frozenset[str] = frozenset()
    strict: bool = False
    review: ReviewRule = ReviewRule()

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that documents may be written in, the usual one first."""
        return (self.language, *self.other_languages)

    @property
    def form(self) -> str:
        """What tells one redacted form of a document from another: the profile and the matter."""
        return self.sha256 + self.matter_sha256


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where a vendor's packages go. `endpoint`, `region`, `ca` empty: botocore's own defaults.

    `kms_key`: the one key that may encrypt at rest, "" for the store's own (SSE-S3). `log_bucket`:
    where the store writes its access log, "" for none.
    """

    name: str
    endpoint: str = ""
    region: str = ""
    ca: str = ""
    checksums: str = "when_supported"
    addressing: str = "auto"
    kms_key: str = ""
    log_bucket: str = ""


@dataclass(frozen=True, slots=True)
class ObjectLock:
    """Default retention of every object: until then nobody, or few, can delete a version."""

    mode: Literal["GOVERNANCE", "COMPLIANCE"]
    days: int


@dataclass(frozen=True, slots=True)
class Access:
    """What a vendor may do with its bucket; everything not granted here is refused.

    Attributes:
        principals: ARNs of the users and roles that the vendor comes with.
        addresses: CIDR blocks that it comes from; empty: from anywhere.
        until: last day (UTC) on which the grant holds, None for no end.
        return_prefix: where it may put its work product ("returns/"), "" for nowhere.
        expires_days: days after which the store removes an object.
        lock: default retention, None for none.
        denied: keys of objects that were taken back and may still lie there; a whole batch as
            `BATCH/`. Comes from the custody log, never from a policy file.
    """

    principals: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    until: date | None = None
    return_prefix: str = ""
    expires_days: int = 90
    lock: ObjectLock | None = None
    denied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certification the firm relies on (ISO 27001, SOC 2), with the last day it holds."""

    name: str
    expires: date


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to telephone at the vendor."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class SubProcessor:
    """Whom the vendor passes work on to, in which country (ISO 3166-1 alpha-2), for what."""

    name: str
    country: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class VendorKey:
    """A public key of the vendor: an age recipient or an SSH key.

    `verified` and `revoked` are days, None where that never happened as far as the policy says;
    `until` is the last day on which is sealed to it, None for no end.
    """

    key: str
    holder: str = ""
    verified: date | None = None
    revoked: date | None = None
    until: date | None = None


class KeyState(StrEnum):
    """What the firm knows of a vendor's public key."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class VendorLimits:
    """What one send may hold at most; None and empty: no limit."""

    documents: int | None = None
    bytes: int | None = None
    media_types: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """Who looks at documents before they leave, and how many people must agree."""

    review: Literal["none", "sample", "all"] = "none"
    approvers: tuple[str, ...] = ()
    two_person: bool = False


@dataclass(frozen=True, slots=True)
class Notification:
    """How the vendor hears of a batch: mail to these addresses, or a program of the firm."""

    email: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Firm:
    """What holds for the firm itself: its country, where its data may lie, its rule on keys."""

    country: str = ""
    residency: tuple[str, ...] = ()
    verified_keys: Literal["required", "advised"] = "advised"


@dataclass(frozen=True, slots=True)
class VendorPolicy:
    """A vendor's policy, as read from `policies/vendors/NAME.yaml`.

    Attributes:
        name: the short name used on the command line.
        sha256: hex digest of the file's bytes.
        legal_name: as in the agreement.
        agreement: reference of the agreement.
        expires: last day on which the agreement holds.
        certificates: certifications relied on.
        recipients: age recipients not revoked, `age1...`, `age1pq...` or `ssh-ed25519 ...`.
        bucket: where packages go.
        profile: name of the redaction profile.
        control_prefix: prefix of control numbers ("ACME").
        instructions: text for the vendor, goes into the manifest.
        expires_days: days after which the vendor must have destroyed what it got.
        jurisdiction: country the vendor works in, ISO 3166-1 alpha-2, "" if not said.
        contact: whom to telephone.
        dpa: reference of the data processing agreement, "" if there is none.
        dpa_expires: its last day, None if it ends with the agreement.
        transfers: mechanisms for data leaving the EU or the UK ("scc", "idta", ...).
        sub_processors: whom the vendor passes work on to.
        keys: every recipient with what the policy says of it, the revoked ones too.
        signers: SSH keys of the vendor's people.
        access: what the vendor may do with its bucket.
        limits: what one send may hold.
        release: who looks at documents before they leave.
        notification: how the vendor hears of a batch.
    """

    name: str
    sha256: str
    legal_name: str
    agreement: str
    expires: date
    certificates: tuple[Certificate, ...]
    recipients: tuple[str, ...]
    bucket: Bucket
    profile: str
    control_prefix: str
    instructions: str = ""
    expires_days: int = 90
    jurisdiction: str = ""
    contact: Contact | None = None
    dpa: str = ""
    dpa_expires: date | None = None
    transfers: tuple[str, ...] = ()
    sub_processors: tuple[SubProcessor, ...] = ()
    keys: tuple[VendorKey, ...] = ()
    signers: tuple[VendorKey, ...] = ()
    access: Access = Access()
    limits: VendorLimits = VendorLimits()
    release: Release = Release()
    notification: Notification = Notification()

    def recipients_on(self, day: date) -> tuple[str, ...]:
        """The recipients that are sealed to on `day` (UTC): less those whose `until` is over."""
        over = {key.key for key in self.keys if key.until is not None and key.until < day}
        return tuple(recipient for recipient in self.recipients if recipient not in over)


@dataclass(frozen=True, slots=True)
class Leak:
    """Something the recheck still found: where and what kind, never the text."""

    place: str
    entity: str
    how: str


@dataclass(frozen=True, slots=True)
class RecheckPassed:
    """Proof that a second reader read the redacted bytes and found them clean.

    Only `handoff.redaction.recheck` makes one.
    """

    readers: tuple[str, ...]
    values_sought: int
    units_read: int


@dataclass(frozen=True, slots=True)
class RecheckFailed:
    """The second reading found something; the document is held."""

    leaks: tuple[Leak, ...]


@dataclass(frozen=True, slots=True)
class RedactedDocument:
    """A document that may be sealed: `recheck` can only be a `RecheckPassed`."""

    doc_id: str
    control_number: str
    source_sha256: str
    sha256: str
    media_type: str
    extension: str
    redactions: Mapping[str, int]
    recheck: RecheckPassed
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """Ciphertext in the spool, ready to be delivered."""

    doc_id: str
    control_number: str
    object_key: str
    ciphertext_sha256: str
    size: int
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoreReceipt:
    """What the store said about an object it now holds."""

    object_key: str
    size: int
    sha256: str
    version_id: str = ""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class WithheldPart:
    """A part of a document that stays here while the rest goes: where, and why.

    Attributes:
        place: the part in words: "attachment 3, member 1".
        code: the error's code.
        message: the error in words, without any text of the document.
    """

    place: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """The document lies in the vendor's bucket, under this control number.

    `withheld` are the parts of it in whose place the vendor gets a note.
    """

    doc_id: str
    control_number: str
    media_type: str
    size: int
    redactions: Mapping[str, int]
    receipt: StoreReceipt
    withheld: tuple[WithheldPart, ...] = ()


@dataclass(frozen=True, slots=True)
class AlreadyDelivered:
    """The same bytes went to the same vendor, under the same profile, in an earlier batch."""

    doc_id: str
    control_number: str
    batch_id: str
    withheld: tuple[WithheldPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """The document stays here: why, where in it, and what to do about it."""

    doc_id: str
    code: str
    message: str
    hint: str
    places: tuple[str, ...] = ()
    control_number: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The document was fit to go but could not be delivered; the same command tries again."""

    doc_id: str
    code: str
    message: str
    hint: str
    control_number: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """The document is redacted and proven clean, and goes nowhere (`--dry-run`, `redact`)."""

    doc_id: str
    control_number: str
    media_type: str
    size: int
    redactions: Mapping[str, int]
    withheld: tuple[WithheldPart, ...] = ()


Outcome = Delivered | AlreadyDelivered | Held | Failed | Ready

JsonValue = None | bool | int | str | list["JsonValue"] | dict[str, "JsonValue"]


@dataclass(frozen=True, slots=True)
class EventDraft:
    """What a step asks the ledger to record; the ledger adds index, time, actor, host and tool.

    Attributes:
        kind: `noun.verb` in the past tense or `.intended`: "document.rechecked".
        batch_id: the batch, "" for events of no batch.
        doc_id: the document, "" for events of a whole batch.
        materials: digests of what went in, by name.
        products: digests of what came out, by name.
        policy_sha256: the vendor policy under which it happened.
        details: counts, control numbers, codes; never text, values or original names.
    """

    kind: str
    batch_id: str = ""
    doc_id: str = ""
    materials: Mapping[str, str] = field(default_factory=dict)
    products: Mapping[str, str] = field(default_factory=dict)
    policy_sha256: str = ""
    details: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CustodyEvent:
    """One leaf of the custody log."""

    index: int
    at: datetime
    kind: str
    actor: str
    host: str
    tool: str
    batch_id: str
    doc_id: str
    materials: Mapping[str, str]
    products: Mapping[str, str]
    policy_sha256: str
    details: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A commitment to the first `size` events: their RFC 6962 root hash, under the log's origin."""

    origin: str
    size: int
    root: bytes
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """What the manifest says about one delivered document."""

    control_number: str
    file_name: str
    object_key: str
    media_type: str
    size: int
    sha256: str
    ciphertext_size: int
    ciphertext_sha256: str
    redactions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The table of contents of a batch, signed by the firm (docs/formats.md)."""

    batch_id: str
    vendor: str
    created: datetime
    expires: date
    policy_sha256: str
    profile_sha256: str
    model_sha256: str
    recipients: tuple[str, ...]
    instructions: str
    checkpoint: str
    entries: tuple[ManifestEntry, ...]
