"""The day's recommendations."""

import asyncio
from contextlib import suppress
from datetime import date, timedelta

import msgspec
import pytest

from exchange.bootstrap import read_rulebook
from exchange.demo.data import load, register_row
from exchange.demo.demands import demo_demands, fill_demands
from exchange.house.state import new_state
from exchange.matchmaking import daily
from exchange.matchmaking.daily import compute, every_day, run_day
from exchange.registers import Organisation, Registers
from exchange.registers.recommendations import Run
from matching_engine.terms import DAY as LENGTH
from settlement.dates import shanghai_date
from tests.exchange.matchmaking.made import NEEDS, SUPPLIES, market, need
from tests.exchange.registers.conftest import AT

DAY = date(2026, 3, 2)
STATE = new_state(read_rulebook())


async def fill(registers: Registers) -> None:
    """The demo's achievements and demands."""
    for id_ in ("university", "jia", "yi", "bing", "ding", "wu"):
        await registers.organisations.add(Organisation(id_, id_, "enterprise", "henan", id_), "t", AT)
    await registers.achievements.add_all([register_row(one, "university") for one in load()], "t", AT)
    await fill_demands(registers, AT)
    await fill_demands(registers, AT)


async def test_both_sides_get_their_lists_once_a_day(registers: Registers) -> None:
    """Each demand of the demo finds what it asks for, its holder hears of it, and a second run changes nothing."""
    await fill(registers)
    done = await run_day(registers, STATE, DAY, AT)
    assert (done.needs, done.day) == (len(demo_demands()), DAY)
    wanted = await registers.recommendations.of(DAY, "need", "demo-need-2")
    assert wanted[0].match.supply == "demo-7"
    back = await registers.recommendations.for_owner(DAY, "university")
    assert ("demo-7", "demo-need-2") in {(one.subject, one.match.need) for one in back}
    assert await run_day(registers, STATE, DAY, AT + 1) == done


async def test_the_same_registers_give_the_same_lists(registers: Registers) -> None:
    """Another day, the same digest; a change in the registers, another one."""
    await fill(registers)
    first = await run_day(registers, STATE, DAY, AT)
    second = await run_day(registers, STATE, DAY + timedelta(days=1), AT)
    assert second.digest == first.digest
    row = await registers.achievements.get("demo-7")
    assert row is not None
    await registers.achievements.change(msgspec.structs.replace(row, impediment="质押未获同意"), "t", AT)
    third = await run_day(registers, STATE, DAY + timedelta(days=2), AT)
    assert third.digest != first.digest
    lists = await registers.recommendations.of(third.day, "need", "demo-need-2")
    assert "demo-7" not in {one.match.supply for one in lists}


async def test_a_large_market_is_computed_in_another_process(
    registers: Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gives the same lists."""
    await fill(registers)
    here = await run_day(registers, STATE, DAY, AT)
    monkeypatch.setattr(daily, "HERE", 0)
    there = await run_day(registers, STATE, DAY + timedelta(days=1), AT)
    assert there.digest == here.digest


def test_only_good_matches_are_told_unasked() -> None:
    """A demand that shares a word with an achievement and nothing else finds it when it asks, and hears nothing."""
    asked = need("d9", "插秧机上的传感器泡在泥水里总是坏，换一个要等半个月", field="农业")
    assert "a4" in [one.supply for one in market().for_need(asked)]
    assert compute(SUPPLIES, [asked]).listed == []


def test_lists_are_ranked_from_one() -> None:
    """Without gaps, best first, each subject for itself."""
    lists = compute(SUPPLIES, NEEDS)
    ranks: dict[tuple[str, str], list[int]] = {}
    for one in lists.listed:
        ranks.setdefault((one.side, one.subject), []).append(one.rank)
    assert ranks
    assert all(found == list(range(1, len(found) + 1)) for found in ranks.values())


async def test_a_new_day_is_seen_and_a_failure_is_tried_again(
    registers: Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job looks again by the house's clock; what went wrong once does not end it."""
    monkeypatch.setattr(daily, "LOOK_EVERY", 0)
    days: list[date] = []
    now = AT
    real = daily.run_day

    async def failing_once(registers: Registers, state: object, day: date, at: int) -> Run:
        days.append(day)
        if len(days) == 1:
            raise OSError("gone for a moment")
        return await real(registers, STATE, day, at)

    monkeypatch.setattr(daily, "run_day", failing_once)
    task = asyncio.create_task(every_day(registers, lambda: STATE, lambda: now))
    async with asyncio.timeout(20):
        while await registers.recommendations.latest() is None:
            await asyncio.sleep(0.01)
        now += LENGTH
        while len(days) < 3:
            await asyncio.sleep(0.01)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task  # What it has open is closed before the registers are.
    assert days == [shanghai_date(AT), shanghai_date(AT), shanghai_date(AT + LENGTH)]
