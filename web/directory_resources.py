"""What the REST interface takes and gives of directories: one form for every kind, which describes itself."""

from typing import Annotated, Any, Literal

import msgspec

from exchange.registers.directory import Entry, Reader
from exchange.registers.directory_kinds import Field, Kind, State, Type
from web import resources as r
from web.views import iso

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class SharePart(r.Taken, frozen=True):
    """A name with its share, like 60%, 0.6 or 3/5."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    share: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]


Value = Annotated[str, msgspec.Meta(max_length=20_000)] | int | list[SharePart] | None
"""Texts, choices, dates, addresses and ids are strings, money is fen, a number without places an integer."""


class EntryBody(r.Taken, frozen=True):
    """A new entry: its values by field, and for an operator whose it is."""

    fields: Annotated[dict[str, Value], msgspec.Meta(max_length=64)]
    owner: Id | None = None


class EntryChangeBody(r.Taken, frozen=True):
    """All values of an entry that was read as `version`."""

    fields: Annotated[dict[str, Value], msgspec.Meta(max_length=64)]
    version: Annotated[int, msgspec.Meta(ge=1)]


class EntryStateBody(r.Taken, frozen=True):
    """Another state for an entry that was read as `version`, and why."""

    state: State
    version: Annotated[int, msgspec.Meta(ge=1)]
    reason: Annotated[str, msgspec.Meta(max_length=300)] = ""


class DirectoryQuery(r.Taken, frozen=True):
    """Which entries. `choice` is field:word, like category:法律服务."""

    q: r.Word | None = None
    state: State | None = None
    owner: Id | None = None
    achievement: Id | None = None
    choice: r.Word | None = None
    cursor: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    limit: r.Limit = 50


class TableQuery(r.Taken, frozen=True):
    """Which entries of a table, and in which form."""

    form: Literal["csv", "xlsx"] = "csv"
    q: r.Word | None = None
    state: State | None = None
    owner: Id | None = None
    achievement: Id | None = None
    choice: r.Word | None = None


class SourceResource(r.Given, frozen=True):
    """The clause that asks for a directory."""

    row: str
    clause: str
    phrase: str


class FieldResource(r.Given, frozen=True):
    """A field of a kind. `required`: always, publication, or never; `by`: roles that alone may set it."""

    field: str
    zh: str
    en: str
    type: Type
    required: Literal["always", "publication", "never"]
    public: bool
    choices: dict[str, str]
    by: list[str]
    places: int
    least: int | None
    most: int | None


class KindResource(r.Given, frozen=True):
    """A kind of directory, and how many entries of it the caller may see."""

    kind: str
    group: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    public: bool
    enter: list[str]
    publish: list[str]
    unique: list[str]
    fields: list[FieldResource]
    sources: list[SourceResource]
    entries: int


class EntryCard(r.Given, frozen=True):
    """An entry as far as it is open to the caller; `made` is what follows from its fields."""

    entry: str
    kind: str
    title: str
    fields: dict[str, Any]
    made: dict[str, str]
    owner: str | None
    state: State
    entered_at: r.Instant


class EntryPage(r.Given, frozen=True):
    """Entries, the newest first. `next` is the cursor of the following page."""

    total: int
    entries: list[EntryCard]
    next: int | None


class EntryVersionResource(r.Given, frozen=True):
    """A version of an entry: when, its state, which fields changed; by whom and why, inside only."""

    version: int
    at: r.Instant
    by: str | None
    state: State
    changed: list[str]
    reason: str | None


class EntryResource(r.Given, frozen=True):
    """An entry with its version, which a change names."""

    entry: str
    kind: str
    title: str
    fields: dict[str, Any]
    made: dict[str, str]
    owner: str | None
    state: State
    entered_at: r.Instant
    version: int
    digest: str | None
    """SHA-256 of the values, for whoever sees all of them."""


class ExportGateResource(r.Given, frozen=True):
    """Whether an achievement may be offered to takers abroad today, and why not."""

    achievement: str
    allowed: bool
    reason: Literal["", "PROHIBITED", "NO_LICENCE", "NOT_EXAMINED"]


def plain(fields: dict[str, Value]) -> dict[str, Any]:
    """The values of a body as the register takes them."""
    return dict(msgspec.to_builtins(fields))


def open_fields(kind: Kind, entry: Entry, reader: Reader) -> dict[str, Any]:
    """The values of an entry that the reader may see."""
    seen = kind.seen(reader.inside(entry))
    return {one.name: entry.fields[one.name] for one in seen if one.name in entry.fields}


def card(kind: Kind, entry: Entry, reader: Reader) -> EntryCard:
    """An entry of a list."""
    return EntryCard(
        entry.id,
        entry.kind,
        entry.title,
        open_fields(kind, entry, reader),
        entry.figures,
        entry.owner,
        entry.state,
        iso(entry.entered_at),
    )


def whole(kind: Kind, entry: Entry, reader: Reader, version: int) -> EntryResource:
    """An entry alone."""
    shown = msgspec.structs.asdict(card(kind, entry, reader))
    return EntryResource(**shown, version=version, digest=entry.digest() if reader.inside(entry) else None)


def described(kind: Kind, entries: int) -> KindResource:
    """A kind with its fields."""
    return KindResource(
        kind.kind,
        kind.group,
        kind.name.zh,
        kind.name.en,
        kind.about.zh,
        kind.about.en,
        kind.public,
        list(kind.enter),
        list(kind.publish),
        list(kind.unique),
        [_field(one, kind) for one in kind.fields],
        [SourceResource(one.row, one.clause, one.phrase) for one in kind.sources],
        entries,
    )


def _field(one: Field, kind: Kind) -> FieldResource:
    required: Literal["always", "publication", "never"] = "never"
    if one.required:
        required = "always" if one.required is True else "publication"
    return FieldResource(
        one.name,
        one.zh,
        one.en,
        one.type,
        required,
        kind.public and one.public,
        one.choices,
        list(one.by),
        one.places,
        one.least,
        one.most,
    )
