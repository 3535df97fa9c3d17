"""The pages of demands: the list with its filters, one demand with its versions and answers, and the forms."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from exchange.registers import Demand
from exchange.registers.follows import FollowKind
from exchange.registers.regions import region_key, short_name
from exchange.registers.words import DemandKind, DemandState, Field, Stage
from matching_engine.money import format_yuan
from settlement.dates import shanghai_date
from web import demands as rules
from web import errors
from web.pages.negotiations import number
from web.pages.notices import followed
from web.pages.shell import Visit, page, sentence
from web.parse import BadInput, command_id, yuan

PAGE = 30


async def demand_list(
    visit: Visit,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """What is looked for, and the form to publish a demand."""
    wished = visit.request.query_params if visit.request.method == "GET" else {}
    chosen = {name: wished.get(name, "")[:100] for name in ("q", "field", "region", "kind", "state")}
    cursor = wished.get("cursor", "")[:64]
    region = region_key(chosen["region"]) if chosen["region"] else ""
    found = await visit.exchange.registers.demands.list(
        q=chosen["q"],
        field=chosen["field"],
        region=region or chosen["region"],
        kind=chosen["kind"],
        state=chosen["state"],
        after=cursor,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    more = {**chosen, "cursor": shown[-1].id} if len(found) > PAGE else {}
    principal = visit.caller.principal if visit.caller else None
    return visit.render(
        "demands.html",
        status,
        "/demands",
        demands=shown,
        chosen=chosen,
        more=f"/demands?{urlencode({k: v for k, v in more.items() if v})}" if more else "",
        may_publish=rules.may_publish(principal),
        **_choices(visit),
        said=said or {},
        errors=wrong or {},
    )


def _choices(visit: Visit) -> dict[str, Any]:
    s = visit.speech

    def word(one: str) -> str:
        key = one.replace("、", "_")
        found = s.code("word", key)
        return one if found == key else found

    return {
        "word": word,
        "short_name": short_name,
        "kinds": [(str(one), s.code("demand_kind", one.name)) for one in DemandKind],
        "states": [(str(one), s.code("demand_state", one.name)) for one in DemandState],
        "fields": [(str(one), word(one)) for one in Field],
        "stages": [(str(one), word(one)) for one in Stage],
        "kind_word": lambda one: s.code("demand_kind", one.name),
        "state_word": lambda one: s.code("demand_state", one.name),
    }


async def publish(visit: Visit) -> Response:
    """Publish a demand of one's organisation."""
    form, principal = visit.form(), visit.principal
    try:
        facts = _facts(form)
        id_ = command_id(form.get("command", ""), "command")
        made = await rules.publish(visit.exchange, principal, id_, facts)
    except BadInput as bad:
        return await demand_list(visit, bad.status, {bad.field: sentence(visit.speech, bad.code)}, form)
    return visit.go(f"/demands/{made.id}")


def _facts(form: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the register that a form states."""
    title = form.get("title", "")
    if not title:
        raise BadInput("MISSING_FIELD", "title", "nothing", "what is looked for")
    trl = form.get("trl_min", "")
    return {
        "title": title[:300],
        "need": form.get("need", "").replace("\r\n", "\n")[:20_000],
        "kind": form.get("kind", DemandKind.NEED.value),
        "field": form.get("field", "")[:100],
        "keywords": tuple(form.get("keywords", "").replace("、", " ").replace(",", " ").split())[:50],
        "region": form.get("region", "")[:64],
        "city": form.get("city", "")[:64],
        "budget_fen": yuan(form["budget"], "budget") if form.get("budget") else None,
        "deadline": form.get("deadline") or None,
        "trl_min": _trl(trl) if trl else None,
        "stage": form.get("stage") or None,
        "contact": form.get("contact", "")[:300],
    }


def _trl(text: str) -> int:
    value = number(text, "trl_min")
    if not 1 <= value <= 9:
        raise BadInput("BAD_VALUE", "trl_min", text, "1 to 9")
    return value


async def show(
    visit: Visit,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """One demand: what is looked for, its versions, its answers for whom they concern, and the forms."""
    principal = visit.caller.principal if visit.caller else None
    demand = await rules.visible(visit.exchange, principal, visit.part("demand"))
    market = visit.state.market
    own = principal is not None and rules.owns(principal, demand)
    running = demand.state is DemandState.OPEN and not rules.deadline_over(demand, shanghai_date(visit.now))
    found = rules.answers(visit.exchange, principal, demand)
    rows = await visit.exchange.registers.achievements.get_many([one.achievement for one in found])
    return visit.render(
        "demand.html",
        status,
        f"/demands/{demand.id}",
        demand=demand,
        follow=await followed(visit, (FollowKind.DEMAND, demand.id)),
        own=own,
        running=running,
        ended=demand.state in rules.ENDED,
        versions=await visit.exchange.registers.demands.versions(demand.id),
        answers=[
            {
                "answer": one,
                "who": market.parties[one.party].name,
                "title": rows[one.achievement].title if one.achievement in rows else one.achievement,
            }
            for one in found
        ],
        achievements=await _own_achievements(visit) if running and not own else [],
        challenges=[id_ for id_, terms in market.challenges.items() if terms.demand == demand.id],
        **_choices(visit),
        said=said or _values(demand),
        errors=wrong or {},
    )


async def _own_achievements(visit: Visit) -> list[tuple[str, str, str]]:
    """(achievement, listing, title) that the reader's organisation could answer with."""
    principal = visit.caller.principal if visit.caller else None
    if principal is None or principal.party is None or not principal.roles & {"seller", "bidder"}:
        return []
    rows = await visit.exchange.registers.achievements.list(holder=principal.party, limit=200)
    listed: dict[str, str] = {}
    for one in visit.state.market.listings.values():
        if one.seller == principal.party:
            listed[one.achievement] = one.id
    return [(row.id, listed.get(row.id, ""), row.title) for row in rows if row.public]


def _values(demand: Demand) -> dict[str, str]:
    """What stands in the fields of the form that changes a demand."""
    return {
        "title": demand.title,
        "need": demand.need,
        "kind": demand.kind.value,
        "field": demand.field,
        "keywords": " ".join(demand.keywords),
        "region": short_name(demand.region) if demand.region else "",
        "city": demand.city,
        "budget": format_yuan(demand.budget_fen) if demand.budget_fen else "",
        "deadline": demand.deadline.isoformat() if demand.deadline else "",
        "trl_min": str(demand.trl_min or ""),
        "stage": demand.stage.value if demand.stage else "",
        "contact": demand.contact,
    }


async def edit(visit: Visit) -> Response:
    """The next version."""
    form, id_ = visit.form(), visit.part("demand")
    try:
        await rules.change(visit.exchange, visit.principal, id_, _facts(form))
    except BadInput as bad:
        return await show(visit, bad.status, {bad.field: sentence(visit.speech, bad.code)}, form)
    return visit.go(f"/demands/{id_}")


async def end(visit: Visit) -> Response:
    """Matched, closed or withdrawn."""
    form, id_ = visit.form(), visit.part("demand")
    state = next((one for one in DemandState if one.value == form.get("state")), DemandState.OPEN)
    await rules.end(visit.exchange, visit.principal, id_, state, form.get("reason", "")[:2000])
    return visit.go(f"/demands/{id_}")


async def answer(visit: Visit) -> Response:
    """Answer with one of the own achievements."""
    form, id_ = visit.form(), visit.part("demand")
    achievement, _, listing = form.get("achievement", "").partition("|")
    try:
        body = await rules.answer(
            visit.exchange, visit.principal, id_, achievement, listing, form.get("words", "")
        )
    except BadInput as bad:
        return await show(visit, bad.status, {"answer": sentence(visit.speech, bad.code)})
    refused = await visit.try_to(form, body)
    if refused is not None:
        return await show(visit, errors.status_of(refused[0]), {"answer": refused[1]})
    return visit.go(f"/demands/{id_}#answers")


ROUTES: list[Route] = [
    page("/demands", demand_list),
    page("/demands", publish, "POST"),
    page("/demands/{demand}", show),
    page("/demands/{demand}", edit, "POST"),
    page("/demands/{demand}/state", end, "POST"),
    page("/demands/{demand}/answers", answer, "POST"),
]
