"""Who may see what of a negotiation table: its parties everything, the operator its states and times, the auditor
everything once it has ended; to everybody else it does not exist. What is under public notice is public."""

from collections.abc import Callable
from typing import Any, Literal, cast

import msgspec

from exchange.house.command import Principal, Recorded
from exchange.house.negotiation_reactions import trade_of
from exchange.house.state import State
from exchange.market import negotiation_events as n
from exchange.market.negotiation_state import NOTICED, Standing, Table, TableState
from web.term_sheets import terms_of
from web.views import ms
from web.withheld import HIDDEN, title_of

Instant = Callable[[int], int | str]
Json = dict[str, Any]
Sight = Literal["whole", "metadata"]

_ENDED = (TableState.CONCLUDED, TableState.ENDED)
_INSTANTS = ("at", "until", "expires_at")


def sight(principal: Principal | None, table: Table | None) -> Sight | None:
    """How much of a table somebody may see; None: there is no such table."""
    if principal is None or table is None:
        return None
    if principal.party is not None and principal.party in table.parties:
        return "whole"
    if "auditor" in principal.roles and table.state in _ENDED:
        return "whole"
    return "metadata" if "operator" in principal.roles else None


def _maybe(at: int | None, instant: Instant) -> int | str | None:
    return None if at is None else instant(at)


def _standing(one: Standing | None, instant: Instant) -> Json | None:
    if one is None:
        return None
    return {
        "number": one.number,
        "party": one.party,
        "terms": terms_of(one.sheet),
        "digest": one.digest,
        "expires_at": instant(one.expires_at),
        "firm": one.firm,
    }


def table_view(state: State, table: Table, seen: Sight, epoch: int, instant: Instant = ms) -> Json:
    """A table as it stands; without terms, words and amounts for whoever sees its metadata only."""
    whole = seen == "whole"
    return {
        "table": table.id,
        "listing": table.listing,
        "title": title_of(state.market.listings[table.listing]),
        "holder": {"id": table.holder, "name": state.market.parties[table.holder].name},
        "taker": {"id": table.taker, "name": state.market.parties[table.taker].name},
        "state": table.state.value,
        "by": table.by,
        "joined": list(table.joined),
        "opened_at": instant(table.opened_at),
        "offers": table.offers,
        "standing": _standing(table.standing, instant) if whole else None,
        "agreed": _standing(table.agreed, instant) if whole else None,
        "related": list(table.related),
        "notice_until": _maybe(table.notice_until, instant),
        "reason": table.reason,
        "words": table.words if whole else "",
        "ended_at": _maybe(table.ended_at, instant),
        "trade": trade_of(table.id) if table.state is TableState.CONCLUDED else None,
        "seq": state.streams.get(f"table/{table.id}", 0),
        "epoch": epoch,
    }


def move_view(recorded: Recorded, instant: Instant = ms) -> Json | None:
    """An event of a table as its parties see it; None for what is no event of a table."""
    if not isinstance(recorded.event, n.TableEvent):
        return None
    facts = cast(Json, msgspec.to_builtins(recorded.event))
    for name in ("type", "left"):
        facts.pop(name, None)
    for name in _INSTANTS:
        if isinstance(facts.get(name), int):
            facts[name] = instant(facts[name])
    if isinstance(recorded.event, n.TermsOffered):
        del facts["sheet"]
        facts["terms"] = terms_of(recorded.event.sheet)
    place = {
        "kind": type(recorded.event).__name__,
        "epoch": recorded.epoch,
        "seq": recorded.stream_seq,
        "at": instant(recorded.at),
    }
    return {**facts, **place}


def agreements(state: State) -> list[Table]:
    """The agreements under public notice, the newest first."""
    tables = state.market.negotiation.tables
    return [
        table
        for table in reversed(tables.values())
        if table.state in NOTICED and not state.market.listings[table.listing].withheld
    ]


def agreement_view(state: State, table: Table, instant: Instant) -> Json:
    """What the law makes public of an agreement: name, abstract, way, price, and whether the taker is related."""
    listing = state.market.listings[table.listing]
    assert table.agreed is not None
    assert table.noticed_at is not None
    sheet = table.agreed.sheet
    return {
        "agreement": table.id,
        "listing": listing.id,
        "title": title_of(listing),
        "abstract": HIDDEN if listing.withheld else listing.subject.abstract,
        "holder": {"id": table.holder, "name": state.market.parties[table.holder].name},
        "kind": sheet.deal.kind,
        "payment": sheet.deal.payment.form,
        "price_fen": sheet.price_fen,
        "price_idea_fen": listing.price_idea_fen,
        "related": list(table.related),
        "state": table.state.value,
        "noticed_at": instant(table.noticed_at),
        "until": _maybe(table.notice_until, instant),
        "objections": len(table.objections),
    }
