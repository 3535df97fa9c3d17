"""Reports in a real browser: the index with its chart, and a period's report published by hand, on a desk and a telephone."""

import pytest
from playwright.async_api import expect

from exchange.demo.once import Once
from matching_engine.terms import DAY
from tests.browser.conftest import People
from tests.web.running import Web

DRAFT = "/reports/periods/2026-03?edition=draft&rehearsals=1"


@pytest.fixture
async def traded(site: Web) -> Web:
    """One lot went all its way in March, and it is April."""
    async for _ in Once(site.exchange.own_house, site.clock).play():
        pass
    site.clock.advance(25 * DAY)
    return site


async def test_a_report_is_published_by_hand_and_then_read_by_anybody(traded: Web, crowd: People) -> None:
    """The operator looks at the draft and publishes it; a visitor reads it with its digest."""
    operator = await crowd.member("operator", "/reports")
    await operator.goto(DRAFT)
    await operator.click("button:has-text('发布此报告')")
    digest = traded.exchange.house.view.market.reports["2026-03"][0].digest
    await expect(operator.locator("main")).to_contain_text(digest)
    visitor = await crowd.visitor()
    await visitor.goto("/reports")
    await visitor.click("text=月监测报告 2026-03")
    await expect(visitor.locator("main")).to_contain_text(digest)
    await expect(visitor.locator("table").first).to_contain_text("登记合同成交额")
    await expect(visitor.locator("button:has-text('发布此报告')")).to_have_count(0)


async def test_the_chart_of_the_index_is_drawn(traded: Web, crowd: People) -> None:
    """The picture stands in the page in its colours, and has words for those who do not see it; the file is for elsewhere."""
    visitor = await crowd.visitor()
    await visitor.goto("/reports/index?rehearsals=1")
    chart = visitor.locator("svg.chart")
    await expect(chart).to_be_visible()
    await expect(chart.locator("circle")).not_to_have_count(0)
    assert "技术交易活跃指数" in (await chart.get_attribute("aria-label") or "")
