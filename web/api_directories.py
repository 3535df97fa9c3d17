"""The directories over REST: one set of operations for every kind."""

import msgspec
from starlette.responses import Response

from exchange.registers.directory import Entry, Reader, Wish
from exchange.registers.directory_gates import EXPORT, export_gate
from exchange.registers.directory_kinds import Kind, kinds
from exchange.registers.directory_tables import as_csv, as_xlsx
from matching_engine.errors import Malformed
from settlement.dates import shanghai_date
from web import catalogue, errors
from web import directories as d
from web import directory_resources as dr
from web.api_catalogue import TABLES, V1, changed_fields
from web.api_market import own_id
from web.catalogue_resources import ImportQuery, ImportResource, ImportRow
from web.parse import BadInput
from web.routes import Ask, Operation, json
from web.views import iso

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TABLE_MAX = 20_000
"""Rows of one table that is written."""


def _asked(ask: Ask) -> tuple[Kind, Reader]:
    kind = d.kind_of(ask.path("kind"))
    return kind, d.reader_of(kind, ask.caller.principal if ask.caller else None)


def bad(faults: d.Faults) -> BadInput:
    """The first fault as the problem it is."""
    name, wrong = next(iter(faults.faults.items()))
    return BadInput("BAD_VALUE", f"fields.{name}", wrong.got, wrong.expected)


async def list_directories(ask: Ask) -> list[dr.KindResource]:
    """Every kind of directory with its fields and the clauses that ask for it, and how many entries are open."""
    found = []
    for kind in kinds().values():
        reader = d.reader_of(kind, ask.caller.principal if ask.caller else None)
        found.append(dr.described(kind, await ask.exchange.registers.directory.count(kind, reader)))
    return found


def wish_of(kind: Kind, query: dr.DirectoryQuery | dr.TableQuery) -> Wish:
    """What a query asks for."""
    name, _, word = (query.choice or "").partition(":")
    if query.choice and (name not in kind.by_name or kind.field(name).type != "choice"):
        raise BadInput("BAD_VALUE", "choice", query.choice, "field:word, with a field that is a choice")
    return Wish(
        query.q or "",
        query.state or "",
        query.owner or "",
        query.achievement or "",
        {name: word} if query.choice else {},
    )


async def list_entries(ask: Ask) -> dr.EntryPage:
    """Entries of a kind: what is published, and what is the caller's own."""
    kind, reader = _asked(ask)
    query: dr.DirectoryQuery = ask.query
    wish, register = wish_of(kind, query), ask.exchange.registers.directory
    total = await register.count(kind, reader, wish)
    found = await register.list(kind, reader, wish, query.cursor, query.limit)
    after = query.cursor + len(found)
    cards = [dr.card(kind, one, reader) for one in found]
    return dr.EntryPage(total, cards, after if found and after < total else None)


async def enter_entry(ask: Ask) -> Response:
    """Enter a draft. Repeated with the same key it is the same entry."""
    kind, reader = _asked(ask)
    body: dr.EntryBody = ask.body
    id_, given = own_id(ask, "E"), dr.plain(body.fields)
    known = await ask.exchange.registers.directory.get(id_)
    if known is None:
        try:
            known = await d.enter(ask.exchange, ask.principal, kind, id_, given, body.owner)
        except d.Faults as faults:
            raise bad(faults) from faults
    if known.kind != kind.kind or set(known.fields) - set(given):
        raise errors.failure(409, "IDEMPOTENCY_MISMATCH", "this id stands for another entry")
    return json(
        await _whole(ask, kind, reader, known), 201, {"location": f"{V1}/directory/{kind.kind}/{known.id}"}
    )


async def _whole(ask: Ask, kind: Kind, reader: Reader, entry: Entry) -> dr.EntryResource:
    version = await ask.exchange.registers.directory.version_of(entry.id)
    return dr.whole(kind, entry, reader, version)


async def _entry(ask: Ask, kind: Kind) -> Entry:
    principal = ask.caller.principal if ask.caller else None
    return await d.visible(ask.exchange, principal, kind, ask.path("entry"))


async def show_entry(ask: Ask) -> dr.EntryResource:
    """An entry, as far as it is open to the caller."""
    kind, reader = _asked(ask)
    return await _whole(ask, kind, reader, await _entry(ask, kind))


async def show_entry_versions(ask: Ask) -> list[dr.EntryVersionResource]:
    """Every version of an entry, for those who see all of it; its publication and later, for everybody else."""
    kind, reader = _asked(ask)
    entry = await _entry(ask, kind)
    return await versions(ask.exchange.registers.directory.versions, kind, reader, entry)


async def versions(read: object, kind: Kind, reader: Reader, entry: Entry) -> list[dr.EntryVersionResource]:
    """The versions of an entry: numbers and times for everybody, names and reasons inside only."""
    inside = reader.inside(entry)
    names = {one.name for one in kind.seen(inside)}
    found = await read(entry.id)  # type: ignore[operator]
    changes = changed_fields([{"state": one.value.state, **one.value.fields} for one in found])
    return [
        dr.EntryVersionResource(
            one.version,
            iso(one.at),
            one.by if inside else None,
            one.value.state,
            [name for name in changed if name == "state" or name in names],
            one.reason if inside else None,
        )
        for one, changed in zip(found, changes, strict=True)
    ]


async def change_entry(ask: Ask) -> dr.EntryResource:
    """Give an entry other values. What its own people change waits as a draft for its publication."""
    kind, reader = _asked(ask)
    body: dr.EntryChangeBody = ask.body
    entry = await _entry(ask, kind)
    try:
        made = await d.change(ask.exchange, ask.principal, kind, entry, body.version, dr.plain(body.fields))
    except d.Faults as faults:
        raise bad(faults) from faults
    return await _whole(ask, kind, reader, made)


async def move_entry(ask: Ask) -> dr.EntryResource:
    """Publish an entry, retire it, or make it a draft again."""
    kind, reader = _asked(ask)
    body: dr.EntryStateBody = ask.body
    entry = await _entry(ask, kind)
    try:
        made = await d.move(ask.exchange, ask.principal, kind, entry, body.version, body.state, body.reason)
    except d.Faults as faults:
        raise bad(faults) from faults
    return await _whole(ask, kind, reader, made)


async def import_entries(ask: Ask) -> ImportResource:
    """Take a table of entries, CSV or XLSX as the body; new rows are drafts; sent again, it changes nothing."""
    kind, _ = _asked(ask)
    media_type = ask.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in TABLES:
        raise errors.failure(415, "UNSUPPORTED_MEDIA_TYPE", f"expected one of {', '.join(sorted(TABLES))}")
    query: ImportQuery = ask.query
    try:
        report = await d.take_table(ask.exchange, ask.principal, kind, ask.request.state.body, query.strict)
    except Malformed as wrong:
        raise BadInput("BAD_TABLE", wrong.field, wrong.got, wrong.expected) from wrong
    return ImportResource(
        written=report.written,
        new=report.count("new"),
        changed=report.count("changed"),
        unchanged=report.count("unchanged"),
        refused=report.count("refused"),
        rows=[ImportRow(**msgspec.structs.asdict(row)) for row in report.rows],
    )


async def export_entries(ask: Ask) -> Response:
    """The same entries as a table, with English columns; `luochui directory import` reads it."""
    kind, reader = _asked(ask)
    query: dr.TableQuery = ask.query
    found = await ask.exchange.registers.directory.list(kind, reader, wish_of(kind, query), 0, TABLE_MAX)
    return table(kind, found, reader, query.form, "en")


def table(kind: Kind, found: list[Entry], reader: Reader, form: str, language: str) -> Response:
    """Entries as a download."""
    write = as_xlsx if form == "xlsx" else as_csv
    headers = {"content-disposition": f'attachment; filename="{kind.kind}.{form}"'}
    return Response(write(kind, found, reader, language), media_type=MEDIA[form], headers=headers)


async def show_export_gate(ask: Ask) -> dr.ExportGateResource:
    """Whether an achievement may be offered abroad today, by its published examinations of export control."""
    principal = ask.caller.principal if ask.caller else None
    row = await catalogue.visible(ask.exchange, principal, ask.path("achievement"))
    entries = await ask.exchange.registers.directory.published(EXPORT, row.id)
    reason = export_gate(entries, shanghai_date(ask.exchange.house.clock.now()))
    return dr.ExportGateResource(row.id, not reason, reason)


def _operation(
    method: str, path: str, handler: object, summary: str, returns: object, **more: object
) -> Operation:
    return Operation(
        method,
        f"{V1}/{path}",
        handler,  # type: ignore[arg-type]
        summary,
        "directories",
        returns,
        **more,  # type: ignore[arg-type]
    )


_OPEN = {"signed_in": False, "errors": (404,)}
_STEP = {"errors": (403, 404, 409)}
_KIND = "directory/{kind}"
OPERATIONS: tuple[Operation, ...] = (
    _operation("GET", "directory", list_directories, "Kinds of directories", list[dr.KindResource], **_OPEN),
    _operation("GET", _KIND, list_entries, "Entries", dr.EntryPage, query=dr.DirectoryQuery, **_OPEN),
    _operation(
        "POST",
        _KIND,
        enter_entry,
        "Enter a draft",
        dr.EntryResource,
        status=201,
        body=dr.EntryBody,
        binds=True,
        **_STEP,
    ),
    _operation(
        "GET",
        f"{_KIND}/table",
        export_entries,
        "Entries as a table",
        query=dr.TableQuery,
        returns=None,
        media_types=("text/csv", MEDIA["xlsx"]),
        **_OPEN,
    ),
    _operation(
        "POST",
        f"{_KIND}/import",
        import_entries,
        "Take a table of entries",
        ImportResource,
        query=ImportQuery,
        errors=(403, 404, 415),
    ),
    _operation("GET", f"{_KIND}/{{entry}}", show_entry, "An entry", dr.EntryResource, **_OPEN),
    _operation(
        "GET",
        f"{_KIND}/{{entry}}/versions",
        show_entry_versions,
        "Versions of an entry",
        list[dr.EntryVersionResource],
        **_OPEN,
    ),
    _operation(
        "POST",
        f"{_KIND}/{{entry}}/versions",
        change_entry,
        "Change an entry",
        dr.EntryResource,
        body=dr.EntryChangeBody,
        **_STEP,
    ),
    _operation(
        "POST",
        f"{_KIND}/{{entry}}/state",
        move_entry,
        "Publish or retire an entry",
        dr.EntryResource,
        body=dr.EntryStateBody,
        **_STEP,
    ),
    _operation(
        "GET",
        "achievements/{achievement}/export-gate",
        show_export_gate,
        "Whether it may be offered abroad",
        dr.ExportGateResource,
        errors=(404,),
    ),
)
