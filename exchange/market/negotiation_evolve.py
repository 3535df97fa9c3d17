"""What the events of the tables add up to."""

from collections.abc import Callable
from typing import Any

from exchange.market import negotiation_events as n
from exchange.market.negotiation_state import Objection, Standing, Table, TableState
from exchange.market.shared import own
from exchange.market.state import ListingState, Market
from matching_engine.errors import require


def _opened(market: Market, event: n.TableOpened) -> None:
    book = market.negotiation
    joined = (event.by,) if event.by else ()
    book.tables[event.table] = Table(
        event.table,
        event.listing,
        event.holder,
        event.taker,
        event.by,
        event.completer,
        event.notice_days,
        event.payment_days,
        event.at,
        TableState.INVITED,
        joined,
    )
    book.of_listing[event.listing] = (*book.of_listing.get(event.listing, ()), event.table)
    for party in (event.holder, event.taker):
        book.of_party[party] = (*book.of_party.get(party, ()), event.table)


def _joined(market: Market, event: n.TableJoined) -> None:
    table = market.negotiation.tables[event.table]
    table.joined = (*table.joined, event.party)
    if len(table.joined) == len(table.parties):
        table.state = TableState.OPEN


def _offered(market: Market, event: n.TermsOffered) -> None:
    table = market.negotiation.tables[event.table]
    require(table.state is TableState.OPEN, "terms are offered at an open table")
    require(event.number == table.offers + 1, "offers are numbered without a gap")
    table.offers = event.number
    table.standing = Standing(
        event.number, event.party, event.sheet, event.digest, event.expires_at, event.firm
    )
    market.negotiation.offers_due[event.table] = event.expires_at


def _taken_off(market: Market, event: n.TermsWithdrawn | n.TermsLapsed) -> None:
    market.negotiation.tables[event.table].standing = None
    market.negotiation.offers_due.pop(event.table, None)


def _agreed(market: Market, event: n.TermsAgreed) -> None:
    table = market.negotiation.tables[event.table]
    require(table.agreed is None, "a table agrees once")
    require(
        table.standing is not None and table.standing.digest == event.digest,
        "what is agreed is the offer that stands",
    )
    table.agreed, table.standing = table.standing, None
    market.negotiation.offers_due.pop(event.table, None)


def _noticed(market: Market, event: n.AgreementNoticed) -> None:
    table = market.negotiation.tables[event.table]
    table.state = TableState.NOTICE
    table.related, table.noticed_at, table.notice_until = event.related, event.at, event.until
    own(market.listings, event.listing).state = ListingState.AGREEMENT_NOTICE
    market.negotiation.notices_due[event.table] = event.until


def _objected(market: Market, event: n.AgreementObjected) -> None:
    table = market.negotiation.tables[event.table]
    table.state = TableState.OBJECTED
    table.objections[event.objection] = Objection(event.party, event.text, event.at)
    table.left, table.notice_until = event.left, None
    market.negotiation.notices_due.pop(event.table, None)


def _objection_decided(market: Market, event: n.AgreementObjectionDecided) -> None:
    table = market.negotiation.tables[event.table]
    one = table.objections[event.objection]
    one.upheld, one.reason = event.upheld, event.reason
    if event.until is not None:
        table.state, table.notice_until, table.left = TableState.NOTICE, event.until, 0
        market.negotiation.notices_due[event.table] = event.until


def _confirmed(market: Market, event: n.AgreementConfirmed) -> None:
    """A non-exclusive licence leaves the listing to others; everything else is sold once."""
    table = market.negotiation.tables[event.table]
    require(table.state is TableState.NOTICE, "an agreement is confirmed at the end of its notice")
    table.state, table.ended_at = TableState.CONCLUDED, event.at
    market.negotiation.notices_due.pop(event.table, None)
    deal = table.agreed.sheet.deal if table.agreed else None
    again = deal is not None and deal.kind == "licence" and deal.licence == "non_exclusive"
    state = ListingState.TRADABLE if again else ListingState.AGREED
    own(market.listings, event.listing).state = state


def _undone(market: Market, event: n.AgreementUndone) -> None:
    listing = own(market.listings, event.listing)
    if listing.state is ListingState.AGREED:
        listing.state = ListingState.TRADABLE
    market.barred[event.listing] = (
        *market.barred.get(event.listing, ()),
        market.negotiation.tables[event.table].taker,
    )


def _ended(market: Market, event: n.TableEnded) -> None:
    table = market.negotiation.tables[event.table]
    require(table.state not in (TableState.ENDED, TableState.CONCLUDED), "a table ends once")
    if table.agreed is not None:
        own(market.listings, table.listing).state = ListingState.TRADABLE
    table.state, table.standing = TableState.ENDED, None
    table.reason, table.words, table.ended_by, table.ended_at = (
        event.reason,
        event.words,
        event.party,
        event.at,
    )
    table.notice_until = None
    market.negotiation.offers_due.pop(event.table, None)
    market.negotiation.notices_due.pop(event.table, None)


EVOLVE: dict[type, Callable[[Market, Any], None]] = {
    n.TableOpened: _opened,
    n.TableJoined: _joined,
    n.TermsOffered: _offered,
    n.TermsWithdrawn: _taken_off,
    n.TermsLapsed: _taken_off,
    n.TermsAgreed: _agreed,
    n.AgreementNoticed: _noticed,
    n.AgreementObjected: _objected,
    n.AgreementObjectionDecided: _objection_decided,
    n.AgreementConfirmed: _confirmed,
    n.AgreementUndone: _undone,
    n.TableEnded: _ended,
}
"""Event type → what it changes."""
