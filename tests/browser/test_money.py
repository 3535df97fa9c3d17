"""Pages of money in a real browser: by keyboard, on a phone and a wide screen, in both languages, on paper."""

import pytest
from playwright.async_api import Page, expect

from matching_engine.terms import DAY, HOUR
from tests.browser.conftest import People
from tests.settlement.bank_files import Movement, camt, csv_text
from tests.web.asking import OPENING, STEP, TRADE, bid, sold
from tests.web.running import Web
from tests.web.test_bank_page import ACCOUNT, carried, send
from tests.web.test_signing import PEM

MOVES = (Movement("E1", 500, ""), Movement("E2", 700, f"for O-{TRADE}"))
UNLABELLED = """[...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]
  .filter(field => !field.labels?.length && !field.getAttribute('aria-label')).map(field => field.outerHTML)"""
UNREACHABLE = """[...document.querySelectorAll('main a[href], main button, main input:not([type=hidden]), main select, main summary')]
  .filter(one => one.checkVisibility() && one.tabIndex < 0).map(one => one.outerHTML)"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def tab_to(page: Page, selector: str) -> None:
    """Go forward with the Tab key until a control has the focus; it must be reachable so."""
    for _ in range(120):
        await page.keyboard.press("Tab")
        if await page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


async def choose(page: Page, name: str, text: str) -> None:
    """Choose a statement's file and look at it, with the keyboard."""
    await page.set_input_files("#file", {"name": name, "mimeType": "text/plain", "buffer": text.encode()})
    await tab_to(page, "#statement button")
    await page.keyboard.press("Enter")


async def test_the_bank_books_a_statement_by_keyboard_and_only_once(site: Web, crowd: People) -> None:
    """Chosen, looked at and booked without a mouse; looked at again there is nothing to book."""
    await sold(site)
    page = await crowd.member("bank", "/bank")
    await choose(page, "s.xml", camt(MOVES))
    await expect(page.locator("tbody tr")).to_have_count(2)
    await expect(page.locator("tbody tr").nth(1)).to_contain_text(f"O-{TRADE}")
    await tab_to(page, "form.apart button")
    await page.keyboard.press("Enter")
    await expect(page.locator(".note.good")).to_contain_text("本次入账 2 笔")
    await page.goto("/bank")
    await choose(page, "s.xml", camt(MOVES))
    await expect(page.locator(".note.good")).to_contain_text("不产生任何变化")
    await expect(page.locator("form.apart")).to_have_count(0)


async def test_a_csv_passes_through_its_columns(site: Web, crowd: People) -> None:
    """On a phone and in English: the columns are guessed, a missing account stays in the form, then the rows are shown."""
    page = await crowd.member("bank", "/bank", width=360, locale="en-GB", java_script_enabled=False)
    await page.set_input_files(
        "#file", {"name": "s.csv", "mimeType": "text/csv", "buffer": csv_text(MOVES).encode()}
    )
    await page.click("#statement button")
    await expect(page.locator("#payer")).to_have_value("对方户名")
    await page.fill("#account", "6222000011112222")
    await page.select_option("#balance", "")
    await page.click("button.main")
    await expect(page.locator("#wrong-balance")).not_to_be_empty()
    await expect(page.locator("#account")).to_have_value("6222000011112222")
    assert len(crowd.errors) == 1  # the browser's own note of the 422
    crowd.errors.clear()
    await page.select_option("#balance", "余额")
    await page.click("button.main")
    await expect(page.locator("tbody tr")).to_have_count(2)


async def test_the_operator_empties_suspense_on_a_phone(site: Web, crowd: People) -> None:
    """The likely obligation is chosen already; by keyboard the money is assigned, and the rest refunded once confirmed."""
    await sold(site)
    owed = site.exchange.house.view.settlement.obligation_of(TRADE)
    moves = (Movement("E1", owed.missing_fen, "O T L1 1"), Movement("E2", 700, ""))
    await carried(await site.signed_in("bank"), camt(moves))
    page = await crowd.member("operator", "/bank", width=360)
    await expect(page.locator(".suspended")).to_have_count(2)
    await tab_to(page, f"[name=target][value='O-{TRADE}']")
    await tab_to(page, "button.main")
    await page.keyboard.press("Enter")
    await expect(page.locator(".suspended")).to_have_count(1)
    await tab_to(page, "[name=sure]")
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".suspended")).to_have_count(0)


async def unpaid(site: Web) -> None:
    """jia wins over yi and does not pay for ten days."""
    await site.open_lot()
    await bid(await site.signed_in("yi"), OPENING)
    await bid(await site.signed_in("jia"), OPENING + STEP)
    await site.pass_time(HOUR)
    site.clock.advance(10 * DAY)


async def test_from_the_default_to_the_runner_up(site: Web, crowd: People) -> None:
    """The operator sees the figures, declares and offers; the runner-up finds it on its desk and takes the lot."""
    await unpaid(site)
    operator = await crowd.member("operator", f"/trades/{TRADE}")
    await operator.click(f'a[href="/trades/{TRADE}/default"]')
    await expect(operator.locator("dl.figures")).to_contain_text("¥160,000.00")
    await tab_to(operator, "[name=seen]")
    await operator.keyboard.press("Space")
    await operator.keyboard.press("Tab")
    await operator.keyboard.press("Enter")
    await expect(operator.locator("#default")).to_contain_text("没收保证金")
    await site.exchange.own_house.settled()
    await operator.reload()
    await operator.click(f'form[action="/trades/{TRADE}/second-best"] button')
    await expect(operator.locator("#default")).to_contain_text("等待答复")
    yi = await crowd.member("yi", "/desk", width=360)
    await yi.click('a[href="/lots/L1/second-best"]')
    await yi.check("[name=sure]")
    await yi.click("button.main")
    await expect(yi.locator(".tag.good")).to_contain_text("已接受")


async def test_a_statement_of_account_on_paper(site: Web, crowd: People) -> None:
    """Printed, there is the statement alone: no navigation, no form, no link to other pages."""
    await sold(site)
    page = await crowd.member("jia", "/statement", locale="en-GB")
    await page.emulate_media(media="print")
    for hidden in (".top", ".foot", "form"):
        for place in await page.locator(hidden).all():
            await expect(place).to_be_hidden()
    await expect(page.locator("main")).to_contain_text("Closing balance")
    async with page.expect_download() as download:
        await page.emulate_media(media="screen")
        await page.click('a[href^="/statement.csv"]')
    assert (await download.value).suggested_filename.startswith("statement-jia-")


async def filled(site: Web) -> None:
    """Something on every page: money in suspense, a default, an offer, an account and a key to be looked at."""
    await unpaid(site)
    await carried(await site.signed_in("bank"), camt(MOVES))
    operator, seller = await site.signed_in("operator"), await site.signed_in("university")
    await send(operator, f"/trades/{TRADE}/default", seen="yes")
    await site.exchange.own_house.settled()
    await send(operator, f"/trades/{TRADE}/second-best", hours="24")
    await send(seller, "/payout-account", **ACCOUNT)
    await send(seller, "/keys", public_key=PEM, label="保险柜")


PAGES = (
    ("bank", "/bank"),
    ("operator", "/bank"),
    ("operator", f"/trades/{TRADE}?parts=8"),
    ("operator", f"/trades/{TRADE}/default"),
    ("operator", "/statement?party=jia"),
    ("operator", "/payout-account"),
    ("operator", "/certificates"),
    ("university", "/payout-account"),
    ("jia", f"/trades/{TRADE}"),
    ("jia", "/statement"),
    ("yi", "/lots/L1/second-best"),
)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
async def test_every_page_fits_and_is_labelled(site: Web, crowd: People, width: int, locale: str) -> None:
    """Nothing is wider than the screen, every field has its label, and every control is reached by the Tab key."""
    await filled(site)
    readers: dict[str, Page] = {}
    for login, path in PAGES:
        if login not in readers:
            readers[login] = await crowd.member(login, "/", width=width, locale=locale)
        page = readers[login]
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 200, (login, path)
        assert await page.evaluate(WIDER) <= 0, (login, path)
        assert await page.evaluate(UNLABELLED) == [], (login, path)
        assert await page.evaluate(UNREACHABLE) == [], (login, path)
