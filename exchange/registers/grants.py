"""Roles by two persons: one proposes what an account shall be, another confirms it."""

import secrets
from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import select

from exchange.registers.access_models import GrantRow
from exchange.registers.accounts import Account, account_of, check_roles
from exchange.registers.database import Database
from exchange.registers.models import AccountRow
from matching_engine.errors import LuochuiError, Malformed

State = Literal["proposed", "confirmed", "rejected"]
SHELL = "shell"
"""The proposer where it was done on the command line."""


class GrantRefused(LuochuiError):
    """A grant that may not be decided so; `code` says why: FOUR_EYES, GRANT_DECIDED, GRANT_UNKNOWN."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


class Grant(msgspec.Struct, frozen=True):
    """All roles that an account shall have from the confirmation on, and those it had. Instants in µs."""

    id: str
    account: str
    roles: list[str]
    before: list[str]
    reason: str
    proposed_by: str
    proposed_at: int
    state: str
    decided_by: str | None
    decided_at: int | None


def _grant(row: GrantRow) -> Grant:
    return Grant(**{field.name: getattr(row, field.name) for field in msgspec.structs.fields(Grant)})


class Grants:
    """The register of grants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def propose(self, account: Account, roles: Iterable[str], reason: str, by: str, at: int) -> Grant:
        """Propose roles for an account; Malformed (Separated) for roles that one person may not hold together."""
        row = GrantRow(
            id=f"g-{secrets.token_hex(6)}",
            account=account.id,
            roles=check_roles(roles, account.organisation),
            before=sorted(account.roles),
            reason=reason,
            proposed_by=by,
            proposed_at=at,
            state="proposed",
            decided_by=None,
            decided_at=None,
        )
        if row.roles == row.before:
            raise Malformed("roles", row.roles, "other roles than the account has")
        async with self._database.writing() as session:
            session.add(row)
        return _grant(row)

    async def decide(self, id: str, by: Account, confirm: bool, at: int) -> Grant:  # noqa: A002
        """Confirm a grant, and the account has the roles at once, or turn it down.

        GrantRefused unless it waits, and unless `by` is another person than the proposer and than the account.
        """
        async with self._database.writing() as session:
            row = await session.get(GrantRow, id, with_for_update=True)
            if row is None:
                raise GrantRefused("GRANT_UNKNOWN", "there is no such grant")
            if row.state != "proposed":
                raise GrantRefused("GRANT_DECIDED", f"it is {row.state}")
            account = await session.get_one(AccountRow, row.account, with_for_update=True)
            proposer = await session.get(AccountRow, row.proposed_by)
            about = [account, *([proposer] if proposer else [])]
            if confirm and any(by.same_person(account_of(one)) for one in about):
                raise GrantRefused(
                    "FOUR_EYES", "another person confirms what one proposed, and nobody one's own roles"
                )
            if confirm:
                account.roles = check_roles(row.roles, account.organisation)
            row.state, row.decided_by, row.decided_at = "confirmed" if confirm else "rejected", by.id, at
            return _grant(row)

    async def get(self, id: str) -> Grant | None:  # noqa: A002
        """A grant by its id."""
        async with self._database.reading() as session:
            row = await session.get(GrantRow, id)
            return None if row is None else _grant(row)

    async def list(self, state: str = "", limit: int = 200) -> list[Grant]:
        """Grants, the latest first; of one state."""
        query = select(GrantRow).order_by(GrantRow.proposed_at.desc(), GrantRow.id).limit(limit)
        if state:
            query = query.where(GrantRow.state == state)
        async with self._database.reading() as session:
            return [_grant(row) for row in (await session.scalars(query)).all()]


def bootstrapping(accounts: Iterable[Account]) -> bool:
    """Whether there are fewer than two operators who could confirm: then whoever has the shell grants alone."""
    return sum("operator" in one.roles and one.enabled for one in accounts) < 2
