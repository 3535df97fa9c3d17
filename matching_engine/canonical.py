"""One byte encoding of a value, and its digest.

Keys sorted, no blanks, UTF-8, integers only: the same value gives the same bytes on every machine.
"""

import hashlib
from collections.abc import Callable

import msgspec

encode: Callable[[object], bytes] = msgspec.json.Encoder(order="sorted").encode
"""Canonical JSON bytes of a struct or of plain data. Three times a bid: the library's own method, nothing around it."""


def digest(data: bytes) -> bytes:
    """SHA-256 of the bytes."""
    return hashlib.sha256(data).digest()
