"""Trials before conversion over REST, for their two sides; to others a trial does not exist."""

from itertools import islice
from typing import Any

import msgspec
from starlette.responses import Response

from exchange.market import trial_messages as m
from exchange.market.trial_state import Trial
from exchange.market.trial_terms import TrialTerms
from web import errors
from web import resources as r
from web import supply_resources as s
from web.api_market import V1
from web.decisions import decision
from web.routes import Ask, Operation, json
from web.term_sheets import sheet_of, terms_of
from web.views import iso
from web.withheld import title_of

OVERSEERS = frozenset({"operator", "auditor"})


def _may_see(ask: Ask, trial: Trial) -> bool:
    return bool(ask.principal.roles & OVERSEERS) or ask.principal.party in trial.parties


def _seen(ask: Ask) -> Trial:
    """The trial of the path; 404 for whom it does not concern."""
    trial = ask.exchange.house.view.market.trials.all.get(ask.path("trial"))
    if trial is None or not _may_see(ask, trial):
        raise errors.failure(404, "TRIAL_UNKNOWN", "there is no such trial")
    return trial


def trial_resource(ask: Ask, one: Trial) -> s.TrialResource:
    """A trial as its sides see it."""
    market = ask.exchange.house.view.market
    listing = market.listings[one.listing]
    links = {"listing": f"{V1}/listings/{one.listing}"}
    if one.table:
        links["table"] = f"{V1}/negotiations/{one.table}"
    return s.TrialResource(
        one.id,
        one.listing,
        title_of(listing),
        r.PartyResource(one.holder, market.parties[one.holder].name),
        r.PartyResource(one.taker, market.parties[one.taker].name),
        one.by,
        _terms(one.terms),
        one.digest,
        one.completer,
        one.state,
        iso(one.proposed_at),
        maybe(one.start_by),
        maybe(one.started_at),
        maybe(one.until),
        maybe(one.ended_at),
        one.outcome,
        one.words,
        one.fee_receipt,
        links,
    )


def maybe(at: int | None) -> str | None:
    """ISO 8601 of an instant that may not have come."""
    return None if at is None else iso(at)


def _terms(terms: TrialTerms) -> s.TrialTermsResource:
    facts = {name: getattr(terms, name) for name in s.TrialTermsResource.__struct_fields__}
    return s.TrialTermsResource(**{**facts, "conversion": terms_of(terms.conversion)})


async def list_trials(ask: Ask) -> s.TrialPage:
    """The trials of the caller's organisation, the newest first; operators and auditors see all."""
    query: s.SupplyQuery = ask.query
    mine = (one for one in reversed(ask.exchange.house.view.market.trials.all.values()) if _may_see(ask, one))
    shown, after = page_of(mine, query)
    return s.TrialPage([trial_resource(ask, one) for one in shown], after)


def page_of(found: Any, query: s.SupplyQuery) -> tuple[list[Any], int | None]:
    """One page of what was found, and the cursor of the next; None at the end."""
    ahead = list(islice(found, query.cursor, query.cursor + query.limit + 1))
    return ahead[: query.limit], query.cursor + query.limit if len(ahead) > query.limit else None


async def show_trial(ask: Ask) -> s.TrialResource:
    """One trial: its terms with their digest, and how far it is."""
    return trial_resource(ask, _seen(ask))


async def propose_trial(ask: Ask) -> Response:
    """State the terms of a trial of a tradable listing: as its holder to a taker, or as a taker for oneself."""
    body: s.TrialBody = ask.body
    party = ask.principal.party or ""
    facts = {name: getattr(body.terms, name) for name in body.terms.__struct_fields__}
    terms = TrialTerms(**{**facts, "conversion": sheet_of(body.terms.conversion)})
    command = m.ProposeTrial(body.listing, body.taker or party, party, terms, body.completer)
    return json(decision(await ask.submit(command)), 201, {"location": f"{V1}/trials"})


async def step_trial(ask: Ask) -> r.Decision:
    """Agree, leave, hand over, convert or give back; who may do what when is the trial's state."""
    trial, party = ask.path("trial"), ask.principal.party or ""
    make = _COMMANDS[type(ask.body)]
    facts = {name: getattr(ask.body, name) for name in ask.body.__struct_fields__}
    return decision(await ask.submit(make(trial=trial, party=party, **facts)))


_COMMANDS: dict[type[msgspec.Struct], Any] = {
    s.AgreeStep: m.AgreeTrial,
    s.LeaveStep: m.LeaveTrial,
    s.StartStep: m.StartTrial,
    s.ConvertStep: m.ConvertTrial,
    s.ReturnStep: m.ReturnTrial,
}
"""Step → the command that says the same, by the same names."""


def act(path: str, handler: Any, summary: str, body: Any, tag: str = "supply") -> Operation:
    """An operation that binds."""
    return Operation(
        "POST",
        f"{V1}/{path}",
        handler,
        summary,
        tag,
        r.Decision,
        status=201,
        body=body,
        binds=True,
        errors=(404, 409),
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", f"{V1}/trials", list_trials, "My trials", "supply", s.TrialPage, query=s.SupplyQuery),
    act("trials", propose_trial, "Propose a trial", s.TrialBody),
    Operation(
        "GET", f"{V1}/trials/{{trial}}", show_trial, "A trial", "supply", s.TrialResource, errors=(404,)
    ),
    act("trials/{trial}/steps", step_trial, "A step in a trial", s.AnyTrialStep),
)
