"""The pages of trials before conversion: mine, one of them with its terms and what can be done now."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.market import trial_messages as m
from exchange.market.negotiation_rules import NOTICE_DAYS
from exchange.market.state import Listing, ListingState
from exchange.market.trial_state import Trial, TrialState
from exchange.market.trial_terms import MONTHS_MAX, TrialTerms
from web import errors
from web.pages import term_form
from web.pages.negotiations import choices, number
from web.pages.shell import Visit, page, sentence
from web.parse import BadInput, yuan
from web.withheld import title_of

SHOWN = 100


def _mine(visit: Visit) -> list[Trial]:
    """Those of the reader's organisation; the operator and the auditor see all."""
    principal, book = visit.principal, visit.state.market.trials
    overseer = bool(principal.roles & {"operator", "auditor"})
    found = [one for one in reversed(book.all.values()) if overseer or principal.party in one.parties]
    return found[:SHOWN]


def _trial(visit: Visit) -> Trial:
    """The trial of the path; 404 for whom it does not concern."""
    principal = visit.principal
    trial = visit.state.market.trials.all.get(visit.part("trial"))
    overseer = bool(principal.roles & {"operator", "auditor"})
    if trial is None or not (overseer or principal.party in trial.parties):
        raise errors.failure(404, "TRIAL_UNKNOWN", "there is no such trial")
    return trial


async def trials(
    visit: Visit,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """My trials, and the form that states the terms of another."""
    market = visit.state.market
    return visit.render(
        "trials.html",
        status,
        "/trials",
        trials=[_row(visit, one) for one in _mine(visit)],
        listings=[one for one in market.listings.values() if _may_propose(visit, one)][:SHOWN],
        parties=[one for one in market.parties.values() if one.id != visit.principal.party],
        choices=choices(visit),
        months_max=MONTHS_MAX,
        said=said or {},
        errors=wrong or {},
        seller="seller" in visit.principal.roles,
    )


def _may_propose(visit: Visit, listing: Listing) -> bool:
    principal = visit.principal
    if listing.state is not ListingState.TRADABLE or principal.party is None:
        return False
    return ("seller" if listing.seller == principal.party else "bidder") in principal.roles


def _row(visit: Visit, trial: Trial) -> dict[str, Any]:
    market = visit.state.market
    return {
        "trial": trial,
        "title": title_of(market.listings[trial.listing]),
        "holder": market.parties[trial.holder].name,
        "taker": market.parties[trial.taker].name,
        "turn": turn(trial, visit.principal.party),
    }


def turn(trial: Trial, party: str | None) -> str:
    """What waits for a party: answer, withdraw, start, finish; or nothing."""
    if party not in trial.parties:
        return ""
    if trial.state is TrialState.PROPOSED:
        return "withdraw" if trial.by == party else "answer"
    if trial.state is TrialState.AGREED:
        return "start" if trial.holder == party else ""
    return "finish" if trial.state is TrialState.RUNNING and trial.taker == party else ""


def waiting_trials(visit: Visit, party: str) -> list[tuple[str, str]]:
    """The trials at which it is a party's turn, for the list of what waits for it."""
    s = visit.speech
    return [
        (s.text("Your turn in the trial %(id)s", id=one.id), f"/trials/{one.id}")
        for one in visit.state.market.trials.all.values()
        if turn(one, party) in ("answer", "start", "finish")
    ]


async def propose(visit: Visit) -> Response:
    """State the terms of a trial by form."""
    form, party = visit.form(), visit.principal.party or ""
    listing = visit.state.market.listings.get(form.get("listing", ""))
    try:
        terms = _terms(form, 0 if listing is not None and listing.rehearsal else NOTICE_DAYS)
    except BadInput as bad:
        return await trials(visit, bad.status, {bad.field: sentence(visit.speech, bad.code, str(bad))}, form)
    own = listing is not None and listing.seller == party
    taker = form.get("taker", "") if own else party
    body = m.ProposeTrial(form.get("listing", ""), taker, party, terms, form.get("completer") == "yes")
    refused = await visit.try_to(form, body)
    if refused is not None:
        return await trials(visit, errors.status_of(refused[0]), {"listing": refused[1]}, form)
    return visit.go("/trials")


def _terms(form: Mapping[str, str], notice_days: int) -> TrialTerms:
    fee = form.get("fee", "0")
    return TrialTerms(
        months=number(form.get("months", ""), "months"),
        scope=form.get("scope", ""),
        criteria=form.get("criteria", ""),
        conversion=term_form.sheet_from(form),
        fee_fen=0 if fee in ("0", "0.00") else yuan(fee, "fee"),
        exclusive=form.get("exclusive") == "yes",
        notice_days=notice_days,
    )


async def show(visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    """One trial: its terms, how it went, and what can be done now."""
    trial = _trial(visit)
    rows = await visit.exchange.house.history(f"trial/{trial.id}")
    return visit.render(
        "trial.html",
        status,
        f"/trials/{trial.id}",
        **_row(visit, trial),
        conversion=term_form.lines_of(visit.speech, trial.terms.conversion),
        steps=[
            {
                "text": visit.speech.code("event", type(row.event).__name__),
                "at": row.at,
                "receipt": row.receipt,
            }
            for row in rows
        ],
        errors=wrong or {},
    )


async def step(visit: Visit) -> Response:
    """Agree, leave, hand over, convert or give back by form."""
    trial, form = _trial(visit), visit.form()
    party = visit.principal.party or ""
    kind, words = form.get("step", ""), form.get("words", "")
    bodies: dict[str, m.TrialCommand] = {
        "agree": m.AgreeTrial(trial.id, party, form.get("digest", "")),
        "leave": m.LeaveTrial(trial.id, party, words),
        "start": m.StartTrial(trial.id, party, words),
        "convert": m.ConvertTrial(trial.id, party, words),
        "return": m.ReturnTrial(trial.id, party, words),
    }
    body = bodies.get(kind)
    if body is None or (kind in ("agree", "convert") and form.get("read") != "yes"):
        unread = visit.speech.text("Please confirm that you have read the text.")
        return await show(visit, 422, {"step": unread})
    refused = await visit.try_to(form, body)
    if refused is not None:
        return await show(visit, errors.status_of(refused[0]), {"step": refused[1]})
    return visit.go(f"/trials/{trial.id}")


ROUTES: list[Route] = [
    page("/trials", trials),
    page("/trials", propose, "POST"),
    page("/trials/{trial}", show),
    page("/trials/{trial}/steps", step, "POST"),
]
