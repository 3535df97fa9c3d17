"""One digest of the whole state of a house: equal after every replay of the same journal (invariant 12)."""

from dataclasses import fields
from typing import Any

from exchange.house.state import State
from matching_engine import canonical


def state_digest(state: State) -> str:
    """Hex SHA-256 of the canonical bytes of everything that the journal adds up to; the rule book is no part of it."""
    market, settlement = state.market, state.settlement
    plain = {
        **_fields(state, without=("hash", "followed", "lots", "market", "settlement")),
        "hash": state.hash.hex(),
        "lots": {id_: lot.plain() for id_, lot in state.lots.items()},
        "market": _fields(market, without=("codes",)),
        "codes": sorted((lot, party, code) for (lot, party), code in market.codes.items()),
        "settlement": _fields(settlement, without=("rulebook", "ledger")),
        "ledger": settlement.ledger.trial_balance(),
    }
    return canonical.digest(canonical.encode(plain)).hex()


def _fields(value: Any, without: tuple[str, ...]) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value) if field.name not in without}
