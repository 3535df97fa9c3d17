"""What an event makes of the state: the only place where it changes, together with the ledger's entry."""

from settlement import (
    bank_told,
    charges,
    claim_steps,
    contract,
    credit,
    default,
    deposits,
    instalments,
    milestone_pay,
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
from settlement.dispatch import Evolvers
from settlement.events import SettlementEvent, SettlementRefused
from settlement.income import note_receipt
from settlement.persons import note_person
from settlement.state import Settlement


def _nothing(_state: Settlement, _event: SettlementRefused, _at: int) -> None:
    """A refusal changes nothing."""


_EVOLVERS: Evolvers = {
    **deposits.EVOLVE,
    **credit.EVOLVE,
    **obligations.EVOLVE,
    **payments.EVOLVE,
    **suspense.EVOLVE,
    **bank_told.EVOLVE,
    **charges.EVOLVE,
    **royalties.EVOLVE,
    **rescission.EVOLVE,
    **payout_accounts.EVOLVE,
    **default.EVOLVE,
    **instalments.EVOLVE,
    **milestones.EVOLVE,
    **milestone_pay.EVOLVE,
    **contract.EVOLVE,
    **revision.EVOLVE,
    **registration.EVOLVE,
    **claim_steps.EVOLVE,
    **specialist.EVOLVE,
    **rewards.EVOLVE,
    SettlementRefused: _nothing,
}


def evolve(state: Settlement, event: SettlementEvent, at: int) -> None:
    """Take an event that is in the journal into the state; Broken when an invariant falls."""
    _EVOLVERS[type(event)](state, event, at)
    state.ledger.book(event, at)
    note_receipt(state, event, at)
    note_person(state, event)
