"""The payload: ChaCha20-Poly1305 over 64 KiB chunks (specification, "Payload").

Memory is constant: one batch of chunks in, one out, in buffers made once. Nothing that did not
authenticate is ever written.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from handoff.sealing.age.errors import PayloadError
from handoff.sealing.age.pipes import Sink, Source, fill, write_all

CHUNK: Final = 64 * 1024
TAG: Final = 16
SEALED: Final = CHUNK + TAG
_BATCH: Final = 8


def _nonce(counter: int, *, final: bool) -> bytes:
    return (counter << 8 | final).to_bytes(12, "big")


def seal_stream(key: bytes, source: Source, sink: Sink) -> int:
    """Encrypt all of `source` to `sink` under a payload key; return the bytes of plaintext.

    Raises:
        OSError: whatever reading or writing raises.
    """
    cipher = ChaCha20Poly1305(key)
    # One byte more than a batch: only when it is there is the batch's last chunk not the final.
    plain = memoryview(bytearray(_BATCH * CHUNK + 1))
    sealed = memoryview(bytearray(_BATCH * SEALED))
    counter = held = 0
    while True:
        held += fill(source, plain[held:])
        last = held < len(plain)
        size = held if last else held - 1
        length = _seal_batch(cipher, plain[:size], sealed, counter, last=last)
        write_all(sink, sealed[:length])
        if last:
            return counter * CHUNK + held
        plain[:1] = plain[-1:]
        held = 1
        counter += _BATCH


def _seal_batch(
    cipher: ChaCha20Poly1305, plain: memoryview, sealed: memoryview, counter: int, *, last: bool
) -> int:
    """Encrypt the chunks in `plain` and return how many bytes of `sealed` they fill."""
    size = len(plain)
    at = out = 0
    while True:
        end = min(at + CHUNK, size)
        final = last and end == size
        length = end - at + TAG
        nonce = _nonce(counter, final=final)
        cipher.encrypt_into(nonce, plain[at:end], None, sealed[out : out + length])
        at, out, counter = end, out + length, counter + 1
        if at >= size:
            return out


def open_stream(key: bytes, source: Source, sink: Sink) -> int:
    """Decrypt all of `source` to `sink` under a payload key; return the bytes of plaintext.

    What reaches `sink` before an error is authentic, but not all there was: the caller discards
    it.

    Raises:
        PayloadError: when a chunk does not authenticate, or the file ends before or goes on after
            its final chunk.
        OSError: whatever reading or writing raises.
    """
    opener = _Opener(key, sink)
    sealed = memoryview(bytearray(_BATCH * SEALED + 1))
    held = 0
    while True:
        held += fill(source, sealed[held:])
        if held < len(sealed):
            return opener.finish(sealed[:held])
        opener.go_on(sealed[: held - 1])
        sealed[:1] = sealed[-1:]
        held = 1


class _Opener:
    """Opens chunks in order and writes what is authentic."""

    def __init__(self, key: bytes, sink: Sink) -> None:
        self._cipher = ChaCha20Poly1305(key)
        self._sink = sink
        self._counter = 0
        self._released = 0
        self._plain = memoryview(bytearray(_BATCH * CHUNK))
        self._waiting = 0

    def _open(self, sealed: memoryview, *, final: bool) -> bool:
        """Open one chunk into the space behind those waiting to be written; False if it fails."""
        end = self._waiting + len(sealed) - TAG
        space = self._plain[self._waiting : end]
        try:
            self._cipher.decrypt_into(_nonce(self._counter, final=final), sealed, None, space)
        except InvalidTag:
            return False
        self._waiting = end
        self._counter += 1
        return True

    def _release(self) -> None:
        write_all(self._sink, self._plain[: self._waiting])
        self._released += self._waiting
        self._waiting = 0

    def go_on(self, sealed: memoryview) -> None:
        """Open full chunks behind which more bytes follow: none of them may be the final one."""
        for at in range(0, len(sealed), SEALED):
            chunk = sealed[at : at + SEALED]
            if not self._open(chunk, final=False):
                went_on = self._open(chunk, final=True)
                self._release()
                if went_on:
                    raise PayloadError("there is data after the final chunk")
                raise PayloadError("a chunk is damaged")
        self._release()

    def finish(self, sealed: memoryview) -> int:
        """Open the last chunks of the file, of which the very last must be the final one."""
        if not sealed:
            raise PayloadError("the file ends before its final chunk")
        start = (len(sealed) - 1) // SEALED * SEALED
        self.go_on(sealed[:start])
        final = sealed[start:]
        if len(final) < TAG or (len(final) == TAG and self._counter):
            raise PayloadError("the final chunk is too short")
        if self._open(final, final=True):
            self._release()
            return self._released
        # A file cut between two chunks ends in an authentic chunk that is not the final one.
        cut = len(final) == SEALED and self._open(final, final=False)
        self._release()
        raise PayloadError("the file ends before its final chunk" if cut else "a chunk is damaged")
