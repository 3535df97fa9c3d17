"""Which stream an event stands on, and whether everybody may see it.

A stream is what a follower follows: a lot, a trade, a deposit. Public events advance the stream's own
sequence by one each; what concerns one bidder only is journaled with the sequence as it stands.
"""

from collections.abc import Callable
from typing import Any, get_args

from exchange.house.release_streams import STREAMS as RELEASES
from exchange.house.supply_streams import STREAMS as SUPPLY
from exchange.market import events as m
from exchange.market import listing_events as p
from exchange.market.mandate_messages import MandateGranted, MandateRevoked
from exchange.market.negotiation_events import NegotiationEvent
from exchange.market.question_messages import QuestionEvent
from exchange.market.report_messages import ReportPublished
from exchange.market.seal_messages import SealEvent
from exchange.market.stop_messages import StopEvent
from matching_engine import events as lot_events
from settlement import account_events as a
from settlement import bank_events as b
from settlement import charge_events as ch
from settlement import default_events as d
from settlement import events as s
from settlement import reward_messages as rw
from settlement import specialist_messages as sp
from settlement.milestone_messages import MilestoneEvent, MilestonePaid
from settlement.registration_events import RegistrationEvent
from settlement.rescission_messages import RescissionEvent
from settlement.royalty_events import RoyaltyEvent


def _trade_of(contract_or_registration: str) -> str:
    """ "T-L1-1" of "C-T-L1-1" or "TC-T-L1-1": both ids carry their trade's."""
    return contract_or_registration.partition("-")[2]


def _trade_of_claim(claim: str) -> str:
    """ "T-L1-1" of "K-T-L1-1-2"."""
    return claim.partition("-")[2].rpartition("-")[0]


_DEPOSITS = "D-"
"""How the ids of deposits begin; those of obligations begin with O."""


def _on_reward(event: Any) -> str:
    """Apart from the trade's stream: who of the seller's people gets what is not the buyer's affair."""
    return f"reward/{event.trade}"


def _on_obligation(event: Any) -> str:
    return f"trade/{_trade_of(event.obligation)}"


def _credit_stream(event: s.CreditRecorded) -> str:
    if event.target is None:
        return "suspense"
    if event.target.startswith(_DEPOSITS):
        return f"deposit/{event.target}"
    return f"trade/{_trade_of(event.target)}"


def _on_trade(event: Any) -> str:
    return f"trade/{event.trade}"


def _on_deposit(event: Any) -> str:
    return f"deposit/{event.deposit}"


def _on_payment(event: Any) -> str:
    return f"payment/{event.payment}"


def _on_party(event: Any) -> str:
    return f"party/{event.party}"


def _on_suspense(event: Any) -> str:
    return "suspense"


def _on_entry(event: Any) -> str:
    return f"entry/{event.lot}"


def _on_listing(event: Any) -> str:
    return f"listing/{event.listing}"


def _on_table(event: Any) -> str:
    return f"table/{event.table}"


def _on_claim(event: Any) -> str:
    return f"trade/{_trade_of_claim(event.claim)}"


def _on_refusals(event: Any) -> str:
    return "refusals"


STREAMS: dict[type, Callable[[Any], str]] = {
    m.PartyEnrolled: lambda event: f"party/{event.party.id}",
    m.ListingSubmitted: _on_listing,
    m.ListingAdmitted: _on_listing,
    m.NoticePublished: _on_listing,
    m.NoticeClosed: _on_listing,
    p.ListingReturned: _on_listing,
    p.ListingResubmitted: _on_listing,
    p.ListingWithdrawn: _on_listing,
    p.ObjectionFiled: _on_listing,
    p.NoticeSuspended: _on_listing,
    p.ObjectionDecided: _on_listing,
    p.NoticeResumed: _on_listing,
    p.InterestRegistered: _on_listing,
    p.InterestRefused: _on_listing,
    p.NoticeExtended: _on_listing,
    p.ListingEnded: _on_listing,
    p.AgreementReached: _on_listing,
    p.ListingConverted: _on_listing,
    p.PriorityNoticeSent: _on_party,
    p.PriorityNoticeAcknowledged: _on_party,
    p.SaleFell: _on_listing,
    MandateGranted: _on_party,
    MandateRevoked: _on_party,
    p.ListingWithheld: _on_listing,
    p.ListingRestored: _on_listing,
    p.EntryRefused: lambda event: f"entry/{event.lot}",
    m.SessionScheduled: lambda event: f"session/{event.session}",
    m.EntryApplied: lambda event: f"entry/{event.lot}",
    m.SealKeyPublished: lambda event: f"seal/{event.lot}",
    **dict.fromkeys(get_args(SealEvent), lambda event: f"seal/{event.lot}"),
    m.BidScored: lambda event: f"entry/{event.lot}",
    m.BuyerBarred: _on_listing,
    m.SecondBestOffered: _on_entry,
    m.SecondBestAccepted: _on_entry,
    m.SecondBestDeclined: _on_entry,
    m.ListingReopened: _on_listing,
    **dict.fromkeys(get_args(NegotiationEvent), _on_table),
    **RELEASES,
    **dict.fromkeys(get_args(QuestionEvent), _on_listing),
    ReportPublished: lambda event: f"report/{event.period}",
    **SUPPLY,
    **dict.fromkeys(get_args(StopEvent), lambda event: f"stop/{event.stop}"),
    m.MarketRefused: _on_refusals,
    s.DepositCalled: _on_deposit,
    s.DepositHeld: _on_deposit,
    s.DepositApplied: _on_deposit,
    s.DepositReleaseOrdered: _on_deposit,
    s.DepositReleased: _on_deposit,
    s.CreditRecorded: _credit_stream,
    s.PaymentVoided: _on_payment,
    s.PaymentRepeated: _on_payment,
    **dict.fromkeys(get_args(RoyaltyEvent), _on_trade),
    **dict.fromkeys(get_args(MilestoneEvent), _on_trade),
    MilestonePaid: lambda event: f"trade/{_trade_of(event.milestone)}",
    **dict.fromkeys(get_args(RescissionEvent), _on_trade),
    ch.ChargeRaised: _on_trade,
    ch.HeldMoneyApplied: _on_trade,
    b.StatementNoted: lambda event: "bank",
    b.PaymentReturned: _on_payment,
    a.PayoutAccountStated: _on_party,
    a.PayoutAccountConfirmed: _on_party,
    a.PayoutAccountRejected: _on_party,
    a.PaymentDirected: _on_payment,
    d.TradeDefaulted: _on_trade,
    d.DepositForfeited: _on_trade,
    d.DefaultAssessed: _on_trade,
    d.DefaultDebtRaised: _on_trade,
    d.ForfeitApplied: _on_trade,
    d.ObligationMoneyOrdered: _on_obligation,
    d.ObligationMoneyPaid: _on_obligation,
    s.SuspenseRefundOrdered: _on_suspense,
    s.SuspenseRefunded: _on_suspense,
    s.SuspenseAssigned: _on_suspense,
    s.TradeConcluded: _on_trade,
    s.ObligationRaised: _on_trade,
    s.InstalmentsAgreed: _on_trade,
    s.ObligationMet: _on_trade,
    s.ContractDrafted: _on_trade,
    s.ContractSigned: lambda event: f"trade/{_trade_of(event.contract)}",
    s.ContractRevised: _on_trade,
    s.ContractConcluded: _on_trade,
    **dict.fromkeys(get_args(RegistrationEvent), _on_trade),
    s.ProceedsOrdered: _on_trade,
    s.ProceedsPaid: _on_trade,
    s.ClaimantElected: _on_trade,
    s.ClaimDrawnUp: _on_trade,
    s.ClaimApproved: _on_claim,
    s.ClaimPaymentOrdered: _on_claim,
    s.ClaimPaid: _on_claim,
    sp.SpecialistShareDrawnUp: _on_trade,
    rw.RewardPlanned: _on_reward,
    rw.RewardPlanApproved: _on_reward,
    rw.RewardPaid: _on_reward,
    s.SettlementRefused: _on_refusals,
}


_PRIVATE = lot_events.PRIVATE | {m.BidScored}


def stream_of(event: Any) -> str:
    """The stream of an event, like "lot/L1" or "trade/T-L1-1"."""
    kind = type(event)
    if kind in lot_events.KINDS:
        return f"lot/{event.lot}"
    return STREAMS[kind](event)


def advances(event: object) -> bool:
    """Whether the event counts in its stream's public sequence."""
    return type(event) not in _PRIVATE
