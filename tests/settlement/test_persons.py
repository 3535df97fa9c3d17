"""Two accounts of one person are two eyes."""

from settlement.account_events import PayoutAccountConfirmed
from settlement.events import ClaimApproved
from settlement.persons import note_person, one_person
from settlement.rulebook import Rulebook
from settlement.state import Settlement


def settlement() -> Settlement:
    """A settlement in which two officials acted, one of whom no register knows."""
    state = Settlement(Rulebook(()))
    note_person(state, ClaimApproved("C-1", "funder1", False, "someone"))
    note_person(state, PayoutAccountConfirmed("yi", 1, "operator1", False))
    return state


def test_a_second_account_of_the_same_person_is_no_second_person() -> None:
    """The same account and the same person are recognised; another person, and persons that nobody knows, are not taken for one."""
    state = settlement()
    assert one_person(state, "funder1", "funder1", "")
    assert one_person(state, "funder1", "funder2", "someone")
    assert not one_person(state, "funder1", "funder2", "another")
    assert not one_person(state, "funder1", "funder2", "")
    assert not one_person(state, "operator1", "operator2", "someone")
    assert not one_person(state, None, "operator2", "someone")
