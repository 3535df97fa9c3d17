"""The state of a house as one document of bytes, and back; generated from the classes of the state themselves.

A field that a state class gains is in the document without a line here. What follows from other fields (a lot's
rules and ladder, the orders that are open) is made again, so that it is the same object wherever it stands.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_type_hints

import msgspec

from exchange.house.state import State
from matching_engine.increments import Ladder
from matching_engine.mechanisms.registry import RULES
from matching_engine.mechanisms.rules import Rules
from matching_engine.state import Lot
from settlement.ledger import Entry, Ledger
from settlement.rulebook import Rulebook
from settlement.state import Settlement

MADE_AGAIN: Mapping[type, frozenset[str]] = {
    Lot: frozenset({"rules", "ladder"}),
    Settlement: frozenset({"rulebook", "payments_open", "ledger"}),
    State: frozenset({"settlement", "lots"}),
}
"""The fields that stand in no document of their class by themselves; each is named below, where it is made again."""


def kept(cls: type) -> dict[str, Any]:
    """The fields of a state class that its document has, with their types, in the order of the class."""
    types = get_type_hints(cls, localns={"Rules": Rules})
    without = MADE_AGAIN.get(cls, frozenset())
    return {field.name: types[field.name] for field in fields(cls) if field.name not in without}


def _document(cls: type, **more: Any) -> type[msgspec.Struct]:
    """A struct with the kept fields of a class and more, one after the other without names."""
    columns = [*kept(cls).items(), *more.items()]
    return msgspec.defstruct(f"{cls.__name__}Document", columns, array_like=True, gc=False)


LotDocument = _document(Lot)
SettlementDocument = _document(
    Settlement, open_orders=list[str], balances=dict[str, int], entries=list[Entry]
)
StateDocument = _document(State, settlement=SettlementDocument, lots=list[LotDocument])  # type: ignore[valid-type]

_LOT, _SETTLEMENT, _STATE = (tuple(kept(cls)) for cls in (Lot, Settlement, State))
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(StateDocument)


def encode(state: State) -> bytes:
    """The bytes of a state; the rule book is no part of them."""
    ledger, settlement = state.settlement.ledger, state.settlement
    settled = SettlementDocument(
        *(getattr(settlement, name) for name in _SETTLEMENT),
        list(settlement.payments_open),
        ledger.balances(),
        ledger.entries,
    )
    lots = [LotDocument(*(getattr(lot, name) for name in _LOT)) for lot in state.lots.values()]
    return _encoder.encode(StateDocument(*(getattr(state, name) for name in _STATE), settled, lots))


def decode(data: bytes, rulebook: Rulebook) -> State:
    """The state of some bytes; msgspec's error for anything else."""
    document: Any = _decoder.decode(data)
    state = State(_settlement(document.settlement, rulebook))
    for name in _STATE:
        setattr(state, name, getattr(document, name))
    state.lots = {one.id: _lot(one) for one in document.lots}
    return state


def _settlement(document: Any, rulebook: Rulebook) -> Settlement:
    settlement = Settlement(rulebook)
    for name in _SETTLEMENT:
        setattr(settlement, name, getattr(document, name))
    settlement.payments_open = {id_: settlement.payments[id_] for id_ in document.open_orders}
    settlement.ledger = Ledger.of(document.balances, document.entries)
    return settlement


def _lot(document: Any) -> Lot:
    plain = {name: getattr(document, name) for name in _LOT}
    return Lot(**plain, rules=RULES[document.terms.mechanism], ladder=Ladder(document.terms.ladder))
