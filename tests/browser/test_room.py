"""The live room in real browsers: bids by hand, prices that come by themselves, and what survives a lost line."""

import re

from playwright.async_api import Locator, Page, Route, expect

from exchange.demo.data import load
from exchange.demo.steps import NOTICE, Steps, plan_lot
from exchange.market.commands import LotPlan
from matching_engine.commands import Bid
from matching_engine.terms import HOUR, MINUTE, SECOND, DutchClock, Mechanism, Terms
from tests.browser.conftest import People
from tests.exchange.house.running import LOT, bid, command, open_lot
from tests.web.running import Web
from web.gateway import gateway_of

OPENING, STEP = 160_000_000, 8_000_000
SHORT = 20 * MINUTE
"""Shorter than the idle time of a session, so that those who watch a lot to its end stay signed in."""


def part(page: Page, name: str) -> Locator:
    """A place of the room that its script keeps current."""
    return page.locator(f'[data-f="{name}"]')


async def is_live(page: Page) -> None:
    """Wait until the room's line stands."""
    await expect(part(page, "line")).to_contain_text(re.compile("实时|live"))


async def see(page: Page, name: str, text: str) -> None:
    """Wait until a place of the room says something."""
    await expect(part(page, name)).to_contain_text(text)


async def short_lot(site: Web) -> str:
    """The lot of the tests, open for a short while."""
    await open_lot(site.exchange.own_house, site.clock, ("jia", "yi"), SHORT)
    return LOT


async def test_a_bidder_leads_and_a_watcher_sees_it_without_reloading(site: Web, crowd: People) -> None:
    """Jia signs in and bids by hand; she sees herself lead with a receipt, a visitor elsewhere the price, code and chart."""
    lot = await site.open_lot()
    visitor = await crowd.visitor()
    await visitor.goto(f"/lots/{lot}")
    await is_live(visitor)
    await visitor.evaluate("window.same = true")
    jia = await crowd.member("jia", f"/lots/{lot}")
    await is_live(jia)
    await jia.fill("#amount", "1,600,000.00")
    await jia.keyboard.press("Enter")
    code = site.exchange.house.view.market.code_of(lot, "jia") or ""
    await see(jia, "standing-word", "您领先")
    await see(jia, "answer", "回执")
    await see(visitor, "price", "¥1,600,000.00")
    await see(visitor, "price-name", "当前价")
    await see(visitor, "bids", f"{code} 号领先")
    await expect(visitor.locator('[data-f="history"] tr')).to_have_count(1)
    await expect(visitor.locator('[data-f="chart"] path.line')).to_have_count(1)
    assert await visitor.evaluate("window.same") is True


async def test_two_bidders_outbid_each_other_by_steps(site: Web, crowd: People) -> None:
    """Quick bids rise with the price; who is beaten is told at once, and the least amount is current."""
    lot = await site.open_lot()
    jia = await crowd.member("jia", f"/lots/{lot}")
    yi = await crowd.member("yi", f"/lots/{lot}")
    await is_live(jia)
    await is_live(yi)
    await jia.click('[data-steps="1"]')
    await see(jia, "standing-word", "您领先")
    await expect(yi.locator('[data-steps="2"]')).to_contain_text("¥1,760,000.00")
    await yi.click('[data-steps="2"]')
    await see(yi, "standing-word", "您领先")
    await see(jia, "standing-word", "已被超越")
    await see(jia, "least", "¥1,840,000.00")
    await expect(jia.locator("[data-standing]")).to_have_attribute("data-standing", "outbid")


async def test_a_refusal_stays_in_the_form(site: Web, crowd: People) -> None:
    """Too low: the sentence with the least amount beside the field, which keeps what was typed and has the focus."""
    lot = await site.open_lot()
    jia = await crowd.member("jia", f"/lots/{lot}", locale="en-GB")
    await is_live(jia)
    await jia.fill("#amount", "5")
    await jia.click(".free button")
    wrong = jia.locator(".free #wrong-amount")
    await expect(wrong).to_contain_text("does not reach the opening price")
    await expect(wrong).to_contain_text("¥1,600,000.00")
    await expect(jia.locator("#amount")).to_have_value("5")
    await expect(jia.locator("#amount")).to_be_focused()
    await jia.fill("#amount", "abc")
    await jia.click(".free button")
    await expect(wrong).to_contain_text("Write an amount above nought")


async def test_a_slip_must_be_confirmed(site: Web, crowd: People) -> None:
    """Above ten times the price the box appears; ticked, the bid is made."""
    lot = await site.open_lot()
    jia = await crowd.member("jia", f"/lots/{lot}")
    await is_live(jia)
    await jia.fill("#amount", "16000001")
    await jia.click(".free button")
    await expect(jia.locator("[name=confirm]")).to_be_visible()
    await jia.check("[name=confirm]")
    await jia.click(".free button")
    await see(jia, "standing-word", "您领先")


async def test_a_maximum_bids_for_its_owner(site: Web, crowd: People) -> None:
    """With a maximum the exchange answers a rival; the owner goes on leading and sees its maximum, the rival does not."""
    lot = await site.open_lot()
    jia = await crowd.member("jia", f"/lots/{lot}")
    await is_live(jia)
    await jia.click(".free summary")
    await jia.fill("#amount", "1600000")
    await jia.fill("#max", "3000000")
    await jia.click(".free button")
    await see(jia, "standing-max", "¥3,000,000.00")
    yi = await crowd.member("yi", f"/lots/{lot}")
    await is_live(yi)
    await yi.click('[data-steps="5"]')
    await see(yi, "standing-word", "已被超越")
    await see(jia, "standing-word", "您领先")
    await see(jia, "price", "¥2,080,000.00")
    assert "3,000,000" not in await yi.content()


async def test_entering_and_the_deposit_open_the_forms(site: Web, crowd: People) -> None:
    """Bing enters by a click, reads what to pay, and can bid as soon as the bank has told of the money."""
    lot = await site.open_lot()
    bing = await crowd.member("bing", f"/lots/{lot}")
    await bing.click("button:has-text('报名参加')")
    code = ""
    await see(bing, "deposit", "D-L1-")
    await is_live(bing)
    await site.exchange.own_house.settled()  # the deposit is called in the commit after the entry
    await Steps(site.exchange.own_house, "pay").pay_deposit("bing", lot)
    code = site.exchange.house.view.market.code_of(lot, "bing") or ""
    await see(bing, "standing-code", code)
    await expect(bing.locator("#amount")).to_be_visible()
    await bing.click('[data-steps="1"]')
    await see(bing, "standing-word", "您领先")


async def test_a_lost_line_comes_back_with_what_was_missed(site: Web, crowd: People) -> None:
    """The house lets the socket go; bids fall meanwhile; the room comes back by itself and has every one."""
    lot = await site.open_lot()
    visitor = await crowd.visitor()
    await visitor.goto(f"/lots/{lot}")
    await is_live(visitor)
    hub = gateway_of(site.app).hub
    for watcher in list(hub.watchers):
        watcher.close(1012, "RESTART", 500)
    for n, login in enumerate(("jia", "yi", "jia")):
        await bid(site.exchange.house, login, OPENING + n * STEP)
    await see(visitor, "price", "¥1,760,000.00")
    await expect(visitor.locator('[data-f="history"] tr')).to_have_count(3)
    await is_live(visitor)


async def test_a_command_is_repeated_until_it_is_answered(site: Web, crowd: People) -> None:
    """The line falls between the bid and its answer: the same id goes over the next socket, and one bid stands."""
    lot = await site.open_lot()
    jia = await crowd.member("jia", f"/lots/{lot}")
    await is_live(jia)
    await jia.evaluate(
        """() => {
            const send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (text) {
                send.call(this, text);
                if (!window.cut && JSON.parse(text).t === "bid") { window.cut = true; this.onmessage = null; this.close(); }
            };
        }"""
    )
    await jia.click('[data-steps="1"]')
    await see(jia, "answer", "回执")
    assert await jia.evaluate("window.cut") is True
    assert site.exchange.house.view.lots[lot].accepted == 1


async def test_suspension_and_resumption_are_seen_at_once(site: Web, crowd: People) -> None:
    """The banner with its reason, a clock that stands still, and both gone when the lot goes on."""
    lot = await site.open_lot()
    visitor = await crowd.visitor()
    await visitor.goto(f"/lots/{lot}")
    await is_live(visitor)
    operator = await crowd.member("operator", "/operator")
    await operator.click("summary:has-text('暂停')")
    await operator.fill(f"#reason-{lot}", "线路检修")
    await operator.click("button:has-text('暂停标的')")
    await see(visitor, "suspended", "线路检修")
    stood = await part(visitor, "countdown").inner_text()
    await visitor.wait_for_timeout(1300)
    assert await part(visitor, "countdown").inner_text() == stood
    await operator.click("button:has-text('恢复')")
    await expect(part(visitor, "suspended")).to_be_hidden()
    await see(visitor, "state", "竞价中")


async def test_the_countdown_follows_the_clock_of_the_house(site: Web, crowd: People) -> None:
    """The browser's own clock is hours off and in another zone; the countdown is right, with its error beside it."""
    lot = await site.open_lot()
    visitor = await crowd.visitor()
    await visitor.goto(f"/lots/{lot}")
    await is_live(visitor)
    await see(visitor, "error", "±")
    await see(visitor, "ends", "UTC+8")
    shown = await part(visitor, "countdown").inner_text()
    hours, minutes, seconds = (int(one) for one in shown.split(":"))
    closes_at = site.exchange.house.view.lots[lot].closes_at
    assert closes_at is not None
    left = (closes_at - site.clock.now()) // SECOND
    assert abs(hours * 3600 + minutes * 60 + seconds - left) <= 2


async def test_the_hammer_falls_in_every_browser(site: Web, crowd: People) -> None:
    """Winner, loser and visitor see the banner without reloading; only the winner gets the way to the trade."""
    lot = await short_lot(site)
    await bid(site.exchange.house, "jia", OPENING)
    await bid(site.exchange.house, "yi", OPENING + STEP)
    yi = await crowd.member("yi", f"/lots/{lot}")
    jia = await crowd.member("jia", f"/lots/{lot}")
    visitor = await crowd.visitor()
    await visitor.goto(f"/lots/{lot}")
    for page in (yi, jia, visitor):
        await is_live(page)
    await site.pass_time(SHORT)
    for page in (yi, jia, visitor):
        await see(page, "ended", "¥1,680,000.00")
        await expect(part(page, "clock")).to_be_hidden()
    await see(yi, "standing-word", "您已成交")
    await see(jia, "standing-word", "未成交")
    await expect(jia.locator('[data-f="trades"] a')).to_have_count(0)
    await yi.click('[data-f="trades"] a')
    await expect(yi.locator("h1")).to_have_text(load()[0].title)
    assert yi.url.endswith("/trades/T-L1-1")


async def test_signing_out_elsewhere_ends_the_room(site: Web, crowd: People) -> None:
    """The line says that one has signed out, and does not come back as somebody else."""
    lot = await site.open_lot()
    jia = await crowd.member("jia", f"/lots/{lot}")
    await is_live(jia)
    other = await jia.context.new_page()
    await other.goto("/")
    await other.click("button:has-text('退出登录')")
    await see(jia, "line", "已退出登录")


async def test_bidding_works_without_a_script(site: Web, crowd: People) -> None:
    """Scripts off: the form bids, the page that comes back shows the lead and the receipt."""
    lot = await site.open_lot()
    jia = await crowd.member("jia", f"/lots/{lot}", java_script_enabled=False)
    await jia.fill("#amount", "1600000")
    await jia.click(".free button")
    await expect(jia.locator(".standing")).to_contain_text("您领先")
    await expect(jia.locator('[data-f="done"]')).to_contain_text("回执")


async def test_the_market_is_kept_current(site: Web, crowd: People) -> None:
    """The list shows a new price and the hammer without reloading."""
    lot = await site.open_lot()
    visitor = await crowd.visitor()
    await visitor.goto("/")
    row = visitor.locator(f'tr[data-lot="{lot}"]')
    await bid(site.exchange.house, "jia", OPENING)
    await expect(row).to_contain_text("当前价")
    await bid(site.exchange.house, "yi", OPENING + STEP)
    await expect(row).to_contain_text("¥1,680,000.00")
    await site.pass_time(HOUR)
    await expect(row).to_contain_text("已成交")


# Other mechanisms


async def open_other(site: Web, terms: Terms) -> str:
    """A lot L2 under other terms, open, with jia and yi admitted."""
    house = site.exchange.own_house
    steps = Steps(house, "other")
    await steps.enrol()
    await steps.offer("A2", load()[1])
    await site.pass_time(NOTICE)
    opens_at = site.clock.now() + MINUTE
    closes_at = None if terms.closes_at is None else opens_at + SHORT
    fields = {name: getattr(terms, name) for name in terms.__struct_fields__}
    own = Terms(**{**fields, "opens_at": opens_at, "closes_at": closes_at})
    plan = plan_lot("L2", "A2", load()[1], opens_at, SHORT)
    await steps.schedule("S2", "专场二", (LotPlan("L2", "A2", own, plan.deposit_fen),))
    for login in ("jia", "yi"):
        await steps.enter(login, "L2")
        await house.settled()
        await steps.pay_deposit(login, "L2")
    await site.pass_time(MINUTE)
    return "L2"


async def test_a_descending_clock_ticks_and_is_taken(site: Web, crowd: People) -> None:
    """The price on page and button falls by the clock of the house; a click takes it."""
    terms = Terms(Mechanism.DUTCH, 10_000_000, 0, None, dutch=DutchClock(100_000, SECOND, 1_000_000))
    lot = await open_other(site, terms)
    jia = await crowd.member("jia", f"/lots/{lot}")
    await is_live(jia)
    await see(jia, "price-name", "当前价")
    first = await part(jia, "price").inner_text()
    await expect(part(jia, "price")).not_to_have_text(first)
    await jia.click('[data-f="take"]')
    await see(jia, "ended", "已成交")
    won = site.exchange.house.view.lots[lot].winners[0].price_fen
    assert 1_000_000 <= won < 10_000_000


async def test_a_bid_is_sealed_in_the_browser(site: Web, crowd: People) -> None:
    """No amount leaves the browser; the envelope opens at the close to what was typed."""
    lot = await open_other(site, Terms(Mechanism.SEALED_FIRST_PRICE, 10_000_000, 0, HOUR))
    house = site.exchange.own_house
    await house.settled()
    jia = await crowd.member("jia", f"/lots/{lot}")
    sent: list[str] = []
    jia.on("websocket", lambda socket: socket.on("framesent", lambda text: sent.append(str(text))))

    async def watch(route: Route) -> None:
        sent.append(route.request.post_data or "")
        await route.continue_()

    await jia.route("**/*", watch)
    await jia.reload()
    await is_live(jia)
    await jia.fill("#amount", "123456.78")
    await jia.click(".free button")
    await see(jia, "standing-word", "已递交密封报价")
    await see(jia, "answer", "承诺值")
    assert any('"seal"' in text for text in sent)
    assert not any("12345678" in text or "123456" in text for text in sent)
    visitor = await crowd.visitor()
    await visitor.goto(f"/lots/{lot}")
    await is_live(visitor)
    await site.pass_time(SHORT)
    await see(visitor, "ended", "¥123,456.78")
    await expect(visitor.locator('[data-f="history"]')).to_contain_text("开标")
    assert house.view.lots[lot].winners[0].price_fen == 12_345_678


async def test_an_open_licence_is_taken_once(site: Web, crowd: People) -> None:
    """A click takes a licence; the form is gone, and the page says so."""
    lot = await open_other(site, Terms(Mechanism.OPEN_LICENCE, 3_000_000, 0, HOUR))
    jia = await crowd.member("jia", f"/lots/{lot}")
    await is_live(jia)
    await jia.click('[data-f="take"]')
    await see(jia, "standing-word", "已获许可")
    await expect(part(jia, "forms")).to_be_hidden()


async def test_the_figures_of_the_operators_desk_move(site: Web, crowd: People) -> None:
    """Connections and journal seq follow what happens, without reloading."""
    await site.open_lot()
    operator = await crowd.member("operator", "/operator")
    before = await part(operator, "seq").inner_text()
    await site.exchange.house.submit(command("jia", _bid(site)))
    await expect(part(operator, "seq")).not_to_have_text(before)
    await expect(part(operator, "sockets")).to_have_text("1")


def _bid(site: Web) -> Bid:
    return Bid("L1", site.exchange.house.view.market.code_of("L1", "jia") or "", OPENING)
