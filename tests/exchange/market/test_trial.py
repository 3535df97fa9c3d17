"""Trials and open licences as the market decides them: who may do what when, and any order of steps keeps its promises."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from exchange.market import challenge_messages as cm
from exchange.market import licence_messages as lm
from exchange.market import trial_messages as m
from exchange.market.challenge import session_fault, subject_of, terms_fault
from exchange.market.commands import LotPlan
from exchange.market.state import ListingState
from exchange.market.trial import months_after
from exchange.market.trial_state import TrialState
from exchange.market.trial_terms import TrialTerms
from exchange.market.unconverted import CatalogueRow, Category, Funding, Reason, Secrecy, Source, judge
from matching_engine.terms import DAY, Mechanism, Terms
from settlement.deal import Deal
from tests.exchange.market.table import HOLDER, LISTING, OTHER, TAKER, Desk, sheet

TRIAL = f"TR-{LISTING}-1"
TERMS = TrialTerms(3, "一条产线", "合格率98%", sheet(), exclusive=True)
OPEN = lm.LicenceTerms("ZL202010000001.1", "invention", "2024-05-10", "2027-05-10", "2026-12-31", 3_000_000)
LICENCE = f"OL-{LISTING}-1"


def proposed(terms: TrialTerms = TERMS, taker: str = TAKER) -> Desk:
    """A desk where the taker proposed a trial."""
    desk = Desk()
    desk.ask(m.ProposeTrial(LISTING, taker, taker, terms))
    return desk


def agree(desk: Desk, party: str = HOLDER, trial: str = TRIAL) -> str | None:
    """Agree to the terms as they stand; the code of a refusal."""
    return desk.refused(m.AgreeTrial(trial, party, desk.market.trials.all[trial].digest))


def running(terms: TrialTerms = TERMS) -> Desk:
    """A desk with a trial that runs."""
    desk = proposed(terms)
    assert agree(desk) is None
    assert desk.refused(m.StartTrial(TRIAL, HOLDER)) is None
    return desk


def test_the_way_of_a_trial() -> None:
    """Who proposed does not agree; the holder begins; the taker converts into an agreement under notice."""
    desk = proposed()
    assert agree(desk, TAKER) == "TABLE_TURN"
    assert desk.refused(m.AgreeTrial(TRIAL, HOLDER, "0")) == "TERMS_STALE"
    assert agree(desk) is None
    assert desk.refused(m.LeaveTrial(TRIAL, TAKER)) == "TRIAL_STATE"
    assert desk.refused(m.StartTrial(TRIAL, TAKER)) == "TABLE_TURN"
    assert desk.refused(m.StartTrial(TRIAL, HOLDER)) is None
    assert desk.refused(m.ConvertTrial(TRIAL, HOLDER, "x")) == "TABLE_TURN"
    assert desk.refused(m.ConvertTrial(TRIAL, TAKER, "合格率98.6%")) is None
    assert desk.market.listings[LISTING].state is ListingState.AGREEMENT_NOTICE
    agreed = desk.table(desk.market.trials.all[TRIAL].table).agreed
    assert agreed is not None
    assert agreed.sheet == TERMS.conversion


def test_a_kept_listing_goes_to_nobody_else() -> None:
    """No table, no trial, no session for others while it stands; free again once it is given back."""
    desk = running()
    other = m.ProposeTrial(LISTING, OTHER, OTHER, TERMS)
    assert desk.refused(other) == "LISTING_ON_TRIAL"
    assert desk.market.trials.keeps(LISTING) is not None
    assert desk.refused(m.ReturnTrial(TRIAL, TAKER, "未达到")) is None
    assert desk.refused(other) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"months": 0}, "TERMS_INVALID"),
        ({"months": 13}, "TERMS_INVALID"),
        ({"scope": " "}, "TERMS_INVALID"),
        ({"criteria": ""}, "TERMS_INVALID"),
        ({"fee_fen": -1}, "TERMS_INVALID"),
        ({"notice_days": 14}, "TERMS_INVALID"),
        ({"conversion": sheet(0)}, "TERMS_INVALID"),
    ],
)
def test_terms_are_checked(changes: dict[str, Any], code: str) -> None:
    """Length, texts, fee, notice and the conversion itself."""
    body = m.ProposeTrial(LISTING, TAKER, TAKER, msgspec.structs.replace(TERMS, **changes))
    assert Desk().refused(body) == code


def test_the_one_year_rule_hears_of_a_running_trial() -> None:
    """The day until which it runs is what the rule spares a result for, and none once it has ended."""
    desk = running()
    until = desk.market.trials.running_until([LISTING])
    row = CatalogueRow(
        id="x",
        funding=(Funding(Source.PUBLIC, "省重点研发"),),
        category=Category.DEVELOPMENT,
        secrecy=Secrecy.PUBLIC,
        secrecy_reviewer="某人",
        accepted_on=date(2025, 3, 1),
        trial_until=until,
    )
    assert until == date(2026, 6, 2)
    assert judge(row, date(2026, 6, 2)).reason is Reason.IN_TRIAL
    assert judge(row, date(2026, 6, 3)).candidate
    desk.ask(m.ReturnTrial(TRIAL, TAKER, "未达到"))
    assert desk.market.trials.running_until([LISTING]) is None


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 12))
def test_months_end_on_the_same_day_or_the_last(day: date, months: int) -> None:
    """The month is the right one; the day the same, or the month's last where it has none such; at most a year."""
    end = months_after(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (end.day < day.day and months_after(end, 0) == end)
    assert (end - day).days <= 366


class TrialMachine(RuleBasedStateMachine):
    """Any steps of anybody in any order: at most one trial keeps the listing, and what is due is what is bound."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()

    trials = st.integers(1, 4).map(lambda n: f"TR-{LISTING}-{n}")
    parties = st.sampled_from([HOLDER, TAKER, OTHER])

    @rule(taker=st.sampled_from([TAKER, OTHER]), by_holder=st.booleans(), exclusive=st.booleans())
    def propose(self, taker: str, by_holder: bool, exclusive: bool) -> None:
        """Somebody proposes."""
        terms = msgspec.structs.replace(TERMS, exclusive=exclusive)
        self.desk.ask(m.ProposeTrial(LISTING, taker, HOLDER if by_holder else taker, terms))

    @rule(trial=trials, party=parties)
    def agree(self, trial: str, party: str) -> None:
        """Somebody agrees."""
        found = self.desk.market.trials.all.get(trial)
        self.desk.ask(m.AgreeTrial(trial, party, found.digest if found else ""))

    @rule(
        trial=trials,
        party=parties,
        step=st.sampled_from([m.LeaveTrial, m.StartTrial, m.ConvertTrial, m.ReturnTrial]),
    )
    def step(self, trial: str, party: str, step: Any) -> None:
        """Somebody takes a step."""
        self.desk.ask(step(trial, party, "如下"))

    @rule(days=st.integers(1, 60))
    def time(self, days: int) -> None:
        """Days go by, and the gavel asks for what is due."""
        self.desk.at += days * DAY
        for trial in tuple(self.desk.market.trials.due):
            self.desk.ask(m.EndTrial(trial))

    @invariant()
    def promises(self) -> None:
        """Exactly what is agreed or runs is due; a kept listing has no other trial that binds."""
        book = self.desk.market.trials
        bound = [one for one in book.all.values() if one.state in (TrialState.AGREED, TrialState.RUNNING)]
        assert sorted(book.due) == sorted(one.id for one in bound)
        if any(one.terms.exclusive for one in bound):
            assert len(bound) == 1
        assert all(one.outcome for one in book.all.values() if one.state is TrialState.ENDED)


TrialMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestTrialMachine = TrialMachine.TestCase


def opened(terms: lm.LicenceTerms = OPEN) -> Desk:
    """A desk with an open licence."""
    desk = Desk()
    desk.ask(lm.DeclareOpenLicence(LISTING, HOLDER, terms))
    desk.ask(lm.PublishOpenLicence(LICENCE, "登记簿副本"))
    return desk


@pytest.mark.parametrize(
    "changes",
    [
        {"granted_on": "2099-01-01"},
        {"granted_on": ""},
        {"fees_paid_until": "2020-01-01"},
        {"expires_on": "2028-01-01"},
        {"patent_kind": "utility_model"},
        {"pledge": "质押给某银行"},
        {"fee_fen": 0},
        {"public_good": True},
        {"patent": " "},
    ],
)
def test_a_declaration_is_checked(changes: dict[str, Any]) -> None:
    """After the grant, fees paid, report for a utility model, consent to a pledge, a fee unless it is public good."""
    body = lm.DeclareOpenLicence(LISTING, HOLDER, msgspec.structs.replace(OPEN, **changes))
    assert Desk().refused(body) == "LICENCE_TERMS"


def test_anybody_takes_an_open_licence_once() -> None:
    """At the fee on the page; not its holder, not twice; a small firm pays nothing where the declaration says so."""
    desk = opened(msgspec.structs.replace(OPEN, small_firm_free=True))
    take = lm.TakeOpenLicence(LICENCE, TAKER, 3_000_000)
    assert desk.refused(msgspec.structs.replace(take, fee_fen=1)) == "TERMS_STALE"
    assert desk.refused(msgspec.structs.replace(take, taker=HOLDER)) == "BID_SELF_DEALING"
    assert desk.refused(take) is None
    assert desk.refused(take) == "LICENCE_TAKEN"
    assert desk.refused(lm.TakeOpenLicence(LICENCE, OTHER, 3_000_000, True)) is None
    taken = desk.market.open_licences.all[LICENCE].taken
    assert [(one.fee_fen, one.free, bool(one.trade)) for one in taken.values()] == [
        (3_000_000, "", True),
        (0, "small_firm", False),
    ]
    assert desk.refused(lm.WithdrawOpenLicence(LICENCE, HOLDER, "转让")) is None
    assert len(desk.market.open_licences.all[LICENCE].taken) == 2
    assert desk.refused(lm.TakeOpenLicence(LICENCE, "bing", 3_000_000)) == "LICENCE_STATE"


def test_no_exclusive_licence_beside_an_open_one() -> None:
    """Neither at a table nor by trial; a non-exclusive one may be agreed."""
    desk = opened()
    table = desk.open()
    assert desk.offer(HOLDER, table=table) == "OPEN_LICENCE_STANDS"
    assert desk.refused(m.ProposeTrial(LISTING, TAKER, TAKER, TERMS)) == "OPEN_LICENCE_STANDS"
    plain = sheet(deal=Deal("licence", "know_how", "non_exclusive"))
    mild = msgspec.structs.replace(TERMS, conversion=plain, exclusive=False)
    assert desk.refused(m.ProposeTrial(LISTING, TAKER, TAKER, mild)) is None


def test_an_open_licence_lapses_on_its_last_day() -> None:
    """The gavel ends it, not before."""
    desk = opened()
    desk.at = desk.market.open_licences.due[LICENCE] - 1
    assert desk.ask(lm.LapseOpenLicence(LICENCE)) == ()
    desk.at += 1
    desk.ask(lm.LapseOpenLicence(LICENCE))
    assert desk.market.open_licences.standing(LISTING) is None


STAGES = (cm.Stage("样机", "检测", 4_000, 60, keep=1), cm.Stage("中试", "运行", 6_000, 180))
CHALLENGE = cm.ChallengeTerms(100_000_000, 2, STAGES, {"price": "60", "plan": "40"})


def test_a_session_keeps_to_the_challenge_that_was_published() -> None:
    """Mechanism, bounty, number of awards and weights; the contract is development, paid by stage."""
    desk = Desk()
    assert desk.refused(cm.PublishChallenge(LISTING, HOLDER, CHALLENGE)) is None
    terms = Terms(
        Mechanism.CHALLENGE, 100_000_000, 0, 1, "buy", quantity=2, weights={"price": "60", "plan": "40"}
    )
    plan = LotPlan("L1", LISTING, terms, 0)
    assert session_fault(desk.market, plan) is None
    for change in (
        {"quantity": 1},
        {"opening_price_fen": 1},
        {"weights": None},
        {"mechanism": Mechanism.ENGLISH},
    ):
        other = msgspec.structs.replace(plan, terms=msgspec.structs.replace(terms, **change))
        assert session_fault(desk.market, other) is not None
    deal = subject_of(desk.market, desk.market.listings[LISTING]).deal
    assert deal is not None
    assert [part.share_bp for part in deal.payment.instalments] == [4_000, 6_000]


@pytest.mark.parametrize(
    "changes",
    [
        {"bounty_fen": 0},
        {"awards_max": 0},
        {"stages": ()},
        {"stages": (STAGES[0],)},
        {"stages": (STAGES[1], STAGES[0])},
        {"awards_max": 1},
        {"weights": {"plan": "40"}},
        {"weights": {"price": "x", "plan": "1"}},
    ],
)
def test_a_challenge_is_checked(changes: dict[str, Any]) -> None:
    """Bounty, awards, shares that make the whole, rising days, elimination among several only, weights."""
    assert terms_fault(msgspec.structs.replace(CHALLENGE, **changes)) is not None


def test_a_demand_is_answered_once_with_each_achievement() -> None:
    """By somebody else than its issuer, with words."""
    desk = Desk()
    body = cm.AnswerDemand("D1", TAKER, "x", HOLDER, LISTING, "满足全部指标")
    assert desk.refused(msgspec.structs.replace(body, party=TAKER, listing="")) == "TABLE_PARTIES"
    assert desk.refused(msgspec.structs.replace(body, words=" ")) == "TERMS_INVALID"
    assert desk.refused(body) is None
    assert desk.refused(body) == "ANSWER_EXISTS"
