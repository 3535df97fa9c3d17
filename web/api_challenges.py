"""Challenges (揭榜挂帅, 赛马制) and the milestones of their awards over REST."""

from typing import Any

from exchange.market import challenge_messages as c
from exchange.market.state import Listing, ListingState
from settlement import milestone_messages as m
from settlement.milestone_pay import held_fen, released_fen
from settlement.milestone_state import Milestone
from web import errors
from web import resources as r
from web import supply_resources as s
from web.api_market import V1
from web.api_trades import visible_trade
from web.api_trials import act, maybe, page_of
from web.decisions import decision
from web.routes import Ask, Operation

PUBLISHED = (
    ListingState.NOTICE,
    ListingState.OBJECTED,
    ListingState.TRADABLE,
    ListingState.IN_SESSION,
)


def _may_see(ask: Ask, listing: Listing) -> bool:
    party = ask.caller.principal.party if ask.caller else None
    own = party is not None and listing.seller == party
    return own or (listing.state in PUBLISHED and not listing.withheld)


def _resource(ask: Ask, listing: Listing) -> s.ChallengeResource:
    state = ask.exchange.house.view
    market, terms = state.market, state.market.challenges[listing.id]
    lot = market.lot_of(listing.id)
    awards = [one for one in state.settlement.trades.values() if lot is not None and one.lot == lot]
    party = ask.caller.principal.party if ask.caller else None
    links = {"listing": f"{V1}/listings/{listing.id}"}
    if lot is not None:
        links["lot"] = f"{V1}/lots/{lot}"
    return s.ChallengeResource(
        listing.id,
        listing.subject.title,
        r.PartyResource(listing.seller, market.parties[listing.seller].name),
        listing.state.value,
        terms.bounty_fen,
        terms.awards_max,
        terms.weights,
        [
            s.StageResource(*(getattr(stage, name) for name in s.StageResource.__struct_fields__))
            for stage in terms.stages
        ],
        terms.demand,
        lot,
        len(awards),
        [one.id for one in awards if party is not None and one.side_of(party) is not None],
        links,
    )


async def list_challenges(ask: Ask) -> s.ChallengePage:
    """Published challenges, the newest first; an issuer's own ones from the first word on."""
    market, query = ask.exchange.house.view.market, ask.query
    every = (market.listings[id_] for id_ in reversed(market.challenges))
    shown, after = page_of((one for one in every if _may_see(ask, one)), query)
    return s.ChallengePage([_resource(ask, one) for one in shown], after)


async def show_challenge(ask: Ask) -> s.ChallengeResource:
    """One challenge: bounty, weights, stages, and how many awards there are."""
    market, id_ = ask.exchange.house.view.market, ask.path("listing")
    listing = market.listings.get(id_)
    if listing is None or id_ not in market.challenges or not _may_see(ask, listing):
        raise errors.not_found("challenge")
    return _resource(ask, listing)


async def publish_challenge(ask: Ask) -> r.Decision:
    """State the terms of a challenge on a listing of one's own; said again before its session they are replaced."""
    body: s.ChallengeBody = ask.body
    stages = tuple(
        c.Stage(one.title, one.criteria, one.share_bp, one.days, one.cure_days, one.keep)
        for one in body.stages
    )
    terms = c.ChallengeTerms(body.bounty_fen, body.awards_max, stages, body.weights, body.demand)
    command = c.PublishChallenge(ask.path("listing"), ask.principal.party or "", terms)
    return decision(await ask.submit(command))


# Milestones


async def list_milestones(ask: Ask) -> s.MilestonePage:
    """The milestones of a trade: what is due, handed in, accepted, paid; none for a trade without them."""
    trade = visible_trade(ask, ask.path("trade"))
    state = ask.exchange.house.view.settlement
    over = not trade.milestones or bool(trade.failed or trade.payment)
    return s.MilestonePage(
        trade.id,
        released_fen(trade),
        0 if over else held_fen(state, trade),
        trade.failed,
        [_milestone(ask, one) for one in trade.milestones.values()],
    )


def _milestone(ask: Ask, one: Milestone) -> s.MilestoneResource:
    payments = ask.exchange.house.view.settlement.payments
    order = payments.get(one.payment or "")
    return s.MilestoneResource(
        one.number,
        one.title,
        one.criteria,
        one.amount_fen,
        one.due_on,
        one.cure_days,
        one.keep,
        one.state,
        one.evidence,
        one.evidence_digest,
        maybe(one.submitted_at),
        one.rejections,
        one.reasons,
        one.cure_until,
        maybe(one.accepted_at),
        one.payment,
        order.paid_on if order else None,
    )


async def step_milestone(ask: Ask) -> r.Decision:
    """Hand in, accept, reject, or give more time."""
    number = ask.path("number")
    if not (number.isascii() and number.isdecimal() and len(number) < 6):
        raise errors.failure(404, "MILESTONE_UNKNOWN", "there is no such milestone")
    trade, principal, body = ask.path("trade"), ask.principal, ask.body
    place = (trade, int(number), principal.party or "", principal.account)
    made: m.MilestoneCommand
    if isinstance(body, s.SubmitStep):
        made = m.SubmitMilestone(*place, body.evidence, body.evidence_digest)
    elif isinstance(body, s.AcceptStep):
        made = m.AcceptMilestone(*place)
    elif isinstance(body, s.RejectStep):
        made = m.RejectMilestone(*place, body.reasons)
    else:
        made = m.GrantTime(*place, body.due_on)
    return decision(await ask.submit(made))


async def terminate_trade(ask: Ask) -> r.Decision:
    """End a contract with milestones on a ground that holds: what was accepted is paid, the rest goes back."""
    body: s.TerminationBody = ask.body
    principal = ask.principal
    command = m.TerminateTrade(
        ask.path("trade"), principal.party or "", principal.account, body.ground, body.reasons
    )
    return decision(await ask.submit(command))


def _get(path: str, handler: Any, summary: str, returns: Any, **more: Any) -> Operation:
    return Operation("GET", f"{V1}/{path}", handler, summary, "supply", returns, **more)


OPERATIONS: tuple[Operation, ...] = (
    _get("challenges", list_challenges, "Challenges", s.ChallengePage, query=s.SupplyQuery, signed_in=False),
    _get(
        "challenges/{listing}",
        show_challenge,
        "A challenge",
        s.ChallengeResource,
        signed_in=False,
        errors=(404,),
    ),
    act("challenges/{listing}", publish_challenge, "Publish a challenge", s.ChallengeBody),
    _get(
        "trades/{trade}/milestones",
        list_milestones,
        "The milestones of a trade",
        s.MilestonePage,
        errors=(404,),
    ),
    act(
        "trades/{trade}/milestones/{number}/steps",
        step_milestone,
        "A step with a milestone",
        s.AnyMilestoneStep,
    ),
    act("trades/{trade}/termination", terminate_trade, "End a contract with milestones", s.TerminationBody),
)
