"""Matches over REST: for one demand, for one achievement, for the reader's organisation; and what it says of them."""

from typing import Annotated

import msgspec

from exchange.matchmaking.score import FULL_POINTS
from exchange.registers.recommendations import Verdict
from web import matching
from web.matching import Day, Pair
from web.resources import Date, Fen, Given, Taken, Word
from web.routes import Ask, Operation

V1 = "/api/v1"
Points = Annotated[int, msgspec.Meta(ge=0, le=FULL_POINTS, description="Of 1,000,000.")]


class PartResource(Given, frozen=True):
    """A part of the score: points = weight × value. `lost` points say why the score is not higher."""

    name: str
    weight: int
    value: int
    points: Points
    lost: Points
    note: str
    short: int
    """What is missing: levels of readiness, or fen above the budget."""


class TermResource(Given, frozen=True):
    """A term that both texts hold, with the words with which each says it."""

    term: str
    points: Points
    demand_words: list[str]
    achievement_words: list[str]


class MatchResource(Given, frozen=True):
    """A match: its parts add up to `points`, its terms to the points of the part `text`."""

    demand: str
    demand_title: str
    achievement: str
    achievement_title: str
    rank: int
    points: Points
    parts: list[PartResource]
    terms: list[TermResource]
    price_fen: Fen | None
    listing: str | None
    """The open listing of the achievement."""
    contact: str
    feedback: Verdict | None


class MatchPage(Given, frozen=True):
    """The matches of the newest day, under which weights and lexicon; null and empty before the first day."""

    day: Date | None
    scheme: str
    lexicon: str
    matches: list[MatchResource]


class Recommended(Given, frozen=True):
    """Both directions for the reader's organisation."""

    day: Date | None
    scheme: str
    lexicon: str
    for_demands: list[MatchResource]
    for_achievements: list[MatchResource]


class FeedbackBody(Taken, frozen=True):
    """What the reader's organisation says of a match."""

    demand: Word
    achievement: Word
    verdict: Verdict


async def demand_matches(ask: Ask) -> MatchPage:
    """The achievements recommended for a demand, for its holder, brokers and overseers."""
    return _page(await matching.of_subject(ask.exchange, ask.principal, "need", ask.path("demand")))


async def achievement_matches(ask: Ask) -> MatchPage:
    """The demands recommended for an achievement, for its holder, brokers and overseers."""
    return _page(await matching.of_subject(ask.exchange, ask.principal, "supply", ask.path("achievement")))


async def recommendations(ask: Ask) -> Recommended:
    """The day's recommendations for the reader's organisation, both directions."""
    found = await matching.of_party(ask.exchange, ask.principal)
    page = _page(found)
    sides = [pair.listed.side for pair in found.pairs]
    of = {
        side: [one for one, its in zip(page.matches, sides, strict=True) if its == side]
        for side in ("need", "supply")
    }
    return Recommended(page.day, page.scheme, page.lexicon, of["need"], of["supply"])


async def give_feedback(ask: Ask) -> None:
    """Say of a match of one's own whether it is useful, or that the other side was contacted."""
    body: FeedbackBody = ask.body
    await matching.say(ask.exchange, ask.principal, body.demand, body.achievement, body.verdict)


def _page(found: Day) -> MatchPage:
    day = None if found.day is None else found.day.isoformat()
    return MatchPage(day, found.scheme, found.lexicon, [_match(pair) for pair in found.pairs])


def _match(pair: Pair) -> MatchResource:
    one = pair.match
    return MatchResource(
        one.need,
        pair.need.title,
        one.supply,
        pair.supply.title,
        pair.listed.rank,
        one.points,
        [
            PartResource(part.name, part.weight, part.value, part.points, part.lost, part.note, part.short)
            for part in one.parts
        ],
        [
            TermResource(term.term, term.points, list(term.need_words), list(term.supply_words))
            for term in one.terms
        ],
        pair.supply.price_fen,
        pair.listing,
        pair.contact,
        pair.verdict,
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{V1}/demands/{{demand}}/matches",
        demand_matches,
        "Achievements for a demand",
        "market",
        MatchPage,
        errors=(404,),
    ),
    Operation(
        "GET",
        f"{V1}/achievements/{{achievement}}/matches",
        achievement_matches,
        "Demands for an achievement",
        "market",
        MatchPage,
        errors=(404,),
    ),
    Operation(
        "GET",
        f"{V1}/recommendations",
        recommendations,
        "The day's matches of the own organisation",
        "market",
        Recommended,
        errors=(403,),
    ),
    Operation(
        "POST",
        f"{V1}/recommendations/feedback",
        give_feedback,
        "Say what a match is worth",
        "market",
        status=204,
        body=FeedbackBody,
        errors=(404,),
    ),
)
