"""The register of achievements: search, versions, and the digest that a listing carries."""

import msgspec
import pytest

from exchange.registers import Achievement, Organisation, Registers
from matching_engine.errors import Malformed
from tests.exchange.registers.conftest import AT

WATER = Achievement(
    "A1",
    "一种化工或农药废水生化末端的处理方法",
    holder_name="演示研究院",
    field="环境保护与资源综合利用",
    trl=7,
    ipc="C02F 9/00",
    ip=("发明专利 演示 有效",),
    published_on="2020-07-20",
    source_url="https://example.org/a",
    source_note="据来源",
    inferred=("trl", "ipc", "field"),
    opening_price_fen=240_000_000,
    sold_price_fen=320_000_000,
)
TEA = Achievement("A2", "白叶一号茶树有机栽培技术集成", field="农业", abstract="有机 100% 栽培")


async def test_an_achievement_reads_back_whole(registers: Registers) -> None:
    """Every field survives, prices beyond 32 bits too."""
    await registers.achievements.add(WATER, "importer", AT)
    assert await registers.achievements.get("A1") == WATER
    dear = msgspec.structs.replace(WATER, id="A9", sold_price_fen=10**15)
    await registers.achievements.add(dear, "importer", AT)
    assert await registers.achievements.get("A9") == dear


async def test_many_are_entered_all_or_none(registers: Registers) -> None:
    """One row that does not fit keeps all the others out."""
    stray = msgspec.structs.replace(TEA, id="A3", holder="nobody")
    with pytest.raises(Malformed):
        await registers.achievements.add_all([WATER, TEA, stray], "importer", AT)
    assert await registers.achievements.list() == []
    await registers.achievements.add_all([WATER, TEA], "importer", AT)
    assert [one.id for one in await registers.achievements.list()] == ["A1", "A2"]


async def test_the_list_is_searched_by_field_holder_and_words(registers: Registers) -> None:
    """Filters narrow the list; a search text is no pattern."""
    await registers.organisations.add(Organisation("zd", "演示大学", "university", "zhejiang", "Z"), "op", AT)
    await registers.achievements.add_all([WATER, msgspec.structs.replace(TEA, holder="zd")], "importer", AT)

    async def ids(**filters: str) -> list[str]:
        return [one.id for one in await registers.achievements.list(**filters)]  # type: ignore[arg-type]

    assert await ids(field="农业") == ["A2"]
    assert await ids(holder="zd") == ["A2"]
    assert await ids(q="废水") == ["A1"]
    assert await ids(q="演示研究院") == ["A1"]
    assert await ids(q="100%") == ["A2"]
    assert await ids(q="%") == ["A2"]
    assert await ids(q="_") == []
    assert await ids(after="A1") == ["A2"]


async def test_versions_keep_what_was_offered(registers: Registers) -> None:
    """An achievement that changes after its listing still proves what was listed."""
    await registers.achievements.add(WATER, "importer", AT)
    listed = WATER.digest()
    await registers.achievements.change(msgspec.structs.replace(WATER, trl=8), "holder", AT + 1)
    versions = await registers.achievements.versions("A1")
    assert [one.value.digest() == listed for one in versions] == [True, False]


def test_the_digest_covers_every_field() -> None:
    """Two achievements that differ anywhere have different digests."""
    changed: dict[str, object] = {
        name: (
            5
            if isinstance(value, int) or value is None
            else (*value, "x")
            if isinstance(value, tuple)
            else f"{value}x"
        )
        for name, value in msgspec.structs.asdict(WATER).items()
    }
    digests = {msgspec.structs.replace(WATER, **{name: value}).digest() for name, value in changed.items()}
    assert len(digests) == len(changed)
    assert WATER.digest() not in digests
