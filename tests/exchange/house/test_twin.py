"""Two states that share what does not change: neither ever sees what happened to the other."""

import ast
from collections.abc import Iterator
from pathlib import Path

import exchange.market
from exchange.house import codec, machine, state_form
from exchange.house.command import HOUSE, Command
from exchange.house.digest import state_digest
from exchange.house.state import State, new_state
from exchange.house.twin import twin
from exchange.ports import Row
from matching_engine.commands import Advance
from tests.exchange.house.grown import Step, applied, bidding, whole_lot
from tests.exchange.house.running import LOT, RULEBOOK

STEPS: tuple[Step, ...] = (("yi", 0, 3, 0), ("bing", 1, None, 5), ("yi", 0, 9, 60_000_000))


def apply(state: State, row: Row) -> None:
    """Let one row happen to a state."""
    machine.apply(state, codec.recorded(row))


def test_what_happens_to_one_does_not_happen_to_the_other() -> None:
    """At every event of a whole lot, and of bids with maxima, a twin stays as it was, whichever of the two goes on."""
    for rows in (whole_lot(), bidding(STEPS)):
        state = new_state(RULEBOOK)
        for number, row in enumerate(rows):
            other = twin(state)
            ahead, behind = (state, other) if number % 2 else (other, state)
            before, kept = state_digest(behind), state_form.encode(behind)
            apply(ahead, row)
            assert (state_digest(behind), state_form.encode(behind)) == (before, kept)
            apply(behind, row)
            assert state_digest(ahead) == state_digest(behind)
            state = ahead
        assert state == applied(rows)


def test_a_lot_is_shared_until_something_happens_to_it() -> None:
    """Twins hold the same lot and listing; the first event of the lot gives it, and not the listing, a copy."""
    rows = bidding(STEPS)
    state = applied(rows[:-1])
    other = twin(state)
    (listing,) = state.market.listings
    assert other.lots[LOT] is state.lots[LOT]
    assert other.market.listings[listing] is state.market.listings[listing]
    apply(other, rows[-1])
    assert other.lots[LOT] is not state.lots[LOT]
    assert other.market.listings[listing] is state.market.listings[listing]
    held = other.lots[LOT]
    assert other.settlement.payments_open.keys() == state.settlement.payments_open.keys()
    assert machine.decide(other, Command("look-ahead", HOUSE, Advance(LOT)), other.at) is not None
    assert other.lots[LOT] is held


def evolvers() -> Iterator[tuple[Path, ast.FunctionDef]]:
    """Every function of the market that lets an event happen to it."""
    for path in Path(exchange.market.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and [one.arg for one in node.args.args] == [
                "market",
                "event",
            ]:
                yield path, node


def test_an_event_never_happens_to_a_listing_that_two_states_hold() -> None:
    """No function that takes an event reaches for a listing but through `own`, or puts a new one there."""
    found = 0
    for path, function in evolvers():
        found += 1
        for node in ast.walk(function):
            held = isinstance(node, ast.Subscript) and ast.unparse(node.value) == "market.listings"
            assert not held or isinstance(node.ctx, ast.Store), f"{path.name}:{node.lineno} {function.name}"  # type: ignore[attr-defined]
    assert found > 60
