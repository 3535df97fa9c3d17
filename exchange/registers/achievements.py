"""The achievements that may be offered: what is known of each, where from, and what was only inferred."""

import msgspec
from sqlalchemy import or_, select

from exchange.registers.models import AchievementRow, AchievementVersionRow
from exchange.registers.versioned import Versioned
from matching_engine import canonical


class Achievement(msgspec.Struct, frozen=True):
    """An achievement as the register knows it.

    `holder` is an enrolled organisation, `holder_name` what the source says. `inferred` names the fields that no
    source states: pages mark them. Prices are what a source reports of an earlier offer or sale.
    """

    id: str
    title: str
    holder: str | None = None
    holder_name: str = ""
    abstract: str = ""
    field: str = ""
    trl: int | None = None
    """Technology readiness level 1 to 9 (GB/T 22900)."""
    ipc: str = ""
    ip: tuple[str, ...] = ()
    """Intellectual property, one line each: kind, number, status."""
    published_on: str = ""
    """ISO date, or the year or month where the source gives no more."""
    source_url: str = ""
    source_note: str = ""
    inferred: tuple[str, ...] = ()
    opening_price_fen: int | None = None
    increment_fen: int | None = None
    sold_price_fen: int | None = None
    price_note: str = ""

    def digest(self) -> str:
        """Hex SHA-256 of every field: it goes into the journal with a listing, and proves later what was offered."""
        return canonical.digest(canonical.encode(self)).hex()


class Achievements(Versioned[Achievement]):
    """The register of achievements."""

    value = Achievement
    row = AchievementRow
    history = AchievementVersionRow
    name = "achievement"

    async def list(
        self, *, field: str = "", holder: str = "", q: str = "", after: str = "", limit: int = 100
    ) -> list[Achievement]:
        """Achievements with id > `after`, by id; of a field, of a holder, with `q` in title, abstract or holder."""
        table = AchievementRow
        query = select(table).where(table.id > after).order_by(table.id).limit(limit)
        if field:
            query = query.where(table.field == field)
        if holder:
            query = query.where(table.holder == holder)
        if q:
            columns = (table.title, table.abstract, table.holder_name)
            query = query.where(or_(*(column.icontains(q, autoescape=True) for column in columns)))
        return await self._select(query)
