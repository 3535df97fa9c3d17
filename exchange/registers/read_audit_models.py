"""The tables of the audit of reads."""

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from exchange.registers.models import ID, TEXT, Base

KEY = String(40)


class ReadRow(Base):
    """One reading of something confidential. `id` begins with the instant, so that rows sort by time."""

    __tablename__ = "read_audit"
    __table_args__ = (
        Index("ix_read_audit_reader", "reader", "id"),
        Index("ix_read_audit_kind", "kind", "id"),
    )

    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    house: Mapped[str] = mapped_column(ID)
    reader: Mapped[str] = mapped_column(ID)
    """The account; no foreign key, for the row outlives whatever it names."""
    party: Mapped[str | None] = mapped_column(ID)
    roles: Mapped[list[str]] = mapped_column(JSON)
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(TEXT)
    why: Mapped[str] = mapped_column(TEXT)
    address: Mapped[str] = mapped_column(ID)
    request: Mapped[str] = mapped_column(ID)
    owners: Mapped[list[str]] = mapped_column(JSON)


class ReadOwnerRow(Base):
    """Whose affair was read: an organisation, or `account:` and an account."""

    __tablename__ = "read_audit_owner"

    owner: Mapped[str] = mapped_column(ID, primary_key=True)
    read: Mapped[str] = mapped_column(KEY, ForeignKey("read_audit.id"), primary_key=True)
