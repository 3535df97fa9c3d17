"""Setting a session in three steps, without a script: listings and mechanisms, the fields each needs, the terms in words."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.house import codec, machine
from exchange.house.command import Command, Refusal
from exchange.market.commands import LotPlan, ScheduleSession
from exchange.market.events import MarketRefused
from exchange.market.listing_state import ListingState
from exchange.market.rule_sets import figures
from matching_engine import commands as lc
from matching_engine import lot as lots
from matching_engine.terms import Mechanism
from web import errors
from web.i18n import Speech
from web.pages import session_form as sf
from web.pages.listings import rule_words
from web.pages.refusal_words import words
from web.pages.room_rules import rules
from web.pages.shell import Visit, page, sentence
from web.parse import BadInput
from web.views import SEALED

PATH = "/operator/sessions"
FIELD_OF = {
    "NOTICE_TOO_SHORT": "opens",
    "PRIORITY_NOTICE_SHORT": "opens",
    "REAUCTION_LATE": "opens",
    "PRIORITY_NOT_NOTIFIED": "holder",
    "PARTY_UNKNOWN": "holder",
    "DEPOSIT_RANGE": "deposit",
    "OPENING_TOO_LOW": "opening",
    "RESERVE_BELOW_APPRAISAL": "reserve",
    "PRICE_BELOW_APPRAISAL": "reserve",
    "BIDDING_TOO_SHORT": "closes",
}
"""Beside which field of a lot a refusal stands."""
OF_SESSION = {"CUTOFF_PAST": "cutoff", "REHEARSAL_ONLY": "rehearsal", "COMMISSION": "title"}
OF_TERMS = {
    "ladder": "steps",
    "extension": "trigger",
    "dutch.step_fen": "clock_step",
    "dutch.every": "clock_every",
    "dutch.floor_fen": "floor",
    "opening_price_fen": "opening",
    "reserve_price_fen": "reserve",
    "closes_at": "closes",
    "opens_at": "opens",
    "free_until": "free_until",
    "weights": "weights",
    "quantity": "quantity",
    "min_bidders": "min_bidders",
    "direction": "direction",
    "priority_window": "window",
    "priority": "holder",
    "payment_days": "payment_days",
}
"""Beside which field a fault of the terms stands: the beginning of its detail names it."""
_WORDS = re.compile("[A-Za-z]{3}")
READY_SHOWN = 150
"""Listings to choose from, the newest; what was chosen goes on in the address of the next page, which has a limit."""
Wrong = Mapping[str, str]


async def pick(visit: Visit) -> Response:
    """First step: which listings, and how the price of each forms."""
    visit.needs("operator")
    market = visit.state.market
    wanted = visit.request.query_params.get("listing", "")[:64]
    ready = [
        one for one in market.listings.values() if one.state is ListingState.TRADABLE and not one.withheld
    ]
    return visit.render(
        "session_lots.html",
        path=f"{PATH}/new",
        tradable=[one for one in ready[:-READY_SHOWN] if one.id == wanted] + ready[-READY_SHOWN:],
        mechanisms=list(Mechanism),
        wanted=wanted,
        rule=rule_words(visit),
        rule_sets=_rule_sets(visit),
    )


def _rule_sets(visit: Visit) -> list[tuple[str, Any]]:
    return [(name, figures(name, visit.now)) for name in ("AUCTION_LAW", "LISTED_BIDDING")]


async def terms(visit: Visit) -> Response:
    """Second step: the fields of the session and of each lot."""
    visit.needs("operator")
    form = visit.form() if visit.request.method == "POST" else dict(visit.request.query_params)
    if not sf.chosen(form):
        return visit.go(f"{PATH}/new")
    return _terms(visit, form)


def _terms(visit: Visit, form: Wrong, status: int = 200, wrong: Wrong | None = None) -> Response:
    market = visit.state.market
    shown = []
    for n, (id_, mechanism) in enumerate(sf.chosen(form), 1):
        one = market.listings.get(id_)
        if one is None:
            raise errors.not_found("listing")
        holders = [form.get(f"holder-{n}-{place}", "") for place in range(sf.HOLDERS_MAX)]
        rows = [party for party in holders if party] or list(one.papers.holders)
        shown.append(
            {
                "n": n,
                "listing": one,
                "mechanism": mechanism,
                "fields": sf.FIELDS[mechanism],
                "holders": [*rows, ""][: sf.HOLDERS_MAX],
            }
        )
    return visit.render(
        "session_terms.html",
        status,
        f"{PATH}/new",
        lots=shown,
        choices=sf.CHOICES,
        custodies=sf.CUSTODIES if any(lot["mechanism"] in SEALED for lot in shown) else (),
        optional=sf.OPTIONAL,
        instants=sf.INSTANTS,
        defaults=sf.DEFAULTS,
        rule=rule_words(visit),
        rule_sets=_rule_sets(visit),
        demo=visit.exchange.settings.demo,
        form=form,
        errors=wrong or {},
    )


def _asked(visit: Visit, form: Wrong) -> tuple[ScheduleSession, dict[str, BadInput]]:
    seed = hashlib.sha256(f"{visit.principal.account}\n{form.get('command', '')}".encode()).hexdigest()[:12]
    return sf.session_of(visit.state.market, form, seed, visit.exchange.settings.demo)


def _spoken(visit: Visit, wrong: Mapping[str, BadInput]) -> dict[str, str]:
    return {name: beside(visit.speech, bad) for name, bad in wrong.items()}


def beside(s: Speech, bad: BadInput) -> str:
    """What stands beside a field: the sentence, and a range or an example where one is known; no words of programs."""
    said = sentence(s, bad.code)
    figures = bad.expected and not _WORDS.search(bad.expected)
    return f"{said} {s.text('Expected: %(expected)s', expected=bad.expected)}" if figures else said


async def preview(visit: Visit) -> Response:
    """Third step: what would be set, in words; what the house would refuse stands beside its field instead."""
    visit.needs("operator")
    form = visit.form()
    body, wrong = _asked(visit, form)
    if wrong:
        return _terms(visit, form, 422, _spoken(visit, wrong))
    at = max(visit.now, visit.state.at)
    events = machine.decide(visit.state, Command("preview", visit.principal, body), at)
    refusal = codec.refusal_of(events[-1])
    if refusal is not None:
        last = events[-1]
        subject = last.subject if isinstance(last, MarketRefused) else ""
        return _terms(visit, form, errors.status_of(refusal.code), _beside(visit, body, refusal, subject))
    return visit.render(
        "session_preview.html",
        200,
        f"{PATH}/new",
        body=body,
        lots=[_words(visit, plan, at) for plan in body.lots],
        form=form,
        wrong="",
    )


def _beside(visit: Visit, body: ScheduleSession, refusal: Refusal, subject: str) -> dict[str, str]:
    """The refusal beside the field that it is about."""
    text = words(visit.speech, refusal)
    if refusal.code in OF_SESSION:
        return {OF_SESSION[refusal.code]: text}
    n = next((n for n, plan in enumerate(body.lots, 1) if plan.lot == subject), 1)
    name = FIELD_OF.get(refusal.code)
    if name is None:
        found = (field for start, field in OF_TERMS.items() if refusal.detail.startswith(start))
        name = next(found, "listing")
    if name == "payment_days":
        return {name: text}
    if name not in (*sf.FIELDS[body.lots[n - 1].terms.mechanism], "holder", "window", "listing"):
        name = "opening"
    return {f"{name}-{n}": text}


def _words(visit: Visit, plan: LotPlan, at: int) -> dict[str, Any]:
    """A lot's terms as its page will state them, and the reserve, which no page will."""
    s = visit.speech
    (made, *_) = lots.decide(None, lc.PutUp(plan.lot, plan.terms), at)
    lines = rules(s, lots.evolve(None, made, at), plan.deposit_fen)
    if plan.terms.reserve_price_fen is not None:
        lines.append((s.text("Reserve, shown to nobody"), s.money(plan.terms.reserve_price_fen)))
    parties = visit.state.market.parties
    told = [parties[one.party].name for one in plan.reserved]
    if told:
        lines.append((s.text("Told at once"), ", ".join(told)))
    return {"title": visit.state.market.listings[plan.listing].subject.title, "lines": lines}


async def schedule(visit: Visit) -> Response:
    """Set what was previewed."""
    visit.needs("operator")
    form = visit.form()
    body, wrong = _asked(visit, form)
    if wrong:
        return _terms(visit, form, 422, _spoken(visit, wrong))
    outcome = await visit.ask(form, body)
    if outcome.refusal is None:
        return visit.go("/calendar")
    last = outcome.recorded[-1].event
    subject = last.subject if isinstance(last, MarketRefused) else ""
    told = _beside(visit, body, outcome.refusal, subject)
    return _terms(visit, form, errors.status_of(outcome.refusal.code), told)


ROUTES: list[Route] = [
    page(f"{PATH}/new", pick),
    page(f"{PATH}/terms", terms),
    page(f"{PATH}/terms", terms, "POST"),
    page(f"{PATH}/preview", preview, "POST"),
    page(f"{PATH}/new", schedule, "POST"),
]
