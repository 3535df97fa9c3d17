"""Demands: filters, pages, versions, and what is not public."""

from datetime import date

import msgspec

from exchange.market.unconverted import Secrecy
from exchange.registers import Demand, Registers
from exchange.registers.words import DemandKind, DemandState, Stage
from tests.exchange.registers.conftest import AT

BEARING = Demand(
    "D1",
    "低温轴承",
    "零下六十度可用",
    DemandKind.CHALLENGE,
    "先进制造",
    ("轴承",),
    "henan",
    "洛阳市",
    10**15,
    date(2027, 1, 1),
    6,
    Stage.PILOT,
    None,
    "演示企业",
    "0379",
    DemandState.OPEN,
    Secrecy.PUBLIC,
    date(2026, 3, 1),
)
TEA = Demand("D2", "茶园机器人", field="农业", kind=DemandKind.SCENARIO)
SECRET = Demand("D3", "低温密件", secrecy=Secrecy.STATE_SECRET)


async def test_whole_and_filtered(registers: Registers) -> None:
    """Every field survives; each filter narrows; a secret one is in no list unless it is asked for."""
    await registers.demands.add_all([BEARING, TEA, SECRET], "op", AT)
    assert await registers.demands.get("D1") == BEARING

    async def ids(**filters: object) -> list[str]:
        return [one.id for one in await registers.demands.list(**filters)]  # type: ignore[arg-type]

    assert await ids() == ["D1", "D2"]
    assert await ids(public_only=False) == ["D1", "D2", "D3"]
    assert await ids(q="低温") == ["D1"]
    assert await ids(field="农业") == ["D2"]
    assert await ids(kind="揭榜挂帅", region="henan", state="征集中") == ["D1"]
    assert await ids(after="D1", limit=1) == ["D2"]


async def test_a_change_is_a_version(registers: Registers) -> None:
    """Who and when stand beside what it was."""
    await registers.demands.add(BEARING, "op", AT)
    await registers.demands.change(msgspec.structs.replace(BEARING, state=DemandState.MATCHED), "li", AT + 1)
    told = [(one.by, one.value.state) for one in await registers.demands.versions("D1")]
    assert told == [("op", DemandState.OPEN), ("li", DemandState.MATCHED)]
