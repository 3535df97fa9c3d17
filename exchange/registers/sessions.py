"""Sign-ins and programs' keys as rows: only the hash of a token or a key is ever kept."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, cast

import msgspec
from sqlalchemy import CursorResult, delete, select, update

from exchange.registers.accounts import Account, account_of
from exchange.registers.database import Database
from exchange.registers.models import AccountRow, ApiKeyRow, TicketRow, WebSessionRow

CHUNK = 500
"""Session ids in one question to the database."""


def token_hash(token: str) -> str:
    """Hex SHA-256 of a 256-bit random token: it needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


class SignIn(msgspec.Struct, frozen=True):
    """One sign-in of an account. Instants in µs; `roles` are those its token was given for."""

    id: str
    account: Account
    roles: frozenset[str]
    csrf: str
    created_at: int
    seen_at: int
    expires_at: int


class ApiKey(msgspec.Struct, frozen=True):
    """A program's key, by its id; the key itself was shown once."""

    id: str
    account: str
    label: str
    created_at: int
    expires_at: int


def _sign_in(row: WebSessionRow, account: AccountRow) -> SignIn:
    return SignIn(
        row.id,
        account_of(account),
        frozenset(row.roles),
        row.csrf,
        row.created_at,
        row.seen_at,
        row.expires_at,
    )


class Sessions:
    """The register of sign-ins and keys. What no longer counts (expired, revoked, disabled) is not found."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, account: Account, token: str, at: int, expires_at: int) -> SignIn:
        """Enter a sign-in, and forget those whose time is over."""
        row = WebSessionRow(
            id=secrets.token_hex(16),
            token_hash=token_hash(token),
            account=account.id,
            revision=account.revision,
            roles=sorted(account.roles),
            csrf=secrets.token_urlsafe(32),
            created_at=at,
            seen_at=at,
            expires_at=expires_at,
        )
        async with self._database.writing() as session:
            await session.execute(delete(WebSessionRow).where(WebSessionRow.expires_at <= at))
            session.add(row)
        return SignIn(row.id, account, account.roles, row.csrf, at, at, expires_at)

    async def find(self, token: str, at: int, idle: int) -> SignIn | None:
        """The sign-in that a token stands for, seen within `idle` µs and not past its absolute end."""
        found = await self._living(WebSessionRow.token_hash.in_([token_hash(token)]), at, idle)
        return found[0] if found else None

    async def living(self, ids: Sequence[str], at: int, idle: int) -> dict[str, SignIn]:
        """Which of these sign-ins still stand, with their accounts as they are now."""
        found: dict[str, SignIn] = {}
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            found.update({one.id: one for one in await self._living(WebSessionRow.id.in_(chunk), at, idle)})
        return found

    async def _living(self, which: object, at: int, idle: int) -> list[SignIn]:
        query = (
            select(WebSessionRow, AccountRow)
            .join(AccountRow, AccountRow.id == WebSessionRow.account)
            .where(
                which,  # type: ignore[arg-type]  # a column expression
                AccountRow.enabled,
                AccountRow.revision == WebSessionRow.revision,
                WebSessionRow.expires_at > at,
                WebSessionRow.seen_at > at - idle,
            )
        )
        async with self._database.reading() as session:
            return [_sign_in(row, account) for row, account in (await session.execute(query)).all()]

    async def seen(self, ids: Sequence[str], at: int) -> None:
        """Their owners were active at `at`."""
        async with self._database.writing() as session:
            for start in range(0, len(ids), CHUNK):
                chosen = WebSessionRow.id.in_(ids[start : start + CHUNK])
                await session.execute(update(WebSessionRow).where(chosen).values(seen_at=at))

    async def rotate(self, sign_in: SignIn, token: str, at: int) -> None:
        """Let another token stand for the sign-in, for the roles the account has now; the old one is void."""
        values = {"token_hash": token_hash(token), "roles": sorted(sign_in.account.roles), "seen_at": at}
        async with self._database.writing() as session:
            await session.execute(update(WebSessionRow).where(WebSessionRow.id == sign_in.id).values(values))

    async def end(self, id: str) -> None:  # noqa: A002  (the column's name)
        """Sign out."""
        async with self._database.writing() as session:
            await session.execute(delete(WebSessionRow).where(WebSessionRow.id == id))

    async def add_ticket(self, sign_in: str, ticket: str, at: int, expires_at: int) -> None:
        """Enter a ticket for a sign-in, and forget those that nobody took."""
        async with self._database.writing() as session:
            await session.execute(delete(TicketRow).where(TicketRow.expires_at <= at))
            session.add(TicketRow(ticket_hash=token_hash(ticket), session=sign_in, expires_at=expires_at))

    async def take_ticket(self, sign_in: str, ticket: str, at: int) -> bool:
        """Use a ticket up; only the first one to ask gets True, and only for the sign-in it was given to."""
        which = delete(TicketRow).where(
            TicketRow.ticket_hash == token_hash(ticket),
            TicketRow.session == sign_in,
            TicketRow.expires_at > at,
        )
        async with self._database.writing() as session:
            done = await session.execute(which)
            return cast(CursorResult[Any], done).rowcount == 1

    async def drop_ticket(self, ticket: str) -> None:
        """Make a ticket void, whoever it was given to."""
        async with self._database.writing() as session:
            await session.execute(delete(TicketRow).where(TicketRow.ticket_hash == token_hash(ticket)))

    async def add_key(self, account: Account, key: str, label: str, at: int, expires_at: int) -> ApiKey:
        """Enter a program's key for an account."""
        row = ApiKeyRow(
            id=f"k-{secrets.token_hex(6)}",
            key_hash=token_hash(key),
            account=account.id,
            revision=account.revision,
            label=label,
            created_at=at,
            expires_at=expires_at,
        )
        async with self._database.writing() as session:
            session.add(row)
        return ApiKey(row.id, row.account, row.label, row.created_at, row.expires_at)

    async def find_key(self, key: str, at: int) -> tuple[ApiKey, Account] | None:
        """The key's row and its account, while both count."""
        found = await self._living_keys(ApiKeyRow.key_hash.in_([token_hash(key)]), at)
        return found[0] if found else None

    async def living_keys(self, ids: Sequence[str], at: int) -> dict[str, Account]:
        """Which of these keys still count, with their accounts as they are now."""
        found: dict[str, Account] = {}
        for start in range(0, len(ids), CHUNK):
            chunk = ApiKeyRow.id.in_(ids[start : start + CHUNK])
            found.update({key.id: account for key, account in await self._living_keys(chunk, at)})
        return found

    async def _living_keys(self, which: object, at: int) -> list[tuple[ApiKey, Account]]:
        query = (
            select(ApiKeyRow, AccountRow)
            .join(AccountRow, AccountRow.id == ApiKeyRow.account)
            .where(
                which,  # type: ignore[arg-type]  # a column expression
                ApiKeyRow.expires_at > at,
                ApiKeyRow.revision == AccountRow.revision,
                AccountRow.enabled,
            )
        )
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
        return [
            (ApiKey(key.id, key.account, key.label, key.created_at, key.expires_at), account_of(account))
            for key, account in rows
        ]

    async def end_key(self, id: str) -> None:  # noqa: A002  (the column's name)
        """Make a key void."""
        async with self._database.writing() as session:
            await session.execute(delete(ApiKeyRow).where(ApiKeyRow.id == id))
