"""The pages of challenges: what is published, one challenge with its time line and awards, and the milestones desk."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.market.challenge_messages import ChallengeTerms, PublishChallenge, Stage
from exchange.market.negotiation_rules import TEXT_MAX
from exchange.market.state import Listing, ListingState
from exchange.registers.words import DemandKind
from settlement import milestone_messages as m
from settlement.milestone_pay import held_fen, released_fen
from settlement.milestone_state import MilestoneState
from settlement.state import Trade
from web import errors
from web.pages.negotiations import number
from web.pages.shell import Visit, page, sentence
from web.pages.trades import side_of, visible_trade
from web.parse import BadInput, yuan

STAGE_ROWS = 6
PUBLISHED = (
    ListingState.NOTICE,
    ListingState.OBJECTED,
    ListingState.TRADABLE,
    ListingState.IN_SESSION,
)


async def challenges(visit: Visit) -> Response:
    """What is published; for an issuer its own listings that could become one."""
    market = visit.state.market
    party = visit.caller.principal.party if visit.caller else None
    shown = [
        _row(visit, market.listings[id_])
        for id_ in reversed(market.challenges)
        if _visible(market.listings[id_], party)
    ]
    roles = visit.caller.principal.roles if visit.caller else frozenset[str]()
    own = [
        one
        for one in market.listings.values()
        if party is not None and one.seller == party and _may_publish(one) and "seller" in roles
    ]
    return visit.render("challenges.html", challenges=shown, own=own)


def _visible(listing: Listing, party: str | None) -> bool:
    return (listing.state in PUBLISHED and not listing.withheld) or (
        party is not None and listing.seller == party
    )


def _may_publish(listing: Listing) -> bool:
    return listing.state in (ListingState.SUBMITTED, ListingState.NOTICE, ListingState.TRADABLE)


def _row(visit: Visit, listing: Listing) -> dict[str, Any]:
    market = visit.state.market
    lot = market.lot_of(listing.id)
    return {
        "listing": listing,
        "terms": market.challenges.get(listing.id),
        "issuer": market.parties[listing.seller].name,
        "lot": lot,
        "awards": [
            one for one in visit.state.settlement.trades.values() if lot is not None and one.lot == lot
        ],
    }


def _listing(visit: Visit) -> Listing:
    listing = visit.state.market.listings.get(visit.part("listing"))
    party = visit.caller.principal.party if visit.caller else None
    if listing is None or not _visible(listing, party):
        raise errors.not_found("challenge")
    if listing.id not in visit.state.market.challenges and listing.seller != party:
        raise errors.not_found("challenge")
    return listing


async def show(
    visit: Visit,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """One challenge: need, bounty, stages, what happened when, awards; for the issuer the form of its terms."""
    listing = _listing(visit)
    row = _row(visit, listing)
    principal = visit.caller.principal if visit.caller else None
    own = principal is not None and listing.seller == principal.party and "seller" in principal.roles
    demands = []
    if own:
        mine = await visit.exchange.registers.demands.list(holder=listing.seller, limit=200)
        demands = [one for one in mine if one.kind is DemandKind.CHALLENGE]
    return visit.render(
        "challenge.html",
        status,
        f"/challenges/{listing.id}",
        **row,
        timeline=await _timeline(visit, listing, row["lot"]),
        closes_at=visit.state.lots[row["lot"]].closes_at if row["lot"] in visit.state.lots else None,
        shown_awards=[_award(visit, one) for one in row["awards"]],
        may_publish=own and _may_publish(listing),
        demands=demands,
        rows=range(1, STAGE_ROWS + 1),
        said=said or _values(row["terms"]),
        errors=wrong or {},
    )


def _award(visit: Visit, trade: Trade) -> dict[str, Any]:
    """An award: to everybody that there is one, to its own sides how far it is."""
    principal = visit.caller.principal if visit.caller else None
    party = principal.party if principal else None
    may = party is not None and trade.side_of(party) is not None
    done = sum(one.state is MilestoneState.ACCEPTED for one in trade.milestones.values())
    return {"trade": trade, "may": may, "done": done, "of": len(trade.milestones)}


async def _timeline(visit: Visit, listing: Listing, lot: str | None) -> list[dict[str, Any]]:
    """Public steps from the listing to the award, as the journal has them."""
    names = (
        "ListingSubmitted",
        "ChallengePublished",
        "NoticePublished",
        "NoticeClosed",
        "LotPutUp",
        "Opened",
        "Closed",
        "SealsOpened",
        "Hammered",
        "Passed",
    )
    rows = await visit.exchange.house.history(f"listing/{listing.id}")
    if lot is not None:
        rows = [*rows, *await visit.exchange.house.history(f"lot/{lot}")]
    return [
        {"text": visit.speech.code("event", type(row.event).__name__), "at": row.at, "receipt": row.receipt}
        for row in sorted(rows, key=lambda row: row.seq)
        if type(row.event).__name__ in names
    ]


def _values(terms: ChallengeTerms | None) -> dict[str, str]:
    """What stands in the fields for terms that were published."""
    if terms is None:
        return {}
    found = {
        "bounty": f"{terms.bounty_fen // 100}.{terms.bounty_fen % 100:02d}",
        "awards_max": str(terms.awards_max),
        "weights": " ".join(f"{name}={value}" for name, value in (terms.weights or {}).items()),
        "demand": terms.demand,
    }
    for n, stage in enumerate(terms.stages, 1):
        found |= {
            f"title-{n}": stage.title,
            f"criteria-{n}": stage.criteria,
            f"percent-{n}": f"{stage.share_bp // 100}",
            f"days-{n}": str(stage.days),
            f"cure-{n}": str(stage.cure_days),
            f"keep-{n}": str(stage.keep),
        }
    return found


async def publish(visit: Visit) -> Response:
    """The issuer's terms by form."""
    listing, form = _listing(visit), visit.form()
    try:
        terms = _terms(form)
    except BadInput as bad:
        return await show(visit, bad.status, {bad.field: sentence(visit.speech, bad.code)}, form)
    body = PublishChallenge(listing.id, visit.principal.party or "", terms)
    outcome = await visit.ask(form, body)
    if outcome.refusal is not None:
        told = f"{sentence(visit.speech, outcome.refusal.code)} {outcome.refusal.detail or ''}".strip()
        return await show(visit, errors.status_of(outcome.refusal.code), {"bounty": told}, form)
    return visit.go(f"/challenges/{listing.id}")


def _terms(form: Mapping[str, str]) -> ChallengeTerms:
    stages = tuple(_stage(form, n) for n in range(1, STAGE_ROWS + 1) if form.get(f"title-{n}"))
    weights: dict[str, str] = {}
    for pair in form.get("weights", "").split():
        name, _, value = pair.partition("=")
        weights[name[:40]] = value
    return ChallengeTerms(
        bounty_fen=yuan(form.get("bounty", ""), "bounty"),
        awards_max=number(form.get("awards_max", ""), "awards_max"),
        stages=stages,
        weights=weights or None,
        demand=form.get("demand", ""),
    )


def _stage(form: Mapping[str, str], n: int) -> Stage:
    return Stage(
        title=form.get(f"title-{n}", ""),
        criteria=form.get(f"criteria-{n}", "")[:TEXT_MAX],
        share_bp=number(form.get(f"percent-{n}", ""), f"percent-{n}") * 100,
        days=number(form.get(f"days-{n}", ""), f"days-{n}"),
        cure_days=number(form.get(f"cure-{n}", "15"), f"cure-{n}"),
        keep=number(form.get(f"keep-{n}", "0"), f"keep-{n}"),
    )


# The milestones desk


def waiting_milestones(visit: Visit, party: str, trade: Trade) -> list[tuple[str, str]]:
    """What of a trade's milestones waits for a party: something to accept, or to hand in that is next or late."""
    s, path = visit.speech, f"/trades/{trade.id}/milestones"
    if trade.failed is not None:
        return []
    open_ = [one for one in trade.milestones.values() if one.state is not MilestoneState.ACCEPTED]
    if trade.side_of(party) == "buyer":
        return [
            (s.text("Look at milestone %(n)s of %(id)s", n=one.number, id=trade.id), path)
            for one in open_
            if one.state in (MilestoneState.SUBMITTED, MilestoneState.FAILED)
        ]
    day = open_[0].cure_until or open_[0].due_on if open_ else ""
    if not open_ or open_[0].state in (MilestoneState.SUBMITTED, MilestoneState.FAILED):
        return []
    text = s.text(
        "Hand in milestone %(n)s of %(id)s by %(day)s", n=open_[0].number, id=trade.id, day=s.day(day)
    )
    return [(text, path)]


async def desk(visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    """The milestones of a trade for both sides: what is due, handed in, accepted, paid."""
    trade = visible_trade(visit, visit.part("trade"))
    if not trade.milestones:
        raise errors.not_found("milestones")
    state = visit.state.settlement
    payments = {one.number: state.payments.get(one.payment or "") for one in trade.milestones.values()}
    return visit.render(
        "milestones.html",
        status,
        f"/trades/{trade.id}/milestones",
        trade=trade,
        side=side_of(visit, trade),
        stones=list(trade.milestones.values()),
        payments=payments,
        released_fen=released_fen(trade),
        held_fen=0 if trade.failed or trade.payment else held_fen(state, trade),
        open_states=(MilestoneState.PLANNED, MilestoneState.REJECTED, MilestoneState.MISSED),
        grounds=("failed", "eliminated"),
        errors=wrong or {},
    )


async def step(visit: Visit) -> Response:
    """Hand in, accept, reject, or give more time by form."""
    trade, form = visible_trade(visit, visit.part("trade")), visit.form()
    n = number(visit.part("number"), "number")
    party, account = visit.principal.party or "", visit.principal.account
    words = form.get("words", "")
    bodies: dict[str, m.MilestoneCommand] = {
        "submit": m.SubmitMilestone(trade.id, n, party, account, words, form.get("digest", "").lower()),
        "accept": m.AcceptMilestone(trade.id, n, party, account),
        "reject": m.RejectMilestone(trade.id, n, party, account, words),
        "grant": m.GrantTime(trade.id, n, party, account, form.get("due_on", "")),
    }
    body = bodies.get(form.get("step", ""))
    if body is None:
        raise BadInput("BAD_VALUE", "step", form.get("step"), "submit, accept, reject or grant")
    return await _ask(visit, trade, form, body, f"m{n}")


async def terminate(visit: Visit) -> Response:
    """End the contract by form."""
    trade, form = visible_trade(visit, visit.part("trade")), visit.form()
    grounds: dict[str, m.Ground] = {"failed": "failed", "eliminated": "eliminated", "unpaid": "unpaid"}
    ground = grounds.get(form.get("ground", ""))
    if ground is None:
        raise BadInput("BAD_VALUE", "ground", form.get("ground"), "failed, eliminated or unpaid")
    party, account = visit.principal.party or "", visit.principal.account
    body = m.TerminateTrade(trade.id, party, account, ground, form.get("reasons", ""))
    return await _ask(visit, trade, form, body, "end")


async def _ask(
    visit: Visit, trade: Trade, form: Mapping[str, str], body: m.MilestoneCommand, field: str
) -> Response:
    refused = await visit.try_to(form, body)
    if refused is not None:
        return await desk(visit, errors.status_of(refused[0]), {field: refused[1]})
    return visit.go(f"/trades/{trade.id}/milestones#{field}")


ROUTES: list[Route] = [
    page("/challenges", challenges),
    page("/challenges/{listing}", show),
    page("/challenges/{listing}", publish, "POST"),
    page("/trades/{trade}/milestones", desk),
    page("/trades/{trade}/milestones/{number}", step, "POST"),
    page("/trades/{trade}/termination", terminate, "POST"),
]
