"""One byte encoding of a value, and its digest.

Keys sorted, no blanks, UTF-8, integers only: the same value gives the same bytes on every machine.
"""

import hashlib

import msgspec

_encoder = msgspec.json.Encoder(order="sorted")


def encode(value: object) -> bytes:
    """Canonical JSON bytes of a struct or of plain data."""
    return _encoder.encode(value)


def digest(data: bytes) -> bytes:
    """SHA-256 of the bytes."""
    return hashlib.sha256(data).digest()
