"""Requests from the page of the interface: a reader's own, with the fields that the operation takes."""

from playwright.async_api import expect

from tests.browser.conftest import People
from tests.web.asking import OPENING
from tests.web.running import Web


async def test_a_request_is_sent_from_the_page(site: Web, crowd: People) -> None:
    """A list is read and a bid is made, with session, form token and command id; a refusal stands as its problem."""
    lot = await site.open_lot()
    jia = await crowd.member("jia", "/api/docs/lots")
    await jia.locator("#list_lots summary").click()
    await jia.locator("#list_lots-limit").fill("1")
    await jia.locator("#list_lots button").click()
    await expect(jia.locator("#list_lots .told")).to_contain_text(f'"lot": "{lot}"')
    await jia.goto("/api/docs/bidding")
    await jia.locator("#bid summary").click()
    await jia.locator("#bid-lot").fill(lot)
    await jia.locator("#bid-body").fill(f'{{"amount_fen": {OPENING}}}')
    await jia.locator("#bid button").click()
    await expect(jia.locator("#bid .told")).to_contain_text("BidAccepted")
    assert site.exchange.house.view.lots[lot].lead_fen == OPENING
    await jia.locator("#bid-Idempotency-Key").fill("another-command")
    await jia.locator("#bid button").click()
    await expect(jia.locator("#bid .told")).to_contain_text("BID_ALREADY_LEADING")
    crowd.errors = [one for one in crowd.errors if "409" not in one]
