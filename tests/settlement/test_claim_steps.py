"""Election, drawing up and approval of claims."""

import msgspec
import pytest

from matching_engine.errors import Broken
from settlement.commands import ApproveClaim, DrawUpClaims, PartyFacts, Side
from settlement.election import election_digest
from settlement.events import ClaimantElected, ClaimApproved, ClaimDrawnUp, ClaimPaid, ClaimPaymentOrdered
from settlement.evolve import evolve
from settlement.state import ClaimState
from tests.settlement.desk import (
    AT,
    BOOK,
    CLAIM,
    FACTORY,
    PRICE_FEN,
    TRADE,
    UNIVERSITY,
    Desk,
    claimed,
    confirm,
    credit,
    elect,
    paid_out,
    register,
    sign,
    signed,
    sold,
    trade,
)


def settle(
    desk: Desk,
    number: int,
    price_fen: int,
    paid_on: str = "2026-11-26",
    seller: PartyFacts = UNIVERSITY,
    buyer: PartyFacts = FACTORY,
) -> str:
    """Bring one more trade of the same listing to its end, claims included; gives the trade."""
    name = f"T-L{number}-1"
    desk.ask(trade(deposit=None, trade=name, price_fen=price_fen, seller=seller, buyer=buyer))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party, f"C-{name}"))
    desk.ask(credit(f"price-{number}", f"O-{name}", price_fen))
    desk.ask(confirm(f"P-{name}", paid_on))
    desk.ask(register(f"202623000100000{number}", registration=f"TC-{name}"))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(elect(party, "seller", name))
    return name


@pytest.mark.parametrize(("side", "party"), [("seller", UNIVERSITY), ("buyer", FACTORY)])
def test_the_elected_side_gets_what_the_clause_grants(side: Side, party: PartyFacts) -> None:
    """1,700,000.00 received: 30 per cent, for the side both elected, with document, clause and quote."""
    desk = claimed(side)
    (drawn,) = desk.happened(ClaimDrawnUp)
    assert isinstance(drawn, ClaimDrawnUp)
    assert (drawn.claim, drawn.trade, drawn.claimant, drawn.party) == (CLAIM, TRADE, side, party.id)
    assert (drawn.claim_year, drawn.base_fen, drawn.amount_fen) == (2026, PRICE_FEN, 51_000_000)
    assert drawn.rule == f"HLJ-2017-16/{side.upper()}"
    assert drawn.document == "黑政发〔2017〕16号"
    assert drawn.clause.startswith("二（四）")
    assert "30%" in drawn.quote


def test_an_election_is_joint_when_both_say_the_same() -> None:
    """The first statement is recorded; a differing one is not joint; the last word of each counts."""
    desk = sold()
    digests = {side: election_digest(desk.state.trades[TRADE], side) for side in ("seller", "buyer")}

    def said(party: PartyFacts, side: Side, joint: bool) -> tuple[ClaimantElected, ...]:
        return (ClaimantElected(TRADE, party.id, side, joint, digest=digests[side]),)

    assert desk.ask(elect(UNIVERSITY, "seller")) == said(UNIVERSITY, "seller", False)
    assert desk.refused(elect(UNIVERSITY, "seller")) == "ELECTION_STATED"
    assert desk.ask(elect(FACTORY, "buyer")) == said(FACTORY, "buyer", False)
    assert desk.state.trades[TRADE].election is None
    assert desk.ask(elect(UNIVERSITY, "buyer")) == said(UNIVERSITY, "buyer", True)
    assert desk.state.trades[TRADE].election == "buyer"
    desk.ask(elect(FACTORY, "seller"))
    assert desk.state.trades[TRADE].election is None


def test_only_a_party_elects_and_only_until_a_claim_is_drawn_up() -> None:
    """Strangers are refused, and so is every change of mind after the claim."""
    desk = sold()
    assert desk.refused(elect(UNIVERSITY, "buyer", "T-nowhere")) == "TRADE_UNKNOWN"
    stranger = msgspec.structs.replace(FACTORY, id="P-S")
    assert desk.refused(elect(stranger, "buyer")) == "NOT_A_PARTY"
    assert claimed("buyer").refused(elect(UNIVERSITY, "seller")) == "ELECTION_BINDING"


def test_claims_wait_for_money_registration_and_election() -> None:
    """Each missing condition is named; afterwards nothing is drawn up twice."""
    desk = signed()
    assert desk.refused(DrawUpClaims("T-nowhere")) == "TRADE_UNKNOWN"
    assert desk.refused(DrawUpClaims(TRADE)) == "PROCEEDS_NOT_PAID"
    desk = paid_out()
    assert desk.refused(DrawUpClaims(TRADE)) == "NOT_REGISTERED"
    desk.ask(register())
    assert desk.refused(DrawUpClaims(TRADE)) == "ELECTION_MISSING"
    assert claimed().refused(DrawUpClaims(TRADE)) == "CLAIM_EXISTS"


def test_ordered_money_is_not_received_money() -> None:
    """The proceeds count only when the bank has confirmed that they left for the seller."""
    desk = signed()
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN))
    assert f"P-{TRADE}" in desk.state.payments_open
    assert desk.refused(DrawUpClaims(TRADE)) == "PROCEEDS_NOT_PAID"


def test_the_claim_year_is_that_of_the_banks_date() -> None:
    """Money of 31 December and of 1 January belongs to two years."""
    for day, year in (("2026-12-31", 2026), ("2027-01-01", 2027)):
        desk = paid_out(day)
        desk.ask(register())
        for party in (UNIVERSITY, FACTORY):
            desk.ask(elect(party, "seller"))
        assert desk.state.claims[CLAIM].claim_year == year


def test_only_the_technology_part_counts() -> None:
    """Of 1,700,000.00 a million is equipment: 700,000.00 are left as the base."""
    desk = paid_out()
    desk.ask(register(non_technical_fen=100_000_000))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(elect(party, "seller"))
    claim = desk.state.claims[CLAIM]
    assert (claim.base_fen, claim.amount_fen) == (70_000_000, 21_000_000)


@pytest.mark.parametrize(("price_fen", "granted"), [(49_999_999, False), (50_000_000, True)])
def test_below_the_threshold_nothing_is_drawn_up(price_fen: int, granted: bool) -> None:
    """500,000.00 exactly qualifies; one fen less gives CLAIM_NONE, in the journal, and no claim."""
    desk = Desk()
    name = settle(desk, 1, price_fen)
    assert bool(desk.state.trades[name].claims) is granted
    if not granted:
        assert desk.refused(DrawUpClaims(name)) == "CLAIM_NONE"


def test_a_buyer_elsewhere_earns_nothing_here() -> None:
    """Where the buyer is in another province the seller's trade is not 在省内."""
    desk = Desk()
    name = settle(desk, 1, PRICE_FEN, buyer=msgspec.structs.replace(FACTORY, region="jilin"))
    assert desk.refused(DrawUpClaims(name)) == "CLAIM_NONE"


def test_a_seller_elsewhere_is_paid_by_the_buyers_province() -> None:
    """The province of either party may grant; here it is the buyer's."""
    desk = Desk()
    name = settle(desk, 1, PRICE_FEN, seller=msgspec.structs.replace(UNIVERSITY, region="zhejiang"))
    assert desk.state.claims[f"K-{name}-1"].amount_fen == 51_000_000


def test_only_the_elected_side_is_drawn_up_whatever_the_rules_grant() -> None:
    """A rule that pays the buyer without asking for an election makes no claim when the seller was elected."""
    replace = msgspec.structs.replace
    rule = BOOK.find("HLJ-2017-16/BUYER")
    sheet = next(sheet for sheet in BOOK.sheets if rule in sheet.rules)
    assert rule is not None
    desk = Desk()
    desk.state.rulebook = replace(BOOK, sheets=(replace(sheet, rules=(replace(rule, choice=None),)),))
    name = settle(desk, 1, PRICE_FEN)
    assert desk.refused(DrawUpClaims(name)) == "CLAIM_NONE"


def test_one_project_is_supported_once_a_year() -> None:
    """A second trade of the same listing gets nothing in that year, and its own in the next."""
    desk = Desk()
    settle(desk, 1, PRICE_FEN)
    second = settle(desk, 2, PRICE_FEN)
    assert desk.refused(DrawUpClaims(second)) == "CLAIM_NONE"
    third = settle(desk, 3, PRICE_FEN, paid_on="2027-01-04")
    assert desk.state.trades[third].claims == [f"K-{third}-1"]


def test_two_people_approve_and_the_fund_pays_once() -> None:
    """The first approval pays nothing, the same person's second is refused, the other's orders the payment."""
    desk = claimed()
    assert desk.refused(ApproveClaim("K-nowhere", "official-1")) == "CLAIM_UNKNOWN"
    first = desk.ask(ApproveClaim(CLAIM, "official-1", "wang"))
    assert first == (ClaimApproved(CLAIM, "official-1", False, "wang"),)
    assert desk.refused(ApproveClaim(CLAIM, "official-1")) == "FOUR_EYES"
    assert desk.refused(ApproveClaim(CLAIM, "official-9", "wang")) == "FOUR_EYES"
    assert desk.state.payments_open == {}
    assert desk.ask(ApproveClaim(CLAIM, "official-2")) == (
        ClaimApproved(CLAIM, "official-2", True),
        ClaimPaymentOrdered(CLAIM, f"P-{CLAIM}", FACTORY.id, 51_000_000),
    )
    assert desk.refused(ApproveClaim(CLAIM, "official-3")) == "CLAIM_STATE"
    desk.ask(confirm(f"P-{CLAIM}", "2026-12-01"))
    assert desk.refused(confirm(f"P-{CLAIM}", "2026-12-01")) == "PAYMENT_DONE"
    assert (desk.state.claims[CLAIM].state, desk.state.claims[CLAIM].paid_on) == (
        ClaimState.PAID,
        "2026-12-01",
    )
    assert len(desk.happened(ClaimPaid)) == 1


def test_a_claim_cannot_be_approved_twice_by_one_person() -> None:
    """An event that says so breaks the state."""
    desk = claimed()
    desk.ask(ApproveClaim(CLAIM, "official-1"))
    with pytest.raises(Broken, match="two different people"):
        evolve(desk.state, ClaimApproved(CLAIM, "official-1", True), AT)
