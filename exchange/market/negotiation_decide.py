"""What the tables answer: opening, turns, offers and the one agreement.

The turn: at most one offer stands. While none does, either side may offer; against the other side's offer one may
counter, agree or leave it to lapse; against one's own only wait or withdraw. An agreement names the exact offer by
number and digest. On a listing one qualified party may agree at its own pace; where two or more unrelated parties have
asked, competition is due and no agreement is made (rules of listed trading of property-rights exchanges).
"""

from exchange.market import negotiation_events as n
from exchange.market.licence import exclusive_fault
from exchange.market.listing_state import WITHHELD
from exchange.market.negotiation_commands import (
    AgreeTerms,
    AnswerInvitation,
    BreakOff,
    CounterTerms,
    LapseTerms,
    OfferTerms,
    OpenTable,
    WithdrawTerms,
)
from exchange.market.negotiation_rules import (
    APPRAISED_PERCENT,
    MOVES_MAX,
    NOTICE_DAYS,
    TABLES_MAX,
    TEXT_MAX,
    VALID_MAX,
    VALID_MIN,
    notice_end,
)
from exchange.market.negotiation_state import LIVE, Standing, Table, TableState
from exchange.market.negotiation_terms import TermSheet, digest_of, sheet_fault
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.state import Listing, ListingState, Market

Move = OfferTerms | CounterTerms | AgreeTerms | WithdrawTerms
_DAYS_MAX = 3650


def open_table(market: Market, command: OpenTable, at: int) -> Events:
    """A table between the holder of a tradable listing and one taker, unless the listing takes another way."""
    listing = market.listings.get(command.listing)
    if listing is None:
        return refuse(
            command.listing, command, MarketRefusal.LISTING_UNKNOWN, f"no listing {command.listing}"
        )
    if command.taker not in market.parties:
        return refuse(
            command.listing, command, MarketRefusal.PARTY_UNKNOWN, f"{command.taker} is not enrolled"
        )
    unfit = _unfit(market, command, listing)
    if unfit is not None:
        return refuse(command.listing, command, *unfit)
    number = len(market.negotiation.of_listing.get(listing.id, ())) + 1
    return (
        n.TableOpened(
            table=f"N-{listing.id}-{number}",
            listing=listing.id,
            holder=listing.seller,
            taker=command.taker,
            by=command.by,
            completer=command.completer,
            notice_days=command.notice_days,
            payment_days=command.payment_days,
            at=at,
        ),
    )


def _unfit(market: Market, command: OpenTable, listing: Listing) -> tuple[MarketRefusal, str] | None:
    """Why there can be no such table, or None."""
    if command.taker == listing.seller:
        return MarketRefusal.TABLE_PARTIES, "nobody negotiates with itself"
    if listing.withheld:
        return MarketRefusal.LISTING_WITHHELD, WITHHELD
    if listing.state is not ListingState.TRADABLE:
        return MarketRefusal.LISTING_STATE, f"{listing.id} is {listing.state}"
    if any(market.related(out, command.taker) for out in market.barred.get(listing.id, ())):
        return MarketRefusal.ENTRY_BARRED, "a buyer who did not pay, and its affiliates, take no further part"
    trial = market.trials.keeps(listing.id)
    if trial is not None and trial.taker != command.taker:
        return MarketRefusal.LISTING_ON_TRIAL, "a trial keeps the listing for its taker"
    own = [table for table in market.negotiation.on(listing.id) if table.taker == command.taker]
    if any(table.state in LIVE for table in own):
        return MarketRefusal.TABLE_EXISTS, "the two parties sit at a table on this listing already"
    if len(own) >= TABLES_MAX:
        return MarketRefusal.TABLE_LIMIT, f"at most {TABLES_MAX} tables of one taker on one listing"
    least = 0 if listing.rehearsal else NOTICE_DAYS
    if not least <= command.notice_days <= _DAYS_MAX or not 0 <= command.payment_days <= _DAYS_MAX:
        return MarketRefusal.TERMS_INVALID, f"a notice has at least {least} days, payment 0 or more"
    if competition_due(market, listing.id, command.taker):
        return (
            MarketRefusal.COMPETITION_DUE,
            "another party has asked for this listing: it goes to competition",
        )
    return None


def asked(market: Market, listing: str) -> list[str]:
    """The parties that want a listing of their own accord, in the order in which they said so."""
    tables = [one for one in market.negotiation.on(listing) if one.by == one.taker and one.state in LIVE]
    interested = [one.party for one in market.listings[listing].qualified]
    return list(dict.fromkeys([*interested, *(one.taker for one in tables)]))


def competition_due(market: Market, listing: str, taker: str) -> bool:
    """Whether somebody else, not related to the taker, has asked for the listing of its own accord."""
    return any(not market.related(taker, other) for other in asked(market, listing))


def answer_invitation(market: Market, command: AnswerInvitation, at: int) -> Events:
    """Who is invited sits down, or declines and the table ends."""
    table = market.negotiation.tables.get(command.table)
    if table is None:
        return _unknown(command)
    if table.state is not TableState.INVITED or command.party in table.joined:
        return _state(command, table, "nobody waits for this answer")
    if not command.accept:
        return (n.TableEnded(table.id, "declined", command.party, "", at),)
    return (n.TableJoined(table.id, command.party),)


def offer(market: Market, command: OfferTerms, at: int) -> Events:
    """The first offer, or a new one after the last lapsed or was withdrawn."""
    return _open(market, command, at) or _put(market, command, 0, at)


def counter(market: Market, command: CounterTerms, at: int) -> Events:
    """Another sheet in answer to the other side's offer."""
    return _open(market, command, at) or _put(market, command, command.answers, at)


def _put(market: Market, command: OfferTerms | CounterTerms, answers: int, at: int) -> Events:
    table = market.negotiation.tables[command.table]
    fault = _turn_fault(table, command) or _offer_fault(market, table, command.sheet, command.valid_for)
    if fault is not None:
        return refuse(table.id, command, *fault)
    number = table.offers + 1
    return (
        n.TermsOffered(
            table=table.id,
            number=number,
            party=command.party,
            answers=answers,
            sheet=command.sheet,
            digest=digest_of(table.id, number, command.sheet),
            expires_at=at + command.valid_for,
            firm=command.firm,
        ),
    )


def _turn_fault(table: Table, command: Move) -> tuple[MarketRefusal, str] | None:
    """Whose turn it is: an offer needs a clear table, everything else the offer that it names."""
    standing = table.standing
    if isinstance(command, OfferTerms):
        return (MarketRefusal.TABLE_TURN, f"offer {standing.number} stands: answer it") if standing else None
    if standing is None or standing.number != command.answers:
        detail = f"offer {standing.number} stands" if standing else "no offer stands"
        return MarketRefusal.TERMS_STALE, f"{detail}, not {command.answers}"
    own = standing.party == command.party
    if own is not isinstance(command, WithdrawTerms):
        whose = "your own" if own else "the other side's"
        return MarketRefusal.TABLE_TURN, f"offer {standing.number} is {whose}"
    return None


def _offer_fault(
    market: Market, table: Table, sheet: TermSheet, valid_for: int
) -> tuple[MarketRefusal, str] | None:
    if table.offers >= MOVES_MAX:
        return MarketRefusal.TABLE_LIMIT, f"a table takes {MOVES_MAX} offers"
    if not VALID_MIN <= valid_for <= VALID_MAX:
        return MarketRefusal.TERMS_INVALID, "an offer stands from a minute to 90 days"
    fault = sheet_fault(sheet, market.listings[table.listing].subject)
    wrong = (MarketRefusal.TERMS_INVALID, fault) if fault else None
    return wrong or exclusive_fault(market, table.listing, sheet.deal)


def withdraw(market: Market, command: WithdrawTerms, at: int) -> Events:
    """The own offer goes, unless it was made firm."""
    refused = _open(market, command, at)
    if refused:
        return refused
    table = market.negotiation.tables[command.table]
    fault = _turn_fault(table, command)
    if fault is not None:
        return refuse(table.id, command, *fault)
    if table.standing is not None and table.standing.firm:
        detail = "the offer was made firm until it lapses (Civil Code, art. 476)"
        return refuse(table.id, command, MarketRefusal.TERMS_FIRM, detail)
    return (n.TermsWithdrawn(table.id, command.answers, command.party),)


def agree(market: Market, command: AgreeTerms, at: int) -> Events:
    """Agree to exactly the offer named; its public notice begins, and every other table of the listing ends."""
    refused = _open(market, command, at)
    if refused:
        return refused
    table = market.negotiation.tables[command.table]
    standing = table.standing
    fault = _turn_fault(table, command) or _agree_fault(market, table, standing, command.digest)
    if fault is not None or standing is None:
        return refuse(table.id, command, *(fault or (MarketRefusal.TERMS_STALE, "no offer stands")))
    others = [one for one in market.negotiation.on(table.listing) if one.state in LIVE and one is not table]
    return (
        n.TermsAgreed(table.id, standing.number, command.party, standing.digest),
        notice_of(market, table, standing, at),
        *(n.TableEnded(one.id, "listing_agreed", "", "", at) for one in others),
    )


def _agree_fault(
    market: Market, table: Table, standing: Standing | None, digest: str
) -> tuple[MarketRefusal, str] | None:
    listing = market.listings[table.listing]
    if standing is None or standing.digest != digest:
        return MarketRefusal.TERMS_STALE, "the digest is not that of the offer that stands"
    if listing.state is not ListingState.TRADABLE:
        return MarketRefusal.LISTING_STATE, f"{listing.id} is {listing.state}"
    trial = market.trials.keeps(listing.id)
    if trial is not None and trial.taker != table.taker:
        return MarketRefusal.LISTING_ON_TRIAL, "a trial keeps the listing for its taker"
    licensed = exclusive_fault(market, listing.id, standing.sheet.deal)
    if licensed is not None:
        return licensed
    if competition_due(market, listing.id, table.taker):
        return (
            MarketRefusal.COMPETITION_DUE,
            "another party has asked for this listing: it goes to competition",
        )
    fault = sheet_fault(standing.sheet, listing.subject)
    return (MarketRefusal.TERMS_INVALID, fault) if fault else price_fault(listing, standing.sheet.price_fen)


def price_fault(listing: Listing, price_fen: int) -> tuple[MarketRefusal, str] | None:
    """What keeps a price from being agreed to: the asking price of the offering, the appraisal of state assets."""
    if listing.offering is not None and price_fen < listing.offering.asking_fen:
        return MarketRefusal.OFFER_BELOW_ASKING, f"the asking price is {listing.offering.asking_fen} fen"
    appraised_fen = listing.papers.appraised_fen
    if listing.papers.state_asset != "enterprise" or appraised_fen is None:
        return None
    if price_fen * 100 < appraised_fen * APPRAISED_PERCENT:
        detail = f"below {APPRAISED_PERCENT} % of the appraisal of {appraised_fen} fen: it takes an approval"
        return MarketRefusal.PRICE_BELOW_APPRAISAL, detail
    return None


def notice_of(market: Market, table: Table, standing: Standing, at: int) -> n.AgreementNoticed:
    """The notice of an agreement, with the relations of its taker marked."""
    listing = market.listings[table.listing]
    interest = listing.interests.get(table.taker)
    said = interest is not None and interest.relation == "completer"
    related = (
        *(("completer",) if table.completer or said or table.taker in listing.papers.holders else ()),
        *(("affiliate",) if market.related(table.holder, table.taker) else ()),
    )
    until = notice_end(at, table.notice_days)
    return n.AgreementNoticed(
        table.id, listing.id, standing.sheet.price_fen, listing.price_idea_fen, related, at, until
    )


def break_off(market: Market, command: BreakOff, at: int) -> Events:
    """Either party leaves before an agreement; an offer on the table is gone with it."""
    table = market.negotiation.tables.get(command.table)
    if table is None:
        return _unknown(command)
    if table.state not in LIVE:
        return _state(command, table, f"the table is {table.state}")
    if len(command.reason) > TEXT_MAX:
        return refuse(
            table.id, command, MarketRefusal.TERMS_INVALID, f"reason: at most {TEXT_MAX} characters"
        )
    return (n.TableEnded(table.id, "broken_off", command.party, command.reason, at),)


def lapse(market: Market, command: LapseTerms, at: int) -> Events:
    """The gavel: the standing offer's time is over."""
    due = market.negotiation.offers_due.get(command.table)
    table = market.negotiation.tables.get(command.table)
    if table is None or table.standing is None or due is None or due > at:
        return ()
    return (n.TermsLapsed(table.id, table.standing.number),)


def _open(market: Market, command: Move, at: int) -> Events:
    """The refusal of a move at a table that is not open, or on an offer whose time is over; nothing when it may go on."""
    table = market.negotiation.tables.get(command.table)
    if table is None:
        return _unknown(command)
    if table.state is not TableState.OPEN:
        return _state(command, table, f"the table is {table.state}")
    over = table.standing is not None and table.standing.expires_at <= at
    if over and not isinstance(command, OfferTerms):
        return refuse(table.id, command, MarketRefusal.TERMS_LAPSED, "the time of the offer is over")
    return ()


def _unknown(command: Move | AnswerInvitation | BreakOff) -> Events:
    return refuse(command.table, command, MarketRefusal.TABLE_UNKNOWN, "there is no such table")


def _state(command: Move | AnswerInvitation | BreakOff, table: Table, detail: str) -> Events:
    return refuse(table.id, command, MarketRefusal.TABLE_STATE, detail)
