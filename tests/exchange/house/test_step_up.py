"""The rule of step-up, without anything around it."""

import pytest

from exchange.bootstrap import read_rulebook
from exchange.house.authority import TABLE as AUTHORITY
from exchange.house.state import new_state
from exchange.house.step_up import FRESH_FOR, TABLE, Need, Policy, Standing, lacking, need_of, to_note
from matching_engine.commands import Bid, Seal, Suspend
from settlement.commands import ApproveClaim, SignContract

STATE = new_state(read_rulebook())
AT = 1_772_413_200_000_000
BID = Bid("L1", "B1", 100)
SEAL = Seal("L1", "B1", "envelope", "commitment")
NONE = Standing(False)
STALE = Standing(True, AT - FRESH_FOR - 1)
FRESH = Standing(True, AT - FRESH_FOR)
ADMITTED = Standing(True, None, frozenset({"L1"}))


@pytest.mark.parametrize(
    ("body", "standing", "policy", "code"),
    [
        (BID, NONE, "required", "SECOND_FACTOR_REQUIRED"),
        (BID, NONE, "enrolled", None),
        (BID, Standing(True), "enrolled", "STEP_UP_REQUIRED"),
        (BID, STALE, "required", "STEP_UP_REQUIRED"),
        (BID, FRESH, "required", None),
        (BID, ADMITTED, "required", None),
        (SEAL, ADMITTED, "required", "STEP_UP_REQUIRED"),
        (SEAL, ADMITTED, "off", None),
        (Suspend("L1", "fault"), NONE, "required", None),
        (BID, Standing(True, program="weak"), "enrolled", "SIGNATURE_REQUIRED"),
        (BID, Standing(False, program="weak"), "enrolled", None),
        (BID, Standing(False, program="weak"), "required", "SIGNATURE_REQUIRED"),
        (SEAL, Standing(False, program="strong"), "required", None),
    ],
)
def test_what_is_missing(body: object, standing: Standing, policy: Policy, code: str | None) -> None:
    """Each need under each policy, to the microsecond."""
    assert lacking(body, standing, policy, STATE, AT) == code


def test_only_the_first_bid_of_a_market_session_is_noted() -> None:
    """A bid that went through admits the sign-in to the session; a sealed bid, a program, a bare password do not."""
    assert to_note(BID, FRESH, STATE) == "L1"
    assert to_note(BID, ADMITTED, STATE) is None
    assert to_note(SEAL, FRESH, STATE) is None
    assert to_note(BID, NONE, STATE) is None
    assert to_note(BID, Standing(True, program="strong"), STATE) is None


def test_the_table_names_commands_that_people_ask() -> None:
    """No entry is for a command that nobody may ask; signatures and approvals are asked for each time."""
    assert set(TABLE) <= set(AUTHORITY)
    assert {TABLE[SignContract], TABLE[ApproveClaim]} == {Need.FRESH}
    assert need_of(object()) is Need.NONE
