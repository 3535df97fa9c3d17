"""Matches over REST and on their page: who sees them, what they say, what is said of them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from exchange.demo.demands import fill_demands
from exchange.market.unconverted import Secrecy
from exchange.matchmaking.daily import run_day
from exchange.matchmaking.score import FULL_POINTS
from settlement.dates import shanghai_date
from tests.exchange.house.running import BEGIN
from tests.web.running import Web
from tests.web.served import whole_web

NEED, SUPPLY = "demo-need-2", "demo-7"


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product over a market whose recommendations of the day are made."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        await fill_demands(running.exchange.registers, BEGIN)
        yield running


async def recommend(web: Web) -> None:
    """Make the recommendations of the day."""
    at = web.clock.now()
    await run_day(web.exchange.registers, web.exchange.house.view, shanghai_date(at), at)


async def matches_of(web: Web, login: str, path: str) -> dict[str, Any]:
    """A page of matches as an account reads it."""
    answer = await (await web.signed_in(login)).get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_demand_finds_its_achievement_with_reasons(web: Web) -> None:
    """The score adds up from its parts and its words, and both directions agree on it."""
    await recommend(web)
    found = await matches_of(web, "yi", f"demands/{NEED}/matches")
    first = found["matches"][0]
    assert (first["achievement"], first["rank"]) == (SUPPLY, 1)
    assert sum(part["points"] for part in first["parts"]) == first["points"] <= FULL_POINTS
    assert sum(term["points"] for term in first["terms"]) == first["parts"][0]["points"]
    back = await matches_of(web, "university", f"achievements/{SUPPLY}/matches")
    assert first["points"] in [one["points"] for one in back["matches"] if one["demand"] == NEED]


async def test_before_the_first_day_there_is_nothing(web: Web) -> None:
    """Not an error: no day, no matches."""
    assert await matches_of(web, "yi", f"demands/{NEED}/matches") == {
        "day": None,
        "scheme": "",
        "lexicon": "",
        "matches": [],
    }
    assert (await matches_of(web, "yi", "recommendations"))["for_demands"] == []


async def test_matches_are_for_their_owner(web: Web) -> None:
    """Another enterprise learns not even that there are some; the operator sees them; nobody signed in, none."""
    await recommend(web)
    for login, status in (("yi", 200), ("jia", 404), ("operator", 200)):
        client = await web.signed_in(login)
        assert (await client.get(f"/api/v1/demands/{NEED}/matches")).status_code == status
    assert (await web.client().get(f"/api/v1/demands/{NEED}/matches")).status_code == 401
    assert (await (await web.signed_in("yi")).get("/api/v1/demands/none/matches")).status_code == 404
    assert (await (await web.signed_in("operator")).get("/api/v1/recommendations")).status_code == 403


async def test_what_became_secret_since_the_morning_is_gone(web: Web) -> None:
    """The list was made before; a reader sees only what may be seen now, on the page as well."""
    await recommend(web)
    registers = web.exchange.registers
    row = await registers.achievements.get(SUPPLY)
    assert row is not None
    secret = msgspec.structs.replace(row, secrecy=Secrecy.STATE_SECRET)
    await registers.achievements.change(secret, "reviewer", BEGIN)
    found = await matches_of(web, "yi", f"demands/{NEED}/matches")
    assert SUPPLY not in [one["achievement"] for one in found["matches"]]
    page = await (await web.signed_in("yi")).get("/matches")
    assert row.title not in page.text


async def test_feedback_is_kept_for_the_organisation(web: Web) -> None:
    """Each side says its own word; a stranger to the match says none; an unknown word is 422."""
    await recommend(web)
    yi = await web.signed_in("yi")
    body = {"demand": NEED, "achievement": SUPPLY, "verdict": "useful"}
    said = await yi.post("/api/v1/recommendations/feedback", json=body)
    assert said.status_code == 204, said.text
    found = await matches_of(web, "yi", "recommendations")
    assert [one["feedback"] for one in found["for_demands"] if one["achievement"] == SUPPLY] == ["useful"]
    theirs = await matches_of(web, "university", "recommendations")
    assert {one["feedback"] for one in theirs["for_achievements"]} == {None}
    jia = await web.signed_in("jia")
    assert (await jia.post("/api/v1/recommendations/feedback", json=body)).status_code == 404
    wrong = await yi.post("/api/v1/recommendations/feedback", json={**body, "verdict": "nice"})
    assert wrong.status_code == 422


@pytest.mark.parametrize(("language", "heading"), [("zh", "为何没有更高"), ("en", "Why not higher")])
async def test_the_page_explains_itself(web: Web, language: str, heading: str) -> None:
    """Both directions for the organisations on both sides, in the reader's language, without a bare code."""
    await recommend(web)
    for login, other in (("yi", "化工或农药废水"), ("university", "农药车间污水")):
        page = await (await web.signed_in(login)).get(f"/matches?lang={language}")
        assert page.status_code == 200
        assert heading in page.text
        assert other in page.text
        for code in ("match_part", "match_note", "TEXT_", "NOT_EVALUATED", "MATURITY_", "PRICE_"):
            assert code not in page.text
    page = await (await web.signed_in("yi")).get("/matches")
    assert f'href="/achievements/{SUPPLY}"' in page.text


async def test_the_form_of_the_page_gives_feedback(web: Web) -> None:
    """A word said with the form is shown as said; one that does not exist is refused."""
    await recommend(web)
    yi = await web.signed_in("yi")
    token = yi.headers["x-csrf-token"]
    form = {"csrf": token, "need": NEED, "supply": SUPPLY, "verdict": "contacted"}
    assert (await yi.post("/matches/feedback", data=form)).status_code == 303
    page = await yi.get("/matches")
    assert 'value="contacted" aria-pressed="true"' in page.text
    assert (await yi.post("/matches/feedback", data={**form, "verdict": "x"})).status_code == 422


async def test_an_open_listing_is_linked(web: Web) -> None:
    """Whoever has the demand can go on to the listing; the sold one is recommended no more."""
    await web.open_lot()
    await fill_demands(web.exchange.registers, BEGIN)
    await recommend(web)
    found = [
        one
        for login in ("jia", "yi", "wu", "bing")
        for one in (await matches_of(web, login, "recommendations"))["for_demands"]
    ]
    listings = {one["achievement"]: one["listing"] for one in found}
    assert set(listings.values()) <= {None, "A1"}
    assert all(listing is None for achievement, listing in listings.items() if achievement != "demo-3")
