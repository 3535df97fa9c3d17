"""Registers and house as values of matching."""

from datetime import date

import msgspec
import pytest

from exchange.market.unconverted import Mode, Secrecy
from exchange.matchmaking import entries
from exchange.matchmaking.entries import Offer, need_of, supply_of
from exchange.matchmaking.values import Barrier, barrier_of_need, barrier_of_supply
from exchange.registers import Achievement, Demand, Organisation, Registers
from exchange.registers.words import DemandState
from tests.exchange.registers.conftest import AT

DAY = date(2026, 3, 2)
PUBLIC = Achievement(
    "A1",
    "无磷阻垢剂",
    abstract="循环水",
    keywords=("阻垢",),
    field="农业",
    secrecy=Secrecy.PUBLIC,
    secrecy_reviewer="审查员",
    secrecy_reviewed_on=date(2026, 1, 1),
    admitted_on=date(2026, 2, 1),
    price_idea_fen=5,
)


@pytest.mark.parametrize(
    ("fields", "barrier"),
    [
        ({}, None),
        ({"secrecy": Secrecy.UNKNOWN}, Barrier.SECRET),
        ({"secrecy": Secrecy.STATE_SECRET}, Barrier.SECRET),
        ({"secrecy_reviewer": ""}, Barrier.SECRET),
        ({"admitted_on": None}, Barrier.UNRELEASED),
        ({"admitted_on": date(2026, 3, 3)}, Barrier.UNRELEASED),
        ({"impediment": "权属争议"}, Barrier.IMPEDED),
        ({"conversion_mode": Mode.TRANSFER, "converted_on": DAY}, Barrier.SOLD),
        ({"conversion_mode": Mode.LICENCE, "converted_on": DAY}, None),
        ({"conversion_mode": Mode.TRANSFER, "converted_on": date(2026, 3, 3)}, None),
    ],
)
def test_who_takes_part(fields: dict[str, object], barrier: Barrier | None) -> None:
    """Reviewed, released, free and still there, on the day that is asked about."""
    assert barrier_of_supply(supply_of(msgspec.structs.replace(PUBLIC, **fields), DAY)) is barrier


def test_the_house_has_the_last_word() -> None:
    """What is listed is released and has the listing's price; what was hammered is gone."""
    unreleased = msgspec.structs.replace(PUBLIC, admitted_on=None)
    listed = supply_of(unreleased, DAY, 80, Offer("L1", 7), "henan")
    assert barrier_of_supply(listed) is None
    assert (listed.price_fen, listed.evaluation, listed.region) == (7, 800, "henan")
    assert barrier_of_supply(supply_of(PUBLIC, DAY, offer=Offer(sold=True))) is Barrier.SOLD


def test_a_demand_ends_with_its_day() -> None:
    """Open until the deadline inclusive; withdrawn or secret never."""
    wanted = Demand("D1", "求阻垢", deadline=DAY)
    assert barrier_of_need(need_of(wanted, DAY)) is None
    for fields in (
        {"deadline": date(2026, 3, 1)},
        {"state": DemandState.WITHDRAWN},
        {"secrecy": Secrecy.STATE_SECRET},
    ):
        assert barrier_of_need(need_of(msgspec.structs.replace(wanted, **fields), DAY)) is Barrier.CLOSED


async def test_the_registers_are_read_page_by_page(
    registers: Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every row once, with what its organisation adds, whatever the size of a page."""
    monkeypatch.setattr(entries, "_PAGE", 2)
    await registers.organisations.add(Organisation("O1", "大学", "university", "henan", "12X"), "t", AT)
    rows = [msgspec.structs.replace(PUBLIC, id=f"A{n}", holder="O1") for n in range(5)]
    await registers.achievements.add_all(rows, "t", AT)
    await registers.demands.add_all([Demand(f"D{n}", "求", holder="O1") for n in range(5)], "t", AT)
    supplies = await entries.supplies(registers, DAY, {})
    assert supplies == [supply_of(row, DAY, region="henan") for row in rows]
    assert await entries.some_supplies(registers, ["A3", "A9", "A3"], DAY, {}) == {"A3": supplies[3]}
    assert [one.id for one in await entries.needs(registers, DAY)] == [f"D{n}" for n in range(5)]
