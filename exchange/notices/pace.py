"""Bids told at a bearable pace: who was outbid at once, a moved close at most once a minute, prices as a digest.

What has to be remembered for that lies in the book, which is kept with the cursor. Pure.
"""

from collections.abc import Sequence

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


class Batch:
    """Events that are told together. Who led in between and leads no more is outbid; who leads again is not."""

    def __init__(self, book: Book, state: State) -> None:
        self._book = book
        self._state = state
        self._led: dict[str, dict[str, None]] = {}
        self._closes: dict[str, tuple[int, int, int]] = {}
        self._last: dict[str, tuple[int, int]] = {}
        """lot → (seq, at) of its last price."""

    def take(self, one: Recorded) -> None:
        """Read the next event."""
        event = one.event
        if isinstance(event, e.BidAccepted | e.BidMatched | e.ProxyRaised):
            self._price(one, event)
        elif isinstance(event, e.CompetitionOpened):
            self._leads(event.lot, event.leader)
        elif isinstance(event, e.Hammered | e.Passed | e.Cancelled):
            for kept in (self._book.leads, self._book.moves, self._book.extended, self._led, self._closes):
                kept.pop(event.lot, None)

    def _price(self, one: Recorded, event: e.BidAccepted | e.BidMatched | e.ProxyRaised) -> None:
        lot, leads = event.lot, not isinstance(event, e.BidMatched) or event.leads
        known = self._state.lots.get(lot)
        if known is None:
            return
        if leads and (known.terms.mechanism is Mechanism.ENGLISH or lot in self._book.leads):
            self._leads(lot, event.bidder)
        moves = self._book.moves.setdefault(lot, Moves(one.at, 0, event.amount_fen))
        moves.count, moves.amount_fen = moves.count + 1, event.amount_fen
        self._last[lot] = (one.seq, one.at)
        if not isinstance(event, e.ProxyRaised) and event.extended and event.closes_at is not None:
            self._closes[lot] = (one.seq, one.at, event.closes_at)

    def _leads(self, lot: str, code: str) -> None:
        led = self._led.setdefault(lot, {})
        if lot in self._book.leads:
            led[self._book.leads[lot]] = None
        led[code] = None
        self._book.leads[lot] = code

    def told(self) -> list[Keyed]:
        """What is to be told at once."""
        return [*self._outbid(), *self._extended()]

    def _outbid(self) -> list[Keyed]:
        found = []
        for lot, led in self._led.items():
            if lot not in self._last:
                continue
            seq, at = self._last[lot]
            codes = [code for code in led if code != self._book.leads.get(lot)]
            entries = self._state.market.entries.get(lot, {})
            to = tuple(To("party", entries[code].party) for code in codes if code in entries)
            path, title = lot_about(self._state, lot)
            facts = {"title": title, "amount_fen": self._book.moves[lot].amount_fen}
            if to:
                found.append((f"{seq}:outbid", at, Told("outbid.lost", to, path, facts)))
        return found

    def _extended(self) -> list[Keyed]:
        found = []
        for lot, (seq, at, closes_at) in self._closes.items():
            if at - self._book.extended.get(lot, 0) < EXTENDED_EVERY:
                continue
            self._book.extended[lot] = at
            path, title = lot_about(self._state, lot)
            facts = {"title": title, "closes_at": closes_at}
            told = Told("opening.extended", lot_followers(self._state, lot), path, facts)
            found.append((f"{seq}:extended", at, told))
        return found


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


def by_the_clock(state: State, now: int) -> Sequence[Keyed]:
    """What the time alone makes due: lots that open within the hour, and close within ten minutes."""
    found = []
    for lot in state.lots.values():
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
