"""Questions about a listing: asked until the lot opens, answered once for everybody, their asker never shown."""

import pytest

from exchange.demo.steps import CHECKED, NOTICE
from exchange.house.authority import refuse_unauthorised
from exchange.house.command import Command, Denied, Principal
from exchange.house.state import State
from exchange.market import commands as c
from exchange.market import question_messages as q
from exchange.market import questions
from exchange.market.refusals import MarketRefusal
from exchange.market.state import ListingState, Market
from settlement.state import Settlement
from tests.exchange.house.running import RULEBOOK
from tests.exchange.market.test_decide import AT, ask, code, market, submit

__all__ = ["market"]


def question(id_: str = "Q-1", text: str = "样机在哪里？", asker: str = "u-jia") -> q.AskQuestion:
    """A question about the listing under notice."""
    return q.AskQuestion(id_, "A2", text, asker, "jia")


def reply(id_: str = "Q-1", seller: str = "university") -> q.AnswerQuestion:
    """Its answer."""
    return q.AnswerQuestion(id_, "A2", seller, "在郑州。", "u-university")


@pytest.fixture
def noticed(market: Market) -> Market:
    """A market with a second listing under notice."""
    ask(market, submit("A2"))
    ask(market, c.AdmitListing("A2", NOTICE, CHECKED))
    return market


def test_a_question_is_public_with_its_answer(noticed: Market) -> None:
    """Asked it waits for the seller; answered everybody reads it, once; withheld nobody does."""
    ask(noticed, question())
    known = noticed.questions["Q-1"]
    assert known.number == 1
    assert questions.of_listing(noticed, "A2") == [known]
    seller = noticed.listings["A2"].seller
    assert questions.waiting_for(noticed, seller) == [known]
    assert [one.public for one in questions.of_listing(noticed, "A2")] == [False]
    ask(noticed, reply(seller=seller))
    assert [one.public for one in questions.of_listing(noticed, "A2")] == [True]
    assert code(ask(noticed, reply(seller=seller))) == MarketRefusal.QUESTION_ANSWERED
    ask(noticed, q.WithholdQuestion("Q-1", "涉及商业秘密", "u-op"))
    assert [one.public for one in questions.of_listing(noticed, "A2")] == [False]
    assert code(ask(noticed, q.WithholdQuestion("Q-1", "x", "u-op"))) == MarketRefusal.QUESTION_UNKNOWN


@pytest.mark.parametrize("text", ["", "   ", "长" * (questions.TEXT_MAX + 1)])
def test_a_question_says_something(noticed: Market, text: str) -> None:
    """Nothing, and too much, is no question."""
    assert code(ask(noticed, question(text=text))) == MarketRefusal.QUESTION_TEXT


def test_one_account_waits_for_its_answers(noticed: Market) -> None:
    """A sixth question of the same account has to wait; another account's has not."""
    for n in range(questions.WAITING_MAX):
        ask(noticed, question(f"Q-{n}"))
    assert code(ask(noticed, question("Q-9"))) == MarketRefusal.QUESTION_LIMIT
    ask(noticed, question("Q-9", asker="u-yi"))
    assert noticed.questions["Q-9"].number == questions.WAITING_MAX + 1


def test_another_seller_does_not_answer(noticed: Market) -> None:
    """To another organisation the question does not exist."""
    ask(noticed, question())
    assert code(ask(noticed, reply(seller="jia"))) == MarketRefusal.QUESTION_UNKNOWN


def test_a_withdrawn_listing_takes_no_questions(noticed: Market) -> None:
    """What is no longer offered is not asked about."""
    noticed.listings["A2"].state = ListingState.WITHDRAWN
    assert code(ask(noticed, question())) == MarketRefusal.QUESTION_CLOSED


def test_whoever_asks_and_answers_does_it_in_the_own_name(noticed: Market) -> None:
    """Another's name is refused, the seller does not ask itself, a stranger does not answer, nobody unsigned asks."""
    state = State(Settlement(RULEBOOK))
    state.market = noticed
    seller = noticed.listings["A2"].seller

    def may(principal: Principal, body: object) -> str:
        try:
            refuse_unauthorised(Command("x", principal, body), state, AT)  # type: ignore[arg-type]
        except Denied as denied:
            return denied.code
        return ""

    jia = Principal("u-jia", "jia", frozenset({"bidder"}))
    own = Principal("u-s", seller, frozenset({"seller"}))
    assert may(jia, question()) == ""
    assert may(jia, question(asker="u-yi")) == "FORBIDDEN"
    assert may(Principal("public", None, frozenset({"public"})), question(asker="public")) == "FORBIDDEN"
    mine = q.AskQuestion("Q-2", "A2", "?", "u-s", seller)
    assert may(own, mine) == "BID_CONFLICT_OF_INTEREST"
    assert may(own, q.AnswerQuestion("Q-1", "A2", seller, "在", "u-s")) == ""
    assert may(jia, q.AnswerQuestion("Q-1", "A2", seller, "在", "u-jia")) == "FORBIDDEN"
    assert may(jia, q.WithholdQuestion("Q-1", "x", "u-jia")) == "FORBIDDEN"
