"""Money in any order: the same credits and refunds give the same balances, and what is told twice counts once."""

from hypothesis import given
from hypothesis import strategies as st

from settlement.bank_statement import BankDebit
from settlement.bank_told import of_debit, orders_by_name
from settlement.chart import Account
from settlement.commands import RecordCredit, RefundSuspense, SettlementCommand
from settlement.state import Settlement
from tests.settlement.desk import DEPOSIT, DEPOSIT_FEN, TRADE, Desk, call, credit, sold

AMOUNTS = st.integers(1, 200_000_000)
CREDITS = st.lists(st.tuples(st.sampled_from([f"O-{TRADE}", "?", ""]), AMOUNTS), min_size=1, max_size=6)


def commands(credits_: list[tuple[str, int]]) -> list[SettlementCommand]:
    """The credits, and a refund of each that fits nothing."""
    told = [credit(f"m{n}", reference, fen) for n, (reference, fen) in enumerate(credits_)]
    back = [RefundSuspense(one.credit) for one in told if one.reference in ("?", "")]
    return [*told, *back]


def balances(desk: Desk) -> dict[str, int]:
    """What stands on escrow, on the price and in suspense, and what was ordered out."""
    ledger = desk.state.ledger
    accounts = (Account.ESCROW.value, Account.HELD.of(f"O-{TRADE}"), Account.SUSPENSE.value)
    found = {account: ledger.balance(account) for account in accounts}
    return found | {order.payment: order.amount_fen for order in desk.state.payments.values()}


def after(steps: list[SettlementCommand]) -> Desk:
    """A sale's desk after these steps; a refund that comes before its credit is asked again at the end."""
    desk = sold()
    for step in (*steps, *(step for step in steps if isinstance(step, RefundSuspense))):
        desk.ask(step)
    return desk


@given(CREDITS, st.data())
def test_the_order_of_credits_and_refunds_does_not_matter(
    credits_: list[tuple[str, int]], data: st.DataObject
) -> None:
    """Whatever comes first, the same money lies in the same places."""
    steps = commands(credits_)
    mixed = data.draw(st.permutations(steps))
    assert balances(after(steps)) == balances(after(list(mixed)))


@given(CREDITS)
def test_what_is_told_twice_counts_once(credits_: list[tuple[str, int]]) -> None:
    """Every credit told again, in the other order: refused as known, and nothing moves."""
    steps = commands(credits_)
    desk = after(steps)
    before, entries = balances(desk), len(desk.state.ledger.entries)
    for step in reversed(steps):
        if isinstance(step, RecordCredit):
            assert desk.refused(step) == "CREDIT_KNOWN"
    assert (balances(desk), len(desk.state.ledger.entries)) == (before, entries)


@given(CREDITS, st.permutations(range(6)))
def test_debits_in_any_order_and_twice_confirm_each_order_once(
    credits_: list[tuple[str, int]], order: list[int]
) -> None:
    """What the bank says it paid leaves escrow, to the fen, whatever entry comes first."""
    desk = after(commands(credits_))
    debits = [
        BankDebit("Ntry", one.payment, "", one.amount_fen, "2026-11-26", f"B-{one.payment}")
        for one in desk.state.payments.values()
    ]
    picked = [debits[n] for n in order if n < len(debits)]
    came = desk.state.ledger.balance(Account.ESCROW)
    for debit in (*picked, *picked):
        told = of_debit(orders_by_name(desk.state), debit)
        assert told.known or told.command is not None
        if told.command is not None:
            desk.ask(told.command)
    assert desk.state.ledger.balance(Account.ESCROW) == came - sum(one.amount_fen for one in picked)
    assert desk.state.ledger.wrong() is None


@given(st.lists(AMOUNTS | st.just(DEPOSIT_FEN), max_size=5))
def test_a_deposit_is_held_once_whatever_arrives(amounts: list[int]) -> None:
    """Exactly its amount, from the first transfer that is enough; all the rest is in suspense."""
    desk = Desk()
    desk.ask(call())
    for n, fen in enumerate(amounts):
        desk.ask(credit(f"d{n}", DEPOSIT, fen))
    enough = any(fen >= DEPOSIT_FEN for fen in amounts)
    ledger = desk.state.ledger
    assert -ledger.balance(Account.HELD.of(DEPOSIT)) == (DEPOSIT_FEN if enough else 0)
    assert ledger.balance(Account.ESCROW) == sum(amounts)


def test_two_desks_are_compared_whole() -> None:
    """The properties above would notice a fen: one more makes another balance."""
    one, other = after([credit("m1", "?", 5)]), after([credit("m1", "?", 6)])
    assert balances(one) != balances(other)
    assert isinstance(one.state, Settlement)
