"""An agreement under notice: what suspends it, what it becomes, and that it becomes it once."""

from exchange.market import negotiation_commands as c
from exchange.market import negotiation_events as n
from exchange.market.negotiation_state import TableState
from exchange.market.state import ListingState
from matching_engine.terms import DAY
from settlement.deal import Deal
from tests.exchange.market.table import HOLDER, LISTING, OTHER, TABLE, TAKER, Desk, sheet


def test_a_notice_that_nobody_objects_to_is_confirmed_once() -> None:
    """Not before its last instant, and not twice; the listing is sold."""
    desk = Desk()
    until = desk.noticed().notice_until
    assert until is not None
    assert desk.ask(c.ConfirmAgreement(TABLE)) == ()
    desk.at = until
    assert desk.ask(c.ConfirmAgreement(TABLE)) == (n.AgreementConfirmed(TABLE, LISTING, until),)
    assert desk.ask(c.ConfirmAgreement(TABLE)) == ()
    assert (desk.table().state, desk.listing) == (TableState.CONCLUDED, ListingState.AGREED)


def test_a_non_exclusive_licence_leaves_the_listing_to_others() -> None:
    """Each such licence is a contract of its own, so the listing is tradable again."""
    desk = Desk()
    desk.open()
    desk.ask(c.OfferTerms(TABLE, TAKER, sheet(deal=Deal("licence")), DAY))
    desk.agree()
    desk.at = desk.table().notice_until or 0
    desk.ask(c.ConfirmAgreement(TABLE))
    assert desk.listing is ListingState.TRADABLE


def test_an_objection_suspends_and_a_dismissal_resumes() -> None:
    """The days that were left are given again after the decision; the gavel waits meanwhile."""
    desk = Desk()
    first = desk.noticed().notice_until or 0
    desk.later(3 * DAY)
    assert desk.refused(c.ObjectAgreement(TABLE, OTHER, "价格明显偏低")) is None
    assert desk.refused(c.ObjectAgreement(TABLE, "bing", "我方是共有人")) is None
    desk.later(30 * DAY)
    assert desk.ask(c.ConfirmAgreement(TABLE)) == ()
    desk.ask(c.DecideAgreementObjection(TABLE, 1, False, "评估报告支持该价格"))
    assert desk.table().state is TableState.OBJECTED
    desk.ask(c.DecideAgreementObjection(TABLE, 2, False, "登记簿上无该共有人"))
    assert desk.table().state is TableState.NOTICE
    assert (desk.table().notice_until or 0) >= first + 30 * DAY
    assert desk.ask(c.ConfirmAgreement(TABLE)) == ()


def test_an_objection_upheld_ends_the_agreement() -> None:
    """The table ends with the reason and the listing is free."""
    desk = Desk()
    desk.noticed()
    desk.refused(c.ObjectAgreement(TABLE, OTHER, "关联交易未披露"))
    desk.ask(c.DecideAgreementObjection(TABLE, 1, True, "属实"))
    table = desk.table()
    assert (table.state, table.reason, table.words) == (TableState.ENDED, "objection_upheld", "属实")
    assert desk.listing is ListingState.TRADABLE
    assert desk.refused(c.DecideAgreementObjection(TABLE, 1, False, "再议")) == "TABLE_STATE"


def test_objections_have_bounds() -> None:
    """Not by the parties, not without words, not twice at once, not on what is not under notice."""
    desk = Desk()
    desk.open()
    assert desk.refused(c.ObjectAgreement(TABLE, OTHER, "x")) == "TABLE_UNKNOWN"
    desk = Desk()
    until = desk.noticed().notice_until or 0
    assert desk.refused(c.ObjectAgreement(TABLE, HOLDER, "x")) == "TABLE_PARTIES"
    assert desk.refused(c.ObjectAgreement(TABLE, OTHER, "  ")) == "TERMS_INVALID"
    assert desk.refused(c.ObjectAgreement(TABLE, OTHER, "x" * 2001)) == "TERMS_INVALID"
    assert desk.refused(c.ObjectAgreement(TABLE, OTHER, "x")) is None
    assert desk.refused(c.ObjectAgreement(TABLE, OTHER, "y")) == "OBJECTION_OPEN"
    assert desk.refused(c.DecideAgreementObjection(TABLE, 1, False, "")) == "TERMS_INVALID"
    assert desk.refused(c.DecideAgreementObjection(TABLE, 2, False, "x")) == "TABLE_UNKNOWN"
    desk.ask(c.DecideAgreementObjection(TABLE, 1, False, "无据"))
    desk.at = max(until, desk.table().notice_until or 0)
    assert desk.refused(c.ObjectAgreement(TABLE, OTHER, "晚了")) == "TABLE_STATE"


def test_a_listing_put_up_ends_its_tables() -> None:
    """The house closes them with the reason."""
    desk = Desk()
    desk.open()
    desk.ask(c.CloseTables(LISTING, "in_session"))
    assert desk.table().reason == "in_session"
    assert desk.ask(c.CloseTables(LISTING, "in_session")) == ()


def test_a_default_frees_the_listing_and_bars_the_buyer() -> None:
    """Who did not pay gets no second table."""
    desk = Desk()
    desk.at = desk.noticed().notice_until or 0
    desk.ask(c.ConfirmAgreement(TABLE))
    desk.ask(c.UndoAgreement(TABLE))
    assert desk.listing is ListingState.TRADABLE
    assert desk.refused(c.OpenTable(LISTING, TAKER, HOLDER)) == "ENTRY_BARRED"
    assert desk.refused(c.OpenTable(LISTING, OTHER, HOLDER)) is None
