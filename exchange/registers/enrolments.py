"""Enrolment: that somebody of the exchange saw an organisation's code and an account's letter of authority."""

import secrets

import msgspec
from sqlalchemy import select

from exchange.registers.access_models import EnrolmentRow
from exchange.registers.database import Database


class Enrolment(msgspec.Struct, frozen=True):
    """One check. `letter` says which paper was seen (number, date, signatory), `letter_digest` is its SHA-256 or ""."""

    id: str
    organisation: str
    account: str | None
    code: str
    letter: str
    letter_digest: str
    checked_by: str
    checked_at: int


def new_enrolment_id() -> str:
    """An id that no other check has."""
    return f"e-{secrets.token_hex(6)}"


class Enrolments:
    """The register of checks; none is ever changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, enrolment: Enrolment) -> None:
        """Enter a check."""
        async with self._database.writing() as session:
            session.add(EnrolmentRow(**msgspec.structs.asdict(enrolment)))

    async def list(self, organisation: str = "", limit: int = 200) -> list[Enrolment]:
        """Checks, the latest first; of one organisation."""
        query = select(EnrolmentRow).order_by(EnrolmentRow.checked_at.desc(), EnrolmentRow.id).limit(limit)
        if organisation:
            query = query.where(EnrolmentRow.organisation == organisation)
        names = [field.name for field in msgspec.structs.fields(Enrolment)]
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
            return [Enrolment(**{name: getattr(row, name) for name in names}) for row in rows]
