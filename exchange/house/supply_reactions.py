"""What follows from an open licence that was taken, its trade; and from the award of a challenge, its milestones."""

from collections.abc import Callable
from typing import Any

from exchange.house.command import Body
from exchange.house.state import State
from exchange.market.challenge_messages import ChallengeTerms
from exchange.market.licence import subject_of
from exchange.market.licence_messages import OpenLicenceTaken
from matching_engine.terms import Mechanism
from settlement.commands import ConcludeTrade
from settlement.dates import due_date
from settlement.events import TradeConcluded
from settlement.milestone_messages import SetMilestones, Stone


def _taken(state: State, event: OpenLicenceTaken) -> tuple[Body, ...]:
    """With the acceptance the licence is given (patent law, art. 51); what costs nothing has nothing to settle."""
    if not event.trade:
        return ()
    market = state.market
    found, listing = market.open_licences.all[event.licence], market.listings[event.listing]
    trade = ConcludeTrade(
        trade=event.trade,
        lot=event.licence,
        subject=subject_of(listing, found.terms),
        seller=market.parties[found.holder],
        buyer=market.parties[event.taker],
        price_fen=event.fee_fen,
        deposit=None,
        mechanism=Mechanism.OPEN_LICENCE.value,
        hammered_at=event.at,
        payment_days=found.terms.payment_days,
    )
    return (trade,)


def awarded(state: State, event: TradeConcluded) -> tuple[Body, ...]:
    """The stages that were published are the milestones of each award, their days counted from it."""
    terms = state.market.challenges.get(event.subject.listing)
    if terms is None or event.mechanism != Mechanism.CHALLENGE.value:
        return ()
    return (SetMilestones(event.trade, _stones(terms, event)),)


def _stones(terms: ChallengeTerms, event: TradeConcluded) -> tuple[Stone, ...]:
    """Each part rounded down, the last takes the rest, as the instalments of the price do."""
    amounts_fen = [event.price_fen * stage.share_bp // 10_000 for stage in terms.stages[:-1]]
    amounts_fen.append(event.price_fen - sum(amounts_fen))
    return tuple(
        Stone(
            stage.title,
            stage.criteria,
            amount_fen,
            due_date(event.hammered_at, stage.days).isoformat(),
            stage.cure_days,
            stage.keep,
        )
        for stage, amount_fen in zip(terms.stages, amounts_fen, strict=True)
    )


REACTIONS: dict[type, Callable[[State, Any], tuple[Body, ...]]] = {OpenLicenceTaken: _taken}
"""Event type → the commands that follow."""
