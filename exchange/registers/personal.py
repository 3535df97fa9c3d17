"""What the registers hold of one person: giving it out, and erasing what no law keeps.

`HOLDINGS` says for every table that names an account what becomes of its rows. The journal is not touched: it
names accounts by their ids, which tell nothing once the register has forgotten who was behind them.
"""

import builtins
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from exchange.registers.access_models import AccessEventRow
from exchange.registers.database import Database
from exchange.registers.market_models import PersonVersionRow
from exchange.registers.models import AccountRow, Base, SigningKeyVersionRow
from matching_engine.errors import Malformed
from settlement.dates import shanghai_time

ERASED = "—"
"""Stands where a name stood."""
SECRETS = frozenset(
    {
        "password_hash",
        "token_hash",
        "key_hash",
        "code_hash",
        "ticket_hash",
        "secret",
        "credential",
        "csrf",
        "challenge",
        "code",
    }
)
"""Columns that nobody is given, not even their owner: who has them can act."""
TABLE_NAME_MAX = 64


class Fate(StrEnum):
    """What erasing does: take the rows away, put a dash where a person stood, or leave them with the bare id."""

    DELETED = "deleted"
    BLANKED = "blanked"
    KEPT = "kept"


class Holding(NamedTuple):
    """A table with rows about an account, and the columns that are blanked."""

    table: str
    column: str
    fate: Fate
    blanks: Mapping[str, Any] = {}


HOLDINGS = (
    Holding("account", "id", Fate.BLANKED),
    Holding("person", "account", Fate.BLANKED, {"name": ERASED, "contact": ""}),
    Holding("signing_key", "account", Fate.BLANKED, {"label": ""}),
    Holding("web_session", "account", Fate.DELETED),
    Holding("api_key", "account", Fate.DELETED),
    Holding("second_factor", "account", Fate.DELETED),
    Holding("second_factor_guard", "account", Fate.DELETED),
    Holding("recovery_code", "account", Fate.DELETED),
    Holding("follow", "account", Fate.DELETED),
    Holding("notice", "account", Fate.DELETED),
    Holding("notice_contact", "account", Fate.DELETED),
    Holding("notice_mail", "account", Fate.DELETED),
    Holding("recommendation_feedback", "account", Fate.DELETED),
    Holding("enrolment", "account", Fate.KEPT),
    Holding("role_grant", "account", Fate.KEPT),
    Holding("access_event", "account", Fate.KEPT),
    Holding("read_audit", "reader", Fate.KEPT),
)
_HISTORIES: tuple[tuple[Any, str], ...] = (
    (PersonVersionRow, "person"),
    (SigningKeyVersionRow, "signing_key"),
)
"""What rows of these tables were before, and the column that names the row."""
_ORDER = ("notice_mail", "recovery_code")
"""Deleted before the others: their rows point at other rows that go."""


class PersonalData:
    """What one database holds of people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, account: str) -> dict[str, builtins.list[dict[str, Any]]]:
        """Every row about an account, table by table, without what would let its holder act."""
        found = {}
        async with self._database.reading() as session:
            for holding, table in _tables():
                query = select(table).where(table.c[holding.column] == account)
                rows = [_plain(dict(row)) for row in (await session.execute(query)).mappings()]
                if rows:
                    found[holding.table] = rows
            for history, owners in _HISTORIES:
                table = Base.metadata.tables[history.__tablename__]
                ids = [row["id"] for row in found.get(owners, [])]
                query = select(table).where(table.c[owners].in_(ids))
                if rows := [_plain(dict(row)) for row in (await session.execute(query)).mappings()]:
                    found[history.__tablename__] = rows
        return found

    async def erase(self, account: str, at: int, by: str) -> dict[str, int]:
        """Forget who an account was, in one transaction; how many rows of each table were touched.

        Malformed for an account that is not there or is the last operator. Doing it again changes nothing more.
        """
        touched: dict[str, int] = {}
        async with self._database.writing() as session:
            row = await session.get(AccountRow, account, with_for_update=True)
            if row is None:
                raise Malformed("account", account, "an account that exists")
            await _refuse_last_operator(session, row)
            touched |= await _versions(session, account)
            for holding, table in sorted(_tables(), key=lambda one: one[0].table not in _ORDER):
                if (count := await _forget(session, holding, table, account)) > 0:
                    touched[holding.table] = count
            _tombstone(row)
            session.add(AccessEventRow(at=at, kind="erased", account=account, by=by, network="", detail={}))
        return touched


def _tables() -> builtins.list[tuple[Holding, Table]]:
    tables = Base.metadata.tables
    return [(one, tables[one.table]) for one in HOLDINGS if one.table in tables]


async def _forget(session: AsyncSession, holding: Holding, table: Table, account: str) -> int:
    own = table.c[holding.column] == account
    if holding.fate is Fate.DELETED:
        result: Any = await session.execute(delete(table).where(own))
    elif holding.blanks:
        result = await session.execute(update(table).where(own).values(**holding.blanks))
    else:
        return 0
    return int(result.rowcount)


async def _versions(session: AsyncSession, account: str) -> dict[str, int]:
    """Blank the same fields in what rows were before: the one exception to versions that are never altered."""
    touched = {}
    for history, owners in _HISTORIES:
        holding, table = next(pair for pair in _tables() if pair[0].table == owners)
        ids = (await session.scalars(select(table.c.id).where(table.c[holding.column] == account))).all()
        query = select(history).where(getattr(history, owners).in_(ids))
        rows = (await session.scalars(query)).all()
        for row in rows:
            row.body = {
                **row.body,
                **{name: holding.blanks[name] for name in holding.blanks if name in row.body},
            }
        if rows:
            touched[history.__tablename__] = len(rows)
    return touched


async def _refuse_last_operator(session: AsyncSession, row: AccountRow) -> None:
    if "operator" not in row.roles or not row.enabled:
        return
    others = await session.scalars(select(AccountRow).where(AccountRow.enabled, AccountRow.id != row.id))
    if not any("operator" in one.roles for one in others):
        raise Malformed("account", row.id, "an account that is not the last operator's")


def _tombstone(row: AccountRow) -> None:
    """Nobody signs in with it again, and it says no more than that it was."""
    row.login = f"erased-{row.id}"[:TABLE_NAME_MAX]
    row.display_name = ERASED
    row.password_hash = ""
    row.roles = []
    row.enabled = False
    row.revision += 1
    row.person = ""


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row for its owner: instants as texts, secrets left out."""
    return {name: _shown(name, value) for name, value in row.items() if name not in SECRETS}


def _shown(name: str, value: Any) -> Any:
    instant = (
        isinstance(value, int) and not isinstance(value, bool) and (name == "at" or name.endswith("_at"))
    )
    return shanghai_time(value).isoformat() if instant and value > 0 else value
