"""A listing whose achievement became secret: a canary word in it stands on no public page, answer, feed or log any more."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from exchange.market.listing_state import ListingState
from exchange.market.unconverted import Secrecy
from matching_engine.lifecycle import LifecycleState
from matching_engine.terms import DAY, HOUR
from tests.web.asking import post, refusal
from tests.web.running import Web
from tests.web.served import whole_web
from tests.web.test_api_market import (
    ACHIEVEMENT,
    OPENING,
    admission,
    enrol,
    lot_of,
    made,
    session_of,
)
from tests.web.test_pages import fill, get
from web.i18n import speech
from web.withheld import follow

CANARY = "金丝雀"
PUBLIC = (
    "/",
    "/listings",
    "/calendar",
    "/calendar.ics",
    "/achievements",
    f"/achievements?q={CANARY}",
    "/agreements",
    f"/?q={CANARY}",
    "/api/v1/listings",
    "/api/v1/lots",
    f"/api/v1/lots?q={CANARY}",
    "/api/v1/sessions",
    "/api/v1/achievements",
    f"/api/v1/achievements?q={CANARY}",
    "/api/v1/agreements",
)


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application, pages and REST."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        yield running


async def noticed(web: Web) -> str:
    """A listing under notice whose every text has the canary in it."""
    await enrol(web, "university")
    seller, operator = await web.signed_in("university"), await web.signed_in("operator")
    body = {**ACHIEVEMENT, "title": f"{CANARY}合金", "abstract": f"一种{CANARY}合金。"}
    row = made(await post(seller, "achievements", body))
    listing = made(await post(seller, "listings", {"achievement": row, "price_idea_fen": OPENING}))
    made(await post(operator, f"listings/{listing}/admission", admission(7)))
    return listing


async def becomes_secret(web: Web, listing: str) -> None:
    """The holder's reviewer finds it secret, and the register says so."""
    achievements = web.exchange.registers.achievements
    row = await achievements.get(web.exchange.house.view.market.listings[listing].achievement)
    assert row is not None
    await achievements.change(msgspec.structs.replace(row, secrecy=Secrecy.STATE_SECRET), "university", 1)
    assert await follow(web.exchange, [row.id]) == [listing]
    await web.exchange.own_house.settled()


async def seen(web: Web, *more: str) -> list[str]:
    """The public addresses that show the canary to a visitor and to a bidder."""
    found = []
    for client in (web.client(), await web.signed_in("jia")):
        for path in (*PUBLIC, *more):
            accept = "application/json" if path.startswith("/api") else "text/html"
            answer = await client.get(path, headers={"accept": accept})
            shown = answer.text.replace(f'value="{CANARY}"', "").replace(f"q={CANARY}", "")
            if CANARY in shown:
                found.append(path)
    return found


async def test_a_secret_is_seen_nowhere(web: Web, capsys: pytest.CaptureFixture[str]) -> None:
    """Shown while it was public; afterwards a count is all that is left, and the log holds no word of it."""
    listing = await noticed(web)
    assert {"/", "/listings", "/calendar", "/api/v1/listings"} <= set(await seen(web))
    capsys.readouterr()
    await becomes_secret(web, listing)
    assert await seen(web, f"/listings/{listing}", f"/api/v1/listings/{listing}") == []
    assert (await web.client().get(f"/api/v1/listings/{listing}")).status_code == 404
    page = await get(web.client(), "/listings", 200, **{"accept-language": "zh-CN"})
    assert speech("zh").text("Withheld, and shown to nobody: %(n)s.", n=1) in " ".join(page.words)
    assert CANARY not in capsys.readouterr().out
    assert CANARY in (await (await web.signed_in("university")).get(f"/api/v1/listings/{listing}")).text


@pytest.mark.parametrize("opened", [False, True])
async def test_a_lot_of_a_secret_stands_still_and_is_hidden(web: Web, opened: bool) -> None:
    """Running, it is suspended; not open yet, it ends without a sale. Neither is there for anybody outside."""
    listing = await noticed(web)
    await web.pass_time(7 * DAY)
    operator = await web.signed_in("operator")
    made(await post(operator, "sessions", session_of(lot_of(web, listing))))
    (lot,) = web.exchange.house.view.lots
    if opened:
        await web.pass_time(HOUR)
    assert f"/lots/{lot}" in await seen(web, f"/lots/{lot}", f"/api/v1/lots/{lot}")
    await becomes_secret(web, listing)
    assert await seen(web, f"/lots/{lot}", f"/api/v1/lots/{lot}", f"/api/v1/lots/{lot}/events") == []
    assert (await web.client().get(f"/api/v1/lots/{lot}")).status_code == 404
    state = web.exchange.house.view.lots[lot].state
    assert state is (LifecycleState.SUSPENDED if opened else LifecycleState.CANCELLED)


async def test_restored_only_once_the_register_has_it_as_public(web: Web) -> None:
    """By form: refused while the row is secret, then shown again; a notice that stood still runs on."""
    listing = await noticed(web)
    await web.pass_time(2 * DAY)
    await becomes_secret(web, listing)
    await web.pass_time(30 * DAY)
    operator = await web.signed_in("operator")
    path = f"/operator/listings/{listing}"
    page, _ = await fill(operator, path, f"{path}/restoration", 409, reasons="已解密")
    assert page.wrong["withhold"]
    achievements = web.exchange.registers.achievements
    row = await achievements.get(web.exchange.house.view.market.listings[listing].achievement)
    assert row is not None
    again = msgspec.structs.replace(
        row, secrecy=Secrecy.PUBLIC, secrecy_reviewer="李审", secrecy_reviewed_on=date(2026, 4, 1)
    )
    await achievements.change(again, "university", 2)
    await fill(operator, path, f"{path}/restoration", reasons="已解密")
    one = web.exchange.house.view.market.listings[listing]
    assert (one.state, one.withheld) == (ListingState.NOTICE, "")
    assert one.notice_until == web.clock.now() + 5 * DAY
    assert "/listings" in await seen(web)


async def test_only_an_operator_withholds(web: Web) -> None:
    """By REST, with reasons; the same by form."""
    listing = await noticed(web)
    reasons = {"reasons": "定密"}
    bidder, operator = await web.signed_in("jia"), await web.signed_in("operator")
    assert refusal(await post(bidder, f"listings/{listing}/withholding", reasons)) == (403, "FORBIDDEN")
    assert (await post(operator, f"listings/{listing}/withholding", reasons)).status_code == 201
    assert refusal(await post(operator, f"listings/{listing}/withholding", reasons))[0] == 409
    assert (await post(operator, f"listings/{listing}/restoration", reasons)).status_code == 201
    path = f"/operator/listings/{listing}"
    await fill(operator, path, f"{path}/withholding", reasons="定密")
    assert web.exchange.house.view.market.listings[listing].withheld == "定密"
