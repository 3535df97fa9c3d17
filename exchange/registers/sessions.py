"""Sign-ins and programs' keys as rows: only the hash of a token or a key is ever kept."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any
from typing import cast as typed

import msgspec
from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    select,
    update,
)

from exchange.registers.access_models import FactorRow
from exchange.registers.accounts import Account, account_of
from exchange.registers.database import Database
from exchange.registers.models import AccountRow, ApiKeyRow, TicketRow, WebSessionRow

SCOPES = frozenset({"read", "bid", "trade", "settle", "admin"})
"""What a key may be for; see `web/scopes.py` for which request is which."""
CHUNK = 500
"""Session ids in one question to the database."""
MARKS = 100
"""Ids whose marks are asked for together: their rows are read in half a millisecond."""


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
    enrolled: bool = False
    """Whether the account has a second factor."""
    stepped_up_at: int | None = None
    """When a second factor was last shown in this sign-in."""
    confirmed: frozenset[str] = frozenset()
    """The market sessions in which it was shown before the first bid."""
    device: str = ""
    network: str = ""


class KeyTerms(msgspec.Struct, frozen=True):
    """What a key may do: its scopes, the networks it counts in (none: any), the public key its requests must be
    signed for ("": none), and whether it was made in a session that had just shown a second factor."""

    scopes: frozenset[str] = SCOPES
    networks: tuple[str, ...] = ()
    public_key: str = ""
    strong: bool = False


class ApiKey(msgspec.Struct, frozen=True):
    """A program's key, by its id; the key itself was shown once."""

    id: str
    account: str
    label: str
    created_at: int
    expires_at: int
    terms: KeyTerms = KeyTerms()
    enrolled: bool = False
    """Whether the account has a second factor."""


_ENROLLED = (
    exists()
    .where(FactorRow.account == AccountRow.id, FactorRow.confirmed_at.is_not(None))
    .correlate(AccountRow)
)


_ACCOUNT = AccountRow.__table__.c
_SIGN_IN = WebSessionRow.__table__.c
_KEY = ApiKeyRow.__table__.c
_OF_ACCOUNT = (
    *(_ACCOUNT.id.label("holder"), _ACCOUNT.login, _ACCOUNT.display_name, _ACCOUNT.organisation),
    *(_ACCOUNT.node, _ACCOUNT.person, cast(_ACCOUNT.roles, Text).label("held")),
    exists()
    .where(FactorRow.account == _ACCOUNT.id, FactorRow.confirmed_at.is_not(None))
    .correlate(_ACCOUNT.id.table),
)
_SIGN_IN_MARKS = (
    select(
        _SIGN_IN.id,
        _SIGN_IN.stepped_up_at,
        cast(_SIGN_IN.roles, Text).label("given"),
        cast(_SIGN_IN.confirmed, Text).label("shown"),
        *_OF_ACCOUNT,
    )
    .join_from(_SIGN_IN.id.table, _ACCOUNT.id.table, _ACCOUNT.id == _SIGN_IN.account)
    .where(
        _ACCOUNT.enabled,
        _ACCOUNT.revision == _SIGN_IN.revision,
        _SIGN_IN.expires_at > bindparam("at"),
        _SIGN_IN.seen_at > bindparam("idle_at"),
    )
)
_KEY_MARKS = (
    select(_KEY.id, *_OF_ACCOUNT)
    .join_from(_KEY.id.table, _ACCOUNT.id.table, _ACCOUNT.id == _KEY.account)
    .where(
        _KEY.expires_at > bindparam("at"),
        _KEY.revision == _ACCOUNT.revision,
        _ACCOUNT.enabled,
    )
)
"""What stands about sign-ins and keys, as it is in the rows."""
_SIGN_IN_MARKS_OF = _SIGN_IN_MARKS.where(_SIGN_IN.id.in_(bindparam("ids", expanding=True)))
_KEY_MARKS_OF = _KEY_MARKS.where(_KEY.id.in_(bindparam("ids", expanding=True)))


def _key(row: ApiKeyRow, enrolled: bool) -> ApiKey:
    terms = KeyTerms(frozenset(row.scopes), tuple(row.networks), row.public_key, row.strong)
    return ApiKey(row.id, row.account, row.label, row.created_at, row.expires_at, terms, enrolled)


def _sign_in(row: WebSessionRow, account: AccountRow, enrolled: bool) -> SignIn:
    return _sign_in_of(row, account_of(account), enrolled)


def _sign_in_of(row: WebSessionRow, account: Account, enrolled: bool) -> SignIn:
    return SignIn(
        row.id,
        account,
        frozenset(row.roles),
        row.csrf,
        row.created_at,
        row.seen_at,
        row.expires_at,
        enrolled,
        row.stepped_up_at,
        frozenset(row.confirmed),
        row.device,
        row.network,
    )


class Sessions:
    """The register of sign-ins and keys. What no longer counts (expired, revoked, disabled) is not found."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, account: Account, token: str, at: int, expires_at: int, device: str = "", network: str = ""
    ) -> SignIn:
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
            device=device[:200],
            network=network[:64],
            confirmed=[],
            challenge="",
        )
        enrolled = select(_ENROLLED).select_from(AccountRow).where(AccountRow.id == account.id)
        async with self._database.writing() as session:
            await session.execute(delete(WebSessionRow).where(WebSessionRow.expires_at <= at))
            session.add(row)
            await session.flush()
            return _sign_in_of(row, account, bool(await session.scalar(enrolled)))

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

    async def _living(self, which: ColumnElement[bool], at: int, idle: int) -> list[SignIn]:
        query = (
            select(WebSessionRow, AccountRow, _ENROLLED)
            .join(AccountRow, AccountRow.id == WebSessionRow.account)
            .where(
                which,
                AccountRow.enabled,
                AccountRow.revision == WebSessionRow.revision,
                WebSessionRow.expires_at > at,
                WebSessionRow.seen_at > at - idle,
            )
        )
        async with self._database.reading() as session:
            return [_sign_in(row, account, has) for row, account, has in (await session.execute(query)).all()]

    async def marks(self, sign_ins: Sequence[str], keys: Sequence[str], at: int, idle: int) -> dict[str, Any]:
        """Id → what stands about a sign-in or a key that counts and about its account, for comparing only:
        while it is equal nothing changed, and nothing need be made of it."""
        found: dict[str, Any] = {}
        async with self._database.reading() as session:
            for query, ids in ((_SIGN_IN_MARKS_OF, sign_ins), (_KEY_MARKS_OF, keys)):
                for start in range(0, len(ids), MARKS):
                    values = {"ids": ids[start : start + MARKS], "at": at, "idle_at": at - idle}
                    found.update({row[0]: row for row in await session.execute(query, values)})
        return found

    async def summary(self, sign_ins: Sequence[str], keys: Sequence[str], at: int, idle: int) -> list[Any]:
        """All these marks in a few texts: while they are the same, none of them changed."""
        found = []
        for rows, ids in ((_SIGN_IN_MARKS, sign_ins), (_KEY_MARKS, keys)):
            for start in range(0, len(ids), CHUNK):
                some = ids[start : start + CHUNK]
                found.append(await self._database.summary(rows, "id", some, at=at, idle_at=at - idle))
        return found

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

    async def of_account(self, account: str, at: int, idle: int) -> list[SignIn]:
        """The sign-ins of an account that stand, the latest use first."""
        found = await self._living(WebSessionRow.account == account, at, idle)
        return sorted(found, key=lambda one: (-one.seen_at, one.id))

    async def end_own(self, account: str, id: str) -> bool:  # noqa: A002  (the column's name)
        """End one sign-in of an account; False when it has none with this id."""
        which = delete(WebSessionRow).where(WebSessionRow.id == id, WebSessionRow.account == account)
        async with self._database.writing() as session:
            done = await session.execute(which)
            return typed(CursorResult[Any], done).rowcount == 1

    async def stepped_up(self, id: str, at: int) -> None:  # noqa: A002  (the column's name)
        """A second factor was shown in a sign-in."""
        await self._set(id, stepped_up_at=at)

    async def confirmed(self, id: str, market_session: str) -> None:  # noqa: A002  (the column's name)
        """In this market session the sign-in is not asked again."""
        query = select(WebSessionRow).where(WebSessionRow.id == id).with_for_update()
        async with self._database.writing() as session:
            row = await session.scalar(query)
            if row is not None and market_session not in row.confirmed:
                row.confirmed = [*row.confirmed, market_session]

    async def challenge(self, id: str, challenge: str) -> None:  # noqa: A002  (the column's name)
        """What a passkey has to sign next for a sign-in, in place of what was asked before."""
        await self._set(id, challenge=challenge)

    async def take_challenge(self, id: str) -> str:  # noqa: A002  (the column's name)
        """The challenge of a sign-in, once; "" when there is none."""
        query = select(WebSessionRow).where(WebSessionRow.id == id).with_for_update()
        async with self._database.writing() as session:
            row = await session.scalar(query)
            if row is None:
                return ""
            taken, row.challenge = row.challenge, ""
            return taken

    async def _set(self, id: str, **values: object) -> None:  # noqa: A002  (the column's name)
        async with self._database.writing() as session:
            await session.execute(update(WebSessionRow).where(WebSessionRow.id == id).values(values))

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
            return typed(CursorResult[Any], done).rowcount == 1

    async def drop_ticket(self, ticket: str) -> None:
        """Make a ticket void, whoever it was given to."""
        async with self._database.writing() as session:
            await session.execute(delete(TicketRow).where(TicketRow.ticket_hash == token_hash(ticket)))

    async def add_key(
        self,
        account: Account,
        key: str,
        label: str,
        at: int,
        expires_at: int,
        terms: KeyTerms = KeyTerms(),  # noqa: B008  (frozen)
    ) -> ApiKey:
        """Enter a program's key for an account."""
        row = ApiKeyRow(
            id=f"k-{secrets.token_hex(6)}",
            key_hash=token_hash(key),
            account=account.id,
            revision=account.revision,
            label=label,
            created_at=at,
            expires_at=expires_at,
            scopes=sorted(terms.scopes),
            networks=list(terms.networks),
            public_key=terms.public_key,
            strong=terms.strong,
        )
        enrolled = select(_ENROLLED).select_from(AccountRow).where(AccountRow.id == account.id)
        async with self._database.writing() as session:
            session.add(row)
            await session.flush()
            return _key(row, bool(await session.scalar(enrolled)))

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

    async def keys_of(self, account: str, at: int) -> list[ApiKey]:
        """The keys of an account that count, the newest first."""
        found = await self._living_keys(ApiKeyRow.account == account, at)
        return sorted((key for key, _ in found), key=lambda key: (-key.created_at, key.id))

    async def _living_keys(self, which: ColumnElement[bool], at: int) -> list[tuple[ApiKey, Account]]:
        query = (
            select(ApiKeyRow, AccountRow, _ENROLLED)
            .join(AccountRow, AccountRow.id == ApiKeyRow.account)
            .where(
                which,
                ApiKeyRow.expires_at > at,
                ApiKeyRow.revision == AccountRow.revision,
                AccountRow.enabled,
            )
        )
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
        return [(_key(key, has), account_of(account)) for key, account, has in rows]

    async def end_key(self, id: str) -> None:  # noqa: A002  (the column's name)
        """Make a key void."""
        async with self._database.writing() as session:
            await session.execute(delete(ApiKeyRow).where(ApiKeyRow.id == id))

    async def end_own_key(self, account: str, id: str) -> bool:  # noqa: A002  (the column's name)
        """Make a key of an account void; False when it has none with this id."""
        which = delete(ApiKeyRow).where(ApiKeyRow.id == id, ApiKeyRow.account == account)
        async with self._database.writing() as session:
            done = await session.execute(which)
            return typed(CursorResult[Any], done).rowcount == 1
