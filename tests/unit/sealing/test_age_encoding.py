"""Bech32 and base64: what is written is read back, and anything else is refused."""

from __future__ import annotations

import pytest

from handoff.sealing.age.encoding import b64decode, b64encode, bech32_decode, bech32_encode

# From the age specification, "The X25519 recipient type".
SPEC_IDENTITY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
SPEC_RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"


def test_the_specifications_identity_decodes_and_encodes() -> None:
    data = bech32_decode("AGE-SECRET-KEY-", SPEC_IDENTITY)
    assert data == b"B" * 32
    assert bech32_encode("AGE-SECRET-KEY-", data) == SPEC_IDENTITY


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("age1", id="prefix only"),
        pytest.param(SPEC_RECIPIENT[:-1], id="cut"),
        pytest.param(SPEC_RECIPIENT[:-1] + "q", id="wrong checksum"),
        pytest.param(SPEC_RECIPIENT.upper(), id="other case"),
        pytest.param(SPEC_RECIPIENT[:-1] + "J", id="mixed case"),
        pytest.param(SPEC_RECIPIENT.replace("z", "b"), id="foreign character"),
        pytest.param("agf" + SPEC_RECIPIENT[3:], id="other prefix"),
        pytest.param(SPEC_RECIPIENT + "é", id="not ascii"),
        pytest.param(SPEC_IDENTITY, id="a secret instead"),
    ],
)
def test_what_is_not_exactly_bech32_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Bech32|checksum"):
        bech32_decode("age", text)


def test_stray_bits_are_refused() -> None:
    # 4 groups of 5 bits hold 2 bytes and 4 bits that must be zero; encode one that are not.
    from handoff.sealing.age import encoding

    groups = [0, 0, 0, 1]
    checksum = encoding._polymod([*encoding._expand("age"), *groups, 0, 0, 0, 0, 0, 0]) ^ 1
    groups += [checksum >> 5 * (5 - place) & 31 for place in range(6)]
    with pytest.raises(ValueError, match="stray bits"):
        bech32_decode("age", "age1" + "".join(encoding._CHARSET[value] for value in groups))


def test_errors_never_quote_the_text() -> None:
    secret = SPEC_IDENTITY[:-1] + "Q"
    with pytest.raises(ValueError, match="checksum") as caught:
        bech32_decode("AGE-SECRET-KEY-", secret)
    assert "GFPYY" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"a", b"ab", b"abc", bytes(32)])
def test_base64_reads_back_what_it_wrote_without_padding(data: bytes) -> None:
    assert b"=" not in b64encode(data)
    assert b64decode(b64encode(data)) == data


@pytest.mark.parametrize("text", [b"YQ==", b"YR", b"Y", b"YW\n", b"Y W", b"_-", b"YWJ="])
def test_padded_foreign_or_non_canonical_base64_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="base64"):
        b64decode(text)
