"""One lot through every stage in virtual time: what `luochui demo --once` shows.

The real house decides every step on a real journal; only the clock is moved by hand, so that a public notice
of seven days takes no time.
"""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from exchange.demo import people
from exchange.demo.data import increment_fen, load, opening_price_fen
from exchange.demo.desk import next_step
from exchange.demo.steps import NOTICE, Steps, plan_lot
from exchange.house.command import Recorded
from exchange.house.house import House
from exchange.market import events as m
from exchange.store.clock import ManualClock
from matching_engine import events as le
from matching_engine.commands import Bid
from matching_engine.money import format_yuan
from matching_engine.terms import DAY, HOUR, MINUTE
from settlement import commands as sc
from settlement import events as se
from settlement.dates import shanghai_date, shanghai_time
from settlement.registration_state import Registration

BEGIN = 1_772_413_200_000_000
"""2026-03-02 09:00 in Shanghai, a Monday."""
LOT, LISTING, SESSION, TRADE = "L1", "A1", "S1", "T-L1-1"
BIDDERS = ("jia", "yi", "bing")
NUMBER = "2026230101000001"
"""The demo registrar's number: year 2026, Harbin 2301, office 01, serial 1."""


class Stage(msgspec.Struct, frozen=True):
    """A stage that is done: its name, its place in the journal, and what it came to."""

    stage: str
    seq: int
    at: int
    facts: dict[str, Any]

    def as_line(self) -> dict[str, Any]:
        """The stage as one line of output."""
        return {"stage": self.stage, "seq": self.seq, "at": shanghai_time(self.at).isoformat(), **self.facts}


class Once:
    """Plays one lot and tells each stage as it is done."""

    def __init__(self, house: House, clock: ManualClock) -> None:
        self._house = house
        self._clock = clock
        self._steps = Steps(house, "once")
        self._achievement = load()[0]
        self._seen: list[Recorded] = []
        house.watch(self._seen.extend)

    async def play(self) -> AsyncIterator[Stage]:
        """The twelve stages, in order."""
        yield await self._listing()
        yield await self._notice()
        yield await self._session()
        yield await self._entries()
        yield await self._deposits()
        yield await self._bidding()
        yield await self._hammer()
        yield self._stage("contract", se.ContractDrafted, kind="assignment", contract=f"C-{TRADE}")
        yield await self._signatures()
        yield await self._registration()
        yield await self._credit()
        yield await self._claim()

    async def _pass_time(self, length: int) -> None:
        self._clock.advance(length)
        await self._house.gavel.strike()
        await self._house.settled()

    def _all(self, kind: type) -> list[Recorded]:
        return [recorded for recorded in self._seen if isinstance(recorded.event, kind)]

    def _stage(self, name: str, kind: type, /, **facts: Any) -> Stage:
        """The stage that the last event of this kind completed."""
        recorded = self._all(kind)[-1]
        return Stage(name, recorded.seq, recorded.at, facts)

    async def _listing(self) -> Stage:
        await self._steps.enrol()
        await self._steps.offer(LISTING, self._achievement)
        title, source = self._achievement.title, self._achievement.source
        return self._stage(
            "listing",
            m.ListingAdmitted,
            listing=LISTING,
            title=title,
            seller=people.UNIVERSITY.name,
            source=source,
        )

    async def _notice(self) -> Stage:
        await self._pass_time(NOTICE)
        return self._stage("notice", m.NoticeClosed, listing=LISTING, days=NOTICE // DAY)

    async def _session(self) -> Stage:
        opens_at = self._clock.now() + HOUR
        plan = plan_lot(LOT, LISTING, self._achievement, opens_at, DAY)
        await self._steps.schedule(SESSION, "演示专场", (plan,))
        return self._stage(
            "session",
            m.SessionScheduled,
            session=SESSION,
            lot=LOT,
            mechanism=plan.terms.mechanism.value,
            opening_price=format_yuan(plan.terms.opening_price_fen),
            opens_at=shanghai_time(opens_at).isoformat(),
            closes_at=shanghai_time(opens_at + DAY).isoformat(),
        )

    async def _entries(self) -> Stage:
        codes = [await self._steps.enter(login, LOT) for login in BIDDERS]
        await self._house.settled()
        return self._stage("entry", m.EntryApplied, lot=LOT, codes=codes)

    async def _deposits(self) -> Stage:
        for login in BIDDERS:
            await self._steps.pay_deposit(login, LOT)
        await self._house.settled()
        held = self._all(se.DepositHeld)
        amount = format_yuan(self._house.view.market.lot_plans[LOT].deposit_fen)
        return self._stage("deposit", se.DepositHeld, lot=LOT, held=len(held), amount=amount)

    async def _bid(self, login: str, amount_fen: int, max_fen: int | None = None) -> None:
        code = self._house.view.market.code_of(LOT, people.principal(login).party) or ""
        await self._steps.ask(login, Bid(LOT, code, amount_fen, max_fen))

    async def _bidding(self) -> Stage:
        """Open bids, one too low, a proxy bid, and a bid in the last minutes that moves the close."""
        opening, step = opening_price_fen(self._achievement), increment_fen(self._achievement)
        await self._pass_time(HOUR)
        await self._bid("jia", opening)
        await self._bid("yi", opening + step // 2)
        await self._bid("yi", opening + 4 * step, opening + 18 * step)
        await self._bid("bing", opening + 8 * step)
        await self._pass_time(DAY - 2 * MINUTE)
        await self._bid("jia", opening + 20 * step)
        lot = self._house.view.lots[LOT]
        return self._stage(
            "bid",
            le.BidAccepted,
            lot=LOT,
            accepted=lot.accepted,
            refused=lot.refused,
            extensions=lot.extensions,
            lead=format_yuan(lot.lead_fen or 0),
            leader=lot.leader,
            closes_at=shanghai_time(lot.closes_at or 0).isoformat(),
        )

    async def _hammer(self) -> Stage:
        await self._pass_time(5 * MINUTE)
        winner = self._house.view.lots[LOT].winners[0]
        return self._stage(
            "hammer",
            le.Hammered,
            lot=LOT,
            winner=winner.bidder,
            price=format_yuan(winner.price_fen),
            trade=TRADE,
            buyer=self._house.view.settlement.trades[TRADE].buyer.name,
        )

    async def _signatures(self) -> Stage:
        contract = self._house.view.settlement.contracts[f"C-{TRADE}"]
        for login in ("university", "jia"):
            party = people.principal(login).party or ""
            await self._steps.ask(login, sc.SignContract(contract.id, party, login, contract.digest))
        await self._house.settled()
        return self._stage(
            "signature",
            se.ContractConcluded,
            contract=contract.id,
            digest=contract.digest,
            signatures=len(self._all(se.ContractSigned)),
        )

    async def _registration(self) -> Stage:
        """Accepted, looked at item by item, recognised, and registered under the number."""
        await self._pass_time(DAY)
        await self._at_the_desk()
        return self._stage("registration", se.ContractRegistered, provisional=f"TC-{TRADE}", number=NUMBER)

    def _registration_of_trade(self) -> Registration:
        return self._house.view.settlement.registrations[f"TC-{TRADE}"]

    async def _at_the_desk(self) -> None:
        """The registrar does what is left to do."""
        today = shanghai_date(self._clock.now()).isoformat()
        while step := next_step(self._house.view.settlement, self._registration_of_trade(), today, NUMBER):
            login, _, body = step
            outcome = await self._steps.ask(login, body)
            assert outcome.refusal is None, outcome.refusal
            await self._house.settled()

    async def _credit(self) -> Stage:
        """The rest of the price arrives, and the bank pays the whole of it on to the seller."""
        price_fen = self._house.view.settlement.trades[TRADE].price_fen
        deposit_fen = self._house.view.market.lot_plans[LOT].deposit_fen
        await self._steps.credit(f"O-{TRADE}", "jia", price_fen - deposit_fen)
        await self._house.settled()
        await self._at_the_desk()
        return self._stage(
            "credit",
            se.ProceedsPaid,
            reference=f"O-{TRADE}",
            credited=format_yuan(price_fen - deposit_fen),
            deposit_applied=format_yuan(deposit_fen),
            received_by_seller=format_yuan(price_fen),
            technical_income=format_yuan(self._registration_of_trade().certified_fen),
        )

    async def _claim(self) -> Stage:
        for login in ("university", "jia"):
            party = people.principal(login).party or ""
            await self._steps.ask(login, sc.ElectClaimant(TRADE, party, "buyer"))
        await self._house.settled()
        drawn = self._all(se.ClaimDrawnUp)[-1].event
        assert isinstance(drawn, se.ClaimDrawnUp)
        for login in ("funder1", "funder2"):
            await self._steps.ask(login, sc.ApproveClaim(drawn.claim, login))
        await self._house.settled()
        return self._stage(
            "claim",
            se.ClaimPaid,
            claim=drawn.claim,
            rule=drawn.rule,
            claimant=drawn.claimant,
            base=format_yuan(drawn.base_fen),
            amount=format_yuan(drawn.amount_fen),
            document=drawn.document,
            clause=drawn.clause,
            quote=drawn.quote,
            approvals=len(self._all(se.ClaimApproved)),
            paid=True,
        )
