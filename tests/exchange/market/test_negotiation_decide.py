"""Negotiation tables: who opens them, whose turn it is, what lapses, and the one agreement on the exact offer."""

from dataclasses import asdict

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from exchange.market import negotiation_commands as c
from exchange.market import negotiation_events as n
from exchange.market.listing_state import Interest
from exchange.market.listing_terms import Competition, Offering, Papers
from exchange.market.negotiation_state import TableState
from exchange.market.negotiation_terms import digest_of
from exchange.market.state import ListingState
from matching_engine.terms import DAY, MINUTE
from settlement.dates import shanghai_time
from settlement.deal import Deal
from tests.exchange.market.table import HOLDER, LISTING, OTHER, PRICE, TABLE, TAKER, Desk, sheet

HIGHER = PRICE + 1_000_000


def test_who_is_invited_sits_down_before_anything_is_offered() -> None:
    """The taker asks, the holder joins; before that no move is taken."""
    desk = Desk()
    desk.ask(c.OpenTable(LISTING, TAKER, TAKER))
    assert desk.offer() == "TABLE_STATE"
    assert desk.refused(c.AnswerInvitation(TABLE, TAKER, True)) == "TABLE_STATE"
    assert desk.refused(c.AnswerInvitation(TABLE, HOLDER, True)) is None
    assert desk.table().state is TableState.OPEN
    assert desk.offer() is None


def test_an_operator_brings_both_together() -> None:
    """A table of the operator's waits for both; one alone does not open it."""
    desk = Desk()
    desk.ask(c.OpenTable(LISTING, TAKER, ""))
    desk.ask(c.AnswerInvitation(TABLE, TAKER, True))
    assert desk.table().state is TableState.INVITED
    desk.ask(c.AnswerInvitation(TABLE, HOLDER, True))
    assert desk.table().state is TableState.OPEN


def test_an_invitation_may_be_declined() -> None:
    """The table ends, and another may be opened, five in all."""
    desk = Desk()
    for number in range(1, 6):
        desk.ask(c.OpenTable(LISTING, TAKER, HOLDER))
        desk.ask(c.AnswerInvitation(f"N-{LISTING}-{number}", TAKER, False))
        assert desk.table(f"N-{LISTING}-{number}").reason == "declined"
    assert desk.refused(c.OpenTable(LISTING, TAKER, HOLDER)) == "TABLE_LIMIT"


def test_what_makes_a_table_impossible_is_named() -> None:
    """Unknown listing or taker, oneself, a second table of the same two, a listing that is not tradable, a short notice."""
    desk = Desk()
    assert desk.refused(c.OpenTable("A9", TAKER, TAKER)) == "LISTING_UNKNOWN"
    assert desk.refused(c.OpenTable(LISTING, "nobody", HOLDER)) == "PARTY_UNKNOWN"
    assert desk.refused(c.OpenTable(LISTING, HOLDER, HOLDER)) == "TABLE_PARTIES"
    assert desk.refused(c.OpenTable(LISTING, TAKER, HOLDER, notice_days=14)) == "TERMS_INVALID"
    desk.open()
    assert desk.refused(c.OpenTable(LISTING, TAKER, TAKER)) == "TABLE_EXISTS"
    desk.market.listings[LISTING].state = ListingState.IN_SESSION
    assert desk.refused(c.OpenTable(LISTING, OTHER, HOLDER)) == "LISTING_STATE"


def test_two_that_ask_of_their_own_accord_are_due_competition() -> None:
    """A second party that asks gets no table; where the holder had invited the first, asking stops its agreement."""
    desk = Desk()
    desk.open(TAKER, by=TAKER)
    assert desk.refused(c.OpenTable(LISTING, OTHER, OTHER)) == "COMPETITION_DUE"
    desk = Desk()
    desk.open(TAKER, by=HOLDER)
    assert desk.refused(c.OpenTable(LISTING, OTHER, OTHER)) is None
    assert desk.offer() is None
    assert desk.agree() == "COMPETITION_DUE"


def test_offers_take_turns() -> None:
    """One offer stands at a time: the other side answers it, its maker can only wait or withdraw."""
    desk = Desk()
    desk.open()
    assert desk.counter(HOLDER, 0, HIGHER) == "TERMS_STALE"
    assert desk.offer(TAKER) is None
    assert desk.offer(HOLDER) == "TABLE_TURN"
    assert desk.counter(TAKER, 1, HIGHER) == "TABLE_TURN"
    assert desk.agree(TAKER) == "TABLE_TURN"
    assert desk.refused(c.WithdrawTerms(TABLE, HOLDER, 1)) == "TABLE_TURN"
    assert desk.counter(HOLDER, 1, HIGHER) is None
    assert desk.counter(HOLDER, 1, HIGHER) == "TERMS_STALE"
    standing = desk.table().standing
    assert standing is not None
    assert (standing.number, standing.party, standing.sheet.price_fen) == (2, HOLDER, HIGHER)


def test_nobody_agrees_to_something_else() -> None:
    """The number of another offer, or the digest of other terms, is refused; the exact ones agree."""
    desk = Desk()
    desk.open()
    desk.offer()
    old = desk.table().standing
    assert old is not None
    assert desk.refused(c.AgreeTerms(TABLE, HOLDER, 1, digest_of(TABLE, 1, sheet(1)))) == "TERMS_STALE"
    desk.counter(HOLDER, 1, HIGHER)
    assert desk.refused(c.AgreeTerms(TABLE, TAKER, 1, old.digest)) == "TERMS_STALE"
    assert desk.refused(c.AgreeTerms(TABLE, TAKER, 2, old.digest)) == "TERMS_STALE"
    assert desk.agree(TAKER) is None
    agreed = desk.table().agreed
    assert agreed is not None
    assert agreed.sheet == sheet(HIGHER)


def test_a_digest_is_of_one_offer_at_one_table() -> None:
    """The same words under another number or at another table have another digest."""
    digests = {digest_of(TABLE, 1, sheet()), digest_of(TABLE, 2, sheet()), digest_of("N-A1-2", 1, sheet())}
    assert len(digests) == 3


def test_an_offer_lapses_by_the_gavel() -> None:
    """From its last instant on it cannot be agreed to; the gavel takes it off, and either side may offer again."""
    desk = Desk()
    desk.open()
    desk.offer()
    assert desk.ask(c.LapseTerms(TABLE)) == ()
    desk.later(DAY)
    assert desk.agree() == "TERMS_LAPSED"
    assert desk.ask(c.LapseTerms(TABLE)) == (n.TermsLapsed(TABLE, 1),)
    assert desk.offer(HOLDER, HIGHER) is None


def test_an_offer_is_withdrawn_unless_it_is_firm() -> None:
    """Until it is agreed to its maker may take it back (Civil Code, art. 476)."""
    desk = Desk()
    desk.open()
    desk.offer()
    assert desk.refused(c.WithdrawTerms(TABLE, TAKER, 1)) is None
    assert desk.agree() == "TERMS_STALE"
    assert desk.offer(firm=True) is None
    assert desk.refused(c.WithdrawTerms(TABLE, TAKER, 2)) == "TERMS_FIRM"


def test_terms_are_complete_and_lawful() -> None:
    """Amount, validity, kind and form, patents without particulars: each is refused with its field."""
    desk = Desk()
    desk.open()
    assert desk.offer(price_fen=0) == "TERMS_INVALID"
    assert desk.refused(c.OfferTerms(TABLE, TAKER, sheet(), MINUTE - 1)) == "TERMS_INVALID"
    for deal in (
        Deal("licence", "training"),
        Deal("licence", term_months=0),
        Deal("assignment", "patent"),
        Deal(further="第一条 价款为零"),
        Deal(further="长" * 601),
    ):
        assert desk.refused(c.OfferTerms(TABLE, TAKER, sheet(deal=deal), DAY)) == "TERMS_INVALID"


def test_an_agreement_locks_the_listing_and_ends_other_tables() -> None:
    """Name and price go under notice for fifteen days and the other taker's table says why it ended."""
    desk = Desk()
    desk.open()
    second = desk.open(OTHER)
    desk.offer()
    events = desk.ask(c.AgreeTerms(TABLE, HOLDER, 1, digest_of(TABLE, 1, sheet())))
    assert [type(event) for event in events] == [n.TermsAgreed, n.AgreementNoticed, n.TableEnded]
    assert desk.listing is ListingState.AGREEMENT_NOTICE
    assert (desk.table(second).state, desk.table(second).reason) == (TableState.ENDED, "listing_agreed")
    until = desk.table().notice_until
    assert until is not None
    assert shanghai_time(until).isoformat() == "2026-03-17T23:59:59.999999+08:00"
    assert desk.refused(c.OpenTable(LISTING, OTHER, HOLDER)) == "LISTING_STATE"


def test_the_price_respects_asking_price_and_appraisal() -> None:
    """Below the asking price of an offering, or below nine tenths of what a state-owned enterprise's asset was
    appraised at, nothing is agreed; a public institution is free (promotion of transformation, art. 18)."""
    competition = Competition(1, 1)
    cases = [
        (None, Papers(state_asset="enterprise", appraised_fen=PRICE * 10 // 9 + 10), "PRICE_BELOW_APPRAISAL"),
        (None, Papers(state_asset="enterprise", appraised_fen=PRICE * 10 // 9), None),
        (None, Papers(state_asset="institution", appraised_fen=PRICE * 9), None),
        (Offering(PRICE + 1, competition), Papers(), "OFFER_BELOW_ASKING"),
        (Offering(PRICE, competition), Papers(), None),
    ]
    for offering, papers, code in cases:
        desk = Desk()
        listing = desk.market.listings[LISTING]
        listing.offering, listing.papers = offering, papers
        desk.open()
        desk.offer()
        assert desk.agree() == code


def test_registered_interest_of_another_is_competition() -> None:
    """A party that registered for the listing stops tables of others, unless it was found not qualified."""
    desk = Desk()
    interest = Interest(OTHER, PRICE, "none", "1111")
    desk.market.listings[LISTING].interests[OTHER] = interest
    assert desk.refused(c.OpenTable(LISTING, TAKER, HOLDER)) == "COMPETITION_DUE"
    interest.refused = "不符合受让条件"
    assert desk.refused(c.OpenTable(LISTING, TAKER, HOLDER)) is None


def test_a_rehearsal_may_have_a_short_notice() -> None:
    """Only where the listing itself is one: then the notice may end on the same day."""
    desk = Desk()
    assert desk.refused(c.OpenTable(LISTING, TAKER, HOLDER, notice_days=0)) == "TERMS_INVALID"
    desk.market.listings[LISTING].rehearsal = True
    assert desk.refused(c.OpenTable(LISTING, TAKER, HOLDER, notice_days=0)) is None


def test_a_related_taker_is_marked() -> None:
    """An affiliate by the register, a completer by declaration."""
    desk = Desk()
    desk.ask(c.OpenTable(LISTING, "wu", HOLDER, completer=True))
    desk.ask(c.AnswerInvitation(TABLE, "wu", True))
    desk.offer("wu")
    desk.agree()
    assert desk.table().related == ("completer", "affiliate")
    desk = Desk()
    desk.market.listings[LISTING].papers = Papers(holders=(TAKER,))
    assert desk.noticed().related == ("completer",)


def test_whoever_breaks_off_leaves_nothing_behind() -> None:
    """The offer is gone, no move is taken any more, and the gavel finds nothing."""
    desk = Desk()
    desk.open()
    desk.offer()
    assert desk.refused(c.BreakOff(TABLE, HOLDER, "价格差距过大")) is None
    assert desk.agree() == "TABLE_STATE"
    assert desk.offer() == "TABLE_STATE"
    assert desk.market.negotiation.offers_due == {}
    assert desk.ask(c.LapseTerms(TABLE)) == ()
    assert desk.refused(c.BreakOff(TABLE, TAKER)) == "TABLE_STATE"


def test_a_table_that_is_not_there_is_unknown() -> None:
    """Every move says so."""
    desk = Desk()
    for command in (
        c.OfferTerms("N-x", TAKER, sheet(), DAY),
        c.AgreeTerms("N-x", TAKER, 1, ""),
        c.WithdrawTerms("N-x", TAKER, 1),
        c.BreakOff("N-x", TAKER),
        c.AnswerInvitation("N-x", TAKER, True),
    ):
        assert desk.refused(command) == "TABLE_UNKNOWN"


MOVES = st.tuples(
    st.sampled_from(["offer", "counter", "agree", "withdraw", "break", "lapse", "wait"]),
    st.sampled_from([HOLDER, TAKER]),
    st.integers(0, 6),
    st.integers(1, 5),
)


def _command(desk: Desk, kind: str, party: str, answers: int, price: int) -> msgspec.Struct:
    """A move as a client might send it: the number and digest of an offer that it saw at some time."""
    terms = sheet(PRICE + price)
    if kind == "offer":
        return c.OfferTerms(TABLE, party, terms, price * MINUTE)
    if kind == "counter":
        return c.CounterTerms(TABLE, party, answers, terms, price * MINUTE)
    if kind == "agree":
        standing = desk.table().standing
        seen = standing.digest if standing and price > 2 else digest_of(TABLE, answers, terms)
        return c.AgreeTerms(TABLE, party, standing.number if standing and price > 2 else answers, seen)
    if kind == "withdraw":
        return c.WithdrawTerms(TABLE, party, answers)
    return c.BreakOff(TABLE, party) if kind == "break" else c.LapseTerms(TABLE)


@given(st.lists(MOVES, max_size=40))
def test_whatever_the_order_what_is_agreed_was_offered(moves: list[tuple[str, str, int, int]]) -> None:
    """Random interleavings of both sides: at most one agreement, by the side that did not offer, to exactly the last
    offer made, in its time; numbers have no gap; nothing happens after the end; and the events replay to the same state."""
    desk, ended = Desk(), False
    offers: dict[int, n.TermsOffered] = {}
    agreed: list[n.TermsOffered] = []
    desk.open()
    journal: list[object] = []
    for kind, party, answers, price in moves:
        if kind == "wait":
            desk.later(MINUTE)
            continue
        events = desk.ask(_command(desk, kind, party, answers, price))
        made = [event for event in events if isinstance(event, n.TableEvent)]
        assert not (ended and made)
        journal += made
        for event in made:
            if isinstance(event, n.TermsOffered):
                assert event.number == len(offers) + 1
                offers[event.number] = event
            elif isinstance(event, n.TermsAgreed):
                offered = offers[event.number]
                assert event.number == len(offers)
                assert (event.digest, event.party != offered.party) == (offered.digest, True)
                assert desk.at < offered.expires_at
                agreed.append(offered)
            ended = ended or isinstance(event, n.TermsAgreed | n.TableEnded)
    assert len(agreed) <= 1
    held = desk.table().agreed
    assert (held.sheet if held else None) == (agreed[0].sheet if agreed else None)
    again = Desk()
    again.open()
    again.take(*journal)
    assert asdict(again.market.negotiation) == asdict(desk.market.negotiation)
