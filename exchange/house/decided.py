"""Which command ids may have been decided: a table of bits that never forgets one, and rarely takes a new one for old.

A command that was decided long ago must get its old answer, which is in the journal; a new one must not pay for
that question. An id that is not in the table was never decided; for one that seems to be, the journal knows.
"""

from zlib import crc32

from matching_engine.errors import require

_BYTES = 1 << 23
"""Eight mebibytes: with a million ids in it one new one in a thousand is asked for in vain, with five million one in fifty."""
_MASK = _BYTES - 1
_BIT = tuple(1 << n for n in range(8))


class Decided:
    """The ids of commands that are in the journal, and a few more that look like one of them.

    An id sets two bits, which its checksum chooses: 23 of its 32 bits the byte of the first, 3 its place there, and 6 the byte
    of the second among the 64 around it, so that both lie in one line of the processor's cache or in the next (a blocked
    Bloom filter: Putze, Sanders, Singler 2007).
    """

    __slots__ = ("_bits",)

    def __init__(self, bits: bytes | None = None) -> None:
        self._bits = bytearray(_BYTES) if bits is None else bytearray(bits)
        require(len(self._bits) == _BYTES, "the table of ids has its one size")

    @property
    def bits(self) -> bytes:
        """The table, the same in every process: `Decided(bits)` is equal to this one."""
        return bytes(self._bits)

    def add(self, id_: str) -> None:
        """Remember an id for good."""
        sum_ = crc32(id_.encode())
        first, bits = sum_ & _MASK, self._bits
        bits[first] |= _BIT[sum_ >> 23 & 7]
        bits[first ^ sum_ >> 26] |= _BIT[sum_ & 7]

    def take(self, other: "Decided") -> None:
        """Remember every id of another table; that one is then used no more."""
        if not any(self._bits):
            self._bits = other._bits
        else:
            both = int.from_bytes(self._bits, "little") | int.from_bytes(other._bits, "little")
            self._bits = bytearray(both.to_bytes(len(self._bits), "little"))

    def __contains__(self, id_: str) -> bool:
        """False: certainly not decided. True: ask the journal."""
        sum_ = crc32(id_.encode())
        first, bits = sum_ & _MASK, self._bits
        if not bits[first] & _BIT[sum_ >> 23 & 7]:
            return False
        return bits[first ^ sum_ >> 26] & _BIT[sum_ & 7] != 0
