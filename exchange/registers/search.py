"""Searching the catalogue: words, facets with their counts, a page of results. Only what is public is in the index.

Of each block one integer with a bit for each achievement: words and filters are "and", a count is the number of
bits. So a search that finds everything costs what one costs that finds nothing. Facets stay in memory until their
block changes; the pairs of a query are read each time.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.registers import postings
from exchange.registers.database import Database
from exchange.registers.grams import wanted
from exchange.registers.market_models import SearchBlockRow, SearchDocumentRow, SearchPostingRow
from exchange.registers.search_index import ALL, FACET, FACETS, TEXT, TITLE
from matching_engine.errors import Malformed

Blocks = dict[int, int]
"""Block → its achievements as bits."""


class Page(msgspec.Struct, frozen=True):
    """What a search found: ids in order, how many in all, the values of each facet with counts, where to go on.

    A facet counts what would be found with the other filters and this value of it.
    """

    ids: list[str]
    total: int
    facets: dict[str, list[tuple[str, int]]]
    next: str | None


class _Facets(NamedTuple):
    generation: int
    all: int
    values: dict[str, dict[str, int]]


class Search:
    """Searches over the index of one database; keeps the facets of blocks that did not change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._facets: dict[int, _Facets] = {}

    async def find(
        self, q: str = "", filters: Mapping[str, str] | None = None, cursor: str = "", limit: int = 20
    ) -> Page:
        """The achievements that hold every word of `q` and fit the filters: hits in the title first, then the newest.

        Malformed for a cursor that no page gave, or a filter that is no facet.
        """
        chosen = {name: value for name, value in (filters or {}).items() if value}
        for name in chosen:
            if name not in FACETS:
                raise Malformed(name, chosen[name], f"a filter by one of {', '.join(FACETS)}")
        place = _read_cursor(cursor)
        async with self._database.reading() as session:
            await self._refresh(session)
            everybody = {block: kept.all for block, kept in self._facets.items()}
            text = await _read(session, *wanted(q))
            found, titled = text.within(TEXT, everybody), text.within(TITLE, everybody)
            fitting = self._filtered(found, chosen)
            first = {block: bits & titled[block] if q else 0 for block, bits in fitting.items()}
            rest = {block: bits & ~first[block] for block, bits in fitting.items()}
            numbers, following = _page((first, rest), place, limit)
            ids = await _ids(session, numbers)
        total = sum(bits.bit_count() for bits in fitting.values())
        return Page(ids, total, self._counts(found, chosen), following)

    def _filtered(self, found: Blocks, chosen: Mapping[str, str]) -> Blocks:
        """What fits every filter as well."""
        left = dict(found)
        for name, value in chosen.items():
            left = {block: bits & self._bits(block, name, value) for block, bits in left.items()}
        return left

    def _bits(self, block: int, name: str, value: str) -> int:
        return self._facets[block].values.get(name, {}).get(value, 0)

    def _counts(self, found: Blocks, chosen: Mapping[str, str]) -> dict[str, list[tuple[str, int]]]:
        """The values of each facet, the most frequent first; those that would find nothing are left out."""
        all_chosen = self._filtered(found, chosen)
        counted: dict[str, list[tuple[str, int]]] = {}
        for name in FACETS:
            others = {key: value for key, value in chosen.items() if key != name}
            base = self._filtered(found, others) if name in chosen else all_chosen
            counted[name] = self._count(name, base)
        return counted

    def _count(self, name: str, base: Blocks) -> list[tuple[str, int]]:
        counts: dict[str, int] = {}
        for block, within in base.items():
            if within:
                for value, bits in self._facets[block].values.get(name, {}).items():
                    counts[value] = counts.get(value, 0) + (bits & within).bit_count()
        return sorted(
            ((value, count) for value, count in counts.items() if count),
            key=lambda pair: (-pair[1], pair[0]),
        )

    async def _refresh(self, session: AsyncSession) -> None:
        """Read the facets of the blocks that changed since they were read."""
        table = SearchBlockRow
        for row in (await session.execute(select(table.block, table.generation))).all():
            kept = self._facets.get(row.block)
            if kept is None or kept.generation != row.generation:
                self._facets[row.block] = await _facets(session, row.block, row.generation)


async def _facets(session: AsyncSession, block: int, generation: int) -> _Facets:
    table = SearchPostingRow
    query = select(table.term, table.members).where(
        table.block == block, table.term >= ALL, table.term < _after(FACET)
    )
    everybody, values = 0, dict[str, dict[str, int]]()
    for term, members in (await session.execute(query)).all():
        if term == ALL:
            everybody = postings.unpack(members)
            continue
        name, _, value = term[1:].decode().partition("\0")
        values.setdefault(name, {})[value] = postings.unpack(members)
    return _Facets(generation, everybody, values)


class _Text(NamedTuple):
    """What the index has for the pairs and single characters of a query."""

    pairs: list[str]
    single: list[str]
    postings: dict[bytes, Blocks]

    def within(self, kind: bytes, everybody: Blocks) -> Blocks:
        """Where every pair stands and every single character occurs, in titles or in any text."""
        left = dict(everybody)
        for pair in self.pairs:
            here = self.postings.get(kind + pair.encode(), {})
            left = {block: bits & here.get(block, 0) for block, bits in left.items()}
        for char in self.single:
            begins = [
                blocks for term, blocks in self.postings.items() if term.startswith(kind + char.encode())
            ]
            for block in left:
                anywhere = 0
                for blocks in begins:
                    anywhere |= blocks.get(block, 0)
                left[block] &= anywhere
        return left


async def _read(session: AsyncSession, pairs: list[str], single: list[str]) -> _Text:
    """Everything that the index has for a query, in one question."""
    if not pairs and not single:
        return _Text([], [], {})
    table = SearchPostingRow
    kinds = (TEXT, TITLE)
    which: list[ColumnElement[bool]] = [
        table.term.in_([kind + pair.encode() for kind in kinds for pair in pairs])
    ]
    for start in (kind + char.encode() for kind in kinds for char in single):
        which.append((table.term >= start) & (table.term < _after(start)))
    query = select(table.term, table.block, table.members).where(or_(*which))
    found: dict[bytes, Blocks] = {}
    for term, block, members in (await session.execute(query)).all():
        found.setdefault(term, {})[block] = postings.unpack(members)
    return _Text(pairs, single, found)


def _after(term: bytes) -> bytes:
    """The first bytes that do not begin with a term; UTF-8 never holds 0xFF."""
    return term + b"\xff"


def _page(
    tiers: tuple[Blocks, Blocks], place: tuple[int, int] | None, limit: int
) -> tuple[list[int], str | None]:
    """The numbers of a page below a place, the best tier first, in it the newest; and the cursor of the next."""
    numbers: list[tuple[int, int]] = []
    for tier, blocks in enumerate(tiers):
        if place is not None and tier < place[0]:
            continue
        below = place[1] if place is not None and tier == place[0] else None
        for n in _newest(blocks, below):
            if len(numbers) == limit:
                last = numbers[-1]
                return [number for _, number in numbers], f"{last[0]}.{last[1]}"
            numbers.append((tier, n))
    return [number for _, number in numbers], None


def _newest(blocks: Blocks, below: int | None) -> Iterable[int]:
    for block in sorted(blocks, reverse=True):
        start = block * postings.BLOCK
        bits = blocks[block]
        if below is not None and start + postings.BLOCK > below:
            bits &= (1 << max(below - start, 0)) - 1
        for place in postings.places(bits):
            yield start + place


def _read_cursor(cursor: str) -> tuple[int, int] | None:
    if not cursor:
        return None
    tier, _, n = cursor.partition(".")
    if tier not in ("0", "1") or not (n.isascii() and n.isdecimal() and len(n) < 12):
        raise Malformed("cursor", cursor[:40], "`next` of the page before")
    return int(tier), int(n)


async def _ids(session: AsyncSession, numbers: list[int]) -> list[str]:
    table = SearchDocumentRow
    rows = await session.execute(select(table.n, table.achievement).where(table.n.in_(numbers)))
    names = {row.n: row.achievement for row in rows}
    return [names[n] for n in numbers]
