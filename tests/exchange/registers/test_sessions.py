"""Sign-ins and keys as rows: only hashes are kept, and what no longer counts is not found."""

import asyncio

from sqlalchemy import text

from exchange.registers import Account, Registers
from exchange.registers.sessions import CHUNK, SignIn, token_hash
from tests.exchange.registers.conftest import AT

IDLE, LONG = 1_000, 10_000


async def _account(registers: Registers) -> Account:
    return await registers.accounts.add("op", "h", "演示交易员", ["operator"], AT)


async def _begin(registers: Registers, token: str = "token", at: int = AT) -> SignIn:
    found = await registers.accounts.credentials("op")
    account = found[0] if found else await _account(registers)
    return await registers.sessions.begin(account, token, at, at + LONG)


async def test_a_token_finds_its_sign_in_and_is_itself_nowhere(registers: Registers) -> None:
    """The database holds the hash of the token, not the token."""
    begun = await _begin(registers, "secret-token")
    assert await registers.sessions.find("secret-token", AT, IDLE) == begun
    assert await registers.sessions.find("other", AT, IDLE) is None
    async with registers.database.reading() as session:
        row = repr((await session.execute(text("SELECT * FROM web_session"))).one())
    assert token_hash("secret-token") in row
    assert "secret-token" not in row


async def test_idle_and_absolute_ends(registers: Registers) -> None:
    """A sign-in ends when nobody used it for the idle time, and at its absolute end however busy it is."""
    begun = await _begin(registers)
    assert await registers.sessions.find("token", AT + IDLE - 1, IDLE) is not None
    assert await registers.sessions.find("token", AT + IDLE, IDLE) is None
    await registers.sessions.seen([begun.id], AT + LONG - 1)
    assert await registers.sessions.find("token", AT + LONG - 1, IDLE) is not None
    assert await registers.sessions.find("token", AT + LONG, IDLE) is None


async def test_disabling_an_account_ends_its_sign_ins(registers: Registers) -> None:
    """No session of a disabled account is found, and none comes back when it is opened again."""
    begun = await _begin(registers)
    await registers.accounts.set_enabled("op", False)
    assert await registers.sessions.find("token", AT, IDLE) is None
    await registers.accounts.set_enabled("op", True)
    assert await registers.sessions.living([begun.id], AT, IDLE) == {}


async def test_roles_are_those_of_now(registers: Registers) -> None:
    """A change of roles is seen at the next look, beside the roles that the token was given for."""
    await _begin(registers)
    await registers.accounts.set_roles("op", ["auditor"])
    found = await registers.sessions.find("token", AT, IDLE)
    assert found is not None
    assert (found.account.roles, found.roles) == (frozenset({"auditor"}), frozenset({"operator"}))


async def test_another_token_takes_the_place_of_the_first(registers: Registers) -> None:
    """After a rotation the old token is void and the sign-in is the same."""
    begun = await _begin(registers)
    await registers.sessions.rotate(begun, "second", AT + 1)
    assert await registers.sessions.find("token", AT + 1, IDLE) is None
    found = await registers.sessions.find("second", AT + 1, IDLE)
    assert found is not None
    assert found.id == begun.id


async def test_signing_out_and_the_sweep(registers: Registers) -> None:
    """A sign-in that ended is gone; those past their end are swept by the next sign-in."""
    first, second = await _begin(registers, "a"), await _begin(registers, "b")
    await registers.sessions.end(first.id)
    assert set(await registers.sessions.living([first.id, second.id], AT, IDLE)) == {second.id}
    third = await _begin(registers, "c", AT + LONG)
    async with registers.database.reading() as session:
        ids = (await session.scalars(text("SELECT id FROM web_session"))).all()
    assert list(ids) == [third.id]


async def test_many_sign_ins_are_looked_up_in_portions(registers: Registers) -> None:
    """More ids than one question takes are all answered."""
    begun = await _begin(registers)
    ids = [f"absent-{n}" for n in range(CHUNK)] + [begun.id]
    assert set(await registers.sessions.living(ids, AT, IDLE)) == {begun.id}
    await registers.sessions.seen(ids, AT + 5)
    found = await registers.sessions.find("token", AT + 5, IDLE)
    assert found is not None
    assert found.seen_at == AT + 5


async def test_a_key_counts_until_it_expires_or_is_ended(registers: Registers) -> None:
    """A key finds its account; not after its end, not when withdrawn, not when the account was shut."""
    account = await _account(registers)
    key = await registers.sessions.add_key(account, "ek_one", "报价程序", AT, AT + LONG)
    assert await registers.sessions.find_key("ek_one", AT) == (key, account)
    assert await registers.sessions.find_key("ek_one", AT + LONG) is None
    assert await registers.sessions.find_key("ek_two", AT) is None
    await registers.sessions.end_key(key.id)
    assert await registers.sessions.find_key("ek_one", AT) is None
    await registers.sessions.add_key(account, "ek_three", "报价程序", AT, AT + LONG)
    await registers.accounts.set_enabled("op", False)
    assert await registers.sessions.find_key("ek_three", AT) is None


async def test_living_keys_are_looked_up_by_id(registers: Registers) -> None:
    """Of many ids those come back that still count, with the account as it is now."""
    account = await _account(registers)
    key = await registers.sessions.add_key(account, "ek_one", "报价程序", AT, AT + LONG)
    await registers.accounts.set_roles("op", ["auditor"])
    found = await registers.sessions.living_keys([key.id, "absent"], AT)
    assert {id_: one.roles for id_, one in found.items()} == {key.id: frozenset({"auditor"})}
    assert await registers.sessions.living_keys([key.id], AT + LONG) == {}


async def test_a_ticket_is_taken_once_by_its_own_sign_in(registers: Registers) -> None:
    """Ten at the same time: one gets it. Another sign-in, a late one, or a dropped ticket: nobody."""
    sessions = registers.sessions
    await sessions.add_ticket("one", "ticket", AT, AT + 30)
    assert not await sessions.take_ticket("two", "ticket", AT)
    assert not await sessions.take_ticket("one", "ticket", AT + 30)
    taken = await asyncio.gather(*(sessions.take_ticket("one", "ticket", AT) for _ in range(10)))
    assert sorted(taken) == [False] * 9 + [True]
    await sessions.add_ticket("one", "dropped", AT, AT + 30)
    await sessions.drop_ticket("dropped")
    assert not await sessions.take_ticket("one", "dropped", AT)


async def test_old_tickets_are_swept(registers: Registers) -> None:
    """Tickets that nobody took do not pile up."""
    for n in range(5):
        await registers.sessions.add_ticket("one", f"t{n}", AT + n * 30, AT + n * 30 + 30)
    async with registers.database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM ticket")) == 1
