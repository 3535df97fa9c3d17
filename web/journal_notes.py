"""What of the rows that somebody is shown is confidential: put on record by kind, with the rows and whose they are."""

from collections.abc import Iterable, Iterator
from typing import Any

from starlette.requests import Request

from exchange.bootstrap import Exchange
from exchange.house import codec
from exchange.house.journal_rights import owners
from exchange.registers.read_audit import Kind
from web.journal import JournalQuery, Shown
from web.personal import NAMED
from web.sensitive import LISTED_MAX, note, own
from web.sessions import Caller

_ACCOUNTS = frozenset({"PayoutAccountStated", "PaymentDirected"})


async def note_look(request: Request, exchange: Exchange, caller: Caller, query: JournalQuery) -> None:
    """Record that somebody looks into the journal."""
    named = (query.party,) if query.party else ()
    await note(request, exchange, caller, Kind.JOURNAL, query.subject, named, query.why)


async def note_rows(
    request: Request, exchange: Exchange, caller: Caller, shown: Iterable[Shown], why: str = ""
) -> None:
    """Record what confidential things these rows told the reader, each kind once; the reader's own ones not."""
    found: dict[Kind, list[Shown]] = {}
    for one in shown:
        for kind in told(one):
            found.setdefault(kind, []).append(one)
    for kind, rows in found.items():
        whose = dict.fromkeys(owner for one in rows for owner in sorted(_owners(exchange, one)))
        if not own(caller.principal, tuple(whose)):
            subject = "journal rows " + " ".join(str(one.row.seq) for one in rows)
            await note(request, exchange, caller, kind, subject, tuple(whose)[:LISTED_MAX], why)


def told(one: Shown) -> Iterator[Kind]:
    """What confidential things a row tells as it is shown."""
    event = one.resource.event
    if event is None:
        return
    if _holds(event, "reserve_price_fen"):
        yield Kind.RESERVE
    if event.get("envelope"):
        yield Kind.ENVELOPE
    if one.row.type in _ACCOUNTS:
        yield Kind.BANK_ACCOUNT
    if one.row.type in NAMED:
        yield Kind.PERSONAL_DATA
    if one.row.type.startswith("Contract"):
        yield Kind.CONTRACT


def _holds(value: Any, name: str) -> bool:
    """Whether a field of this name has a value anywhere within."""
    if isinstance(value, dict):
        return value.get(name) is not None or any(_holds(one, name) for one in value.values())
    return isinstance(value, list | tuple) and any(_holds(one, name) for one in value)


def _owners(exchange: Exchange, one: Shown) -> frozenset[str]:
    return owners(exchange.house.view, codec.recorded(one.row))
