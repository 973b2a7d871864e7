"""Tell a vendor what was delivered or taken back; whom that failed to reach, the next run tells.

Order of writes:

    custody: manifest.delivered | clawback.noticed, notification.due   (durable, together)
    custody: notification.intended                                          (durable)
    the mail, the firm's own program                                        (the side effect)
    custody: notification.sent | .failed | .by_hand                         (durable)

A run that dies after `notification.intended` may have told the vendor, or not. The next one records
a further one and tells again, under the same Message-ID: at least once, and the log says how often.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import replace

from handoff.errors import (
    MailRefusedError,
    NotificationError,
    NotifyCommandError,
    VendorNotToldError,
)
from handoff.model import VendorPolicy
from handoff.pipeline.notifying_events import (
    BY_HAND,
    COMMAND,
    FAILED,
    INTENDED,
    SENT,
    Pending,
    attempted,
    named,
    pending,
)
from handoff.pipeline.notifying_mail import send_mail
from handoff.pipeline.notifying_text import message_of, subject_of, text_of
from handoff.policy.mail import MailSchema
from handoff.ports import Ledger, Reporter

COMMAND_SECONDS = 60


def notify(
    ledger: Ledger, policy: VendorPolicy, server: MailSchema | None, reporter: Reporter
) -> None:
    """Tell the vendor all that it has still to be told.

    Raises:
        VendorNotToldError: somebody could not be reached; the next call tries those alone.
    """
    tried = [
        _tell(ledger, policy, server, reporter, notice) for notice in pending(ledger, policy.name)
    ]
    causes = [cause for cause in tried if cause is not None]
    if causes:
        what = causes[0]
        raise VendorNotToldError(
            f"it is done, but vendor {policy.name} was not told: {what.message} ({what.code})",
            f"{what.hint}; then {VendorNotToldError.hint}",
        )


def _tell(
    ledger: Ledger,
    policy: VendorPolicy,
    server: MailSchema | None,
    reporter: Reporter,
    notice: Pending,
) -> NotificationError | None:
    """Tell one thing to all whom it has not reached yet; the cause, if somebody stays unreached."""
    notice = replace(notice, attempts=notice.attempts + 1)
    batch_id = notice.due.batch_id
    ledger.append([attempted(INTENDED, policy, notice)])
    reached, cause = _reach(policy, server, notice)
    if cause is not None:
        ledger.append([attempted(FAILED, policy, notice, reached, cause.code)])
        reporter.told(batch_id, "failed", cause.code)
    elif server is None and policy.notification.email:
        reporter.told(batch_id, "by_hand", by_hand(policy, notice))
        ledger.append([attempted(BY_HAND, policy, notice, reached)])
    else:
        ledger.append([attempted(SENT, policy, notice, reached)])
        reporter.told(batch_id, "sent", "")
    return cause


def by_hand(policy: VendorPolicy, notice: Pending) -> str:
    """What to tell, and whom, where the firm has no mail server for it."""
    to = ", ".join(policy.notification.email)
    return f"To: {to}\nSubject: {subject_of(notice.due)}\n\n{text_of(notice.due, policy)}"


def _reach(
    policy: VendorPolicy, server: MailSchema | None, notice: Pending
) -> tuple[list[str], NotificationError | None]:
    """Whom the notice reached now, and what kept it from the others."""
    reached: list[str] = []
    causes: list[NotificationError] = []
    if server is not None and policy.notification.email:
        try:
            reached += _mail(policy, server, notice, causes)
        except NotificationError as error:
            causes.append(error)
    if policy.notification.command and COMMAND not in notice.reached:
        try:
            _run(policy.notification.command, notice.due.batch_id)
            reached.append(COMMAND)
        except NotificationError as error:
            causes.append(error)
    return reached, causes[0] if causes else None


def _mail(
    policy: VendorPolicy, server: MailSchema, notice: Pending, causes: list[NotificationError]
) -> list[str]:
    """One mail to everybody whom none has reached; those it was taken for."""
    everybody = dict.fromkeys((*policy.notification.email, *server.copies))
    wanted = [address for address in everybody if named(address) not in notice.reached]
    if not wanted:
        return []
    message = message_of(notice.due, policy, server.sender, policy.notification.email)
    taken = send_mail(server, wanted, message)
    if missing := len(wanted) - len(taken):
        causes.append(MailRefusedError(f"the mail server refused {missing} of the addresses"))
    return [address for address in wanted if address in taken]


def _run(command: Sequence[str], batch_id: str) -> None:
    """The firm's own program: the batch's id on its input, nothing of ours in its environment."""
    try:
        done = subprocess.run(
            list(command),
            input=f"{batch_id}\n".encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        raise NotifyCommandError("the program that tells the vendor did not end well") from None
    if done.returncode != 0:
        raise NotifyCommandError(f"the program that tells the vendor ended with {done.returncode}")
