"""Pages of a journal are what filtering all its rows would give, on both databases, with and without an index."""

from collections.abc import AsyncIterator, Callable
from contextlib import closing

import msgspec
import pytest
from sqlalchemy import text

from exchange.ports import Row
from exchange.registers.database import Database
from exchange.store import journal_browser, sqlite_streams, urls
from exchange.store.journal_browser import JournalBrowser, Selection
from exchange.store.schema import COLUMN_LIST, COLUMNS
from exchange.store.sqlite_append import writing
from tests.services import databases

ROWS = [
    Row(
        "hub",
        seq,
        1,
        1_000 * (seq // 3),
        f"lot/L{seq % 5}",
        seq // 5,
        f"c-{seq // 2}",
        seq % 2,
        "",
        f"u{seq % 7}",
        None,
        "Rare" if seq % 97 == 0 else "Common",
        b"{}",
        seq.to_bytes(32, "big"),
    )
    for seq in range(1, 301)
]


@pytest.fixture(params=["sqlite", "postgres"])
async def browser(request: pytest.FixtureRequest) -> AsyncIterator[JournalBrowser]:
    """A journal of two houses."""
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('sqlite_path')}"
    else:
        url = request.getfixturevalue("postgres_url")
    await databases.migrated(url)
    database = Database(url)
    other = [msgspec.structs.replace(row, house="other") for row in ROWS[:10]]
    values = ", ".join(f":{name}" for name in COLUMNS)
    async with database.writing() as session:
        insert = text(f"INSERT INTO journal ({COLUMN_LIST}) VALUES ({values})")
        await session.execute(insert, [msgspec.structs.asdict(row) for row in (*ROWS, *other)])
    if request.param == "sqlite":
        with closing(writing(urls.sqlite_path(url))) as connection:
            # Some rows are in its index, some in a block that is not finished, the others behind it.
            for until in (200, 230):
                connection.execute(sqlite_streams._CATCH_UP, ("hub", until))
            connection.execute(sqlite_streams._HOLDS, ("hub", 200))
    yield JournalBrowser(database)
    await database.close()


CASES: list[tuple[Selection, Callable[[Row], bool]]] = [
    (Selection("hub"), lambda row: True),
    (Selection("hub", ("lot/L1",)), lambda row: row.stream == "lot/L1"),
    (Selection("hub", ("lot/L1", "lot/L3")), lambda row: row.stream in ("lot/L1", "lot/L3")),
    (Selection("hub", ("lot/L1",), type="Rare"), lambda row: row.stream == "lot/L1" and row.type == "Rare"),
    (Selection("hub", type="Rare"), lambda row: row.type == "Rare"),
    (Selection("hub", account="u3"), lambda row: row.principal == "u3"),
    (Selection("hub", command="c-20"), lambda row: row.command_id == "c-20"),
    (Selection("hub", first=50, last=60), lambda row: 50 <= row.seq <= 60),
    (Selection("hub", since=10_000, until=20_000), lambda row: 10_000 <= row.at <= 20_000),
    (Selection("hub", since=10_001), lambda row: row.at > 10_000),
    (Selection("hub", until=-1), lambda row: False),
    (Selection("hub", since=1_000_000), lambda row: False),
    (Selection("hub", ()), lambda row: False),
    (Selection("absent"), lambda row: False),
]


@pytest.mark.parametrize("newest_first", [True, False])
async def test_pages_are_the_rows_that_meet_the_conditions(
    browser: JournalBrowser, newest_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the condition and the size of a page: each row once, in order; a walk stops where it may and goes on."""
    monkeypatch.setattr(journal_browser, "WINDOW", 20)
    monkeypatch.setattr(journal_browser, "WALK_MAX", 60)
    for wanted, meets in CASES:
        expected = [row for row in ROWS if meets(row)]
        for limit in (7, 1_000):
            found: list[Row] = []
            after: int | None = None
            asked = msgspec.structs.replace(wanted, newest_first=newest_first)
            while True:
                page = await browser.page(asked, after, limit)
                assert len(page.rows) <= limit
                found += page.rows
                if (after := page.after) is None:
                    break
            assert found == (expected[::-1] if newest_first else expected), wanted


async def test_a_row_knows_its_neighbours(browser: JournalBrowser) -> None:
    """Before and behind on its stream; none at the ends."""
    assert await browser.houses() == ["hub", "other"]
    first = await browser.row("hub", 1)
    assert first == ROWS[0]
    assert first is not None
    assert await browser.neighbours(first) == (None, 6)
    last = await browser.row("hub", 300)
    assert last is not None
    assert await browser.neighbours(last) == (295, None)
    assert await browser.row("hub", 301) is None
