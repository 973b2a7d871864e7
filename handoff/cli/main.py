"""The entry point: commands loaded when called, one place where errors become words and codes.

stdout is data, stderr is speech. `handoff --help` imports nothing but Click.
"""

from __future__ import annotations

import errno
import logging
import os
import resource
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

import click

from handoff import __version__
from handoff.cli.lazy import LazyGroup
from handoff.errors import (
    DiskFullError,
    HandoffError,
    PackageMissingError,
    PermissionsError,
    UsageError,
)

# name -> (module, the first line of its help). The help stands here so that listing the commands
# imports none of them; a test compares it with the commands' own.
COMMANDS = {
    "custody": ("custody", "Look at the custody log, and verify it."),
    "demo-server": ("demo_server", "Run an S3 server on this machine, for the demo and for tests."),
    "doctor": ("doctor", "Check everything a delivery depends on, and say how to mend it."),
    "init": ("init", "Make a handoff home: keys, example policies, an empty custody log."),
    "keys": ("keys", "Make, show, import and split the firm's keys."),
    "evaluate": ("evaluate", "Score what is found on an annotated CORPUS, beside stock Presidio."),
    "open": ("open", "Open what was sealed, with the firm's or the vendor's identity."),
    "policy": ("policy", "Check policies, compare versions, show what was in force."),
    "recall": ("recall", "Take a batch or one document back from the vendor, and prove it."),
    "expire": (
        "expire",
        "Delete what the vendor may no longer hold, and what was recalled once it can go.",
    ),
    "redact": ("redact", "Write redacted copies for a person to look at; nothing is sent."),
    "review": ("review", "Look at what a batch held for a person, and release or reject it."),
    "send": ("send", "Redact, recheck, seal and deliver documents to a vendor."),
    "setup": ("setup", "Install the language model and the PDF engine, verified by hash."),
    "vendor": ("vendor", "List vendors, check them, provision and audit their buckets."),
}


class RootGroup(LazyGroup):
    """The root of all commands."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a reader of our output that has gone ends it like SIGPIPE would.

        Click itself would exit 1, which is a bug of ours.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise Signalled(signal.SIGPIPE) from None


@click.group(cls=RootGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="handoff %(version)s")
def cli() -> None:
    """Hand client documents to outsourcing vendors, safely enough to sign for.

    Exit status: 0 all done, 2 usage, 3 something was held back, 4 nothing to send; any other is
    an error named on stderr and in README.md. Treat an unknown one as a failure.
    """


class Signalled(BaseException):
    """A signal asked this process to end; carries its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _raise_signal(number: int, _frame: FrameType | None) -> NoReturn:
    raise Signalled(number)


def _open_standard_streams() -> None:
    """Where the caller closed one, put /dev/null: else the next file opened would be our stdout.

    The lowest descriptor that is free is the one that was closed (open(2)).
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
            mode = "r" if descriptor == 0 else "w"
            setattr(sys, name, os.fdopen(descriptor, mode, closefd=False))


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code that README.md lists."""
    _open_standard_streams()
    # Before anything is opened: no file of ours is ever readable by others.
    os.umask(0o077)
    # What was found and original names are in this process's memory too.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _raise_signal)
    # A library's log line or warning may quote what it was given.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    arguments = list(sys.argv[1:] if argv is None else argv)
    code = _run(arguments, lambda: cli.main(arguments, "handoff", standalone_mode=False))
    sys.exit(_last_words(code))


def _last_words(code: int) -> int:
    """Flush stdout while errors can still be told from success; the interpreter would exit 120."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # What is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        gone = error.errno == errno.EPIPE
        return code or (128 + signal.SIGPIPE if gone else DiskFullError.exit_code)
    return code


def _run(arguments: Sequence[str], action: Callable[[], object]) -> int:
    """Do `action` and turn however it ends into an exit code, with words on stderr."""
    try:
        result = action()
    except (Exception, Signalled) as error:  # noqa: BLE001 - the one place where bugs become words
        return _ended(arguments, error)
    return result if isinstance(result, int) else 0


def _ended(arguments: Sequence[str], error: BaseException) -> int:
    match error:
        case click.ClickException() if "--json" in arguments:
            code = _fatal(arguments, UsageError(_lower(error.format_message())))
        case click.ClickException():
            error.show()
            code = error.exit_code
        case HandoffError():
            code = _fatal(arguments, error)
        case Signalled():
            code = 128 + error.number
        case click.Abort(__cause__=EOFError() as cause):
            # Click takes every end of file for a person's Ctrl-D at a prompt.
            code = _internal(arguments, cause)
        case click.Abort():
            code = 128 + signal.SIGINT
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            code = _fatal(arguments, DiskFullError("no room left on a disk handoff writes to"))
        case OSError(errno=errno.EACCES | errno.EPERM | errno.EROFS | errno.EIO):
            name = errno.errorcode[error.errno or 0]
            refused = f"the system refused a file that handoff needs ({name})"
            code = _fatal(arguments, PermissionsError(refused))
        case ImportError() if missing := PackageMissingError.named_by(error):
            code = _fatal(arguments, missing)
        case _:
            code = _internal(arguments, error)
    return code


def _lower(sentence: str) -> str:
    """A sentence of Click's in the form of ours."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _fatal(arguments: Sequence[str], error: HandoffError) -> int:
    from handoff.cli.output import say_error

    say_error(error, as_json="--json" in arguments)
    return error.exit_code


def _internal(arguments: Sequence[str], error: BaseException) -> int:
    """A bug of ours: kind and place, but not the message, which could quote a document."""
    from handoff.cli.output import code_line

    message = f"internal: {type(error).__name__} at {code_line(error)}"
    return _fatal(arguments, HandoffError(message, "report this line to the makers of handoff"))


def refuse_options_that_are_files(arguments: Sequence[str]) -> None:
    """Refuse an option that is also a file here: `handoff send *` may have meant the file.

    Raises:
        UsageError: such an argument stands on the command line.
    """
    for argument in arguments:
        if argument.startswith("-") and argument != "-" and os.path.lexists(argument):
            raise UsageError(
                "an option on the command line is also the name of a file here",
                "write `./*` instead of `*`, or name the directory",
            )


if __name__ == "__main__":
    main()
