"""The state as one document: no field is left out, nothing comes back as something else."""

from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.house import state_form
from exchange.house.digest import state_digest
from exchange.house.state import State
from exchange.market.state import Market
from matching_engine.increments import Ladder
from matching_engine.state import Lot
from settlement.ledger import Ledger
from settlement.state import Settlement
from tests.exchange.house.grown import Step, applied, bidding, whole_lot
from tests.exchange.house.running import RULEBOOK

ROOTS = (State, Settlement, Market, Lot)
PLAIN = (str, int, bool, bytes, date, NoneType)


def inside(hint: Any) -> Iterator[type]:
    """Every class that a type hint speaks of."""
    if get_origin(hint) is Literal:
        return
    if get_origin(hint) is None:
        yield hint
    else:
        for part in get_args(hint):
            if part is not Ellipsis:
                yield from inside(part)


def hints_of(cls: type) -> dict[str, Any]:
    """The fields of a class that the document has, with their types."""
    if is_dataclass(cls):
        return state_form.kept(cls)
    return get_type_hints(cls) if issubclass(cls, msgspec.Struct) or hasattr(cls, "_fields") else {}


def reached() -> dict[type, list[str]]:
    """Every class below the roots, with the fields in which it stands."""
    found: dict[type, list[str]] = {root: [] for root in ROOTS}
    todo = list(ROOTS)
    while todo:
        cls = todo.pop()
        for name, hint in hints_of(cls).items():
            for part in inside(hint):
                if part not in found:
                    found[part] = []
                    todo.append(part)
                found[part].append(f"{cls.__name__}.{name}")
    return found


REACHED = reached()
MUTABLE = [cls for cls in REACHED if is_dataclass(cls) and not cls.__dataclass_params__.frozen]  # type: ignore[attr-defined]


def test_every_class_of_the_state_can_be_kept() -> None:
    """A field of a type that the document does not know (a set of anything, a class of one's own) is found here."""
    for cls, where in REACHED.items():
        known = cls in PLAIN or is_dataclass(cls) or hasattr(cls, "_fields")
        assert known or issubclass(cls, Enum | msgspec.Struct), f"{cls} in {where}"


def test_no_object_that_changes_stands_in_two_fields() -> None:
    """Two fields with the same object would come back with two; `payments_open` is made again for that reason."""
    for cls in MUTABLE:
        if cls not in ROOTS:
            assert len(REACHED[cls]) == 1, f"{cls.__name__} stands in {REACHED[cls]}"


def test_what_is_made_again_is_all_there_is() -> None:
    """The fields without a place of their own, and the slots of the classes that are taken apart, are the known ones."""
    for cls, names in state_form.MADE_AGAIN.items():
        assert names <= {field.name for field in fields(cls)}
    assert Ledger.__slots__ == ("_balances", "entries")
    assert Ladder.__slots__ == ("_flat", "_froms", "_steps")


def filled(hint: Any, depth: int = 0) -> Any:
    """A value of a type in which every field has one that is not its default, as deep as it goes."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return parts[-1]
    if origin in (Union, UnionType):
        return filled(next(part for part in parts if part is not NoneType), depth)
    if origin in (list, set, frozenset):
        return origin([filled(parts[0], depth + 1)])
    if origin is tuple:
        return tuple(filled(part, depth + 1) for part in parts if part is not Ellipsis)
    if origin is dict:
        return {filled(parts[0], depth + 1): filled(parts[1], depth + 1)}
    return _one(hint, depth)


def _one(cls: Any, depth: int) -> Any:
    if issubclass(cls, Enum):
        return list(cls)[-1]
    if cls in PLAIN:
        return {str: f"字{depth}", int: 1 << 61, bool: True, bytes: b"\x00\xff", date: date(2026, 2, 28)}[cls]
    return cls(**{name: filled(hint, depth + 1) for name, hint in hints_of(cls).items()})


@pytest.mark.parametrize("cls", [one for one in REACHED if one not in (State, Settlement, Lot)], ids=str)
def test_every_field_of_every_class_comes_back(cls: type) -> None:
    """An object with something in each field is equal after the way through the bytes, with the same types in it."""
    value = None if cls is NoneType else filled(cls)
    data = msgspec.msgpack.encode(value)
    again: Any = msgspec.msgpack.decode(data, type=cls)
    assert again == value
    assert repr(again) == repr(value)


def test_every_field_of_lot_and_settlement_is_in_the_document() -> None:
    """A field that is added to them is written and read without a line anywhere, or named as made again."""
    for cls, document in (
        (Lot, state_form.LotDocument),
        (Settlement, state_form.SettlementDocument),
        (State, state_form.StateDocument),
    ):
        names = {field.name for field in fields(cls)} - state_form.MADE_AGAIN[cls]
        assert names <= set(document.__struct_fields__)
    assert all(field.init for cls in MUTABLE for field in fields(cls))
    assert any(field.default is MISSING for field in fields(Lot))


def test_a_whole_market_comes_back_at_every_seq() -> None:
    """After each event of a lot from listing to claim, the state that comes back is the same, with the same digest."""
    rows = whole_lot()
    for end in range(0, len(rows) + 1, 7):
        state = applied(rows[:end])
        again = state_form.decode(state_form.encode(state), RULEBOOK)
        assert again == state
        assert state_digest(again) == state_digest(state)
        assert repr(again.market) == repr(state.market)


def test_open_orders_are_the_orders_themselves() -> None:
    """What the bank confirms later changes the order in both tables, as it did before."""
    rows = whole_lot()
    states = (applied(rows[:end]) for end in range(len(rows)))
    state = next(state for state in states if state.settlement.payments_open)
    settlement = state_form.decode(state_form.encode(state), RULEBOOK).settlement
    for id_, order in settlement.payments_open.items():
        assert settlement.payments[id_] is order


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("jia", "yi")),
        st.integers(-1, 3),
        st.none() | st.integers(0, 5),
        st.integers(0, 20 * 60_000_000),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(STEPS, st.data())
def test_a_cut_anywhere_changes_nothing(steps: list[Step], data: st.DataObject) -> None:
    """A state kept at any seq of any bidding, and the rows after it, add up to what all rows add up to."""
    rows = bidding(steps)
    cut = data.draw(st.integers(0, len(rows)))
    kept = state_form.decode(state_form.encode(applied(rows[:cut])), RULEBOOK)
    assert state_digest(applied(rows[cut:], kept)) == state_digest(applied(rows))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_cut_of_the_demo_changes_nothing(data: st.DataObject) -> None:
    """The same for the journal of the demo, with its contract, registration, money and claim."""
    rows = whole_lot()
    cut = data.draw(st.integers(0, len(rows)))
    kept = state_form.decode(state_form.encode(applied(rows[:cut])), RULEBOOK)
    whole = applied(rows[cut:], kept)
    assert whole == applied(rows)
    assert state_digest(whole) == state_digest(applied(rows))
