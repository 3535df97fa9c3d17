"""Lots as lists and pages show them: one price, one instant, one word each."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from exchange.bootstrap import Exchange
from exchange.house.command import Principal
from exchange.house.state import State
from exchange.market.state import Session
from matching_engine.commands import EntryStatus
from matching_engine.lifecycle import LifecycleState as S
from matching_engine.lot import Lot
from matching_engine.terms import Mechanism
from settlement.state import Deposit
from web.views import SEALED, iso, lot_view
from web.withheld import listing_of_lot

LIVE = (S.OPEN, S.SUSPENDED, S.AWAITING_OPENING, S.PRIORITY_WINDOW)


@dataclass(slots=True)
class Sitting:
    """A session with those of its lots that are shown."""

    session: Session
    lots: list[dict[str, Any]]


def shown_price(lot: Lot, now: int) -> tuple[str, int]:
    """Which price a lot shows, and what that price is: hammer, lead, clock, opening, asking, fee, budget."""
    if lot.winners:
        return "hammer", lot.winners[0].price_fen
    if lot.lead_fen is not None and lot.terms.mechanism not in SEALED:
        return "lead", lot.lead_fen
    clock = lot.clock_price(max(now, lot.opens_at)) if not lot.ended else None
    if clock is not None:
        return "clock", clock
    return _first_price(lot), lot.terms.opening_price_fen


def _first_price(lot: Lot) -> str:
    if lot.terms.direction == "buy":
        return "budget"
    names = {Mechanism.LISTED: "asking", Mechanism.OPEN_LICENCE: "fee"}
    return names.get(lot.terms.mechanism, "opening")


def next_instant(lot: Lot) -> tuple[str, int | None]:
    """The instant that matters now, and what it is: opens, closes, closed, window, ended."""
    if lot.closed_at is not None:
        return "ended", lot.closed_at
    if lot.state is S.ANNOUNCED:
        return "opens", lot.opens_at
    if lot.window_until is not None:
        return "window", lot.window_until
    return ("closed" if lot.state is S.AWAITING_OPENING else "closes"), lot.closes_at


def summary(exchange: Exchange, lot: str, now: int) -> dict[str, Any]:
    """A lot as one row."""
    state = exchange.house.view
    one = state.lots[lot]
    shown_as, shown_fen = shown_price(one, now)
    when_as, when = next_instant(one)
    return {
        **lot_view(state, lot, exchange.house.epoch),
        "shown_as": shown_as,
        "shown_fen": shown_fen,
        "when_as": when_as,
        "when": when,
        "when_iso": "" if when is None else iso(when),
        "entries": len(state.market.entries.get(lot, {})),
    }


def sessions_by_interest(state: State) -> list[Session]:
    """Sessions with something live first, then those to come by opening, then the ended, the latest first."""

    def key(session: Session) -> tuple[int, int]:
        lots = [state.lots[lot] for lot in session.lots]
        live = [lot.closes_at or lot.opens_at for lot in lots if lot.state in LIVE]
        if live:
            return 0, min(live)
        coming = [lot.opens_at for lot in lots if not lot.ended]
        return (1, min(coming)) if coming else (2, -max(lot.closed_at or 0 for lot in lots))

    return sorted(state.market.sessions.values(), key=key)


def fits(lot: Lot, wanted: str) -> bool:
    """Whether a lot is in the state that a filter asks for."""
    match wanted:
        case "open":
            return lot.state in LIVE
        case "coming":
            return lot.state is S.ANNOUNCED
        case "ended":
            return lot.ended
    return True


def matches(state: State, lot: str, words: Collection[str]) -> bool:
    """Whether each word stands in the lot's title, field, seller or id."""
    if not words:
        return True
    listing = state.market.listings[state.market.lot_plans[lot].listing]
    seller = state.market.parties[listing.seller].name
    text = f"{lot} {listing.id} {listing.subject.title} {listing.subject.field} {seller}".casefold()
    return all(word in text for word in words)


def sittings(exchange: Exchange, now: int, wanted: str = "", q: str = "", skip: int = 0) -> Iterator[Sitting]:
    """Sessions with their lots that fit, the most interesting first, from the `skip`-th on; made as they are asked for."""
    state = exchange.house.view
    for session, lots in islice(_fitting(state, wanted, q.casefold().split()), skip, None):
        yield Sitting(session, [summary(exchange, lot, now) for lot in lots])


def _fitting(state: State, wanted: str, words: list[str]) -> Iterator[tuple[Session, list[str]]]:
    for session in sessions_by_interest(state):
        lots = [
            lot
            for lot in session.lots
            if not listing_of_lot(state, lot).withheld
            and fits(state.lots[lot], wanted)
            and matches(state, lot, words)
        ]
        if lots:
            yield session, lots


@dataclass(slots=True)
class You:
    """How a reader stands to a lot. `kind` is one word for it (see the catalogue's `standing.*`)."""

    kind: str
    code: str | None = None
    has_bid: bool = False
    max_fen: int | None = None
    deposit: Deposit | None = None
    trades: tuple[str, ...] = ()


def you(state: State, lot: str, principal: Principal | None) -> You:
    """How the principal stands to a lot: visitor, staff, seller, not entered, deposit unpaid, leading, …"""
    if principal is None:
        return You("visitor")
    seller = state.market.seller_of(lot)
    if principal.party is None or seller is None or not principal.roles & {"seller", "bidder"}:
        return You("staff")
    if state.market.related(seller, principal.party):
        return You("seller", trades=_trades(state, lot, principal.party))
    code = state.market.code_of(lot, principal.party)
    if code is None:
        return You("not_entered" if "bidder" in principal.roles else "staff")
    one, entry = state.lots[lot], state.market.entry(lot, code)
    return You(
        _entered(one, code),
        code,
        has_bid=code in one.bidders,
        max_fen=one.maxima.get(code) if one.leader == code else None,
        deposit=state.settlement.deposits.get(entry.deposit) if entry else None,
        trades=_trades(state, lot, principal.party),
    )


def _entered(lot: Lot, code: str) -> str:
    if lot.closed_at is not None:
        won = any(winner.bidder == code for winner in lot.winners)
        return "won" if won else "lost" if code in lot.bidders else "ended"
    status = lot.entries.get(code)
    if status is not EntryStatus.ADMITTED:
        return str(status) if status is not None else "not_admitted"
    if lot.terms.mechanism in SEALED:
        return "sealed" if code in lot.sealed else "admitted"
    if lot.terms.mechanism is Mechanism.OPEN_LICENCE:
        return "licensed" if code in lot.standing else "admitted"
    if lot.leader == code:
        return "leading"
    return "outbid" if code in lot.bidders else "admitted"


def _trades(state: State, lot: str, party: str) -> tuple[str, ...]:
    """The trades of a lot in which a party stands."""
    ids = (f"T-{lot}-{n + 1}" for n in range(len(state.lots[lot].winners)))
    trades = (state.settlement.trades.get(id_) for id_ in ids)
    return tuple(trade.id for trade in trades if trade and trade.side_of(party))
