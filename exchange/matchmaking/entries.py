"""What the registers and the house know, as values of matching. Whoever reads them judges anew who takes part."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
from sqlalchemy import select

from exchange.house.state import State
from exchange.market.listing_state import ListingState
from exchange.market.unconverted import Mode
from exchange.matchmaking.values import Need, Supply
from exchange.registers import Achievement, Demand, Registers
from exchange.registers.models import AchievementRow, OrganisationRow
from exchange.registers.words import DemandState
from matching_engine.lifecycle import LifecycleState
from matching_engine.terms import Mechanism

_PAGE = 2_000
_GONE = frozenset({Mode.TRANSFER, Mode.EQUITY})
"""Conversions after which there is nothing left to offer; a licence leaves the rest."""
_SEVERAL = frozenset({Mechanism.OPEN_LICENCE, Mechanism.MULTI_AWARD})
"""Mechanisms whose sale leaves the right with the seller."""
_NEEDED = (
    *("id", "title", "abstract", "keywords", "field", "trl", "region", "holder", "impediment"),
    *("price_idea_fen", "opening_price_fen", "secrecy", "secrecy_reviewer", "secrecy_reviewed_on"),
    *("conversion_mode", "converted_on", "admitted_on", "published_on", "source_url", "source_note"),
)
"""The columns of an achievement that matching reads."""
OFFERED = frozenset(
    {ListingState.NOTICE, ListingState.OBJECTED, ListingState.TRADABLE, ListingState.IN_SESSION}
)
"""Listings that can be looked at and asked about."""


class Offer(msgspec.Struct, frozen=True):
    """How an achievement stands in the house: the newest listing that is open, its price; or that it is sold."""

    listing: str | None = None
    price_fen: int | None = None
    sold: bool = False


def offers_of(state: State) -> dict[str, Offer]:
    """Achievement → how it stands, by its newest listing that was admitted."""
    last_lot = {placed.listing: lot for lot, placed in state.market.lot_plans.items()}
    found: dict[str, Offer] = {}
    for listing in state.market.listings.values():
        if listing.state in OFFERED:
            sold = _sold(state, last_lot.get(listing.id))
            found[listing.achievement] = Offer(None if sold else listing.id, listing.price_idea_fen, sold)
        elif listing.state is ListingState.AGREED:
            found[listing.achievement] = Offer(sold=True)
    return found


def _sold(state: State, lot: str | None) -> bool:
    """Whether the hammer fell on a lot under a mechanism that sells the whole."""
    if lot is None or lot not in state.lots:
        return False
    one = state.lots[lot]
    return one.state is LifecycleState.HAMMERED and one.terms.mechanism not in _SEVERAL


def supply_of(
    one: Achievement, day: date, evaluation: int | None = None, offer: Offer | None = None, region: str = ""
) -> Supply:
    """An achievement on a day; `evaluation` is the score of 0 to 100 of its best signed report, `region` its holder's."""
    offer = offer or Offer()
    converted = one.converted_on is not None and one.converted_on <= day
    return Supply(
        one.id,
        one.title,
        " ".join((one.abstract, *one.keywords)),
        one.field,
        one.trl,
        one.region or region,
        offer.price_fen or one.price_idea_fen or one.opening_price_fen,
        None if evaluation is None else evaluation * 10,
        one.holder,
        cleared=one.public,
        released=_released(one, day) or offer.listing is not None,
        impeded=bool(one.impediment),
        sold=offer.sold or (converted and one.conversion_mode in _GONE),
    )


def _released(one: Achievement, day: date) -> bool:
    """Admitted to the database, or published somewhere that the register names."""
    admitted = one.admitted_on is not None and one.admitted_on <= day
    return admitted or bool(one.published_on or one.source_url or one.source_note)


def need_of(one: Demand, day: date, region: str = "") -> Need:
    """A demand on a day."""
    return Need(
        one.id,
        one.title,
        " ".join((one.need, *one.keywords)),
        one.field,
        one.trl_min,
        one.region or region,
        one.budget_fen,
        one.holder,
        open=one.public and one.state is DemandState.OPEN and (one.deadline is None or one.deadline >= day),
    )


async def supplies(registers: Registers, day: date, offers: Mapping[str, Offer]) -> list[Supply]:
    """Every achievement of the register, those that take no part as well."""
    regions = await regions_of(registers)
    found: list[Supply] = []
    after = ""
    while True:
        page = await _achievements_after(registers, after)
        if not page:
            return found
        found += await _page(registers, page, day, offers, regions)
        after = page[-1].id


async def some_supplies(
    registers: Registers, ids: Sequence[str], day: date, offers: Mapping[str, Offer]
) -> dict[str, Supply]:
    """These achievements as they stand now, by id."""
    found = [one for one in [await registers.achievements.get(id_) for id_ in dict.fromkeys(ids)] if one]
    regions = await regions_of(registers)
    return {one.id: one for one in await _page(registers, found, day, offers, regions)}


async def _page(
    registers: Registers,
    page: Sequence[Achievement],
    day: date,
    offers: Mapping[str, Offer],
    regions: Mapping[str, str],
) -> list[Supply]:
    evaluations = await registers.evaluations.best([one.id for one in page], day)
    return [
        supply_of(
            one,
            day,
            evaluations[one.id].score if one.id in evaluations else None,
            offers.get(one.id),
            regions.get(one.holder or "", ""),
        )
        for one in page
    ]


async def needs(registers: Registers, day: date) -> list[Need]:
    """Every demand of the register that is public."""
    regions = await regions_of(registers)
    found: list[Need] = []
    while page := await registers.demands.list(after=found[-1].id if found else "", limit=_PAGE):
        found += [need_of(one, day, regions.get(one.holder or "", "")) for one in page]
    return found


async def regions_of(registers: Registers) -> dict[str, str]:
    """Organisation → its region."""
    async with registers.database.reading() as session:
        rows = await session.execute(select(OrganisationRow.id, OrganisationRow.region))
        return {row.id: row.region for row in rows}


async def _achievements_after(registers: Registers, after: str) -> list[Achievement]:
    """A page of the register, only the columns that matching asks for: a hundred thousand rows are read each day."""
    table = AchievementRow
    columns = [getattr(table, name) for name in _NEEDED]
    query = select(*columns).where(table.id > after).order_by(table.id).limit(_PAGE)
    async with registers.database.reading() as session:
        rows = (await session.execute(query)).mappings().all()
        return [msgspec.convert(dict(row), Achievement) for row in rows]
