"""Which command ids may have been decided: a table of bits that never forgets one, and rarely takes a new one for old.

A command that was decided long ago must get its old answer, which is in the journal; a new one must not pay for
that question. An id that is not in the table was never decided; for one that seems to be, the journal knows.
"""

from zlib import crc32

from matching_engine.errors import require

_BITS = 26
"""2^26 bits, eight mebibytes: with a million ids in it three new ones in two hundred are asked for in vain."""
_MASK = (1 << (_BITS - 3)) - 1
_BIT = tuple(1 << n for n in range(8))


class Decided:
    """The ids of commands that are in the journal, and a few more that look like one of them."""

    __slots__ = ("_bits",)

    def __init__(self, bits: bytes | None = None) -> None:
        self._bits = bytearray(1 << (_BITS - 3)) if bits is None else bytearray(bits)
        require(len(self._bits) == 1 << (_BITS - 3), "the table of ids has its one size")

    @property
    def bits(self) -> bytes:
        """The table, the same in every process: `Decided(bits)` is equal to this one."""
        return bytes(self._bits)

    def add(self, id_: str) -> None:
        """Remember an id for good."""
        place = crc32(id_.encode())
        self._bits[place >> 3 & _MASK] |= _BIT[place & 7]

    def take(self, other: "Decided") -> None:
        """Remember every id of another table; that one is then used no more."""
        if not any(self._bits):
            self._bits = other._bits
        else:
            both = int.from_bytes(self._bits, "little") | int.from_bytes(other._bits, "little")
            self._bits = bytearray(both.to_bytes(len(self._bits), "little"))

    def __contains__(self, id_: str) -> bool:
        """False: certainly not decided. True: ask the journal."""
        place = crc32(id_.encode())
        return self._bits[place >> 3 & _MASK] & _BIT[place & 7] != 0
