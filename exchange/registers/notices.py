"""What people were told, and how far each journal was told.

Notices, the mail and the deliveries that come of them, and the cursor change in one transaction: whatever ends a
process, nothing is told twice on the page, and nothing is left out.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.ports import Unavailable
from exchange.registers.database import Database
from exchange.registers.notice_models import DeliveryRow, MailRow, NoticeCursorRow, NoticeRow

KEPT_DAYS = 180
"""Days after which a notice is let go."""
_CHUNK = 200


class Notice(msgspec.Struct, frozen=True):
    """One thing that an account was told. `word` says what, `facts` with which figures; `read_at` in µs."""

    id: int
    house: str
    word: str
    path: str
    facts: dict[str, Any]
    at: int
    read_at: int | None


class New(msgspec.Struct, frozen=True):
    """A notice to be told; `key` names what happened, `address` is where mail of it goes, if any does."""

    account: str
    key: str
    word: str
    path: str
    facts: dict[str, Any]
    at: int
    address: str = ""


class NewDelivery(msgspec.Struct, frozen=True):
    """A message to a webhook, tried until `until` (µs)."""

    id: str
    webhook: str
    word: str
    body: str
    at: int
    until: int


class Place(msgspec.Struct, frozen=True):
    """How far a journal was told, and what is remembered for what comes later."""

    seq: int
    book: dict[str, Any]


class Moved(Unavailable):
    """Somebody else told this journal further meanwhile."""


class Notices:
    """Notices of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def place(self, house: str) -> Place | None:
        """How far a house's journal was told; None before the first time."""
        async with self._database.reading() as session:
            row = await session.get(NoticeCursorRow, house)
            return None if row is None else Place(row.seq, dict(row.book))

    async def keep(
        self,
        house: str,
        before: Place | None,
        after: Place,
        notices: Sequence[New],
        deliveries: Sequence[NewDelivery] = (),
    ) -> int:
        """Tell, and move the cursor from `before` to `after`; how many notices were new. Moved: nothing was told."""
        async with self._database.writing() as session:
            await _move(session, house, before, after)
            fresh = await _fresh(session, house, notices)
            for one in fresh:
                await _tell(session, house, one)
            await deliver(session, deliveries)
        return len(fresh)

    async def of(self, account: str, before: int | None = None, limit: int = 50) -> list[Notice]:
        """What an account was told, the newest first; `before` is the id of the last one of the page before."""
        table = NoticeRow
        query = select(table).where(table.account == account)
        if before is not None:
            query = query.where(table.id < before)
        async with self._database.reading() as session:
            rows = (await session.scalars(query.order_by(table.id.desc()).limit(limit))).all()
        return [_notice(row) for row in rows]

    async def unread(self, account: str) -> int:
        """How many notices an account has not read."""
        table = NoticeRow
        query = select(func.count()).where(table.account == account, table.read_at.is_(None))
        async with self._database.reading() as session:
            return await session.scalar(query) or 0

    async def read(self, account: str, at: int, upto: int | None = None, only: int | None = None) -> None:
        """Mark as read: one notice, or all up to an id, or all."""
        table = NoticeRow
        query = update(table).where(table.account == account, table.read_at.is_(None))
        if only is not None:
            query = query.where(table.id == only)
        if upto is not None:
            query = query.where(table.id <= upto)
        async with self._database.writing() as session:
            await session.execute(query.values(read_at=at))

    async def some(self, ids: Sequence[int]) -> dict[int, Notice]:
        """Notices by id."""
        async with self._database.reading() as session:
            rows = (await session.scalars(select(NoticeRow).where(NoticeRow.id.in_(ids)))).all()
        return {row.id: _notice(row) for row in rows}

    async def forget(self, until: int) -> None:
        """Let go of what was told up to an instant (µs)."""
        async with self._database.writing() as session:
            old = select(NoticeRow.id).where(NoticeRow.at <= until).scalar_subquery()
            await session.execute(delete(MailRow).where(MailRow.at <= until))
            await session.execute(delete(MailRow).where(MailRow.notice.in_(old)))
            await session.execute(delete(NoticeRow).where(NoticeRow.at <= until))
            await session.execute(delete(DeliveryRow).where(DeliveryRow.at <= until))


async def _move(session: AsyncSession, house: str, before: Place | None, after: Place) -> None:
    row = await session.get(NoticeCursorRow, house, with_for_update=True)
    if (None if row is None else row.seq) != (None if before is None else before.seq):
        raise Moved(f"the notices of {house} were told further meanwhile")
    if row is None:
        session.add(NoticeCursorRow(house=house, seq=after.seq, book=after.book))
    else:
        row.seq, row.book = after.seq, after.book
    await session.flush()


async def _fresh(session: AsyncSession, house: str, notices: Sequence[New]) -> list[New]:
    """Those that were not told before, each once."""
    table, by_key = NoticeRow, dict[tuple[str, str], New]()
    for one in notices:
        by_key.setdefault((one.account, one.key), one)
    wanted = list(by_key)
    for start in range(0, len(wanted), _CHUNK):
        some = wanted[start : start + _CHUNK]
        query = select(table.account, table.key).where(
            table.house == house, tuple_(table.account, table.key).in_(some)
        )
        for account, key in (await session.execute(query)).all():
            del by_key[account, key]
    return list(by_key.values())


async def _tell(session: AsyncSession, house: str, one: New) -> None:
    row = NoticeRow(
        account=one.account,
        house=house,
        key=one.key,
        word=one.word,
        path=one.path[:300],
        facts=one.facts,
        at=one.at,
    )
    session.add(row)
    if one.address:
        await session.flush()
        session.add(mail_row(one.account, one.address, one.at, notice=row.id))


def mail_row(account: str, address: str, at: int, notice: int | None = None, code: str = "") -> MailRow:
    """Mail that is due at once."""
    return MailRow(
        account=account,
        notice=notice,
        code=code,
        address=address,
        state="due",
        tries=0,
        at=at,
        next_at=at,
        error="",
    )


async def deliver(session: AsyncSession, deliveries: Sequence[NewDelivery]) -> None:
    ids = [one.id for one in deliveries]
    known = set((await session.scalars(select(DeliveryRow.id).where(DeliveryRow.id.in_(ids)))).all())
    fresh = {one.id: one for one in deliveries if one.id not in known}
    if fresh:
        rest = {"state": "due", "tries": 0, "code": None, "error": ""}
        rows = [{**msgspec.structs.asdict(one), **rest, "next_at": one.at} for one in fresh.values()]
        await session.execute(insert(DeliveryRow), rows)


def _notice(row: NoticeRow) -> Notice:
    return Notice(row.id, row.house, row.word, row.path, dict(row.facts), row.at, row.read_at)
