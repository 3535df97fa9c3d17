"""Keeping the search index: for each term the blocks of achievements that stand under it, in both databases alike.

The index is written in the transaction that writes the achievement. Only what a reviewer found public is in it: for
anything else there are no terms, and what stops being public loses those it had.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.registers import postings
from exchange.registers.grams import grams
from exchange.registers.market_models import SearchDocumentRow, SearchPostingRow

if TYPE_CHECKING:
    from exchange.registers.achievements import Achievement

ALL, FACET, TITLE, TEXT = b"a", b"f", b"t", b"x"
"""First byte of a term: everybody, the value of a facet, a pair of the title, a pair of any text."""
FACETS = ("field", "region", "stage", "trl", "category", "price_form", "zone", "holder")
_LOCK = 0x6C756F73
_CHUNK = 8_000
"""Values in one statement; both databases take some 32,000."""

Places = tuple[list[int], list[int]]


class Change(NamedTuple):
    """The terms that an achievement stood under before, and those that it stands under now."""

    id: str
    old: frozenset[bytes]
    new: frozenset[bytes]


def change(old: "Achievement | None", new: "Achievement") -> Change:
    """What a version changes in the index."""
    return Change(new.id, terms_of(old) if old is not None else frozenset(), terms_of(new))


def terms_of(one: "Achievement") -> frozenset[bytes]:
    """The terms of an achievement: none at all unless it is public."""
    if not one.public:
        return frozenset()
    title = grams([one.title])
    texts = (one.title, one.abstract, one.holder_name, *one.keywords, *(item.title for item in one.ip_items))
    return frozenset(
        [
            ALL,
            *(facet_term(name, value) for name, value in facet_values(one).items() if value),
            *(TITLE + pair.encode() for pair in title),
            *(TEXT + pair.encode() for pair in grams(texts)),
        ]
    )


def facet_values(one: "Achievement") -> dict[str, str]:
    """What an achievement says under each facet; "" where it says nothing."""
    return {
        "field": one.field,
        "region": one.region,
        "stage": one.stage or "",
        "trl": "" if one.trl is None else str(one.trl),
        "category": one.category or "",
        "price_form": one.price_form or "",
        "zone": one.zone,
        "holder": one.holder_name,
    }


def facet_term(name: str, value: str) -> bytes:
    """The term of a facet's value."""
    return FACET + name.encode() + b"\0" + value.encode()


async def enter(session: AsyncSession, changes: Iterable[Change]) -> None:
    """Bring the index up to these changes, in the transaction of the rows."""
    real = [one for one in changes if one.old != one.new]
    if not real:
        return
    await _one_writer(session)
    numbers = await _numbers(session, real)
    by_block: dict[int, dict[bytes, Places]] = defaultdict(lambda: defaultdict(lambda: ([], [])))
    for one in real:
        block, place = divmod(numbers[one.id], postings.BLOCK)
        terms = by_block[block]
        for term in one.new - one.old:
            terms[term][0].append(place)
        for term in one.old - one.new:
            terms[term][1].append(place)
    for block in sorted(by_block):
        await _write(session, block, by_block[block])


async def _one_writer(session: AsyncSession) -> None:
    """In PostgreSQL writers of the index wait for each other; SQLite has only one anyway."""
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


async def _numbers(session: AsyncSession, changes: Sequence[Change]) -> dict[str, int]:
    """The number of each achievement; new ones get the next."""
    table = SearchDocumentRow
    ids = [one.id for one in changes]
    known: dict[str, int] = {}
    for start in range(0, len(ids), _CHUNK):
        query = select(table.achievement, table.n).where(table.achievement.in_(ids[start : start + _CHUNK]))
        known.update((row.achievement, row.n) for row in await session.execute(query))
    following = (await session.scalar(select(func.max(table.n))) or 0) + 1
    fresh = [id_ for id_ in dict.fromkeys(ids) if id_ not in known]
    numbers = {id_: following + n for n, id_ in enumerate(fresh)}
    if fresh:
        statement = text("INSERT INTO search_document (n, achievement) VALUES (:n, :id)")
        await session.execute(statement, [{"n": n, "id": id_} for id_, n in numbers.items()])
    return {**known, **numbers}


async def _write(session: AsyncSession, block: int, terms: dict[bytes, Places]) -> None:
    """Merge places into the terms of one block, and mark the block as changed."""
    names = sorted(terms)
    for start in range(0, len(names), _CHUNK):
        chunk = names[start : start + _CHUNK]
        kept = await _kept(session, block, chunk)
        after = {term: postings.merged(kept.get(term, b""), *terms[term]) for term in chunk}
        await _save(session, block, after)
    await session.execute(
        text(
            "INSERT INTO search_block (block, generation) VALUES (:block, 1) "
            "ON CONFLICT (block) DO UPDATE SET generation = search_block.generation + 1"
        ),
        {"block": block},
    )


async def _kept(session: AsyncSession, block: int, terms: Sequence[bytes]) -> dict[bytes, bytes]:
    table = SearchPostingRow
    query = select(table.term, table.members).where(table.block == block, table.term.in_(terms))
    return {row.term: row.members for row in await session.execute(query)}


async def _save(session: AsyncSession, block: int, after: dict[bytes, bytes]) -> None:
    values = [{"term": term, "block": block, "members": data} for term, data in after.items() if data]
    if values:
        await session.execute(_UPSERT, values)
    gone = [{"term": term, "block": block} for term, data in after.items() if not data]
    if gone:
        await session.execute(_DELETE, gone)


_KINDS = {name: SearchPostingRow.__table__.c[name].type for name in ("term", "block", "members")}
_UPSERT = text(
    "INSERT INTO search_posting (term, block, members) VALUES (:term, :block, :members) "
    "ON CONFLICT (term, block) DO UPDATE SET members = excluded.members"
).bindparams(*(bindparam(name, type_=kind) for name, kind in _KINDS.items()))
_DELETE = text("DELETE FROM search_posting WHERE term = :term AND block = :block").bindparams(
    *(bindparam(name, type_=_KINDS[name]) for name in ("term", "block"))
)
