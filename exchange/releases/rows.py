"""Rows of the registers as the one-year rule judges them, with what the house itself knows of sales."""

from collections.abc import AsyncIterator, Iterator
from datetime import date

import msgspec

from exchange.house.state import State
from exchange.market.listing_state import Listing, ListingState
from exchange.market.unconverted import CONVERTING, CatalogueRow, Funding, Mode
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
    """What the house knows of a result: the earliest conversion that stands, and the last day of a trial or of an
    agreement on its way."""

    mode: Mode | None = None
    on: date | None = None
    trial_until: date | None = None


def known(state: State, today: date) -> dict[str, Known]:
    """Achievement → what the house knows of it on a day."""
    conversions, held = _conversions(state), _held(state, today)
    found = {id_: Known(mode, day, held.get(id_)) for id_, (mode, day) in conversions.items()}
    return {id_: Known(trial_until=until) for id_, until in held.items()} | found


def _conversions(state: State) -> dict[str, tuple[Mode, date]]:
    """What holders proved and the exchange found enough, and sales of the house; the earliest of each result."""
    found: dict[str, tuple[Mode, date]] = {}
    for id_, mode, day in (*_proved(state), *_sold(state)):
        if id_ not in found or day < found[id_][1]:
            found[id_] = (mode, day)
    return found


def _proved(state: State) -> Iterator[tuple[str, Mode, date]]:
    for case in state.market.releases.cases.values():
        said = case.answer
        if case.accepted and said is not None and said.mode is not None and said.converted_on is not None:
            yield case.achievement, said.mode, said.converted_on


def _sold(state: State) -> Iterator[tuple[str, Mode, date]]:
    """A sale that stands counts from the day its contract takes effect."""
    for trade, listing in _sales(state):
        contract = state.settlement.contracts.get(trade.contract or "")
        mode = _MODES.get(contract.kind) if contract else None
        if contract is not None and mode is not None and contract.effective_on is not None:
            yield listing.achievement, mode, date.fromisoformat(contract.effective_on)


def _sales(state: State) -> Iterator[tuple[Trade, Listing]]:
    for trade in state.settlement.trades.values():
        listing = state.market.listings.get(trade.subject.listing)
        if listing is not None and trade.failed is None:
            yield trade, listing


def _held(state: State, today: date) -> dict[str, date]:
    """Trials that run, to their last day; agreements under notice and sales without contract yet, for today."""
    held = {
        listing.achievement: today
        for listing in state.market.listings.values()
        if listing.state is ListingState.AGREEMENT_NOTICE
    }
    for trade, listing in _sales(state):
        contract = state.settlement.contracts.get(trade.contract or "")
        if contract is None or contract.effective_on is None:
            held[listing.achievement] = today
    for listing in state.market.listings.values():
        until = state.market.trials.running_until([listing.id])
        if until is not None:
            held[listing.achievement] = max(until, held.get(listing.achievement, until))
    return held


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
    """The earlier of two conversions, the later end of two trials."""
    changes: dict[str, object] = {}
    mode, day = of_house.mode, of_house.on
    own = row.converted_on if row.conversion_mode in CONVERTING else None
    if mode is not None and day is not None and (own is None or day < own):
        changes |= {"conversion_mode": mode, "converted_on": day}
    until = of_house.trial_until
    if until is not None and (row.trial_until is None or until > row.trial_until):
        changes["trial_until"] = until
    return msgspec.structs.replace(row, **changes)


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
