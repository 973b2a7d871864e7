"""The errors of handoff: one class per cause, each with a stable code, an exit code and a hint.

A message says what happened, in lower case and without a full stop, and never contains document
text, a found value or an original file name. The hint says what the reader can do about it; a
class may carry a default hint, and a raiser may give a better one.

The table of exit codes in README.md is generated from these classes (`scripts/exit_codes.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar


class HandoffError(Exception):
    """Base of everything that handoff raises for a cause outside its own code.

    Attributes:
        code: stable identifier, `area.cause`, for machines and for the manual.
        exit_code: what the process exits with when this error ends it.
        hint: what the person at the terminal or on call can do about it.
    """

    code: ClassVar[str] = "handoff.error"
    exit_code: ClassVar[int] = 1
    hint: str = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if hint is not None:
            self.hint = hint

    def __reduce__(self) -> tuple[type[HandoffError], tuple[object, ...]]:
        """Cross a process boundary whole: message and hint both."""
        return (type(self), (self.message, self.hint))


def all_errors() -> Iterator[type[HandoffError]]:
    """Every concrete error class, for the README's table and for the test of unique codes."""
    pending: list[type[HandoffError]] = [HandoffError]
    while pending:
        cls = pending.pop()
        children = cls.__subclasses__()
        pending.extend(children)
        if "code" in cls.__dict__ and not cls.__dict__.get("abstract", False):
            yield cls


# --- what a batch as a whole can end with --------------------------------------------------------


class NothingToSendError(HandoffError):
    """The input holds no document at all."""

    code = "batch.nothing_to_send"
    exit_code = 4
    hint = "check that the directory or files named are the ones you meant"


class UsageError(HandoffError):
    """The command was called with arguments that cannot be meant."""

    code = "usage"
    exit_code = 2
    hint = "see `handoff COMMAND --help`"


class InputMissingError(HandoffError):
    """A path named on the command line does not exist, so the input is not what was meant."""

    code = "batch.input_missing"
    exit_code = 4
    hint = "check the path, and that the disk it lies on is mounted; nothing was sent"


class RunLockedError(HandoffError):
    """Another handoff process is working in the same home."""

    code = "run.locked"
    exit_code = 75
    hint = "wait for the other run to finish, or use --wait to queue behind it"


class VendorNotToldError(HandoffError):
    """The documents were delivered, but a notice of them did not reach the vendor."""

    code = "notify.not_told"
    exit_code = 5
    hint = "run the same command again, which tells only who was not told; or tell them by hand"


class NotificationError(HandoffError):
    """Base: why a notice could not be given; what was delivered stays delivered."""

    abstract: ClassVar[bool] = True
    code = "notify.error"
    exit_code = 5


class MailLoginError(NotificationError):
    """The mail server's login file cannot be used, or the server refused the login."""

    code = "notify.login"
    hint = "`mail.login` is a file of yours, mode 0600: the user's name, below it the password"


class MailUnreachableError(NotificationError):
    """The mail server cannot be reached, broke off, or did not answer in time."""

    code = "notify.unreachable"
    hint = "check `mail.host` and `mail.port` in config.yaml, and the network"


class MailTlsError(NotificationError):
    """The mail server offers no TLS, or shows a certificate that we may not trust."""

    code = "notify.tls"
    hint = "check `mail.tls`; set `mail.ca` to the authority's certificate file; nothing was sent"


class MailRefusedError(NotificationError):
    """The mail server did not take the mail for one or all of those it was for."""

    code = "notify.refused"
    hint = "check `mail.sender` in config.yaml and `notification.email` in the vendor's policy"


class NotifyCommandError(NotificationError):
    """The program that tells the vendor could not be started, failed, or did not end."""

    code = "notify.command"
    hint = "run the program of `notification.command` by hand, with a batch id on its input"


# --- 10-19: policy, configuration, the machine ---------------------------------------------------


class PolicyError(HandoffError):
    """Base: a policy, profile or configuration that does not allow what was asked."""

    abstract: ClassVar[bool] = True
    code = "policy.error"
    exit_code = 10


class NotInitializedError(PolicyError):
    """There is no handoff home where one is needed."""

    code = "policy.not_initialized"
    exit_code = 10
    hint = "run `handoff init` once, or point HANDOFF_HOME at an existing home"


class MissingExtraError(PolicyError):
    """A part of handoff that is installed on its own is not installed on this machine."""

    code = "config.missing_extra"
    exit_code = 10
    hint = "install the part of handoff that is named"


class ConfigError(PolicyError):
    """A configuration, policy or profile file that cannot be read or does not validate."""

    code = "policy.invalid"
    exit_code = 11
    hint = "mend the file at the line named; nothing was sent"


class UnknownVendorError(PolicyError):
    """No policy file exists for the vendor named."""

    code = "policy.unknown_vendor"
    exit_code = 12
    hint = "look into policies/vendors/ for the names that exist"


class ExpiredError(PolicyError):
    """The agreement with the vendor, or a certificate it depends on, has expired."""

    code = "policy.expired"
    exit_code = 13
    hint = "renew the agreement, then change its date in the vendor's policy"


class NoRecipientError(PolicyError):
    """The vendor's policy names no key to encrypt to."""

    code = "policy.no_recipient"
    exit_code = 14
    hint = (
        "ask the vendor for its age recipient (age1... or ssh-ed25519 ...) and add it to the policy"
    )


class ClockError(PolicyError):
    """The clock of this machine stands before the last event of the custody log."""

    code = "policy.clock"
    exit_code = 15
    hint = "set the clock (NTP), then run the command again"


class DiskFullError(PolicyError):
    """There is no room left where handoff writes."""

    code = "machine.disk_full"
    exit_code = 16
    hint = "free space on the disk that holds the handoff home, then run the same command again"


class PermissionsError(PolicyError):
    """A file or directory of the home can be read by others, or cannot be used by us."""

    code = "machine.permissions"
    exit_code = 17
    hint = "run `handoff doctor`; it says which path and how to mend it"


class RecordMissingError(PolicyError):
    """A record of the firm's own is not where it should be."""

    code = "machine.record_missing"
    exit_code = 19
    hint = "restore the home's records directory from the backup"


class AssetError(PolicyError):
    """The language model or the PDF engine is missing, or is not the one we pinned."""

    code = "machine.asset"
    exit_code = 18
    hint = "run `handoff setup`"


class PackageMissingError(PolicyError):
    """A Python package that handoff needs is missing on this machine, too old, or does not load."""

    code = "machine.package_missing"
    exit_code = 18
    hint = "install handoff again with pip, which brings the package; then run `handoff doctor`"

    @classmethod
    def named_by(cls, error: ImportError) -> PackageMissingError | None:
        """The error that names what `error` did not find, or None if that is a module of ours."""
        name = (error.name or "without a name").partition(".")[0]
        if name == "handoff":
            return None
        return cls(f"the Python package {name} is missing, too old, or does not load")


class WorkerStartError(PolicyError):
    """The processes that read documents cannot start on this machine; no document is to blame."""

    code = "machine.worker_start"
    exit_code = 18
    hint = "run `handoff doctor`, which starts one; if it cannot either, show its words to IT"


class TransferError(PolicyError):
    """Nothing allows personal data to go from the firm's country to the vendor's."""

    code = "policy.transfer"
    exit_code = 10
    hint = (
        "have the data protection officer settle the ground (`transfer.mechanisms`), then enter it"
    )


class ResidencyError(PolicyError):
    """The vendor's bucket lies outside the regions in which the firm's data may lie."""

    code = "policy.residency"
    exit_code = 10
    hint = "put the bucket into an allowed region, and name that region in the vendor's policy"


class KeyRevokedError(PolicyError):
    """A key of the vendor that packages would be sealed to was revoked."""

    code = "policy.key_revoked"
    exit_code = 14
    hint = "ask the vendor for its new key, verify it by telephone, and enter it into the policy"


class KeyUnverifiedError(PolicyError):
    """Nobody compared a key of the vendor with the vendor, and the firm requires it."""

    code = "policy.key_unverified"
    exit_code = 14
    hint = "have its holder read out the fingerprint, then run `handoff vendor keys verify`"


class UnknownKeyError(PolicyError):
    """No key, or more than one, of the vendor's policy is the one that was named."""

    code = "policy.unknown_key"
    exit_code = 12
    hint = "see `handoff vendor keys list VENDOR`; name the key whole, or begin its fingerprint"


class FingerprintError(PolicyError):
    """The fingerprint that the vendor said is not that of the key in its policy."""

    code = "policy.fingerprint"
    exit_code = 14
    hint = "do not use the key: somebody may have put another in its place; ask for it anew"


class ProfileDiffersError(PolicyError):
    """Documents were redacted by another profile than the one the new vendor's policy asks for."""

    code = "policy.profile_differs"
    exit_code = 10
    hint = "send the originals with `handoff send --vendor`: they are redacted anew"


class BatchLimitError(PolicyError):
    """There is more to send than the vendor's policy allows at once."""

    code = "policy.limit"
    exit_code = 10
    hint = "send fewer documents, or have whoever owns the vendor's policy raise its `limits`"


class MatterNotAllowedError(PolicyError):
    """The vendor's policy names the matters it may work on, and this is none of them."""

    code = "policy.matter"
    exit_code = 10
    hint = "check `--matter`, and `limits.matters` in the vendor's policy"


class OffboardedError(PolicyError):
    """The firm has ended its work with the vendor; nothing more goes there."""

    code = "policy.offboarded"
    exit_code = 13
    hint = "if the vendor is to work again: `handoff vendor offboard NAME --undo --reason CODE`"


class ReviewerError(PolicyError):
    """This account may not take this decision about a document."""

    code = "policy.reviewer"
    exit_code = 10
    hint = "`release` in the vendor's policy says who may review, and whether two must agree"


class ReviewOutdatedError(PolicyError):
    """The profile or the matter's list is not the one under which the batch was held."""

    code = "policy.review_outdated"
    exit_code = 10
    hint = "give the `--matter` of the send; after a change of the profile, send again first"


class UnknownPolicyError(PolicyError):
    """No policy or profile of this digest was ever used here."""

    code = "policy.unknown_digest"
    exit_code = 12
    hint = "`handoff custody show BATCH` names the digests; give at least eight digits of one"


# --- 20-29: why a document is held ---------------------------------------------------------------


class DocumentError(HandoffError):
    """Base: this one document cannot be handed over; the batch goes on without it.

    Attributes:
        places: where in the document the cause lies, in words and without any of its text.
    """

    abstract: ClassVar[bool] = True
    code = "document.error"
    exit_code = 20
    places: tuple[str, ...] = ()

    def __init__(self, message: str, hint: str | None = None, places: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.places = places

    def __reduce__(self) -> tuple[type[HandoffError], tuple[object, ...]]:
        """As of every error, with the places."""
        return (type(self), (self.message, self.hint, self.places))


class UnreadableError(DocumentError):
    """The file cannot be opened or read, or is no regular file."""

    code = "document.unreadable"
    exit_code = 20
    hint = "check the file's permissions and that it is a regular file inside the batch"


class EmptyError(DocumentError):
    """The file has no content."""

    code = "document.empty"
    exit_code = 20
    hint = "remove it from the batch, or get a copy that is not empty"


class UnsupportedTypeError(DocumentError):
    """No handler reads this type of content."""

    code = "document.unsupported"
    exit_code = 21
    hint = "convert it to DOCX, XLSX, PPTX, PDF, TXT, CSV or EML, or hand it over by other means"


class ConverterMissingError(DocumentError):
    """A program that opens this type of document is missing on this machine."""

    code = "document.converter_missing"
    exit_code = 21
    hint = "have LibreOffice installed (`handoff doctor` says what is missing), then send again"


class EncryptedError(DocumentError):
    """The document is protected by a password or rights management."""

    code = "document.encrypted"
    exit_code = 22
    hint = "remove the password with the program that made the file, then send again"


class DamagedError(DocumentError):
    """The document contradicts its own format, so it cannot be read whole."""

    code = "document.damaged"
    exit_code = 23
    hint = "open it in its own program, save it anew, then send again"


class LimitError(DocumentError):
    """The document, or something inside it, is larger or deeper than the limits allow."""

    code = "document.limit"
    exit_code = 24
    hint = "split the document, or raise the limit in the configuration if you trust its source"


class UnsafeContentError(DocumentError):
    """The document holds content that no handler can read or safely remove."""

    code = "document.unsafe"
    exit_code = 25
    hint = "remove the part named with the program that made the file, then send again"


class MediaTypeError(DocumentError):
    """The vendor's policy does not allow documents of this type."""

    code = "document.media_type"
    exit_code = 26
    hint = "hand it over by other means, or have `limits.media_types` of the policy extended"


class TrackedChangesError(DocumentError):
    """The document has tracked changes, and the profile holds such documents."""

    code = "document.tracked_changes"
    exit_code = 25
    hint = "accept or reject all changes in Word, or set `documents.tracked_changes` in the profile"


class BlockedError(DocumentError):
    """The profile says that a document with such a finding may not leave."""

    code = "document.blocked"
    exit_code = 26
    hint = "have a lawyer look at the place named: `handoff review` shows it, releases or rejects"


class ReviewRequiredError(DocumentError):
    """The policy or the profile says that a person looks at this document before it leaves."""

    code = "document.review"
    exit_code = 26
    hint = "`handoff review` with the batch or this number shows it and decides; then send again"


class ReviewStaleError(DocumentError):
    """A person reviewed this document, but it does not read now as it did then."""

    code = "document.review_stale"
    exit_code = 26
    hint = "handoff or its model changed since: review it anew with `handoff review`"


class ReviewChangedError(DocumentError):
    """The record of this document's review is gone, or is not the one that the log names."""

    code = "document.review_changed"
    exit_code = 26
    hint = "restore records/reviews from the backup, or review the document anew"


class ReviewRejectedError(DocumentError):
    """A reviewer decided that this document stays here."""

    code = "document.review_rejected"
    exit_code = 26
    hint = "take it out of the batch; `handoff review --again` can still release it"


class LanguageError(DocumentError):
    """The document, or a good part of it, is in a language that the profile does not read."""

    code = "document.language"
    exit_code = 26
    hint = "names would be left standing: have it translated, or redact and hand it over by hand"


class CorpusError(HandoffError):
    """A corpus that `handoff evaluate` was given is malformed, or empty."""

    code = "evaluate.corpus"
    exit_code = 20
    hint = "docs/detection.md describes both formats; mend the place named"


class RecheckError(DocumentError):
    """The second reading still found something that should be gone."""

    code = "document.recheck"
    exit_code = 27
    hint = "look at the document with `handoff redact`, redact the place named by hand, send again"


class WorkerDiedError(DocumentError):
    """The process reading this document died or ran out of its memory or time."""

    code = "document.worker_died"
    exit_code = 28
    hint = "the document is hostile or far too complex; have IT look at it"


class ScanError(DocumentError):
    """A picture holds writing that no engine reads: handwriting, or a scan too poor."""

    code = "document.scan"
    exit_code = 25
    hint = "scan it anew at 300 dpi, or redact the page by hand; handwriting cannot be read"


class OcrMissingError(DocumentError):
    """What reads text in pictures is not installed on this machine."""

    code = "document.ocr_missing"
    exit_code = 21
    hint = "install what is named (on Debian: apt install tesseract-ocr), then send again"


class GoneError(DocumentError):
    """The file was in the batch when an earlier run began it, and is not there any more."""

    code = "document.gone"
    exit_code = 20
    hint = "put the file back and send again, or let it go"


class InternalError(DocumentError):
    """A bug of ours: the document is held and the batch goes on."""

    code = "document.internal"
    exit_code = 28
    hint = "report the code line named to the makers of handoff; it says nothing of the document"


class ChangedError(DocumentError):
    """The file changed while the batch was being read."""

    code = "document.changed"
    exit_code = 29
    hint = "send again once nobody is writing to the file"


# --- 30-39: sealing and keys ---------------------------------------------------------------------


class SealingError(HandoffError):
    """Base: encryption, decryption, signatures and keys."""

    abstract: ClassVar[bool] = True
    code = "sealing.error"
    exit_code = 30


class RecipientInvalidError(SealingError):
    """A string that should be an age recipient is none."""

    code = "sealing.recipient"
    exit_code = 30
    hint = "expected age1..., age1pq1... or ssh-ed25519 ...; copy it from the vendor again, whole"


class MixedRecipientsError(SealingError):
    """Post-quantum and classic recipients were named for the same file."""

    code = "sealing.mixed_recipients"
    exit_code = 31
    hint = "name only age1pq1... recipients, or only age1... and ssh-ed25519 ... ones"


class KeyFileError(SealingError):
    """A key file is missing, damaged, or not what its name says."""

    code = "sealing.key_file"
    exit_code = 32
    hint = "restore the file named from its backup, or run `handoff keys generate` in a new home"


class KeyExistsError(SealingError):
    """A key file is already there; it is never overwritten."""

    code = "sealing.key_exists"
    exit_code = 33
    hint = "move the old key to a safe place first: what was sealed to it opens with nothing else"


class KeysOfflineError(SealingError):
    """The firm's private recovery keys are kept elsewhere, and this command needs them."""

    code = "sealing.keys_offline"
    exit_code = 32
    hint = (
        "bring them for this command: `handoff keys combine` from shares, or copy recovery-*.txt "
        "into the home's keys directory; afterwards `handoff keys offline` takes them away again"
    )


class SharesError(SealingError):
    """Shares of a recovery key that are damaged, too few, or of different keys."""

    code = "sealing.shares"
    exit_code = 32
    hint = "give as many different shares of the same split as its first lines ask for"


class PassphraseNeededError(SealingError):
    """A key is protected by a passphrase that was not given or is wrong."""

    code = "sealing.passphrase"
    exit_code = 34
    hint = "give the passphrase of the key, or a copy of the key without one"


class IdentityMismatchError(SealingError):
    """No identity at hand opens this sealed document."""

    code = "sealing.no_identity"
    exit_code = 35
    hint = "use the identity whose recipient the document was sealed to"


class SealedDamagedError(SealingError):
    """A sealed document is damaged, cut short, changed, or no age file at all."""

    code = "sealing.damaged"
    exit_code = 36
    hint = "fetch the object again; if it is still damaged, ask the sender to send it once more"


class OutputExistsError(SealingError):
    """The file that an opened document should go to is already there."""

    code = "sealing.output_exists"
    exit_code = 37
    hint = "name another output file, or move the one that is there"


class SignatureInvalidError(SealingError):
    """A signature does not belong to this content, this purpose or a signer we trust."""

    code = "sealing.signature"
    exit_code = 38
    hint = "do not use the content; ask the sender by telephone which key signs for them"


class ManifestInvalidError(SealingError):
    """A manifest that does not follow its schema, or is of a version we do not know."""

    code = "sealing.manifest"
    exit_code = 39
    hint = "fetch it again; if its version is newer, update handoff"


class PackageIncompleteError(SealingError):
    """A package lacks its manifest, its signature or a document."""

    code = "sealing.package"
    exit_code = 36
    hint = "copy everything under the batch's prefix from the bucket, then open it again"


# --- 40-49: storage ------------------------------------------------------------------------------


class StorageError(HandoffError):
    """Base: the vendor's bucket."""

    abstract: ClassVar[bool] = True
    code = "storage.error"
    exit_code = 40


class BucketMissingError(StorageError):
    """There is no bucket of the name the vendor's policy gives."""

    code = "storage.bucket_missing"
    exit_code = 40
    hint = "check the bucket's name and region in the vendor's policy, or provision the bucket"


class BucketForeignError(StorageError):
    """The bucket exists but is not the one provisioned for this vendor."""

    code = "storage.bucket_foreign"
    exit_code = 41
    hint = (
        "nothing was sent; choose another bucket name, or, if the bucket is the firm's, tag it "
        "`handoff-vendor` with the vendor's name"
    )


class CredentialsError(StorageError):
    """There are no AWS credentials, or the store does not know them."""

    code = "storage.credentials"
    exit_code = 42
    hint = "set AWS_PROFILE (see ~/.aws/credentials) to a profile that exists and is current"


class AccessDeniedError(StorageError):
    """The store knows the credentials but does not let them do this."""

    code = "storage.access_denied"
    exit_code = 43
    hint = "ask whoever runs the bucket to grant the firm's user what was refused"


class StoreUnreachableError(StorageError):
    """The store cannot be reached, or the connection broke and did not come back in time."""

    code = "storage.unreachable"
    exit_code = 44
    hint = "check endpoint and network, then run the same command again; it goes on where it was"


class StoreTlsError(StorageError):
    """The store's certificate is not one that we may trust."""

    code = "storage.tls"
    exit_code = 44
    hint = "set `ca` of the bucket to the authority's certificate file, or have the store's renewed"


class StoreBusyError(StorageError):
    """The store kept answering that it is busy or failing until the retries were used up."""

    code = "storage.busy"
    exit_code = 45
    hint = "wait a few minutes, then run the same command again; it goes on where it was"


class ObjectExistsError(StorageError):
    """Something else lies under the key already; it was left alone."""

    code = "storage.object_exists"
    exit_code = 46
    hint = "find out who else writes into this bucket; only handoff should"


class IntegrityError(StorageError):
    """What was to be stored, or what is stored, does not have the digest it should have."""

    code = "storage.integrity"
    exit_code = 47
    hint = "do not use the object; check disk and network, then send again"


class ObjectMissingError(StorageError):
    """There is no object under the key."""

    code = "storage.object_missing"
    exit_code = 48
    hint = "it was never delivered, or was taken back or has expired"


class SpoolError(StorageError):
    """A file that was to be uploaded, or the place to download to, cannot be used."""

    code = "storage.spool"
    exit_code = 48
    hint = "check the disk that holds the handoff home, then run the same command again"


class StoreRefusedError(StorageError):
    """The store refused the request for a reason that no other error stands for."""

    code = "storage.refused"
    exit_code = 49
    hint = "look the code up in the store's manual; the bucket's settings may forbid the request"


class ObjectKeyError(StorageError):
    """An object key that not every store keeps as it is."""

    code = "storage.key"
    exit_code = 49
    hint = "use letters, digits, `-`, `_`, `.` and single `/` in keys"


class WideningError(StorageError):
    """Applying the policy would give the vendor more than it has now."""

    code = "storage.widening"
    exit_code = 41
    hint = "read what widens; if it is meant, run the command again with --allow-widening"


class DriftError(StorageError):
    """The bucket is not as the vendor's policy says."""

    code = "storage.drift"
    exit_code = 41
    hint = "find out who changed it; `handoff vendor provision` puts it back"


class StillReadableError(StorageError):
    """Tried as the vendor, something that was taken back can still be read."""

    code = "storage.still_readable"
    exit_code = 41
    hint = "run `handoff vendor audit`, look who else lets the vendor in, then recall once more"


class DemoServerError(StorageError):
    """The embedded S3 server cannot be started, stopped or understood."""

    code = "storage.demo_server"
    exit_code = 49
    hint = "look at weed.log in the server's directory"


# --- 50-59: custody ------------------------------------------------------------------------------


class CustodyError(HandoffError):
    """Base: the custody log."""

    abstract: ClassVar[bool] = True
    code = "custody.error"
    exit_code = 50


class CustodyEventError(CustodyError):
    """An event holds, or could hold, more than codes, numbers, digests and control numbers."""

    code = "custody.event"
    exit_code = 50
    hint = "this is a fault in handoff or in a name in its configuration; nothing was recorded"


class UnknownReferenceError(CustodyError):
    """No batch, document or control number of the custody log answers to the reference."""

    code = "custody.unknown"
    exit_code = 50
    hint = "see `handoff custody list` for the batches there are; give more of the identifier"


class CustodyKeyError(CustodyError):
    """The key of the custody log is missing, damaged, or belongs to another log."""

    code = "custody.key"
    exit_code = 51
    hint = "restore custody-log.key or custody-log.vkey from the backup of the handoff home"


class CustodyKeyExistsError(CustodyError):
    """A key of the custody log exists already; it is never overwritten."""

    code = "custody.key_exists"
    exit_code = 51
    hint = "keep the existing key: the whole log hangs on it"


class NoteError(CustodyError):
    """A signed note or checkpoint that does not follow the format."""

    code = "custody.note"
    exit_code = 52
    hint = "get the checkpoint again from where it came; this copy was changed or cut short"


class NoteSignatureError(CustodyError):
    """A signed note that no known key signed, or whose signature by a known key is wrong."""

    code = "custody.note_signature"
    exit_code = 52
    hint = "do not trust this checkpoint; compare the verifier key with the firm's own copy"


class LedgerLockedError(CustodyError):
    """Another process kept the custody log locked for longer than we wait."""

    code = "custody.locked"
    exit_code = 53
    hint = "wait for the other run to finish, then run the same command again"


class LedgerUnusableError(CustodyError):
    """The custody log cannot be opened, read or written where it lies."""

    code = "custody.unusable"
    exit_code = 54
    hint = "check the disk and the permissions of the handoff home; `handoff doctor` looks at both"


class LedgerCorruptError(CustodyError):
    """The custody log is no database of ours, or a damaged one."""

    code = "custody.corrupt"
    exit_code = 55
    hint = "run `handoff custody verify`, keep the file, and restore the last good backup beside it"


class LedgerVersionError(CustodyError):
    """The custody log was written by another version of handoff with another schema."""

    code = "custody.version"
    exit_code = 56
    hint = "use the version of handoff that wrote the log, or a newer one"


class CustodyTamperedError(CustodyError):
    """Verification found that the custody log is not what was recorded."""

    code = "custody.tampered"
    exit_code = 57
    hint = "keep the file as evidence, send nothing, and tell whoever answers for the log"


class RecordChangedError(CustodyError):
    """A record of the firm's own is not the one whose digest stands in the log."""

    code = "custody.record_changed"
    exit_code = 57
    hint = "keep the file as evidence, and restore the home's records directory from the backup"


class CustodyForkError(CustodyError):
    """The log does not continue what was last signed, so no new checkpoint was signed."""

    code = "custody.fork"
    exit_code = 58
    hint = "the log was changed or restored from an old backup; run `handoff custody verify`"


class CustodyOutcomeUnknownError(CustodyError):
    """The database went away at a commit and did not come back to say what became of it."""

    code = "custody.outcome_unknown"
    exit_code = 54
    hint = "run the same command again once the database is back: it reads what was recorded first"


class AnchorError(CustodyError):
    """A place outside of the house took no checkpoint, or gave back what cannot be used."""

    code = "custody.anchor"
    exit_code = 59
    hint = "the log itself is whole; see to the anchor named, then run `handoff custody anchor`"


class AccessLogError(CustodyError):
    """An access log of the store cannot be read whole; nothing of it was recorded."""

    code = "custody.access_log"
    exit_code = 50
    hint = "handoff reads S3 server access logs, CloudTrail files, and logs of Ceph and SeaweedFS"


class AccessAlertError(CustodyError):
    """The access logs show a request that should not have been; all of them were recorded."""

    code = "custody.access_alert"
    exit_code = 59
    hint = "see `handoff custody timeline --kind alert.raised`, and ask the vendor"


class ReportEngineError(CustodyError):
    """What makes PDFs is not installed on this machine."""

    code = "custody.report_engine"
    exit_code = 50
    hint = "install `handoff[report]` and Debian's libpango-1.0-0, or write the report as .html"


class LegalHoldError(CustodyError):
    """The matter is on legal hold: nothing of it may be recalled, expired or destroyed."""

    code = "custody.legal_hold"
    exit_code = 59
    hint = (
        "have the hold lifted first: `handoff custody hold MATTER --release`; `handoff recall "
        "--deny-only` destroys nothing"
    )
