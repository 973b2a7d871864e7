"""Hiding places of plain text, tables and Markdown: encodings, and where a table keeps things."""

from __future__ import annotations

_CODECS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1")
_TABLE = "Date{d}Name{d}Paid\n2026-01-02{d}{s}{d}12.00\n2026-02-02{d}Nobody{d}13.00\n"


def places(secret: str) -> dict[tuple[str, str], bytes]:
    """Content by format and place."""
    first, last = secret.split()
    text = f"Note of a call.\n\n{secret} telephoned about the café.\n"
    found = {("txt", f"in {codec}"): text.encode(codec) for codec in _CODECS}
    found |= {
        ("txt", "over two lines"): f"Note: it was {first}\n{last} who called.\n".encode(),
        ("txt", "in capitals"): f"CALL WITH {secret.upper()} TODAY.\n".encode(),
        ("txt", "zero-width characters inside"): (
            f"Call with {first[:3]}\u200b{first[3:]} {last[:4]}\u00ad{last[4:]} today.\n".encode()
        ),
        ("txt", "a hard blank between"): f"Call with {first}\u00a0{last} today.\n".encode(),
        ("txt", "full-width letters"): (
            "Call with " + "".join(chr(ord(c) + 0xFEE0) if c != " " else c for c in secret)
        ).encode(),
        ("txt", "letters of another alphabet"): (
            f"Call with {secret.replace('e', chr(0x435)).replace('a', chr(0x430))} today.\n"
        ).encode(),
        ("md", "emphasis"): f"# Note\n\n* **{first}** *{last}* called\n* {secret}\n".encode(),
        ("md", "link and picture"): (
            f"# Note\n\n[{secret}](http://x/{last} '{secret}') ![{secret}](a.png)\n"
        ).encode(),
        ("md", "comment"): f"# Note\n\n<!-- {secret} -->\nText.\n".encode(),
    }
    for name, mark in (("commas", ","), ("semicolons", ";"), ("tabs", "\t"), ("bars", "|")):
        found["csv", f"cell between {name}"] = _TABLE.format(d=mark, s=secret).encode()
    found |= {
        ("csv", "column's name"): _TABLE.replace("Name", secret).format(d=",", s="x").encode(),
        ("csv", "quoted cell"): _TABLE.format(d=",", s=f'"{last}, {first}"').encode(),
        ("csv", "cell over two lines"): _TABLE.format(d=",", s=f'"{first}\n{last}"').encode(),
        ("csv", "a formula"): _TABLE.format(d=",", s=f'"=HYPERLINK(""{secret}"")"').encode(),
        ("csv", "in UTF-16"): _TABLE.format(d="\t", s=secret).encode("utf-16"),
    }
    return found
