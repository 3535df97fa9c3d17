"""Hints at bidding that is worth a look: what was seen, the rows that show it, and how strong it is.

A hint accuses nobody and does nothing. Each of these patterns has honest explanations: two institutes of one region share a
network, two careful bidders raise by the least. Whoever reads a hint reads the rows, and decides.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

Strength = Literal["weak", "medium", "strong"]

EXTENSIONS_LAST = 6
"""So many of the last extensions of a lot are looked at."""
EXTENSIONS_BY_ONE = (3, 4, 5)
ALTERNATIONS = (8, 12, 20)
DEFEATS = (3, 4, 6)
LONE = (3, 4, 6)
"""From these counts on a hint is weak, medium, strong."""


@dataclass(frozen=True, slots=True)
class Step:
    """An accepted bid of a lot: `least` says that it was the smallest that counted."""

    seq: int
    bidder: str
    least: bool
    extended: bool


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What the hints need of one lot. `parties` is who stands behind each code; `last_seq` its newest public row."""

    lot: str
    seller: str
    parties: Mapping[str, str]
    steps: Sequence[Step] = ()
    bidders: tuple[str, ...] = ()
    winners: tuple[str, ...] = ()
    runner_up: str = ""
    ended: bool = False
    last_seq: int = 0


@dataclass(frozen=True, slots=True)
class Ties:
    """What links organisations beside their bidding, each party → what it has; a link is something that two share."""

    related: Callable[[str, str], bool]
    brokers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    payers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    networks: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the journal that shows it: its stream, and its sequence there."""

    stream: str
    seq: int


@dataclass(frozen=True, slots=True)
class Hint:
    """One pattern that was seen."""

    kind: str
    strength: Strength
    lots: tuple[str, ...]
    parties: tuple[str, ...]
    codes: tuple[str, ...]
    count: int
    """How often it was seen; the sentence about it names the number."""
    of: int
    """Out of how many."""
    rows: tuple[Row, ...]


def strength(count: int, steps: tuple[int, int, int]) -> Strength | None:
    """How strong so many occurrences are; None when they are too few to speak of."""
    if count >= steps[2]:
        return "strong"
    if count >= steps[1]:
        return "medium"
    return "weak" if count >= steps[0] else None


def hints_of_lot(lot: LotFacts, ties: Ties) -> list[Hint]:
    """What is to be seen within one lot."""
    return [*_extensions(lot), *_alternating(lot), *_linked(lot, ties)]


def hints_of_market(lots: Sequence[LotFacts]) -> list[Hint]:
    """What is to be seen only across lots that have ended."""
    ended = [lot for lot in lots if lot.ended and lot.winners]
    return [*_defeats(ended), *_lone(ended)]


def _rows(lot: LotFacts, steps: Iterable[Step]) -> tuple[Row, ...]:
    return tuple(Row(f"lot/{lot.lot}", step.seq) for step in steps)


def _hint(
    kind: str, strong: Strength, lot: LotFacts, codes: tuple[str, ...], steps: Sequence[Step], of: int
) -> Hint:
    parties = tuple(lot.parties[code] for code in codes if code in lot.parties)
    return Hint(kind, strong, (lot.lot,), parties, codes, len(steps), of, _rows(lot, steps))


def _extensions(lot: LotFacts) -> Iterator[Hint]:
    """One bidder moves the close again and again by the least, and does not win."""
    moved = [step for step in lot.steps if step.extended][-EXTENSIONS_LAST:]
    for code, _ in Counter(step.bidder for step in moved).items():
        own = [step for step in moved if step.bidder == code and step.least]
        strong = strength(len(own), EXTENSIONS_BY_ONE)
        if strong is not None and code not in lot.winners:
            yield _hint("extensions", strong, lot, (code,), own, len(moved))


def _alternating(lot: LotFacts) -> Iterator[Hint]:
    """Two bidders raise in turns by the least: the longest such run of the lot, one hint for each pair."""
    best: dict[tuple[str, str], list[Step]] = {}
    for run in _runs(lot.steps):
        one, other = sorted({step.bidder for step in run})
        if len(run) > len(best.get((one, other), ())):
            best[one, other] = run
    for pair, run in best.items():
        strong = strength(len(run), ALTERNATIONS)
        if strong is not None:
            yield _hint("alternating", strong, lot, pair, run, len(lot.steps))


def _runs(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Stretches in which the same two bidders alternate with least raises."""
    run: list[Step] = []
    for step in steps:
        if run and (not step.least or step.bidder == run[-1].bidder):
            if len(run) > 1:
                yield run
            run = []
        elif len(run) > 1 and step.bidder != run[-2].bidder:
            yield run
            run = run[-1:]
        if step.least:
            run = [*run, step]
    if len(run) > 1:
        yield run


def _linked(lot: LotFacts, ties: Ties) -> Iterator[Hint]:
    """Two bidders of one lot who belong together, or share a broker, an account that paid, or a network."""
    for one, other in combinations(sorted(lot.parties), 2):
        parties = lot.parties[one], lot.parties[other]
        both = sum(code in lot.bidders for code in (one, other))
        for kind, strong in _links(parties, ties):
            said: Strength = strong if both == 2 else "weak"
            rows = (Row(f"entry/{lot.lot}", 1), Row(f"lot/{lot.lot}", lot.last_seq))
            yield Hint(kind, said, (lot.lot,), parties, (one, other), both, 2, rows)


def _links(parties: tuple[str, str], ties: Ties) -> Iterator[tuple[str, Strength]]:
    if ties.related(*parties):
        yield "related", "strong"
    shared: tuple[tuple[str, Mapping[str, frozenset[str]], Strength], ...] = (
        ("same_payer", ties.payers, "strong"),
        ("same_broker", ties.brokers, "medium"),
        ("same_network", ties.networks, "medium"),
    )
    for kind, held, strong in shared:
        if held.get(parties[0], frozenset()) & held.get(parties[1], frozenset()):
            yield kind, strong


def _defeats(ended: Sequence[LotFacts]) -> Iterator[Hint]:
    """A bidder who is always the runner-up of the same winner, and never wins."""
    beaten: defaultdict[tuple[str, str], list[LotFacts]] = defaultdict(list)
    won = {lot.parties[code] for lot in ended for code in lot.winners if code in lot.parties}
    for lot in ended:
        loser, winner = lot.parties.get(lot.runner_up), lot.parties.get(lot.winners[0])
        if loser is not None and winner is not None and loser not in won:
            beaten[loser, winner].append(lot)
    for parties, lots in beaten.items():
        met = sum(parties[0] in lot.parties.values() for lot in ended)
        yield from _across("always_beaten", parties, lots, met, DEFEATS)


def _lone(ended: Sequence[LotFacts]) -> Iterator[Hint]:
    """Lots of one seller that go to the same buyer, who is alone."""
    alone: defaultdict[tuple[str, str], list[LotFacts]] = defaultdict(list)
    sold = Counter(lot.seller for lot in ended)
    for lot in ended:
        buyer = lot.parties.get(lot.winners[0])
        if len(lot.bidders) == 1 and buyer is not None:
            alone[lot.seller, buyer].append(lot)
    for parties, lots in alone.items():
        yield from _across("one_bidder", parties, lots, sold[parties[0]], LONE)


def _across(
    kind: str, parties: tuple[str, str], lots: Sequence[LotFacts], of: int, steps: tuple[int, int, int]
) -> Iterator[Hint]:
    strong = strength(len(lots), steps)
    if strong is not None:
        rows = tuple(Row(f"lot/{lot.lot}", lot.last_seq) for lot in lots)
        names = tuple(lot.lot for lot in lots)
        yield Hint(kind, strong, names, parties, (), len(lots), of, rows)
