"""What a house tells the others: public facts, each the whole of what stands about one subject.

A later fact of the same subject replaces the earlier one. What is secret (a reserve, a maximum, a sealed amount, who
is behind a code, an achievement that no reviewer found public) is in no fact.
"""

from typing import Annotated

import msgspec

from exchange.house.state import State
from exchange.market.state import ListingState as L
from exchange.network.feed import FIGURES as FIGURES
from exchange.registers.achievements import Achievement
from matching_engine.lot import Lot
from matching_engine.terms import Mechanism

LISTING, LOT, SESSION, ACHIEVEMENT = "listing", "lot", "session", "achievement"
ABSTRACT_MAX = 600
"""Characters of an abstract that go out; the whole of it is at the node."""

Line = Annotated[str, msgspec.Meta(max_length=300)]
Fen = Annotated[int, msgspec.Meta(ge=0, le=10**15)]
At = Annotated[int, msgspec.Meta(ge=0, le=10**16)]

SEALED = frozenset(
    {
        Mechanism.SEALED_FIRST_PRICE,
        Mechanism.SEALED_SECOND_PRICE,
        Mechanism.WEIGHTED,
        Mechanism.MULTI_AWARD,
        Mechanism.CHALLENGE,
    }
)
_PUBLISHED = frozenset(L) - {L.SUBMITTED, L.RETURNED}


class ListingFact(msgspec.Struct, frozen=True):
    """An achievement offered."""

    title: Line
    field: Line
    seller: Line
    region: Line
    achievement: Line
    state: Line
    price_idea_fen: Fen
    notice_until: At | None = None
    rehearsal: bool = False


class LotFact(msgspec.Struct, frozen=True):
    """A lot with its public price: `price_as` is what the price is (hammer, lead, opening)."""

    title: Line
    field: Line
    seller: Line
    region: Line
    listing: Line
    session: Line
    mechanism: Line
    state: Line
    price_as: Line
    price_fen: Fen
    opens_at: At
    closes_at: At | None = None
    closed_at: At | None = None
    sold_fen: list[Fen] = []
    rehearsal: bool = False


class SessionFact(msgspec.Struct, frozen=True):
    """A session with its lots."""

    title: Line
    rule_set: Line
    lots: list[Line]
    rehearsal: bool = False


class AchievementFact(msgspec.Struct, frozen=True):
    """An entry of the catalogue."""

    title: Line
    abstract: Annotated[str, msgspec.Meta(max_length=ABSTRACT_MAX)]
    field: Line
    region: Line
    holder: Line
    stage: Line
    price_form: Line
    price_idea_fen: Fen | None = None


Body = dict[str, object]


def listing_body(state: State, id_: str) -> Body | None:
    """What is told of a listing; None before its notice, when it went back, or while it is withheld."""
    one = state.market.listings.get(id_)
    if one is None or one.withheld or one.state not in _PUBLISHED:
        return None
    seller = state.market.parties[one.seller]
    return _built(
        ListingFact(
            title=_line(one.subject.title),
            field=_line(one.subject.field),
            seller=_line(seller.name),
            region=_line(seller.region),
            achievement=one.achievement,
            state=str(one.state),
            price_idea_fen=one.price_idea_fen,
            notice_until=one.notice_until if one.state is L.NOTICE else None,
            rehearsal=one.rehearsal,
        )
    )


def lot_body(state: State, id_: str) -> Body | None:
    """What is told of a lot; None while its listing is withheld."""
    lot, placed = state.lots.get(id_), state.market.lot_plans.get(id_)
    if lot is None or placed is None or state.market.listings[placed.listing].withheld:
        return None
    listing = state.market.listings[placed.listing]
    seller = state.market.parties[listing.seller]
    price_as, price_fen = _price(lot)
    return _built(
        LotFact(
            title=_line(listing.subject.title),
            field=_line(listing.subject.field),
            seller=_line(seller.name),
            region=_line(seller.region),
            listing=placed.listing,
            session=placed.session,
            mechanism=str(lot.terms.mechanism),
            state=str(lot.state),
            price_as=price_as,
            price_fen=price_fen,
            opens_at=lot.opens_at,
            closes_at=lot.closes_at,
            closed_at=lot.closed_at,
            sold_fen=[winner.price_fen for winner in lot.winners],
            rehearsal=state.market.sessions[placed.session].rehearsal,
        )
    )


def _price(lot: Lot) -> tuple[str, int]:
    """The price that everybody may see; the box of a sealed lot tells nothing before it is sold."""
    if lot.winners:
        return "hammer", lot.winners[0].price_fen
    if lot.lead_fen is not None and lot.terms.mechanism not in SEALED:
        return "lead", lot.lead_fen
    return "opening", lot.terms.opening_price_fen


def session_body(state: State, id_: str) -> Body | None:
    """What is told of a session."""
    one = state.market.sessions.get(id_)
    if one is None:
        return None
    return _built(SessionFact(_line(one.title), str(one.rule_set), list(one.lots), one.rehearsal))


def achievement_body(one: Achievement) -> Body | None:
    """What is told of an achievement; None while no reviewer found it public."""
    if not one.public:
        return None
    return _built(
        AchievementFact(
            title=_line(one.title),
            abstract=one.abstract[:ABSTRACT_MAX],
            field=_line(one.field),
            region=one.region,
            holder=_line(one.holder_name),
            stage=str(one.stage or ""),
            price_form=str(one.price_form or ""),
            price_idea_fen=one.price_idea_fen,
        )
    )


TYPES: dict[str, type[msgspec.Struct]] = {
    LISTING: ListingFact,
    LOT: LotFact,
    SESSION: SessionFact,
    ACHIEVEMENT: AchievementFact,
}
"""Kind → its form; `figures` adds its own."""


def _built(fact: msgspec.Struct) -> Body:
    body: Body = msgspec.to_builtins(fact)
    return body


def _line(text: str) -> str:
    return text[:300]
