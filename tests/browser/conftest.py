"""The product on a port, with a clock that runs, and people signed in with browsers of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from exchange.demo import people
from tests.exchange.house.running import BEGIN
from tests.web.running import Web
from tests.web.served import TickingClock, served


@pytest.fixture
async def site(sqlite_path: Path) -> AsyncIterator[Web]:
    """The whole product, its clock running."""
    async with served(f"sqlite:///{sqlite_path}", TickingClock(BEGIN)) as web:
        yield web


class People:
    """Opens browsers for people; an error in a script or the console of any of them fails the test."""

    def __init__(self, browser: Browser, site: Web) -> None:
        self._browser = browser
        self._site = site
        self.errors: list[str] = []

    async def visitor(self, width: int = 1280, locale: str = "zh-CN", **options: object) -> Page:
        """Somebody's empty browser."""
        context = await self._browser.new_context(
            base_url=self._site.exchange.settings.public_url,
            locale=locale,
            timezone_id="America/New_York",
            viewport={"width": width, "height": 900},
            **options,  # type: ignore[arg-type]
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        return page

    async def member(self, login: str, path: str = "/", width: int = 1280, **options: object) -> Page:
        """Somebody who signed in through the form, on a page."""
        page = await self.visitor(width, **options)  # type: ignore[arg-type]
        await page.goto(f"/sign-in?next={path}")
        await page.fill("#account", login)
        await page.fill("#password", people.PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{self._site.exchange.settings.public_url}{path}")
        return page


@asynccontextmanager
async def everybody(browser: Browser, site: Web) -> AsyncIterator[People]:
    """People with browsers; at the end none of their scripts may have failed."""
    crowd = People(browser, site)
    yield crowd
    assert crowd.errors == []


@pytest.fixture
async def crowd(browser: Browser, site: Web) -> AsyncIterator[People]:
    """People with browsers on the site."""
    async with everybody(browser, site) as made:
        yield made
