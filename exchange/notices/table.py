"""The table of notices: event type → who is told, of what, with which facts. Pure: reads the committed state.

Bids are not here, for they are told together (exchange.notices.pace); what follows from a trade is in trade_table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from exchange.house.command import Recorded
from exchange.house.state import State
from exchange.market import challenge_messages as ch
from exchange.market import events as m
from exchange.market import listing_events as p
from exchange.market import negotiation_events as n
from exchange.market import question_messages as q
from exchange.market import release_events as r
from exchange.market import trial_messages as t
from exchange.notices.told import To, Told, follower, party
from matching_engine import events as e

Who = Callable[[State, Any], tuple[To, ...]]
About = Callable[[State, Any], tuple[str, str]]
"""Where a notice leads, and the title of what it is about."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; `facts` are fields of the event."""

    word: str
    who: Who
    about: About
    facts: tuple[str, ...] = ()
    when: Callable[[Any], bool] = lambda event: True
    more: Callable[[Any], dict[str, Any]] = lambda event: {}


# Who


def lot_followers(state: State, lot: str) -> tuple[To, ...]:
    """Followers of a lot, its listing and its session, and those who entered; only these where it is withheld."""
    entered = tuple(To("party", one.party) for one in state.market.entries.get(lot, {}).values())
    placed = state.market.lot_plans.get(lot)
    if placed is None:
        return entered
    if state.market.listings[placed.listing].withheld:
        return entered
    return (
        *entered,
        follower("lot", lot),
        follower("listing", placed.listing),
        follower("session", placed.session),
    )


def _watchers(state: State, event: Any) -> tuple[To, ...]:
    return (*lot_followers(state, event.lot), *party(state.market.seller_of(event.lot)))


def _seller(state: State, event: Any) -> tuple[To, ...]:
    listing = state.market.listings.get(event.listing)
    return party(listing.seller) if listing else ()


def _listing_followers(state: State, event: Any) -> tuple[To, ...]:
    listing = state.market.listings.get(event.listing)
    return (follower("listing", event.listing),) if listing and not listing.withheld else ()


def _seller_and_followers(state: State, event: Any) -> tuple[To, ...]:
    return (*_seller(state, event), *_listing_followers(state, event))


def _objected(state: State, event: Any) -> tuple[To, ...]:
    return (To("role", "operator"), *_seller_and_followers(state, event))


def _searchers(state: State, event: Any) -> tuple[To, ...]:
    """Whoever looks for such a listing; the seller is told in other words."""
    listing = state.market.listings.get(event.listing)
    return (To("search", event.listing),) if listing and not listing.withheld else ()


def _named(field: str) -> Who:
    return lambda state, event: party(getattr(event, field))


def _converted(state: State, event: p.ListingConverted) -> tuple[To, ...]:
    told = tuple(To("party", one) for one in event.parties)
    return (*told, *_seller_and_followers(state, event))


def _agreed(state: State, event: p.AgreementReached) -> tuple[To, ...]:
    return (*party(event.party), *_seller_and_followers(state, event))


def _scheduled(state: State, event: m.SessionScheduled) -> tuple[To, ...]:
    listings = [state.market.listings[id_] for id_ in event.listings]
    shown = [follower("listing", one.id) for one in listings if not one.withheld]
    return (*(To("party", one.seller) for one in listings), *shown)


def _asker(state: State, event: Any) -> tuple[To, ...]:
    known = state.market.questions.get(event.question)
    return (To("account", known.asker),) if known else ()


def _answered(state: State, event: q.QuestionAnswered) -> tuple[To, ...]:
    """The asker, and everybody whom the listing concerns: all learn the same."""
    lot = state.market.lot_of(event.listing)
    watching = lot_followers(state, lot) if lot else ()
    return (*_asker(state, event), *_listing_followers(state, event), *watching)


def _of_trial(but: str | None) -> Who:
    """Both sides of a trial, without the one that acted (the event's field `but`)."""

    def who(state: State, event: Any) -> tuple[To, ...]:
        trial = state.market.trials.all[event.trial]
        acted = getattr(event, but) if but else None
        return tuple(To("party", one) for one in (trial.holder, trial.taker) if one != acted)

    return who


def _of_table(but: str | None) -> Who:
    def who(state: State, event: Any) -> tuple[To, ...]:
        table = state.market.negotiation.tables[event.table]
        acted = getattr(event, but) if but else None
        return tuple(To("party", one) for one in (table.holder, table.taker) if one != acted)

    return who


def _zone(state: State, event: Any) -> tuple[To, ...]:
    return (follower("zone", "unconverted"),)


def _holder_of_case(state: State, event: Any) -> tuple[To, ...]:
    case = state.market.releases.cases.get(event.achievement)
    return party(case.holder) if case else ()


def _demand_followers(state: State, event: ch.ChallengePublished) -> tuple[To, ...]:
    return (follower("demand", event.terms.demand),) if event.terms.demand else ()


# What about


def lot_about(state: State, lot: str) -> tuple[str, str]:
    """The page and the title of a lot."""
    placed = state.market.lot_plans.get(lot)
    title = state.market.listings[placed.listing].subject.title if placed else lot
    return f"/lots/{lot}", title


def _lot(state: State, event: Any) -> tuple[str, str]:
    return lot_about(state, event.lot)


def listing_title(state: State, listing: str) -> str:
    """The title of a listing, or its id where there is none."""
    known = state.market.listings.get(listing)
    return known.subject.title if known else listing


def _listing(state: State, event: Any) -> tuple[str, str]:
    return f"/listings/{event.listing}", listing_title(state, event.listing)


def _session(state: State, event: m.SessionScheduled) -> tuple[str, str]:
    return (f"/lots/{event.lots[0]}" if event.lots else "/calendar"), event.title


def _trial(state: State, event: Any) -> tuple[str, str]:
    return f"/trials/{event.trial}", listing_title(state, state.market.trials.all[event.trial].listing)


def _table(state: State, event: Any) -> tuple[str, str]:
    table = state.market.negotiation.tables[event.table]
    return f"/negotiations/{event.table}", listing_title(state, table.listing)


def _release(state: State, event: Any) -> tuple[str, str]:
    return "/unconverted", event.achievement


def _batch(state: State, event: r.BatchPublished) -> tuple[str, str]:
    return "/zones/unconverted", event.batch


def _demand(state: State, event: ch.DemandAnswered) -> tuple[str, str]:
    return f"/demands/{event.demand}", event.demand


def _price(event: e.Hammered) -> dict[str, Any]:
    return {"price_fen": event.winners[0].price_fen, "awards": len(event.winners)}


TABLE: dict[type, tuple[Row, ...]] = {
    e.LotOpened: (Row("opening.open", _watchers, _lot),),
    e.LotSuspended: (Row("opening.suspended", _watchers, _lot, ("reason",)),),
    e.LotResumed: (Row("opening.resumed", _watchers, _lot, ("closes_at",)),),
    e.LotPostponed: (Row("opening.postponed", _watchers, _lot, ("closes_at", "reason")),),
    e.Hammered: (Row("result.sold", _watchers, _lot, more=_price),),
    e.Passed: (Row("result.passed", _watchers, _lot),),
    e.Cancelled: (Row("result.cancelled", _watchers, _lot, ("reason",)),),
    m.SecondBestOffered: (Row("result.offer", _named("party"), _lot, ("price_fen", "until")),),
    m.NoticePublished: (
        Row("listing.noticed", _seller, _listing, ("until",)),
        Row("listing.fits", _searchers, _listing, ("until",)),
    ),
    p.ListingReturned: (Row("listing.returned", _seller, _listing, ("reasons",)),),
    p.ListingWithdrawn: (Row("listing.withdrawn", _seller_and_followers, _listing, ("reasons",)),),
    p.ObjectionFiled: (Row("listing.objection", _objected, _listing),),
    p.ObjectionDecided: (Row("listing.decided", _seller_and_followers, _listing, ("reasons",)),),
    p.NoticeExtended: (Row("listing.extended", _seller_and_followers, _listing, ("until",)),),
    m.NoticeClosed: (Row("listing.over", _seller_and_followers, _listing),),
    p.ListingEnded: (Row("listing.ended", _seller_and_followers, _listing),),
    m.SessionScheduled: (Row("listing.scheduled", _scheduled, _session),),
    p.ListingConverted: (Row("listing.converted", _converted, _listing, ("opens_at",)),),
    p.AgreementReached: (Row("listing.agreed", _agreed, _listing, ("price_fen",)),),
    p.PriorityNoticeSent: (Row("listing.priority", _named("party"), _lot, ("opens_at",)),),
    p.EntryRefused: (Row("money.late", _named("party"), _lot, ("deposit_until",)),),
    q.QuestionAsked: (Row("question.asked", _seller, _listing, ("text",)),),
    q.QuestionAnswered: (Row("question.answered", _answered, _listing, ("text",)),),
    q.QuestionWithheld: (Row("question.withheld", _asker, _listing, ("reasons",)),),
    t.TrialProposed: (Row("trial.proposed", _of_trial("by"), _trial),),
    t.TrialAgreed: (Row("trial.agreed", _of_trial("party"), _trial, ("start_by",)),),
    t.TrialStarted: (Row("trial.started", _of_trial(None), _trial, ("until",)),),
    t.TrialEnded: (Row("trial.ended", _of_trial("party"), _trial),),
    n.TableOpened: (Row("table.opened", _of_table("by"), _table),),
    n.TermsOffered: (Row("table.offered", _of_table("party"), _table, ("expires_at",)),),
    n.TermsAgreed: (Row("table.agreed", _of_table("party"), _table),),
    n.AgreementNoticed: (
        Row("table.noticed", _of_table(None), _table, ("price_fen", "until")),
        Row("listing.agreed", _listing_followers, _listing, ("price_fen",)),
    ),
    n.AgreementObjected: (Row("table.objected", _of_table(None), _table),),
    n.AgreementConfirmed: (Row("table.confirmed", _of_table(None), _table),),
    n.TableEnded: (Row("table.ended", _of_table("party"), _table),),
    r.ReleaseNotified: (Row("release.noticed", _named("holder"), _release),),
    r.ReleaseAnswerRuled: (Row("release.ruled", _holder_of_case, _release, ("reasons",)),),
    r.BatchPublished: (Row("release.published", _zone, _batch),),
    ch.DemandAnswered: (Row("demand.answered", _named("issuer"), _demand),),
    ch.ChallengePublished: (Row("demand.challenge", _demand_followers, _listing),),
}
"""Event type → what is told of it."""


def told(
    state: State, one: Recorded, rows: dict[type, tuple[Row, ...]], text_max: int = 300
) -> Sequence[Told]:
    """What an event has to be told of, by a table."""
    found = []
    for row in rows.get(type(one.event), ()):
        if not row.when(one.event):
            continue
        to, (path, title) = row.who(state, one.event), row.about(state, one.event)
        facts = {name: _plain(getattr(one.event, name), text_max) for name in row.facts}
        facts.update(row.more(one.event))
        if to:
            found.append(Told(row.word, to, path, {"title": title, **facts}))
    return found


def _plain(value: Any, text_max: int) -> Any:
    return value[:text_max] if isinstance(value, str) else value
