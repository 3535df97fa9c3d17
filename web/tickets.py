"""Tickets: what a browser shows in `hello` beside its cookie, so that another site's page cannot open its socket.

A ticket is taken once, within thirty seconds, by the sign-in it was given to. It is kept as a row, for the
process that hands it out need not be the one that holds the socket.
"""

import secrets

from exchange.ports import Clock
from exchange.registers.sessions import Sessions

LIFETIME = 30_000_000
"""µs from issue to end."""


class Tickets:
    """Issues and takes tickets."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def issue(self, sign_in: str) -> str:
        """A new ticket for a sign-in, by its id."""
        ticket = secrets.token_urlsafe(32)
        at = self._clock.now()
        await self._sessions.add_ticket(sign_in, ticket, at, at + LIFETIME)
        return ticket

    async def redeem(self, ticket: str, sign_in: str) -> bool:
        """Whether the ticket opens a socket for the sign-in; it never does again."""
        return await self._sessions.take_ticket(sign_in, ticket, self._clock.now())
