"""What people were told, and how far each journal was told.

Notices, the mail and the deliveries that come of them, and the cursor change in one transaction: whatever ends a
process, nothing is told twice on the page, and nothing is left out.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.ports import Unavailable
from exchange.registers.database import Database
from exchange.registers.notice_models import DeliveryRow, MailRow, NoticeCursorRow, NoticeRow

KEPT_DAYS = 180
"""Days after which a notice is let go."""
_CHUNK = 500
_NEW = "INSERT INTO notice (account, house, key, word, path, facts, at) SELECT"
_KNOWN = "ON CONFLICT DO NOTHING RETURNING id, account, key"
_ADD = {
    "sqlite": text(
        f"{_NEW} json_extract(value, '$[0]'), :house, json_extract(value, '$[1]'), json_extract(value, '$[2]'),"
        " json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]')"
        f" FROM json_each(:rows) WHERE true {_KNOWN}"
    ),
    "postgresql": text(
        f"{_NEW} value->>0, :house, value->>1, value->>2, value->>3, CAST(value->>4 AS json), CAST(value->>5 AS bigint)"
        f" FROM json_array_elements(CAST(CAST(:rows AS text) AS json)) {_KNOWN}"
    ),
}
"""Notices from one parameter: bids wait for the file while this runs, and row by row it took four times as long."""


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
    table, values = NoticeCursorRow, {"seq": after.seq, "book": after.book}
    try:
        if before is None:
            await session.execute(insert(table).values(house=house, **values))
            return
        here = update(table).where(table.house == house, table.seq == before.seq).values(**values)
        moved: Any = await session.execute(here, execution_options={"synchronize_session": False})
    except IntegrityError as error:
        raise Moved(f"the notices of {house} were begun meanwhile") from error
    if moved.rowcount != 1:
        raise Moved(f"the notices of {house} were told further meanwhile")


async def _tell(session: AsyncSession, house: str, notices: Sequence[New]) -> int:
    """Those that were not told before, each once, and the mail of them; how many they were."""
    by_key = {(one.account, one.key): one for one in reversed(notices)}
    rows = [
        (one.account, one.key, one.word, one.path[:300], _json(one.facts), one.at) for one in by_key.values()
    ]
    told = 0
    for start in range(0, len(rows), _CHUNK):
        values = {"house": house, "rows": _json(rows[::-1][start : start + _CHUNK])}
        fresh = (await session.execute(_ADD[session.get_bind().dialect.name], values)).all()
        told += len(fresh)
        mail = [(by_key[account, key], id_) for id_, account, key in fresh if by_key[account, key].address]
        session.add_all(mail_row(one.account, one.address, one.at, notice=id_) for one, id_ in mail)
    return told


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


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
