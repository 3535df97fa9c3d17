"""Who may do what: one table, default deny.

Roles are the account's; a party's own affairs are checked against the state. What a refusal may not even
reveal is answered as if it were not there (404).
"""

from collections.abc import Callable
from typing import Any

from exchange.house.command import Command, Denied, Principal
from exchange.house.custody_authority import TABLE as CUSTODY
from exchange.house.mandate_authority import ACTING, refuse_without_mandate
from exchange.house.negotiation_authority import TABLE as TABLES
from exchange.house.question_authority import TABLE as QUESTIONS
from exchange.house.registration_authority import REGISTRATION_TABLE
from exchange.house.release_authority import TABLE as RELEASES
from exchange.house.state import State
from exchange.house.stop_authority import TABLE as STOPS
from exchange.house.supply_authority import TABLE as SUPPLY
from exchange.market import commands as mc
from exchange.market import listing_commands as pc
from exchange.market.mandate_messages import GrantMandate, RevokeMandate
from exchange.market.report_messages import PublishReport
from matching_engine import commands as lc
from settlement import account_commands as ac
from settlement import bank_commands as bc
from settlement import commands as sc
from settlement import reward_messages as rw
from settlement import royalty_commands as rc
from settlement import specialist_messages as sp
from settlement.default import EXCHANGE
from settlement.rescission_messages import AgreeRescission

Check = Callable[[Principal, Any, State], None]


def _own_bid(principal: Principal, body: Any, state: State) -> None:
    """A bidder bids under its own code, and never on its own or an affiliate's lot (auction law art. 22, 30)."""
    seller = state.market.seller_of(body.lot)
    entry = state.market.entry(body.lot, body.bidder) if "broker" in principal.roles else None
    party = entry.party if entry else principal.party
    if seller is not None and party is not None and state.market.related(seller, party):
        raise Denied("BID_SELF_DEALING", "a seller and its affiliates may not bid")
    if (state.market.code_of(body.lot, party) or "") != body.bidder:
        raise Denied("ENTRY_REQUIRED", "the code belongs to somebody else")


def _disinterested(principal: Principal, body: mc.ScoreBid, state: State) -> None:
    """Nobody scores a bid of the own organisation or an affiliate, or on a lot of theirs."""
    entry = state.market.entry(body.lot, body.bidder)
    parties = (state.market.seller_of(body.lot), entry.party if entry else None)
    if any(principal.party and party and state.market.related(party, principal.party) for party in parties):
        raise Denied("BID_CONFLICT_OF_INTEREST", "your organisation or an affiliate takes part in this lot")


def _for_party(field: str) -> Check:
    """The command's `field` must be the principal's own organisation."""

    def check(principal: Principal, body: Any, state: State) -> None:
        brokered = "broker" in principal.roles and type(body) in ACTING
        if principal.party is None or (getattr(body, field) != principal.party and not brokered):
            raise Denied("FORBIDDEN", f"{field} is not your organisation")

    return check


def _signs(principal: Principal, body: sc.SignContract, state: State) -> None:
    """A contract is signed by somebody of a party, under the own account; to others it does not exist."""
    contract = state.settlement.contracts.get(body.contract)
    trade = state.settlement.trades.get(contract.trade) if contract else None
    if trade is None or principal.party not in (trade.seller.id, trade.buyer.id):
        raise Denied("NOT_FOUND", "there is no such contract", 404)
    if body.party != principal.party or body.signer != principal.account:
        raise Denied("FORBIDDEN", "sign for your own organisation, under your own account")


def _proposes(principal: Principal, body: sc.ProposeText, state: State) -> None:
    """Only the parties negotiate a contract, each for itself; to others it does not exist."""
    contract = state.settlement.contracts.get(body.contract)
    trade = state.settlement.trades.get(contract.trade) if contract else None
    if trade is None or principal.party not in (trade.seller.id, trade.buyer.id):
        raise Denied("NOT_FOUND", "there is no such contract", 404)
    if body.party != principal.party or body.author != principal.account:
        raise Denied("FORBIDDEN", "propose for your own organisation, under your own account")


def _own_trade(principal: Principal, body: sc.ElectClaimant, state: State) -> None:
    trade = state.settlement.trades.get(body.trade)
    if trade is None or principal.party not in (trade.seller.id, trade.buyer.id):
        raise Denied("NOT_FOUND", "there is no such trade", 404)
    if body.party != principal.party or body.author not in ("", principal.account):
        raise Denied("FORBIDDEN", "elect for your own organisation, under your own account")


def _under_own_name(field: str) -> Check:
    """The command's `field` must be the principal's own account: nobody acts in another's name."""

    def check(principal: Principal, body: Any, state: State) -> None:
        if getattr(body, field) != principal.account:
            raise Denied("FORBIDDEN", f"{field} is not your account")

    return check


def _approves(principal: Principal, body: sc.ApproveClaim, state: State) -> None:
    """Four eyes begin with this: nobody approves a claim of the own organisation."""
    _under_own_name("approver")(principal, body, state)
    claim = state.settlement.claims.get(body.claim)
    if claim is not None and principal.party is not None:
        trade = state.settlement.trades[claim.trade]
        if principal.party in (trade.seller.id, trade.buyer.id):
            raise Denied("FOUR_EYES", "nobody approves a claim of the own organisation")


EVERYBODY = frozenset(
    {"public", "seller", "bidder", "broker", "registrar", "operator", "auditor", "funder", "bank"}
)
"""Whoever has a name: `public` is somebody without an account."""


def _not_about_own(principal: Principal, body: pc.DecideObjection, state: State) -> None:
    """Nobody decides an objection to a listing of the own organisation or an affiliate."""
    objection = state.market.objections.get(body.objection)
    seller = state.market.listings[objection.listing].seller if objection else None
    if seller is not None and principal.party is not None and state.market.related(seller, principal.party):
        raise Denied("BID_CONFLICT_OF_INTEREST", "your organisation or an affiliate offers this listing")


def _shares(principal: Principal, body: sp.DeclareSpecialist, state: State) -> None:
    """The claimant's people share its subsidy; to others the claim does not exist."""
    claim = state.settlement.claims.get(body.claim)
    if claim is None or principal.party is None or claim.party != principal.party:
        raise Denied("NOT_FOUND", "there is no such claim", 404)
    _under_own_name("author")(principal, body, state)


def _rewards(field: str) -> Check:
    """The seller's people plan, approve and pay its reward; to others it does not exist."""

    def check(principal: Principal, body: Any, state: State) -> None:
        trade = state.settlement.trades.get(body.trade)
        if trade is None or principal.party is None or principal.party != trade.seller.id:
            raise Denied("NOT_FOUND", "there is no such trade of your organisation", 404)
        if body.party != principal.party:
            raise Denied("FORBIDDEN", "reward for your own organisation")
        _under_own_name(field)(principal, body, state)

    return check


def _anything(principal: Principal, body: Any, state: State) -> None:
    """The role is enough."""


def _own_part(field: str) -> Check:
    """The parties of a trade act each for itself, under the own account; to others it does not exist."""

    def check(principal: Principal, body: Any, state: State) -> None:
        trade = state.settlement.trades.get(body.trade)
        if trade is None or principal.party not in (trade.seller.id, trade.buyer.id):
            raise Denied("NOT_FOUND", "there is no such trade", 404)
        if body.party != principal.party or getattr(body, field) != principal.account:
            raise Denied("FORBIDDEN", "act for your own organisation, under your own account")

    return check


_reports, _inspects, _rescinds = (_own_part(field) for field in ("reporter", "requester", "author"))


def _states_account(principal: Principal, body: ac.StatePayoutAccount, state: State) -> None:
    """A party's own people state its account; the operator that of the exchange, for its commissions."""
    _under_own_name("author")(principal, body, state)
    own = principal.party is not None and body.party == principal.party
    if not own and not (body.party == EXCHANGE and "operator" in principal.roles):
        raise Denied("FORBIDDEN", "state the account of your own organisation")


BIDS, SELLS = frozenset({"bidder", "broker"}), frozenset({"seller", "broker"})


def _revokes(principal: Principal, body: RevokeMandate, state: State) -> None:
    if "operator" not in principal.roles and body.party != principal.party:
        raise Denied("NOT_FOUND", "there is no such mandate", 404)


TABLE: dict[type, tuple[frozenset[str], Check]] = {
    lc.Bid: (BIDS, _own_bid),
    lc.Match: (BIDS, _own_bid),
    lc.Seal: (BIDS, _own_bid),
    lc.Accept: (BIDS, _own_bid),
    **STOPS,
    lc.Resume: (frozenset({"operator"}), _anything),
    **TABLES,
    **SUPPLY,
    lc.OpenSeals: (frozenset({"house"}), _anything),
    **CUSTODY,
    mc.EnrolParty: (frozenset({"operator"}), _anything),
    GrantMandate: (frozenset({"operator"}), _anything),
    RevokeMandate: (frozenset({"operator", "seller", "bidder"}), _revokes),
    mc.SubmitListing: (SELLS, _for_party("seller")),
    mc.AdmitListing: (frozenset({"operator"}), _anything),
    pc.ReturnListing: (frozenset({"operator"}), _anything),
    pc.ResubmitListing: (SELLS, _for_party("seller")),
    pc.WithdrawListing: (SELLS, _for_party("seller")),
    pc.FileObjection: (EVERYBODY, _anything),
    pc.DecideObjection: (frozenset({"operator"}), _not_about_own),
    pc.WithholdListing: (frozenset({"operator"}), _anything),
    pc.RestoreListing: (frozenset({"operator"}), _anything),
    pc.RegisterInterest: (BIDS, _for_party("party")),
    pc.RefuseInterest: (frozenset({"operator"}), _anything),
    pc.AcknowledgeNotice: (frozenset({"seller", "bidder"}), _for_party("party")),
    mc.ScheduleSession: (frozenset({"operator"}), _anything),
    mc.ApplyEntry: (BIDS, _for_party("party")),
    mc.OfferSecondBest: (frozenset({"operator"}), _anything),
    mc.AnswerSecondBest: (frozenset({"bidder"}), _for_party("party")),
    mc.ReopenListing: (frozenset({"operator"}), _anything),
    mc.ScoreBid: (frozenset({"operator"}), _disinterested),
    sc.RecordCredit: (frozenset({"bank"}), _anything),
    sc.ConfirmPayment: (frozenset({"bank"}), _anything),
    sc.VoidPayment: (frozenset({"bank"}), _anything),
    sc.ExpirePayment: (frozenset({"operator"}), _anything),
    sc.RepeatPayment: (frozenset({"operator"}), _anything),
    sc.AgreeInstalments: (frozenset({"operator"}), _anything),
    sc.DeclareDefault: (frozenset({"operator"}), _anything),
    sc.RefundSuspense: (frozenset({"operator"}), _anything),
    sc.AssignSuspense: (frozenset({"operator"}), _anything),
    AgreeRescission: (frozenset({"bidder", "seller"}), _rescinds),
    rc.ReportRoyalty: (frozenset({"bidder", "seller"}), _reports),
    rc.RequestInspection: (frozenset({"bidder", "seller"}), _inspects),
    rc.RecordInspection: (frozenset({"operator"}), _under_own_name("recorder")),
    bc.NoteStatement: (frozenset({"bank"}), _anything),
    bc.ReturnPayment: (frozenset({"bank"}), _anything),
    ac.StatePayoutAccount: (frozenset({"seller", "bidder", "operator"}), _states_account),
    ac.ConfirmPayoutAccount: (frozenset({"operator"}), _under_own_name("approver")),
    ac.RejectPayoutAccount: (frozenset({"operator"}), _under_own_name("approver")),
    ac.DirectPayment: (frozenset({"operator"}), _under_own_name("author")),
    sc.ProposeText: (frozenset({"seller", "bidder"}), _proposes),
    sc.SignContract: (frozenset({"seller", "bidder"}), _signs),
    **REGISTRATION_TABLE,
    **RELEASES,
    **QUESTIONS,
    PublishReport: (frozenset({"operator"}), _under_own_name("author")),
    sc.ElectClaimant: (frozenset({"seller", "bidder"}), _own_trade),
    sc.ApproveClaim: (frozenset({"funder"}), _approves),
    sp.DeclareSpecialist: (frozenset({"seller", "bidder"}), _shares),
    rw.PlanReward: (frozenset({"seller", "bidder"}), _rewards("author")),
    rw.ApproveReward: (frozenset({"seller", "bidder"}), _rewards("approver")),
    rw.RecordReward: (frozenset({"seller", "bidder"}), _rewards("author")),
}
"""Command → the roles of which one is needed, and the check against the state. What is not here only the house may ask."""


def refuse_elsewhere(principal: Principal, house: str) -> None:
    """Raise Denied for an account that belongs to another node: an operator of one does nothing in another."""
    if principal.node is not None and principal.node != house:
        raise Denied("OTHER_NODE", f"your account belongs to the node {principal.node}")


def refuse_unauthorised(command: Command, state: State, at: int | None = None) -> None:
    """Raise Denied unless the principal may ask this; the house itself may ask everything."""
    principal = command.principal
    if "house" in principal.roles:
        return
    entry = TABLE.get(type(command.body))
    if entry is None or entry[0].isdisjoint(principal.roles):
        raise Denied("FORBIDDEN", f"{type(command.body).__name__} is not for your role")
    entry[1](principal, command.body, state)
    refuse_without_mandate(principal, command.body, state, state.at if at is None else at)
