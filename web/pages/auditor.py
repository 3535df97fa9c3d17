"""The auditor's desk: the journal row by row, who read what is confidential; for others the part that is theirs."""

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from exchange.house import codec
from exchange.registers.read_audit import Kind
from exchange.store.journal_browser import WALK_MAX, JournalBrowser
from matching_engine import canonical
from settlement.dates import shanghai_time
from web import errors
from web.api_audit import JSONL, ReadQuery, readings
from web.journal import JournalQuery, JournalRow, Shown, check_reader, lines, look, moment, show
from web.journal_notes import note_look, note_rows
from web.pages.journal_words import event_lines, event_word
from web.pages.shell import Visit, page
from web.parse import BadInput
from web.routes import read_query
from web.sensitive import note
from web.views import iso

Q = TypeVar("Q", bound=msgspec.Struct)
JOURNAL = "/journal"
SHOWN = 50
LINES_SHOWN = 4
"""Fields of an event that stand in the list; all of them stand on the row's own page."""


async def browse(visit: Visit) -> Response:
    """The journal, by the filters of the form."""
    check_reader(visit.principal)
    query, wrong = JournalQuery(limit=SHOWN), dict[str, str]()
    said = {
        name: value for name, value in visit.request.query_params.items() if name in query.__struct_fields__
    }
    try:
        query = _asked(visit)
    except BadInput as bad:
        wrong = {bad.field: visit.speech.text("This is not understood.")}
    found = await look(visit.exchange, visit.principal, query)
    await _note(visit, query)
    await note_rows(visit.request, visit.exchange, visit.who, found.rows, query.why)
    return visit.render(
        "auditor.html",
        422 if wrong else 200,
        JOURNAL if wrong else None,
        rows=[_line(visit, one) for one in found.rows],
        query={**msgspec.structs.asdict(query), **said},
        errors=wrong,
        next=_link(query, after=found.after) if found.after is not None else "",
        reached=found.after,
        export=_link(query, "/export", after=None),
        walks=found.walks,
        walk_max=visit.speech.number(WALK_MAX),
        types=sorted(codec.EVENT_TYPES),
        houses=await JournalBrowser(visit.exchange.registers.database).houses(),
        head=visit.speech.number(visit.state.seq),
        base=JOURNAL,
        word=event_word,
    )


def _asked(visit: Visit) -> JournalQuery:
    """The filters of the form, checked."""
    query = _filters(visit, JournalQuery)
    moment(query.since, "since")
    moment(query.until, "until")
    return msgspec.structs.replace(query, limit=min(query.limit, SHOWN))


def _filters(visit: Visit, kind: type[Q]) -> Q:
    """The query; fields left empty count for nothing, and the language is no filter."""
    items = visit.request.query_params.multi_items()
    pairs = [(name, value) for name, value in items if value and name != "lang"]
    return read_query(Request({**visit.request.scope, "query_string": urlencode(pairs).encode()}), kind)


def _link(query: JournalQuery, path: str = "", **more: Any) -> str:
    """Where the same filters lead."""
    values = {**msgspec.structs.asdict(query), **more}
    plain = {name: value for name, value in values.items() if value not in ("", None) and name != "limit"}
    return f"{JOURNAL}{path}?{urlencode(plain)}"


async def _note(visit: Visit, query: JournalQuery) -> None:
    await note_look(visit.request, visit.exchange, visit.who, query)


def _line(visit: Visit, one: Shown) -> dict[str, Any]:
    """A row for the list."""
    row, resource = one.row, one.resource
    fields = event_lines(visit.speech, resource.event or {})
    return {
        "row": resource,
        "at": row.at,
        "own": row.house == visit.exchange.house.name,
        "fields": fields[:LINES_SHOWN],
        "more": max(0, len(fields) - LINES_SHOWN),
        "lot": _lot_of(resource),
    }


def _lot_of(resource: JournalRow) -> str:
    kind, _, id_ = resource.stream.partition("/")
    return id_ if kind == "lot" else ""


async def one_row(visit: Visit) -> Response:
    """One row: every field, its raw event, its place in chain and stream, its command and receipt."""
    check_reader(visit.principal)
    seq = visit.part("seq")
    number = int(seq) if seq.isascii() and seq.isdigit() and len(seq) < 16 else 0
    browser = JournalBrowser(visit.exchange.registers.database)
    row = await browser.row(visit.exchange.house.name, number) if number else None
    shown = show(visit.exchange, visit.principal, row) if row is not None else None
    if row is None or shown is None:
        raise errors.not_found("row")
    resource = shown.resource
    await _note(visit, JournalQuery(first=number, last=number))
    await note_rows(visit.request, visit.exchange, visit.who, [shown])
    before = await browser.row(row.house, number - 1)
    return visit.render(
        "auditor_row.html",
        row=resource,
        at=row.at,
        fields=event_lines(visit.speech, resource.event or {}),
        raw=canonical.encode(resource.event).decode() if resource.event is not None else "",
        before=before.hash.hex() if before else "",
        neighbours=[await _readable(visit, browser, one) for one in await browser.neighbours(row)],
        beside=[await _readable(visit, browser, one) for one in (number - 1, number + 1)],
        lot=_lot_of(resource),
        receipt=_receipt(visit, resource),
        base=JOURNAL,
        word=event_word,
    )


async def _readable(visit: Visit, browser: JournalBrowser, number: int | None) -> int | None:
    """The number of a row that the reader may open; None for any other."""
    row = await browser.row(visit.exchange.house.name, number) if number else None
    return number if row is not None and show(visit.exchange, visit.principal, row) is not None else None


def _receipt(visit: Visit, resource: JournalRow) -> str:
    """Where the signed receipt of the row's command is, for those who may fetch it."""
    asked = resource.account == visit.principal.account or "auditor" in visit.principal.roles
    return f"/api/v1/commands/{resource.command}/receipt" if resource.command and asked else ""


async def export(visit: Visit) -> Response:
    """The selection as JSON lines."""
    check_reader(visit.principal)
    query = _asked(visit)
    await _note(visit, query)
    headers = {"content-disposition": 'attachment; filename="journal.jsonl"'}
    told = partial(note_rows, visit.request, visit.exchange, visit.who, why=query.why)
    content = lines(visit.exchange, visit.principal, query, told)
    return StreamingResponse(content, media_type=JSONL, headers=headers)


async def reads(visit: Visit) -> Response:
    """Who read what is confidential: all for auditors, one's own affairs for everybody else."""
    query, wrong = ReadQuery(limit=SHOWN), dict[str, str]()
    try:
        query = _reads_asked(visit)
        found = await readings(visit.exchange, visit.principal, query)
    except BadInput as bad:
        wrong, found = {bad.field: visit.speech.text("This is not understood.")}, []
    following = urlencode({**_given(query), "before": found[-1].id}) if len(found) == SHOWN else ""
    return visit.render(
        "auditor_reads.html",
        422 if wrong else 200,
        reads=found,
        query=msgspec.structs.asdict(query),
        errors=wrong,
        kinds=[kind.value for kind in Kind],
        next=f"/reads?{following}" if following else "",
        export=f"/reads/export?{urlencode(_given(query))}",
        auditor="auditor" in visit.principal.roles,
    )


def _reads_asked(visit: Visit) -> ReadQuery:
    return msgspec.structs.replace(_filters(visit, ReadQuery), limit=SHOWN)


def _given(query: ReadQuery) -> Mapping[str, str]:
    values = msgspec.structs.asdict(query).items()
    return {name: str(value) for name, value in values if value and name not in ("limit", "before")}


async def export_reads(visit: Visit) -> Response:
    """All readings of the selection as JSON lines, the newest first."""
    query = msgspec.structs.replace(_reads_asked(visit), limit=1_000)
    auditor = "auditor" in visit.principal.roles
    encoder, parts = msgspec.json.Encoder(), list[bytes]()
    while found := await readings(visit.exchange, visit.principal, query):
        for one in found:
            plain = {**msgspec.structs.asdict(one), "at": iso(one.at)}
            if not auditor:
                plain = {
                    name: value
                    for name, value in plain.items()
                    if name not in ("owners", "address", "request")
                }
            parts.append(encoder.encode(plain) + b"\n")
        query = msgspec.structs.replace(query, before=found[-1].id)
    await note(visit.request, visit.exchange, visit.who, Kind.READS, "export of readings")
    day = f"{shanghai_time(visit.now):%Y-%m-%d}"
    headers = {"content-disposition": f'attachment; filename="reads-{day}.jsonl"'}
    return Response(b"".join(parts), media_type=JSONL, headers=headers)


async def access(visit: Visit) -> Response:
    """Sign-ins, failures, factors, keys and grants, the latest first; for auditors."""
    visit.needs("auditor")
    asked = visit.request.query_params
    account, before = asked.get("account", "")[:64], asked.get("before", "")
    known = before.isascii() and before.isdigit() and len(before) < 16
    rows = await visit.exchange.registers.access.list(
        account=account, before=int(before) if known else None, limit=SHOWN
    )
    await note(visit.request, visit.exchange, visit.who, Kind.PERSONAL_DATA, f"access log {account}".strip())
    following = urlencode({"account": account, "before": rows[-1].id}) if len(rows) == SHOWN else ""
    details = [msgspec.json.encode(one.detail).decode() if one.detail else "" for one in rows]
    return visit.render(
        "auditor_access.html", rows=list(zip(rows, details, strict=True)), account=account, next=following
    )


ROUTES: list[Route] = [
    page("/auditor/access", access),
    page("/auditor", browse),
    page(JOURNAL, browse),
    page(f"{JOURNAL}/export", export),
    page(f"{JOURNAL}/{{seq}}", one_row),
    page("/reads", reads),
    page("/reads/export", export_reads),
]
