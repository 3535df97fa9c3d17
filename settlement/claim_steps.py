"""The steps of a claim on public money: both parties elect a side, the rules are evaluated, two officials approve.

For one project and one year only one side is supported (黑政发〔2017〕16号, 二（四）), so the parties state which;
until they say the same, nothing is drawn up. What counts is money that reached the seller's account, in the
calendar year of the bank's date.
"""

from datetime import date
from typing import NamedTuple

from matching_engine.errors import require
from settlement.claims import ClaimLine, evaluate
from settlement.commands import ApproveClaim, DrawUpClaims, ElectClaimant, PartyFacts
from settlement.contract import key_is_whole
from settlement.dispatch import Deciders, Evolvers
from settlement.election import election_digest
from settlement.events import (
    ClaimantElected,
    ClaimApproved,
    ClaimDrawnUp,
    ClaimPaid,
    ClaimPaymentOrdered,
)
from settlement.facts import Contract as ContractFacts
from settlement.facts import Facts, Movement, Party, Prior
from settlement.ids import claim_id, payment_id
from settlement.payments import close_payment, open_payment
from settlement.persons import one_person
from settlement.refusals import Events, Refusal, refuse
from settlement.registration_checks import benefit_block
from settlement.state import (
    Claim,
    ClaimState,
    PaymentKind,
    Registration,
    Settlement,
    Signature,
    Trade,
)
from settlement.worksheet import worksheet


def elect_claimant(state: Settlement, command: ElectClaimant, _at: int) -> Events:
    """A party says which side shall claim; it may say otherwise until a claim is drawn up."""
    trade = state.trades.get(command.trade)
    if trade is None:
        return refuse(command.trade, command, Refusal.TRADE_UNKNOWN, "no such trade")
    speaker = trade.side_of(command.party)
    if speaker is None:
        return refuse(command.trade, command, Refusal.NOT_A_PARTY, "only seller and buyer elect")
    if trade.claims:
        detail = "a claim has been drawn up on the joint election"
        return refuse(command.trade, command, Refusal.ELECTION_BINDING, detail)
    if trade.elected.get(speaker) == command.side:
        return refuse(command.trade, command, Refusal.ELECTION_STATED, "this party has said so before")
    digest = election_digest(trade, command.side)
    if command.digest not in ("", digest):
        detail = "the digest is not that of the election's text"
        return refuse(command.trade, command, Refusal.DIGEST_MISMATCH, detail)
    if not key_is_whole(command):
        detail = (
            "a signature with a key names key_id, public_key (64 hex digits) and signature (128 hex digits)"
        )
        return refuse(command.trade, command, Refusal.SIGNATURE_INVALID, detail)
    other = trade.elected.get("buyer" if speaker == "seller" else "seller")
    return (_elected(trade, command, other == command.side, digest),)


def _elected(trade: Trade, command: ElectClaimant, joint: bool, digest: str) -> ClaimantElected:
    return ClaimantElected(
        trade.id,
        command.party,
        command.side,
        joint=joint,
        author=command.author,
        digest=digest,
        key_id=command.key_id,
        public_key=command.public_key,
        signature=command.signature,
        certificate_issuer=command.certificate_issuer,
    )


def draw_up_claims(state: Settlement, command: DrawUpClaims, _at: int) -> Events:
    """Draw up what the rules grant the elected side on the money it received."""
    trade = state.trades.get(command.trade)
    if trade is None:
        return refuse(command.trade, command, Refusal.TRADE_UNKNOWN, "no such trade")
    if trade.claims:
        return refuse(command.trade, command, Refusal.CLAIM_EXISTS, "the claims were drawn up before")
    missing = missing_for_claims(state, trade)
    if missing is not None:
        return refuse(command.trade, command, missing, _MISSING[missing])
    drawn = tuple(
        _drawn_up(state, trade, claim_id(trade.id, number), found)
        for number, found in enumerate(_granted(state, trade), start=1)
    )
    return drawn or refuse(command.trade, command, Refusal.CLAIM_NONE, "the rules grant nothing here")


_MISSING = {
    Refusal.PROCEEDS_NOT_PAID: "the price has not reached the seller",
    Refusal.NOT_REGISTERED: "the contract is not registered, so it enjoys no benefit",
    Refusal.ELECTION_MISSING: "the parties have not jointly elected a side",
}


def missing_for_claims(state: Settlement, trade: Trade) -> Refusal | None:
    """What still keeps the claims of a trade from being drawn up."""
    if not proceeds(state, trade):
        return Refusal.PROCEEDS_NOT_PAID
    registration = state.registrations.get(trade.registration or "")
    if registration is None or not registration.in_force:
        return Refusal.NOT_REGISTERED
    return None if trade.election else Refusal.ELECTION_MISSING


def proceeds(state: Settlement, trade: Trade) -> tuple[Movement, ...]:
    """The money that reached the seller's account, by the bank's date (实际到账金额)."""
    order = state.payments.get(trade.payment or "")
    if order is None or order.paid_on is None:
        return ()
    return (Movement(date.fromisoformat(order.paid_on), order.amount_fen),)


class _Granted(NamedTuple):
    """A line that may be paid, and the facts it was given on."""

    facts: Facts
    line: ClaimLine


def _granted(state: Settlement, trade: Trade) -> list[_Granted]:
    """Facts and line of everything payable to the elected side, in the order of the rule book.

    The rules of either party's province may grant something; a rule is asked once a year.
    """
    granted: dict[tuple[int, str], _Granted] = {}
    for year in dict.fromkeys(movement.on.year for movement in proceeds(state, trade)):
        for jurisdiction in dict.fromkeys((trade.buyer.region, trade.seller.region)):
            facts = facts_of(state, trade, jurisdiction, year)
            for line in evaluate(facts, state.rulebook):
                if line.payable and line.claimant == trade.election:
                    granted[year, line.rule] = _Granted(facts, line)
    return list(granted.values())


def facts_of(state: Settlement, trade: Trade, jurisdiction: str, year: int) -> Facts:
    """What the rules are evaluated on, for a trade whose contract is registered."""
    registration = state.registrations[trade.registration or ""]
    return Facts(
        jurisdiction=jurisdiction,
        claim_year=year,
        project=trade.subject.listing,
        contract=_contract_facts(state, registration),
        seller=_party_facts(trade.seller),
        buyer=_party_facts(trade.buyer),
        credits=proceeds(state, trade),
        election=trade.election,
        prior=_prior(state, trade),
    )


def _contract_facts(state: Settlement, registration: Registration) -> ContractFacts:
    contract = state.contracts[registration.contract]
    return ContractFacts(
        kind=contract.kind,
        registered=registration.in_force,
        number=registration.number,
        effective_on=date.fromisoformat(contract.effective_on) if contract.effective_on else None,
        total_fen=registration.total_fen,
        non_technical_fen=registration.total_fen - (registration.technology_fen or 0),
    )


def _party_facts(party: PartyFacts) -> Party:
    return Party(party.name, party.kind, party.region)


def _prior(state: Settlement, trade: Trade) -> tuple[Prior, ...]:
    """Every claim of the house but the trade's own: the lock is project and year, whichever trade it came from."""
    return tuple(
        Prior(claim.rule, state.trades[claim.trade].subject.listing, claim.claim_year, journaled=True)
        for claim in state.claims.values()
        if claim.trade != trade.id
    )


def _drawn_up(state: Settlement, trade: Trade, claim: str, granted: _Granted) -> ClaimDrawnUp:
    claimant, line, year = trade.election, granted.line, granted.facts.claim_year
    rule = state.rulebook.find(line.rule)
    assert claimant is not None
    assert rule is not None
    assert year is not None
    return ClaimDrawnUp(
        claim=claim,
        trade=trade.id,
        rule=line.rule,
        claimant=claimant,
        party=trade.party(claimant).id,
        claim_year=year,
        base_fen=line.base_fen,
        amount_fen=line.amount_fen,
        document=line.document,
        clause=line.clause or "",
        quote=line.quote,
        steps=worksheet(granted.facts, rule, line),
        benefit=rule.benefit or "",
        further=rule.further,
    )


def approve_claim(state: Settlement, command: ApproveClaim, _at: int) -> Events:
    """Approve; the second approval, by another person, orders the payment."""
    claim = state.claims.get(command.claim)
    if claim is None:
        return refuse(command.claim, command, Refusal.CLAIM_UNKNOWN, "no such claim")
    if claim.state not in (ClaimState.DRAWN_UP, ClaimState.APPROVED_ONCE):
        return refuse(command.claim, command, Refusal.CLAIM_STATE, f"it is {claim.state} already")
    ended = benefit_block(state, state.trades[claim.trade])
    if ended is not None:
        return refuse(claim.id, command, Refusal.REGISTRATION_ENDED, ended)
    if any(one_person(state, one, command.approver, command.person) for one in claim.approvers):
        detail = "two different people approve a claim"
        return refuse(command.claim, command, Refusal.FOUR_EYES, detail)
    if claim.state is ClaimState.DRAWN_UP:
        return (ClaimApproved(claim.id, command.approver, False, command.person),)
    order = ClaimPaymentOrdered(claim.id, payment_id(claim.id), claim.party, claim.amount_fen)
    return ClaimApproved(claim.id, command.approver, True, command.person), order


def elected(state: Settlement, event: ClaimantElected, at: int) -> None:
    """A party has spoken."""
    trade = state.trades[event.trade]
    speaker = trade.side_of(event.party)
    require(speaker is not None, "only a party elects")
    require(not trade.claims, "an election binds once a claim is drawn up")
    if speaker is not None:
        trade.elected[speaker] = event.side
        trade.elections[speaker] = Signature(
            speaker,
            event.party,
            event.author,
            event.digest,
            at,
            event.key_id,
            event.public_key,
            event.signature,
            event.certificate_issuer,
        )


def drawn_up(state: Settlement, event: ClaimDrawnUp, at: int) -> None:
    """A claim lies before the officials."""
    require(event.claim not in state.claims, "a claim is drawn up once")
    state.trades[event.trade].claims.append(event.claim)
    state.claims[event.claim] = Claim(
        id=event.claim,
        trade=event.trade,
        rule=event.rule,
        claimant=event.claimant,
        party=event.party,
        claim_year=event.claim_year,
        base_fen=event.base_fen,
        amount_fen=event.amount_fen,
        document=event.document,
        clause=event.clause,
        quote=event.quote,
        steps=event.steps,
        benefit=event.benefit,
        further=event.further,
        drawn_up_at=at,
    )


def approved(state: Settlement, event: ClaimApproved, _at: int) -> None:
    """One more official stands for it."""
    claim = state.claims[event.claim]
    require(event.approver not in claim.approvers, "two different people approve a claim")
    require(len(claim.approvers) == int(event.final), "the second approval is the final one")
    claim.approvers.append(event.approver)
    claim.state = ClaimState.APPROVED if event.final else ClaimState.APPROVED_ONCE


def payment_ordered(state: Settlement, event: ClaimPaymentOrdered, at: int) -> None:
    """The fund is to pay."""
    claim = state.claims[event.claim]
    require(claim.state is ClaimState.APPROVED, "a claim is paid after two approvals")
    open_payment(state, event.payment, PaymentKind.CLAIM, event.claim, event.party, event.amount_fen, at)


def paid(state: Settlement, event: ClaimPaid, _at: int) -> None:
    """The claimant has the money."""
    claim = state.claims[event.claim]
    require(claim.state is ClaimState.APPROVED, "a claim is paid at most once")
    close_payment(state, event.payment, event.bank_reference, event.paid_on)
    claim.state = ClaimState.PAID
    claim.paid_on = event.paid_on


DECIDE: Deciders = {ElectClaimant: elect_claimant, DrawUpClaims: draw_up_claims, ApproveClaim: approve_claim}
EVOLVE: Evolvers = {
    ClaimantElected: elected,
    ClaimDrawnUp: drawn_up,
    ClaimApproved: approved,
    ClaimPaymentOrdered: payment_ordered,
    ClaimPaid: paid,
}
