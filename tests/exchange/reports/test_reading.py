"""Reading journals and registers: only what is new, with the head of each day, institutions under their names."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from exchange.registers import Achievement, Organisation, Registers
from exchange.reports.figures import figures
from exchange.reports.reading import Reading, admitted, cities
from exchange.store import migrate
from matching_engine.terms import DAY
from settlement.dates import end_of_day, shanghai_date
from tests.exchange.house.running import sqlite_url
from tests.exchange.reports.played import play, played, projected


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_url(request: pytest.FixtureRequest) -> str:
    """A database that is still empty."""
    if request.param == "sqlite":
        return sqlite_url(request.getfixturevalue("sqlite_path"))
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def url(any_url: str) -> str:
    """A database in which one lot went all its way."""
    await play(any_url)
    return any_url


@pytest.fixture
async def registers(url: str) -> AsyncIterator[Registers]:
    """Its registers."""
    await migrate.upgrade(url)
    made = Registers(url)
    await made.open()
    yield made
    await made.close()


async def test_what_was_read_is_not_read_again(url: str) -> None:
    """Twice, and by two at once, there is each fact once; they are those of the projector."""
    reading = Reading(url)
    await asyncio.gather(reading.catch_up(), reading.catch_up())
    await reading.catch_up()
    assert reading.facts() == projected().facts
    assert reading.names() == projected().names


async def test_the_head_of_a_day_is_its_last_row(url: str) -> None:
    """For every day the last row at or before its end, with its hash; before the first row there is none."""
    reading = Reading(url)
    await reading.catch_up()
    first = shanghai_date(played()[0].at)
    assert reading.heads(first - timedelta(days=1)) == []
    for n in range(14):
        day = first + timedelta(days=n)
        last = [one for one in played() if one.at <= end_of_day(day)][-1]
        (head,) = reading.heads(day)
        assert (head.house, head.seq, head.hash) == ("hub", last.seq, last.receipt)


async def test_enrolment_is_counted_by_its_day(url: str) -> None:
    """Everybody on the first day, nobody the day before."""
    reading = Reading(url)
    await reading.catch_up()
    first = shanghai_date(played()[0].at)
    assert reading.enrolled(first) == len(projected().enrolled) > 0
    assert reading.enrolled(first - timedelta(days=1)) == 0


async def test_figures_take_their_cities_from_the_register_of_the_day(registers: Registers, url: str) -> None:
    """The version that stood when the listing was admitted decides; a later move does not."""
    listed = next(fact for fact in projected().facts if fact.listed_at)
    row = Achievement(listed.achievement, "成果", city="杭州")
    await registers.achievements.add(row, "op", listed.listed_at - DAY)
    moved = Achievement(listed.achievement, "成果", city="宁波")
    await registers.achievements.change(moved, "op", listed.listed_at + DAY)
    reading = Reading(url)
    at = shanghai_date(played()[-1].at)
    found = await reading.figures(registers, at, rehearsals=True)
    assert found.by_city["杭州"].total_fen == found.total.total_fen > 0
    assert "宁波" not in found.by_city
    assert found == figures(
        projected().facts, reading.heads(at), await cities(registers, projected().facts), at, True
    )


async def test_institutions_are_counted_under_their_names_by_year(registers: Registers) -> None:
    """An enrolled holder under its own name, another under the source's; what is not admitted is not counted."""
    await registers.organisations.add(
        Organisation("u", "甲大学", "university", "zhejiang", "CODE-U"), "op", 1
    )
    rows = [
        Achievement("a1", "一", "u", "某学院", admitted_on=date(2025, 5, 1)),
        Achievement("a2", "二", "u", "甲大学", admitted_on=date(2026, 1, 1)),
        Achievement("a3", "三", None, "乙研究所", admitted_on=date(2026, 1, 2)),
        Achievement("a4", "四", "u"),
    ]
    await registers.achievements.add_all(rows, "op", 1)
    assert await admitted(registers, date(2026, 1, 1)) == {("甲大学", "2025"): 1, ("甲大学", "2026"): 1}
    assert (await admitted(registers, date(2026, 12, 31)))[("乙研究所", "2026")] == 1
