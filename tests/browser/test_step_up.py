"""A passkey in the browser: added on the account page, shown in the room before the first bid, which then goes through."""

from pathlib import Path

from playwright.async_api import Browser, Page

from exchange.demo import people
from tests.browser.conftest import everybody
from tests.web.running import Web
from tests.web.served import served

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def _authenticator(page: Page) -> None:
    """A virtual passkey in the browser of a page."""
    tools = await page.context.new_cdp_session(page)
    await tools.send("WebAuthn.enable")
    await tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def _at_localhost(site: Web) -> str:
    """The address under which browsers take passkeys of this machine: they take no number for a host."""
    return site.exchange.settings.public_url.replace("127.0.0.1", "localhost")


async def test_a_passkey_is_added_and_shown_before_the_first_bid(browser: Browser, sqlite_path: Path) -> None:
    """Ten recovery codes come with it; the room asks once, in a dialog, and sends the very same bid."""
    async with served(f"sqlite:///{sqlite_path}") as site, everybody(browser, site) as crowd:
        site.exchange.settings.var_dir = sqlite_path.parent
        lot, base = await site.open_lot(), _at_localhost(site)
        page = await crowd.visitor()
        await _authenticator(page)
        await page.goto(f"{base}/sign-in?next=/account")
        await _sign_in(page)
        await page.fill("#label-passkey", "本机")
        await page.click("#add-passkey button")
        await page.wait_for_selector("#new-codes .codes li")
        assert await page.locator("#new-codes .codes li").count() == 10
        await page.click("#new-codes a")
        await page.wait_for_selector("text=通行密钥")
        site.clock.advance(6 * 60 * 1_000_000)
        await page.goto(f"{base}/lots/{lot}")
        await page.wait_for_selector("[data-f=line]:has-text('已连接'), [data-steps='1']:not([disabled])")
        await page.click("[data-steps='1']")
        await page.wait_for_selector("#step-up[open]")
        assert site.exchange.house.view.lots[lot].accepted == 0
        await page.fill("#step-up-code", "000000")
        await page.click("#step-up button.main")
        await page.wait_for_selector("#step-up-wrong:not(:empty)")
        await page.click("#step-up [data-passkey]")
        await page.wait_for_selector("[data-f=answer].good")
        assert site.exchange.house.view.lots[lot].accepted == 1
        crowd.errors[:] = [error for error in crowd.errors if "403" not in error]


async def _sign_in(page: Page) -> None:
    await page.fill("#account", "jia")
    await page.fill("#password", people.PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#add-passkey:not([hidden])")
