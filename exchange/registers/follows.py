"""What people follow: listings, lots, sessions, demands, the special zone, and searches."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec
from sqlalchemy import delete, func, select, tuple_

from exchange.registers.database import Database
from exchange.registers.notice_models import FollowRow
from matching_engine.errors import Malformed

MOST = 500
"""Things that one account may follow."""
_CHUNK = 200


class FollowKind(StrEnum):
    """What can be followed."""

    LISTING = "listing"
    LOT = "lot"
    SESSION = "session"
    DEMAND = "demand"
    ZONE = "zone"
    SEARCH = "search"


class Follow(msgspec.Struct, frozen=True):
    """An account follows `subject` of `kind` since `at` (µs); of a search the subject is its query."""

    account: str
    kind: FollowKind
    subject: str
    title: str
    at: int


class Follows:
    """The register of what is followed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, follow: Follow) -> None:
        """Follow; again changes nothing. Malformed when an account follows too much."""
        async with self._database.writing() as session:
            count = select(func.count()).where(FollowRow.account == follow.account)
            if await session.get(FollowRow, (follow.account, follow.kind, follow.subject)) is not None:
                return
            if (await session.scalar(count) or 0) >= MOST:
                raise Malformed("subject", follow.subject, f"at most {MOST} things that you follow")
            session.add(FollowRow(**msgspec.to_builtins(follow)))

    async def drop(self, account: str, kind: FollowKind, subject: str) -> bool:
        """Follow no longer; whether it was followed."""
        table = FollowRow
        where = (table.account == account, table.kind == kind.value, table.subject == subject)
        async with self._database.writing() as session:
            found = (await session.scalars(select(table).where(*where))).all()
            await session.execute(delete(table).where(*where))
        return bool(found)

    async def has(self, account: str, kind: FollowKind, subject: str) -> bool:
        """Whether an account follows this."""
        async with self._database.reading() as session:
            return await session.get(FollowRow, (account, kind.value, subject)) is not None

    async def of(self, account: str) -> list[Follow]:
        """What an account follows, the newest first."""
        table = FollowRow
        query = select(table).where(table.account == account).order_by(table.at.desc(), table.subject)
        async with self._database.reading() as session:
            return [_follow(row) for row in (await session.scalars(query)).all()]

    async def followers(self, subjects: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
        """(kind, subject) → the accounts that follow it."""
        table, wanted = FollowRow, list(dict.fromkeys(subjects))
        found: dict[tuple[str, str], list[str]] = {}
        async with self._database.reading() as session:
            for start in range(0, len(wanted), _CHUNK):
                some = wanted[start : start + _CHUNK]
                query = select(table).where(tuple_(table.kind, table.subject).in_(some))
                for row in (await session.scalars(query.order_by(table.account))).all():
                    found.setdefault((row.kind, row.subject), []).append(row.account)
        return found

    async def subjects(self, kind: FollowKind) -> list[str]:
        """Everything of a kind that somebody follows."""
        query = select(FollowRow.subject).where(FollowRow.kind == kind.value).distinct()
        async with self._database.reading() as session:
            return sorted((await session.scalars(query)).all())


def _follow(row: FollowRow) -> Follow:
    return Follow(row.account, FollowKind(row.kind), row.subject, row.title, row.at)
