"""The auditor's desk over REST: the journal as a reader may see it, and who read what is confidential."""

from functools import partial
from typing import Annotated

import msgspec
from starlette.responses import StreamingResponse

from exchange.bootstrap import Exchange
from exchange.house.command import Principal
from exchange.registers.read_audit import Read, of_account
from exchange.store.journal_browser import JournalBrowser
from web import errors
from web.journal import JournalPage, JournalQuery, JournalRow, Text, check_reader, lines, look, moment, show
from web.journal_notes import note_look, note_rows
from web.resources import Given, Instant, Taken
from web.routes import Ask, Operation
from web.views import iso

V1 = "/api/v1"
JSONL = "application/jsonl"


async def browse_journal(ask: Ask) -> JournalPage:
    """Rows of the journal, those that the caller may see. An auditor sees all of them, without the secrets of lots
    that have not ended; a registrar those of trades; an operator who, when and what kind; a party its own."""
    query: JournalQuery = ask.query
    check_reader(ask.principal)
    found = await look(ask.exchange, ask.principal, query)
    await _note(ask, query)
    await note_rows(ask.request, ask.exchange, ask.who, found.rows, query.why)
    return JournalPage([one.resource for one in found.rows], found.after, found.walks)


async def export_journal(ask: Ask) -> StreamingResponse:
    """The whole selection as JSON lines; a million rows at most."""
    query: JournalQuery = ask.query
    check_reader(ask.principal)
    moment(query.since, "since")
    moment(query.until, "until")
    await _note(ask, query)
    name = {"content-disposition": 'attachment; filename="journal.jsonl"'}
    told = partial(note_rows, ask.request, ask.exchange, ask.who, why=query.why)
    content = lines(ask.exchange, ask.principal, query, told)
    return StreamingResponse(content, media_type=JSONL, headers=name)


async def show_row(ask: Ask) -> JournalRow:
    """One row of this house's journal; 404 for what the caller may not see."""
    check_reader(ask.principal)
    seq = ask.path("seq")
    number = int(seq) if seq.isascii() and seq.isdigit() and len(seq) < 16 else 0
    browser = JournalBrowser(ask.exchange.registers.database)
    row = await browser.row(ask.exchange.house.name, number) if number else None
    shown = show(ask.exchange, ask.principal, row) if row is not None else None
    if shown is None:
        raise errors.not_found("row")
    await _note(ask, JournalQuery(first=number, last=number))
    await note_rows(ask.request, ask.exchange, ask.who, [shown])
    return shown.resource


async def _note(ask: Ask, query: JournalQuery) -> None:
    await note_look(ask.request, ask.exchange, ask.who, query)


class ReadQuery(Taken, frozen=True):
    """Which readings. `before` is the id with which the page before ended."""

    owner: Text = ""
    reader: Text = ""
    kind: Text = ""
    since: Text = ""
    until: Text = ""
    before: Annotated[str, msgspec.Meta(max_length=40)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 100


class ReadResource(Given, frozen=True):
    """One reading of something confidential."""

    id: str
    at: Instant
    house: str
    reader: str
    party: str | None
    roles: list[str]
    kind: str
    subject: str
    owners: list[str]
    why: str
    address: str


class ReadPage(Given, frozen=True):
    """Readings, the newest first; `next_before` goes on, null: nothing is left."""

    reads: list[ReadResource]
    next_before: str | None


async def list_reads(ask: Ask) -> ReadPage:
    """Who read what: all of it for auditors, the readings of its own affairs for an organisation, and for anybody
    else those of the own account."""
    query: ReadQuery = ask.query
    found = await readings(ask.exchange, ask.principal, query)
    following = found[-1].id if len(found) == query.limit else None
    return ReadPage([_read(one, ask.principal) for one in found], following)


async def readings(exchange: Exchange, reader: Principal, query: ReadQuery) -> list[Read]:
    """The readings that a reader may know of."""
    return await exchange.registers.reads.list(
        owner=owner_shown(reader, query.owner),
        reader=query.reader or None,
        kind=query.kind or None,
        since=moment(query.since, "since"),
        until=moment(query.until, "until"),
        before=query.before,
        limit=query.limit,
    )


def owner_shown(reader: Principal, wished: str) -> str | None:
    """Whose affairs the readings are that a reader is shown; None: everybody's, for auditors alone."""
    if "auditor" in reader.roles:
        return wished or None
    if wished == of_account(reader.account) or reader.party is None:
        return of_account(reader.account)
    return reader.party


def _read(one: Read, reader: Principal) -> ReadResource:
    """An auditor learns from where; whose affair it was learns who, when, what and why."""
    auditor = "auditor" in reader.roles
    return ReadResource(
        one.id,
        iso(one.at),
        one.house,
        one.reader,
        one.party,
        list(one.roles),
        one.kind,
        one.subject,
        list(one.owners) if auditor else [],
        one.why,
        one.address if auditor else "",
    )


OPERATIONS = (
    Operation(
        "GET",
        f"{V1}/journal",
        browse_journal,
        "Rows of the journal",
        "audit",
        JournalPage,
        query=JournalQuery,
        errors=(403,),
    ),
    Operation(
        "GET",
        f"{V1}/journal/export",
        export_journal,
        "Rows of the journal as a file",
        "audit",
        query=JournalQuery,
        errors=(403,),
        media_types=(JSONL,),
    ),
    Operation("GET", f"{V1}/journal/{{seq}}", show_row, "One row", "audit", JournalRow, errors=(403, 404)),
    Operation(
        "GET",
        f"{V1}/audit/reads",
        list_reads,
        "Who read what is confidential",
        "audit",
        ReadPage,
        query=ReadQuery,
    ),
)
