"""The register of daily recommendations: each day's lists with their explanations, and what readers say of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Literal

import msgspec
from sqlalchemy import delete, func, insert, select

from exchange.matchmaking.score import Match
from exchange.registers.database import Database
from exchange.registers.recommendation_models import (
    RecommendationFeedbackRow,
    RecommendationRow,
    RecommendationRunRow,
)

KEPT_DAYS = 30
"""Days after which lists are let go; what was computed, and its digest, stays."""
_CHUNK = 500
"""Rows of one transaction: others who write to the same database wait for no more."""
Side = Literal["need", "supply"]


class Verdict(StrEnum):
    """What a reader says of a match."""

    USEFUL = "useful"
    NOT_USEFUL = "not_useful"
    CONTACTED = "contacted"


class Run(msgspec.Struct, frozen=True):
    """What was computed on a day: from how much, under which versions, and the digest of every list in order."""

    day: date
    scheme: str
    lexicon: str
    needs: int
    supplies: int
    lists: int
    digest: str
    made_at: int


class Listed(msgspec.Struct, frozen=True):
    """One place of a list. `subject` is whom it was made for, `owner` the organisation that it belongs to."""

    side: Side
    subject: str
    rank: int
    owner: str | None
    match: Match


class Feedback(msgspec.Struct, frozen=True):
    """What somebody said of a match for an organisation, and when."""

    need: str
    supply: str
    organisation: str
    account: str
    at: int
    verdict: Verdict


class Recommendations:
    """Recommendations by day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self) -> Run | None:
        """The newest finished day."""
        table = RecommendationRunRow
        async with self._database.reading() as session:
            row = await session.scalar(select(table).order_by(table.day.desc()).limit(1))
            return None if row is None else _run(row)

    async def run_of(self, day: date) -> Run | None:
        """What was computed on a day; None when nothing was, or not to the end."""
        async with self._database.reading() as session:
            row = await session.get(RecommendationRunRow, day.isoformat())
            return None if row is None else _run(row)

    async def keep(self, run: Run, lists: Sequence[Listed]) -> None:
        """Write a day's lists, in place of what an attempt cut short may have left, and let old ones go.

        The row of the day comes last: until then readers see the day before.
        """
        day, table = run.day.isoformat(), RecommendationRow
        oldest = (run.day - timedelta(days=KEPT_DAYS)).isoformat()
        async with self._database.writing() as session:
            await session.execute(delete(table).where((table.day == day) | (table.day < oldest)))
        for start in range(0, len(lists), _CHUNK):
            rows = [_row(day, one) for one in lists[start : start + _CHUNK]]
            async with self._database.writing() as session:
                await session.execute(insert(table), rows)
        async with self._database.writing() as session:
            session.add(RecommendationRunRow(**msgspec.to_builtins(run)))

    async def of(self, day: date, side: Side, subject: str) -> list[Listed]:
        """The list that was made for a demand or an achievement, best first."""
        table = RecommendationRow
        query = select(table).where(
            table.day == day.isoformat(), table.side == side, table.subject == subject
        )
        return await self._read(query.order_by(table.rank))

    async def for_owner(self, day: date, owner: str, limit: int = 200) -> list[Listed]:
        """Every list of an organisation: its demands first, then its achievements."""
        table = RecommendationRow
        query = select(table).where(table.day == day.isoformat(), table.owner == owner)
        return await self._read(query.order_by(table.side, table.subject, table.rank).limit(limit))

    async def _read(self, query: Any) -> list[Listed]:
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
        return [
            Listed(row.side, row.subject, row.rank, row.owner, msgspec.convert(row.body, Match))
            for row in rows
        ]

    async def say(self, feedback: Feedback) -> None:
        """Record what somebody says; the same again changes nothing."""
        async with self._database.writing() as session:
            await session.merge(RecommendationFeedbackRow(**msgspec.to_builtins(feedback)))

    async def said_by(self, organisation: str) -> dict[tuple[str, str], Verdict]:
        """(demand, achievement) → what an organisation said last."""
        table = RecommendationFeedbackRow
        query = select(table).where(table.organisation == organisation).order_by(table.at)
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
        return {(row.need, row.supply): Verdict(row.verdict) for row in rows}

    async def counts(self) -> dict[Verdict, int]:
        """How often each verdict was given."""
        table = RecommendationFeedbackRow
        query = select(table.verdict, func.count()).group_by(table.verdict)
        async with self._database.reading() as session:
            found = {Verdict(verdict): count for verdict, count in await session.execute(query)}
        return {verdict: found.get(verdict, 0) for verdict in Verdict}


def _run(row: RecommendationRunRow) -> Run:
    return msgspec.convert({name: getattr(row, name) for name in Run.__struct_fields__}, Run)


def _row(day: str, one: Listed) -> dict[str, object]:
    return {
        "day": day,
        "side": one.side,
        "subject": one.subject,
        "rank": one.rank,
        "owner": one.owner,
        "body": msgspec.to_builtins(one.match),
    }
