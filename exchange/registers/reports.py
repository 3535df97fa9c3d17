"""The registers of what people enter for reports: a zone's indicators, a holder's annual report. Every change is kept."""

from datetime import date

import msgspec
from sqlalchemy import select

from exchange.registers.report_models import (
    AnnualReportRow,
    AnnualReportVersionRow,
    IndicatorEntryRow,
    IndicatorEntryVersionRow,
)
from exchange.registers.versioned import Version, Versioned


class IndicatorEntry(msgspec.Struct, frozen=True):
    """One of the indicators of a zone and year: its value as text, and what proves it."""

    id: str
    zone: str
    year: int
    number: int
    value: str
    evidence: str


class AnnualEntry(msgspec.Struct, frozen=True):
    """The fields of a holder's annual report that only the holder knows, and when it was handed in."""

    id: str
    holder: str
    year: int
    entered: dict[str, str] = {}
    remarks: str = ""
    submitted_on: date | None = None


def indicator_id(zone: str, year: int, number: int) -> str:
    """The id of an entry."""
    return f"{zone}:{year}:{number}"


def annual_id(holder: str, year: int) -> str:
    """The id of a report."""
    return f"{holder}:{year}"


class IndicatorEntries(Versioned[IndicatorEntry]):
    """The entered indicators."""

    value = IndicatorEntry
    row = IndicatorEntryRow
    history = IndicatorEntryVersionRow
    name = "indicator_entry"

    async def enter(self, entry: IndicatorEntry, by: str, at: int) -> None:
        """Enter a value, or a new version of it; the same again changes nothing."""
        before = await self.get(entry.id)
        if before is None:
            await self.add(entry, by, at)
        elif before != entry:
            await self.change(entry, by, at)

    async def of(self, zone: str, year: int) -> dict[int, Version[IndicatorEntry]]:
        """Number → the entry as it stands, with who made it and when."""
        table = IndicatorEntryRow
        found = await self._select(select(table).where(table.zone == zone, table.year == year))
        return {
            one.number: (await self.versions(one.id))[-1] for one in sorted(found, key=lambda e: e.number)
        }

    async def zones(self) -> list[tuple[str, int]]:
        """Every zone and year that has an entry."""
        table = IndicatorEntryRow
        query = select(table.zone, table.year).distinct().order_by(table.year.desc(), table.zone)
        async with self._database.reading() as session:
            return [(zone, year) for zone, year in await session.execute(query)]


class AnnualEntries(Versioned[AnnualEntry]):
    """The annual reports of holders."""

    value = AnnualEntry
    row = AnnualReportRow
    history = AnnualReportVersionRow
    name = "annual_report"

    async def enter(self, entry: AnnualEntry, by: str, at: int) -> None:
        """Enter it, or a new version of it; the same again changes nothing."""
        before = await self.get(entry.id)
        if before is None:
            await self.add(entry, by, at)
        elif before != entry:
            await self.change(entry, by, at)
