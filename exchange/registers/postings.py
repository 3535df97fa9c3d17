"""Which members of a block stand under a term: a bitmap, or a list where they are few. Pure.

Achievements are numbered in the order in which they came; a block holds BLOCK numbers in a row. In memory a block is
one integer with a bit for each member, so that "and" is one operation and counting is another.
"""

import sys
from array import array
from collections.abc import Iterable, Iterator

BLOCK = 1 << 14
_BYTES = BLOCK // 8
_LIST, _MAP = b"L", b"M"
_FEW = _BYTES // 2
"""From so many members on the bitmap is smaller than the list of two-byte numbers."""


def bits(members: Iterable[int]) -> int:
    """The integer of these places within a block."""
    room = bytearray(_BYTES)
    for place in members:
        room[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(room, "little")


def places(value: int) -> Iterator[int]:
    """The places of an integer, the highest first."""
    while value:
        place = value.bit_length() - 1
        yield place
        value ^= 1 << place


def pack(value: int) -> bytes:
    """The bytes under which a block is kept."""
    if value.bit_count() >= _FEW:
        return _MAP + value.to_bytes(_BYTES, "little")
    return _LIST + _little(array("H", reversed(list(places(value))))).tobytes()


def unpack(data: bytes) -> int:
    """The integer of kept bytes."""
    kind, body = data[:1], data[1:]
    return int.from_bytes(body, "little") if kind == _MAP else bits(_numbers(body))


def merged(data: bytes, added: Iterable[int], removed: Iterable[int]) -> bytes:
    """Kept bytes with some members more and some less; b"" when nobody is left."""
    if data[:1] != _MAP:
        members = (set(_numbers(data[1:])) | set(added)) - set(removed)
        if len(members) < _FEW:
            return _LIST + _little(array("H", sorted(members))).tobytes() if members else b""
        return pack(bits(members))
    value = (unpack(data) | bits(added)) & ~bits(removed)
    return pack(value) if value else b""


def _numbers(body: bytes) -> "array[int]":
    numbers = array("H")
    numbers.frombytes(body)
    return _little(numbers)


def _little(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
