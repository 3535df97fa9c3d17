"""A real exchange for tests of the web: house, journal and registers in one database, people with accounts, one lot.

The clock is moved by hand, so that sessions and lots end when a test says so.
"""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from exchange.bootstrap import Exchange, open_exchange
from exchange.demo import people
from exchange.demo.bank import DemoBank
from exchange.settings import Settings
from exchange.store.clock import ManualClock
from tests.exchange.house.running import BEGIN, LOT, open_lot
from tests.services import databases
from web.app import create_app

HASH = databases.HASH
ORIGIN = "http://127.0.0.1:8000"
_ids = itertools.count(1)


def key() -> str:
    """An Idempotency-Key that no other request of the test run has."""
    return f"web-test-{next(_ids):08d}"


@dataclass(slots=True)
class Web:
    """An application over a real exchange, and the clock they share."""

    exchange: Exchange
    app: Starlette
    clock: ManualClock

    def client(self, address: str = "127.0.0.1", **headers: str) -> httpx2.AsyncClient:
        """Somebody's browser or program, with cookies of its own."""
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 50_000))
        base = self.exchange.settings.public_url
        return httpx2.AsyncClient(transport=transport, base_url=base, headers={"origin": base, **headers})

    async def signed_in(self, login: str) -> httpx2.AsyncClient:
        """A browser in which an account of the demo is signed in, with the form token in its headers."""
        client = self.client()
        answer = await client.post("/api/v1/session", json={"account": login, "password": people.PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["x-csrf-token"] = answer.json()["csrf"]
        return client

    async def open_lot(self, *bidders: str) -> str:
        """One English lot that takes bids: opening price 1,600,000.00, step 80,000.00, for an hour."""
        await open_lot(self.exchange.house, self.clock, bidders or ("jia", "yi"))  # type: ignore[arg-type]
        return LOT

    async def pass_time(self, length: int) -> None:
        """Let time go by, and everything happen that is due."""
        self.clock.advance(length)
        await self.exchange.own_house.gavel.strike()
        await self.exchange.own_house.settled()


@asynccontextmanager
async def running_web(
    database_url: str, routes: Sequence[BaseRoute] = (), clock: ManualClock | None = None, **settings: object
) -> AsyncIterator[Web]:
    """An application over an exchange on this database, with the demo's people in its registers."""
    await databases.with_people(database_url)
    clock = clock or ManualClock(BEGIN)
    chosen = Settings(database_url=database_url, **settings)  # type: ignore[arg-type]
    async with open_exchange(chosen, clock, DemoBank(clock)) as exchange:
        yield Web(exchange, create_app(exchange, routes), clock)
