"""Tickets: one use, thirty seconds, one session."""

import asyncio

from tests.web.running import Web

SECOND = 1_000_000


async def _ticket(web: Web, login: str = "jia") -> tuple[str, str]:
    """A ticket of a new session, and the session's id."""
    client = await web.signed_in(login)
    answer = await client.post("/api/v1/tickets")
    assert answer.status_code == 201
    caller, _ = await web.app.state.sessions.caller(client.build_request("GET", "/").headers)
    return answer.json()["ticket"], caller.id


async def test_a_ticket_opens_once(web: Web) -> None:
    """Of ten that show the same ticket at once, one gets in; nobody does later."""
    ticket, session = await _ticket(web)
    taken = await asyncio.gather(*(web.app.state.tickets.redeem(ticket, session) for _ in range(10)))
    assert sorted(taken) == [False] * 9 + [True]
    assert not await web.app.state.tickets.redeem(ticket, session)


async def test_a_ticket_is_good_for_thirty_seconds(web: Web) -> None:
    """Just before the end it opens, at the end it does not."""
    early, session = await _ticket(web)
    web.clock.advance(30 * SECOND - 1)
    assert await web.app.state.tickets.redeem(early, session)
    late, session = await _ticket(web)
    web.clock.advance(30 * SECOND)
    assert not await web.app.state.tickets.redeem(late, session)


async def test_a_ticket_is_bound_to_its_session(web: Web) -> None:
    """Another session, of the same person even, cannot use it, and the try does not use it up."""
    ticket, own = await _ticket(web)
    _, other = await _ticket(web)
    assert not await web.app.state.tickets.redeem(ticket, other)
    assert await web.app.state.tickets.redeem(ticket, own)


async def test_tickets_are_for_sessions(web: Web) -> None:
    """Nobody gets one without signing in, and a program with a key needs none."""
    nobody = await web.client().post("/api/v1/tickets")
    assert (nobody.status_code, nobody.json()["code"]) == (401, "NOT_SIGNED_IN")
    account = await web.exchange.registers.accounts.get("jia")
    key, _ = await web.app.state.sessions.new_key(account, "报价程序", 60 * SECOND)
    program = await web.client(authorization=f"Bearer {key}").post("/api/v1/tickets")
    assert (program.status_code, program.json()["code"]) == (403, "SESSION_REQUIRED")


async def test_a_made_up_ticket_opens_nothing(web: Web) -> None:
    """Guessing is hopeless, and harmless text too."""
    _, session = await _ticket(web)
    for ticket in ("", "x", "a" * 43, "'; DROP TABLE ticket; --"):
        assert not await web.app.state.tickets.redeem(ticket, session)
