"""Who acts for whom: mandates as the journal has them, and the broker who stands on one side only.

An organisation without any mandate on record is acted for by its own accounts, as before; from its first mandate on, by
those alone who hold one. Auction law, arts. 22 and 30 for the spirit; Civil Code, art. 168 (nobody acts for both sides).
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from exchange.market.mandate_messages import (
    ActingRole,
    GrantMandate,
    MandateGranted,
    MandateRevoked,
    RevokeMandate,
)
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.state import Market
from settlement.dates import parse_date


def grant(market: Market, command: GrantMandate) -> Events:
    """A mandate of an enrolled organisation, with days that fit."""
    if command.party not in market.parties:
        return refuse(command.party, command, MarketRefusal.PARTY_UNKNOWN, f"{command.party} is not enrolled")
    if command.mandate in market.mandates:
        return refuse(command.mandate, command, MarketRefusal.MANDATE_EXISTS, "the mandate id is taken")
    first, last = parse_date(command.valid_from), parse_date(command.valid_until or command.valid_from)
    if first is None or last is None or last < first or not command.account:
        detail = "a mandate names an account, and days of which the last is not before the first"
        return refuse(command.mandate, command, MarketRefusal.MANDATE_TERMS, detail)
    return (
        MandateGranted(
            command.mandate,
            command.party,
            command.account,
            command.role,
            command.valid_from,
            command.valid_until,
            command.document_digest,
            command.agency,
        ),
    )


def revoke(market: Market, command: RevokeMandate) -> Events:
    """End it."""
    known = market.mandates.get(command.mandate)
    if known is None or known.party != command.party:
        detail = "there is no such mandate of this organisation, or it was revoked"
        return refuse(command.mandate, command, MarketRefusal.MANDATE_UNKNOWN, detail)
    return (MandateRevoked(command.mandate, command.party),)


def granted(market: Market, event: MandateGranted) -> None:
    """It stands; the organisation is one with mandates from now on."""
    market.mandates[event.mandate] = event
    if event.role != "broker":
        market.mandated[event.party] = True


def revoked(market: Market, event: MandateRevoked) -> None:
    """It is gone."""
    del market.mandates[event.mandate]


def holds(one: MandateGranted, day: date) -> bool:
    """Whether a mandate is in force on a day."""
    today = day.isoformat()
    return one.valid_from <= today and (one.valid_until is None or today <= one.valid_until)


def acts(market: Market, account: str, party: str, role: ActingRole, day: date) -> bool:
    """Whether an account acts for an organisation in a role on a day."""
    return any(
        one.account == account and one.party == party and one.role == role and holds(one, day)
        for one in market.mandates.values()
    )


def clients(market: Market, account: str, agency: str | None, day: date) -> list[str]:
    """The organisations for which a broker, or another of its agency, acts on a day."""
    return [
        one.party
        for one in market.mandates.values()
        if one.role == "broker"
        and holds(one, day)
        and (one.account == account or (agency is not None and one.agency == agency))
    ]


DECIDE: dict[type, Callable[[Market, Any, Any], Events]] = {
    GrantMandate: lambda market, command, ask: grant(market, command),
    RevokeMandate: lambda market, command, ask: revoke(market, command),
}
EVOLVE: dict[type, Callable[[Market, Any], None]] = {MandateGranted: granted, MandateRevoked: revoked}
