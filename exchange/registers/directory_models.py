"""The tables of the directories: one row for an entry of whatever kind, and its versions."""

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from exchange.registers.market_models import VersionColumns
from exchange.registers.models import ID, TEXT, WORD, Base


class DirectoryEntryRow(Base):
    """An entry of a directory; `words` holds what a search may find, which is never more than everybody may see."""

    __tablename__ = "directory_entry"
    __table_args__ = (
        Index("ix_directory_entry_kind_state", "kind", "state", "entered_at"),
        Index("ux_directory_entry_key", "kind", "unique_key", unique=True),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(WORD)
    title: Mapped[str] = mapped_column(TEXT)
    fields: Mapped[dict[str, object]] = mapped_column(JSON)
    figures: Mapped[dict[str, str]] = mapped_column(JSON)
    owner: Mapped[str | None] = mapped_column(ID, ForeignKey("organisation.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    entered_by: Mapped[str] = mapped_column(ID)
    entered_at: Mapped[int] = mapped_column(BigInteger)
    changed_by: Mapped[str] = mapped_column(ID)
    achievement: Mapped[str | None] = mapped_column(ID, index=True)
    unique_key: Mapped[str | None] = mapped_column(String(64))
    words: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class DirectoryEntryVersionRow(VersionColumns, Base):
    """What an entry was, from when, and by whom."""

    __tablename__ = "directory_entry_version"

    directory_entry: Mapped[str] = mapped_column(ID, ForeignKey("directory_entry.id"), primary_key=True)
