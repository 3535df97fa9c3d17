"""Bids told at a bearable pace: who was outbid at once, a moved close at most once a minute, prices as a digest.

What has to be remembered for that lies in the book, which is kept with the cursor. Pure.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from exchange.house.command import Recorded
from exchange.house.state import State
from exchange.notices.table import lot_about, lot_followers
from exchange.notices.told import To, Told
from matching_engine import events as e
from matching_engine.lifecycle import LifecycleState
from matching_engine.terms import Mechanism

MINUTE = 60_000_000
PRICE_EVERY = 15 * MINUTE
EXTENDED_EVERY = MINUTE
SOON = 60 * MINUTE
CLOSING = 10 * MINUTE

Keyed = tuple[str, int, Told]
"""What names it, when (µs), what to tell."""


class Moves(msgspec.Struct):
    """Prices of a lot since the last digest: from when, how many, the last one."""

    since: int
    count: int
    amount_fen: int


class Book(msgspec.Struct):
    """What bids leave to be told."""

    leads: dict[str, str] = msgspec.field(default_factory=dict)
    """lot → the code that leads."""
    moves: dict[str, Moves] = msgspec.field(default_factory=dict)
    extended: dict[str, int] = msgspec.field(default_factory=dict)
    """lot → when a moved close was told last."""


Due = tuple[str, int, Told, str]
"""What names it, when (µs), what, and whose own doing it was."""

_PRICES = frozenset({e.BidAccepted, e.BidMatched, e.ProxyRaised})
_ENDS = frozenset({e.Hammered, e.Passed, e.Cancelled})


class Run:
    """What happened to the price of a lot since something was told."""

    __slots__ = ("count", "follows", "last", "leader", "led", "moved", "since")

    def __init__(self, since: int, leader: str | None, follows: bool) -> None:
        self.since = since
        self.count = 0
        self.follows = follows
        """Whether the price has a leader whom another bid puts out."""
        self.leader = leader
        self.led: dict[str, None] = {} if leader is None else {leader: None}
        """Who led at any time."""
        self.last: Recorded | None = None
        self.moved: Recorded | None = None


class Batch:
    """Events that are told together. Who led in between and leads no more is outbid; who leads again is not.

    The book changes when it is told, not before.
    """

    def __init__(self, book: Book, state: State) -> None:
        self._book = book
        self._state = state
        self._runs: dict[str, Run] = {}

    def take(self, events: Iterable[Recorded]) -> list[Recorded]:
        """Read the next events; gives back those that are no bids. Many are, so little is looked up for each."""
        runs, others = self._runs, []
        for one in events:
            event: Any = one.event
            kind = type(event)
            if kind in _PRICES:
                run = runs.get(event.lot) or self._begin(event.lot, one.at)
                run.count += 1
                run.last = one
                if kind is not e.BidMatched or event.leads:
                    run.leader = event.bidder
                    run.led[event.bidder] = None
                if kind is not e.ProxyRaised and event.extended:
                    run.moved = one
                continue
            others.append(one)
            if kind is e.CompetitionOpened:
                self._open(event, one.at)
            elif kind in _ENDS:
                for kept in (self._book.leads, self._book.moves, self._book.extended, runs):
                    kept.pop(event.lot, None)
        return others

    def _begin(self, lot: str, at: int) -> Run:
        leader = self._book.leads.get(lot)
        english = self._state.lots[lot].terms.mechanism is Mechanism.ENGLISH
        run = self._runs[lot] = Run(at, leader, leader is not None or english)
        return run

    def _open(self, event: e.CompetitionOpened, at: int) -> None:
        """From here on there is a leader, whoever was named before."""
        run = self._runs.get(event.lot) or self._begin(event.lot, at)
        if not run.follows:
            run.led.clear()
        run.follows, run.leader = True, event.leader
        run.led[event.leader] = None

    def told(self) -> list[Due]:
        """What is to be told at once; the book knows it from now on."""
        found = []
        for lot, run in self._runs.items():
            if run.follows and run.leader is not None:
                self._book.leads[lot] = run.leader
            if run.last is not None:
                found += [*self._outbid(lot, run, run.last), *self._extended(lot, run.moved)]
        self._runs = {}
        return found

    def _outbid(self, lot: str, run: Run, last: Recorded) -> list[Due]:
        event: Any = last.event
        moves = self._book.moves.setdefault(lot, Moves(run.since, 0, event.amount_fen))
        moves.count, moves.amount_fen = moves.count + run.count, event.amount_fen
        entries = self._state.market.entries.get(lot, {})
        lost = [code for code in run.led if code != run.leader] if run.follows else []
        to = tuple(To("party", entries[code].party) for code in lost if code in entries)
        if not to:
            return []
        path, title = lot_about(self._state, lot)
        facts = {"title": title, "amount_fen": event.amount_fen}
        return [(f"{last.seq}:outbid", last.at, Told("outbid.lost", to, path, facts), last.principal)]

    def _extended(self, lot: str, moved: Recorded | None) -> list[Due]:
        if moved is None or moved.at - self._book.extended.get(lot, 0) < EXTENDED_EVERY:
            return []
        event: Any = moved.event
        self._book.extended[lot] = moved.at
        path, title = lot_about(self._state, lot)
        facts = {"title": title, "closes_at": event.closes_at}
        told = Told("opening.extended", lot_followers(self._state, lot), path, facts)
        return [(f"{moved.seq}:extended", moved.at, told, moved.principal)]


def digests(book: Book, state: State, now: int) -> list[Keyed]:
    """The prices of lots whose digest is due; taken out of the book."""
    due = [lot for lot, moves in book.moves.items() if now - moves.since >= PRICE_EVERY]
    found = []
    for lot in due:
        moves = book.moves.pop(lot)
        path, title = lot_about(state, lot)
        facts = {"title": title, "amount_fen": moves.amount_fen, "count": moves.count}
        told = Told("price.changed", lot_followers(state, lot), path, facts)
        found.append((f"price:{lot}:{moves.since}", now, told))
    return found


def by_the_clock(state: State, lots: Iterable[str], now: int) -> Sequence[Keyed]:
    """What the time alone makes due among these lots: those that open within the hour, and close within ten minutes."""
    found = []
    for lot in (state.lots[id_] for id_ in lots):
        if lot.state is LifecycleState.ANNOUNCED and lot.opens_at - SOON <= now < lot.opens_at:
            key, word, facts = f"soon:{lot.id}:{lot.opens_at}", "opening.soon", {"opens_at": lot.opens_at}
        elif _closes_soon(lot.state, lot.opens_at, lot.closes_at, now):
            assert lot.closes_at is not None
            key, word, facts = f"closing:{lot.id}", "opening.closing", {"closes_at": lot.closes_at}
        else:
            continue
        path, title = lot_about(state, lot.id)
        to = (*lot_followers(state, lot.id), *_seller(state, lot.id))
        found.append((key, now, Told(word, to, path, {"title": title, **facts})))
    return found


def _seller(state: State, lot: str) -> tuple[To, ...]:
    seller = state.market.seller_of(lot)
    return (To("party", seller),) if seller else ()


def _closes_soon(lot: LifecycleState, opens_at: int, closes_at: int | None, now: int) -> bool:
    """Not for a lot that is open for little longer than that."""
    if lot is not LifecycleState.OPEN or closes_at is None or closes_at - opens_at <= 2 * CLOSING:
        return False
    return closes_at - CLOSING <= now < closes_at
