"""What is looked at again and again: one connection, one value, and a text that stands for many rows."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import bindparam, func, select, text

from exchange.ports import Unavailable
from exchange.registers import Registers
from exchange.registers.factors import Factor
from exchange.registers.models import AccountRow
from exchange.registers.sessions import CHUNK
from tests.exchange.registers.conftest import AT

IDLE, LONG = 1_000, 10_000
NAME = select(AccountRow.display_name).where(AccountRow.login == bindparam("login"))
COUNT = select(func.count()).select_from(AccountRow)

Change = Callable[[Registers, str, str], Awaitable[object]]
"""Something that happens to the registers, the sign-in and the key of this test."""


async def test_a_glance_is_the_one_value(registers: Registers) -> None:
    """The first column of the row that is there now, and None where there is none."""
    glance = registers.database.glance
    assert await glance(NAME, login="op") is None
    await registers.accounts.add("op", "h", "演示交易员", ["operator"], AT)
    assert await glance(NAME, login="op") == "演示交易员"
    assert await glance(COUNT) == 1


async def test_glances_at_the_same_time_all_get_their_turn(registers: Registers) -> None:
    """One connection answers one question after the other, however many are asked at once."""
    await registers.accounts.add("op", "h", "演示交易员", ["operator"], AT)
    assert await asyncio.gather(*(registers.database.glance(COUNT) for _ in range(40))) == [1] * 40


async def test_a_connection_that_was_cut_off_is_replaced(postgres_url: str) -> None:
    """A server that dropped the connection since the last look costs no look."""
    registers = Registers(postgres_url)
    one = select(func.pg_backend_pid())
    first = await registers.database.glance(one)
    async with registers.database.writing() as session:
        await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
    async with asyncio.timeout(10):
        while (second := await registers.database.glance(one)) == first:
            await asyncio.sleep(0.05)
    assert second != first
    await registers.close()


async def test_what_cannot_be_asked_is_unavailable(sqlite_path: Path) -> None:
    """No server and no tables are Unavailable, whatever the driver calls it."""
    for url in ("postgresql://nobody@127.0.0.1:1/nothing", f"sqlite:///{sqlite_path}"):
        registers = Registers(url)
        with pytest.raises(Unavailable, match="registers"):
            await registers.database.glance(COUNT)
        await registers.close()


CHANGES: dict[str, Change] = {
    "the account's roles": lambda r, sign_in, key: r.accounts.set_roles("op", ["auditor"]),
    "the account disabled": lambda r, sign_in, key: r.accounts.set_enabled("op", False),
    "the sign-in ended": lambda r, sign_in, key: r.sessions.end(sign_in),
    "the key ended": lambda r, sign_in, key: r.sessions.end_key(key),
    "a second factor shown": lambda r, sign_in, key: r.sessions.stepped_up(sign_in, AT + 1),
    "a market session confirmed": lambda r, sign_in, key: r.sessions.confirmed(sign_in, "S1"),
    "a second factor added": lambda r, sign_in, key: _enrol(r),
}


async def _enrol(registers: Registers) -> None:
    found = await registers.accounts.credentials("op")
    assert found is not None
    await registers.factors.add(Factor("f1", found[0].id, "totp", "手机", "s", None, 0, AT, AT, None))


@pytest.mark.parametrize("what", CHANGES)
async def test_the_summary_tells_every_change_that_the_marks_tell(registers: Registers, what: str) -> None:
    """The text differs as soon as one of the marks does, and is the same as long as they are."""
    account = await registers.accounts.add("op", "h", "演示交易员", ["operator"], AT)
    sign_in = (await registers.sessions.begin(account, "token", AT, AT + LONG)).id
    key = (await registers.sessions.add_key(account, "lc_key", "程序", AT, AT + LONG)).id
    look = registers.sessions
    before = await look.summary([sign_in], [key], AT, IDLE), await look.marks([sign_in], [key], AT, IDLE)
    assert await look.summary([sign_in], [key], AT + 1, IDLE) == before[0]
    await CHANGES[what](registers, sign_in, key)
    after = await look.summary([sign_in], [key], AT, IDLE), await look.marks([sign_in], [key], AT, IDLE)
    assert after[0] != before[0]
    assert after[1] != before[1]


async def test_the_summary_tells_that_time_is_over(registers: Registers) -> None:
    """Idle or at its end, a sign-in is no longer in the text, though nobody wrote anything."""
    account = await registers.accounts.add("op", "h", "演示交易员", ["operator"], AT)
    sign_in = (await registers.sessions.begin(account, "token", AT, AT + LONG)).id
    now = await registers.sessions.summary([sign_in], [], AT, IDLE)
    assert await registers.sessions.summary([sign_in], [], AT + IDLE, IDLE) != now
    assert await registers.sessions.summary([sign_in], [], AT + LONG, 2 * LONG) != now


async def test_a_summary_of_very_many(registers: Registers) -> None:
    """More ids than one question takes, most of which nobody has: all are asked for."""
    account = await registers.accounts.add("op", "h", "演示交易员", ["operator"], AT)
    ids = [(await registers.sessions.begin(account, f"t{n}", AT, AT + LONG)).id for n in range(3)]
    many = [*ids[:2], *(f"nobody-{n:05d}" for n in range(2 * CHUNK)), ids[2]]
    before = await registers.sessions.summary(many, [], AT, IDLE)
    await registers.sessions.end(ids[2])
    after = await registers.sessions.summary(many, [], AT, IDLE)
    assert (before[:-1], len(before)) == (after[:-1], 3)
    assert before[-1] != after[-1]
