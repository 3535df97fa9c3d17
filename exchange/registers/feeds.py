"""Feeds as a house keeps them: its own as it published it, those of the others as it read them.

Facts, what stands by them, and how far the feed was read change in one transaction: a feed is never taken in twice
and never with a hole.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.network.feed import GENESIS, PAGE_MAX, WITHDRAWN, Fact, text_of
from exchange.ports import Unavailable
from exchange.registers.database import Database
from exchange.registers.node_models import CatalogueChangeRow, NodeCursorRow, NodeFactRow, NodeItemRow


class Cursor(msgspec.Struct, frozen=True):
    """How far a feed was read, and how that went. Instants are µs."""

    seq: int = 0
    link: str = GENESIS
    journal_seq: int = 0
    began_at: int = 0
    read_at: int | None = None
    """The last time it was read to its end."""
    tried_at: int | None = None
    failures: int = 0
    """Attempts in a row that failed."""
    error: str = ""


class Item(msgspec.Struct, frozen=True):
    """What stands about a subject of a node."""

    node: str
    kind: str
    subject: str
    seq: int
    digest: str
    state: str
    body: dict[str, Any]


class Kept(msgspec.Struct, frozen=True):
    """A fact with its link, and its signature where it ended a batch."""

    fact: Fact
    link: str
    signature: str


class Moved(Unavailable):
    """The feed was taken further by somebody else meanwhile: look again."""


_CURSOR = Cursor.__struct_fields__
_PLACE = (NodeCursorRow.seq, NodeCursorRow.link, NodeCursorRow.journal_seq)
_CHUNK = 300
_FIRST_CHANGE = select(func.min(CatalogueChangeRow.id))


class Feeds:
    """Feeds in one database. `reader` is always the house that keeps them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cursor(self, reader: str, node: str) -> Cursor | None:
        """How far the feed of a node is here; None when nothing of it ever was."""
        async with self._database.reading() as session:
            row = await session.get(NodeCursorRow, (reader, node))
            return None if row is None else _cursor(row)

    async def cursors(self, reader: str) -> dict[str, Cursor]:
        """Node → how far its feed is here."""
        query = select(NodeCursorRow).where(NodeCursorRow.reader == reader).order_by(NodeCursorRow.node)
        async with self._database.reading() as session:
            return {row.node: _cursor(row) for row in (await session.scalars(query)).all()}

    async def publishers(self) -> list[str]:
        """The houses that publish from this database, the first that ever did first."""
        table = NodeCursorRow
        query = select(table.node).where(table.reader == table.node).order_by(table.began_at, table.node)
        async with self._database.reading() as session:
            return list((await session.scalars(query)).all())

    async def keep(
        self,
        reader: str,
        node: str,
        before: Cursor,
        after: Cursor,
        facts: Sequence[Kept],
        changes: Sequence[int] = (),
    ) -> None:
        """Take facts in that follow `before`, and let these changes of the catalogue be published.

        Moved when the feed is no longer at `before`: nothing was written then.
        """
        try:
            async with self._database.writing() as session:
                await _move(session, reader, node, before, after)
                if facts:
                    rows = [_fact_row(reader, node, one) for one in facts]
                    await session.execute(insert(NodeFactRow), rows)
                    await _stand(session, reader, node, [one.fact for one in facts])
                if changes:
                    table = CatalogueChangeRow
                    await session.execute(delete(table).where(table.id.in_(changes)))
        except IntegrityError as error:
            raise Moved(f"the feed of {node} was taken further meanwhile") from error

    async def note(self, reader: str, node: str, at: int, error: str) -> None:
        """Remember that reading a feed failed, and why."""
        async with self._database.writing() as session:
            row = await session.get(NodeCursorRow, (reader, node), with_for_update=True)
            if row is None:
                row = NodeCursorRow(reader=reader, node=node, **msgspec.structs.asdict(Cursor(began_at=at)))
                session.add(row)
            row.tried_at, row.failures, row.error = at, row.failures + 1, error[:300]

    async def forget(self, reader: str, node: str) -> None:
        """Let go of everything read from a node, to read it from its beginning."""
        async with self._database.writing() as session:
            for table in (NodeFactRow, NodeItemRow, NodeCursorRow):
                await session.execute(delete(table).where(table.reader == reader, table.node == node))

    async def page(self, house: str, after: int, limit: int = PAGE_MAX) -> tuple[list[Kept], bool]:
        """Facts of the house's own feed after `after`, up to one that is signed; and whether there are more."""
        table = NodeFactRow
        query = select(table).where(table.reader == house, table.node == house, table.seq > after)
        async with self._database.reading() as session:
            rows = (await session.scalars(query.order_by(table.seq).limit(limit + 1))).all()
        signed = [place for place, row in enumerate(rows[:limit], 1) if row.signature]
        shown = rows[: signed[-1]] if signed else []
        return [_kept(row) for row in shown], len(rows) > len(shown)

    async def sign_anew(self, house: str, sign: Callable[[int, str], str]) -> int:
        """Sign every signed place of the house's own feed again, under another key; gives how many there were."""
        table = NodeFactRow
        own = (table.reader == house, table.node == house, table.signature != "")
        async with self._database.writing() as session:
            rows = (await session.execute(select(table.seq, table.link).where(*own))).all()
            for row in rows:
                place = update(table).where(*own, table.seq == row.seq)
                await session.execute(place.values(signature=sign(row.seq, row.link)))
        return len(rows)

    async def signature_at(self, house: str, seq: int) -> tuple[str, str]:
        """Link and signature of a fact of the house's own feed; empty where there is none or it ended no batch."""
        async with self._database.reading() as session:
            row = await session.get(NodeFactRow, (house, house, seq))
            return ("", "") if row is None else (row.link, row.signature)

    async def standing(self, reader: str, node: str, subjects: Sequence[tuple[str, str]]) -> dict[Any, Item]:
        """(kind, subject) → what stands about it."""
        found: dict[Any, Item] = {}
        by_kind: dict[str, list[str]] = {}
        for kind, subject in subjects:
            by_kind.setdefault(kind, []).append(subject)
        for kind, names in by_kind.items():
            for start in range(0, len(names), _CHUNK):
                table, some = NodeItemRow, names[start : start + _CHUNK]
                where = (table.reader == reader, table.node == node, table.kind == kind)
                for item in await self._items(select(table).where(*where, table.subject.in_(some))):
                    found[kind, item.subject] = item
        return found

    async def items(
        self,
        reader: str,
        kind: str,
        nodes: Sequence[str],
        *,
        q: str = "",
        states: Sequence[str] = (),
        subject: str = "",
        skip: int = 0,
        limit: int = 60,
    ) -> list[Item]:
        """What stands at these nodes with every word of `q`, the newest first."""
        table = NodeItemRow
        query = select(table).where(table.reader == reader, table.kind == kind, table.node.in_(nodes))
        if states:
            query = query.where(table.state.in_(states))
        if subject:
            query = query.where(table.subject == subject)
        for word in q.casefold().split()[:8]:
            query = query.where(table.text.contains(word, autoescape=True))
        query = query.order_by(table.seq.desc(), table.node, table.subject).offset(skip).limit(limit)
        return await self._items(query)

    async def last_told(self, reader: str, kind: str, until: int) -> list[tuple[str, str, dict[str, Any]]]:
        """(node, subject, body) of the last fact of a kind about each subject told up to `until` (µs)."""
        table = NodeFactRow
        where = (table.reader == reader, table.kind == kind, table.at <= until)
        newest = (
            select(table.node, table.subject, func.max(table.seq).label("seq"))
            .where(*where)
            .group_by(table.node, table.subject)
            .subquery()
        )
        same = and_(table.node == newest.c.node, table.seq == newest.c.seq)
        query = select(table).join(newest, same).where(table.reader == reader)
        async with self._database.reading() as session:
            rows = (await session.scalars(query.order_by(table.node, table.subject))).all()
        return [(row.node, row.subject, row.body or {}) for row in rows]

    async def last_at(self, reader: str, node: str, kind: str) -> int:
        """The instant (µs) of the last fact of a kind that a node told; 0 before the first."""
        table = NodeFactRow
        query = select(func.max(table.at)).where(
            table.reader == reader, table.node == node, table.kind == kind
        )
        async with self._database.reading() as session:
            return await session.scalar(query) or 0

    async def seqs_at(self, reader: str, until: int) -> dict[str, int]:
        """Node → its last fact told up to `until` (µs)."""
        table = NodeFactRow
        query = select(table.node, func.max(table.seq).label("seq")).where(
            table.reader == reader, table.at <= until
        )
        async with self._database.reading() as session:
            rows = (await session.execute(query.group_by(table.node).order_by(table.node))).all()
        return {row.node: row.seq for row in rows}

    async def changes(self, limit: int) -> list[tuple[int, str]]:
        """Changes of the catalogue that wait to be published: number and achievement."""
        if await self._database.glance(_FIRST_CHANGE) is None:
            return []
        table = CatalogueChangeRow
        query = select(table.id, table.achievement).order_by(table.id).limit(limit)
        async with self._database.reading() as session:
            return [(number, achievement) for number, achievement in (await session.execute(query)).all()]

    async def _items(self, query: Any) -> list[Item]:
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
        return [Item(**{name: getattr(row, name) for name in Item.__struct_fields__}) for row in rows]


def _cursor(row: NodeCursorRow) -> Cursor:
    return Cursor(**{name: getattr(row, name) for name in _CURSOR})


async def _move(session: AsyncSession, reader: str, node: str, before: Cursor, after: Cursor) -> None:
    """Take the cursor from one place to the next, or raise Moved."""
    table, place = NodeCursorRow, (before.seq, before.link, before.journal_seq)
    here = and_(
        table.reader == reader,
        table.node == node,
        *(column == value for column, value in zip(_PLACE, place, strict=True)),
    )
    values = msgspec.structs.asdict(after)
    moved: Any = await session.execute(
        update(table).where(here).values(**values), execution_options={"synchronize_session": False}
    )
    if moved.rowcount == 0:
        if place != (0, GENESIS, 0) or await session.get(table, (reader, node)) is not None:
            raise Moved(f"the feed of {node} was taken further meanwhile")
        await session.execute(insert(table).values(reader=reader, node=node, **values))


def _fact_row(reader: str, node: str, one: Kept) -> dict[str, object]:
    fact = msgspec.structs.asdict(one.fact)
    return {"reader": reader, "node": node, **fact, "link": one.link, "signature": one.signature}


async def _stand(session: AsyncSession, reader: str, node: str, facts: Sequence[Fact]) -> None:
    """Let what stands follow the facts; what is taken back is gone from earlier facts, too."""
    newest = {(fact.kind, fact.subject): fact for fact in facts}
    items, told = NodeItemRow, NodeFactRow
    for kind in sorted({kind for kind, _ in newest}):
        names = sorted(subject for other, subject in newest if other == kind)
        where = (items.reader == reader, items.node == node, items.kind == kind)
        await session.execute(delete(items).where(*where, items.subject.in_(names)))
    standing = [fact for fact in newest.values() if fact.body is not None]
    if standing:
        await session.execute(insert(items), [_item_row(reader, node, fact) for fact in standing])
    for fact in facts:
        if fact.digest == WITHDRAWN:
            where = (told.reader == reader, told.node == node, told.kind == fact.kind)
            gone = update(told).where(*where, told.subject == fact.subject, told.seq < fact.seq)
            await session.execute(gone.values(body=None))


def _item_row(reader: str, node: str, fact: Fact) -> dict[str, object]:
    body: Mapping[str, object] = fact.body or {}
    return {
        "reader": reader,
        "node": node,
        "kind": fact.kind,
        "subject": fact.subject,
        "seq": fact.seq,
        "digest": fact.digest,
        "text": text_of(fact.subject, body),
        "state": str(body.get("state", ""))[:64],
        "body": dict(body),
    }


def _kept(row: NodeFactRow) -> Kept:
    fact = Fact(row.seq, row.at, row.kind, row.subject, row.digest, row.body)
    return Kept(fact, row.link, row.signature)
