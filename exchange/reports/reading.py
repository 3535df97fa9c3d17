"""Reads the journals of every house in a database, as far as they are new, and the register's facts about them."""

import asyncio
from datetime import date
from typing import Any

from sqlalchemy import func, select

from exchange.house import codec
from exchange.ports import Row as JournalRow
from exchange.registers import Registers
from exchange.registers.models import AchievementRow, AchievementVersionRow, OrganisationRow
from exchange.reports.facts import Fact
from exchange.reports.figures import Cities, Figures, Head, figures
from exchange.reports.ocds import Publisher, Release
from exchange.reports.projector import Projector
from exchange.store.journal import open_journal
from settlement.dates import end_of_day, shanghai_date

_CHUNK = 500


class Reading:
    """The journals of one database as facts and releases, kept between questions; only new rows are read."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = asyncio.Lock()
        self._heads: dict[str, list[tuple[int, int, str]]] = {}
        """house → (last instant of a day, seq, hash) of the last row of each day."""
        self.projectors: dict[str, Projector] = {}
        self.publishers: dict[str, Publisher] = {}

    async def catch_up(self) -> None:
        """Read everything that is new in every house."""
        async with self._lock:
            source = open_journal(self._url, writable=False)
            try:
                await source.open()
                for house in await source.houses():
                    book = self.projectors.setdefault(house, Projector(house))
                    async for row in source.read(house, book.seq):
                        self._take(row)
                        if row.seq % _CHUNK == 0:
                            await asyncio.sleep(0)  # A long journal is read between other people's requests.
            finally:
                await source.close()

    def _take(self, row: JournalRow) -> None:
        recorded = codec.recorded(row)
        self.projectors[row.house].take(recorded)
        self.publishers.setdefault(row.house, Publisher()).take(recorded)
        heads = self._heads.setdefault(row.house, [])
        until = heads[-1][0] if heads and row.at <= heads[-1][0] else end_of_day(shanghai_date(row.at))
        if heads and heads[-1][0] == until:
            heads.pop()
        heads.append((until, row.seq, recorded.receipt))

    def facts(self) -> list[Fact]:
        """Every fact, house by house."""
        return [fact for house in sorted(self.projectors) for fact in self.projectors[house].facts]

    def names(self) -> dict[str, str]:
        """Party → name."""
        return {
            id_: name
            for house in sorted(self.projectors)
            for id_, name in self.projectors[house].names.items()
        }

    def heads(self, at: date) -> list[Head]:
        """Where each journal stood at the end of a date."""
        until = end_of_day(at)
        found = []
        for house, heads in self._heads.items():
            upto = [one for one in heads if one[0] <= until]
            if upto:
                found.append(Head(house, upto[-1][1], upto[-1][2]))
        return found

    def enrolled(self, at: date) -> int:
        """Organisations taken in by the end of a date."""
        until = end_of_day(at)
        return len(
            {
                party
                for book in self.projectors.values()
                for party, since in book.enrolled.items()
                if since <= until
            }
        )

    def releases(self, at: date | None = None, rehearsals: bool = False) -> list[Release]:
        """Releases of all houses in the order of their instants; up to a date where one is given."""
        until = end_of_day(at) if at else None
        return sorted(
            (
                release
                for book in self.publishers.values()
                for release in book.shown()
                if (until is None or release.at <= until) and (rehearsals or not release.rehearsal)
            ),
            key=lambda release: (release.at, release.id),
        )

    async def figures(self, registers: Registers, at: date, rehearsals: bool = False) -> Figures:
        """The figures at a date, of everything that is in the journals now."""
        await self.catch_up()
        facts = self.facts()
        return figures(facts, self.heads(at), await cities(registers, facts), at, rehearsals)


async def cities(registers: Registers, facts: list[Fact]) -> Cities:
    """The cities of the achievements in these facts, version by version."""
    wanted = sorted({fact.achievement for fact in facts if fact.achievement})
    table: Any = AchievementVersionRow
    found: dict[str, list[tuple[int, str]]] = {}
    async with registers.database.reading() as session:
        for start in range(0, len(wanted), _CHUNK):
            query = select(table.achievement, table.at, table.body).where(
                table.achievement.in_(wanted[start : start + _CHUNK])
            )
            for id_, at, body in await session.execute(query.order_by(table.achievement, table.version)):
                found.setdefault(id_, []).append((at, str(body.get("city", ""))))
    return found


async def admitted(registers: Registers, at: date) -> dict[tuple[str, str], int]:
    """(institution, year) → achievements admitted to the database by a date (Luoyang, part one, (一)).

    What is secret is counted with its institution and named nowhere.
    """
    table, owner = AchievementRow, OrganisationRow
    name = func.coalesce(owner.name, table.holder_name)
    year = func.substr(table.admitted_on, 1, 4)
    query = (
        select(name, year, func.count())
        .select_from(table)
        .outerjoin(owner, owner.id == table.holder)
        .where(table.admitted_on.is_not(None), table.admitted_on <= at.isoformat())
        .group_by(name, year)
        .order_by(name, year)
    )
    async with registers.database.reading() as session:
        return {(who, when): count for who, when, count in await session.execute(query)}
