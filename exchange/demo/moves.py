"""What a simulated bidder does next under each mechanism: one step, or none for now."""

import random
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Protocol

from exchange.demo.plans import DUTCH_TIMES
from exchange.store.nested import seal_to
from matching_engine.commands import Accept, Bid, EntryStatus, Seal
from matching_engine.lifecycle import LifecycleState, Phase
from matching_engine.terms import Mechanism, Terms

Step = Bid | Seal | Accept

ROUND_FEN = 1_000_000
"""Bidders think in whole ten thousand yuan."""
PATIENCE, PROXIES = 0.35, 0.15
"""How often a bidder lets its turn pass, and how often it leaves a maximum with the exchange."""


class Rungs(Protocol):
    """An increment ladder."""

    def step_at(self, amount_fen: int, /) -> int:
        """The step above an amount."""


class Seen(Protocol):
    """What a bidder knows of a lot: the lot itself inside the house, what the house tells outside of it."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def terms(self) -> Terms:
        """The published rule."""

    @property
    def state(self) -> LifecycleState:
        """Where it stands."""

    @property
    def phase(self) -> Phase | None:
        """Of a listed lot: book, asking price, competition."""

    @property
    def leader(self) -> str | None:
        """The code that leads."""

    @property
    def minimum_fen(self) -> int | None:
        """The least that would lead."""

    @property
    def ladder(self) -> Rungs:
        """The increments."""

    @property
    def entries(self) -> Mapping[str, EntryStatus]:
        """Who is admitted, as far as one knows."""

    @property
    def standing(self) -> Container[str]:
        """Who has offered, as far as one knows."""

    @property
    def sealed(self) -> Container[str]:
        """Whose bid is in the box, as far as one knows."""

    def clock_price(self, at: int, /) -> int | None:
        """The price of a descending clock at an instant in µs."""


@dataclass(frozen=True, slots=True)
class Look:
    """A lot as one bidder sees it: its own code and limit, the instant, and the keys of a sealed lot."""

    lot: Seen
    code: str
    limit_fen: int
    now: int
    keys: tuple[str, ...]
    chance: random.Random

    @property
    def may_step(self) -> bool:
        """Whether the lot takes steps, and this bidder's."""
        return (
            self.lot.state is LifecycleState.OPEN
            and self.lot.entries.get(self.code) is EntryStatus.ADMITTED
            and self.lot.terms.direction == "sell"
        )


def worth_fen(terms: Terms, premium: float) -> int:
    """What a lot is worth to a bidder that would pay `premium` above an ordinary opening price."""
    opening = terms.opening_price_fen
    base = opening // DUTCH_TIMES if terms.mechanism is Mechanism.DUTCH else opening
    worth = base + base * round(premium * 1000) // 1000
    return worth // ROUND_FEN * ROUND_FEN


def next_step(look: Look) -> Step | None:
    """The step that the mechanism invites, if this bidder wants it."""
    move = _MOVES.get(look.lot.terms.mechanism)
    return move(look) if move is not None and look.may_step else None


def _raise(look: Look) -> Bid | None:
    """Bid the least that leads, now and then a step or two more, or with a maximum."""
    lot, minimum, limit = look.lot, look.lot.minimum_fen, look.limit_fen
    if minimum is None or minimum > limit or lot.leader == look.code or look.chance.random() < PATIENCE:
        return None
    step_fen = lot.ladder.step_at(minimum)
    amount = min(limit, minimum + step_fen * look.chance.choice((0, 0, 0, 1, 2)))
    proxy = look.chance.random() < PROXIES and limit > amount
    return Bid(lot.id, look.code, amount, limit if proxy else None)


def _list(look: Look) -> Bid | None:
    """One offer in the book, the asking price while it stands, then the competition of those who offered."""
    lot, asking = look.lot, look.lot.terms.opening_price_fen
    if lot.phase is Phase.COMPETITION:
        return _raise(look) if look.code in lot.standing else None
    if look.code in lot.standing or asking > look.limit_fen:
        return None
    above = (look.limit_fen - asking) * look.chance.randrange(50) // 100
    return Bid(lot.id, look.code, asking + (above if lot.phase is Phase.BOOK else 0))


def _take(look: Look) -> Accept | None:
    """The clock's price, as soon as the lot is worth it."""
    price = look.lot.clock_price(look.now)
    return Accept(look.lot.id, look.code) if price is not None and price <= look.limit_fen else None


def _license(look: Look) -> Accept | None:
    """One licence, where it is worth a fifth more than its fee."""
    fee = look.lot.terms.opening_price_fen
    wanted = look.code not in look.lot.standing and 5 * look.limit_fen >= 6 * fee
    return Accept(look.lot.id, look.code, fee) if wanted else None


def _seal_all(look: Look) -> Seal | None:
    """The whole worth: who wins pays the second amount."""
    return _seal(look, look.limit_fen)


def _seal_part(look: Look) -> Seal | None:
    """Three quarters of the way to the limit: who wins pays its own amount."""
    opening = look.lot.terms.opening_price_fen
    return _seal(look, opening + (look.limit_fen - opening) * 3 // 4)


def _seal(look: Look, amount_fen: int) -> Seal | None:
    """One envelope, once the keys are there; whole yuan, as people write them."""
    lot, whole_fen = look.lot, amount_fen // 100 * 100
    if not look.keys or look.code in lot.sealed or whole_fen < lot.terms.opening_price_fen:
        return None
    return Seal(lot.id, look.code, *seal_to(look.keys, lot.id, look.code, whole_fen))


_MOVES: dict[Mechanism, Callable[[Look], Step | None]] = {
    Mechanism.ENGLISH: _raise,
    Mechanism.LISTED: _list,
    Mechanism.DUTCH: _take,
    Mechanism.OPEN_LICENCE: _license,
    Mechanism.SEALED_FIRST_PRICE: _seal_part,
    Mechanism.SEALED_SECOND_PRICE: _seal_all,
    Mechanism.WEIGHTED: _seal_part,
    Mechanism.MULTI_AWARD: _seal_part,
}
"""What is not here a simulated bidder does not know, and keeps away from."""
