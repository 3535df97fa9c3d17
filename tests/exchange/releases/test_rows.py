"""Rows as the rule judges them: what the register says, what the house knows, the earlier conversion, the later trial."""

from datetime import date, timedelta

import pytest

from exchange.demo import people
from exchange.house.state import State, new_state
from exchange.market.listing_state import Listing, ListingState
from exchange.market.release_state import Case
from exchange.market.release_terms import Answer
from exchange.market.trial_state import Trial, TrialState
from exchange.market.trial_terms import TrialTerms
from exchange.market.unconverted import Clock, Mode, Reason, judge
from exchange.releases.rows import Known, known, row_of
from settlement.commands import Subject
from settlement.dates import end_of_day
from settlement.deal import ContractKind
from settlement.state import Contract, ContractState, Trade
from tests.exchange.house.running import RULEBOOK
from tests.exchange.market.table import sheet
from tests.web.releasing import TODAY, funded

EFFECTIVE = TODAY - timedelta(days=40)


@pytest.fixture
def state() -> State:
    """A house with one listing of the achievement F1."""
    state = new_state(RULEBOOK)
    subject = Subject("A1", "成果")
    state.market.listings["A1"] = Listing("A1", "F1", "", "university", subject, 1)
    return state


def sell(state: State, kind: ContractKind, effective: date | None) -> Trade:
    """A sale of the listing, with its contract."""
    subject = state.market.listings["A1"].subject
    seller, buyer = people.UNIVERSITY, people.ENTERPRISES[0]
    trade = Trade("T-1", "L1", subject, seller, buyer, 5, None, "english", 0, contract="C-1")
    state.settlement.trades["T-1"] = trade
    on = effective.isoformat() if effective else None
    state.settlement.contracts["C-1"] = Contract(
        "C-1", "T-1", kind, "", "", ContractState.CONCLUDED, effective_on=on
    )
    return trade


def reason(state: State, **changes: object) -> Reason | None:
    """Why F1 is no candidate today."""
    row = row_of(funded("F1", **changes), known(state, TODAY).get("F1"))
    return judge(row, TODAY).reason


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("assignment", Mode.TRANSFER), ("licence", Mode.LICENCE), ("development", Mode.OTHER_AGREED)],
)
def test_a_sale_converts_from_the_day_it_took_effect(state: State, kind: ContractKind, mode: Mode) -> None:
    """Not its hammer, nor its registration; a sale that both parties undid converts nothing."""
    trade = sell(state, kind, EFFECTIVE)
    assert known(state, TODAY)["F1"] == Known(mode, EFFECTIVE)
    assert reason(state) is Reason.CONVERTED
    trade.rescinded_on = TODAY.isoformat()
    assert reason(state) is None


@pytest.mark.parametrize("kind", ["consulting", "service"])
def test_advice_converts_nothing(state: State, kind: ContractKind) -> None:
    """A contract about the result that leaves it where it is."""
    sell(state, kind, EFFECTIVE)
    assert reason(state) is None


def test_what_is_agreed_but_not_in_effect_waits(state: State) -> None:
    """A sale without contract, and an agreement under notice, hold the release back for the day."""
    state.market.listings["A1"].state = ListingState.AGREEMENT_NOTICE
    assert reason(state) is Reason.IN_TRIAL
    state.market.listings["A1"].state = ListingState.TRADABLE
    assert reason(state) is None
    sell(state, "licence", None)
    assert reason(state) is Reason.IN_TRIAL


def test_a_trial_of_the_house_holds_back_to_its_last_day(state: State) -> None:
    """The later of the register's trial and the house's counts."""
    until = TODAY + timedelta(days=3)
    trial = Trial(
        "TR1", "A1", "university", "jia", "jia", TrialTerms(6, "试用", "合格", sheet()), "", False, 0
    )
    trial.state, trial.until = TrialState.RUNNING, end_of_day(until)
    state.market.trials.all["TR1"], state.market.trials.of_listing["A1"] = trial, ("TR1",)
    assert known(state, TODAY) == {"F1": Known(trial_until=until)}
    assert reason(state) is Reason.IN_TRIAL
    later = until + timedelta(days=9)
    assert row_of(funded("F1", trial_until=later), known(state, TODAY)["F1"]).trial_until == later


def test_the_earlier_conversion_counts(state: State) -> None:
    """Of the register, the house, and a proof that was found enough; a mode that converts nothing hides none."""
    sell(state, "licence", EFFECTIVE)
    earlier = EFFECTIVE - timedelta(days=9)
    case = Case("F1", "university", Clock.ACCEPTED_ON, TODAY, TODAY)
    case.answer, case.accepted = Answer("converted", mode=Mode.EQUITY, converted_on=earlier), True
    state.market.releases.cases["F1"] = case
    assert known(state, TODAY)["F1"] == Known(Mode.EQUITY, earlier)
    case.accepted = False
    of_house = known(state, TODAY)["F1"]
    own = row_of(funded("F1", conversion_mode=Mode.TRANSFER, converted_on=earlier), of_house)
    assert (own.conversion_mode, own.converted_on) == (Mode.TRANSFER, earlier)
    tried = row_of(funded("F1", conversion_mode=Mode.ROADSHOW, converted_on=earlier), of_house)
    assert (tried.conversion_mode, tried.converted_on) == (Mode.LICENCE, EFFECTIVE)
