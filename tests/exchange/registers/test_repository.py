"""Reports, literature and property rights: light items, linked to achievements, public only when reviewed."""

from datetime import date

import msgspec

from exchange.market.unconverted import Secrecy
from exchange.registers import Item, Registers
from exchange.registers.words import ItemKind
from tests.exchange.registers.conftest import AT

REPORT = Item(
    "I1",
    ItemKind.REPORT,
    "低温轴承科技报告",
    "KJBG-1",
    "示例大学",
    date(2026, 1, 1),
    "https://example.org/r",
    ("A1", "A2"),
    Secrecy.PUBLIC,
    "李审",
    date(2026, 2, 1),
)


async def test_items_by_kind(registers: Registers) -> None:
    """An item comes back whole; the list shows public ones of a kind."""
    paper = msgspec.structs.replace(REPORT, id="I2", kind=ItemKind.LITERATURE)
    unreviewed = msgspec.structs.replace(REPORT, id="I3", secrecy_reviewed_on=None)
    secret = msgspec.structs.replace(REPORT, id="I4", secrecy=Secrecy.STATE_SECRET)
    await registers.items.add_all([REPORT, paper, unreviewed, secret], "op", AT)
    assert await registers.items.get("I1") == REPORT
    assert [one.id for one in await registers.items.list()] == ["I1", "I2"]
    assert [one.id for one in await registers.items.list(ItemKind.LITERATURE)] == ["I2"]
    assert [unreviewed.public, secret.public, REPORT.public] == [False, False, True]


async def test_items_of_an_achievement(registers: Registers) -> None:
    """Those that name it, whole ids only, in any script; none that is not public."""
    chinese = msgspec.structs.replace(REPORT, id="I2", achievements=("成果_1",))
    longer = msgspec.structs.replace(REPORT, id="I3", achievements=("A12",))
    hidden = msgspec.structs.replace(REPORT, id="I4", secrecy_reviewer="")
    await registers.items.add_all([REPORT, chinese, longer, hidden], "op", AT)
    assert [one.id for one in await registers.items.of("A1")] == ["I1"]
    assert [one.id for one in await registers.items.of("成果_1")] == ["I2"]
    assert await registers.items.of("A_") == []
