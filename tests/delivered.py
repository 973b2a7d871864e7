"""A firm that has delivered, laid down without engine or documents: the log, the objects, the keys.

The events are those that `handoff send` leaves, and the objects are really sealed; what is spared
is reading and redacting.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from handoff.model import EventDraft, Manifest, ManifestEntry
from handoff.pipeline.home import Home, SystemClock
from handoff.pipeline.initialising import initialise
from handoff.pipeline.ledgers import open_ledger
from handoff.pipeline.recalling_state import access_in_force
from handoff.policy.sections import StorageSchema
from handoff.policy.vendors import load_vendor
from handoff.sealing import age
from handoff.sealing.keys import load_firm_keys
from handoff.sealing.manifest import encode, sign
from handoff.sealing.recipients import recipients_for
from handoff.sealing.seal import seal_bytes
from handoff.storage import embedded, provision
from tests.ceph import Ceph

POLICY = """\
name: {name}
legal_name: Acme Review Services
jurisdiction: {country}
agreement: {{reference: MSA-1, expires: 2999-12-31}}
recipients: [{{key: {recipient}, verified: 2026-01-01}}]
bucket: {{name: {bucket}, endpoint: "{endpoint}", region: us-east-1, checksums: when_required}}
access:
  principals: ["{principal}"]
  return_prefix: returns/
{lock}
profile: legal-review
control_prefix: {prefix}
"""
REFUSED = {403, 404}
CONFIG: dict[str, Any] = {
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
    "retries": {"total_max_attempts": 1},
    "s3": {"addressing_style": "path"},
}


def logins(server: embedded.Server | Ceph) -> dict[str, tuple[str, str]]:
    """Key and secret of each user."""
    if isinstance(server, Ceph):
        return server.secrets
    found: dict[str, tuple[str, str]] = json.loads(
        (server.directory / "credentials.json").read_text()
    )
    return found


@dataclass
class Batch:
    """A batch as it was laid down."""

    batch_id: str
    numbers: list[str]
    keys: dict[str, str]
    doc_ids: dict[str, str]


@dataclass
class Delivered:
    """A home whose vendor has a bucket on a real server."""

    home: Home
    server: embedded.Server | Ceph
    name: str = "acme"
    user: str = "acme"
    country: str = "IN"
    lock: str = ""
    prefix: str = "ACME"
    via: str = ""
    bucket: str = field(default_factory=lambda: f"recall-{uuid.uuid4().hex[:12]}")
    identity: age.X25519Identity = field(default_factory=age.generate_x25519)
    last: int = 0
    clients: dict[str, Any] = field(default_factory=dict, repr=False)

    def make(self) -> Delivered:
        """The home, the vendor's policy and its bucket."""
        if not self.home.root.exists():
            list(initialise(self.home))
        lock = f"  object_lock: {{mode: {self.lock}, days: 1}}" if self.lock else ""
        self.policy_file.write_text(
            POLICY.format(
                name=self.name,
                country=self.country,
                recipient=self.identity.recipient(),
                bucket=self.bucket,
                endpoint=self.via or self.server.endpoint,
                principal=self.server.principal(self.user),
                lock=lock,
                prefix=self.prefix,
            )
        )
        self.provision()
        return self

    @property
    def policy_file(self) -> Path:
        return self.home.vendors / f"{self.name}.yaml"

    def policy(self) -> Any:
        return load_vendor(self.home.vendors, self.name, StorageSchema())

    def provision(self) -> provision.Plan:
        """Provision as the command would; return what was left to be changed."""
        policy = self.policy()
        access = access_in_force(self.home, policy)
        planned = provision.plan(policy.bucket, policy.name, access)
        list(provision.apply(planned))
        return planned

    def client(self, user: str = "owner") -> Any:
        if user in self.clients:
            return self.clients[user]
        key, secret = logins(self.server)[user]
        # boto3's default session keeps the configuration that the first test had.
        self.clients[user] = boto3.session.Session().client(
            "s3",
            endpoint_url=self.server.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            region_name="us-east-1",
            config=Config(**CONFIG),
        )
        return self.clients[user]

    def bucket_policy(self) -> str:
        """The policy that is in force on the bucket."""
        return str(self.client().get_bucket_policy(Bucket=self.bucket)["Policy"])

    def deliver(
        self, count: int = 2, *, matter: str = "", expires: date | None = None, closed: bool = True
    ) -> Batch:
        """Lay down a batch of `count` documents; not `closed`: the run was killed first."""
        batch_id = f"b{secrets.token_hex(12)}"
        numbers = [f"{self.prefix}-{self.last + n + 1:06d}" for n in range(count)]
        first, self.last = self.last, self.last + count
        keys = {n: f"{batch_id}/{secrets.token_hex(20)}.age" for n in numbers}
        doc_ids = {n: f"d{secrets.token_hex(12)}" for n in numbers}
        made = Batch(batch_id, numbers, keys, doc_ids)
        sealed = {n: seal_bytes(f"text of {n}".encode(), self._recipients()) for n in numbers}
        client = self.client()
        for number in numbers:
            client.put_object(Bucket=self.bucket, Key=keys[number], Body=sealed[number])
        with open_ledger(self.home, SystemClock()) as ledger:
            ledger.append(self._events(made, sealed, matter, first + count))
            if closed:
                self._close(made, sealed, ledger, expires or self._in_a_month())
        return made

    def _recipients(self) -> list[str]:
        firm = load_firm_keys(self.home.keys)
        return list(recipients_for([str(self.identity.recipient())], firm))

    @staticmethod
    def _in_a_month() -> date:
        return (datetime.now(UTC) + timedelta(days=30)).date()

    def _events(
        self, batch: Batch, sealed: dict[str, bytes], matter: str, last: int
    ) -> list[EventDraft]:
        policy = self.policy().sha256
        opened: dict[str, Any] = {
            "vendor": self.name,
            "profile": "legal-review",
            "documents": len(batch.numbers),
            "control_first": batch.numbers[0],
            "control_last": batch.numbers[-1],
            "number_last": last,
        }
        opened |= {"matter_id": matter} if matter else {}
        drafts = [EventDraft("batch.opened", batch.batch_id, details=opened)]
        for number in batch.numbers:
            drafts += self._document(batch, number, sealed[number])
        return [replace(draft, policy_sha256=policy) for draft in drafts]

    def _document(self, batch: Batch, number: str, sealed: bytes) -> list[EventDraft]:
        doc_id = batch.doc_ids[number]
        ciphertext = {"ciphertext": f"sha256:{hashlib.sha256(sealed).hexdigest()}"}
        document = {"document": f"sha256:{_digest(number)}"}
        where = {
            "control_number": number,
            "object_key": batch.keys[number],
            "size": len(sealed),
        }
        made: Sequence[tuple[str, dict[str, str], dict[str, Any]]] = (
            ("document.received", {}, {"control_number": number, "size": 9}),
            (
                "document.redacted",
                document,
                {
                    "control_number": number,
                    "counts": {"PERSON": 2, "US_SSN": 1},
                    "media_type": "text/plain",
                    "extension": "txt",
                    "size": len(f"text of {number}"),
                },
            ),
            ("document.sealed", ciphertext, {**where, "recipients": 2}),
            ("delivery.intended", ciphertext, where),
            ("delivery.confirmed", ciphertext, where),
        )
        return [
            EventDraft(kind, batch.batch_id, doc_id, products=products, details=details)
            for kind, products, details in made
        ]

    def _close(self, batch: Batch, sealed: dict[str, bytes], ledger: Any, expires: date) -> None:
        delivered = len(batch.numbers)
        counts: dict[str, Any] = {
            "vendor": self.name,
            "delivered": delivered,
            "held": 0,
            "failed": 0,
        }
        ledger.append([EventDraft("batch.closed", batch.batch_id, details=counts)])
        manifest = self._manifest(batch, sealed, ledger.checkpoint().note, expires)
        encoded = encode(manifest)
        signature = sign(encoded, load_firm_keys(self.home.keys).signing).encode()
        record = self.home.records / f"{batch.batch_id}.manifest.json"
        record.write_bytes(encoded)
        record.with_name(f"{record.name}.sig").write_bytes(signature)
        for key, data in (
            ("manifest.json.sig", signature),
            ("manifest.json.age", seal_bytes(encoded, self._recipients())),
        ):
            where = {"object_key": f"{batch.batch_id}/{key}"}
            products = {"ciphertext": f"sha256:{hashlib.sha256(data).hexdigest()}"}
            drafts = [
                EventDraft(kind, batch.batch_id, products=products, details=dict(where))
                for kind in ("manifest.intended", "manifest.delivered")
            ]
            self.client().put_object(Bucket=self.bucket, Key=where["object_key"], Body=data)
            ledger.append(drafts)
        ledger.checkpoint()

    def _manifest(
        self, batch: Batch, sealed: dict[str, bytes], note: str, expires: date
    ) -> Manifest:
        entries = tuple(
            ManifestEntry(
                number,
                f"{number}.txt",
                batch.keys[number],
                "text/plain",
                len(f"text of {number}"),
                _digest(number),
                len(sealed[number]),
                hashlib.sha256(sealed[number]).hexdigest(),
                {"PERSON": 2, "US_SSN": 1},
            )
            for number in batch.numbers
        )
        return Manifest(
            batch.batch_id,
            self.name,
            datetime.now(UTC),
            expires,
            self.policy().sha256,
            "0" * 64,
            "0" * 64,
            tuple(self._recipients()),
            "",
            note,
            entries,
        )

    def readable(self, user: str, keys: Sequence[str]) -> list[str]:
        """Which of `keys` the user can get, by the key or by any version of it."""
        client, owner, found = self.client(user), self.client(), []
        for key in keys:
            listed = owner.list_object_versions(Bucket=self.bucket, Prefix=key)
            ids = [{"VersionId": v["VersionId"]} for v in listed.get("Versions", ())]
            for more in ({}, *ids):
                try:
                    client.get_object(Bucket=self.bucket, Key=key, **more)["Body"].read()
                except client.exceptions.ClientError as error:
                    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                    if status not in REFUSED:
                        raise
                else:
                    found.append(key)
        return found

    def listed(self, user: str = "owner") -> list[str]:
        """Every key that the user sees in the bucket."""
        contents = self.client(user).list_objects_v2(Bucket=self.bucket).get("Contents", ())
        return [entry["Key"] for entry in contents]

    def versions(self, prefix: str = "") -> int:
        """Versions that are left under `prefix`, markers not counted."""
        found = self.client().list_object_versions(Bucket=self.bucket, Prefix=prefix)
        return len(found.get("Versions", ()))

    def kinds(self, batch_id: str) -> list[str]:
        """The kinds of the batch's events since it was delivered."""
        with open_ledger(self.home, SystemClock()) as ledger:
            kinds = [event.kind for event in ledger.events(batch_id=batch_id)]
        last = max((n for n, kind in enumerate(kinds) if kind == "manifest.delivered"), default=-1)
        return kinds[last + 1 :]

    def details(self, kind: str) -> list[dict[str, Any]]:
        """The details of every event of one kind."""
        with open_ledger(self.home, SystemClock()) as ledger:
            return [dict(event.details) for event in ledger.events(kinds=[kind])]


def _digest(number: str) -> str:
    return hashlib.sha256(f"text of {number}".encode()).hexdigest()


def use_logins(server: embedded.Server | Ceph, directory: Path, monkeypatch: Any) -> None:
    """The AWS chain of this process: a profile a user, the owner's in force."""
    credentials, config = directory / "aws-credentials", directory / "aws-config"
    credentials.write_text(
        "".join(
            f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
            for name, (key, secret) in logins(server).items()
        )
    )
    config.write_text("".join(f"[profile {n}]\nregion = us-east-1\n" for n in logins(server)))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "owner")
