"""Hints at bidding that is worth a look, for operators and auditors; whoever reads them is put on record."""

from typing import Annotated, Literal

import msgspec
from starlette.requests import Request

from exchange.bootstrap import Exchange
from exchange.monitoring.hints import Hint
from exchange.registers.read_audit import Kind
from web import errors
from web import resources as r
from web.api_market import V1
from web.pulse import pulse_of
from web.routes import Ask, Operation
from web.sensitive import note
from web.sessions import Caller


class HintQuery(r.Taken, frozen=True):
    """Of one lot, ended or not; without it of everything that is being bid on, and across what ended."""

    lot: Annotated[str, msgspec.Meta(max_length=64)] = ""


class RowResource(r.Given, frozen=True):
    """A row of the journal: its stream, and its sequence there."""

    stream: str
    seq: int


class HintResource(r.Given, frozen=True):
    """What was seen, how often out of how many, and the rows that show it. It accuses nobody."""

    kind: str
    strength: Literal["weak", "medium", "strong"]
    lots: list[str]
    parties: list[str]
    codes: list[str]
    count: int
    of: int
    rows: list[RowResource]


class HintPage(r.Given, frozen=True):
    """Hints, the strong ones first."""

    hints: list[HintResource]


async def read_hints(request: Request, exchange: Exchange, caller: Caller, lot: str) -> list[Hint]:
    """The hints, for those who may read them, with a record of who did and at whose bidding."""
    if not caller.principal.roles & {"operator", "auditor"}:
        raise errors.failure(403, "FORBIDDEN", "hints are for operators and auditors")
    if lot and lot not in exchange.house.view.lots:
        raise errors.failure(404, "LOT_UNKNOWN", f"there is no lot {lot[:64]}")
    pulse = pulse_of(request.app)
    found = await pulse.hints_of(lot) if lot else await pulse.hints()
    owners = sorted({party for hint in found for party in hint.parties})
    await note(request, exchange, caller, Kind.HINT, f"hints/{lot}", owners)
    return found


def hint_view(hint: Hint) -> HintResource:
    """A hint as programs read it."""
    return HintResource(
        hint.kind,
        hint.strength,
        list(hint.lots),
        list(hint.parties),
        list(hint.codes),
        hint.count,
        hint.of,
        [RowResource(row.stream, row.seq) for row in hint.rows],
    )


async def list_hints(ask: Ask) -> HintPage:
    """Bidding that is worth a look, and the rows of the journal that show it."""
    query: HintQuery = ask.query
    found = await read_hints(ask.request, ask.exchange, ask.who, query.lot)
    return HintPage([hint_view(hint) for hint in found])


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{V1}/hints",
        list_hints,
        "Hints at bidding that is worth a look",
        "bidding",
        HintPage,
        query=HintQuery,
        errors=(404,),
    ),
)
