"""The steps that sellers, operators and bidders take in the demo, each one command to the house."""

import itertools
from collections.abc import Iterable

from exchange.demo import people
from exchange.demo.data import DemoAchievement, increment_fen, opening_price_fen, register_row
from exchange.house.command import Body, Command, Outcome
from exchange.house.house import House
from exchange.market.commands import (
    AdmitListing,
    ApplyEntry,
    EnrolParty,
    LotPlan,
    ScheduleSession,
    SubmitListing,
)
from exchange.market.custody import OPENING_WITHIN
from exchange.market.listing_terms import OPTIONAL_CHECKS, Check, Checked
from exchange.market.seal_messages import CustodyKind
from matching_engine.terms import DAY, MINUTE, Extension, Mechanism, Rung, Terms
from settlement.commands import PartyFacts, RecordCredit, Subject
from settlement.dates import shanghai_date

NOTICE = 7 * DAY
"""Public notice before an auction (auction law art. 45)."""
DEPOSIT_PERCENT = 10
"""Of the opening price; the law's range for online judicial auctions is 5 to 20 (art. 17)."""

CHECKED = tuple(
    Checked(check, "not_needed") if check in OPTIONAL_CHECKS else Checked(check, "confirmed", "演示材料")
    for check in Check
)
"""The operator's checklist of a demo achievement, which has no co-owner, pledge or state asset."""


class Steps:
    """Takes steps in a house under the demo's accounts, with command ids of its own."""

    def __init__(self, house: House, run: str) -> None:
        self.house = house
        self._run = run
        self._numbers = itertools.count(1)

    async def ask(self, login: str, body: Body) -> Outcome:
        """Ask the house in the name of an account."""
        id_ = f"demo-{self._run}-{next(self._numbers):08d}"
        return await self.house.submit(Command(id_, people.principal(login), body))

    async def enrol(self) -> None:
        """Take in every organisation of the demo."""
        for party in people.PARTIES:
            if party.id not in self.house.view.market.parties:
                await self.ask("operator", EnrolParty(party))

    async def offer(
        self,
        listing: str,
        achievement: DemoAchievement,
        notice: int = NOTICE,
        seller: PartyFacts = people.UNIVERSITY,
    ) -> None:
        """The holder lists an achievement, and the operator puts it under public notice: shorter ones in rehearsal."""
        await self.ask(
            people.account_of(seller.id).login,
            SubmitListing(
                listing=listing,
                achievement=f"demo-{achievement.number}",
                achievement_digest=register_row(achievement, seller.id).digest(),
                seller=seller.id,
                subject=subject_of(listing, achievement),
                price_idea_fen=opening_price_fen(achievement),
            ),
        )
        await self.ask("operator", AdmitListing(listing, notice, CHECKED, rehearsal=notice < NOTICE))

    async def schedule(
        self,
        session: str,
        title: str,
        lots: Iterable[LotPlan],
        custody: CustodyKind | None = None,
        opening_within: int = OPENING_WITHIN,
        rehearsal: bool = True,
    ) -> Outcome:
        """The operator sets a session: mostly a rehearsal, for nobody waits for days in a demo."""
        body = ScheduleSession(
            session,
            title,
            "LISTED_BIDDING",
            tuple(lots),
            deposit_release_within=DAY,
            rehearsal=rehearsal,
            sealed_custody=custody,
            opening_within=opening_within,
        )
        return await self.ask("operator", body)

    async def enter(self, login: str, lot: str) -> str:
        """An enterprise enters a lot; gives its code."""
        party = people.principal(login).party or ""
        market = self.house.view.market
        if market.code_of(lot, party) is None:
            await self.ask(login, ApplyEntry(lot, party))
        return market.code_of(lot, party) or ""

    async def pay_deposit(self, login: str, lot: str) -> None:
        """The bank reports the deposit of an enterprise's entry."""
        party = people.principal(login).party or ""
        market = self.house.view.market
        entry = market.entry(lot, market.code_of(lot, party) or "")
        if entry is not None:
            await self.credit(entry.deposit, party, market.lot_plans[lot].deposit_fen)

    async def credit(self, reference: str, payer: str, amount_fen: int) -> Outcome:
        """The bank reports money on the escrow account."""
        day = shanghai_date(self.house.clock.now()).isoformat()
        return await self.ask("bank", RecordCredit(f"CR-{reference}", reference, payer, amount_fen, day))


def subject_of(listing: str, achievement: DemoAchievement) -> Subject:
    """What a contract says about a demo achievement."""
    holder = f"成果持有人（据来源）：{achievement.holder}。" if achievement.holder else ""
    return Subject(
        listing=listing,
        title=achievement.title,
        abstract=f"{holder}资料来源：{achievement.source}。IPC、技术成熟度与领域为演示推断。{achievement.note}",
        field=achievement.field,
        ip=(f"IPC {achievement.ipc}（演示推断）",),
    )


def plan_lot(lot: str, listing: str, achievement: DemoAchievement, opens_at: int, length: int) -> LotPlan:
    """An english lot with a five-minute extension, or a shorter one where the whole lot is shorter."""
    opening = opening_price_fen(achievement)
    soft = min(5 * MINUTE, max(length // 4, 1))
    terms = Terms(
        mechanism=Mechanism.ENGLISH,
        opening_price_fen=opening,
        opens_at=opens_at,
        closes_at=opens_at + length,
        ladder=(Rung(0, increment_fen(achievement)),),
        extension=Extension(trigger=soft, length=soft),
    )
    return LotPlan(lot, listing, terms, opening * DEPOSIT_PERCENT // 100)
