"""Which command ids may have been decided: a table of bits that never forgets one, and rarely takes a new one for old.

A command that was decided long ago must get its old answer, which is in the journal; a new one must not pay for
that question. An id that is not in the table was never decided; for one that seems to be, the journal knows.
"""

_BITS = 26
"""2^26 bits, eight mebibytes: with a million ids in it three new ones in two hundred are asked for in vain."""
_MASK = (1 << _BITS) - 1


class Decided:
    """The ids of commands that are in the journal, and a few more that look like one of them."""

    __slots__ = ("_bits",)

    def __init__(self) -> None:
        self._bits = bytearray(1 << (_BITS - 3))

    def add(self, id_: str) -> None:
        """Remember an id for good."""
        place = hash(id_) & _MASK
        self._bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, id_: str) -> bool:
        """False: certainly not decided. True: ask the journal."""
        place = hash(id_) & _MASK
        return bool(self._bits[place >> 3] >> (place & 7) & 1)
