"""The network's page in a browser, wide and narrow, in both languages and on paper."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.exchange.network.nodes import Wires, node
from tests.web.served import served
from tests.web.test_api_network import publish


@pytest.mark.parametrize(("width", "lang", "heading"), [(1280, "zh", "网络"), (360, "en", "Network")])
async def test_the_network_page(
    page: Page, sqlite_path: Path, tmp_path: Path, width: int, lang: str, heading: str
) -> None:
    """Nodes, figures and chart are there, nothing is wider than the screen, and a day can be chosen."""
    wires = Wires()
    async with (
        served(f"sqlite:///{sqlite_path}") as web,
        node(f"sqlite:///{tmp_path / 'b.db'}", "sub", tmp_path / "b", wires) as other,
    ):
        lot = await web.open_lot()
        client = await web.signed_in("jia")
        body = {"amount_fen": 160_000_000, "confirm": True}
        bid = await client.post(
            f"/api/v1/lots/{lot}/bids", json=body, headers={"idempotency-key": "browser-net-1"}
        )
        assert bid.status_code == 201, bid.text
        await web.pass_time(2 * 3_600_000_000)
        await publish(web, tmp_path)
        entry = await other.exchange.registers.nodes.get("sub")
        assert entry is not None
        await web.exchange.registers.nodes.enter(entry, "test", web.clock.now())
        await page.set_viewport_size({"width": width, "height": 800})
        base = web.exchange.settings.public_url
        await page.goto(f"{base}/network?lang={lang}")
        await expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        await expect(page.locator(".bars rect")).to_have_count(1)
        await expect(page.locator("text=¥1,600,000.00").first).to_be_visible()
        await expect(page.get_by_role("link", name="sub", exact=True)).to_have_attribute(
            "href", "http://sub.example/"
        )
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await page.emulate_media(media="print")
        await expect(page.locator("form").first).to_be_hidden()
        await page.emulate_media(media="screen")
        await page.locator("#on").fill("2020-01-01")
        await page.get_by_role("button", name="查看" if lang == "zh" else "Show").click()
        await expect(page).to_have_url(f"{base}/network?on=2020-01-01")
        await expect(page.locator(".bars")).to_have_count(0)
