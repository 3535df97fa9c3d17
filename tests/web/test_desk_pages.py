"""The bidder's and the seller's desk and the pictures: what stands there, for whom, and what comes next."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.demo.data import load
from exchange.demo.once import Once
from exchange.demo.steps import Steps
from matching_engine.terms import DAY
from tests.web.running import Web
from tests.web.served import whole_web
from web.bar_chart import Bar, Column, bars, columns, hundredths, line


@pytest.fixture
async def product(sqlite_path: Path) -> AsyncIterator[Web]:
    """One lot went all its way, one listing is under notice."""
    async with whole_web(f"sqlite:///{sqlite_path}") as web:
        async for _ in Once(web.exchange.own_house, web.clock).play():
            pass
        await Steps(web.exchange.own_house, "desk").offer("A2", load()[1])
        yield web


async def test_each_desk_shows_what_is_the_readers_and_what_comes_next(product: Web) -> None:
    """The seller sees the notice's days, the sale and the year; the buyer its contract and claim; others get neither desk."""
    seller = await product.signed_in("university")
    text = (await seller.get("/selling?lang=en")).text
    for said in (
        "7 days left",
        "Sold; see the contract",
        "Nothing more to do",
        "to be handed in",
    ):
        assert said in text, said
    assert "/reports/annual?year=" in text
    jia = await product.signed_in("jia")
    text = (await jia.get("/bidding?lang=en")).text
    assert "You have entered no lot that is still to be decided." in text
    assert "/trades/T-L1-1/claims" in text
    assert "Ended" in text
    assert (await jia.get("/selling")).status_code == 403
    assert (await seller.get("/bidding")).status_code == 403
    assert (await product.client().get("/bidding")).status_code == 303


async def test_every_picture_has_its_table(product: Web) -> None:
    """Practice is shown where there is nothing else, said so, and left out on request; no drawing is without its figures."""
    product.clock.advance(25 * DAY)
    visitor = product.client()
    text = (await visitor.get("/reports/pictures?lang=en")).text
    assert "Sessions for practice are counted, too." in text
    assert text.count("<svg") == 5
    assert text.count("<table") == 5
    assert len(re.findall(r'<svg[^>]* role="img" aria-label="[^"]+"', text)) == 5
    empty = (await visitor.get("/reports/pictures?lang=en&rehearsals=0")).text
    assert "No lot has ended yet." in empty


def test_bars_and_columns_are_in_proportion() -> None:
    """The longest bar fills the room, half of it is half as long; columns stand on one another; names are escaped."""
    drawn = bars("Label", [Bar("<b>", 200, "200"), Bar("half", 100, "100")])
    widths = [int(one) for one in re.findall(r'class="bar" [^>]*width="(\d+)"', drawn)]
    assert widths[0] == 2 * widths[1]
    assert "&lt;b&gt;" in drawn
    assert "<b>" not in drawn
    heights = [int(one) for one in re.findall(r'height="(\d+)"', columns("Label", [Column("a", 3, 1)]))]
    assert abs(heights[0] - 3 * heights[1]) <= 3
    assert line("Label", ["a", "b"], [10_000, 5_000]).count("<circle") == 2
    for nothing in (bars("x", []), columns("x", []), line("x", [], [])):
        assert nothing.endswith("</svg>")
    assert (hundredths("104.25"), hundredths("7"), hundredths("7.5")) == (10_425, 700, 750)
