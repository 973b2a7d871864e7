"""Who can do what with a vendor's bucket: the matrix that docs/isolation-matrix.md shows.

The table is the claim; `tests/real/test_isolation.py` tries every cell on real servers, against
buckets that `provision` made. `python -m tests.isolation` writes the document.
"""

from __future__ import annotations

from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "isolation-matrix.md"

OPERATIONS = (
    "list",
    "get",
    "get version",
    "head",
    "put",
    "put return",
    "delete",
    "delete version",
    "read policy",
    "change policy",
    "change lock",
    "create bucket",
)
# Who, in words, and what they may do; everything else is refused with 403.
ALLOWED: dict[str, tuple[str, frozenset[str]]] = {
    "owner": (
        "the firm, with its own login",
        frozenset(OPERATIONS) - {"delete version"},
    ),
    "vendor A": (
        "the vendor the bucket is for, from its address, over TLS",
        frozenset({"list", "get", "head", "put return"}),
    ),
    "vendor B": ("another vendor of the firm, over TLS", frozenset()),
    "revoked vendor": ("a vendor after its principals were taken out of the policy", frozenset()),
    "vendor after the end": ("vendor A, its last day of access in the past", frozenset()),
    "anonymous": ("nobody's login", frozenset()),
    "expired URL": ("a link that vendor A signed for one minute, an hour later", frozenset()),
    "forged X-Forwarded-For": (
        "vendor A from elsewhere, with headers that claim the right address",
        frozenset(),
    ),
    "plain http": ("vendor A, without TLS", frozenset()),
    "wrong address": ("vendor A from an address that the policy does not name", frozenset()),
}
SERVERS = ("SeaweedFS 4.48", "Ceph RADOS gateway 16.2")

_HEAD = """\
# Isolation matrix

Who can do what with a vendor's bucket. Every cell is tried by `tests/real/test_isolation.py`, on
{servers},
against buckets that `handoff vendor provision` made. `yes`: it worked; `no`: the server answered
403. The two
servers agree in every cell. Written by `python -m tests.isolation`; a test compares it with the
table it asserts.

"""
_TAIL = """
- `get version` names a version's id; `put` writes beside the delivered documents, `put return`
  into the vendor's
  return prefix; `delete version` tries to remove a delivered version for good: object lock
  (governance) keeps it,
  from the firm too. `change policy` and `change lock` write one of the actor's own.
- Anonymous, expired and forged requests are made by hand, not by a client that would refuse to
  make them.
- `forged X-Forwarded-For` also sends `X-Real-IP` and `Forwarded`, signed and unsigned. **A
  reverse proxy in front of the
  store can undo this**: if the store is told to believe such a header (`rgw_remote_addr_param` on
  Ceph), whoever can
  reach it past the proxy can claim any address.
- `create bucket`: SeaweedFS refuses it to users without the right; on Ceph a user may make
  buckets unless it was
  made with `--max-buckets=-1`, as the users of this test were. Do that for vendors.

## What these two servers cannot show

They lack some of what AWS has. For these, tests check what handoff sends (against moto and
botocore's own
validation), not what a server does with it:

| setting | SeaweedFS 4.48 | Ceph 16.2 | checked by |
|---|---|---|---|
| public access block | not there | two of four parts only (below) | what is sent |
| bucket-owner-enforced ownership | there | not there | what is sent; SeaweedFS |
| default encryption (SSE-S3) | there | not there | what is sent; SeaweedFS |
| default encryption by a KMS key | accepted, no KMS to try it | not there | what is sent |
| a refusal of customers' keys (SSE-C) | enforced | the condition is not known | SeaweedFS |
| access logging | not there | not there | what is sent |
| IAM policy of the vendor's user | not there | not there | parliament, cfn-lint |

Ceph 16 takes every grant, to one named user too, for a public one: with `BlockPublicPolicy` it
refuses the vendor's policy; with `BlockPublicAcls` it refuses every upload, the firm's own too. On
Ceph (known by its request ids) `provision` leaves these two parts off, and `audit` says so each
time. The other two, which ignore public ACLs and restrict public buckets, are on.
"""


def render() -> str:
    """The document."""
    lines = ["| | " + " | ".join(OPERATIONS) + " |", "|---|" + "---|" * len(OPERATIONS)]
    for actor, (_, allowed) in ALLOWED.items():
        cells = ("**yes**" if operation in allowed else "no" for operation in OPERATIONS)
        lines.append(f"| {actor} | " + " | ".join(cells) + " |")
    who = [f"- **{actor}**: {words}" for actor, (words, _) in ALLOWED.items()]
    head = _HEAD.format(servers=" and ".join(SERVERS))
    return head + "\n".join([*lines, "", *who]) + "\n" + _TAIL


if __name__ == "__main__":
    DOCUMENT.write_text(render(), encoding="utf-8")
