"""One entry of a directory: its page with versions and steps, and the form that follows from its kind."""

import hashlib
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.registers.directory import Entry
from exchange.registers.directory_kinds import STATES, Kind
from exchange.registers.directory_values import WrongField, from_text, to_text
from web import directories as d
from web import errors
from web.api_directories import versions
from web.pages.directories import about_of, asked, cell_of, made_of, names_of, principal_of, state_word
from web.pages.shell import Visit, page, sentence
from web.parse import command_id

CHOICES_OFFERED = 500


async def show(visit: Visit) -> Response:
    """An entry with its versions."""
    return await _show(visit)


async def _show(visit: Visit, status: int = 200, wrong: str = "") -> Response:
    kind, reader = asked(visit)
    principal = principal_of(visit)
    entry = await d.visible(visit.exchange, principal, kind, visit.part("entry"))
    register = visit.exchange.registers.directory
    names = await names_of(visit, kind, [entry])
    inside = reader.inside(entry)
    found = [
        cell_of(visit.speech, one, entry.fields.get(one.name), names)
        for one in kind.seen(inside)
        if one.name in entry.fields
    ]
    labels = {one.name: one.said(visit.speech.language) for one in kind.fields}
    return visit.render(
        "directory_entry.html",
        status,
        f"/directory/{kind.kind}/{entry.id}" if visit.request.method != "GET" else None,
        kind=kind,
        about=about_of(visit.speech, kind),
        entry=entry,
        cells=found,
        made=made_of(visit, kind, entry),
        state_word=lambda state: state_word(visit.speech, kind, state),
        owner=names.get(entry.owner or "", entry.owner or ""),
        inside=inside,
        version=await register.version_of(entry.id),
        versions=await versions(register.versions, kind, reader, entry),
        label=lambda name: labels.get(name, visit.speech.text("State")),
        may_change=d.may_change(kind, principal, entry),
        moves=d.moves(kind, principal, entry),
        wrong=wrong,
    )


async def form(visit: Visit) -> Response:
    """The empty form of a kind."""
    kind, _ = asked(visit)
    if not d.may_enter(kind, visit.principal):
        raise errors.failure(403, "FORBIDDEN", f"for the roles {', '.join(kind.enter)}")
    return await _form(visit, kind, {}, None)


async def enter(visit: Visit) -> Response:
    """The form sent: a draft, or the form again with what is wrong beside each field."""
    kind, _ = asked(visit)
    sent = visit.form()
    id_ = _id(visit, kind, command_id(sent.get("command", ""), "command"))
    if await visit.exchange.registers.directory.get(id_) is not None:
        return visit.go(f"/directory/{kind.kind}/{id_}")
    try:
        given = _given(kind, sent)
        await d.enter(visit.exchange, visit.principal, kind, id_, given, sent.get("owner") or None)
    except d.Faults as faults:
        return await _form(visit, kind, sent, None, faults)
    return visit.go(f"/directory/{kind.kind}/{id_}")


def _id(visit: Visit, kind: Kind, command: str) -> str:
    """The id that follows from the form: sent twice, it is one entry."""
    seed = f"{kind.kind}\n{visit.principal.account}\n{command}"
    return f"E-{hashlib.sha256(seed.encode()).hexdigest()[:12]}"


def _given(kind: Kind, sent: Mapping[str, str], old: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The values of a form; what the form does not show stays as it was."""
    given = dict(old or {})
    faults = {}
    for field in kind.fields:
        if f"shown_{field.name}" not in sent:
            continue
        try:
            given[field.name] = from_text(field, sent.get(f"f_{field.name}", ""))
        except WrongField as wrong:
            faults[field.name] = wrong
    if faults:
        raise d.Faults(faults)
    return given


async def edit(visit: Visit) -> Response:
    """The form of an entry."""
    kind, entry = await _changing(visit)
    said_ = {f"f_{one.name}": to_text(one, entry.fields.get(one.name)) for one in kind.fields}
    return await _form(visit, kind, said_, entry)


async def _changing(visit: Visit) -> tuple[Kind, Entry]:
    kind, _ = asked(visit)
    entry = await d.visible(visit.exchange, visit.principal, kind, visit.part("entry"))
    if not d.may_change(kind, visit.principal, entry):
        raise errors.failure(403, "FORBIDDEN", "for operators and those whom the entry belongs to")
    return kind, entry


async def change(visit: Visit) -> Response:
    """The form of an entry sent."""
    kind, entry = await _changing(visit)
    sent = visit.form()
    try:
        given = _given(kind, sent, entry.fields)
        await d.change(visit.exchange, visit.principal, kind, entry, _version(sent), given)
    except d.Faults as faults:
        return await _form(visit, kind, sent, entry, faults)
    return visit.go(f"/directory/{kind.kind}/{entry.id}")


def _version(sent: Mapping[str, str]) -> int:
    text = sent.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


async def _form(
    visit: Visit, kind: Kind, sent: Mapping[str, str], entry: Entry | None, faults: d.Faults | None = None
) -> Response:
    s, wrong = visit.speech, faults.faults if faults else {}
    roles = visit.principal.roles
    organisations = await visit.exchange.registers.organisations.list("", CHOICES_OFFERED)
    path = f"/directory/{kind.kind}" + (f"/{entry.id}/edit" if entry else "/new")
    version = await visit.exchange.registers.directory.version_of(entry.id) if entry else 0
    return visit.render(
        "directory_form.html",
        422 if wrong else 200,
        path if visit.request.method != "GET" else None,
        kind=kind,
        about=about_of(s, kind),
        entry=entry,
        action=path,
        fields=[one for one in kind.fields if not one.by or set(one.by) & roles],
        sent=sent,
        wrong={name: s.code("directory_wrong", one.code) for name, one in wrong.items()},
        organisations=[(one.id, one.name) for one in organisations],
        trades=_trades(visit),
        version=sent.get("version") or version,
        operator="operator" in roles,
    )


def _trades(visit: Visit) -> list[tuple[str, str]]:
    """The trades that the reader may name: the own ones, for staff all."""
    trades = visit.state.settlement.trades.values()
    party = visit.principal.party
    return [(one.id, one.subject.title) for one in trades if party is None or one.side_of(party)][
        :CHOICES_OFFERED
    ]


async def move(visit: Visit) -> Response:
    """Another state for an entry."""
    kind, _ = asked(visit)
    entry = await d.visible(visit.exchange, visit.principal, kind, visit.part("entry"))
    sent, s = visit.form(), visit.speech
    state = sent.get("state", "")
    if state not in STATES:
        raise errors.failure(422, "BAD_VALUE", "expected draft, published or retired", field="state")
    try:
        reason = sent.get("reason", "")[:300]
        await d.move(visit.exchange, visit.principal, kind, entry, _version(sent), state, reason)
    except d.Faults as faults:
        told = [
            f"{kind.field(name).said(s.language)}: {s.code('directory_wrong', one.code)}"
            for name, one in faults.faults.items()
        ]
        return await _show(visit, 422, " ".join(told))
    except errors.Failure as failed:
        if failed.problem.code not in ("STALE_VERSION", "ENTRY_STATE", "FOUR_EYES"):
            raise
        return await _show(visit, failed.problem.status, sentence(s, failed.problem.code))
    return visit.go(f"/directory/{kind.kind}/{entry.id}")


ROUTES: list[Route] = [
    page("/directory/{kind}/new", form),
    page("/directory/{kind}/new", enter, "POST"),
    page("/directory/{kind}/{entry}", show),
    page("/directory/{kind}/{entry}/edit", edit),
    page("/directory/{kind}/{entry}/edit", change, "POST"),
    page("/directory/{kind}/{entry}/state", move, "POST"),
]
