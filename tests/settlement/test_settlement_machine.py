"""Random lives of a settlement: whatever is asked in whatever order, the invariants of the house hold.

The ledger sums to zero after every event; money in is money out plus what lies in escrow; a deposit ends
once; a claim is paid once; replay gives the same state.
"""

from collections import Counter
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from settlement.bank_commands import ReturnPayment
from settlement.bank_events import PaymentReturned
from settlement.commands import (
    AgreeRescission,
    ApproveClaim,
    AssignSuspense,
    CallDeposit,
    ConcludeTrade,
    ConfirmPayment,
    DeclareDefault,
    DraftContract,
    DrawUpClaims,
    ElectClaimant,
    PayProceeds,
    RecordCredit,
    RefundSuspense,
    RefuseRegistration,
    RegisterContract,
    ReleaseDeposit,
    RepeatPayment,
    SettlementCommand,
    Side,
    SignContract,
    SubmitRegistration,
    VoidPayment,
)
from settlement.commission import Bracket, Commission
from settlement.decide import decide
from settlement.default_events import ObligationMoneyPaid
from settlement.events import (
    ClaimPaid,
    CreditRecorded,
    DepositApplied,
    DepositHeld,
    DepositReleased,
    DepositReleaseOrdered,
    ProceedsPaid,
    SettlementEvent,
    SuspenseRefunded,
)
from settlement.evolve import evolve
from settlement.ledger import Account, postings
from settlement.process import react
from settlement.state import DepositState, PaymentState, RegistrationState, Settlement
from tests.settlement.desk import AT, BOOK, FACTORY, SUBJECT, UNIVERSITY

LATE = AT + 30 * 24 * 3600 * 1_000_000
DEPOSITS = st.sampled_from([f"D-L{lot}-00{code}" for lot in (1, 2) for code in (1, 2)])
TRADES = st.sampled_from(["T-L1-1", "T-L2-1"])
REFERENCES = DEPOSITS | st.builds(str.__add__, st.sampled_from(["O-", "OB-", "OA-"]), TRADES) | st.just("謎")
FEES = Commission((Bracket(0, "2.5"),), (Bracket(0, "5"), Bracket(30_000_000, "1")))
AMOUNTS = st.sampled_from([1, 10_000_000, 20_000_000, 60_000_000, 100_000_000])
PARTIES = st.sampled_from([UNIVERSITY.id, FACTORY.id, "P-X"])
SIDES: st.SearchStrategy[Side] = st.sampled_from(["seller", "buyer"])
OFFICIALS = st.sampled_from(["official-1", "official-2"])
NUMBERS = st.sampled_from(["2026230001000001", "2026230001000002", "20262300"])

Happened = TypeVar("Happened")


class SettlementLife(RuleBasedStateMachine):
    """One house's settlement under any sequence of commands."""

    def __init__(self) -> None:
        super().__init__()
        self.state = Settlement(BOOK)
        self.events: list[SettlementEvent] = []
        self.instants: list[int] = []

    def ask(self, command: SettlementCommand, at: int = AT) -> None:
        """Decide, take in event by event with the ledger checked after each, and follow up."""
        following: list[SettlementCommand] = []
        for event in decide(self.state, command, at):
            evolve(self.state, event, at)
            assert sum(line.amount_fen for line in self.state.ledger.trial_balance()) == 0
            self.events.append(event)
            self.instants.append(at)
            following += react(self.state, event)
        for step in following:
            self.ask(step)

    @initialize(amount_fen=AMOUNTS)
    def open_lot(self, amount_fen: int) -> None:
        """Two bidders have applied for the first lot."""
        for code in ("001", "002"):
            self.ask(CallDeposit(f"D-L1-{code}", "L1", code, FACTORY.id, amount_fen))

    @rule(trade=TRADES, steps=st.integers(1, 12))
    def go_on(self, trade: str, steps: int) -> None:
        """Everybody does what is next on a trade, for some steps: so lives reach their end."""
        for _ in range(steps):
            self.ask(self.next_step(trade))

    def next_step(self, trade: str) -> SettlementCommand:
        """The first thing that is missing before the last claim of a trade is paid."""
        state = self.state
        if trade not in state.trades:
            return ConcludeTrade(
                trade,
                trade[2:4],
                SUBJECT,
                UNIVERSITY,
                FACTORY,
                60_000_000,
                f"D-{trade[2:4]}-001",
                "english",
                AT,
                5,
                FEES,
            )
        obligation, contract = state.obligations[f"O-{trade}"], state.contracts[f"C-{trade}"]
        unsigned = [
            p for p in (UNIVERSITY.id, FACTORY.id) if not any(s.party == p for s in contract.signatures)
        ]
        if obligation.missing_fen:
            return RecordCredit(f"c-{trade}", f"O-{trade}", "x", obligation.missing_fen, "2026-11-20")
        if unsigned:
            return SignContract(contract.id, unsigned[0], "signer", contract.digest)
        if state.payments_open:
            return ConfirmPayment(next(iter(state.payments_open)), "b", "2026-12-31")
        if state.registrations[f"TC-{trade}"].state is RegistrationState.SUBMITTED:
            return RegisterContract(f"TC-{trade}", f"202623000100000{trade[3]}", "r", "2026-12-01", 0)
        if state.trades[trade].election is None:
            spoken = state.trades[trade].elected
            return ElectClaimant(trade, FACTORY.id if "seller" in spoken else UNIVERSITY.id, "seller")
        claims = [state.claims[claim] for claim in state.trades[trade].claims]
        official = f"official-{len(claims[0].approvers) + 1}" if claims else "nobody"
        return ApproveClaim(f"K-{trade}-1", official)

    @rule(deposit=DEPOSITS, amount_fen=AMOUNTS)
    def call(self, deposit: str, amount_fen: int) -> None:
        """A bidder of a lot is called."""
        self.ask(CallDeposit(deposit, deposit[2:4], deposit[-3:], FACTORY.id, amount_fen))

    @rule(number=st.integers(1, 12), reference=REFERENCES, amount_fen=AMOUNTS)
    def credit(self, number: int, reference: str, amount_fen: int) -> None:
        """The bank tells of money, sometimes again, sometimes differently."""
        self.ask(RecordCredit(f"c{number}", reference, "x", amount_fen, "2026-11-20"))

    @rule(deposit=DEPOSITS, more_fen=st.sampled_from([0, 0, 0, 5]))
    def pay_deposit(self, deposit: str, more_fen: int) -> None:
        """A bidder pays what it was called for, perhaps a little more, perhaps again."""
        called = self.state.deposits.get(deposit)
        if called is not None:
            self.ask(RecordCredit(f"c-{deposit}", deposit, "x", called.amount_fen + more_fen, "2026-11-20"))

    @rule(deposit=DEPOSITS)
    def release(self, deposit: str) -> None:
        """A deposit shall go back."""
        self.ask(ReleaseDeposit(deposit, AT))

    @rule(trade=TRADES, deposit=st.none() | DEPOSITS, price_fen=AMOUNTS, fees=st.sampled_from([None, FEES]))
    def conclude(self, trade: str, deposit: str | None, price_fen: int, fees: Commission | None) -> None:
        """A hammer falls, with or without commissions."""
        self.ask(
            ConcludeTrade(
                trade, trade[2:4], SUBJECT, UNIVERSITY, FACTORY, price_fen, deposit, "english", AT, 5, fees
            )
        )

    @precondition(lambda self: self.state.payments)
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        """Money that was paid comes back, or so the bank says."""
        order = self.state.payments[data.draw(st.sampled_from(list(self.state.payments)))]
        self.ask(ReturnPayment(order.payment, order.amount_fen, "r", "2026-12-31", "AC04"))

    @rule(trade=TRADES, party=PARTIES, honest=st.sampled_from([True, True, True, False]))
    def sign(self, trade: str, party: str, honest: bool) -> None:
        """Somebody signs, mostly the text as it stands."""
        contract = self.state.contracts.get(f"C-{trade}")
        digest = contract.digest if contract and honest else "00"
        self.ask(SignContract(f"C-{trade}", party, "signer", digest))

    @rule(trade=TRADES, number=NUMBERS, non_technical_fen=st.sampled_from([0, 1, 50_000_000]))
    def register(self, trade: str, number: str, non_technical_fen: int) -> None:
        """The office registers."""
        self.ask(RegisterContract(f"TC-{trade}", number, "r", "2026-12-01", non_technical_fen))

    @rule(trade=TRADES, again=st.booleans())
    def refuse_or_file(self, trade: str, again: bool) -> None:
        """The office refuses, or somebody files once more."""
        if again:
            self.ask(SubmitRegistration(f"C-{trade}", "230101"))
        else:
            self.ask(RefuseRegistration(f"TC-{trade}", "r", "reason"))

    @rule(trade=TRADES, party=PARTIES, side=SIDES)
    def elect(self, trade: str, party: str, side: Side) -> None:
        """Somebody elects."""
        self.ask(ElectClaimant(trade, party, side))

    @rule(trade=TRADES, approver=OFFICIALS)
    def approve(self, trade: str, approver: str) -> None:
        """An official approves."""
        self.ask(ApproveClaim(f"K-{trade}-1", approver))

    @rule(trade=TRADES)
    def insist(self, trade: str) -> None:
        """The house repeats every step of its own."""
        for command in (DraftContract(trade), PayProceeds(trade), DrawUpClaims(trade)):
            self.ask(command)

    @precondition(lambda self: self.state.payments)
    @rule(data=st.data(), day=st.sampled_from(["2026-12-31", "2027-01-01", "?"]))
    def confirm(self, data: st.DataObject, day: str) -> None:
        """The bank confirms an order, perhaps one it has confirmed before."""
        self.ask(ConfirmPayment(data.draw(st.sampled_from(list(self.state.payments))), "b", day))

    @precondition(lambda self: self.state.payments)
    @rule(data=st.data(), kind=st.sampled_from([VoidPayment, RepeatPayment]))
    def void_or_repeat(self, data: st.DataObject, kind: type) -> None:
        """The bank sends an order back, or the operator gives it again."""
        payment = data.draw(st.sampled_from(list(self.state.payments)))
        self.ask(VoidPayment(payment, "returned") if kind is VoidPayment else RepeatPayment(payment))

    @rule(trade=TRADES, kept_fen=st.sampled_from([0, 0, 1, 10_000_000]))
    def rescind(self, trade: str, kept_fen: int) -> None:
        """Both parties want the sale undone."""
        for party in (UNIVERSITY.id, FACTORY.id):
            self.ask(AgreeRescission(trade, party, "clerk", kept_fen, "x"))

    @rule(trade=TRADES, commission_fen=st.sampled_from([0, 1, 3_000_000]))
    def default(self, trade: str, commission_fen: int) -> None:
        """The operator finds a price overdue; the next sale of the listing shows what it cost."""
        self.ask(DeclareDefault(trade, commission_fen, 1), LATE)

    @precondition(lambda self: self.state.suspense)
    @rule(data=st.data(), meant=st.none() | REFERENCES)
    def clear_suspense(self, data: st.DataObject, meant: str | None) -> None:
        """The operator sends money in suspense back, or assigns it."""
        credit = data.draw(st.sampled_from(self.state.suspense)).credit
        self.ask(RefundSuspense(credit) if meant is None else AssignSuspense(credit, meant))

    @invariant()
    def the_entries_add_up_to_the_balances(self) -> None:
        """The trial balance is zero and follows from the entries."""
        assert self.state.ledger.wrong() is None

    def of(self, kind: type[Happened]) -> list[Happened]:
        """The events of one type so far."""
        return [event for event in self.events if isinstance(event, kind)]

    @invariant()
    def money_in_is_money_out_plus_what_is_there(self) -> None:
        """The escrow holds exactly what came less what went, and every fen of it is somebody's."""
        came = sum(event.amount_fen for event in self.events if isinstance(event, CreditRecorded))
        went = sum(
            event.amount_fen
            for event in self.events
            if isinstance(event, DepositReleased | ProceedsPaid | SuspenseRefunded | ObligationMoneyPaid)
        )
        went -= sum(event.amount_fen for event in self.of(PaymentReturned))
        ledger = self.state.ledger
        assert ledger.balance(Account.ESCROW) == came - went >= 0
        known = sum(credit.amount_fen for credit in self.state.credits.values())
        assert came == known
        assert -ledger.balance(Account.SUSPENSE) == sum(item.amount_fen for item in self.state.suspense)

    @invariant()
    def the_books_agree_with_the_state(self) -> None:
        """Held accounts are what deposits and obligations say they hold."""
        ledger = self.state.ledger
        for deposit in self.state.deposits.values():
            holds = deposit.amount_fen if deposit.state is DepositState.HELD else 0
            assert -ledger.balance(Account.HELD.of(deposit.id)) == holds
        for obligation in self.state.obligations.values():
            sale = obligation.kind == "price"
            payment = self.state.trades[obligation.trade].payment if sale else obligation.payment
            out = payment is not None
            holds = 0 if out else obligation.received_fen
            assert -ledger.balance(Account.HELD.of(obligation.id)) == holds
            assert obligation.met == (obligation.missing_fen == 0)
        for order in self.state.payments.values():
            holds = order.amount_fen if order.payment in self.state.payments_open else 0
            assert -ledger.balance(Account.ORDERED.of(order.payment)) == holds
            waits = order.state is PaymentState.VOID and order.repeated_as is None
            assert -ledger.balance(Account.RETURNED.of(order.payment)) == order.amount_fen * waits

    @invariant()
    def a_held_deposit_ends_at_most_once_and_whole(self) -> None:
        """Applied and released parts make up the deposit; an end is final."""
        for deposit in self.state.deposits.values():
            applied = [e for e in self.of(DepositApplied) if e.deposit == deposit.id]
            ordered = [e for e in self.of(DepositReleaseOrdered) if e.deposit == deposit.id]
            assert len([e for e in self.of(DepositHeld) if e.deposit == deposit.id]) <= 1
            assert max(len(applied), len(ordered)) <= 1
            ended = deposit.state in (
                DepositState.APPLIED,
                DepositState.RELEASING,
                DepositState.RELEASED,
                DepositState.FORFEITED,
            )
            assert ended == bool(applied or ordered)
            if ended:
                parts = sum(e.amount_fen for e in applied) + sum(e.amount_fen for e in ordered)
                assert parts == deposit.amount_fen

    @invariant()
    def nothing_is_paid_or_registered_twice(self) -> None:
        """One confirmation a payment, one number a contract, registered only when signed by both."""
        paid = Counter(order.payment for order in self.state.payments.values() if order.paid_on)
        paid.update(event.payment for event in self.of(ProceedsPaid))
        paid.update(event.payment for event in self.of(ClaimPaid))
        paid.update(event.payment for event in self.of(DepositReleased))
        paid.update(event.payment for event in self.of(SuspenseRefunded))
        paid.update(event.payment for event in self.of(ObligationMoneyPaid))
        paid.update(event.payment for event in self.of(PaymentReturned))
        assert all(times == 2 for times in paid.values())
        registered = [r for r in self.state.registrations.values() if r.state is RegistrationState.REGISTERED]
        assert len({r.number for r in registered}) == len(registered)
        assert all(len(self.state.contracts[r.contract].signatures) == 2 for r in registered)
        projects = Counter((claim.claim_year, "A1") for claim in self.state.claims.values())
        assert all(times == 1 for times in projects.values())
        for claim in self.state.claims.values():
            assert len(set(claim.approvers)) == len(claim.approvers) <= 2

    def teardown(self) -> None:
        """At the end of a life, its events alone give the same state, and each entry sums to zero."""
        again = Settlement(BOOK)
        for event, at in zip(self.events, self.instants, strict=True):
            assert sum(line.amount_fen for line in postings(event)) == 0
            evolve(again, event, at)
        assert again == self.state


SettlementLife.TestCase.settings = settings(max_examples=100, stateful_step_count=60, deadline=None)
TestSettlementLife = SettlementLife.TestCase
