"""What a command leads to: events, or the one event that says why not. Reads the state, never changes it."""

from settlement import (
    bank_told,
    charges,
    claim_steps,
    contract,
    credit,
    default,
    deposits,
    instalments,
    milestones,
    obligations,
    payments,
    payout_accounts,
    registration,
    rescission,
    revision,
    rewards,
    royalties,
    specialist,
    suspense,
)
from settlement.commands import SettlementCommand
from settlement.dispatch import Deciders
from settlement.events import SettlementEvent
from settlement.state import Settlement

_DECIDERS: Deciders = {
    **deposits.DECIDE,
    **credit.DECIDE,
    **obligations.DECIDE,
    **contract.DECIDE,
    **revision.DECIDE,
    **registration.DECIDE,
    **payments.DECIDE,
    **suspense.DECIDE,
    **bank_told.DECIDE,
    **charges.DECIDE,
    **royalties.DECIDE,
    **rescission.DECIDE,
    **payout_accounts.DECIDE,
    **default.DECIDE,
    **instalments.DECIDE,
    **milestones.DECIDE,
    **claim_steps.DECIDE,
    **specialist.DECIDE,
    **rewards.DECIDE,
}


def decide(state: Settlement, command: SettlementCommand, at: int) -> tuple[SettlementEvent, ...]:
    """The events of a command at the instant `at` (µs): at least one; a refusal is a single SettlementRefused."""
    return _DECIDERS[type(command)](state, command, at)
