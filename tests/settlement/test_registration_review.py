"""The office's way: table of moves, checklist, second review at the threshold, numbers, refusals, old journals."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.errors import Broken
from settlement.commands import SettlementCommand, SubmitRegistration
from settlement.events import SettlementEvent, SettlementRefused
from settlement.evolve import evolve
from settlement.filing import Cost
from settlement.registration_checks import go
from settlement.registration_commands import (
    AcceptRegistration,
    AnswerReview,
    AnswerSupplement,
    ClassifyContract,
    CompleteFiling,
    DisputeRegistration,
    RefuseRegistration,
    RegisterContract,
    RequestSupplement,
)
from settlement.registration_events import (
    ContractRegistered,
    RegistrationRefused,
    RegistrationSubmitted,
    ReviewAnswered,
    SecondReviewOpened,
    SupplementAnswered,
)
from settlement.registration_review import proposed_number
from settlement.registration_state import TRANSITIONS, Move, Registration, RegistrationState
from settlement.review import Answer, RefuseReason, checklist
from settlement.state import Settlement
from tests.settlement.desk import (
    BOOK,
    CONTRACT,
    FACTORY,
    REGISTRATION,
    TRADE,
    UNIVERSITY,
    Desk,
    register,
    sign,
    signed,
    trade,
)
from tests.settlement.registering import (
    FIRST,
    SECOND,
    classified,
    filed,
    fitting,
    form,
    give_number,
    looked_at,
    noon,
    registered,
    registration_of,
)

State = RegistrationState
THRESHOLD = 500_000_000


@given(st.sampled_from(State), st.sampled_from(Move))
def test_what_the_table_does_not_have_does_not_happen(state: State, move: Move) -> None:
    """A move leads where its entry says; without an entry it is broken and the state stays."""
    one = Registration("TC-x", "C-x", "x", "o", 1, state)
    if (state, move) in TRANSITIONS:
        go(one, move)
        assert one.state is TRANSITIONS[state, move]
    else:
        with pytest.raises(Broken):
            go(one, move)
        assert one.state is state


def test_the_table_begins_and_ends_as_the_rules_say() -> None:
    """Every state but the first is reached; nothing leaves an ended one; only registered ones certify."""
    reached = set(TRANSITIONS.values())
    assert reached | {State.DRAFT} == set(State)
    assert not [move for state, move in TRANSITIONS if state in (State.CANCELLED, State.REVOKED)]
    assert {state for state, move in TRANSITIONS if move is Move.CERTIFY} == {State.REGISTERED, State.CHANGED}


STEPS: tuple[Callable[[Desk], SettlementCommand], ...] = (
    lambda desk: SubmitRegistration(CONTRACT, "230101"),
    lambda desk: CompleteFiling(REGISTRATION, "u", form(desk)),
    lambda desk: RequestSupplement(REGISTRATION, FIRST, ("proofs",), "补证明"),
    lambda desk: AnswerSupplement(REGISTRATION, "u", "已补"),
    lambda desk: AcceptRegistration(REGISTRATION, FIRST),
    lambda desk: AnswerReview(REGISTRATION, FIRST, fitting()),
    lambda desk: ClassifyContract(REGISTRATION, FIRST, "assignment"),
    lambda desk: DisputeRegistration(REGISTRATION, FIRST, "权属有争议"),
    lambda desk: give_number(FIRST),
    lambda desk: give_number(SECOND),
    lambda desk: RefuseRegistration(REGISTRATION, SECOND, "材料不全", ("PROOF_MISSING",)),
)


@given(st.lists(st.integers(0, len(STEPS) - 1), max_size=14), st.sampled_from([THRESHOLD - 1, THRESHOLD]))
def test_any_order_of_steps_keeps_to_the_table_and_replays(order: list[int], price_fen: int) -> None:
    """Whatever is asked in whatever order: answered, never broken; nobody reviews alone; the events give the same state."""
    desk = filed(price_fen)
    for step in order:
        desk.ask(STEPS[step](desk))
    for event in desk.happened(ContractRegistered):
        large = price_fen >= THRESHOLD or registration_of(desk).disputed is not None
        assert not large or event.registrar != registration_of(desk).first_registrar
    again = Settlement(BOOK)
    for event_, at in desk.history:
        evolve(again, event_, at)
    assert again == desk.state


def test_the_whole_way_of_a_small_contract() -> None:
    """Accepted, looked at, classified, registered under the office's next number, technology value apart."""
    costs = (Cost("equipment", 20_000_000, "样机"), Cost("parts", 1))
    desk = registered(costs=costs)
    one = registration_of(desk)
    assert (one.state, one.number) == (State.REGISTERED, "2026230001000001")
    assert (one.total_fen, one.technology_fen, one.costs) == (170_000_000, 149_999_999, costs)
    assert [finding.registrar for finding in one.findings.values()] == [FIRST] * len(checklist("assignment"))
    assert (one.filed_on, one.due_on, one.second_review) == ("2026-11-20", "2026-12-11", None)
    assert [version.number for version in one.versions] == [1]


def test_a_total_at_the_threshold_is_looked_at_by_another_person() -> None:
    """4,999,999.99 is registered by one; 5,000,000.00 waits for a second, who may not be the first, with 30 working days."""
    assert registration_of(registered(THRESHOLD - 1)).state is State.REGISTERED
    desk = classified(filed(THRESHOLD))
    (opened,) = desk.happened(SecondReviewOpened)
    assert (opened.cause, opened.threshold_fen, opened.due_on) == ("amount", THRESHOLD, "2027-01-04")
    assert desk.refused(give_number(FIRST)) == "FOUR_EYES"
    assert desk.refused(AnswerReview(REGISTRATION, FIRST, fitting())) == "FOUR_EYES"
    assert desk.refused(RefuseRegistration(REGISTRATION, FIRST, "x")) == "FOUR_EYES"
    desk.ask(AnswerReview(REGISTRATION, SECOND, (Answer("price", True),)))
    desk.ask(give_number(SECOND))
    one = registration_of(desk)
    assert (one.state, one.first_registrar, one.registrar) == (State.REGISTERED, FIRST, SECOND)
    assert desk.happened(ContractRegistered)[0].first_registrar == FIRST


def test_registering_in_one_step_hands_a_large_contract_over() -> None:
    """The first person's number is not given; the second one registers."""
    desk = filed(THRESHOLD)
    events = desk.ask(give_number(FIRST))
    assert isinstance(events[-1], SecondReviewOpened)
    assert desk.refused(give_number(FIRST)) == "FOUR_EYES"
    desk.ask(give_number(SECOND))
    assert registration_of(desk).state is State.REGISTERED


def test_one_step_answers_for_every_open_item() -> None:
    """Who registers at once stands for each item in person; one that was found unfit stops it."""
    desk = filed()
    desk.ask(give_number())
    (answered,) = desk.happened(ReviewAnswered)
    assert answered.summary
    assert {answer.item for answer in answered.answers} == set(checklist("assignment"))
    desk = looked_at(filed(), but=("seals",))
    assert desk.refused(give_number()) == "REVIEW_INCOMPLETE"


def test_a_dispute_opens_the_second_review_whatever_the_amount() -> None:
    """Before the classification it waits for it; after it, it opens at once."""
    desk = filed()
    assert desk.refused(DisputeRegistration(REGISTRATION, FIRST, " ")) == "REASON_INVALID"
    desk.ask(DisputeRegistration(REGISTRATION, FIRST, "权属有争议"))
    classified(desk)
    assert registration_of(desk).state is State.SECOND_REVIEW
    desk = classified(filed())
    desk.ask(DisputeRegistration(REGISTRATION, SECOND, "权属有争议"))
    assert registration_of(desk).second_review == "disputed"
    assert desk.refused(give_number(FIRST)) == "FOUR_EYES"


def test_nothing_is_classified_before_every_item_fits() -> None:
    """An open item and one that does not fit are named; answered anew, it goes on."""
    desk = filed()
    desk.ask(AcceptRegistration(REGISTRATION, FIRST))
    (open_,) = desk.ask(ClassifyContract(REGISTRATION, FIRST, "assignment"))
    assert isinstance(open_, SettlementRefused)
    assert "parties" in open_.detail
    desk.ask(AnswerReview(REGISTRATION, FIRST, fitting(but=("price",))))
    (unfit,) = desk.ask(ClassifyContract(REGISTRATION, FIRST, "assignment"))
    assert isinstance(unfit, SettlementRefused)
    assert unfit.detail.startswith("does not fit: price")
    desk.ask(AnswerReview(REGISTRATION, FIRST, (Answer("price", True),)))
    desk.ask(ClassifyContract(REGISTRATION, FIRST, "assignment"))
    assert registration_of(desk).state is State.CLASSIFIED


def test_another_kind_has_other_questions() -> None:
    """Recognised as a licence, the term has to be looked at as well."""
    desk = looked_at(filed())
    assert desk.refused(ClassifyContract(REGISTRATION, FIRST, "licence")) == "REVIEW_INCOMPLETE"


@pytest.mark.parametrize(
    "answers",
    [
        (),
        (Answer("weather", True),),
        (Answer("term", True),),
        (Answer("price", False, " "),),
        (Answer("price", True), Answer("price", True)),
    ],
)
def test_an_answer_is_about_an_item_of_the_kind(answers: tuple[Answer, ...]) -> None:
    """None at all, an unknown one, another kind's, a No without words, and one twice are refused."""
    desk = filed()
    desk.ask(AcceptRegistration(REGISTRATION, FIRST))
    assert desk.refused(AnswerReview(REGISTRATION, FIRST, answers)) == "REVIEW_ITEM"


def test_costs_above_the_total_are_refused() -> None:
    """The whole total may be cost; a fen more may not, nor an item of nothing."""
    desk = looked_at(filed())
    for cost in (Cost("parts", 170_000_001), Cost("parts", 0), Cost("parts", -1)):
        assert desk.refused(ClassifyContract(REGISTRATION, FIRST, "assignment", (cost,))) == "AMOUNT_INVALID"
    desk.ask(ClassifyContract(REGISTRATION, FIRST, "assignment", (Cost("parts", 170_000_000),)))
    assert registration_of(desk).technology_fen == 0


def test_a_refusal_has_codes_of_the_list() -> None:
    """Stated, or those of the items that do not fit; each once, with words."""
    desk = looked_at(filed(), but=("seals", "price", "costs"))
    assert desk.refused(RefuseRegistration(REGISTRATION, FIRST, "x", ("WHY",))) == "REASON_INVALID"
    assert desk.refused(RefuseRegistration(REGISTRATION, FIRST, " ")) == "REASON_INVALID"
    (refused,) = desk.ask(RefuseRegistration(REGISTRATION, FIRST, "印章不符"))
    assert isinstance(refused, RegistrationRefused)
    assert refused.codes == ("NAME_SEAL_DIFFER", "PRICE_UNCLEAR")
    desk.ask(SubmitRegistration(CONTRACT, "230101"))
    one = registration_of(desk)
    assert (one.state, one.office, one.findings) == (State.SUBMITTED, "哈尔滨市技术合同登记机构", {})
    (stated,) = desk.ask(RefuseRegistration(REGISTRATION, FIRST, "x", (RefuseReason.PROOF_MISSING,) * 2))
    assert isinstance(stated, RegistrationRefused)
    assert stated.codes == ("PROOF_MISSING",)


def test_a_supplement_begins_the_clock_anew() -> None:
    """Asked for by items, answered in words; due fifteen working days after the answer."""
    desk = filed()
    assert desk.refused(RequestSupplement(REGISTRATION, FIRST, ("moon",), "x")) == "REVIEW_ITEM"
    assert desk.refused(RequestSupplement(REGISTRATION, FIRST, ("proofs",), "")) == "REASON_INVALID"
    desk.ask(RequestSupplement(REGISTRATION, FIRST, ("proofs", "added_output_fen"), "请补证明"))
    assert registration_of(desk).state is State.SUPPLEMENT
    assert desk.refused(AcceptRegistration(REGISTRATION, FIRST)) == "REGISTRATION_STATE"
    better = form(desk, added_output_fen=5_000_000)
    assert desk.refused(AnswerSupplement(REGISTRATION, "u", "", better)) == "REASON_INVALID"
    desk.ask(AnswerSupplement(REGISTRATION, "u", "已补", better), noon("2026-12-07"))
    (answered,) = desk.happened(SupplementAnswered)
    assert (answered.answered_on, answered.due_on) == ("2026-12-07", "2026-12-28")
    one = registration_of(desk)
    assert one.state is State.SUBMITTED
    assert one.form == better
    assert (one.supplements[0].answer, one.supplements[0].answered_on) == ("已补", "2026-12-07")


@pytest.mark.parametrize(
    ("on", "region", "due", "clock"),
    [
        ("2026-09-28", "gansu", "2026-10-23", "（征求意见稿）"),  # 1–7 October off, Saturday the 10th at work
        ("2026-02-09", "beijing", "2026-03-13", "北京"),  # 15–23 February off, the 14th and 28th at work
        ("2026-02-09", "gansu", "2026-03-11", "〔2000〕063号"),  # the old measures: thirty calendar days
        ("2026-03-01", "gansu", "2026-03-20", "（征求意见稿）"),
    ],
)
def test_the_clock_counts_working_days_across_the_holidays(
    on: str, region: str, due: str, clock: str
) -> None:
    """The day of the filing not counted, holidays left out, make-up days counted; the rule is that of the day."""
    (submitted,) = filed(on=on, seller=msgspec.structs.replace(UNIVERSITY, region=region)).happened(
        RegistrationSubmitted
    )
    assert submitted.due_on == due
    assert clock in submitted.clock


@pytest.mark.parametrize(
    ("region", "price_fen", "due"),
    [
        ("zhejiang", 1_000_000, "2026-11-30"),
        ("henan", 1_000_000, "2026-12-07"),
        ("beijing", 1_000_000, "2026-12-18"),
        ("tianjin", 1_000_000, "2026-12-04"),
        ("tianjin", 1_000_000_000, "2026-12-04"),
        ("tianjin", 1_000_000_001, "2026-12-21"),
        ("gansu", 1_000_000, "2026-12-11"),
    ],
)
def test_provinces_have_clocks_of_their_own(region: str, price_fen: int, due: str) -> None:
    """Ten and fifteen calendar days that end on a working day, twenty and ten working days, thirty for large transfers."""
    (submitted,) = filed(price_fen, msgspec.structs.replace(UNIVERSITY, region=region)).happened(
        RegistrationSubmitted
    )
    assert submitted.due_on == due


def test_numbers_follow_each_other_without_a_gap() -> None:
    """The next serial of year and office; a number entered by hand is stepped over, and one left out is filled."""
    desk = Desk()
    for number in range(1, 5):
        name = f"T-L{number}-1"
        desk.ask(trade(deposit=None, trade=name))
        for party in (UNIVERSITY, FACTORY):
            desk.ask(sign(desk, party, f"C-{name}"))
    by_hand = {2: "2026230001000002", 3: None, 1: None, 4: "2026230001000009"}
    for number, given_ in by_hand.items():
        desk.ask(RegisterContract(f"TC-T-L{number}-1", given_, FIRST, "2026-11-25"))
    numbers = [desk.state.registrations[f"TC-T-L{number}-1"].number for number in (2, 3, 1, 4)]
    assert numbers == ["2026230001000002", "2026230001000001", "2026230001000003", "2026230001000009"]
    one = desk.state.registrations["TC-T-L1-1"]
    assert proposed_number(desk.state, one, "2026") == "2026230001000004"
    assert proposed_number(desk.state, one, "2027") == "2027230001000001"


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        ("20262300010000A1", "NUMBER_MALFORMED", "'A' at place 15"),
        ("202623000100001", "NUMBER_MALFORMED", "15 digits"),
        ("2026299901000001", "NUMBER_REGION", "the region 2999"),
        ("2025230001000001", "NUMBER_MALFORMED", "the year 2025"),
        (REGISTRATION, "NUMBER_MALFORMED", "'T' at place 1"),
    ],
)
def test_a_wrong_number_says_what_is_wrong(number: str, code: str, words: str) -> None:
    """A letter with its place, the length, the region, the year."""
    (refused,) = signed().ask(register(number))
    assert isinstance(refused, SettlementRefused)
    assert refused.code == code
    assert words in refused.detail


def test_a_field_that_the_trade_does_not_tell_makes_a_draft() -> None:
    """The seller completes the form, then it is filed; a wrong or empty field is named."""
    desk = filed(field="未分类")
    assert registration_of(desk).state is State.DRAFT
    assert desk.refused(AcceptRegistration(REGISTRATION, FIRST)) == "REGISTRATION_STATE"
    assert desk.refused(SubmitRegistration(CONTRACT, "230001")) == "FILING_INCOMPLETE"
    wrong = form(desk, field="magic")
    assert desk.refused(CompleteFiling(REGISTRATION, "u", wrong)) == "FILING_INVALID"
    desk.ask(CompleteFiling(REGISTRATION, "u", form(desk, field="materials")))
    desk.ask(SubmitRegistration(CONTRACT, "410301"))
    one = registration_of(desk)
    assert (one.state, one.office_code) == (State.SUBMITTED, "410301")
    assert one.form is not None
    assert one.form.field == "materials"
    assert desk.refused(CompleteFiling(REGISTRATION, "u", form(desk))) == "REGISTRATION_STATE"


OLD_SUBMITTED = (
    b'{"type":"RegistrationSubmitted","registration":"TC-T-L1-1","contract":"C-T-L1-1","trade":"T-L1-1",'
    b'"office":"\xe9\xbb\x91\xe9\xbe\x99\xe6\xb1\x9f\xe7\x9c\x81\xe6\x8a\x80\xe6\x9c\xaf\xe5\x90\x88\xe5\x90\x8c'
    b'\xe7\x99\xbb\xe8\xae\xb0\xe6\x9c\xba\xe6\x9e\x84","total_fen":170000000}'
)
OLD_REGISTERED = (
    b'{"type":"ContractRegistered","registration":"TC-T-L1-1","contract":"C-T-L1-1","trade":"T-L1-1",'
    b'"number":"2026230101000001","registrar":"registrar","registered_on":"2026-11-25","total_fen":170000000,'
    b'"technology_fen":150000000}'
)
OLD_REFUSED = (
    b'{"type":"RegistrationRefused","registration":"TC-T-L1-1","contract":"C-T-L1-1","trade":"T-L1-1",'
    b'"registrar":"registrar","reason":"\xe6\x9d\x90\xe6\x96\x99\xe4\xb8\x8d\xe5\x85\xa8"}'
)


def read(raw: bytes) -> SettlementEvent:
    """An event as a journal holds it."""
    event: SettlementEvent = msgspec.json.decode(raw, type=SettlementEvent)
    return event


def test_a_journal_from_before_the_desk_replays() -> None:
    """Submitted, refused, submitted, registered as older journals have it: the same end, and it goes on from there."""
    desk = Desk(follow=True)
    desk.ask(trade(deposit=None))
    desk.follow = False
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party))
    for raw in (OLD_SUBMITTED, OLD_REFUSED, OLD_SUBMITTED):
        evolve(desk.state, read(raw), noon("2026-11-20"))
    assert proposed_number(desk.state, registration_of(desk), "2026") == "2026230001000001"
    evolve(desk.state, read(OLD_REGISTERED), noon("2026-11-25"))
    one = registration_of(desk)
    assert (one.state, one.number, one.technology_fen) == (
        State.REGISTERED,
        "2026230101000001",
        150_000_000,
    )
    assert (one.kind, one.due_on, one.versions[0].total_fen) == ("assignment", "", 170_000_000)
    assert desk.state.trades[TRADE].registration == REGISTRATION


def test_an_old_filing_that_waits_is_registered_by_the_new_desk() -> None:
    """Its form is what the trade tells; its office is found by name."""
    desk = Desk(follow=True)
    desk.ask(trade(deposit=None))
    desk.follow = False
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party))
    evolve(desk.state, read(OLD_SUBMITTED), noon("2026-11-20"))
    classified(desk)
    desk.ask(give_number())
    assert registration_of(desk).number == "2026230001000001"
