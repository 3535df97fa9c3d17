"""Whether the openings of sealed bids are what their envelopes held: done again from the journal alone.

For lots that two officials kept closed: their keys, the envelopes and both shares stand in the journal. What the house
alone kept closed cannot be opened again without its key, and is counted apart.
"""

from exchange.house.command import Recorded
from exchange.house.state import State
from exchange.market.custody import two_officials
from exchange.market.p256 import fingerprint, public_of
from exchange.market.seal_messages import SealKeysPublished, SealShareGiven
from exchange.store.nested import open_envelope
from matching_engine.events import BidSealed, Cancelled, Passed, SealsOpened
from matching_engine.lifecycle import LifecycleState


class Openings:
    """Follows the envelopes of each lot until its opening; `checked` and `unchecked` count the bids opened."""

    def __init__(self) -> None:
        self.checked = 0
        self.unchecked = 0
        self._boxes: dict[str, list[BidSealed]] = {}

    @property
    def facts(self) -> dict[str, int]:
        """The counts, for programs; nothing where no sealed bid was opened."""
        if not self.checked + self.unchecked:
            return {}
        return {"sealed_bids_opened_again": self.checked, "sealed_bids_of_the_house": self.unchecked}

    @property
    def sentences(self) -> tuple[str, ...]:
        """The same for people."""
        again, apart = self.checked, self.unchecked
        said = (
            (again, f"sealed bids: {again} opened again from envelopes and shares"),
            (apart, f"sealed bids: {apart} kept closed by the house alone, not to be opened without its key"),
        )
        return tuple(sentence for count, sentence in said if count)

    def take(self, before: State, recorded: Recorded) -> str | None:
        """What is wrong with an event, given the state before it; None for one that is right or none of these."""
        event = recorded.event
        if isinstance(event, BidSealed):
            self._boxes.setdefault(event.lot, []).append(event)
        elif isinstance(event, SealKeysPublished):
            return _wrong_keys(before, event)
        elif isinstance(event, SealShareGiven):
            return _wrong_share(before, event)
        elif isinstance(event, SealsOpened):
            return self._wrong_opening(before, event)
        elif isinstance(event, Cancelled | Passed):
            self._boxes.pop(event.lot, None)
        return None

    def _wrong_opening(self, before: State, event: SealsOpened) -> str | None:
        box = self._boxes.pop(event.lot, [])
        if not two_officials(before.market, event.lot):
            self.unchecked += len(box)
            return None
        given = before.market.custody.shares.get(event.lot, {})
        if len(given) < 2:
            return "it was opened without both shares"
        shares = given["operator"].share, given["auditor"].share
        if [one.bidder for one in event.openings] != [bid.bidder for bid in box]:
            return "its openings are not those of the envelopes in the box"
        for bid, opening in zip(box, event.openings, strict=True):
            held = open_envelope(*shares, bid.lot, bid.bidder, bid.envelope, bid.commitment)
            if held != opening.amount_fen:
                return f"the envelope of {bid.bidder} held {_fen(held)}, the opening says {_fen(opening.amount_fen)}"
        self.checked += len(box)
        return None


def _wrong_keys(before: State, event: SealKeysPublished) -> str | None:
    """Two keys are of two people, and each has the fingerprint that is told."""
    if any(one.fingerprint != fingerprint(one.key) for one in event.keys):
        return "a fingerprint is not that of its key"
    people = [one.person for one in event.keys if one.person]
    if len({one.official for one in event.keys}) < len(event.keys) or len(set(people)) < len(people):
        return "both keys are one person's"
    lot = before.lots.get(event.lot)
    if lot is None or lot.state is not LifecycleState.ANNOUNCED:
        return "keys were exchanged after the lot opened"
    return None


def _wrong_share(before: State, event: SealShareGiven) -> str | None:
    """A share fits the published key, and comes after the close."""
    published = before.market.custody.keys.get(event.lot, {}).get(event.role)
    if published is None or public_of(event.share) != published.key:
        return "the share is not the private half of the key that was published"
    if before.lots[event.lot].state is not LifecycleState.AWAITING_OPENING:
        return "the share was given before the close"
    return None


def _fen(amount_fen: int | None) -> str:
    return "nothing that can be read" if amount_fen is None else f"{amount_fen} fen"
