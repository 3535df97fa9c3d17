"""Searching the catalogue on both databases: words of any length, facets, pages, and what must never be found."""

from collections import Counter
from datetime import date

import msgspec
import pytest

from exchange.demo.catalogue_generator import achievements
from exchange.market.unconverted import Secrecy
from exchange.registers import Achievement, Registers
from exchange.registers.grams import runs
from exchange.registers.postings import BLOCK
from exchange.registers.search_index import FACETS, facet_values
from matching_engine.errors import Malformed
from tests.exchange.registers.conftest import AT

COUNT = 300
AT_DAY = date(2026, 3, 1)


async def _filled(registers: Registers, secret_every: int = 0) -> list[Achievement]:
    rows = list(achievements(COUNT, seed=7, secret_every=secret_every))
    await registers.achievements.add_all(rows, "t", AT)
    return rows


def _holds(one: Achievement, word: str) -> bool:
    """The same question, asked of the text itself."""
    texts = (one.title, one.abstract, one.holder_name, *one.keywords, *(item.title for item in one.ip_items))
    return any(word in run for text in texts for run in runs(text))


@pytest.mark.parametrize("word", ["轴承", "药", "石墨烯导热膜", "技术", "zl", "不存在的词", "5", "雷达关键"])
async def test_words_are_found_as_in_the_text(registers: Registers, word: str) -> None:
    """One character, two, many: the same achievements that a reading of all texts finds, the title hits first."""
    rows = await _filled(registers)
    page = await registers.search.find(word, limit=COUNT)
    expected = {one.id for one in rows if _holds(one, word)}
    assert set(page.ids) == expected
    assert page.total == len(expected)
    by_id = {one.id: one for one in rows}
    ranks = [word not in by_id[id_].title.casefold() for id_ in page.ids]
    assert ranks == sorted(ranks)


async def test_no_words_find_everything_the_newest_first(registers: Registers) -> None:
    """Without words the latest come first, and the facets count all."""
    rows = await _filled(registers)
    page = await registers.search.find(limit=10)
    assert page.ids == [one.id for one in reversed(rows)][:10]
    assert page.total == COUNT
    for name in FACETS:
        counted = Counter(value for one in rows if (value := facet_values(one)[name]))
        assert dict(page.facets[name]) == counted


async def test_facets_count_what_choosing_them_would_find(registers: Registers) -> None:
    """Each count is the total of the search with that value instead."""
    await _filled(registers)
    chosen = {"field": "先进制造", "region": "henan"}
    page = await registers.search.find("新型", chosen)
    for name in ("field", "region", "stage"):
        for value, count in page.facets[name]:
            assert (await registers.search.find("新型", {**chosen, name: value})).total == count


async def test_pages_follow_each_other(registers: Registers) -> None:
    """Small pages give together what one large page gives; a row that comes between disturbs nothing."""
    await _filled(registers)
    whole = (await registers.search.find("系统", limit=COUNT)).ids
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await registers.search.find("系统", cursor=cursor, limit=7)
        found += page.ids
        cursor = page.next
        (late,) = achievements(1, seed=len(found))
        late = msgspec.structs.replace(late, id=f"late{len(found)}", title="系统")
        await registers.achievements.add(late, "t", AT)
    assert found == whole


async def test_a_version_changes_what_is_found(registers: Registers) -> None:
    """Old words are gone, new ones found; what becomes secret is in no result and no count, at once."""
    await _filled(registers)
    one = await registers.achievements.get("G0000005")
    assert one is not None
    await registers.achievements.change(
        msgspec.structs.replace(one, title="牵牛星座导航", field="核应用"), "t", AT
    )
    assert (await registers.search.find("牵牛")).ids == [one.id]
    secret = msgspec.structs.replace(one, title="牵牛星座导航", secrecy=Secrecy.STATE_SECRET)
    await registers.achievements.change(secret, "t", AT)
    assert (await registers.search.find("牵牛")).total == 0
    assert (await registers.search.find()).total == COUNT - 1


async def test_the_secret_is_in_no_result_and_no_count(registers: Registers) -> None:
    """Every third row is a state secret: neither ids nor totals nor facets know of them."""
    rows = await _filled(registers, secret_every=3)
    page = await registers.search.find(limit=COUNT)
    open_rows = [one for one in rows if one.public]
    assert set(page.ids) == {one.id for one in open_rows}
    assert len(open_rows) == COUNT - COUNT // 3
    assert sum(count for _, count in page.facets["field"]) == len(open_rows)


async def test_another_reader_sees_the_change(registers: Registers) -> None:
    """Facets that one process keeps in memory are read again when another wrote."""
    await _filled(registers)
    other = Registers(
        str(registers.database.engine.url.render_as_string(False))
        .replace("+aiosqlite", "")
        .replace("+asyncpg", "")
    )
    await other.open()
    before = (await other.search.find()).total
    one = await registers.achievements.get("G0000001")
    assert one is not None
    await registers.achievements.change(msgspec.structs.replace(one, secrecy_reviewer=""), "t", AT)
    assert (await other.search.find()).total == before - 1
    await other.close()


async def test_across_blocks(registers: Registers) -> None:
    """Numbers beyond the first block are counted and paged like the others."""
    async with registers.database.writing() as session:
        for start in range(0, BLOCK + 50, 6000):
            rows = [
                Achievement(
                    f"B{n:06d}",
                    "桥" if n % 2 else "路",
                    secrecy=Secrecy.PUBLIC,
                    secrecy_reviewer="李审",
                    secrecy_reviewed_on=AT_DAY,
                )
                for n in range(start, min(start + 6000, BLOCK + 50))
            ]
            await registers.achievements.add_within(session, rows, "t", AT)
    page = await registers.search.find("桥", limit=30)
    assert page.total == BLOCK // 2 + 25
    following = await registers.search.find("桥", cursor=page.next or "", limit=30)
    assert [int(id_[1:]) for id_ in page.ids + following.ids] == list(range(BLOCK + 49, BLOCK - 71, -2))


async def test_bad_questions(registers: Registers) -> None:
    """A filter that is no facet and a cursor that no page gave are named."""
    with pytest.raises(Malformed, match=r"^colour"):
        await registers.search.find(filters={"colour": "red"})
    for cursor in ("x", "2.1", "0.", "0.-1", "1.９"):
        with pytest.raises(Malformed, match=r"^cursor"):
            await registers.search.find(cursor=cursor)


def test_the_generator_is_repeatable() -> None:
    """The same seed gives the same rows."""
    assert list(achievements(20, 3)) == list(achievements(20, 3))
    assert list(achievements(20, 3)) != list(achievements(20, 4))
