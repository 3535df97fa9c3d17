"""Matches as readers may see them: what was recommended on a day, without whatever is barred by now."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from exchange.bootstrap import Exchange
from exchange.house.command import Principal
from exchange.matchmaking import entries
from exchange.matchmaking.entries import Offer
from exchange.matchmaking.score import Match
from exchange.matchmaking.values import Need, Supply, barrier_of_need, barrier_of_supply
from exchange.registers.recommendations import Feedback, Listed, Side, Verdict
from settlement.dates import shanghai_date
from web import errors

READERS = frozenset({"operator", "auditor", "broker"})
"""Roles that read everybody's matches: brokers bring the two sides together."""


class Pair(msgspec.Struct, frozen=True):
    """A recommended match with both sides as they stand now, and the open listing where there is one."""

    listed: Listed
    need: Need
    supply: Supply
    listing: str | None
    contact: str
    """How to reach the other side, as it published it."""
    verdict: Verdict | None

    @property
    def match(self) -> Match:
        """The match itself."""
        return self.listed.match


class Day(msgspec.Struct, frozen=True):
    """Matches of the newest day; `day` is None before the first."""

    day: date | None
    scheme: str
    lexicon: str
    pairs: list[Pair]


async def of_subject(exchange: Exchange, principal: Principal, side: Side, subject: str) -> Day:
    """The matches of a demand or an achievement, for its owner, brokers and overseers; 404 for anybody else."""
    owner = await _owner(exchange, side, subject)
    if not (principal.roles & READERS or (owner is not None and owner == principal.party)):
        raise errors.not_found("matches of yours")
    run = await exchange.registers.recommendations.latest()
    if run is None:
        return Day(None, "", "", [])
    listed = await exchange.registers.recommendations.of(run.day, side, subject)
    return Day(run.day, run.scheme, run.lexicon, await _standing(exchange, principal, listed))


async def of_party(exchange: Exchange, principal: Principal) -> Day:
    """The matches of all demands and achievements of the reader's organisation; 403 without one."""
    if principal.party is None:
        raise errors.failure(403, "FORBIDDEN", "matches are for somebody of an organisation")
    run = await exchange.registers.recommendations.latest()
    if run is None:
        return Day(None, "", "", [])
    listed = await exchange.registers.recommendations.for_owner(run.day, principal.party)
    return Day(run.day, run.scheme, run.lexicon, await _standing(exchange, principal, listed))


async def say(exchange: Exchange, principal: Principal, need: str, supply: str, verdict: Verdict) -> None:
    """Record what an organisation says of a match that concerns it; 404 for a match of others."""
    party = principal.party
    owners = {await _owner(exchange, "need", need), await _owner(exchange, "supply", supply)} - {None}
    if party is None or party not in owners:
        raise errors.not_found("match of yours")
    at = exchange.house.clock.now()
    feedback = Feedback(need, supply, party, principal.account, at, verdict)
    await exchange.registers.recommendations.say(feedback)


async def _owner(exchange: Exchange, side: Side, subject: str) -> str | None:
    """The organisation that a demand or an achievement belongs to; 404 when there is none such."""
    registers = exchange.registers
    row = await (registers.demands if side == "need" else registers.achievements).get(subject)
    if row is None:
        raise errors.not_found("demand" if side == "need" else "achievement")
    return row.holder


async def _standing(exchange: Exchange, principal: Principal, listed: Sequence[Listed]) -> list[Pair]:
    """The places of a list whose both sides still take part today."""
    registers, today = exchange.registers, shanghai_date(exchange.house.clock.now())
    offers = entries.offers_of(exchange.house.view)
    supplies = await entries.some_supplies(registers, [one.match.supply for one in listed], today, offers)
    needs, contacts = await _needs(exchange, [one.match.need for one in listed], today)
    said = await registers.recommendations.said_by(principal.party) if principal.party else {}
    pairs = (_pair(one, needs, supplies, offers, said, contacts) for one in listed)
    shown = [one for one in pairs if one is not None]
    return [await _with_contact(exchange, one) for one in shown]


def _pair(
    one: Listed,
    needs: Mapping[str, Need],
    supplies: Mapping[str, Supply],
    offers: Mapping[str, Offer],
    said: Mapping[tuple[str, str], Verdict],
    contacts: Mapping[str, str],
) -> Pair | None:
    need, supply = needs.get(one.match.need), supplies.get(one.match.supply)
    if need is None or supply is None or barrier_of_need(need) or barrier_of_supply(supply):
        return None
    listing = offers.get(supply.id, Offer()).listing
    contact = contacts.get(need.id, "") if one.side == "supply" else ""
    return Pair(one, need, supply, listing, contact, said.get((need.id, supply.id)))


async def _needs(
    exchange: Exchange, ids: Sequence[str], today: date
) -> tuple[dict[str, Need], dict[str, str]]:
    found = [one for one in [await exchange.registers.demands.get(id_) for id_ in dict.fromkeys(ids)] if one]
    return {one.id: entries.need_of(one, today) for one in found}, {one.id: one.contact for one in found}


async def _with_contact(exchange: Exchange, pair: Pair) -> Pair:
    """A demand's reader sees how the achievement's holder is reached."""
    if pair.listed.side == "supply":
        return pair
    row = await exchange.registers.achievements.get(pair.supply.id)
    return pair if row is None else msgspec.structs.replace(pair, contact=row.contact)
