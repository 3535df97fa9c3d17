"""The directories' pages: kinds with counts, tables with search and filters, entries, and forms made from the kind."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from exchange.house.command import Principal
from exchange.registers.directory import Entry, Reader, Wish
from exchange.registers.directory_kinds import GROUPS, Field, Kind, kinds
from exchange.registers.directory_values import overdue, said
from exchange.registers.imports import Report
from matching_engine.errors import Malformed
from settlement.dates import shanghai_date
from web import directories as d
from web import errors
from web.api_directories import TABLE_MAX, table
from web.i18n import Speech
from web.multipart import is_multipart, read_multipart
from web.pages.imports import ROWS_SHOWN
from web.pages.shell import Visit, page

PAGE = 50
COLUMNS_SHOWN = 4
QUERY_MAX = 100
_NUMERIC = ("money_fen", "number")


def asked(visit: Visit) -> tuple[Kind, Reader]:
    """The kind of the address, and who reads; 404 for another one."""
    kind = d.kind_of(visit.part("kind"))
    return kind, d.reader_of(kind, principal_of(visit))


def principal_of(visit: Visit) -> Principal | None:
    """Who asks; None for nobody."""
    return visit.caller.principal if visit.caller else None


async def index(visit: Visit) -> Response:
    """Every kind in its group, with how many entries the reader may see."""
    register, language = visit.exchange.registers.directory, visit.speech.language
    groups: dict[str, list[dict[str, Any]]] = {group: [] for group in GROUPS}
    for kind in kinds().values():
        reader = d.reader_of(kind, principal_of(visit))
        groups[kind.group].append(
            {
                "kind": kind.kind,
                "name": kind.name.said(language),
                "about": kind.about.said(language),
                "public": kind.public,
                "count": await register.count(kind, reader),
            }
        )
    return visit.render("directories.html", groups=groups)


async def listing(visit: Visit) -> Response:
    """The entries of a kind."""
    return await _listing(visit)


async def _listing(
    visit: Visit, status: int = 200, report: Report | None = None, wrong: str = ""
) -> Response:
    kind, reader = asked(visit)
    wish, offset = _wish(visit, kind), _offset(visit)
    register = visit.exchange.registers.directory
    total = await register.count(kind, reader, wish)
    found = await register.list(kind, reader, wish, offset, PAGE)
    names = await names_of(visit, kind, found)
    refused = [row for row in report.rows if row.outcome == "refused"] if report else []
    return visit.render(
        "directory.html",
        status,
        f"/directory/{kind.kind}" if visit.request.method != "GET" else None,
        kind=kind,
        about=about_of(visit.speech, kind),
        columns=_columns(visit.speech, kind),
        rows=[_row(visit, kind, reader, one, names) for one in found],
        total=total,
        wish=wish,
        filters=_filters(visit.speech, kind, reader, wish),
        may_enter=d.may_enter(kind, principal_of(visit)),
        inside=visit.caller is not None,
        tables=_tables(kind, wish),
        earlier=_address(kind, wish, max(0, offset - PAGE)) if offset else "",
        later=_address(kind, wish, offset + PAGE) if offset + PAGE < total else "",
        report=report,
        refused=refused[:ROWS_SHOWN],
        wrong=wrong,
    )


def about_of(s: Speech, kind: Kind) -> dict[str, str]:
    """A kind in the reader's language."""
    return {"name": kind.name.said(s.language), "text": kind.about.said(s.language)}


def _wish(visit: Visit, kind: Kind) -> Wish:
    """What the address asks for; words that no choice has are passed over."""
    query = visit.request.query_params if visit.request.method == "GET" else {}
    choices = {
        one.name: query[one.name]
        for one in kind.fields
        if one.type == "choice" and query.get(one.name) in one.choices
    }
    state = query.get("state", "")
    return Wish(
        query.get("q", "")[:QUERY_MAX].strip(),
        state if state in ("draft", "published", "retired") else "",
        query.get("owner", "")[:64],
        query.get("achievement", "")[:64],
        choices,
    )


def _offset(visit: Visit) -> int:
    text = visit.request.query_params.get("from", "0")
    return min(int(text), 1_000_000) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


def _parameters(wish: Wish) -> dict[str, str]:
    plain = {"q": wish.q, "state": wish.state, "owner": wish.owner, "achievement": wish.achievement}
    return {name: value for name, value in {**plain, **wish.choices}.items() if value}


def _address(kind: Kind, wish: Wish, offset: int) -> str:
    query = urlencode({**_parameters(wish), **({"from": str(offset)} if offset else {})})
    return f"/directory/{kind.kind}?{query}" if query else f"/directory/{kind.kind}"


def _tables(kind: Kind, wish: Wish) -> dict[str, str]:
    """Where the same entries are as a table."""
    return {
        form: f"/directory/{kind.kind}/table?{urlencode({**_parameters(wish), 'form': form})}"
        for form in ("csv", "xlsx")
    }


def _filters(s: Speech, kind: Kind, reader: Reader, wish: Wish) -> list[dict[str, Any]]:
    """The choices by which a list can be narrowed; outside only the public ones."""
    seen = kind.seen(reader.overseer or not kind.public)
    return [
        {
            "name": one.name,
            "label": one.said(s.language),
            "words": [(word, one.word(word, s.language)) for word in one.choices],
            "chosen": wish.choices.get(one.name, ""),
        }
        for one in seen
        if one.type == "choice"
    ]


def _columns(s: Speech, kind: Kind) -> list[tuple[Field, str]]:
    """The columns of the list: what names an entry, then the first short fields, those that must be there first."""
    title = kind.field(kind.title)
    short = [
        one
        for one in kind.seen(inside=not kind.public)
        if one is not title and one.length <= 300 and one.type != "url"
    ]
    chosen = sorted(short, key=lambda one: not one.required)[:COLUMNS_SHOWN]
    return [(one, one.said(s.language)) for one in (title, *chosen)]


async def names_of(visit: Visit, kind: Kind, entries: list[Entry]) -> dict[str, str]:
    """Names of the organisations that entries name."""
    fields = [one.name for one in kind.fields if one.type == "organisation"]
    ids = [str(entry.fields.get(name) or "") for entry in entries for name in fields]
    ids += [entry.owner or "" for entry in entries]
    rows = await visit.exchange.registers.organisations.get_many(sorted({one for one in ids if one}))
    return {id_: row.name for id_, row in rows.items()}


def _row(visit: Visit, kind: Kind, reader: Reader, entry: Entry, names: Mapping[str, str]) -> dict[str, Any]:
    open_ = kind.seen(reader.inside(entry))
    cells = [
        cell_of(visit.speech, field, entry.fields.get(field.name) if field in open_ else None, names)
        for field, _ in _columns(visit.speech, kind)
    ]
    return {
        "id": entry.id,
        "title": entry.title,
        "cells": cells[1:],
        "head": cells[0]["text"] or entry.title,
        "made": made_of(visit, kind, entry),
        "state": entry.state,
        "state_word": state_word(visit.speech, kind, entry.state),
        "owner": names.get(entry.owner or "", entry.owner or ""),
    }


def cell_of(s: Speech, field: Field, value: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """A value for people: its text, whether it is a figure, and where it leads."""
    cell = {"label": field.said(s.language), "num": field.type in _NUMERIC, "href": "", "text": ""}
    if value is None:
        return cell
    if field.type == "money_fen":
        text = s.money(value)
    elif field.type == "date":
        text = s.day(value)
    elif field.type == "organisation":
        text = names.get(value, value)
    else:
        text = said(field, value, s.language)
    href = {"achievement": f"/achievements/{value}", "url": value, "trade": f"/trades/{value}"}
    return {**cell, "text": text, "href": href.get(field.type, ""), "long": field.length > 300}


def made_of(visit: Visit, kind: Kind, entry: Entry) -> list[dict[str, Any]]:
    """What follows from an entry's values: score, grade, the day something is due and whether it has passed."""
    s, found = visit.speech, []
    for name, value in sorted(entry.figures.items(), reverse=True):
        text = s.day(value) if name == "due_on" else value
        if name == "grade" and kind.score is not None and s.language == "en":
            text = kind.score.grades_en[value]
        late = name == "due_on" and overdue(
            kind, entry.fields, entry.figures, shanghai_date(visit.now).isoformat()
        )
        found.append({"label": s.code("directory_made", name), "text": text, "late": late})
    return found


def state_word(s: Speech, kind: Kind, state: Any) -> str:
    """A state in the words of the kind."""
    own = kind.states.get(state)
    return own.said(s.language) if own else s.code("directory_state", state)


async def as_table(visit: Visit) -> Response:
    """The same entries as a download, with columns in the reader's language."""
    kind, reader = asked(visit)
    form = visit.request.query_params.get("form", "csv")
    if form not in ("csv", "xlsx"):
        raise errors.failure(422, "BAD_VALUE", "expected csv or xlsx", field="form")
    found = await visit.exchange.registers.directory.list(kind, reader, _wish(visit, kind), 0, TABLE_MAX)
    return table(kind, found, reader, form, visit.speech.language)


async def take(visit: Visit) -> Response:
    """A table sent in, with what became of each row."""
    kind, _ = asked(visit)
    content_type = visit.request.headers.get("content-type", "")
    if not is_multipart(content_type):
        raise errors.failure(415, "UNSUPPORTED_MEDIA_TYPE", "expected a form with a file")
    sent = read_multipart(content_type, visit.request.state.body)
    upload = sent.files.get("file")
    if upload is None:
        return await _listing(visit, 422, wrong=visit.speech.text("Choose a file."))
    try:
        strict = "strict" in sent.fields
        report = await d.take_table(visit.exchange, visit.principal, kind, upload.content, strict)
    except Malformed as error:
        return await _listing(visit, 422, wrong=str(error))
    return await _listing(visit, 200 if report.whole else 422, report=report)


ROUTES: list[Route] = [
    page("/directory", index),
    page("/directory/{kind}", listing),
    page("/directory/{kind}/table", as_table),
    page("/directory/{kind}/import", take, "POST"),
]
"""Those of the entries come after, for their addresses would take these in."""
