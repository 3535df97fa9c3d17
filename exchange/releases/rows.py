"""Rows of the registers as the one-year rule judges them, with what the house itself knows of sales."""

from collections.abc import AsyncIterator, Mapping
from datetime import date

import msgspec

from exchange.house.state import State
from exchange.market.listing_state import ListingState
from exchange.market.unconverted import CatalogueRow, Funding, Mode
from exchange.registers import Achievement, Registers
from exchange.registers.words import LegalStatus
from settlement.deal import ContractKind
from settlement.state import Trade

PAGE = 200
"""Rows between two breaths of the process: the house that decides bids may be the same one."""
_MODES: dict[ContractKind, Mode] = {
    "assignment": Mode.TRANSFER,
    "licence": Mode.LICENCE,
    "development": Mode.OTHER_AGREED,
}
"""Contracts that convert a result: advice and service about it do not."""
_DEAD = frozenset({LegalStatus.EXPIRED, LegalStatus.LAPSED, LegalStatus.INVALID})


class Known(msgspec.Struct, frozen=True):
    """What the house knows of a result: the earliest conversion that stands, and until when an agreement is on its way."""

    mode: Mode | None = None
    on: date | None = None
    agreed_until: date | None = None


def known(state: State, today: date) -> dict[str, Known]:
    """Achievement → what the house knows of it on a day."""
    found = dict(_proved(state))
    for trade in state.settlement.trades.values():
        listing = state.market.listings.get(trade.subject.listing)
        if listing is not None and trade.failed is None:
            sale = _sale(state, trade, today)
            found[listing.achievement] = _better(found.get(listing.achievement), sale)
    for listing in state.market.listings.values():
        if listing.state is ListingState.AGREEMENT_NOTICE:
            found.setdefault(listing.achievement, Known(agreed_until=today))
    return found


def _proved(state: State) -> Mapping[str, Known]:
    """What a holder proved, and the exchange found enough."""
    return {
        case.achievement: Known(case.answer.mode, case.answer.converted_on)
        for case in state.market.releases.cases.values()
        if case.accepted and case.answer is not None and case.answer.kind == "converted"
    }


def _sale(state: State, trade: Trade, today: date) -> Known:
    """A sale counts from the day its contract takes effect; until then it is an agreement on its way."""
    contract = state.settlement.contracts.get(trade.contract or "")
    if contract is None or contract.effective_on is None:
        return Known(agreed_until=today)
    mode = _MODES.get(contract.kind)
    return Known(mode, date.fromisoformat(contract.effective_on)) if mode else Known()


def _better(one: Known | None, other: Known) -> Known:
    """The earlier of two conversions; a conversion before none."""
    if one is None or one.on is None:
        return other if other.on is not None or one is None else one
    return other if other.on is not None and other.on < one.on else one


def row_of(one: Achievement, of_house: Known | None = None) -> CatalogueRow:
    """The row that the rule judges. Without a day a reviewer's name does not count: nobody knows what he looked at."""
    row = CatalogueRow(
        id=one.id,
        title=one.title,
        holder=one.holder_name,
        funding=tuple(Funding(source.kind, source.programme or source.project_no) for source in one.funding),
        category=one.category,
        secrecy=one.secrecy,
        secrecy_reviewer=one.secrecy_reviewer if one.public else "",
        accepted_on=one.accepted_on,
        registered_on=one.registered_on,
        granted_on=one.granted_on or _first_grant(one),
        admitted_on=one.admitted_on,
        converted_on=one.converted_on,
        conversion_mode=one.conversion_mode,
        trial_until=one.trial_until,
        impediment=one.impediment or _ip_impediment(one),
    )
    return row if of_house is None else _with(row, of_house)


def _with(row: CatalogueRow, of_house: Known) -> CatalogueRow:
    """The register's own conversion stands where it is earlier."""
    if of_house.agreed_until is not None:
        until = max(row.trial_until or of_house.agreed_until, of_house.agreed_until)
        return msgspec.structs.replace(row, trial_until=until)
    mode, day = of_house.mode, of_house.on
    earlier = row.conversion_mode is not None and row.converted_on is not None
    if mode is None or (
        earlier and day is not None and row.converted_on is not None and row.converted_on <= day
    ):
        return row
    return msgspec.structs.replace(row, conversion_mode=mode, converted_on=day)


def _first_grant(one: Achievement) -> date | None:
    return min((item.granted_on for item in one.ip_items if item.granted_on is not None), default=None)


def _ip_impediment(one: Achievement) -> str:
    """What the property rights say: pledged (no consent is on record), or none left in force."""
    if any(item.pledged for item in one.ip_items):
        return "a right is pledged"
    dead = [item.status in _DEAD for item in one.ip_items]
    return "no right is in force" if dead and all(dead) else ""


async def everything(registers: Registers) -> AsyncIterator[list[Achievement]]:
    """The register of achievements, a page at a time, by id."""
    after = ""
    while page := await registers.achievements.list(after=after, limit=PAGE):
        yield page
        after = page[-1].id
