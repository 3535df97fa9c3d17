"""The hashes that proofs are made of, from full tiles in the registers and, at the open end, from the journal itself.

A proof reads a few tiles whatever the length of the journal; tiles that were read lately are kept at hand.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from exchange.proof.merkle import Node, Range, consistency_ranges, fold, inclusion_ranges, leaf_hash, perfect
from exchange.proof.merkle import proof as proof_of
from exchange.proof.tree import WIDTH, Tree, open_ends, place_of
from exchange.registers.proofs import Proofs
from matching_engine.errors import Broken

TILES_MAX = 512
"""Tiles kept at hand, 8 KiB each."""


class Hashes(Protocol):
    """What gives the hashes of a journal's rows: a house, here or in another process."""

    @property
    def name(self) -> str:
        """The house."""

    async def hashes(self, after: int, until: int) -> list[bytes]:
        """The hashes of the rows with seq > `after` and <= `until`."""


class Nodes:
    """The tree of one house as it was signed."""

    def __init__(self, house: Hashes, proofs: Proofs) -> None:
        self._house = house
        self._proofs = proofs
        self._tiles: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()

    async def inclusion(self, seq: int, size: int) -> list[bytes]:
        """The proof that row `seq` stands in the tree of `size` rows; both from 1."""
        return await self._proof(inclusion_ranges(seq - 1, size))

    async def consistency(self, first: int, second: int) -> list[bytes]:
        """The proof that the tree of `second` rows begins with that of `first` rows."""
        return await self._proof(consistency_ranges(first, second) if first else [])

    async def tree(self, size: int) -> Tree:
        """The tree of `size` rows, ready to grow."""
        ends = [await self._entries(level, begin, end) for level, (begin, end) in enumerate(open_ends(size))]
        return Tree(size, ends)

    async def _proof(self, ranges: Sequence[Range]) -> list[bytes]:
        found: dict[Node, bytes] = {}
        for part in ranges:
            for node in perfect(part):
                found[node] = await self._node(node)
        return proof_of(ranges, found.__getitem__)

    async def _node(self, node: Node) -> bytes:
        level, index, first, count = place_of(node)
        whole = await self._tile(level, index)
        if whole is not None:
            return fold(whole[first : first + count])
        base = index * WIDTH + first
        return fold(await self._entries(level, base, base + count))

    async def _tile(self, level: int, index: int) -> list[bytes] | None:
        """The hashes of a tile that is full, or None."""
        place = level, index
        if place not in self._tiles:
            data = await self._proofs.tile(self._house.name, level, index)
            if data is None:
                return None
            self._tiles[place] = [data[at : at + 32] for at in range(0, len(data), 32)]
            if len(self._tiles) > TILES_MAX:
                self._tiles.popitem(last=False)
        self._tiles.move_to_end(place)
        return self._tiles[place]

    async def _entries(self, level: int, begin: int, end: int) -> list[bytes]:
        """Hashes of a level from place `begin` up to `end`, in whatever tile."""
        if level == 0:
            found = [leaf_hash(one) for one in await self._house.hashes(begin, end)]
        else:
            found = await self._proofs.roots(self._house.name, level - 1, begin, end)
        if len(found) != end - begin:
            raise Broken(f"house {self._house.name}: the tree lacks hashes {begin} to {end} of level {level}")
        return found
