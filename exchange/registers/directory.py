"""The directories: services, events, vouchers, equipment, products, records … every kind in one versioned register.

What a kind holds and who may see it is data (`directory_kinds`). An entry is a draft, published, or retired; the
states of a thing itself, like those of a complaint, are fields of its kind.
"""

import builtins
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.market.unconverted import Secrecy
from exchange.registers.directory_kinds import Kind, State
from exchange.registers.directory_models import DirectoryEntryRow, DirectoryEntryVersionRow
from exchange.registers.directory_values import Values, WrongField, figures, said
from exchange.registers.models import AchievementRow
from exchange.registers.versioned import Versioned
from matching_engine import canonical
from matching_engine.errors import LuochuiError, Malformed

_T = DirectoryEntryRow


class Entry(msgspec.Struct, frozen=True):
    """An entry. `fields` holds its values by name, in order; `figures` what follows from them.

    `owner` is the organisation it belongs to, if any; `entered_by` the account that made it.
    """

    id: str
    kind: str
    title: str
    fields: dict[str, Any]
    figures: dict[str, str]
    owner: str | None
    state: State
    entered_by: str
    entered_at: int
    changed_by: str
    achievement: str | None = None
    unique_key: str | None = None
    words: str = ""

    def digest(self) -> str:
        """Hex SHA-256 of kind, owner and values: what a reader can compare with a copy."""
        return canonical.digest(canonical.encode([self.kind, self.owner, self.fields])).hex()


class Reader(msgspec.Struct, frozen=True):
    """Who looks: an account with its organisation, and whether it sees every entry of a kind."""

    account: str = ""
    party: str | None = None
    overseer: bool = False

    def inside(self, entry: Entry) -> bool:
        """Whether all of an entry is open to the reader, whatever its state."""
        own = self.party is not None and entry.owner == self.party
        return self.overseer or own or (bool(self.account) and entry.entered_by == self.account)


NOBODY = Reader()


class Stale(LuochuiError):
    """Somebody else changed the entry since it was read."""


class Wish(msgspec.Struct, frozen=True):
    """Which entries: words, a state, an owner, an achievement, values of choices."""

    q: str = ""
    state: str = ""
    owner: str = ""
    achievement: str = ""
    choices: dict[str, str] = {}


def entry_of(kind: Kind, id_: str, values: Values, owner: str | None, by: str, at: int) -> Entry:
    """A new draft with checked values."""
    blank = Entry(id_, kind.kind, "", {}, {}, owner, "draft", by, at, by)
    return with_values(kind, blank, values, by)


def with_values(kind: Kind, entry: Entry, values: Values, by: str) -> Entry:
    """The entry with other values, and with everything that follows from them."""
    achievement = next((one.name for one in kind.fields if one.type == "achievement"), "")
    title = said(kind.field(kind.title), values.get(kind.title), "zh") or entry.id
    return msgspec.structs.replace(
        entry,
        title=" ".join(title.split())[:300],
        fields=dict(sorted(values.items())),
        figures=figures(kind, values),
        changed_by=by,
        achievement=values.get(achievement),
        unique_key=None if entry.state == "retired" else _key(kind, values),
        words=_words(kind, values),
    )


def moved(kind: Kind, entry: Entry, state: State, by: str) -> Entry:
    """The entry in another state."""
    return with_values(kind, msgspec.structs.replace(entry, state=state), entry.fields, by)


def _key(kind: Kind, values: Values) -> str | None:
    if not kind.unique:
        return None
    parts = canonical.encode([values.get(name) for name in kind.unique])
    return hashlib.sha256(parts).hexdigest()


def _words(kind: Kind, values: Values) -> str:
    """What a search finds: of a public kind the public values, of any other all of them."""
    fields = kind.seen(inside=not kind.public)
    return "\n".join(said(one, values[one.name], "zh") for one in fields if one.name in values).lower()


class Directory(Versioned[Entry]):
    """The register of all entries."""

    value = Entry
    row = DirectoryEntryRow
    history = DirectoryEntryVersionRow
    name = "directory_entry"

    async def version_of(self, id_: str) -> int:
        """The number of an entry's latest version; 0 when there is no entry."""
        async with self._database.reading() as session:
            return int(await session.scalar(select(_T.version).where(_T.id == id_)) or 0)

    async def enter(self, kind: Kind, entry: Entry) -> Entry:
        """Enter a new draft; WrongField when another entry of its kind says the same of its unique fields."""
        await self._free(kind, entry)
        return await self.add(entry, entry.entered_by, entry.entered_at)

    async def replace(
        self,
        kind: Kind,
        entry: Entry,
        version: int,
        at: int,
        reason: str = "",
        beside: Callable[[AsyncSession], Awaitable[None]] | None = None,
    ) -> Entry:
        """The next version of an entry that was read as `version`; Stale when it is another one by now.

        `beside` is what else happens in the same transaction.
        """
        await self._free(kind, entry)
        async with self._database.writing() as session:
            row = await session.get(_T, entry.id, with_for_update=True)
            if row is None or row.version != version:
                raise Stale(f"version {row.version if row else 0} of {entry.id}, not {version}")
            await self.change_within(session, [entry], entry.changed_by, at, reason)
            if beside is not None:
                await beside(session)
        return entry

    async def _free(self, kind: Kind, entry: Entry) -> None:
        other = await self.key_holder(entry)
        if other is not None:
            raise WrongField(kind.unique[0], other, "taken")

    async def key_holder(self, entry: Entry) -> str | None:
        """The id of another entry that has the same unique fields."""
        if entry.unique_key is None:
            return None
        same = select(_T.id).where(
            _T.kind == entry.kind, _T.unique_key == entry.unique_key, _T.id != entry.id
        )
        async with self._database.reading() as session:
            found: str | None = await session.scalar(same)
        return found

    async def visible(self, kind: Kind, reader: Reader, id_: str) -> Entry | None:
        """An entry that the reader may see."""
        found = await self._select(select(_T).where(_T.id == id_, *_fits(kind, reader, Wish())))
        return found[0] if found else None

    async def list(
        self, kind: Kind, reader: Reader, wish: Wish | None = None, offset: int = 0, limit: int = 50
    ) -> builtins.list[Entry]:
        """What the reader may see of a kind, the newest first."""
        query = select(_T).where(*_fits(kind, reader, wish or Wish()))
        return await self._select(query.order_by(_T.entered_at.desc(), _T.id).offset(offset).limit(limit))

    async def count(self, kind: Kind, reader: Reader, wish: Wish | None = None) -> int:
        """How many entries of a kind the reader may see."""
        query = select(func.count()).select_from(_T).where(*_fits(kind, reader, wish or Wish()))
        async with self._database.reading() as session:
            return int(await session.scalar(query) or 0)

    async def of_owner(self, owner: str) -> builtins.list[Entry]:
        """Everything that belongs to an organisation, by kind, the newest first."""
        query = select(_T).where(_T.owner == owner)
        return await self._select(query.order_by(_T.kind, _T.entered_at.desc(), _T.id))

    async def published(self, kind: str, achievement: str) -> builtins.list[Entry]:
        """The published entries of a kind about an achievement, the oldest first."""
        query = select(_T).where(_T.kind == kind, _T.state == "published", _T.achievement == achievement)
        return await self._select(query.order_by(_T.entered_at, _T.id))


_PUBLIC = select(AchievementRow.id).where(
    AchievementRow.secrecy == Secrecy.PUBLIC.value,
    AchievementRow.secrecy_reviewer != "",
    AchievementRow.secrecy_reviewed_on.is_not(None),
)
"""Achievements that may be spoken of: an entry about another one is open to nobody outside, whatever its state."""


def _fits(kind: Kind, reader: Reader, wish: Wish) -> builtins.list[ColumnElement[bool]]:
    """The conditions of a list; what is not open to everybody is no ground for finding an entry outside."""
    own = _own(reader)
    open_ = and_(_T.state == "published", or_(_T.achievement.is_(None), _T.achievement.in_(_PUBLIC)))
    shown = [] if reader.overseer else [or_(own, open_) if kind.public else own]
    found: list[ColumnElement[bool]] = [_T.kind == kind.kind, *shown]
    if wish.q:
        found.append(_T.words.contains(wish.q.lower(), autoescape=True))
    if wish.state:
        found.append(_T.state == wish.state)
    if wish.owner:
        found.append(_T.owner == wish.owner)
    if wish.achievement:
        public = kind.public and any(one.public and one.type == "achievement" for one in kind.fields)
        found.append(_hidden(_T.achievement == wish.achievement, public, reader))
    for name, value in wish.choices.items():
        field = kind.by_name.get(name)
        if field is None or field.type != "choice":
            raise Malformed(name, value, "a choice of this kind")
        found.append(_hidden(_T.fields[name].as_string() == value, kind.public and field.public, reader))
    return found


def _own(reader: Reader) -> ColumnElement[bool]:
    party = _T.owner == reader.party if reader.party is not None else _T.id.is_(None)
    account = _T.entered_by == reader.account if reader.account else _T.id.is_(None)
    return or_(party, account)


def _hidden(fits: ColumnElement[bool], public: bool, reader: Reader) -> ColumnElement[bool]:
    """A condition on a field that is not public holds only for what is the reader's own."""
    return fits if public or reader.overseer else and_(fits, _own(reader))
