"""A small market: lots under several mechanisms, and what follows from each sale up to the paid claim."""

import asyncio
from collections.abc import Iterator
from random import Random

from exchange.demo import people
from exchange.demo.desk import next_step
from exchange.house.command import Body
from matching_engine.commands import Accept, Seal
from matching_engine.terms import SECOND, DutchClock, Mechanism, Terms
from settlement.commands import ApproveClaim, ElectClaimant, RecordCredit, SignContract
from settlement.dates import shanghai_date
from settlement.state import ClaimState, ContractState, Settlement, Trade
from tests.simulation.clients import Client
from tests.simulation.english import (
    OPENING_FEN,
    STEP_FEN,
    compete,
    english,
    enrol,
    enter,
    finished,
    offer,
    schedule,
)
from tests.simulation.vault import sealed
from tests.simulation.world import World

BIDDERS = ("jia", "yi", "bing")
MECHANISMS = (
    Mechanism.ENGLISH,
    Mechanism.DUTCH,
    Mechanism.SEALED_FIRST_PRICE,
    Mechanism.SEALED_SECOND_PRICE,
)
LOTS = 3
Task = tuple[str, str, Body]
"""A key under which it is done once, who does it, what."""


async def play(world: World) -> None:
    """All lots beside each other, then all that follows."""
    operator = Client(world, "operator")
    await enrol(operator, BIDDERS)
    await asyncio.gather(*(put_up(world, number) for number in range(1, LOTS + 1)))
    await Staff(world).work()
    await finished(world)


async def put_up(world: World, number: int) -> None:
    """One lot under a mechanism that the seed chooses, with its bidders, until it has ended."""
    operator, bank = Client(world, "operator"), Client(world, "bank")
    lot, listing = f"L{number}", f"A{number}"
    chance = Random(world.random.random())
    mechanism = chance.choice(MECHANISMS)
    await offer(world, operator, listing, number - 1)
    await schedule(world, operator, lambda opens_at: _terms(mechanism, opens_at), lot, listing, f"S{number}")
    logins = chance.sample(BIDDERS, chance.randrange(1, 4))
    await asyncio.gather(*(_bidder(world, Client(world, login), bank, lot, mechanism) for login in logins))
    while world.oracles.truth.lots[lot].closed_at is None:
        await asyncio.sleep(0.5)


def _terms(mechanism: Mechanism, opens_at: int) -> Terms:
    closes_at = opens_at + 8 * SECOND
    if mechanism is Mechanism.ENGLISH:
        return english(opens_at)
    clock = DutchClock(STEP_FEN, SECOND, OPENING_FEN // 2) if mechanism is Mechanism.DUTCH else None
    return Terms(mechanism, OPENING_FEN, opens_at, closes_at, dutch=clock)


async def _bidder(world: World, bidder: Client, bank: Client, lot: str, mechanism: Mechanism) -> None:
    code = await enter(world, bidder, bank, lot)
    if not code:
        return
    if mechanism is Mechanism.ENGLISH:
        await compete(world, bidder, code, 4, lot)
        return
    lots = world.oracles.truth.lots
    while world.now() < lots[lot].opens_at:
        await asyncio.sleep(0.3)
    await bidder.pause(8)
    if mechanism is Mechanism.DUTCH:
        await bidder.ask(Accept(lot, code))
    else:
        amount_fen = OPENING_FEN + bidder.chance(4) * STEP_FEN
        await bidder.ask(Seal(lot, code, *sealed(lot, code, amount_fen)))


class Staff:
    """Sellers, buyers, bank, registrars and funders, each doing what is due next."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._clients: dict[str, Client] = {}
        self._done: set[str] = set()

    async def work(self) -> None:
        """Until nothing is left to do for anybody."""
        idle = 0
        while idle < 20:
            state = self._world.oracles.truth.settlement
            task = next((task for task in self._due(state) if task[0] not in self._done), None)
            idle = 0 if task else idle + 1
            if task is None:
                await asyncio.sleep(0.5)
                continue
            key, login, body = task
            await self._client(login).ask(body)
            self._done.add(key)

    def _client(self, login: str) -> Client:
        return self._clients.setdefault(login, Client(self._world, login))

    def _due(self, state: Settlement) -> Iterator[Task]:
        for trade in state.trades.values():
            for due in (_signatures, _price, self._registration, _elections, _approvals):
                yield from due(state, trade)

    def _registration(self, state: Settlement, trade: Trade) -> Iterator[Task]:
        registration = state.registrations.get(trade.registration or "")
        if registration is None:
            return
        day = shanghai_date(self._world.now()).isoformat()
        step = next_step(state, registration, day)
        if step is not None:
            login, _, body = step
            about = getattr(body, "receipt", len(registration.supplements))
            yield f"{type(body).__name__} {registration.id} {about} {registration.state}", login, body


def _signatures(state: Settlement, trade: Trade) -> Iterator[Task]:
    contract = state.contracts.get(trade.contract or "")
    if contract is None or contract.state is not ContractState.DRAFTED:
        return
    for party in (trade.seller.id, trade.buyer.id):
        login = people.account_of(party).login
        yield f"sign {contract.id} {login}", login, SignContract(contract.id, party, login, contract.digest)


def _price(state: Settlement, trade: Trade) -> Iterator[Task]:
    owed = state.obligations.get(trade.obligation or f"O-{trade.id}")
    if owed is not None and not owed.met:
        day = "2026-03-02"
        credit = RecordCredit(f"CR-{owed.reference}", owed.reference, trade.buyer.id, owed.missing_fen, day)
        yield f"price {trade.id}", "bank", credit


def _elections(state: Settlement, trade: Trade) -> Iterator[Task]:
    registration = state.registrations.get(trade.registration or "")
    if registration is None or not registration.in_force:
        return
    for party in (trade.seller.id, trade.buyer.id):
        login = people.account_of(party).login
        yield f"elect {trade.id} {login}", login, ElectClaimant(trade.id, party, "buyer")


def _approvals(state: Settlement, trade: Trade) -> Iterator[Task]:
    for id_ in trade.claims:
        claim = state.claims[id_]
        if claim.state is ClaimState.DRAWN_UP:
            yield f"approve {id_} 1", "funder1", ApproveClaim(id_, "funder1")
        elif claim.state is ClaimState.APPROVED_ONCE:
            yield f"approve {id_} 2", "funder2", ApproveClaim(id_, "funder2")
