"""The ledger: entries that sum to zero, accounts that are never overdrawn."""

from typing import get_args

import pytest

from matching_engine.errors import Broken
from settlement.account_events import AccountEvent
from settlement.commands import ApproveClaim
from settlement.events import CreditRecorded, DepositApplied, SettlementEvent
from settlement.ledger import _ENTRIES, Account, Ledger, Posting, postings
from settlement.registration_events import RegistrationEvent
from settlement.rescission_messages import RescissionEvent
from settlement.reward_messages import RewardEvent
from settlement.royalty_events import RoyaltyEvent
from tests.settlement.desk import (
    DEPOSIT,
    DEPOSIT_FEN,
    PRICE_FEN,
    TRADE,
    claimed,
    confirm,
    credit,
    held,
    paid_out,
    signed,
    sold,
)


def test_the_chart_names_every_event_with_money() -> None:
    """Each event of the union either has an entry or moves no money by its nature."""
    still = {
        "ChargeRaised", "StatementNoted",
        "DepositCalled", "DepositHeld", "TradeConcluded", "ObligationRaised", "ObligationMet", "ContractDrafted",
        "ContractSigned", "TradeDefaulted", "DefaultAssessed", "DefaultDebtRaised",
        "ContractRevised", "InstalmentsAgreed", "ContractConcluded", *(kind.__name__ for kind in get_args(RegistrationEvent | AccountEvent | RoyaltyEvent | RescissionEvent)),
        "ClaimantElected", "ClaimDrawnUp", "ClaimApproved", "SettlementRefused",
        "MilestoneSet", "MilestoneSubmitted", "MilestoneAccepted", "MilestoneRejected", "MilestoneMissed",
        "MilestoneFailed", "TimeGranted", "TradeTerminated",
        "SpecialistShareDrawnUp", *(kind.__name__ for kind in get_args(RewardEvent)),
    }  # fmt: skip
    assert {kind.__name__ for kind in get_args(SettlementEvent)} == still | {k.__name__ for k in _ENTRIES}


def test_money_without_a_target_lies_in_suspense() -> None:
    """A credit with no target is owed from suspense, another one from its target's account."""
    event = CreditRecorded("c1", "?", "x", 700, "2026-11-20", None, "UNKNOWN_REFERENCE")
    assert postings(event) == (Posting("escrow", 700), Posting("suspense", -700))
    event = CreditRecorded("c1", "D", "x", 700, "2026-11-20", "D")
    assert postings(event) == (Posting("escrow", 700), Posting("held/D", -700))


def test_a_lopsided_entry_is_broken() -> None:
    """Debits and credits that differ never reach a balance."""
    ledger = Ledger()
    with pytest.raises(Broken, match="sums to zero"):
        ledger.post((Posting("escrow", 5), Posting("suspense", -4)))


def test_more_than_is_held_cannot_be_used() -> None:
    """An entry that would take more out of an account than it has is broken."""
    ledger = Ledger()
    ledger.post(postings(CreditRecorded("c1", "D", "x", 700, "2026-11-20", "D")))
    with pytest.raises(Broken, match="held/D is never overdrawn"):
        ledger.post(postings(DepositApplied("D", TRADE, 701, "2026-11-20")))


def test_the_deposit_moves_into_the_price() -> None:
    """After the hammer the winner's deposit is held for the price, and the escrow is as before."""
    before, after = held().state.ledger, sold().state.ledger
    assert before.balance(Account.HELD.of(DEPOSIT)) == -DEPOSIT_FEN
    assert after.trial_balance() == (Posting("escrow", DEPOSIT_FEN), Posting(f"held/O-{TRADE}", -DEPOSIT_FEN))


def test_an_order_is_pending_until_the_bank_confirms() -> None:
    """Ordered proceeds are neither the seller's nor held for the price; confirmed, the escrow is empty."""
    desk = signed()
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN - DEPOSIT_FEN))
    ledger = desk.state.ledger
    assert ledger.trial_balance() == (Posting("escrow", PRICE_FEN), Posting(f"ordered/P-{TRADE}", -PRICE_FEN))
    assert paid_out().state.ledger.trial_balance() == ()


def test_books_that_do_not_add_up_are_named() -> None:
    """A balance that no entry explains, or a trial balance that is not zero, is told; sound books are silent."""
    ledger = signed().state.ledger
    assert ledger.wrong() is None
    ledger._balances["escrow"] += 1
    assert ledger.wrong() == "the trial balance is 1 fen and not zero"
    ledger._balances["suspense"] = -1
    assert ledger.wrong() == "the balances are not what the entries add up to"


def test_claims_are_paid_by_the_fund_and_not_from_escrow() -> None:
    """A paid claim stands as granted against the fund, and no escrow account is touched."""
    desk = claimed()
    (claim,) = desk.state.claims
    desk.ask(ApproveClaim(claim, "official-1"))
    desk.ask(ApproveClaim(claim, "official-2"))
    desk.ask(confirm(f"P-{claim}"))
    amount_fen = desk.state.claims[claim].amount_fen
    assert desk.state.ledger.trial_balance() == (
        Posting("fund", -amount_fen),
        Posting(f"granted/{claim}", amount_fen),
    )
