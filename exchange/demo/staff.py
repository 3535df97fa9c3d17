"""Simulated staff and parties: they look at what the committed state leaves to do, wait a little, and do it.

Whoever signs in may be faster. What belongs to an enterprise that waits for the reader (not `played`) is left
to the reader, but for the bank, which always pays.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import structlog

from exchange.demo import people
from exchange.demo.desk import next_step
from exchange.demo.steps import Steps
from exchange.house.state import State
from matching_engine.errors import LuochuiError
from settlement import commands as sc
from settlement.dates import shanghai_date
from settlement.state import ClaimState, ContractState, DepositState, Trade

log = structlog.get_logger()

Act = Callable[[], Awaitable[object]]
Task = tuple[str, float, Act]
"""A key that names the task, the pause before it in seconds, and what to do."""


class Staff:
    """Does what is left to do, each thing once."""

    def __init__(self, steps: Steps, pace: float) -> None:
        self._steps = steps
        self._pace = pace
        self._begun: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Look round for ever."""
        try:
            while True:
                for key, pause, act in self._to_do(self._steps.house.view):
                    if key not in self._begun:
                        self._begin(key, pause, act)
                await asyncio.sleep(0.5 * self._pace)
        finally:
            for task in self._tasks:
                task.cancel()

    async def finish(self) -> None:
        """Do at once whatever is left to do, until nothing is."""
        while left := [task for task in self._to_do(self._steps.house.view) if task[0] not in self._begun]:
            for key, _, act in left:
                self._begun.add(key)
                await act()
                await self._steps.house.settled()

    def _begin(self, key: str, pause: float, act: Act) -> None:
        self._begun.add(key)
        task = asyncio.create_task(self._do(key, pause, act), name=key)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, key: str, pause: float, act: Act) -> None:
        await asyncio.sleep(self._pace * pause)
        try:
            await act()
        except LuochuiError as failure:
            log.info("demo staff too late", task=key, reason=str(failure))
            self._begun.discard(key)

    def _to_do(self, view: State) -> Iterator[Task]:
        yield from self._deposits(view)
        for trade in view.settlement.trades.values():
            yield from self._payments(view, trade)
            yield from self._signatures(view, trade)
            yield from self._registrations(view, trade)
            yield from self._elections(view, trade)
            yield from self._approvals(view, trade)

    def _deposits(self, view: State) -> Iterator[Task]:
        for deposit in view.settlement.deposits.values():
            if deposit.state is DepositState.CALLED and view.lots[deposit.lot].closed_at is None:
                args = deposit.reference, deposit.party, deposit.amount_fen
                yield f"deposit {deposit.id}", 2, lambda args=args: self._steps.credit(*args)  # type: ignore[misc]

    def _payments(self, view: State, trade: Trade) -> Iterator[Task]:
        obligation = view.settlement.obligations.get(f"O-{trade.id}")
        contract = view.settlement.contracts.get(trade.contract or "")
        if obligation and not obligation.met and contract and contract.state is ContractState.CONCLUDED:
            args = obligation.reference, trade.buyer.id, obligation.missing_fen
            yield f"price {trade.id}", 12, lambda: self._steps.credit(*args)

    def _signatures(self, view: State, trade: Trade) -> Iterator[Task]:
        contract = view.settlement.contracts.get(trade.contract or "")
        if contract is None or contract.state is not ContractState.DRAFTED:
            return
        for party, pause in ((trade.seller.id, 15), (trade.buyer.id, 8)):
            login = people.account_of(party)
            if login.played and not any(signature.party == party for signature in contract.signatures):
                body = sc.SignContract(contract.id, party, login.login, contract.digest)
                yield self._asking(
                    f"sign {contract.id} {contract.digest[:8]} {party}", pause, login.login, body
                )

    def _asking(self, key: str, pause: float, login: str, body: sc.SettlementCommand) -> Task:
        return key, pause, lambda: self._steps.ask(login, body)

    def _registrations(self, view: State, trade: Trade) -> Iterator[Task]:
        """One step of the desk at a time; the same step on the same thing is taken once."""
        registration = view.settlement.registrations.get(trade.registration or "")
        if registration is None:
            return
        day = shanghai_date(self._steps.house.clock.now()).isoformat()
        step = next_step(view.settlement, registration, day)
        if step is not None:
            login, pause, body = step
            about = getattr(body, "receipt", len(registration.supplements))
            yield self._asking(f"{type(body).__name__} {registration.id} {about}", pause, login, body)

    def _elections(self, view: State, trade: Trade) -> Iterator[Task]:
        """The parties let the buyer claim, as soon as the contract is registered."""
        registration = view.settlement.registrations.get(trade.registration or "")
        if registration is None or not registration.in_force:
            return
        for side in ("seller", "buyer"):
            party = trade.party(side).id
            account = people.account_of(party)
            if account.played and side not in trade.elected:
                body = sc.ElectClaimant(trade.id, party, "buyer")
                yield self._asking(f"elect {trade.id} {side}", 10, account.login, body)

    def _approvals(self, view: State, trade: Trade) -> Iterator[Task]:
        for id_ in trade.claims:
            claim = view.settlement.claims[id_]
            if claim.state is ClaimState.DRAWN_UP:
                yield self._asking(f"approve {id_} 1", 20, "funder1", sc.ApproveClaim(id_, "funder1"))
            elif claim.state is ClaimState.APPROVED_ONCE:
                other = "funder2" if "funder1" in claim.approvers else "funder1"
                yield self._asking(f"approve {id_} 2", 15, other, sc.ApproveClaim(id_, other))
