"""Technical income (技术性收入), certified receipt by receipt: the base of tax relief.

Of each receipt the share of the technology value in the total is technical: receipt × technology value ÷ total, rounded
down once, so that the sum never exceeds the technology value. Receipts are the credits on the price, the deposit that
became a part of it, and money assigned to it out of suspense. Money given back, and a deposit that was forfeited,
reduce what was certified to at most the share of what is left. Total and technology value are never mixed.
"""

from fractions import Fraction

from matching_engine.errors import require
from matching_engine.money import round_down
from settlement.dates import shanghai_date
from settlement.default_events import DepositForfeited, ObligationMoneyOrdered
from settlement.dispatch import Deciders, Evolvers
from settlement.events import CreditRecorded, DepositApplied, SettlementEvent, SuspenseAssigned
from settlement.refusals import Events, Refusal, refuse
from settlement.registration_checks import found
from settlement.registration_commands import CertifyIncome, ReduceIncome
from settlement.registration_events import IncomeCertified, IncomeReduced
from settlement.registration_state import Income, Move, Receipt, Registration
from settlement.state import Settlement, Trade


def technical_fen(amount_fen: int, technology_fen: int, total_fen: int) -> int:
    """The technical part of an amount, rounded down; 0 of nothing or less."""
    return round_down(Fraction(max(0, amount_fen) * technology_fen, total_fen))


def certify_income(state: Settlement, command: CertifyIncome, at: int) -> Events:
    """Certify the technical part of one receipt, once."""
    registration, refusal = found(state, command.registration, command, Move.CERTIFY)
    if registration is None:
        return refusal
    receipts = state.trades[registration.trade].receipts
    receipt = next((one for one in receipts if one.id == command.receipt and one.amount_fen > 0), None)
    if receipt is None:
        detail = f"receipt: got {command.receipt}, expected a credit or the deposit of this trade's price"
        return refuse(registration.id, command, Refusal.INCOME_UNKNOWN, detail)
    if any(one.receipt == receipt.id for one in registration.income):
        return refuse(registration.id, command, Refusal.INCOME_CERTIFIED, "this receipt was certified before")
    technology_fen, total_fen = registration.technology_fen or 0, registration.total_fen
    left_fen = _cap(receipts, total_fen, technology_fen) - registration.certified_fen
    certified = IncomeCertified(
        registration=registration.id,
        trade=registration.trade,
        number=len(registration.income) + 1,
        receipt=receipt.id,
        received_fen=receipt.amount_fen,
        received_on=receipt.received_on,
        technology_fen=min(technical_fen(receipt.amount_fen, technology_fen, total_fen), max(0, left_fen)),
        registrar=command.registrar,
        certified_on=shanghai_date(at).isoformat(),
    )
    return (certified,)


def _cap(receipts: list[Receipt], total_fen: int, technology_fen: int) -> int:
    """The most that can be technical: the share of everything received and not given back, at most the whole."""
    net_fen = sum(receipt.amount_fen for receipt in receipts)
    return min(technology_fen, technical_fen(net_fen, technology_fen, total_fen))


def reduction(
    registration: Registration, receipts: list[Receipt], total_fen: int, technology_fen: int, at: int
) -> tuple[IncomeReduced, ...]:
    """What has to be taken back of the income certified, if anything."""
    over_fen = registration.certified_fen - _cap(receipts, total_fen, technology_fen)
    if over_fen <= 0:
        return ()
    net_fen = sum(receipt.amount_fen for receipt in receipts)
    day = shanghai_date(at).isoformat()
    return (IncomeReduced(registration.id, registration.trade, over_fen, net_fen, day),)


def reduce_income(state: Settlement, command: ReduceIncome, at: int) -> Events:
    """Take back what money given back leaves too much."""
    registration = state.registrations.get(command.registration)
    if registration is None:
        return refuse(command.registration, command, Refusal.REGISTRATION_UNKNOWN, "no such registration")
    receipts = state.trades[registration.trade].receipts
    technology_fen = registration.technology_fen or 0
    reduced = reduction(registration, receipts, registration.total_fen, technology_fen, at)
    return reduced or refuse(
        registration.id, command, Refusal.INCOME_UNKNOWN, "no more is certified than was received"
    )


def to_reduce(state: Settlement, trade: Trade) -> ReduceIncome | None:
    """The command that is due when money of a trade went back."""
    registration = state.registrations.get(trade.registration or "")
    if registration is None or registration.technology_fen is None:
        return None
    technology_fen = registration.technology_fen
    over = registration.certified_fen > _cap(trade.receipts, registration.total_fen, technology_fen)
    return ReduceIncome(registration.id) if over else None


def note_receipt(state: Settlement, event: SettlementEvent, at: int) -> None:
    """Remember money of a trade's price as it arrives or goes back; any other event leaves no trace."""
    match event:
        case CreditRecorded(target=str(target)):
            _note(state, target, Receipt(event.credit, "credit", event.amount_fen, event.credited_on))
        case SuspenseAssigned():
            on = state.credits[event.credit].credited_on
            _note(state, event.target, Receipt(event.credit, "suspense", event.amount_fen, on))
        case DepositApplied():
            receipt = Receipt(event.deposit, "deposit", event.amount_fen, event.applied_on)
            state.trades[event.trade].receipts.append(receipt)
        case ObligationMoneyOrdered(refund=True):
            day = shanghai_date(at).isoformat()
            _note(state, event.obligation, Receipt(event.payment, "refund", -event.amount_fen, day))
        case DepositForfeited():
            day = shanghai_date(at).isoformat()
            receipt = Receipt(event.deposit, "forfeit", -event.amount_fen, day)
            state.trades[event.trade].receipts.append(receipt)
        case _:
            return


def _note(state: Settlement, target: str, receipt: Receipt) -> None:
    """Note it, if its target is the price of a trade."""
    obligation = state.obligations.get(target)
    if obligation is not None and obligation.kind == "price":
        state.trades[obligation.trade].receipts.append(receipt)


def certified(state: Settlement, event: IncomeCertified, _at: int) -> None:
    """One more certificate."""
    registration = state.registrations[event.registration]
    require(registration.may(Move.CERTIFY), "income of a registered contract is certified")
    require(all(one.receipt != event.receipt for one in registration.income), "a receipt is certified once")
    registration.income.append(
        Income(
            event.number,
            event.receipt,
            event.received_fen,
            event.received_on,
            event.technology_fen,
            event.registrar,
            event.certified_on,
        )
    )
    require(
        registration.certified_fen <= (registration.technology_fen or 0),
        "no more is certified than the technology value",
    )


def reduced(state: Settlement, event: IncomeReduced, _at: int) -> None:
    """Less counts than was certified."""
    registration = state.registrations[event.registration]
    registration.income_reduced_fen += event.reduced_fen
    require(registration.certified_fen >= 0, "no more is taken back than was certified")


DECIDE: Deciders = {CertifyIncome: certify_income, ReduceIncome: reduce_income}
EVOLVE: Evolvers = {IncomeCertified: certified, IncomeReduced: reduced}
