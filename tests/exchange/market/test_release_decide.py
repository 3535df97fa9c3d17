"""A result on its way: told once, answered, asked again, frozen, published, followed; each refusal with its code."""

from datetime import date, timedelta

import msgspec
import pytest

from exchange.market import release_commands as c
from exchange.market import release_events as e
from exchange.market.commands import MarketCommand
from exchange.market.decide import Ask, decide
from exchange.market.events import MarketEvent, MarketRefused
from exchange.market.evolve import evolve
from exchange.market.release_batch import CONSENT_WITHDRAWN, batch_id, digest_of
from exchange.market.release_clock import ANSWER_WORKING_DAYS
from exchange.market.release_state import Case, Stage
from exchange.market.release_terms import Answer, BatchLine, FellOut, NoticeKind, Recipient
from exchange.market.state import Market
from exchange.market.unconverted import Clock, Mode
from matching_engine.terms import DAY
from settlement.dates import end_of_day, shanghai_date
from settlement.working_days import working_days_between

NOW = 1_772_413_200_000_000
TODAY = shanghai_date(NOW)
LAST, FROM = TODAY - timedelta(days=1), TODAY
CONSENT = Answer("consent", contact="成果办 010-1", price_idea_fen=500)
PROOF = Answer("converted", mode=Mode.LICENCE, converted_on=TODAY, evidence="合同1号")
LATER = Answer("defer", reasons="中试", deferred_until=TODAY + timedelta(days=90))
NO = Answer("decline", reasons="不便")


class Desk:
    """A market to which commands are put one after the other."""

    def __init__(self) -> None:
        self.market = Market()
        self.at = NOW
        self.events: list[MarketEvent] = []

    def ask(self, body: MarketCommand) -> str | None:
        """Decide and take in; the code of a refusal."""
        made = decide(self.market, body, Ask(self.at, "test"))
        for event in made:
            self.events.append(event)
            evolve(self.market, event)
        last = made[-1] if made else None
        return last.code if isinstance(last, MarketRefused) else None

    def case(self, id_: str = "A") -> Case:
        """A result's case."""
        return self.market.releases.cases[id_]

    def notify(self, id_: str = "A", kind: NoticeKind = "T0") -> None:
        """A notice goes out."""
        told = (Recipient("results_office", "大学", "university"),)
        assert self.ask(c.NotifyRelease(id_, "university", kind, Clock.ACCEPTED_ON, LAST, FROM, told)) is None

    def answer(self, answer: Answer, id_: str = "A", holder: str = "university") -> str | None:
        """The holder answers."""
        return self.ask(c.AnswerRelease(id_, holder, answer, "anna"))

    def consented(self, *ids: str) -> None:
        """Told, and consented to."""
        for id_ in ids:
            self.notify(id_)
            assert self.answer(CONSENT, id_) is None

    def freeze(self, *ids: str, batch: str = "") -> str | None:
        """The list of the quarter with these results."""
        body = c.FreezeBatch(
            batch or batch_id("LY", TODAY), TODAY, tuple(line(id_) for id_ in ids), {}, "00", "op1"
        )
        return self.ask(body)

    def publish(self, *out: FellOut) -> e.BatchPublished:
        """Publish; the event."""
        assert self.ask(c.PublishBatch(batch_id("LY", TODAY), out, "op2")) is None
        event = self.events[-1]
        assert isinstance(event, e.BatchPublished)
        return event


def line(id_: str, since: date = FROM) -> BatchLine:
    """A line of a batch."""
    return BatchLine(
        id_, f"成果{id_}", "university", "大学", "技术开发和产业化", "农业", 6, "中试", None, "成果办",
        Clock.ACCEPTED_ON, LAST, since, "00",
    )  # fmt: skip


@pytest.fixture
def desk() -> Desk:
    """An empty market."""
    return Desk()


def test_a_notice_goes_out_once(desk: Desk) -> None:
    """The same notice again makes no event; only the last one begins the term of fifteen working days."""
    desk.notify(kind="T-60")
    assert (desk.case().stage, desk.case().answer_until) == (Stage.ANNOUNCED, None)
    desk.notify(kind="T0")
    desk.notify(kind="T0")
    assert [one.kind for one in desk.case().notices] == ["T-60", "T0"]
    until = desk.case().answer_until
    assert until is not None
    assert working_days_between(TODAY, shanghai_date(until)) == ANSWER_WORKING_DAYS
    assert desk.market.releases.due == {"A": until + 1}


def test_silence_is_no_consent(desk: Desk) -> None:
    """When the term is over it is recorded once, and nothing is released; a late consent still counts for the next list."""
    desk.notify()
    assert desk.ask(c.AdvanceRelease("A")) is None
    assert desk.case().stage is Stage.DUE
    desk.at += 40 * DAY
    desk.ask(c.AdvanceRelease("A"))
    desk.ask(c.AdvanceRelease("A"))
    assert desk.case().stage is Stage.UNANSWERED
    assert sum(isinstance(event, e.ReleaseLapsed) for event in desk.events) == 1
    assert desk.freeze("A") == "RELEASE_STATE"
    assert desk.answer(CONSENT) is None
    assert isinstance(desk.events[-1], e.ReleaseAnswered)
    assert desk.events[-1].in_time is False
    assert desk.freeze("A") is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Answer("consent"), "contact"),
        (msgspec.structs.replace(PROOF, evidence=" "), "evidence"),
        (msgspec.structs.replace(PROOF, mode=Mode.LISTING), "mode"),
        (msgspec.structs.replace(PROOF, converted_on=TODAY + timedelta(days=1)), "converted_on"),
        (msgspec.structs.replace(LATER, reasons=""), "reasons"),
        (msgspec.structs.replace(LATER, deferred_until=TODAY), "deferred_until"),
        (msgspec.structs.replace(LATER, deferred_until=TODAY + timedelta(days=367)), "deferred_until"),
        (msgspec.structs.replace(NO, reasons="x" * 2001), "reasons"),
    ],
)
def test_an_answer_is_whole(desk: Desk, wrong: Answer, field: str) -> None:
    """What is missing is named."""
    desk.notify()
    assert desk.answer(wrong) == "RELEASE_ANSWER"
    refused = desk.events[-1]
    assert isinstance(refused, MarketRefused)
    assert refused.detail.startswith(field)


def test_only_its_holder_answers(desk: Desk) -> None:
    """To anybody else, and before any notice, there is nothing to answer."""
    assert desk.answer(CONSENT) == "RELEASE_UNKNOWN"
    desk.notify()
    assert desk.answer(CONSENT, holder="jia") == "RELEASE_UNKNOWN"


def test_declines_are_counted(desk: Desk) -> None:
    """Declining twice counts twice, and consent afterwards takes none of it back."""
    desk.notify()
    assert [desk.answer(NO), desk.answer(NO), desk.answer(CONSENT)] == [None] * 3
    assert (desk.case().declines, desk.case().stage) == (2, Stage.CONSENTED)


@pytest.mark.parametrize(("said", "stage"), [(PROOF, Stage.CONVERTED), (LATER, Stage.DEFERRED)])
def test_the_exchange_looks_at_proofs_and_reasons(desk: Desk, said: Answer, stage: Stage) -> None:
    """Not enough: a new term. Enough: converted, or deferred. A reason is always given."""
    desk.notify()
    assert desk.ask(c.RuleReleaseAnswer("A", True, "可", "op1")) == "RELEASE_STATE"
    assert desk.answer(said) is None
    assert desk.market.releases.due == {}
    assert desk.ask(c.RuleReleaseAnswer("A", True, " ", "op1")) == "REASONS_MISSING"
    assert desk.ask(c.RuleReleaseAnswer("A", False, "看不清", "op1")) is None
    assert desk.case().stage is Stage.DUE
    assert "A" in desk.market.releases.due
    assert desk.answer(said) is None
    assert desk.ask(c.RuleReleaseAnswer("A", True, "属实", "op1")) is None
    assert desk.case().stage is stage


def test_after_a_deferral_the_holder_is_asked_again(desk: Desk) -> None:
    """On the day after the deferral's last a new term begins."""
    desk.notify()
    desk.answer(LATER)
    desk.ask(c.RuleReleaseAnswer("A", True, "属实", "op1"))
    assert LATER.deferred_until is not None
    due = desk.market.releases.due["A"]
    assert due == end_of_day(LATER.deferred_until) + 1
    desk.at = due
    assert desk.ask(c.AdvanceRelease("A")) is None
    assert desk.case().stage is Stage.DUE
    assert desk.case().answer_until == desk.market.releases.due["A"] - 1


def test_a_list_needs_consent_and_its_own_quarter(desk: Desk) -> None:
    """Empty, of another quarter, of tomorrow, twice, or without consent: refused with its code."""
    desk.consented("A")
    desk.notify("B")
    assert desk.freeze() == "BATCH_EMPTY"
    assert desk.freeze("A", batch="LY-2031Q1") == "BATCH_CUTOFF"
    assert desk.freeze("A", batch="../2026") == "BATCH_CUTOFF"
    assert desk.freeze("A", "B") == "RELEASE_STATE"
    assert desk.freeze("A", "A") == "RELEASE_STATE"
    tomorrow = TODAY + timedelta(days=1)
    early = c.FreezeBatch(batch_id("LY", tomorrow), tomorrow, (line("A"),), {}, "00", "op1")
    assert desk.ask(early) == "BATCH_CUTOFF"
    assert desk.freeze("A") is None
    assert desk.freeze("A") == "BATCH_EXISTS"


def test_a_batch_is_published_at_one_instant_in_its_order(desk: Desk) -> None:
    """Those that wait longest first, then by id, however they came; the digest is that of the lines."""
    desk.consented("A", "B", "C")
    body = c.FreezeBatch(
        batch_id("LY", TODAY),
        TODAY,
        (line("C"), line("A"), line("B", FROM - timedelta(days=9))),
        {},
        "0",
        "op1",
    )
    assert desk.ask(body) is None
    made = desk.publish()
    assert [one.achievement for one in made.lines] == ["B", "A", "C"]
    assert (made.digest, made.at) == (digest_of(made.lines), NOW)
    assert desk.ask(c.PublishBatch(made.batch, (), "op2")) == "BATCH_STATE"
    assert desk.ask(c.PublishBatch("LY-1999Q1", (), "op2")) == "BATCH_UNKNOWN"
    assert {desk.case(id_).stage for id_ in "ABC"} == {Stage.PUBLISHED}


def test_what_fell_out_is_named_with_its_reason_but_for_secrets(desk: Desk) -> None:
    """A consent taken back and a failed test are shown; what is secret now is only a number."""
    desk.consented("A", "B", "C", "D")
    assert desk.freeze("A", "B", "C", "D") is None
    assert desk.answer(CONSENT, "B") == "RELEASE_STATE"
    assert desk.answer(NO, "B") is None
    made = desk.publish(FellOut("C", "IN_TRIAL"), FellOut("D", "SECRET"), FellOut("X", "BLOCKED"))
    assert [one.achievement for one in made.lines] == ["A"]
    assert made.fell_out == (FellOut("B", CONSENT_WITHDRAWN), FellOut("C", "IN_TRIAL"))
    assert made.hidden == 1
    assert [desk.case(id_).stage for id_ in "ABC"] == [Stage.PUBLISHED, Stage.DECLINED, Stage.CONSENTED]


def test_what_nobody_bought_goes_on_as_its_holder_says(desk: Desk) -> None:
    """Into the next batch under the same consent, or to an open licence; not before it was published."""
    desk.consented("A", "B")
    follow = c.FollowRelease("A", "university", "next_batch", "anna")
    assert desk.ask(follow) == "RELEASE_STATE"
    desk.freeze("A", "B")
    desk.publish()
    assert desk.ask(msgspec.structs.replace(follow, holder="jia")) == "RELEASE_UNKNOWN"
    assert desk.ask(follow) is None
    assert (desk.case("A").stage, desk.case("A").batches) == (Stage.CONSENTED, [batch_id("LY", TODAY)])
    assert desk.ask(msgspec.structs.replace(follow, achievement="B", choice="open_licence")) is None
    assert desk.case("B").stage is Stage.OPEN_LICENCE
    assert desk.ask(msgspec.structs.replace(follow, achievement="B")) is None
    assert desk.case("B").stage is Stage.CONSENTED


def test_a_conversion_ends_the_way_and_its_end_begins_it_anew(desk: Desk) -> None:
    """Converted results are asked nothing; if the conversion is undone, the notice goes out again."""
    desk.notify()
    assert desk.ask(c.CloseRelease("A", "CONVERTED_LATE")) is None
    assert (desk.case().stage, desk.market.releases.due) == (Stage.CONVERTED, {})
    made = len(desk.events)
    desk.ask(c.CloseRelease("A", "CONVERTED_LATE"))
    assert len(desk.events) == made
    desk.notify()
    assert desk.case().stage is Stage.DUE


def test_a_day_is_recorded_once(desk: Desk) -> None:
    """The same day, or an earlier one, changes nothing."""
    for day in (TODAY, TODAY, TODAY - timedelta(days=1)):
        desk.ask(c.RecordScan(day, 3, {"SECRET": 1}, "a", "b"))
    assert sum(isinstance(event, e.ReleaseScanned) for event in desk.events) == 1
