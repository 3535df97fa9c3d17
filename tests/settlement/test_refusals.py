"""The closed set of refusals: every code can come, and each says what it is about."""

from collections.abc import Callable

import msgspec
import pytest

from settlement.clauses import clauses_of
from settlement.commands import (
    AgreeInstalments,
    ApproveClaim,
    AssignSuspense,
    ConfirmPayment,
    DeclareDefault,
    DraftContract,
    DrawUpClaims,
    ExpirePayment,
    PayProceeds,
    RefundSuspense,
    ReleaseDeposit,
    RepeatPayment,
    SettlementCommand,
    SubmitRegistration,
)
from settlement.deal import Deal
from settlement.events import SettlementRefused
from settlement.refusals import Refusal
from tests.settlement.claim_refusals import CLAIM_CASES
from tests.settlement.desk import (
    AT,
    CLAIM,
    CONTRACT,
    DEPOSIT,
    DEPOSIT_FEN,
    FACTORY,
    PRICE_FEN,
    REGISTRATION,
    SUBJECT,
    TRADE,
    UNIVERSITY,
    Desk,
    call,
    claimed,
    confirm,
    credit,
    elect,
    held,
    paid_out,
    register,
    sign,
    signed,
    sold,
    trade,
)
from tests.settlement.milestone_refusals import MILESTONE_CASES
from tests.settlement.money_refusals import MONEY_CASES
from tests.settlement.registration_refusals import REGISTRATION_CASES
from tests.settlement.test_revision import propose

ENDLESS = msgspec.structs.replace(SUBJECT, deal=Deal(term_months=0))
"""A subject whose deal cannot be carried out."""


def _twice_registered() -> Desk:
    """A desk whose second contract lies with the office while the first has the number."""
    desk = signed()
    desk.ask(register())
    desk.ask(trade(deposit=None, trade="T-2"))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party, "C-T-2"))
    return desk


def _nothing_granted() -> Desk:
    """A desk with everything ready for a claim that is below the threshold."""
    desk = held()
    desk.ask(trade(price_fen=16_000_000))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party))
        desk.ask(elect(party, "seller"))
    desk.ask(register())
    desk.ask(confirm(f"P-{TRADE}"))
    return desk


def _registered() -> Desk:
    """A desk with money and number, and no election."""
    desk = paid_out()
    desk.ask(register())
    return desk


def _stated() -> Desk:
    """A desk where the buyer has spoken."""
    desk = sold()
    desk.ask(elect(FACTORY, "buyer"))
    return desk


def _approved_once() -> Desk:
    """A desk where the first official has approved."""
    desk = claimed()
    desk.ask(ApproveClaim(CLAIM, "official-1"))
    return desk


def _approved() -> Desk:
    """A desk where both officials have approved."""
    desk = _approved_once()
    desk.ask(ApproveClaim(CLAIM, "official-2"))
    return desk


def _to_pay() -> Desk:
    """A desk where the bank was just asked to pay the seller."""
    desk = signed()
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN - DEPOSIT_FEN))
    return desk


def _unmatched() -> Desk:
    """A desk with money that fits nothing."""
    desk = sold()
    desk.ask(credit("x", "?", 5))
    return desk


def _untitled() -> Desk:
    """A desk with a sale of something without a name."""
    desk = Desk(follow=False)
    desk.ask(trade(deposit=None, subject=msgspec.structs.replace(SUBJECT, title=" ")))
    return desk


def _same(desk: Desk) -> list[tuple[str, str]]:
    """A change that changes nothing."""
    return [("6.2", clauses_of(desk.state.contracts[CONTRACT].text)["6.2"])]


def _overdue() -> Desk:
    """A desk where the price was due yesterday."""
    desk = held()
    desk.ask(msgspec.structs.replace(trade(), hammered_at=AT - 6 * 24 * 3600 * 1_000_000))
    return desk


def _defaulted() -> Desk:
    """A desk whose buyer did not pay."""
    desk = _overdue()
    desk.ask(DeclareDefault(TRADE))
    return desk


Case = tuple[Callable[[], Desk], Callable[[Desk], SettlementCommand], str]

CASES: dict[Refusal, Case] = {
    Refusal.AMOUNT_INVALID: (Desk, lambda _: call(amount_fen=0), DEPOSIT),
    Refusal.DATE_INVALID: (Desk, lambda _: credit("c", "x", 1, on="now"), "c"),
    Refusal.DEPOSIT_EXISTS: (held, lambda _: call(), DEPOSIT),
    Refusal.DEPOSIT_UNKNOWN: (Desk, lambda _: ReleaseDeposit(DEPOSIT, AT), DEPOSIT),
    Refusal.DEPOSIT_STATE: (sold, lambda _: ReleaseDeposit(DEPOSIT, AT), DEPOSIT),
    Refusal.CREDIT_KNOWN: (held, lambda _: credit("c1", DEPOSIT, 16_000_000), "c1"),
    Refusal.CREDIT_MISMATCH: (held, lambda _: credit("c1", DEPOSIT, 1), "c1"),
    Refusal.TRADE_EXISTS: (sold, lambda _: trade(), TRADE),
    Refusal.TRADE_UNKNOWN: (Desk, lambda _: DraftContract(TRADE), TRADE),
    Refusal.DEAL_INVALID: (Desk, lambda _: trade(subject=ENDLESS), TRADE),
    Refusal.TRADE_PARTIES: (Desk, lambda _: trade(buyer=UNIVERSITY), TRADE),
    Refusal.NOT_A_PARTY: (
        sold,
        lambda desk: msgspec.structs.replace(sign(desk, FACTORY), party="P-X"),
        CONTRACT,
    ),
    Refusal.CONTRACT_ITEM_MISSING: (_untitled, lambda _: DraftContract(TRADE), TRADE),
    Refusal.CONTRACT_EXISTS: (sold, lambda _: DraftContract(TRADE), TRADE),
    Refusal.CONTRACT_UNKNOWN: (Desk, lambda _: SubmitRegistration(CONTRACT, "x"), CONTRACT),
    Refusal.CONTRACT_NOT_SIGNED: (sold, lambda _: SubmitRegistration(CONTRACT, "x"), CONTRACT),
    Refusal.CONTRACT_SIGNED_ALREADY: (signed, lambda desk: sign(desk, FACTORY), CONTRACT),
    Refusal.CONTRACT_CONCLUDED: (signed, propose, CONTRACT),
    Refusal.CONTRACT_UNCHANGED: (sold, lambda desk: propose(desk, *_same(desk)), CONTRACT),
    Refusal.CLAUSE_UNKNOWN: (sold, lambda desk: propose(desk, ("0.0", "x")), CONTRACT),
    Refusal.CLAUSE_FIXED: (sold, lambda desk: propose(desk, ("7.1", "x")), CONTRACT),
    Refusal.CLAUSE_TEXT: (sold, lambda desk: propose(desk, ("6.2", "1.1 x")), CONTRACT),
    Refusal.SIGNATURE_INVALID: (
        sold,
        lambda desk: msgspec.structs.replace(sign(desk, FACTORY), key_id="k-1", signature="00"),
        CONTRACT,
    ),
    Refusal.DIGEST_MISMATCH: (
        sold,
        lambda desk: msgspec.structs.replace(sign(desk, FACTORY), digest=""),
        CONTRACT,
    ),
    Refusal.REGISTRATION_UNKNOWN: (sold, lambda _: register(), REGISTRATION),
    Refusal.REGISTRATION_STATE: (signed, lambda _: SubmitRegistration(CONTRACT, "x"), REGISTRATION),
    Refusal.NUMBER_MALFORMED: (signed, lambda _: register(number="1"), REGISTRATION),
    Refusal.NUMBER_TAKEN: (_twice_registered, lambda _: register(registration="TC-T-2"), "TC-T-2"),
    Refusal.OBLIGATION_OPEN: (sold, lambda _: PayProceeds(TRADE), TRADE),
    Refusal.PAYMENT_UNKNOWN: (Desk, lambda _: ConfirmPayment("P", "b", "2026-11-20"), "P"),
    Refusal.PAYMENT_DONE: (paid_out, lambda _: confirm(f"P-{TRADE}"), f"P-{TRADE}"),
    Refusal.PAYMENT_STATE: (paid_out, lambda _: RepeatPayment(f"P-{TRADE}"), f"P-{TRADE}"),
    Refusal.PAYMENT_NOT_DUE: (_to_pay, lambda _: ExpirePayment(f"P-{TRADE}"), f"P-{TRADE}"),
    Refusal.SUSPENSE_UNKNOWN: (held, lambda _: RefundSuspense("c1"), "c1"),
    Refusal.TARGET_UNFIT: (_unmatched, lambda _: AssignSuspense("x", "D-nobody"), "x"),
    Refusal.INSTALMENTS_INVALID: (sold, lambda _: AgreeInstalments(TRADE, ()), TRADE),
    Refusal.DEFAULT_DECLARED: (_defaulted, lambda _: DeclareDefault(TRADE), TRADE),
    Refusal.DEFAULT_NOT_DUE: (sold, lambda _: DeclareDefault(TRADE), TRADE),
    Refusal.DEFAULT_COMMISSION: (_overdue, lambda _: DeclareDefault(TRADE, -1), TRADE),
    **MONEY_CASES,
    **MILESTONE_CASES,
    **REGISTRATION_CASES,
    Refusal.ELECTION_STATED: (_stated, lambda _: elect(FACTORY, "buyer"), TRADE),
    Refusal.ELECTION_BINDING: (claimed, lambda _: elect(FACTORY, "seller"), TRADE),
    Refusal.ELECTION_MISSING: (_registered, lambda _: DrawUpClaims(TRADE), TRADE),
    Refusal.PROCEEDS_NOT_PAID: (signed, lambda _: DrawUpClaims(TRADE), TRADE),
    Refusal.NOT_REGISTERED: (paid_out, lambda _: DrawUpClaims(TRADE), TRADE),
    Refusal.CLAIM_EXISTS: (claimed, lambda _: DrawUpClaims(TRADE), TRADE),
    Refusal.CLAIM_NONE: (_nothing_granted, lambda _: DrawUpClaims(TRADE), TRADE),
    Refusal.CLAIM_UNKNOWN: (Desk, lambda _: ApproveClaim(CLAIM, "a"), CLAIM),
    Refusal.CLAIM_STATE: (_approved, lambda _: ApproveClaim(CLAIM, "official-3"), CLAIM),
    Refusal.FOUR_EYES: (_approved_once, lambda _: ApproveClaim(CLAIM, "official-1"), CLAIM),
    **CLAIM_CASES,
}


@pytest.mark.parametrize("code", list(Refusal))
def test_each_refusal_has_a_case_and_names_its_subject(code: Refusal) -> None:
    """Every code of the set really comes, about the thing that the command named, with one sentence."""
    story, command, subject = CASES[code]
    desk = story()
    asked = command(desk)
    (refused,) = desk.ask(asked)
    assert isinstance(refused, SettlementRefused)
    assert (refused.code, refused.subject, refused.command) == (code, subject, type(asked).__name__)
    assert refused.detail
