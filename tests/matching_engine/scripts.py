"""Random scripts: small figures, so that equal prices, equal instants and edges of every rule are common.

A script follows from its seed alone. Bids climb with the number of steps and crowd near the close, as they
do in a room, so that proxies meet, extensions run out and rights are exercised.
"""

from random import Random
from typing import Literal

from hypothesis import strategies as st

from matching_engine.checks import BUYING, STEPPED
from matching_engine.commands import (
    Accept,
    Bid,
    Cancel,
    EntryStatus,
    LotCommand,
    Match,
    Opening,
    Resume,
    Seal,
    Suspend,
)
from matching_engine.terms import DutchClock, Extension, Holder, Mechanism, Rung, Terms
from web.rehearsal.script import Script, Step

LOT = "L"
BIDDERS = ("A", "B", "C", "D")
OPENS, CLOSES = 10, 60
KINDS = {
    Mechanism.ENGLISH: ("bid", "bid", "bid", "match"),
    Mechanism.LISTED: ("bid", "bid", "bid", "match"),
    Mechanism.DUTCH: ("accept", "match", "match"),
    Mechanism.OPEN_LICENCE: ("accept",),
    Mechanism.SEALED_FIRST_PRICE: ("seal", "seal", "match"),
    Mechanism.SEALED_SECOND_PRICE: ("seal", "seal", "match"),
}
"""What bidders of a mechanism mostly do; of the other mechanisms, they seal."""

seeds = st.integers(0, 2**48)


def script(mechanism: Mechanism, seed: int) -> Script:
    """A whole rehearsal; a lot that would stay suspended is resumed at the end."""
    chance = Random(seed)
    unit = chance.choice((1, 100, 10**12))
    of = terms(mechanism, unit, chance)
    entries = dict.fromkeys(BIDDERS, EntryStatus.ADMITTED)
    entries["E"] = chance.choice(tuple(EntryStatus))
    steps: list[Step] = []
    for at in _instants(of, chance):
        steps.append(Step(at, *_command(of, unit, len(steps), chance)))
    steps.append(Step((steps[-1].at if steps else OPENS) + chance.randrange(4), Resume(LOT)))
    return Script(LOT, of, entries, tuple(steps))


def _instants(of: Terms, chance: Random) -> list[int]:
    """Anywhere, or crowded about an instant that matters."""
    middle = chance.choice((OPENS, of.free_until or CLOSES, CLOSES, CLOSES, CLOSES + 10))
    anywhere = (OPENS - 2, CLOSES + 30)
    spread = chance.choice((anywhere, (middle - 6, middle + 12), (OPENS, CLOSES)))
    return sorted(chance.randint(*spread) for _ in range(chance.randrange(30)))


# The terms


def terms(mechanism: Mechanism, unit: int, chance: Random) -> Terms:
    """Lawful terms of a mechanism."""
    maybe = chance.random() < 0.5
    dutch = mechanism is Mechanism.DUTCH
    weighted = mechanism is Mechanism.WEIGHTED or (mechanism is Mechanism.CHALLENGE and maybe)
    free = mechanism in STEPPED and chance.random() < 0.6
    return Terms(
        mechanism=mechanism,
        opening_price_fen=chance.randint(10, 30) * unit,
        opens_at=OPENS,
        closes_at=None if dutch and maybe else CLOSES,
        direction="buy" if mechanism is Mechanism.CHALLENGE or (mechanism in BUYING and maybe) else "sell",
        reserve_price_fen=chance.choice((None, chance.randint(5, 40) * unit)),
        ladder=_ladder(unit, chance),
        increment_rule=chance.choice(("at_least", "at_least", "multiple")),
        free_until=chance.randint(OPENS, CLOSES) if free else None,
        extension=_extension(chance) if chance.random() < 0.7 else None,
        min_bidders=chance.choice((1, 1, 1, 2, 3)),
        quantity=chance.randint(1, 3),
        pricing=chance.choice(("uniform", "pay_as_bid")),
        dutch=_clock(unit, chance) if dutch else None,
        weights=_weights(chance) if weighted else None,
        priority=_holders(chance),
        priority_window=chance.randint(0, 12),
    )


def _ladder(unit: int, chance: Random) -> tuple[Rung, ...]:
    """One step, or rungs that ascend from nothing."""
    froms = [0, *sorted(chance.sample(range(1, 41), chance.choice((0, 0, 1, 2))))]
    return tuple(Rung(at * unit, chance.randint(1, 4) * unit) for at in froms)


def _extension(chance: Random) -> Extension:
    return Extension(
        trigger=chance.randint(0, 12),
        length=chance.randint(0, 12),
        base=chance.choice(("bid", "close")),
        max_count=chance.choice((None, chance.randrange(4))),
        max_total=chance.choice((None, chance.randrange(16))),
    )


def _clock(unit: int, chance: Random) -> DutchClock:
    return DutchClock(chance.randint(1, 7) * unit, chance.randint(2, 9), chance.randint(0, 10) * unit)


def _weights(chance: Random) -> dict[str, str]:
    merit = {"maturity": chance.choice(("25", "0.1")), "landing": chance.choice(("15", "33.3"))}
    return {"price": chance.choice(("60", "50.5", "0", "0.1"))} | dict(
        chance.sample(sorted(merit.items()), chance.randrange(3))
    )


def _holders(chance: Random) -> tuple[Holder, ...]:
    """Holders of either exercise with ranks that may be equal; a bidder may hold one right of each."""
    of: tuple[Literal["live", "after"], ...] = ("live", "after")
    rights = [(bidder, exercise) for bidder in BIDDERS for exercise in of]
    return tuple(
        Holder(*right[:1], chance.randint(1, 2), right[1])
        for right in chance.sample(rights, chance.randrange(4))
    )


# The steps


def _command(of: Terms, unit: int, turn: int, chance: Random) -> tuple[LotCommand, Opening | None]:
    """One step: mostly what the mechanism expects, from somebody who may."""
    bidder = chance.choice(BIDDERS * 4 + ("E", "F"))
    kind = chance.choice(KINDS.get(of.mechanism, ("seal",)))
    luck = chance.random()
    if luck < 0.08:
        return _operator(chance), None
    if luck < 0.14:
        kind = chance.choice(("bid", "match", "seal", "accept"))
    if kind == "bid":
        return _bid(of, bidder, unit, turn, chance), None
    if kind == "seal":
        scores = {
            name: chance.choice(SCORES)
            for name in chance.sample(("maturity", "landing"), chance.randrange(3))
        }
        opening = Opening(bidder, chance.randint(1, 40) * unit, chance.choice((None, scores)))
        return Seal(LOT, bidder, "", ""), opening
    return (Match(LOT, bidder) if kind == "match" else Accept(LOT, bidder)), None


SCORES = ("0", "1", "50", "99.9", "100", "33.333333")


def _operator(chance: Random) -> LotCommand:
    return chance.choice(
        (Suspend(LOT, "fault"), Suspend(LOT, "fault"), Resume(LOT), Resume(LOT), Cancel(LOT, "gone"))
    )


def _bid(of: Terms, bidder: str, unit: int, turn: int, chance: Random) -> Bid:
    """About where the bidding may stand at this turn, one in two with a maximum not worse than the bid."""
    sign, ahead = (1, 2) if of.direction == "sell" else (-1, 1)
    amount = max(0, of.opening_price_fen + sign * (turn * ahead + chance.randint(-4, 5)) * unit)
    if chance.random() < 0.5:
        return Bid(LOT, bidder, amount)
    return Bid(LOT, bidder, amount, max(0, amount + sign * chance.randint(0, 14) * unit))
