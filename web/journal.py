"""The journal as its readers may see it: a selection, page by page; one way for the auditor's pages and REST."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec

from exchange.bootstrap import Exchange
from exchange.house import codec
from exchange.house.command import Principal, Recorded
from exchange.house.journal_rights import (
    Sight,
    asker_hidden,
    owners,
    reads_anything,
    sight,
    streams_of_lot,
    streams_of_party,
    veil,
)
from exchange.ports import Row
from exchange.store.journal_browser import Found, JournalBrowser, Selection, streams_that_fit
from settlement.dates import SHANGHAI
from web import errors
from web.api_sittings import instant
from web.parse import BadInput
from web.resources import Given, Instant, Place, Taken
from web.views import iso

EXAMINED_MAX = 3_000
"""Rows that one page decodes to find those that its reader may see."""
EXPORT_MAX = 1_000_000

Text = Annotated[str, msgspec.Meta(max_length=200)]


class JournalQuery(Taken, frozen=True):
    """Which rows. `after` is the seq with which the page before ended; `why` goes on record with the reading."""

    house: Text = ""
    stream: Text = ""
    type: Text = ""
    lot: Text = ""
    party: Text = ""
    account: Text = ""
    command: Text = ""
    since: Text = ""
    until: Text = ""
    first: Place | None = None
    last: Place | None = None
    order: Annotated[str, msgspec.Meta(pattern="^(new|old)$")] = "new"
    after: Place | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 100
    why: Annotated[str, msgspec.Meta(max_length=300)] = ""

    @property
    def subject(self) -> str:
        """The selection in one line, for the audit of reads."""
        names = [one for one in self.__struct_fields__ if one not in ("limit", "why", "order")]
        given = [f"{name}={value}" for name in names if (value := getattr(self, name)) not in ("", None)]
        return "journal " + (" ".join(given) or "all")


class JournalRow(Given, frozen=True):
    """One row as its reader may see it. Empty texts and nulls stand for what is withheld; `withheld` names it."""

    house: str
    seq: int
    epoch: int
    at: Instant
    stream: str
    stream_seq: int
    type: str
    part: int
    account: str
    sight: str
    hash: str
    command: str = ""
    request: str = ""
    causation: str | None = None
    body_sha256: str = ""
    event: dict[str, Any] | None = None
    withheld: tuple[str, ...] = ()


class JournalPage(Given, frozen=True):
    """Rows in the order asked for. `next_after` goes on; null: nothing is left. `walks`: no index finds these rows,
    so a page may hold few of them, or none, and still not be the last."""

    rows: list[JournalRow]
    next_after: int | None
    walks: bool


class Shown(msgspec.Struct, frozen=True):
    """A row with what its reader gets of it; `recorded` is None where the reader gets no body."""

    row: Row
    resource: JournalRow


class Look(msgspec.Struct, frozen=True):
    """A page of rows, and where the next one begins."""

    rows: list[Shown]
    after: int | None
    walks: bool


def check_reader(principal: Principal) -> None:
    """403 for whom a journal holds nothing."""
    if not reads_anything(principal):
        raise errors.failure(
            403, "FORBIDDEN", "the journal is for auditors, registrars, operators and parties"
        )


async def look(exchange: Exchange, reader: Principal, query: JournalQuery) -> Look:
    """A page of what the reader may see; at most `limit` rows."""
    browser = JournalBrowser(exchange.registers.database)
    wanted = await selection(exchange, reader, query)
    people = frozenset[str]()
    if query.party:
        people = frozenset(one.id for one in await exchange.registers.accounts.list(query.party))
    shown: list[Shown] = []
    after, examined = query.after, 0
    while len(shown) < query.limit and examined < EXAMINED_MAX:
        found: Found = await browser.page(wanted, after, query.limit - len(shown))
        examined += max(len(found.rows), 1)
        rows = (row for row in found.rows if _concerns(exchange, row, query.party, people))
        shown += [
            one for row in rows if (one := show(exchange, reader, row)) is not None and _may_match(one, query)
        ]
        after = found.after
        if after is None or wanted.walks:
            break
    return Look(shown, after, wanted.walks)


async def selection(exchange: Exchange, reader: Principal, query: JournalQuery) -> Selection:
    """The rows to look at, by the indexes that there are."""
    house = query.house or exchange.house.name
    return Selection(
        house,
        _streams(exchange, reader, query, house),
        query.type,
        query.account,
        query.command,
        moment(query.since, "since"),
        moment(query.until, "until"),
        query.first or 1,
        Selection("").last if query.last is None else query.last,
        query.order == "new",
    )


def _streams(
    exchange: Exchange, reader: Principal, query: JournalQuery, house: str
) -> tuple[str, ...] | None:
    """The streams that all conditions leave; None: every one."""
    state = exchange.house.view
    chosen: list[tuple[str, ...]] = [(query.stream,)] if query.stream else []
    if query.lot:
        chosen.append(streams_of_lot(state, query.lot))
    if query.party:
        chosen.append(streams_of_party(state, query.party))
    if not chosen and not query.command and not reader.roles & {"auditor", "operator"}:
        chosen.append(_readable(exchange, reader))
    if not chosen or house != exchange.house.name:
        return (query.stream,) if query.stream else None
    common = frozenset(chosen[0]).intersection(*chosen[1:])
    return streams_that_fit([one for one in chosen[0] if one in common])


def _readable(exchange: Exchange, reader: Principal) -> tuple[str, ...]:
    """Where everything stands that a registrar or a party may read; the newest trades first."""
    state = exchange.house.view
    own = streams_of_party(state, reader.party) if reader.party else ()
    trades = reversed(state.settlement.trades) if "registrar" in reader.roles else ()
    return (*own, *(f"trade/{id_}" for id_ in trades))


def moment(text: str, field: str) -> int | None:
    """Microseconds of an instant; one without offset is Beijing time. BadInput for anything else."""
    if not text:
        return None
    try:
        plain = datetime.fromisoformat(text)
        if plain.tzinfo is None:
            text = plain.replace(tzinfo=SHANGHAI).isoformat()
    except (ValueError, OverflowError):
        expected = "an instant like 2026-11-20T10:00 or 2026-11-20T10:00:00+08:00"
        raise BadInput("BAD_VALUE", field, text, expected) from None
    return instant(text, field)


def _may_match(one: Shown, query: JournalQuery) -> bool:
    """Who is withheld in a row cannot be found out by asking for it."""
    return bool(one.resource.account) or not (query.account or query.party)


def _concerns(exchange: Exchange, row: Row, party: str, people: frozenset[str]) -> bool:
    """Whether a row belongs to a party: as its own affair, or because one of its people asked."""
    if not party or row.principal in people:
        return True
    known = row.house == exchange.house.name and row.type in codec.EVENT_TYPES
    return known and party in owners(exchange.house.view, codec.recorded(row))


def show(exchange: Exchange, reader: Principal, row: Row) -> Shown | None:
    """A row as the reader may see it; None where it is nothing."""
    if row.type not in codec.EVENT_TYPES:
        return None
    recorded = codec.recorded(row)
    if row.house != exchange.house.name:
        # What has ended in another house is not known here: an auditor of all houses reads its rows there.
        everywhere = "auditor" in reader.roles and reader.node is None
        return Shown(row, _outline(row, hide_asker=True)) if everywhere else None
    state = exchange.house.view
    seen = sight(reader, state, recorded)
    if seen is Sight.NOTHING:
        return None
    if seen is Sight.METADATA:
        return Shown(row, _outline(row, asker_hidden(state, recorded)))
    return Shown(row, _whole(row, recorded) if seen is Sight.WHOLE else _veiled(row, recorded))


def _outline(row: Row, hide_asker: bool) -> JournalRow:
    """Who, when, what kind."""
    withheld = ("event", "command", "request", "body_sha256", "causation")
    if hide_asker:
        return _resource(row, Sight.METADATA, account="", withheld=(*withheld, "account"))
    return _resource(row, Sight.METADATA, withheld=withheld)


def _veiled(row: Row, recorded: Recorded) -> JournalRow:
    """Without the secrets of a lot that runs, and without what would prove a guess of them."""
    data, hidden = veil(msgspec.to_builtins(recorded.event))
    withheld = (*hidden, "command", "request", "body_sha256")
    return _resource(row, Sight.VEILED, event=data, causation=row.causation, withheld=withheld)


def _whole(row: Row, recorded: Recorded) -> JournalRow:
    return _resource(
        row,
        Sight.WHOLE,
        command=row.command_id,
        request=row.request,
        causation=row.causation,
        body_sha256=hashlib.sha256(row.body).hexdigest(),
        event=msgspec.to_builtins(recorded.event),
    )


def _resource(row: Row, seen: Sight, **more: Any) -> JournalRow:
    given = {"account": row.principal, **more}
    return JournalRow(
        house=row.house,
        seq=row.seq,
        epoch=row.epoch,
        at=iso(row.at),
        stream=row.stream,
        stream_seq=row.stream_seq,
        type=row.type,
        part=row.part,
        sight=seen.value,
        hash=row.hash.hex(),
        **given,
    )


_encoder = msgspec.json.Encoder()


Told = Callable[[list[Shown]], Awaitable[None]]
"""Is told of each page before it goes out."""


async def lines(
    exchange: Exchange, reader: Principal, query: JournalQuery, told: Told
) -> AsyncIterator[bytes]:
    """The whole selection as JSON lines, in the order asked for."""
    written, page = 0, msgspec.structs.replace(query, limit=1_000)
    while written < EXPORT_MAX:
        found = await look(exchange, reader, page)
        written += len(found.rows)
        await told(found.rows)
        for one in found.rows:
            yield _encoder.encode(one.resource) + b"\n"
        if found.after is None:
            return
        page = msgspec.structs.replace(page, after=found.after)
