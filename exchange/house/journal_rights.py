"""Who may read which row of a journal, and what of it: one rule for pages, REST and exports. Default deny. Pure.

| reader    | sees                                                                            |
|-----------|---------------------------------------------------------------------------------|
| auditor   | every row; while a lot has not ended, without its reserve and its secret maxima  |
| registrar | trades: contract, registration and the money behind them                         |
| operator  | who, when and what kind; whoever sealed a bid stays unknown until the lot ends   |
| party     | the rows of its own affairs, whole                                               |
| others    | nothing                                                                          |

A digest of a small secret tells the secret to whoever tries all values. So wherever something is withheld, the
digests of body and request are withheld with it, and so is the command's id, which is drawn at random and salts
them; the hash of the row can then be shown, and the chain be followed.
"""

from enum import StrEnum
from typing import Any

from exchange.house.command import Principal, Recorded
from exchange.house.state import State
from exchange.market import events as me
from exchange.market.listing_events import ObjectionFiled
from matching_engine import events as le
from matching_engine.lot import Lot
from settlement.state import Trade

SECRET_FIELDS = frozenset({"reserve_price_fen", "max_fen", "share"})
"""Amounts that nobody but their owner may know before the lot has ended, and an official's share of opening it."""
_SIDES = ("seller", "buyer", "holder", "taker", "debtor", "creditor")
"""Fields that name parties whose common affair an event is."""


class Sight(StrEnum):
    """How much of a row a reader gets. VEILED is all but the secrets of lots that have not ended."""

    WHOLE = "whole"
    VEILED = "veiled"
    METADATA = "metadata"
    NOTHING = "nothing"


def sight(reader: Principal, state: State, row: Recorded) -> Sight:
    """What a reader sees of a row of the house whose state this is."""
    if reader.node is not None and reader.node != row.house:
        return Sight.NOTHING
    if "auditor" in reader.roles:
        return Sight.VEILED if running(state, row) else Sight.WHOLE
    if reader.party is not None and (reader.party in owners(state, row) or _asked(reader, row)):
        return Sight.WHOLE
    if "registrar" in reader.roles and row.stream.startswith("trade/"):
        return Sight.WHOLE
    return Sight.METADATA if "operator" in reader.roles else Sight.NOTHING


def sees_digests(reader: Principal, state: State, row: Recorded) -> bool:
    """Whether a reader may have the digests of body and request, as a signed receipt holds them: the asker at once,
    an auditor once the lot has ended."""
    if row.principal == reader.account:
        return True
    return "auditor" in reader.roles and sight(reader, state, row) is Sight.WHOLE


def reads_anything(reader: Principal) -> bool:
    """Whether a journal has anything at all for a reader."""
    return bool(reader.roles & {"auditor", "registrar", "operator"}) or reader.party is not None


def asker_hidden(state: State, row: Recorded) -> bool:
    """Whether even the operator may not know who asked: a box of sealed bids tells nothing before it is opened."""
    sealed = isinstance(row.event, le.BidSealed | le.BidRefused)
    return sealed and _sealed(state, row.event) and running(state, row)  # type: ignore[arg-type]


def _sealed(state: State, event: le.Event) -> bool:
    """Whether bids on the lot of an event are sealed."""
    market = state.market
    return (
        event.lot in market.seal_keys or event.lot in market.custody.keys or isinstance(event, le.BidSealed)
    )


def running(state: State, row: Recorded) -> bool:
    """Whether a row is about a lot that has not ended."""
    event = row.event
    if isinstance(event, me.SessionScheduled):
        return any(not _ended(state, lot) for lot in event.lots)
    named = getattr(event, "lot", None)
    return isinstance(named, str) and named in state.lots and not _ended(state, named)


def _ended(state: State, lot: str) -> bool:
    found: Lot | None = state.lots.get(lot)
    return found is None or found.ended


def _asked(reader: Principal, row: Recorded) -> bool:
    """Whether the reader's own account asked for it; the shell of an operator has no party and never comes here."""
    return row.principal == reader.account


def owners(state: State, row: Recorded) -> frozenset[str]:
    """The organisations whose own affair a row is."""
    event: Any = row.event
    party = getattr(event, "party", None)
    if isinstance(party, str):
        return frozenset({party})
    if isinstance(event, me.PartyEnrolled):
        return frozenset({event.party.id})
    if isinstance(event, le.Event):
        return _of_lot(state, event)
    sides = [getattr(event, name, None) for name in _SIDES]
    if named := frozenset(one if isinstance(one, str) else one.id for one in sides if one):
        return named & state.market.parties.keys()
    return _of_stream(state, row)


def _of_lot(state: State, event: le.Event) -> frozenset[str]:
    """The bidder's for a bidder's step; for everything else the seller's, and the winners' once it is sold."""
    bidder = getattr(event, "bidder", None)
    if isinstance(bidder, str):
        return _behind(state, event.lot, [bidder])
    won = [one.bidder for one in event.winners] if isinstance(event, le.Hammered) else []
    placed = state.market.lot_plans.get(event.lot)
    seller = {state.market.listings[placed.listing].seller} if placed else set()
    return frozenset(seller) | _behind(state, event.lot, won)


def _behind(state: State, lot: str, codes: list[str]) -> frozenset[str]:
    entries = state.market.entries.get(lot, {})
    return frozenset(entries[code].party for code in codes if code in entries)


def _of_stream(state: State, row: Recorded) -> frozenset[str]:
    """Whose affair a stream is, for events that name nobody themselves."""
    kind, _, id_ = row.stream.partition("/")
    if kind == "listing":
        found = state.market.listings.get(id_)
        told = found is not None and not isinstance(row.event, ObjectionFiled)
        return frozenset({found.seller}) if found is not None and told else frozenset()
    if kind == "deposit":
        deposit = state.settlement.deposits.get(id_)
        return frozenset({deposit.party}) if deposit else frozenset()
    if kind == "table":
        table = state.market.negotiation.tables.get(id_)
        return frozenset({table.holder, table.taker}) if table else frozenset()
    if kind == "trial":
        trial = state.market.trials.all.get(id_)
        return frozenset({trial.holder, trial.taker}) if trial else frozenset()
    if kind == "licence":
        licence = state.market.open_licences.all.get(id_)
        return frozenset({licence.holder}) if licence else frozenset()
    if kind in ("trade", "reward"):
        return _of_trade(state, row, state.settlement.trades.get(id_), kind)
    return frozenset()


def _of_trade(state: State, row: Recorded, trade: Trade | None, kind: str) -> frozenset[str]:
    """Both sides'; the claimant's for a claim, the seller's for what its own people get."""
    if trade is None:
        return frozenset()
    if kind == "reward":
        return frozenset({trade.seller.id})
    claim = state.settlement.claims.get(getattr(row.event, "claim", ""))
    return frozenset({claim.party}) if claim else frozenset({trade.seller.id, trade.buyer.id})


def veil(data: Any) -> tuple[Any, tuple[str, ...]]:
    """An event's plain data without the secrets of its lot, and the names of what was taken out."""
    hidden: list[str] = []
    return _veil(data, hidden), tuple(dict.fromkeys(hidden))


def _veil(data: Any, hidden: list[str]) -> Any:
    if isinstance(data, list | tuple):
        return [_veil(one, hidden) for one in data]
    if not isinstance(data, dict):
        return data
    shown = {}
    for name, value in data.items():
        secret = name in SECRET_FIELDS and value is not None
        if secret:
            hidden.append(name)
        shown[name] = None if secret else _veil(value, hidden)
    return shown


def streams_of_lot(state: State, lot: str) -> tuple[str, ...]:
    """Every stream on which rows about a lot stand, from its entries to the trades that came of it."""
    settlement = state.settlement
    deposits = [f"deposit/{one.id}" for one in settlement.deposits.values() if one.lot == lot]
    trades = [one.id for one in settlement.trades.values() if one.lot == lot]
    sold = [f"{kind}/{trade}" for trade in trades for kind in ("trade", "reward")]
    return (f"lot/{lot}", f"entry/{lot}", f"seal/{lot}", *deposits, *sold)


def streams_of_party(state: State, party: str) -> tuple[str, ...]:
    """Every stream on which rows of a party's affairs can stand, its own first."""
    market, settlement = state.market, state.settlement
    sold = [lot for lot, plan in market.lot_plans.items() if market.listings[plan.listing].seller == party]
    entered = [lot for lot, holder in market.codes if holder == party]
    lots = list(dict.fromkeys((*sold, *entered)))
    trades = [one.id for one in settlement.trades.values() if party in (one.seller.id, one.buyer.id)]
    return (
        f"party/{party}",
        *(f"listing/{id_}" for id_, one in market.listings.items() if party in (one.seller, *one.interests)),
        *(f"{kind}/{lot}" for lot in lots for kind in ("lot", "entry")),
        *(f"deposit/{one.id}" for one in settlement.deposits.values() if one.party == party),
        *(f"{kind}/{trade}" for trade in trades for kind in ("trade", "reward")),
        *(f"trial/{one.id}" for one in market.trials.all.values() if party in (one.holder, one.taker)),
        *(
            f"licence/{id_}"
            for id_, one in market.open_licences.all.items()
            if party in (one.holder, *one.taken)
        ),
        *(
            f"table/{one.id}"
            for one in market.negotiation.tables.values()
            if party in (one.holder, one.taker)
        ),
        *(f"payment/{id_}" for id_, one in settlement.payments.items() if one.party == party),
        "refusals",
    )
