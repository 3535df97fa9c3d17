"""What enterprises and authorities look for: needs, scenarios, challenges."""

from datetime import date

import msgspec
from sqlalchemy import or_, select

from exchange.market.unconverted import Secrecy
from exchange.registers.market_models import DemandRow, DemandVersionRow
from exchange.registers.versioned import Versioned
from exchange.registers.words import DemandKind, DemandState, Stage


class Demand(msgspec.Struct, frozen=True):
    """A demand. `holder` is an enrolled organisation, `holder_name` what the source says of it.

    Whoever publishes a demand finds it public himself; only what is called a state secret is shown to nobody.
    """

    id: str
    title: str
    need: str = ""
    kind: DemandKind = DemandKind.NEED
    field: str = ""
    keywords: tuple[str, ...] = ()
    region: str = ""
    city: str = ""
    budget_fen: int | None = None
    deadline: date | None = None
    trl_min: int | None = None
    """The least maturity that would do (TRL 1 to 9)."""
    stage: Stage | None = None
    holder: str | None = None
    holder_name: str = ""
    contact: str = ""
    state: DemandState = DemandState.OPEN
    secrecy: Secrecy = Secrecy.PUBLIC
    published_on: date | None = None

    @property
    def public(self) -> bool:
        """Whether everybody may see it."""
        return self.secrecy is Secrecy.PUBLIC


class Demands(Versioned[Demand]):
    """The register of demands."""

    value = Demand
    row = DemandRow
    history = DemandVersionRow
    name = "demand"

    async def list(
        self,
        *,
        q: str = "",
        field: str = "",
        region: str = "",
        kind: str = "",
        state: str = "",
        holder: str = "",
        public_only: bool = True,
        after: str = "",
        limit: int = 100,
    ) -> list[Demand]:
        """Demands with id > `after`, by id, that fit every filter; `q` stands in title, need or holder."""
        table = DemandRow
        query = select(table).where(table.id > after).order_by(table.id).limit(limit)
        wanted = {"field": field, "region": region, "kind": kind, "state": state, "holder": holder}
        for name, value in wanted.items():
            if value:
                query = query.where(getattr(table, name) == value)
        if public_only:
            query = query.where(table.secrecy == Secrecy.PUBLIC.value)
        if q:
            columns = (table.title, table.need, table.holder_name)
            query = query.where(or_(*(column.icontains(q, autoescape=True) for column in columns)))
        return await self._select(query)
