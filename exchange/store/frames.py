"""Frames between two processes of one exchange over TCP: each with its length in front and its proof behind.

Both sides prove first that they know the shared secret, over a number that each of them chose afresh; what follows
is proved with a key of that one connection and counted, so that nothing can be put in, repeated or left out on the
way. The frames are not secret: the network between the processes is the exchange's own.
"""

import asyncio
import hashlib
import hmac
import secrets

from exchange.ports import Unavailable

FRAME_MAX = 1 << 20
"""Bytes of the largest frame."""
HANDSHAKE_SECONDS = 2.0
_NUMBER, _PROOF = 32, 32


class Channel:
    """One connection on which both sides have proved who they are."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._out = self._in = b""
        self._sent = self._received = 0

    async def as_house(self, secret: bytes) -> None:
        """Let a caller in who knows the secret; Unavailable for anybody else."""
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            own = secrets.token_bytes(_NUMBER)
            self._writer.write(own)
            other = await self._reader.readexactly(_NUMBER + _PROOF)
            numbers = own + other[:_NUMBER]
            self._demand(other[_NUMBER:], _proof(secret, b"caller", numbers))
            self._writer.write(_proof(secret, b"house", numbers))
        self._keys(secret, numbers, b"from house", b"from caller")

    async def as_caller(self, secret: bytes) -> None:
        """Call a house that knows the secret; Unavailable when it is another."""
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            numbers = await self._reader.readexactly(_NUMBER) + (own := secrets.token_bytes(_NUMBER))
            self._writer.write(own + _proof(secret, b"caller", numbers))
            self._demand(await self._reader.readexactly(_PROOF), _proof(secret, b"house", numbers))
        self._keys(secret, numbers, b"from caller", b"from house")

    def send(self, frame: bytes) -> None:
        """Put a frame on the way."""
        proof = _proof(self._out, self._sent.to_bytes(8), frame)
        self._sent += 1
        self._writer.write(len(frame).to_bytes(4) + frame + proof)

    async def receive(self) -> bytes:
        """The next frame; Unavailable when it is too long or not the other side's."""
        length = int.from_bytes(await self._reader.readexactly(4))
        if length > FRAME_MAX:
            raise Unavailable(f"a frame of {length} bytes: at most {FRAME_MAX} are taken")
        frame = await self._reader.readexactly(length)
        self._demand(
            await self._reader.readexactly(_PROOF), _proof(self._in, self._received.to_bytes(8), frame)
        )
        self._received += 1
        return frame

    @property
    def closing(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._writer.is_closing()

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    def _keys(self, secret: bytes, numbers: bytes, out: bytes, into: bytes) -> None:
        self._out, self._in = _proof(secret, out, numbers), _proof(secret, into, numbers)

    def _demand(self, given: bytes, due: bytes) -> None:
        if not hmac.compare_digest(given, due):
            raise Unavailable("the other side does not know the shared secret (LUOCHUI_HOUSE_SECRET)")


def _proof(key: bytes, purpose: bytes, data: bytes) -> bytes:
    return hmac.digest(key, len(purpose).to_bytes(1) + purpose + data, hashlib.sha256)
