"""Demands as pages and REST both need them: who may publish, change and answer, and the checks against the register."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from exchange.bootstrap import Exchange
from exchange.house.command import Principal
from exchange.market.challenge_messages import AnswerDemand, DemandAnswered
from exchange.registers import Demand
from exchange.registers.regions import region_key
from exchange.registers.words import DemandState
from matching_engine.errors import Malformed
from settlement.dates import shanghai_date
from web import errors
from web.catalogue import OVERSEERS
from web.parse import BadInput

PUBLISHERS = frozenset({"bidder", "seller", "broker"})
ENDED = frozenset({DemandState.CLOSED, DemandState.WITHDRAWN})


def may_publish(principal: Principal | None) -> bool:
    """Whether somebody may publish demands of its organisation."""
    return principal is not None and principal.party is not None and bool(principal.roles & PUBLISHERS)


async def visible(exchange: Exchange, principal: Principal | None, id_: str) -> Demand:
    """The demand, if it is public, or for its own organisation and overseers; to others a secret one does not exist."""
    found = await exchange.registers.demands.get(id_)
    if found is None or not (found.public or _inside(principal, found)):
        raise errors.not_found("demand")
    return found


def _inside(principal: Principal | None, demand: Demand) -> bool:
    return principal is not None and (owns(principal, demand) or bool(principal.roles & OVERSEERS))


def owns(principal: Principal, demand: Demand) -> bool:
    """Whether a demand is of the reader's organisation."""
    return principal.party is not None and demand.holder == principal.party


async def publish(exchange: Exchange, principal: Principal, command: str, facts: Mapping[str, Any]) -> Demand:
    """Enter a demand under the id that follows from the request; asked again, it is the same one."""
    if not may_publish(principal):
        raise errors.failure(403, "FORBIDDEN", "publish demands of your own organisation")
    seed = f"DM\n{principal.account}\n{command}"
    id_ = f"DM-{hashlib.sha256(seed.encode()).hexdigest()[:12]}"
    organisation = await exchange.registers.organisations.get(principal.party or "")
    name = organisation.name if organisation else ""
    now = exchange.house.clock.now()
    row = _row(
        {
            **facts,
            "id": id_,
            "holder": principal.party,
            "holder_name": name,
            "published_on": shanghai_date(now).isoformat(),
        }
    )
    demands = exchange.registers.demands
    known = await demands.get(id_)
    if known is None:
        try:
            return await demands.add(row, principal.account, now)
        except Malformed:
            known = await demands.get(id_)
            if known is None:
                raise
    if msgspec.structs.replace(row, published_on=known.published_on) != known:
        raise errors.failure(409, "IDEMPOTENCY_MISMATCH", "this id stands for another demand")
    return known


async def change(exchange: Exchange, principal: Principal, id_: str, facts: Mapping[str, Any]) -> Demand:
    """The next version of one's own demand; what has ended is not changed."""
    found = await _own(exchange, principal, id_)
    if found.state in ENDED:
        raise errors.failure(409, "DEMAND_ENDED", "the demand has ended")
    row = _row({**msgspec.to_builtins(found), **facts})
    if row == found:
        return found
    return await exchange.registers.demands.change(row, principal.account, exchange.house.clock.now())


async def end(exchange: Exchange, principal: Principal, id_: str, state: DemandState, reason: str) -> Demand:
    """Matched, closed or withdrawn; what has ended stays so."""
    found = await _own(exchange, principal, id_)
    if found.state in ENDED or state is DemandState.OPEN:
        raise errors.failure(409, "DEMAND_ENDED", "the demand has ended")
    row = msgspec.structs.replace(found, state=state)
    demands = exchange.registers.demands
    return await demands.change(row, principal.account, exchange.house.clock.now(), reason)


async def _own(exchange: Exchange, principal: Principal, id_: str) -> Demand:
    found = await visible(exchange, principal, id_)
    if not owns(principal, found):
        raise errors.failure(403, "FORBIDDEN", "the demand is of another organisation")
    return found


def _row(facts: Mapping[str, Any]) -> Demand:
    region = facts.get("region") or ""
    key = region_key(region) if region else ""
    if key is None:
        raise BadInput("BAD_VALUE", "region", region, "a province like 河南 or henan")
    try:
        return msgspec.convert({**facts, "region": key}, Demand, strict=False)
    except msgspec.ValidationError as wrong:
        expected, _, where = str(wrong).partition(" - at `$.")
        raise BadInput("BAD_VALUE", where.rstrip("`") or "body", "", expected) from None


async def answer(
    exchange: Exchange, principal: Principal, id_: str, achievement: str, listing: str, words: str
) -> AnswerDemand:
    """The command that answers a demand with an achievement of one's own; the rows are checked here."""
    demand = await visible(exchange, principal, id_)
    today = shanghai_date(exchange.house.clock.now())
    over = demand.deadline is not None and demand.deadline < today
    if demand.state is not DemandState.OPEN or demand.holder is None or over:
        raise errors.failure(409, "DEMAND_ENDED", "the demand takes no answers")
    row = await exchange.registers.achievements.get(achievement)
    if row is None or row.holder != principal.party or not row.public:
        raise BadInput("BAD_VALUE", "achievement", achievement, "a public achievement of your organisation")
    offered = exchange.house.view.market.listings.get(listing)
    if listing and (offered is None or offered.achievement != achievement):
        raise BadInput("BAD_VALUE", "listing", listing, "a listing of that achievement")
    return AnswerDemand(id_, demand.holder, achievement, principal.party or "", listing, words)


def answers(exchange: Exchange, principal: Principal | None, demand: Demand) -> tuple[DemandAnswered, ...]:
    """What a reader may see of the answers: the issuer and overseers all, who answered its own."""
    if principal is None:
        return ()
    found = exchange.house.view.market.demand_answers.get(demand.id, ())
    if owns(principal, demand) or principal.roles & {"operator", "auditor"}:
        return found
    return tuple(one for one in found if one.party == principal.party)


def deadline_over(demand: Demand, today: date) -> bool:
    """Whether the last day for answers has passed."""
    return demand.deadline is not None and demand.deadline < today
