"""The figures of a node by region: what each event adds, and how they add up over the network.

Figures are cumulative and published by the day, so that those at a date are the last that a feed told up to its end.
Sales count when they are concluded and stay counted; a registration counts with the technology value it has now.
Rehearsals count nowhere except in a demo, which is one as a whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from exchange.house.command import Recorded
from exchange.house.state import State
from exchange.market.events import NoticePublished
from matching_engine.events import LotPutUp
from settlement import events as s
from settlement import registration_events as g

NOWHERE = "other"
"""The region of a party whose region is not known."""


class Figures(msgspec.Struct, frozen=True):
    """Cumulative counts and amounts."""

    listings: int = 0
    lots: int = 0
    sales: int = 0
    sales_fen: int = 0
    contracts: int = 0
    registered: int = 0
    technology_fen: int = 0
    claims: int = 0
    claims_fen: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return Figures(*(mine + theirs for mine, theirs in pairs))


Change = tuple[str, Figures]

COUNTED = frozenset(
    {
        NoticePublished,
        LotPutUp,
        s.TradeConcluded,
        s.ContractConcluded,
        s.ClaimPaid,
        g.ContractRegistered,
        g.RegistrationChanged,
        g.RegistrationCancelled,
        g.RegistrationRevoked,
    }
)
"""What changes any figure."""
_NEEDS_PAST = (NoticePublished, g.RegistrationChanged, g.RegistrationCancelled, g.RegistrationRevoked)


def needs_past(event: object) -> bool:
    """Whether what it adds depends on what its stream said before."""
    return isinstance(event, _NEEDS_PAST)


def change_of(one: Recorded, state: State, before: Sequence[Recorded], rehearsals: bool) -> Change | None:
    """Region and what an event adds; `before` are the earlier events of its stream. None when it adds nothing."""
    event: Any = one.event
    if isinstance(event, NoticePublished):
        return _noticed(event, state, before, rehearsals)
    if isinstance(event, LotPutUp):
        return _put_up(event, state, rehearsals)
    trade = (
        event.claim.partition("-")[2].rpartition("-")[0] if isinstance(event, s.ClaimPaid) else event.trade
    )
    found = state.settlement.trades.get(trade)
    if found is None or (_rehearsed(found.lot, state) and not rehearsals):
        return None
    return _region(found.seller.region), _of_trade(event, before)


def _noticed(
    event: NoticePublished, state: State, before: Sequence[Recorded], rehearsals: bool
) -> Change | None:
    """A listing counts with its first notice."""
    listing = state.market.listings[event.listing]
    again = any(isinstance(one.event, NoticePublished) for one in before)
    if again or (listing.rehearsal and not rehearsals):
        return None
    return _region(state.market.parties[listing.seller].region), Figures(listings=1)


def _put_up(event: LotPutUp, state: State, rehearsals: bool) -> Change | None:
    seller = state.market.seller_of(event.lot)
    if seller is None or (_rehearsed(event.lot, state) and not rehearsals):
        return None
    return _region(state.market.parties[seller].region), Figures(lots=1)


def _rehearsed(lot: str, state: State) -> bool:
    placed = state.market.lot_plans.get(lot)
    return placed is not None and state.market.sessions[placed.session].rehearsal


def _of_trade(event: Any, before: Sequence[Recorded]) -> Figures:
    match event:
        case s.TradeConcluded():
            return Figures(sales=1, sales_fen=event.price_fen)
        case s.ContractConcluded():
            return Figures(contracts=1)
        case s.ClaimPaid():
            return Figures(claims=1, claims_fen=event.amount_fen)
        case g.ContractRegistered():
            return Figures(registered=1, technology_fen=event.technology_fen)
        case g.RegistrationChanged():
            return Figures(technology_fen=event.technology_fen - _technology(before))
        case _:
            return Figures(registered=-1, technology_fen=-_technology(before))


def _technology(before: Sequence[Recorded]) -> int:
    """The technology value of a contract as it was registered last."""
    values = [
        one.event.technology_fen
        for one in before
        if isinstance(one.event, g.ContractRegistered | g.RegistrationChanged)
    ]
    return values[-1] if values else 0


def _region(region: str) -> str:
    return region or NOWHERE


class Line(msgspec.Struct, frozen=True):
    """The figures of a node in a region."""

    node: str
    region: str
    figures: Figures


class Rollup(msgspec.Struct, frozen=True):
    """Figures of the network: each line, and their sums by node, by region and in all."""

    lines: list[Line]
    by_node: dict[str, Figures]
    by_region: dict[str, Figures]
    total: Figures


def roll_up(lines: Iterable[Line]) -> Rollup:
    """Add up, in the order of nodes and regions."""
    ordered = sorted(lines, key=lambda line: (line.node, line.region))
    by_node = _summed((line.node, line.figures) for line in ordered)
    by_region = _summed((line.region, line.figures) for line in sorted(ordered, key=lambda one: one.region))
    return Rollup(ordered, by_node, by_region, sum((line.figures for line in ordered), Figures()))


def _summed(pairs: Iterable[tuple[str, Figures]]) -> dict[str, Figures]:
    sums: dict[str, Figures] = {}
    for name, figures in pairs:
        sums[name] = sums.get(name, Figures()) + figures
    return sums


def read_lines(rows: Iterable[tuple[str, str, Mapping[str, object]]]) -> Iterator[Line]:
    """Lines of (node, region, body); a body that is no figures counts nothing."""
    for node, region, body in rows:
        try:
            yield Line(node, region, msgspec.convert(body, Figures))
        except msgspec.ValidationError:
            continue
