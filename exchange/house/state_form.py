"""The state of a house as one document of bytes, and back; generated from the classes of the state themselves.

A field that a state class gains is in the document without a line here. What follows from other fields (a lot's
rules and ladder, the orders that are open) is made again, so that it is the same object wherever it stands.

Of lots, listings and their places there are as many as the market has lots. They are unpacked one at a time, equal
texts become one, and empty tables are the same empty table: a lot and a listing are given out as shared, so whoever
changes one takes a copy first (exchange.market.shared).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from operator import attrgetter, itemgetter
from typing import Any, TypeVar, get_origin, get_type_hints

import msgspec
from msgspec.structs import astuple

from exchange.house.state import State
from exchange.market.listing_state import Listing
from exchange.market.listing_terms import Papers
from exchange.market.state import Market, PlacedLot
from matching_engine.increments import ladder
from matching_engine.mechanisms.registry import RULES
from matching_engine.mechanisms.rules import Rules
from matching_engine.state import Lot
from settlement.ledger import Entry, Ledger
from settlement.rulebook import Rulebook
from settlement.state import Settlement

MADE_AGAIN: Mapping[type, frozenset[str]] = {
    Lot: frozenset({"rules", "ladder", "shared"}),
    Market: frozenset({"listings", "lot_plans"}),
    Settlement: frozenset({"rulebook", "payments_open", "ledger"}),
    State: frozenset({"settlement", "market", "lots", "followed"}),
}
"""The fields that stand in no document of their class by themselves; each is named below, where it is made again."""

T = TypeVar("T")


def kept(cls: type) -> dict[str, Any]:
    """The fields of a state class that its document has, with their types, in the order of the class."""
    types = get_type_hints(cls, localns={"Rules": Rules})
    without = MADE_AGAIN.get(cls, frozenset())
    return {field.name: types[field.name] for field in fields(cls) if field.name not in without}


def _document(cls: type, **more: Any) -> type[msgspec.Struct]:
    """A struct with the kept fields of a class and more, one after the other without names."""
    columns = [*kept(cls).items(), *more.items()]
    return msgspec.defstruct(f"{cls.__name__}Document", columns, array_like=True, gc=False)


LotDocument, ListingDocument, PlacedLotDocument = map(_document, (Lot, Listing, PlacedLot))
MarketDocument = _document(Market, listings=list[msgspec.Raw], lot_plans=list[msgspec.Raw])
SettlementDocument = _document(
    Settlement, open_orders=list[str], balances=dict[str, int], entries=list[Entry]
)
StateDocument = _document(
    State,
    settlement=SettlementDocument,
    market=MarketDocument,
    lots=list[msgspec.Raw],
)

_LOT, _MARKET, _SETTLEMENT, _STATE = (tuple(kept(cls)) for cls in (Lot, Market, Settlement, State))
_TERMS = _LOT.index("terms")
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(StateDocument)


def encode(state: State) -> bytes:
    """The bytes of a state; the rule book is no part of them."""
    ledger, settlement, market = state.settlement.ledger, state.settlement, state.market
    settled = SettlementDocument(
        *(getattr(settlement, name) for name in _SETTLEMENT),
        list(settlement.payments_open),
        ledger.balances(),
        ledger.entries,
    )
    offered = MarketDocument(
        *(getattr(market, name) for name in _MARKET),
        _packed(Listing, ListingDocument, market.listings.values()),
        _packed(PlacedLot, PlacedLotDocument, market.lot_plans.values()),
    )
    lots = _packed(Lot, LotDocument, state.lots.values())
    return _encoder.encode(StateDocument(*(getattr(state, name) for name in _STATE), settled, offered, lots))


def _packed(cls: type, document: Callable[..., T], values: Iterable[Any]) -> list[T]:
    row = attrgetter(*kept(cls))
    return [document(*row(value)) for value in values]


def decode(data: bytes, rulebook: Rulebook) -> State:
    """The state of some bytes; msgspec's error for anything else."""
    document: Any = _decoder.decode(data)
    state, same = State(_settlement(document.settlement, rulebook)), _Same()
    for name in _STATE:
        setattr(state, name, getattr(document, name))
    state.lots = {lot.id: lot for lot in map(_lot, same.rows(Lot, LotDocument, document.lots))}
    state.market = _market(document.market, same)
    return state


def _settlement(document: Any, rulebook: Rulebook) -> Settlement:
    settlement = Settlement(rulebook)
    for name in _SETTLEMENT:
        setattr(settlement, name, getattr(document, name))
    settlement.payments_open = {id_: settlement.payments[id_] for id_ in document.open_orders}
    settlement.ledger = Ledger.of(document.balances, document.entries)
    return settlement


def _market(document: Any, same: "_Same") -> Market:
    market = Market()
    for name in _MARKET:
        setattr(market, name, getattr(document, name))
    plans = (PlacedLot(*row) for row in same.rows(PlacedLot, PlacedLotDocument, document.lot_plans))
    market.lot_plans = {plan.lot: plan for plan in plans}
    listings = (_listing(row, same) for row in same.rows(Listing, ListingDocument, document.listings))
    market.listings = {listing.id: listing for listing in listings}
    return market


_lot_of = itemgetter(*((*_LOT, "rules", "ladder", "shared").index(field.name) for field in fields(Lot)))
"""What a lot is made of, in the order of its class."""


def _lot(row: list[Any]) -> Lot:
    terms = row[_TERMS]
    return Lot(*_lot_of((*row, RULES[terms.mechanism], ladder(terms.ladder), True)))


def _listing(row: Iterable[Any], same: "_Same") -> Listing:
    listing = Listing(*row)
    listing.share()
    same.of(listing.subject.title)
    for version in listing.versions:
        version.title, version.digest = same.of(version.title), same.of(version.digest)
    return listing


_MANY = 64
"""Entries of a table whose keys are kept as they came: it takes time, and few lots have so many bidders."""


class _Same:
    """Gives back the first of equal values, so that one is kept and not many."""

    def __init__(self) -> None:
        self._first: dict[Any, Any] = {}
        self._no_dict: dict[Any, Any] = {}
        self._no_list: list[Any] = []

    def of(self, value: T) -> T:
        """The first value that is equal to this one."""
        return self._first.setdefault(value, value)  # type: ignore[no-any-return]

    def _dict(self, value: dict[Any, Any]) -> dict[Any, Any]:
        if not value:
            return self._no_dict
        return {self.of(key): one for key, one in value.items()} if len(value) <= _MANY else value

    def _list(self, value: list[Any]) -> list[Any]:
        return value or self._no_list

    def _column(self, hint: Any) -> Callable[[Any], Any] | None:
        if hint in (str, str | None, Papers):
            return self.of
        if get_origin(hint) is dict:
            return self._dict
        return self._list if get_origin(hint) is list else None

    def rows(
        self, cls: type, document: type[msgspec.Struct], raws: Iterable[msgspec.Raw]
    ) -> Iterable[list[Any]]:
        """The kept fields of each object of a class, one object after the other."""
        decoder = msgspec.msgpack.Decoder(document)
        columns = [(n, of) for n, hint in enumerate(kept(cls).values()) if (of := self._column(hint))]
        for raw in raws:
            row = list(astuple(decoder.decode(raw)))
            for n, of in columns:
                row[n] = of(row[n])
            yield row
