"""One mail by SMTP (RFC 5321), over TLS (RFC 3207, RFC 8314), or no mail at all.

No exception of the library gets out, for a server's answers may repeat what it was told.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path

from handoff.errors import (
    MailLoginError,
    MailRefusedError,
    MailTlsError,
    MailUnreachableError,
    PermissionsError,
)
from handoff.policy.mail import MailSchema
from handoff.sealing.keyfiles import check_private

_MAX_LOGIN = 4096


def send_mail(server: MailSchema, to: Sequence[str], message: EmailMessage) -> frozenset[str]:
    """Give `message` to the firm's server for each of `to`; return those that it was taken for.

    Raises:
        MailLoginError: the login's file cannot be used, or the server refused it.
        MailTlsError: no TLS, or a certificate that we may not trust; nothing was told.
        MailUnreachableError: no connection, or no answer in time; it may have been taken.
        MailRefusedError: it was taken for nobody.
    """
    login = _login(server.login) if server.login else None
    with _translated(), _connected(server) as client:
        if login is not None:
            client.login(*login)
        refused = client.sendmail(server.sender, list(to), message.as_bytes())
    return frozenset(to) - frozenset(refused)


@contextmanager
def _connected(server: MailSchema) -> Iterator[smtplib.SMTP]:
    """A connection, encrypted unless the policy says that the server is this machine."""
    where = (server.host, server.port)
    # The default, the machine's own name, is nobody's business.
    ours = server.sender.rpartition("@")[2]
    wait = server.timeout_seconds
    if server.tls == "implicit":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            *where, ours, timeout=wait, context=_context(server)
        )
    else:
        client = smtplib.SMTP(*where, ours, timeout=wait)
    try:
        if server.tls == "starttls":
            # RFC 3207: where it is not offered this raises, and nothing was said in clear.
            client.starttls(context=_context(server))
        yield client
        # What the server has taken stays taken, however it says goodbye.
        with suppress(smtplib.SMTPException, OSError):
            client.quit()
    finally:
        client.close()


def _context(server: MailSchema) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=server.ca or None)
    except (OSError, ssl.SSLError):
        raise MailTlsError("the authority's certificate in `mail.ca` cannot be read") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def _translated() -> Iterator[None]:
    """Every way in which a server can fail, as one of ours."""
    try:
        yield
    except (ssl.SSLError, smtplib.SMTPNotSupportedError):
        raise MailTlsError("the mail server offers no TLS that we may trust") from None
    except smtplib.SMTPAuthenticationError:
        raise MailLoginError("the mail server refused the login") from None
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError):
        raise MailUnreachableError("the mail server broke off") from None
    except smtplib.SMTPException:
        raise MailRefusedError("the mail server did not take the mail") from None
    except OSError:
        raise MailUnreachableError("the mail server cannot be reached") from None
    except ValueError:
        raise MailRefusedError("an address is none that mail can be sent to") from None


def _login(file: str) -> tuple[str, str]:
    """The user's name and the password, from the two lines of `file`."""
    try:
        with Path(file).open("rb") as opened:
            check_private(os.fstat(opened.fileno()), "the mail server's login file")
            lines = opened.read(_MAX_LOGIN).decode("ascii").splitlines()
    except PermissionsError as error:
        raise MailLoginError(error.message, error.hint) from None
    except (OSError, ValueError):
        raise MailLoginError("the mail server's login file cannot be read") from None
    if len(lines) != 2 or not all(lines):
        raise MailLoginError("the mail server's login file does not hold two lines")
    return lines[0], lines[1]
