"""What a house proves its journal with: keys, heads and tiles. Heads and keys are only ever added."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.proof.heads import ProofKey, TreeHead
from exchange.proof.tree import Tile
from exchange.registers.database import Database
from exchange.registers.proof_models import ProofHeadRow, ProofKeyRow, ProofTileRow, ProofWishRow
from matching_engine.errors import Broken

S = TypeVar("S", bound=msgspec.Struct)

_PAGE = 500
_TILES = 64
"""Tiles that are written by one call: bids wait for no more."""
_WISHED = select(ProofWishRow.seq).where(ProofWishRow.house == bindparam("house"))
_ADD_TILE = insert(ProofTileRow.__table__)  # type: ignore[arg-type]  # a table


class Proofs:
    """Keys, heads and tiles of all houses of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keys(self, house: str) -> list[ProofKey]:
        """The keys of a house, the first one first."""
        query = select(ProofKeyRow).where(ProofKeyRow.house == house).order_by(ProofKeyRow.number)
        async with self._database.reading() as session:
            return [_struct(ProofKey, row) for row in (await session.scalars(query)).all()]

    async def enter(self, key: ProofKey) -> ProofKey:
        """Add a key; when another process just did, that one is the answer."""
        async with self._database.writing() as session:
            found = await session.get(ProofKeyRow, (key.house, key.number))
            if found is not None:
                return _struct(ProofKey, found)
            session.add(ProofKeyRow(**msgspec.structs.asdict(key)))
            return key

    async def latest(self, house: str) -> TreeHead | None:
        """The head of the largest tree that was signed."""
        query = select(ProofHeadRow).where(ProofHeadRow.house == house).order_by(ProofHeadRow.size.desc())
        async with self._database.reading() as session:
            row = (await session.scalars(query.limit(1))).first()
            return None if row is None else _struct(TreeHead, row)

    async def head(self, house: str, size: int) -> TreeHead | None:
        """The head of the tree of this size."""
        async with self._database.reading() as session:
            row = await session.get(ProofHeadRow, (house, size))
            return None if row is None else _struct(TreeHead, row)

    async def heads(self, house: str, after: int = 0, limit: int = _PAGE) -> list[TreeHead]:
        """Heads of trees larger than `after`, by size."""
        query = select(ProofHeadRow).where(ProofHeadRow.house == house, ProofHeadRow.size > after)
        async with self._database.reading() as session:
            rows = await session.scalars(query.order_by(ProofHeadRow.size).limit(limit))
            return [_struct(TreeHead, row) for row in rows.all()]

    async def keep(self, head: TreeHead, tiles: Sequence[Tile]) -> None:
        """Add a head with the tiles that it needs, in one transaction; Broken when another root was signed before."""
        async with self._database.writing() as session:
            found = await session.get(ProofHeadRow, (head.house, head.size))
            if found is not None and found.root != head.root:
                raise Broken(f"house {head.house} signed another root over {head.size} rows: {found.root}")
            if found is None:
                session.add(ProofHeadRow(**msgspec.structs.asdict(head)))
            await _add_tiles(session, head.house, tiles)

    async def add(self, house: str, tiles: Sequence[Tile]) -> None:
        """Add full tiles before the head that covers them: their rows are in the journal and never change."""
        async with self._database.writing() as session:
            await _add_tiles(session, house, tiles)

    async def tile(self, house: str, level: int, index: int) -> bytes | None:
        """The hashes of a full tile, one after the other."""
        async with self._database.reading() as session:
            row = await session.get(ProofTileRow, (house, level, index))
            return None if row is None else row.hashes

    async def roots(self, house: str, level: int, begin: int, end: int) -> list[bytes]:
        """The roots of the tiles of a level from place `begin` up to `end`, which is not in it."""
        tile = ProofTileRow
        query = (
            select(tile.root)
            .where(tile.house == house, tile.level == level, tile.index >= begin, tile.index < end)
            .order_by(tile.index)
        )
        async with self._database.reading() as session:
            return list((await session.scalars(query)).all())

    async def wish(self, house: str, seq: int) -> None:
        """Ask the house to sign a head that covers a row."""
        async with self._database.writing() as session:
            row = await session.get(ProofWishRow, house)
            if row is None:
                session.add(ProofWishRow(house=house, seq=seq))
            else:
                row.seq = max(row.seq, seq)

    async def wished(self, house: str) -> int:
        """The last row for which somebody asked; 0 when nobody ever did."""
        return await self._database.glance(_WISHED, house=house) or 0

    async def houses(self) -> list[str]:
        """The houses that have signed heads."""
        query = select(ProofHeadRow.house).group_by(ProofHeadRow.house).order_by(ProofHeadRow.house)
        async with self._database.reading() as session:
            return list((await session.scalars(query)).all())


async def _add_tiles(session: AsyncSession, house: str, tiles: Sequence[Tile]) -> None:
    """Add what is not there yet: a house that stopped between two heads makes the same tiles again."""
    for level in sorted({one.level for one in tiles}):
        query = select(func.max(ProofTileRow.index)).where(
            ProofTileRow.house == house, ProofTileRow.level == level
        )
        last = await session.scalar(query)
        fresh = [one for one in tiles if one.level == level and (last is None or one.index > last)]
        for start in range(0, len(fresh), _TILES):
            rows = [{"house": house, **msgspec.structs.asdict(one)} for one in fresh[start : start + _TILES]]
            await session.execute(_ADD_TILE, rows)


def _struct(kind: type[S], row: object) -> S:
    return kind(**{name: getattr(row, name) for name in kind.__struct_fields__})
