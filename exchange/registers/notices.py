"""What people were told, and how far each journal was told.

Notices, the mail and the deliveries that come of them, and the cursor change in one transaction: whatever ends a
process, nothing is told twice on the page, and nothing is left out.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.ports import Unavailable
from exchange.registers.database import Database
from exchange.registers.models import Base
from exchange.registers.notice_models import DeliveryRow, MailRow, NoticeCursorRow, NoticeRow

KEPT_DAYS = 180
"""Days after which a notice is let go."""
_CHUNK = 40
"""Notices that are written by one statement: the loop waits for it to be put together."""


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
            told = await _tell(session, house, notices)
            if deliveries:
                await deliver(session, deliveries)
        return told

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
    """Take the cursor from one place to the next, in one statement; Moved where it stands elsewhere."""
    values = {"seq": after.seq, "book": after.book}
    if before is None:
        moved = _ignoring(session, NoticeCursorRow).values(house=house, **values)
    else:
        here = (NoticeCursorRow.house == house, NoticeCursorRow.seq == before.seq)
        moved = update(NoticeCursorRow).where(*here).values(**values)
    result: Any = await session.execute(moved.execution_options(synchronize_session=False))
    if result.rowcount != 1:
        raise Moved(f"the notices of {house} were told further meanwhile")


def _ignoring(session: AsyncSession, table: type[Base]) -> Any:
    """An INSERT that leaves what is there as it is."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(table.__table__).on_conflict_do_nothing()


async def _tell(session: AsyncSession, house: str, notices: Sequence[New]) -> int:
    """Those that were not told before, each once, and the mail of them; how many they were."""
    table = NoticeRow
    by_key = {(one.account, one.key): one for one in reversed(notices)}
    wanted, told = list(by_key.values())[::-1], 0
    for start in range(0, len(wanted), _CHUNK):
        rows = [_row(house, one) for one in wanted[start : start + _CHUNK]]
        insert_ = _ignoring(session, table).returning(table.id, table.account, table.key)
        fresh = (await session.execute(insert_, rows)).all()
        told += len(fresh)
        mail = [(by_key[account, key], id_) for id_, account, key in fresh if by_key[account, key].address]
        session.add_all(mail_row(one.account, one.address, one.at, notice=id_) for one, id_ in mail)
    return told


def _row(house: str, one: New) -> dict[str, object]:
    return {
        "account": one.account,
        "house": house,
        "key": one.key,
        "word": one.word,
        "path": one.path[:300],
        "facts": one.facts,
        "at": one.at,
    }


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
