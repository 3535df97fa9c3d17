"""The stages of a trade as the journal has them: listing, notice, session, entry, deposit, bid, hammer, contract,
signature, registration, credit, claim — each with who, when, and its place."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from exchange.house.command import HouseEvent, Recorded
from exchange.house.negotiation_reactions import MECHANISM
from exchange.market import events as me
from exchange.market import listing_events as pe
from exchange.market import negotiation_events as ne
from matching_engine import events as le
from settlement import events as se
from settlement import milestone_messages as ms
from settlement import registration_events as ge
from settlement.state import Trade
from web.i18n import Speech
from web.pages.shell import Visit
from web.views import iso

STAGES: dict[str, tuple[type, ...]] = {
    "listing": (me.ListingSubmitted, me.ListingAdmitted),
    "notice": (me.NoticePublished, me.NoticeClosed),
    "session": (me.SessionScheduled,),
    "entry": (me.EntryApplied,),
    "deposit": (se.DepositCalled, se.DepositHeld, se.DepositApplied, se.DepositReleased),
    "agreement": (
        ne.TermsOffered,
        ne.TermsAgreed,
        ne.AgreementNoticed,
        ne.AgreementObjected,
        ne.AgreementObjectionDecided,
        ne.AgreementConfirmed,
    ),
    "bid": (le.BidAccepted, le.ProxyRaised, le.BidMatched, le.LicenceAccepted, le.SealsOpened),
    "hammer": (le.Hammered, pe.AgreementReached, se.TradeConcluded),
    "contract": (se.ContractDrafted, se.ContractRevised),
    "signature": (se.ContractSigned, se.ContractConcluded),
    "milestone": (
        ms.MilestoneSubmitted,
        ms.MilestoneAccepted,
        ms.MilestoneRejected,
        ms.MilestoneMissed,
        ms.MilestoneFailed,
        ms.TimeGranted,
        ms.MilestonePaymentOrdered,
        ms.MilestonePaid,
        ms.TradeTerminated,
    ),
    "registration": (
        se.RegistrationSubmitted,
        ge.SupplementRequested,
        ge.SupplementAnswered,
        ge.RegistrationAccepted,
        ge.ContractClassified,
        ge.SecondReviewOpened,
        se.ContractRegistered,
        se.RegistrationRefused,
        ge.RegistrationChanged,
        ge.RegistrationCancelled,
        ge.RegistrationRevoked,
        ge.IncomeCertified,
        ge.IncomeReduced,
    ),
    "credit": (se.CreditRecorded, se.ObligationMet, se.ProceedsPaid),
    "claim": (se.ClaimantElected, se.ClaimDrawnUp, se.ClaimApproved, se.ClaimPaid),
}
"""Stage → the events that make it, in order."""
BIDS_SHOWN = 5
"""Of the winner's bids the last ones are shown."""


@dataclass(slots=True)
class Step:
    """One event of a stage."""

    text: str
    at: int
    iso: str
    who: str
    seq: int
    receipt: str


@dataclass(slots=True)
class Stage:
    """A stage and what was done in it; nothing yet where it is still to come."""

    name: str
    steps: list[Step] = field(default_factory=list)


async def stages_of(visit: Visit, trade: Trade) -> list[Stage]:
    """Every stage of a trade, from its listing to its claims."""
    market = visit.state.market
    code = market.code_of(trade.lot, trade.buyer.id) or market.code_of(trade.lot, trade.seller.id)
    by_stage: dict[str, list[Step]] = {name: [] for name in STAGES}
    for row in await _rows(visit, trade):
        name = _stage_of(row.event)
        if name is not None and _concerns(row.event, code):
            by_stage[name].append(_step(visit.speech, row))
    by_stage["bid"] = by_stage["bid"][-BIDS_SHOWN:]
    return [
        Stage(_name(name, trade), steps)
        for name, steps in by_stage.items()
        if name not in _absent(visit, trade)
    ]


def _name(stage: str, trade: Trade) -> str:
    return "agreed" if stage == "hammer" and by_agreement(trade) else stage


def _absent(visit: Visit, trade: Trade) -> tuple[str, ...]:
    """The stages that a trade never passes: it came from a lot, from a table, or from the one taker of a listing."""
    by_lot = trade.lot in visit.state.market.lot_plans
    never = ("agreement",) if by_lot else ("session", "entry", "deposit", "bid")
    return never if trade.milestones else (*never, "milestone")


def _stage_of(event: HouseEvent) -> str | None:
    """The stage an event belongs to; the money of a deposit belongs to the deposit."""
    if isinstance(event, se.CreditRecorded) and event.target is not None and event.target.startswith("D-"):
        return "deposit"
    return next((name for name, kinds in STAGES.items() if isinstance(event, kinds)), None)


async def _rows(visit: Visit, trade: Trade) -> list[Recorded]:
    if trade.lot in visit.state.market.negotiation.tables:
        listing = trade.subject.listing
        return await _rows_of(visit, [f"listing/{listing}", f"table/{trade.lot}", f"trade/{trade.id}"])
    placed = visit.state.market.lot_plans.get(trade.lot)
    if placed is None:
        return await _rows_of(visit, [f"listing/{trade.subject.listing}", f"trade/{trade.id}"])
    streams = [
        f"listing/{placed.listing}",
        f"session/{placed.session}",
        f"entry/{trade.lot}",
        f"lot/{trade.lot}",
        f"trade/{trade.id}",
    ]
    if trade.deposit is not None:
        streams.append(f"deposit/{trade.deposit}")
    return await _rows_of(visit, streams)


async def _rows_of(visit: Visit, streams: Iterable[str]) -> list[Recorded]:
    rows: list[Recorded] = []
    for stream in streams:
        rows += await visit.exchange.house.history(stream)
    return sorted(rows, key=lambda row: row.seq)


def _concerns(event: HouseEvent, code: str | None) -> bool:
    """Whether an event belongs to this trade: of the entries and bids only the winner's."""
    if isinstance(event, me.EntryApplied):
        return event.code == code
    if isinstance(event, le.BidAccepted | le.ProxyRaised | le.BidMatched | le.LicenceAccepted):
        return event.bidder == code
    return True


def _step(s: Speech, row: Recorded) -> Step:
    text = s.code("event", type(row.event).__name__)
    more = " · ".join(_figures(s, row.event))
    return Step(f"{text} {more}".strip(), row.at, iso(row.at), _who(s, row.principal), row.seq, row.receipt)


def _who(s: Speech, account: str) -> str:
    return s.text("the house") if account == "house" else account


def _figures(s: Speech, event: HouseEvent) -> Iterable[str]:
    """The figures of an event that a reader looks for."""
    if isinstance(event, le.Hammered):
        yield from (f"{s.money(winner.price_fen)} → {winner.bidder}" for winner in event.winners)
    for name in ("code", "bidder", "number", "reason"):
        value = getattr(event, name, None)
        if isinstance(value, str):
            yield value
    for name in ("amount_fen", "price_fen", "total_fen"):
        value = getattr(event, name, None)
        if isinstance(value, int):
            yield s.money(value)
    if isinstance(event, me.NoticePublished):
        yield s.text("until %(time)s", time=s.time(event.until))
    if isinstance(event, se.ClaimantElected):
        yield s.code("side", event.side)


def by_agreement(trade: Trade) -> bool:
    """Whether no hammer fell for it: it came from a table, or from the one taker of a listing."""
    return trade.mechanism == MECHANISM or trade.lot == trade.subject.listing


def stage_now(trade: Trade, contract: str | None, registration: str | None, paid: bool) -> str:
    """The last stage a trade has reached, for lists."""
    if trade.claims:
        return "claim"
    if paid:
        return "credit"
    if registration in ("registered", "changed"):
        return "registration"
    if contract == "concluded":
        return "signature"
    return "contract" if contract else _name("hammer", trade)
