"""The light kinds of the five-kind database (Luoyang, part one, (一)): reports, literature, property rights.

Each item is linked to the achievements that it belongs to. Like them it is secret until a reviewer finds it public.
"""

import builtins
import json
from datetime import date

import msgspec
from sqlalchemy import Text, cast, select

from exchange.market.unconverted import Secrecy
from exchange.registers.market_models import ItemRow, ItemVersionRow
from exchange.registers.versioned import Versioned
from exchange.registers.words import ItemKind


class Item(msgspec.Struct, frozen=True):
    """A report, a paper or a property right."""

    id: str
    kind: ItemKind
    title: str
    number: str = ""
    holder_name: str = ""
    issued_on: date | None = None
    url: str = ""
    achievements: tuple[str, ...] = ()
    secrecy: Secrecy = Secrecy.UNKNOWN
    secrecy_reviewer: str = ""
    secrecy_reviewed_on: date | None = None

    @property
    def public(self) -> bool:
        """Whether it may be spoken of."""
        return self.secrecy is Secrecy.PUBLIC and bool(
            self.secrecy_reviewer and self.secrecy_reviewed_on is not None
        )


class Items(Versioned[Item]):
    """The register of these items."""

    value = Item
    row = ItemRow
    history = ItemVersionRow
    name = "repository_item"

    async def list(self, kind: ItemKind | None = None, after: str = "", limit: int = 100) -> list[Item]:
        """Public items with id > `after`, by id, of a kind."""
        table = ItemRow
        query = select(table).where(table.id > after, *_PUBLIC)
        if kind is not None:
            query = query.where(table.kind == kind.value)
        return await self._select(query.order_by(table.id).limit(limit))

    async def of(self, achievement: str) -> builtins.list[Item]:
        """The public items that belong to an achievement, by id."""
        named = cast(ItemRow.achievements, Text).contains(json.dumps(achievement), autoescape=True)
        found = await self._select(select(ItemRow).where(named, *_PUBLIC).order_by(ItemRow.id))
        return [one for one in found if achievement in one.achievements]


_PUBLIC = (
    ItemRow.secrecy == Secrecy.PUBLIC.value,
    ItemRow.secrecy_reviewer != "",
    ItemRow.secrecy_reviewed_on.is_not(None),
)
