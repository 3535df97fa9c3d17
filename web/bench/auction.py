"""The auction core beside its floor: bids on english lots, decided and evolved in memory.

The script mixes what a last hour brings: mostly bids at the next step, one in ten with a maximum behind it
that the exchange goes on bidding for, one in ten too low; in its second half every accepted bid moves the
close. The engine writes the script once; then it is played to fresh lots. The floor knows beforehand which
events each bid makes: it looks the lot up, makes the very same events, dispatches each and notes it.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from matching_engine.commands import Bid, EntryStatus
from matching_engine.errors import require
from matching_engine.events import (
    BidAccepted,
    BidRefused,
    EntrySet,
    LotEvent,
    LotOpened,
    LotPutUp,
    MaximumRaised,
    ProxyRaised,
)
from matching_engine.lot import Lot, decide, evolve
from matching_engine.terms import Extension, Mechanism, Rung, Terms
from web.bench.clock import seconds
from web.bench.report import Figure, median_ratio, per_second
from web.bench.shapes import FEW_LOTS, Tick, in_sittings, spread

BIDDERS = ("B1", "B2", "B3", "B4")
_OPENING_FEN, _STEP_FEN = 100_000_00, 1_000_00
_EVERY = 1_000
"""Microseconds from one bid to the next."""


class Known(NamedTuple):
    """What the floor gets instead of a bid: the lot, and each event as its type and its fields."""

    lot: str
    events: Sequence[tuple[Callable[..., LotEvent], tuple[object, ...]]]


class Script(NamedTuple):
    """Bids with their instants, and the same for the floor."""

    length: int
    bids: list[tuple[Bid, int]]
    known: list[tuple[Known, int]]

    @property
    def lots(self) -> list[str]:
        """The lots that are bid on, each once."""
        return list(dict.fromkeys(bid.lot for bid, _ in self.bids))


def core(operations: int, lots: int, rounds: int, tick: Tick) -> list[Figure]:
    """Bids a second, their ratio to the floor, and what a bid costs where many lots stand."""
    near, sittings = write(spread(operations, FEW_LOTS)), write(in_sittings(operations, lots))
    house = put_up((_name(n) for n in range(lots)), operations)
    floor, few, many = list[float](), list[float](), list[float]()
    for _ in range(rounds):
        noted, made = list[LotEvent](), list[LotEvent]()
        floor.append(seconds(partial(_note, {_name(n): {} for n in range(FEW_LOTS)}, near, noted)))
        few.append(seconds(partial(play, put_up(near.lots, operations), near, made)))
        require(made == noted, "the auction core makes the events of its script, in every round")
        house |= put_up(sittings.lots, operations)
        many.append(seconds(partial(play, house, sittings, [])))
        tick()
    cost = f"cost of an english bid, {lots:,} lots ÷ {FEW_LOTS}, in sittings"
    return [
        per_second("floor of the auction core: lookup + dispatch + the same events", operations, floor),
        per_second("auction core, english bids", operations, few),
        Figure("auction core ÷ its floor", median_ratio(floor, few), "×", 0.40),
        Figure(cost, median_ratio(many, few), "×", 1.5, at_most=True),
    ]


def write(order: Sequence[int], seed: int = 5) -> Script:
    """Bids on these lots, one after the other, as the engine itself would see them bid."""
    chance = random.Random(seed)
    script = Script(len(order), [], [])
    lots = put_up((_name(n) for n in dict.fromkeys(order)), len(order))
    for turn, number in enumerate(order):
        lot, at = lots[_name(number)], turn * _EVERY
        bid = _next_bid(lot, chance)
        events = decide(lot, bid, at)
        for event in events:
            evolve(lot, event, at)
        fields = [
            (type(event), tuple(getattr(event, f) for f in event.__struct_fields__)) for event in events
        ]
        script.bids.append((bid, at))
        script.known.append((Known(lot.id, fields), at))
    return script


def play(lots: dict[str, Lot], script: Script, made: list[LotEvent]) -> None:
    """What the house does with a bid, in memory."""
    keep = made.append
    for bid, at in script.bids:
        lot = lots[bid.lot]
        for event in decide(lot, bid, at):
            lot = evolve(lot, event, at)
            keep(event)


def _next_bid(lot: Lot, chance: random.Random) -> Bid:
    minimum = lot.minimum_fen
    assert minimum is not None
    bidder = chance.choice([code for code in BIDDERS if code != lot.leader])
    kind = chance.randrange(10)
    if kind == 0:
        return Bid(lot.id, bidder, minimum - 1)
    maximum = minimum + chance.randint(1, 5) * _STEP_FEN if kind == 1 else None
    return Bid(lot.id, bidder, minimum, maximum)


def _name(number: int) -> str:
    return f"lot-{number}"


def put_up(names: Iterable[str], operations: int) -> dict[str, Lot]:
    """Open lots with four bidders each, whose soft close begins in the middle of the script."""
    half = operations * _EVERY // 2
    terms = Terms(
        Mechanism.ENGLISH,
        _OPENING_FEN,
        opens_at=0,
        closes_at=2 * half,
        ladder=(Rung(0, _STEP_FEN),),
        extension=Extension(half, half),
    )
    return {name: _open(name, terms) for name in names}


def _open(name: str, terms: Terms) -> Lot:
    lot = evolve(None, LotPutUp(name, terms), 0)
    for bidder in BIDDERS:
        lot = evolve(lot, EntrySet(name, bidder, EntryStatus.ADMITTED), 0)
    return evolve(lot, LotOpened(name), 0)


# The floor


def _note(lots: dict[str, dict[str, int]], script: Script, made: list[LotEvent]) -> None:
    keep = made.append
    for known, at in script.known:
        lot = lots[known.lot]
        for event in _decide_known(known):
            _evolve_note(lot, event, at)
            keep(event)


def _decide_known(known: Known) -> tuple[LotEvent, ...]:
    return _DECIDERS[type(known)](known)


def _make(known: Known) -> tuple[LotEvent, ...]:
    return tuple([kind(*fields) for kind, fields in known.events])


def _evolve_note(lot: dict[str, int], event: LotEvent, at: int) -> None:
    _EVOLVERS[type(event)](lot, event, at)


def _keep(lot: dict[str, int], event: Any, at: int) -> None:
    lot[event.bidder] = at


_DECIDERS = {Known: _make}
_EVOLVERS = dict.fromkeys((BidAccepted, ProxyRaised, BidRefused, MaximumRaised), _keep)
