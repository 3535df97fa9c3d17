"""The day's matches of the reader's organisation, both directions, each with its explanation."""

from collections.abc import Sequence
from itertools import groupby

from starlette.responses import Response
from starlette.routing import Route

from exchange.matchmaking.parts import Note
from exchange.matchmaking.published import scheme
from exchange.matchmaking.score import Part, Shared
from exchange.registers.recommendations import Verdict
from web import errors, matching
from web.matching import Pair
from web.pages.shell import Visit, page

CHIPS = 6
"""Words that a card shows before it is opened."""
MONEY = frozenset({Note.PRICE_ABOVE})
"""Notes whose missing part is money."""


async def show(visit: Visit) -> Response:
    """Every match of the organisation, by demand and by achievement."""
    found = await matching.of_party(visit.exchange, visit.principal)
    return visit.render(
        "matches.html",
        day=found.day,
        scheme=scheme(),
        version=found.scheme,
        for_demands=_groups([one for one in found.pairs if one.listed.side == "need"]),
        for_achievements=_groups([one for one in found.pairs if one.listed.side == "supply"]),
        out_of_hundred=out_of_hundred,
        said=said,
        words=words,
        why=lambda part: why(visit, part),
        verdicts=[str(one) for one in Verdict],
    )


async def feedback(visit: Visit) -> Response:
    """One word about a match, and back to the page."""
    form = visit.form()
    try:
        verdict = Verdict(form.get("verdict", ""))
    except ValueError:
        raise errors.failure(422, "BAD_VALUE", "verdict: useful, not_useful or contacted") from None
    await matching.say(visit.exchange, visit.principal, form.get("need", ""), form.get("supply", ""), verdict)
    return visit.go("/matches")


def _groups(pairs: Sequence[Pair]) -> list[tuple[str, str, list[Pair]]]:
    """(id, title, matches) of each demand or achievement that has some."""
    found = []
    for subject, members in groupby(pairs, key=lambda one: one.listed.subject):
        own = list(members)
        title = own[0].need.title if own[0].listed.side == "need" else own[0].supply.title
        found.append((subject, title, own))
    return found


def out_of_hundred(points: int) -> str:
    """Points of a million as points of a hundred with one decimal, rounded down."""
    return f"{points // 10_000}.{points // 1_000 % 10}"


def words(terms: Sequence[Shared]) -> list[str]:
    """The terms that say most, those of more than one character, each once."""
    found = dict.fromkeys(said(term) for term in terms if len(term.term) > 1)
    return list(found)[:CHIPS]


def said(term: Shared) -> str:
    """A term as a reader understands it: both sides' words where they differ."""
    ours, theirs = "、".join(term.need_words), "、".join(term.supply_words)
    if not ours or not theirs or ours == theirs:
        return ours or theirs or term.term.removeprefix("=")
    return f"{ours} ≈ {theirs}"


def why(visit: Visit, part: Part) -> str:
    """The sentence of a part's note, with what is missing."""
    sentence = visit.speech.code("match_note", part.note)
    if not part.short:
        return sentence
    short = visit.speech.money(part.short) if part.note in MONEY else str(part.short)
    return f"{sentence} ({short})" if visit.speech.language == "en" else f"{sentence}（{short}）"


ROUTES: list[Route] = [page("/matches", show), page("/matches/feedback", feedback, "POST")]
