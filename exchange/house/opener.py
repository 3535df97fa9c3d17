"""The opener: gives sealed lots that the house keeps closed their key, and opens bids together after the close.

Where two officials keep a lot closed it has no key of the house, and opens when both have posted their shares.

Whatever is left to do stands in the committed state, so a restart forgets nothing: a lot without a key gets one, a
lot that waits for its opening is opened as soon as its bids have the scores that its terms ask for. Ids of its
commands follow from the lot: asked twice, the house gives the same answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog

from exchange.house.command import HOUSE, Command, Outcome, Recorded
from exchange.house.state import State
from exchange.market.commands import PublishSealKey
from exchange.market.custody import two_officials
from exchange.market.events import BidScored
from exchange.market.seal_messages import SealShareGiven
from exchange.market.sealing import takes_seals, unscored
from exchange.ports import Unavailable, Vault
from exchange.store import nested
from matching_engine.commands import Opening, OpenSeals
from matching_engine.events import BidSealed, Closed, LotPutUp
from matching_engine.lifecycle import LifecycleState

log = structlog.get_logger()

RETRY_FIRST, RETRY_LONGEST = 0.2, 60.0

Submit = Callable[[Command], Awaitable[Outcome]]
History = Callable[[str], Awaitable[list[Recorded]]]
Step = Callable[[str], Awaitable[None]]

_CALLING = frozenset({LotPutUp, Closed, BidScored, SealShareGiven})
"""Events after which a sealed lot may need something."""


class Opener:
    """Watches the committed state for sealed lots that need something."""

    def __init__(self, view: State, vault: Vault | None, submit: Submit, history: History) -> None:
        self._view = view
        self._vault = vault
        self._submit = submit
        self._history = history
        self._due: dict[str, None] = {}
        self._wake = asyncio.Event()
        for lot in view.lots:
            self._look_at(lot)

    @property
    def busy(self) -> bool:
        """Whether something is left to do that waits for nobody."""
        return bool(self._due)

    def note(self, batch: Sequence[Recorded]) -> None:
        """Take in what was committed."""
        for recorded in batch:
            if type(recorded.event) in _CALLING:
                self._look_at(recorded.event.lot)  # type: ignore[union-attr]  # all of them have one

    def _look_at(self, lot: str) -> None:
        if self._next(lot) is not None:
            self._due[lot] = None
            self._wake.set()

    def _next(self, id_: str) -> Step | None:
        """What a lot needs now; None when it needs nothing, or waits for its close or its evaluators."""
        lot = self._view.lots[id_]
        if not takes_seals(lot) or lot.ended:
            return None
        market, officials = self._view.market, two_officials(self._view.market, id_)
        if not officials and id_ not in market.seal_keys:
            return self._publish if self._vault is not None else None
        if lot.state is not LifecycleState.AWAITING_OPENING or unscored(market, lot):
            return None
        return None if officials and market.custody.missing(id_) else self._open

    async def run(self) -> None:
        """Do what is due, for ever; what fails is tried again, a little later each time."""
        delay = RETRY_FIRST
        while True:
            self._wake.clear()
            done = [await self._attend(lot) for lot in tuple(self._due)]
            delay = RETRY_FIRST if all(done) else min(2 * delay, RETRY_LONGEST)
            # not wait_for: on Python 3.11 it can swallow the cancellation that ends the house
            with suppress(TimeoutError):
                async with asyncio.timeout(delay if self._due else None):
                    await self._wake.wait()

    async def _attend(self, lot: str) -> bool:
        """Take a lot's next step; False when it failed and must be tried again."""
        try:
            step = self._next(lot)
            if step is not None:
                await step(lot)
        except Exception as failure:
            log.warning("sealed lot waits", lot=lot, error=str(failure))
            return False
        if self._next(lot) is None:
            self._due.pop(lot, None)
        else:
            self._wake.set()
        return True

    async def _publish(self, lot: str) -> None:
        assert self._vault is not None
        key = await asyncio.to_thread(self._vault.public_key, lot)
        await self._ask(f"s:{lot}:key", PublishSealKey(lot, key))

    async def _open(self, lot: str) -> None:
        """All bids of a lot in one command; a bid that cannot be read has no amount and is void."""
        rows = await self._history(f"lot/{lot}")
        box = tuple(row.event for row in rows if isinstance(row.event, BidSealed))
        amounts = await asyncio.to_thread(self._read, lot, box)
        scores = self._view.market.scores.get(lot, {})
        openings = (
            Opening(bid.bidder, fen, scores.get(bid.bidder)) for bid, fen in zip(box, amounts, strict=True)
        )
        await self._ask(f"s:{lot}:open", OpenSeals(lot, tuple(openings)))

    def _read(self, lot: str, box: tuple[BidSealed, ...]) -> list[int | None]:
        """The amounts. Without the very key that was published nothing is opened: no bid is void for a lost key."""
        given = self._view.market.custody.shares.get(lot)
        if given is not None:
            shares = given["operator"].share, given["auditor"].share
            return [
                nested.open_envelope(*shares, lot, bid.bidder, bid.envelope, bid.commitment) for bid in box
            ]
        if self._vault is None:
            raise Unavailable("this house has no vault")
        if not self._vault.holds(lot, self._view.market.seal_keys[lot]):
            raise Unavailable(f"the vault does not hold the key to which bids on lot {lot} were sealed")
        return [self._vault.open(lot, bid.bidder, bid.envelope, bid.commitment) for bid in box]

    async def _ask(self, id_: str, body: PublishSealKey | OpenSeals) -> None:
        outcome = await self._submit(Command(id_, HOUSE, body))
        if outcome.refusal is not None:
            raise Unavailable(f"refused: {outcome.refusal.code}")
