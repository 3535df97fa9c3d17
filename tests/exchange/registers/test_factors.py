"""Second factors and grants as rows, in both databases: what may happen once happens once, however many ask."""

import asyncio

from exchange.registers import Account, Registers
from exchange.registers.factors import PAUSE, TRIES, Factor
from exchange.registers.grants import GrantRefused
from tests.exchange.registers.conftest import AT


async def _account(registers: Registers, login: str = "op", *roles: str) -> Account:
    return await registers.accounts.add(login, "h", "演示交易员", roles or ("operator",), AT, id=login)


def _factor(kind: str = "totp", credential: str | None = None) -> Factor:
    return Factor(f"f-{kind}", "op", kind, "x", "sealed", credential, 0, AT, None, None)  # type: ignore[arg-type]


async def test_a_step_a_code_and_a_try_are_used_once(registers: Registers) -> None:
    """Five askers at the same moment: one uses the step, one the recovery code; the tries are counted all the same."""
    await _account(registers)
    factors = registers.factors
    await factors.add(_factor())
    assert await factors.list("op") == []
    assert sum(await asyncio.gather(*(factors.use(_factor(), 7, AT) for _ in range(5)))) == 1
    assert [one.confirmed_at for one in await factors.list("op")] == [AT]
    assert not await factors.use(_factor(), 6, AT)
    await factors.set_codes("op", ["a", "b"])
    assert sum(await asyncio.gather(*(factors.use_code("op", "a") for _ in range(5)))) == 1
    assert await factors.codes_left("op") == 1
    waits = await asyncio.gather(*(factors.try_one("op", AT) for _ in range(TRIES + 2)))
    assert sorted(map(bool, waits)) == [False] * TRIES + [True] * 2
    assert await factors.try_one("op", AT + PAUSE) == 0
    assert await factors.remove("op", "f-totp")
    assert await factors.codes_left("op") == 0


async def test_a_passkey_that_does_not_count_and_one_that_does(registers: Registers) -> None:
    """A counter never goes back; passkeys that always say 0 are used again and again."""
    await _account(registers)
    passkey = _factor("passkey", "credential")
    await registers.factors.add(passkey)
    assert await registers.factors.use(passkey, 0, AT)
    assert await registers.factors.use(passkey, 0, AT)
    assert await registers.factors.use(passkey, 3, AT)
    assert not await registers.factors.use(passkey, 3, AT)
    assert not await registers.factors.use(passkey, 0, AT)


async def test_of_two_who_decide_a_grant_one_does(registers: Registers) -> None:
    """The other hears that it is decided; the account has the roles once."""
    proposer, new = await _account(registers), await _account(registers, "new", "registrar")
    others = [await _account(registers, f"op{n}") for n in range(2)]
    grant = await registers.grants.propose(new, ["funder"], "入职", proposer.id, AT)
    decided = await asyncio.gather(
        *(registers.grants.decide(grant.id, one, True, AT) for one in others), return_exceptions=True
    )
    refused = [one for one in decided if isinstance(one, GrantRefused)]
    assert [one.code for one in refused] == ["GRANT_DECIDED"]
    account = await registers.accounts.get("new")
    assert account is not None
    assert account.roles == {"funder"}
