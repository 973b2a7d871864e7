"""What a vendor is told: the batch, where it lies, how it is opened, how its receipt is signed.

Nothing of a document goes into it: no original name, no control number, no value, no text. It
follows from the log and the policy alone, so that a second attempt says the same, under the same
Message-ID (RFC 5322 section 3.6.4), and a mail program shows both as one.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from handoff.model import CustodyEvent, VendorPolicy

RECALL = "recall"


def subject_of(due: CustodyEvent) -> str:
    """The mail's subject: the batch and a number."""
    number = due.details["documents"]
    what = f"{number} {'document' if number == 1 else 'documents'}"
    if due.details["subject"] == RECALL:
        return f"Taken back: {what} of batch {due.batch_id}"
    return f"Batch {due.batch_id}: {what}"


def text_of(due: CustodyEvent, policy: VendorPolicy) -> str:
    """The mail's text, also for whoever tells the vendor by hand."""
    body = _recall if due.details["subject"] == RECALL else _delivery
    return (
        f"To {policy.legal_name}, under agreement {policy.agreement}\n\n"
        f"{body(due, policy)}\n"
        "This message is not signed. Rely on the signatures named above alone; where one does not "
        "fit,\nuse nothing of it and telephone the firm, at a number that you have from before.\n"
    )


def message_of(
    due: CustodyEvent, policy: VendorPolicy, sender: str, to: Sequence[str]
) -> EmailMessage:
    """The same as a mail; equal to the byte for the same notice and addresses."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Subject"] = subject_of(due)
    message["Date"] = format_datetime(due.at)
    message["Message-ID"] = f"<{_identity(due)}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text_of(due, policy))
    return message


def _identity(due: CustodyEvent) -> str:
    """One for each thing that is told, however often it is tried."""
    about = (due.batch_id, due.doc_id, str(due.details["object_key"]))
    return hashlib.sha256("/".join(about).encode()).hexdigest()[:32]


def _where(policy: VendorPolicy) -> str:
    bucket = policy.bucket
    server = bucket.endpoint or f"Amazon S3, region {bucket.region}"
    return f"  bucket      {bucket.name}\n  server      {server}\n"


def _endpoint(policy: VendorPolicy) -> str:
    endpoint = policy.bucket.endpoint
    return f" --endpoint-url {shlex.quote(endpoint)}" if endpoint else ""


def _delivery(due: CustodyEvent, policy: VendorPolicy) -> str:
    batch, key = due.batch_id, str(due.details["object_key"])
    contents = key.rpartition("/")[2]
    manifest = contents.removesuffix(".age")
    number = due.details["documents"]
    there = f"{number} {'document lies' if number == 1 else 'documents lie'} in your bucket"
    return f"""\
{there} since {due.at:%Y-%m-%d %H:%M} UTC.

  batch       {batch}
{_where(policy)}  objects     {batch}/
  contents    {key}
  signature   {batch}/{manifest}.sig

Fetch, with your own login:

  aws{_endpoint(policy)} s3 cp --recursive s3://{policy.bucket.name}/{batch}/ .

See that the contents come from the firm (allowed_signers: README, "The vendor's side"):

  age -d -i identity.txt -o {manifest} {contents}
  ssh-keygen -Y verify -f allowed_signers -I firm -n handoff-manifest -s {manifest}.sig < {manifest}

Open a document; {manifest} says which object is which:

  age -d -i identity.txt -o NAME OBJECT.age

Sign the receipt with your SSH key, and send the firm the file `receipt`:

  ssh-keygen -Y sign -n handoff-receipt -f KEY < {manifest} > receipt
"""


def _recall(due: CustodyEvent, policy: VendorPolicy) -> str:
    key = str(due.details["object_key"])
    name = key.rpartition("/")[2].removesuffix(".age")
    number = due.details["documents"]
    what = f"{number} {'document was' if number == 1 else 'documents were'} taken back"
    return f"""\
{what} from you, and the firm's notice lies in your bucket since {due.at:%Y-%m-%d %H:%M} UTC.
Stop using what came with the batch until you have read which documents it names.

  batch       {due.batch_id}
{_where(policy)}  notice      {key}
  signature   {key.removesuffix(".age")}.sig

Read it, and see that it comes from the firm; it says what is asked of you, and until when:

  age -d -i identity.txt -o {name} {name}.age
  ssh-keygen -Y verify -f allowed_signers -I firm -n handoff-clawback -s {name}.sig < {name}
"""
