"""Who signs in: accounts, with the roles they may act in."""

import builtins
import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError

from exchange.house.command import Principal
from exchange.registers.database import Database
from exchange.registers.models import AccountRow
from matching_engine.errors import Malformed

TRADING = frozenset({"seller", "bidder", "broker"})
STAFF = frozenset({"registrar", "operator", "auditor", "funder", "bank"})
EXPERTS = frozenset({"evaluator"})
"""Independent of both sides: they evaluate achievements, and neither trade nor run the exchange."""
ROLES = TRADING | STAFF | EXPERTS
_CHUNK = 300
EXCLUSIVE = frozenset({"registrar", "operator", "auditor"})
"""One person never holds two of these."""


class Account(msgspec.Struct, frozen=True):
    """A person who signs in. `organisation` is the party the account acts for, `node` the only house it acts in.

    `revision` grows whenever every session and key of the account must end: disabled, password changed.
    """

    id: str
    login: str
    display_name: str
    organisation: str | None
    roles: frozenset[str]
    enabled: bool
    revision: int
    created_at: int
    node: str | None = None
    person: str = ""
    """A hash of who it is, where it was given at enrolment: the same for two accounts of one person."""

    def same_person(self, other: "Account") -> bool:
        """Whether one person is behind both, as far as is known."""
        return self.id == other.id or bool(self.person and self.person == other.person)

    def acts_in(self, house: str) -> bool:
        """Whether the account does anything in a house: staff of another node does not."""
        return self.node is None or self.node == house

    @property
    def principal(self) -> Principal:
        """Who asks, as the house sees it."""
        return Principal(self.id, self.organisation, self.roles, self.node)


class Separated(Malformed):
    """Roles that one person may not hold together."""


def person_digest(name: str, number: str) -> str:
    """What stands for a person without naming him or her: SHA-256 of the name and the identity number."""
    return hashlib.sha256(f"person/{name.strip()}/{number.strip().upper()}".encode()).hexdigest()


def check_roles(roles: Iterable[str], organisation: str | None) -> list[str]:
    """The roles in order, if one person may hold them together; Malformed otherwise."""
    held = frozenset(roles)
    if held - ROLES:
        raise Malformed("roles", sorted(held - ROLES), f"some of {', '.join(sorted(ROLES))}")
    if len(held & EXCLUSIVE) > 1:
        raise Separated("roles", sorted(held), f"at most one of {', '.join(sorted(EXCLUSIVE))}")
    if held & TRADING and held & STAFF:
        raise Separated(
            "roles", sorted(held), "trading or staff, not both: who runs the exchange does not trade on it"
        )
    if held & EXPERTS and held - EXPERTS:
        raise Separated("roles", sorted(held), "evaluator alone: who evaluates stands outside the trade")
    if held & TRADING and organisation is None:
        raise Malformed(
            "organisation", None, f"an organisation to be {', '.join(sorted(held & TRADING))} for"
        )
    return sorted(held)


def account_of(row: AccountRow | Row[Any]) -> Account:
    """The value of a row, without its password hash."""
    return Account(
        row.id,
        row.login,
        row.display_name,
        row.organisation,
        frozenset(row.roles),
        row.enabled,
        row.revision,
        row.created_at,
        row.node,
        row.person or "",
    )


class Accounts:
    """The register of accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        login: str,
        password_hash: str,
        display_name: str,
        roles: Iterable[str],
        at: int,
        organisation: str | None = None,
        id: str | None = None,  # noqa: A002  (the column's name)
        node: str | None = None,
    ) -> Account:
        """Enter an account; its id is drawn unless one is given. Malformed when the login is taken."""
        row = AccountRow(
            id=id or f"u-{secrets.token_hex(6)}",
            login=login,
            password_hash=password_hash,
            display_name=display_name,
            organisation=organisation,
            roles=check_roles(roles, organisation),
            enabled=True,
            revision=1,
            created_at=at,
            node=node,
        )
        try:
            async with self._database.writing() as session:
                session.add(row)
        except IntegrityError as error:
            raise Malformed("login", login, f"a new login and a known organisation ({error.orig})") from error
        return account_of(row)

    async def get(self, id: str) -> Account | None:  # noqa: A002  (the column's name)
        """The account with this id."""
        async with self._database.reading() as session:
            row = await session.get(AccountRow, id)
            return None if row is None else account_of(row)

    async def credentials(self, login: str) -> tuple[Account, str] | None:
        """The account with this login and its password hash; for checking a password, nothing else."""
        async with self._database.reading() as session:
            row = await session.scalar(select(AccountRow).where(AccountRow.login == login))
            return None if row is None else (account_of(row), row.password_hash)

    async def list(self, organisation: str | None = None) -> list[Account]:
        """Every account, or those of one organisation, by login."""
        query = select(AccountRow).order_by(AccountRow.login)
        if organisation is not None:
            query = query.where(AccountRow.organisation == organisation)
        async with self._database.reading() as session:
            return [account_of(row) for row in (await session.scalars(query)).all()]

    async def of(self, organisations: Iterable[str]) -> dict[str, builtins.list[Account]]:
        """Organisation → its accounts, by login; asked for together."""
        wanted = list(organisations)
        found: dict[str, builtins.list[Account]] = {one: [] for one in wanted}
        table = AccountRow.__table__
        async with self._database.reading() as session:
            for start in range(0, len(wanted), _CHUNK):
                some = table.c.organisation.in_(wanted[start : start + _CHUNK])
                for row in await session.execute(select(table).where(some).order_by(table.c.login)):
                    found[row.organisation].append(account_of(row))
        return found

    async def set_enabled(self, login: str, enabled: bool) -> Account:
        """Open or shut an account; either way every session and key it had has ended."""
        return await self._change(login, ends=True, enabled=enabled)

    async def set_password(self, login: str, password_hash: str) -> Account:
        """Give another password; every session and key that the account had has ended."""
        return await self._change(login, ends=True, password_hash=password_hash)

    async def rehash(self, login: str, password_hash: str) -> Account:
        """Keep the same password under newer parameters; nothing ends."""
        return await self._change(login, ends=False, password_hash=password_hash)

    async def set_roles(self, login: str, roles: Iterable[str]) -> Account:
        """Give other roles. Sessions go on, under a new token and with the new roles at once."""
        found = await self.credentials(login)
        organisation = found[0].organisation if found else None
        return await self._change(login, ends=False, roles=check_roles(roles, organisation))

    async def bind(self, login: str, node: str | None) -> Account:
        """Let an account act in one house only, or in any; every session and key that it had has ended."""
        return await self._change(login, ends=True, node=node)

    async def set_person(self, login: str, person: str) -> Account:
        """Note who is behind an account, as `person_digest` says it."""
        return await self._change(login, ends=False, person=person)

    async def _change(self, login: str, *, ends: bool, **values: Any) -> Account:
        query = select(AccountRow).where(AccountRow.login == login).with_for_update()
        async with self._database.writing() as session:
            row = await session.scalar(query)
            if row is None:
                raise Malformed("login", login, "a login that exists")
            for name, value in values.items():
                setattr(row, name, value)
            row.revision += ends
            return account_of(row)
