"""Who stands behind the accounts that approve: two accounts of one person are two eyes, not four.

The shell says with a step which person of the registers asks, where they know one; the journal keeps it with the event.
"""

from settlement.account_events import PaymentDirected, PayoutAccountConfirmed, PayoutAccountStated
from settlement.events import ClaimApproved, SettlementEvent
from settlement.registration_events import ChangeProposed, ContractClassified, RevocationProposed
from settlement.reward_messages import RewardPlanned
from settlement.state import Settlement


def note_person(state: Settlement, event: SettlementEvent) -> None:
    """Remember the person behind the account of a step that another person has to follow."""
    account = _account(event)
    if account is not None and account[1]:
        state.persons[account[0]] = account[1]


def _account(event: SettlementEvent) -> tuple[str, str] | None:
    """The account that took such a step, and the person behind it."""
    if isinstance(event, PayoutAccountStated | PaymentDirected | RewardPlanned):
        return event.author, event.person
    if isinstance(event, PayoutAccountConfirmed | ClaimApproved):
        return event.approver, event.person
    if isinstance(event, ContractClassified | ChangeProposed | RevocationProposed):
        return event.registrar, event.person
    return None


def one_person(state: Settlement, earlier: str | None, account: str, person: str) -> bool:
    """Whether an account is the earlier one, or of the same person, where the registers knew both."""
    return account == earlier or (person != "" and state.persons.get(earlier or "") == person)
