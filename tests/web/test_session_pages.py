"""Setting a session by form: each mechanism with only its fields, several lots, ranks, and the terms in words first."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.demo.data import load
from exchange.demo.steps import NOTICE, Steps
from matching_engine.lifecycle import LifecycleState
from matching_engine.terms import DAY, HOUR, MINUTE, Extension, Mechanism, Rung
from settlement.dates import shanghai_time
from tests.web.running import Web, key
from tests.web.served import whole_web
from tests.web.test_pages import Page, get, post
from web.pages.session_form import FIELDS

PREVIEW, SET, TERMS = ("/operator/sessions/preview", "/operator/sessions/new", "/operator/sessions/terms")


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application, with two listings that may be put up."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        steps = Steps(running.exchange.own_house, key())
        await steps.enrol()
        for listing, achievement in zip(("A1", "A2"), load(), strict=False):
            await steps.offer(listing, achievement)
        await running.pass_time(NOTICE)
        yield running


def local(at: int) -> str:
    """An instant as a browser's field has it."""
    return f"{shanghai_time(at):%Y-%m-%dT%H:%M}"


def filled(web: Web, mechanism: Mechanism, n: int = 1) -> dict[str, str]:
    """Fitting values for every field that a mechanism has."""
    now = web.clock.now()
    values = {
        "opening": "1,600,000.00",
        "deposit": "160000",
        "opens": local(now + 2 * DAY),
        "closes": local(now + 4 * DAY),
        "steps": "0: 80000\n2000000: 100000",
        "trigger": "5",
        "length": "10",
        "clock_step": "10000",
        "clock_every": "5",
        "floor": "1000000",
        "quantity": "2",
        "weights": "price 60\ntechnology 40",
        "min_bidders": "1",
    }
    return {f"{name}-{n}": values[name] for name in FIELDS[mechanism] if name in values}


async def step(
    web: Web, form: dict[str, str], status: int = 200, query: str = "lot-A1=english"
) -> tuple[Page, Page]:
    """The page of the terms, and what the preview answers to it filled in."""
    operator = await web.signed_in("operator")
    page = await get(operator, f"{TERMS}?{query}")
    answer, _ = await post(operator, PREVIEW, {**page.forms[PREVIEW], "title": "专场", **form}, status)
    return page, answer


async def confirm(web: Web, preview: Page) -> None:
    """Set what was previewed, as the operator signed in again."""
    operator = await web.signed_in("operator")
    token = (await get(operator, f"{TERMS}?lot-A1=english")).forms[PREVIEW]["csrf"]
    _, place = await post(operator, SET, {**preview.forms[SET], "csrf": token})
    assert place == "/calendar"


@pytest.mark.parametrize("mechanism", list(Mechanism))
async def test_each_mechanism_by_form(web: Web, mechanism: Mechanism) -> None:
    """Only its own fields are asked; previewed nothing is journaled; confirmed, the lot stands under those terms."""
    page, answer = await step(web, filled(web, mechanism), query=f"lot-A1={mechanism}")
    asked = {name.rpartition("-")[0] for name in page.forms[PREVIEW] if name.endswith("-1")}
    assert asked - {"window"} == set(FIELDS[mechanism])
    assert not web.exchange.house.view.lots
    assert "¥1,600,000.00" in " ".join(answer.words)
    await confirm(web, answer)
    (lot,) = web.exchange.house.view.lots.values()
    assert (lot.terms.mechanism, lot.state) == (mechanism, LifecycleState.ANNOUNCED)
    assert lot.terms.opening_price_fen == 160_000_000
    assert (lot.terms.direction == "buy") is (mechanism is Mechanism.CHALLENGE)


async def test_who_keeps_sealed_bids_closed_is_chosen(web: Web) -> None:
    """Asked where a lot is sealed and only there; the choice stands in the session."""
    form = {**filled(web, Mechanism.SEALED_FIRST_PRICE), "custody": "two_officials"}
    page, answer = await step(web, form, query="lot-A1=sealed_first_price")
    assert "custody" in page.forms[PREVIEW]
    await confirm(web, answer)
    (session,) = web.exchange.house.view.market.sessions.values()
    assert session.sealed_custody == "two_officials"
    operator = await web.signed_in("operator")
    assert "custody" not in (await get(operator, f"{TERMS}?lot-A1=english")).forms[PREVIEW]


async def test_several_lots_with_holders_and_a_ladder(web: Web) -> None:
    """Two lots of one session: ranks, both ways to exercise, a window, rungs, extension and free bidding arrive."""
    now = web.clock.now()
    form = {
        **filled(web, Mechanism.ENGLISH),
        **filled(web, Mechanism.DUTCH, 2),
        "opens-1": local(now + 5 * DAY),
        "closes-1": local(now + 8 * DAY),
        "free_until-1": local(now + 6 * DAY),
        "extensions-1": "3",
        "base-1": "close",
        "increment_rule-1": "multiple",
        "reserve-1": "1800000",
        "holder-1-0": "jia",
        "rank-1-0": "2",
        "exercise-1-0": "after",
        "window-1": "30",
        "holder-1-1": "yi",
        "rank-1-1": "1",
        "exercise-1-1": "live",
    }
    _, answer = await step(web, form, query="lot-A1=english&lot-A2=dutch")
    assert "¥1,800,000.00" in " ".join(answer.words)
    await confirm(web, answer)
    (session,) = web.exchange.house.view.market.sessions.values()
    one, other = (web.exchange.house.view.lots[id_].terms for id_ in session.lots)
    assert one.ladder == (Rung(0, 8_000_000), Rung(200_000_000, 10_000_000))
    assert one.extension == Extension(5 * MINUTE, 10 * MINUTE, "close", 3)
    assert (one.increment_rule, one.reserve_price_fen) == ("multiple", 180_000_000)
    assert one.free_until == now // MINUTE * MINUTE + 6 * DAY
    assert [(holder.rank, holder.exercise) for holder in one.priority] == [(2, "after"), (1, "live")]
    assert one.priority_window == 30 * MINUTE
    assert other.dutch is not None
    assert other.dutch.floor_fen == 100_000_000
    reserved = web.exchange.house.view.market.reserved
    assert {party for _, party in reserved} == {"jia", "yi"}


async def test_every_fault_stands_beside_its_field(web: Web) -> None:
    """All of them at once, and what was typed stays; nothing is journaled."""
    seq = web.exchange.house.view.seq
    wrong = {"opening-1": "zwei", "opens-1": "bald", "steps-1": "", "min_bidders-1": "0", "title": ""}
    _, answer = await step(web, filled(web, Mechanism.ENGLISH) | wrong, 422)
    assert {name for name, text in answer.wrong.items() if text} >= set(wrong)
    assert answer.forms[PREVIEW]["deposit-1"] == "160000"
    assert web.exchange.house.view.seq == seq


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"rule_set": "AUCTION_LAW"}, "opens-1"),
        ({"deposit-1": "1"}, "deposit-1"),
        ({"holder-1-0": "nobody", "rank-1-0": "1"}, "holder-1"),
        ({"cutoff": "30"}, "cutoff"),
        ({"free_until-1": "2030-01-01T00:00"}, "free_until-1"),
    ],
)
async def test_what_the_house_would_refuse_is_said_in_the_preview(
    web: Web, other: dict[str, str], field: str
) -> None:
    """With the figure and the rule, beside the field, before anything is journaled."""
    seq = web.exchange.house.view.seq
    operator = await web.signed_in("operator")
    page = await get(operator, f"{TERMS}?lot-A1=english")
    form = {**page.forms[PREVIEW], "title": "专场", **filled(web, Mechanism.ENGLISH), **other}
    answer = await operator.post(PREVIEW, data=form, headers={"accept": "text/html"})
    assert answer.status_code in (404, 409, 422), answer.text
    assert Page(answer.text).wrong[field]
    assert web.exchange.house.view.seq == seq


async def test_an_hour_of_bids_is_too_short_for_the_auction_law(web: Web) -> None:
    """The page says so in Chinese, with the article."""
    now = web.clock.now()
    times = {"opens-1": local(now + 10 * DAY), "closes-1": local(now + 10 * DAY + HOUR)}
    _, answer = await step(web, {**filled(web, Mechanism.ENGLISH), **times, "rule_set": "AUCTION_LAW"}, 409)
    assert "24" in answer.wrong["closes-1"]
    assert "第二十条" in answer.wrong["closes-1"]
