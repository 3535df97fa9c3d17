"""The tables of what people enter for reports."""

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from exchange.registers.market_models import VersionColumns
from exchange.registers.models import DAY, ID, WORD, Base

LONG_ID = String(200)


class IndicatorEntryRow(Base):
    """One indicator of a zone and year, as somebody entered it."""

    __tablename__ = "indicator_entry"
    __table_args__ = (Index("ix_indicator_entry_zone_year", "zone", "year"),)

    id: Mapped[str] = mapped_column(LONG_ID, primary_key=True)
    zone: Mapped[str] = mapped_column(WORD)
    year: Mapped[int]
    number: Mapped[int]
    value: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class IndicatorEntryVersionRow(VersionColumns, Base):
    """What an entry was, from when, and by whom."""

    __tablename__ = "indicator_entry_version"

    indicator_entry: Mapped[str] = mapped_column(LONG_ID, ForeignKey("indicator_entry.id"), primary_key=True)


class AnnualReportRow(Base):
    """What a holder entered into its annual report of a year."""

    __tablename__ = "annual_report"

    id: Mapped[str] = mapped_column(LONG_ID, primary_key=True)
    holder: Mapped[str] = mapped_column(ID, ForeignKey("organisation.id"))
    year: Mapped[int]
    entered: Mapped[dict[str, str]] = mapped_column(JSON)
    remarks: Mapped[str] = mapped_column(Text)
    submitted_on: Mapped[str | None] = mapped_column(DAY)
    version: Mapped[int]


class AnnualReportVersionRow(VersionColumns, Base):
    """What it was, from when, and by whom."""

    __tablename__ = "annual_report_version"

    annual_report: Mapped[str] = mapped_column(LONG_ID, ForeignKey("annual_report.id"), primary_key=True)
