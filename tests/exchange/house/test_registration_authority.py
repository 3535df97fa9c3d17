"""Who may do what at the registration desk."""

from collections.abc import Callable

import pytest

from exchange.demo import people
from exchange.house.authority import TABLE, refuse_unauthorised
from exchange.house.command import Body, Command, Denied, Principal
from exchange.house.state import State, new_state
from settlement import registration_commands as rc
from settlement.filing import FilingForm
from settlement.registration_state import Registration
from settlement.state import Contract, Trade
from tests.exchange.house.running import RULEBOOK
from tests.settlement.desk import SUBJECT

ID, CONTRACT = "TC-T-L1-1", "C-T-L1-1"


@pytest.fixture
def state() -> State:
    """A contract of the university and jia that lies with the office."""
    made = new_state(RULEBOOK)
    parties = {party.id: party for party in people.PARTIES}
    trade = Trade("T-L1-1", "L1", SUBJECT, parties["university"], parties["jia"], 1, None, "english", 0)
    made.settlement.trades[trade.id] = trade
    made.settlement.contracts[CONTRACT] = Contract(CONTRACT, trade.id, "assignment", "", "")
    made.settlement.registrations[ID] = Registration(ID, CONTRACT, trade.id, "o", 1)
    return made


def answer(state: State, principal: Principal, body: Body) -> str:
    """The code with which it is denied; "allowed" when it is not."""
    try:
        refuse_unauthorised(Command("x", principal, body), state)
    except Denied as denied:
        return denied.code
    return "allowed"


FILING: list[Callable[[str], Body]] = [
    lambda who: rc.SubmitRegistration(CONTRACT, "o"),
    lambda who: rc.CompleteFiling(ID, who, FilingForm()),
    lambda who: rc.AnswerSupplement(ID, who, "x"),
]
DECIDING: list[Callable[[str], Body]] = [
    lambda who: rc.AcceptRegistration(ID, who),
    lambda who: rc.AnswerReview(ID, who, ()),
    lambda who: rc.RequestSupplement(ID, who, (), ""),
    lambda who: rc.ClassifyContract(ID, who, "assignment"),
    lambda who: rc.DisputeRegistration(ID, who, ""),
    lambda who: rc.RegisterContract(ID, None, who, ""),
    lambda who: rc.RefuseRegistration(ID, who, ""),
    lambda who: rc.ChangeRegistration(ID, who, "", FilingForm(), "assignment", 1),
    lambda who: rc.ConfirmChange(ID, who),
    lambda who: rc.CancelRegistration(ID, who, ""),
    lambda who: rc.RevokeRegistration(ID, who, ""),
    lambda who: rc.CertifyIncome(ID, who, ""),
]


@pytest.mark.parametrize("make", FILING)
def test_the_sellers_side_files_and_nobody_else(state: State, make: Callable[[str], Body]) -> None:
    """The university does; to the buyer and to others there is no such filing; a registrar has no such role."""
    assert answer(state, people.principal("university"), make("university")) == "allowed"
    assert answer(state, people.principal("jia"), make("jia")) == "NOT_FOUND"
    assert answer(state, people.principal("yi"), make("yi")) == "NOT_FOUND"
    assert answer(state, people.principal("registrar"), make("registrar")) == "FORBIDDEN"


@pytest.mark.parametrize("make", FILING[1:])
def test_nobody_files_under_another_name(state: State, make: Callable[[str], Body]) -> None:
    """The author is the account itself."""
    assert answer(state, people.principal("university"), make("somebody")) == "FORBIDDEN"


@pytest.mark.parametrize("make", DECIDING)
def test_registrars_decide_in_their_own_name(state: State, make: Callable[[str], Body]) -> None:
    """A registrar does, under no other name; parties and operators do not."""
    assert answer(state, people.principal("registrar"), make("registrar")) == "allowed"
    assert answer(state, people.principal("registrar"), make("registrar2")) == "FORBIDDEN"
    for login in ("university", "jia", "operator", "funder1"):
        assert answer(state, people.principal(login), make(login)) == "FORBIDDEN"


@pytest.mark.parametrize("make", DECIDING)
@pytest.mark.parametrize("party", ["university", "jia"])
def test_nobody_registers_for_the_own_organisation(
    state: State, make: Callable[[str], Body], party: str
) -> None:
    """A registrar who belongs to a party of the contract is kept out of it."""
    insider = Principal("insider", party, frozenset({"registrar"}))
    assert answer(state, insider, make("insider")) == "FOUR_EYES"


def test_the_house_alone_reduces_income() -> None:
    """What follows from money given back is nobody's to ask."""
    assert rc.ReduceIncome not in TABLE
