"""A second state that is equal to the first and shares all that does not change; generated from the classes of the state.

A house has its state twice: what is shown, and what is worked on (ADR 0005). Frozen values are the same objects in
both. Lots and listings, of which a market has most, are held by both until an event happens to one of them: then
whoever lets it happen takes a copy (exchange.market.shared). Everything else that changes is copied here.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from exchange.house.state import State
from exchange.market.listing_state import Listing
from matching_engine.errors import Broken
from matching_engine.mechanisms.rules import Rules
from matching_engine.state import Lot
from settlement.ledger import Ledger
from settlement.rulebook import Rulebook

Copier = Callable[[Any], Any]

_HELD_BY_BOTH = (Lot, Listing)
_SAME = (str, int, bool, bytes, date, NoneType, Enum, msgspec.Struct, Rulebook)
"""Values that never change; what a frozen value holds is never changed either, for events hold them as well."""


def twin(state: State) -> State:
    """A state equal to this one; whatever happens to one of them does not happen to the other."""
    twin = cast(State, _copier_of(State)(state))  # type: ignore[misc]
    settlement = twin.settlement
    settlement.payments_open = {id_: settlement.payments[id_] for id_ in settlement.payments_open}
    return twin


def _share(value: Any) -> Any:
    value.shared = True
    return value


def _ledger(ledger: Ledger) -> Ledger:
    return Ledger.of(ledger.balances(), list(ledger.entries))


@cache
def _copier(hint: Any) -> Copier | None:
    """How a value of a type becomes the twin's; None when it is the same object."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return None
    if origin in (Union, UnionType):
        return _optional(parts)
    if origin is dict:
        return _mapping(_copier(parts[1]))
    if origin is list:
        return _sequence(_copier(parts[0]))
    if origin in (tuple, frozenset):
        if any(_copier(part) for part in parts if part is not Ellipsis):
            raise Broken(f"{hint}: what it holds may change")
        return None
    return _copier_of(hint)


def _optional(parts: tuple[Any, ...]) -> Copier | None:
    changing = [copier for part in parts if (copier := _copier(part)) is not None]
    if not changing:
        return None
    (copier,) = changing
    return lambda value: None if value is None else copier(value)


def _mapping(copier: Copier | None) -> Copier:
    return dict if copier is None else lambda value: {key: copier(one) for key, one in value.items()}


def _sequence(copier: Copier | None) -> Copier:
    return list if copier is None else lambda value: [copier(one) for one in value]


@cache
def _copier_of(cls: type) -> Copier | None:
    if cls in _HELD_BY_BOTH:
        return _share
    if cls is Ledger:
        return _ledger
    frozen = is_dataclass(cls) and cls.__dataclass_params__.frozen  # type: ignore[attr-defined]
    if frozen or issubclass(cls, _SAME) or hasattr(cls, "_fields"):
        return None
    return _object(cls)


def _object(cls: type) -> Copier:
    types = get_type_hints(cls, localns={"Rules": Rules})
    copiers = [(field.name, _copier(types[field.name])) for field in fields(cls)]

    def copied(value: Any) -> Any:
        twin: Any = object.__new__(cls)
        for name, copier in copiers:
            one = getattr(value, name)
            setattr(twin, name, one if copier is None else copier(one))
        return twin

    return copied
