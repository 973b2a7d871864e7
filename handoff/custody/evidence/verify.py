#!/usr/bin/env python3
"""Verify a handoff evidence package: `python3 verify.py [PACKAGE.zip or its unpacked folder]`.

Standard library only; signatures are checked by `ssh-keygen` and `openssl` (3.0 or newer). Exit
status 0: all is right; 1: something is wrong; 3: a program was missing, so not all was checked.

Whose keys these are, no package can prove: compare the two that are printed at the end with those
that the firm gave you another way.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

OPENSSL = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in text -sigfile sig"
Proofs = dict[str, list[str]]
package: dict[str, bytes] = {}
wrong: list[str] = []
unchecked: set[str] = set()


def check(truth: bool | None, what: str, program: str = "") -> None:
    """Print and note down whether something holds; None: `program`, which tells, is not here."""
    if truth is None:
        unchecked.add(program)
        return
    print(("ok     " if truth else "WRONG  ") + what)
    if not truth:
        wrong.append(what)


def load(place: Path) -> dict[str, bytes]:
    """Every file of the package by its name."""
    if place.is_file():
        with zipfile.ZipFile(place) as package:
            names = package.namelist()
            check(len(names) == len(set(names)), "no file stands in the ZIP twice")
            return {name: package.read(name) for name in names}
    paths = [path for path in sorted(place.rglob("*")) if path.is_file()]
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in paths}


def run(command: list[str], given: bytes, files: dict[str, bytes]) -> bool | None:
    """Whether the program succeeds, with `files` in its directory; None if it is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        try:
            done = subprocess.run(command, input=given, cwd=folder, capture_output=True)
        except FileNotFoundError:
            return None
    return done.returncode == 0


def signed(name: str, space: str, who: str = "firm", by: str = ".sig") -> None:
    """Check an SSH signature (PROTOCOL.sshsig), in the file `by` or beside it, over a file."""
    signature = package[name + by if by == ".sig" else by]
    files = {"sig": signature, "allowed": package["allowed_signers"]}
    command = f"ssh-keygen -Y verify -f allowed -I {who} -n {space} -s sig"
    check(run(command.split(), package[name], files), f"the {who} signed {name}", "ssh-keygen")


def node(left: bytes, right: bytes, prefix: bytes = b"\x01") -> bytes:
    """RFC 6962 section 2.1: the hash of an inner node; with the prefix 0x00 that of a leaf."""
    return hashlib.sha256(prefix + left + right).digest()


def included(index: int, size: int, top: bytes, proof: list[bytes], root: bytes) -> bool:
    """RFC 9162 section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    last = size - 1
    for sibling in proof:
        if last == 0:
            return False
        if index & 1 or index == last:
            top = node(sibling, top)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            top = node(top, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and top == root


def continues(old: int, new: int, old_root: bytes, proof: list[bytes], new_root: bytes) -> bool:
    """RFC 9162 section 2.1.4.2: the tree of `old` leaves is a prefix of that of `new`."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return False
    proof = [old_root, *proof] if old & (old - 1) == 0 else proof
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node(sibling, first), node(sibling, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node(second, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def checkpoint(what: str, note: str) -> tuple[int, bytes]:
    """Check the log's signature, by any key it ever had, on a C2SP checkpoint; its size, root."""
    text, _, signatures = note.partition("\n\n")
    results = []
    for vkey in package["log.vkey"].decode().splitlines():
        name, _, rest = vkey.partition("+")
        # RFC 8410: the ASN.1 that stands before the 32 bytes of an Ed25519 public key.
        key = bytes.fromhex("302a300506032b6570032100")
        key += base64.b64decode(rest.partition("+")[2])[1:]
        for line in signatures.splitlines():
            if line.startswith(f"\u2014 {name} ") and text.startswith(f"{name}\n"):
                signature = base64.b64decode(line.split(" ")[2])[4:]
                files = {"key": key, "text": (text + "\n").encode(), "sig": signature}
                results.append(run(OPENSSL.split(), b"", files))
    check(None if None in results else True in results, what, "openssl")
    return int(text.split("\n")[1]), base64.b64decode(text.split("\n")[2])


def verify() -> None:
    """Check all of it."""
    signed("SHA256SUMS", "handoff-evidence")
    sums = {line[66:]: line[:64] for line in package["SHA256SUMS"].decode().splitlines()}
    check(package.keys() - sums.keys() == {"SHA256SUMS", "SHA256SUMS.sig"}, "no file was added")
    for name, digest in sums.items():
        if hashlib.sha256(package.get(name, b"")).hexdigest() != digest:
            check(False, f"{name} is as it was signed")
    size, root = checkpoint("the log's key signed the checkpoint", package["checkpoint"].decode())
    proofs, events = json.loads(package["proofs.json"]), []
    for entry in proofs["events"]:
        leaf = package[entry["leaf"]]
        path = [bytes.fromhex(item) for item in entry["proof"]]
        event = json.loads(leaf)
        events.append(event)
        if event["index"] != entry["index"] or not included(
            entry["index"], size, node(leaf, b"", b"\x00"), path, root
        ):
            check(False, f"event {entry['index']} is in the log that the checkpoint commits to")
    check(bool(events), f"{len(events)} events are in the log of {size} that was signed")
    named = [{**e["materials"], **e["products"], "policy": e["policy_sha256"]} for e in events]
    known = {digest.rpartition(":")[2] for digests in named for digest in digests.values()}
    for name in sorted(n for n in package if re.fullmatch(r"manifests/[^/]+\.json", n)):
        verify_manifest(name, known, size, root, proofs["consistency"])
    for name in (n for n in package if n.startswith(("policies/", "profiles/", "redactions/"))):
        check(hashlib.sha256(package[name]).hexdigest() in known, f"an event names {name}")
    for name in sorted(n for n in package if n.startswith("receipts/")):
        batch = name.split("/")[1].partition(".")[0]
        signed(f"manifests/{batch}.json", "handoff-receipt", "vendor", name)
    for token in sorted(n for n in package if n.endswith(".tsr")):
        name = token.removesuffix(".tsr")
        files = {"data": package[name], "tsr": package[token], "ca": package[name + ".ca"]}
        result = run("openssl ts -verify -data data -in tsr -CAfile ca".split(), b"", files)
        check(result, f"a time-stamp authority saw {name} (RFC 3161)", "openssl")


def verify_manifest(name: str, known: set[str], size: int, root: bytes, paths: Proofs) -> None:
    """The firm's signature; what it lists is what the events say; its checkpoint is our past."""
    signed(name, "handoff-manifest")
    manifest = json.loads(package[name])
    mine = [entry for entry in manifest["entries"] if entry["ciphertext_sha256"] in known]
    check(bool(mine), f"{name} lists {len(mine)} of the documents shown here")
    old, old_root = checkpoint(f"the checkpoint in {name} is the log's", manifest["checkpoint"])
    proof = [bytes.fromhex(item) for item in paths.get(str(old), [])]
    check(continues(old, size, old_root, proof, root), f"the log continued the one in {name}")


def main() -> int:
    """Verify the package named, or the folder this file lies in."""
    try:
        package.update(load(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))
        verify()
    except Exception:  # whatever a damaged package makes of this, it is not whole
        check(False, "the package is whole")
    key = re.search(rb"ssh-ed25519 ([A-Za-z0-9+/]{68})", package.get("allowed_signers", b""))
    blob = hashlib.sha256(base64.b64decode(key[1] if key else b"")).digest()
    print("firm's signing key: SHA256:" + base64.b64encode(blob).decode().rstrip("="))
    print("log's key:", package.get("log.vkey", b"").decode(errors="replace").strip())
    for program in sorted(unchecked):
        print(f"NOT CHECKED: {program} is not installed here")
    print("WRONG: see above" if wrong else "everything that could be checked is right")
    return 1 if wrong else 3 if unchecked else 0


if __name__ == "__main__":
    sys.exit(main())
