"""Readings of what is confidential, put on record: one way for pages and REST.

`note` records one reading. `READS` names the pages and operations that show such things as they are, by their
paths: those who serve them call `noted` once they have answered. Whoever reads only what belongs to the own
organisation leaves no record.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from starlette.requests import Request

from exchange.bootstrap import Exchange
from exchange.house.command import Principal
from exchange.house.state import State
from exchange.registers.read_audit import Kind
from settlement.state import Trade
from web.sessions import Caller

_V1 = "/api/v1"
LISTED_MAX = 200
"""Organisations that one reading of a list names."""
Owners = Callable[[State, str], Sequence[str]]


class Reading(NamedTuple):
    """What a path shows: the kind, which part of the path names the thing, and whose it is."""

    kind: Kind
    part: str
    owners: Owners


async def note(
    request: Request,
    exchange: Exchange,
    caller: Caller,
    kind: Kind,
    subject: str,
    owners: Sequence[str] = (),
    why: str = "",
) -> None:
    """Record that the caller reads something now."""
    principal, client = caller.principal, request.client
    await exchange.registers.reads.record(
        kind,
        subject,
        at=exchange.house.clock.now(),
        house=exchange.house.name,
        reader=principal.account,
        party=principal.party,
        roles=sorted(principal.roles),
        owners=owners,
        why=why,
        address=client.host if client else "",
        request=str(request.scope.get("state", {}).get("request_id", "")),
    )


async def noted(request: Request, path: str, status: int) -> None:
    """Record the answer to a request, if its path shows what is confidential and it was shown."""
    reading = reading_of(path)
    caller: Caller | None = request.scope.get("state", {}).get("caller")
    if reading is None or caller is None or status != 200 or request.method not in ("GET", "HEAD"):
        return
    exchange: Exchange = request.app.state.exchange
    owners = reading.owners(exchange.house.view, str(request.path_params.get(reading.part, "")))
    if not own(caller.principal, owners):
        await note(request, exchange, caller, reading.kind, request.url.path, owners)


def own(principal: Principal, owners: Sequence[str]) -> bool:
    """Whether a reader looks at what belongs to its own organisation; a list shows a party its own things only."""
    return principal.party is not None and (not owners or principal.party in owners)


@cache
def reading_of(path: str) -> Reading | None:
    """What a path shows: its own entry, or that of the nearest path above it."""
    parts = path.removeprefix(_V1).split("/")
    above = ("/".join(parts[:length]) for length in range(len(parts), 1, -1))
    return next((READS[one] for one in above if one in READS), None)


def _sides(trade: Trade | None) -> Sequence[str]:
    return (trade.seller.id, trade.buyer.id) if trade else ()


def _of_trade(state: State, id_: str) -> Sequence[str]:
    return _sides(state.settlement.trades.get(id_))


def _of_contract(state: State, id_: str) -> Sequence[str]:
    contract = state.settlement.contracts.get(id_)
    return _sides(state.settlement.trades.get(contract.trade)) if contract else ()


def _of_claim(state: State, id_: str) -> Sequence[str]:
    claim: Any = state.settlement.claims.get(id_)
    return (claim.party,) if claim else ()


def _of_registration(state: State, id_: str) -> Sequence[str]:
    found = state.settlement.registrations.get(id_)
    return _sides(state.settlement.trades.get(found.trade)) if found else ()


def _party(_state: State, id_: str) -> Sequence[str]:
    return (id_,)


def _to_be_paid(state: State, _id: str) -> Sequence[str]:
    """Whose accounts stand in the orders that wait for the bank."""
    return tuple(dict.fromkeys(one.party for one in state.settlement.payments_open.values()))[:LISTED_MAX]


def _to_be_confirmed(state: State, _id: str) -> Sequence[str]:
    """Whose accounts wait for the operator."""
    accounts = state.settlement.payout_accounts.items()
    return tuple(party for party, stated in accounts if stated and stated[-1].pending)[:LISTED_MAX]


def _nobody(_state: State, _id: str) -> Sequence[str]:
    """Of lists over all organisations."""
    return ()


READS: dict[str, Reading] = {
    "/trades/{trade}": Reading(Kind.CONTRACT, "trade", _of_trade),
    "/trades/{trade}/rewards": Reading(Kind.PERSONAL_DATA, "trade", _of_trade),
    "/trades/{trade}/reward": Reading(Kind.PERSONAL_DATA, "trade", _of_trade),
    "/contracts/{contract}": Reading(Kind.CONTRACT, "contract", _of_contract),
    "/claims/{claim}": Reading(Kind.CONTRACT, "claim", _of_claim),
    "/registrations": Reading(Kind.CONTRACT, "", _nobody),
    "/registration-list": Reading(Kind.CONTRACT, "", _nobody),
    "/registrations/{registration}": Reading(Kind.CONTRACT, "registration", _of_registration),
    "/bank": Reading(Kind.BANK_ACCOUNT, "", _to_be_paid),
    "/bank/payout-accounts": Reading(Kind.BANK_ACCOUNT, "", _to_be_confirmed),
    "/payout-account": Reading(Kind.BANK_ACCOUNT, "", _to_be_confirmed),
    "/parties/{party}/payout-account": Reading(Kind.BANK_ACCOUNT, "party", _party),
    "/parties/{party}/statement": Reading(Kind.BANK_ACCOUNT, "party", _party),
    "/statement": Reading(Kind.BANK_ACCOUNT, "", _nobody),
    "/people": Reading(Kind.PERSONAL_DATA, "", _nobody),
    "/mandates": Reading(Kind.PERSONAL_DATA, "", _nobody),
}
"""Paths that show what is confidential as it is, with all below them; those of REST without their version."""
