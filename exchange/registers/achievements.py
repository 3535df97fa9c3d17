"""The achievements that may be offered: what is known of each, where from, and what was only inferred."""

from collections.abc import Sequence
from datetime import date

import msgspec
from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.market.unconverted import Category, Mode, Secrecy
from exchange.registers import search_index as index
from exchange.registers.facts import Completer, FundingSource, IpItem, Owner, RightsGrant, StageReached
from exchange.registers.models import AchievementRow, AchievementVersionRow
from exchange.registers.node_models import CatalogueChangeRow
from exchange.registers.versioned import Versioned
from exchange.registers.words import PriceForm, Route, Stage
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
    keywords: tuple[str, ...] = ()
    region: str = ""
    """The province, by the key of the rule books."""
    city: str = ""
    funding: tuple[FundingSource, ...] = ()
    category: Category | None = None
    secrecy: Secrecy = Secrecy.UNKNOWN
    secrecy_reviewer: str = ""
    secrecy_reviewed_on: date | None = None
    stage: Stage | None = None
    stages: tuple[StageReached, ...] = ()
    """The stages of the chain that were reached, with date and place."""
    price_form: PriceForm | None = None
    price_idea_fen: int | None = None
    ip_items: tuple[IpItem, ...] = ()
    owners: tuple[Owner, ...] = ()
    grants: tuple[RightsGrant, ...] = ()
    completers: tuple[Completer, ...] = ()
    accepted_on: date | None = None
    """Acceptance of the project (项目验收)."""
    registered_on: date | None = None
    """Registration as an achievement (成果登记), under `registration_no`."""
    granted_on: date | None = None
    """Announcement of the patent's grant (专利授权公告)."""
    admitted_on: date | None = None
    """Admission to the database (入库), by `route`."""
    registration_no: str = ""
    route: Route | None = None
    conversion_mode: Mode | None = None
    converted_on: date | None = None
    """The day on which the contract of the conversion took effect."""
    trial_until: date | None = None
    impediment: str = ""
    """Why it cannot be traded: a dispute, a pledge without consent, a restriction of export."""
    contact: str = ""
    interim: bool = False
    """A result on the way of a larger project (沿途下蛋)."""
    disclosed_on: date | None = None
    disclosed_by: str = ""
    """Whose invention disclosure (职务发明披露) it began with."""
    public_good: bool = False
    """Of the public-good catalogue (公益性技术成果): licensed free of charge."""
    zone: str = ""
    """The special zone (专场) in which it is shown."""

    @property
    def public(self) -> bool:
        """Whether it may be spoken of at all: a named reviewer found it public, on a day that is known."""
        return self.secrecy is Secrecy.PUBLIC and bool(
            self.secrecy_reviewer and self.secrecy_reviewed_on is not None
        )

    @property
    def ip_lines(self) -> tuple[str, ...]:
        """All its property, one line each."""
        return (*self.ip, *(item.line for item in self.ip_items))

    def digest(self) -> str:
        """Hex SHA-256 of every field: it goes into the journal with a listing, and proves later what was offered.

        A field that came to the register after `price_note` counts where it says something: digests of before hold.
        """
        fields = msgspec.to_builtins(self)
        later = self.__struct_fields__.index("keywords")
        silent = _SILENT.items()
        said = {
            name: value
            for n, (name, value) in enumerate(fields.items())
            if n < later or (name, value) not in silent
        }
        return canonical.digest(canonical.encode(said)).hex()


_SILENT: dict[str, object] = msgspec.to_builtins(Achievement("", ""))
"""What the fields hold that nobody filled."""


class Achievements(Versioned[Achievement]):
    """The register of achievements."""

    value = Achievement
    row = AchievementRow
    history = AchievementVersionRow
    name = "achievement"

    async def _kept(
        self, session: AsyncSession, changes: Sequence[tuple[Achievement | None, Achievement]]
    ) -> None:
        """The search index follows in the same transaction: what becomes secret is gone from it at once.

        What the other nodes are told of it waits in the same transaction, too.
        """
        await index.enter(session, [index.change(old, new) for old, new in changes])
        if changes:
            rows = [{"achievement": new.id} for _, new in changes]
            await session.execute(insert(CatalogueChangeRow), rows)

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
