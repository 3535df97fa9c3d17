"""Second factors of accounts: authenticator apps (TOTP, RFC 6238), passkeys (WebAuthn), recovery codes.

What is kept here opens nothing by itself: TOTP secrets are encrypted, passkeys are public keys, codes are hashes.
"""

import secrets
from collections.abc import Sequence
from typing import Any, Literal, cast

import msgspec
from sqlalchemy import ColumnElement, CursorResult, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from exchange.registers.access_models import FactorGuardRow, FactorRow, RecoveryCodeRow
from exchange.registers.database import Database
from matching_engine.errors import Malformed

Kind = Literal["totp", "passkey"]
TRIES, PAUSE = 5, 15 * 60_000_000
"""So many wrong codes in a row, and the account waits so many µs after the last of them."""
FACTORS_MAX = 10


class Factor(msgspec.Struct, frozen=True):
    """A second factor. `counter`: the last TOTP step used, or a passkey's count; instants in µs."""

    id: str
    account: str
    kind: Kind
    label: str
    secret: str
    credential: str | None
    counter: int
    created_at: int
    confirmed_at: int | None
    used_at: int | None


def new_factor_id() -> str:
    """An id that no other factor has."""
    return f"f-{secrets.token_hex(8)}"


def _factor(row: FactorRow) -> Factor:
    facts = {field.name: getattr(row, field.name) for field in msgspec.structs.fields(Factor)}
    return Factor(**facts)


class Factors:
    """The register of second factors."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, factor: Factor) -> None:
        """Enter a factor. One that nobody confirmed is replaced; Malformed for a passkey that is known, or too many."""
        unconfirmed = delete(FactorRow).where(
            FactorRow.account == factor.account, FactorRow.confirmed_at.is_(None)
        )
        count = select(func.count()).select_from(FactorRow).where(FactorRow.account == factor.account)
        try:
            async with self._database.writing() as session:
                await session.execute(unconfirmed)
                if (await session.scalar(count) or 0) >= FACTORS_MAX:
                    raise Malformed("factor", FACTORS_MAX + 1, f"at most {FACTORS_MAX} factors an account")
                session.add(FactorRow(**msgspec.structs.asdict(factor)))
        except IntegrityError as error:
            raise Malformed("credential", "a passkey", "one that is not in the register yet") from error

    async def list(self, account: str) -> list[Factor]:
        """The factors of an account that count, the oldest first."""
        query = select(FactorRow).where(FactorRow.account == account, FactorRow.confirmed_at.is_not(None))
        async with self._database.reading() as session:
            rows = (await session.scalars(query.order_by(FactorRow.created_at, FactorRow.id))).all()
            return [_factor(row) for row in rows]

    async def unconfirmed(self, account: str) -> Factor | None:
        """The factor that waits for its first code."""
        query = select(FactorRow).where(FactorRow.account == account, FactorRow.confirmed_at.is_(None))
        async with self._database.reading() as session:
            row = await session.scalar(query)
            return None if row is None else _factor(row)

    async def use(self, factor: Factor, counter: int, at: int) -> bool:
        """Use a factor up to `counter`; False when that was used before, by whoever asked at the same time.

        A passkey that does not count always says 0. The first use of a factor confirms it.
        """
        higher: ColumnElement[bool] = FactorRow.counter < counter
        if factor.kind == "passkey" and counter == 0:
            higher = or_(higher, FactorRow.counter == 0)
        values = {
            "counter": counter,
            "used_at": at,
            "confirmed_at": func.coalesce(FactorRow.confirmed_at, at),
        }
        return await self._did(update(FactorRow).where(FactorRow.id == factor.id, higher).values(values))

    async def remove(self, account: str, id: str) -> bool:  # noqa: A002  (the column's name)
        """Remove a factor; with the last one the recovery codes go. False when the account has none with this id."""
        which = delete(FactorRow).where(FactorRow.id == id, FactorRow.account == account)
        left = exists().where(FactorRow.account == account, FactorRow.confirmed_at.is_not(None))
        async with self._database.writing() as session:
            done = cast(CursorResult[Any], await session.execute(which))
            if done.rowcount and not await session.scalar(select(left)):
                await session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account == account))
            return done.rowcount == 1

    async def remove_all(self, account: str) -> int:
        """Remove every factor and code of an account, for somebody who lost them; how many factors there were."""
        async with self._database.writing() as session:
            await session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account == account))
            await session.execute(delete(FactorGuardRow).where(FactorGuardRow.account == account))
            done = await session.execute(delete(FactorRow).where(FactorRow.account == account))
            return cast(CursorResult[Any], done).rowcount

    # Recovery codes

    async def set_codes(self, account: str, hashes: Sequence[str]) -> None:
        """Keep these recovery codes; those before them are void."""
        async with self._database.writing() as session:
            await session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account == account))
            session.add_all(RecoveryCodeRow(account=account, code_hash=one) for one in hashes)

    async def use_code(self, account: str, code_hash: str) -> bool:
        """Use a recovery code up; only the first one to ask gets True."""
        return await self._did(
            delete(RecoveryCodeRow).where(
                RecoveryCodeRow.account == account, RecoveryCodeRow.code_hash == code_hash
            )
        )

    async def codes_left(self, account: str) -> int:
        """How many recovery codes there are still."""
        query = select(func.count()).select_from(RecoveryCodeRow).where(RecoveryCodeRow.account == account)
        async with self._database.reading() as session:
            return await session.scalar(query) or 0

    # Wrong codes

    async def try_one(self, account: str, at: int) -> int:
        """Count a try before it is looked at: 0 when it may be made, otherwise the µs to wait.

        Counting first means that no number of requests at the same time gets more than its tries.
        """
        try:
            return await self._counted(account, at)
        except IntegrityError:  # another request made the row at the same time
            return await self._counted(account, at)

    async def _counted(self, account: str, at: int) -> int:
        query = select(FactorGuardRow).where(FactorGuardRow.account == account).with_for_update()
        async with self._database.writing() as session:
            row = await session.scalar(query)
            if row is None:
                session.add(FactorGuardRow(account=account, failures=1, failed_at=at))
                return 0
            wait = row.failed_at + PAUSE - at
            if row.failures >= TRIES and wait > 0:
                return wait
            row.failures, row.failed_at = (1 if wait <= 0 else row.failures + 1), at
            return 0

    async def forgive(self, account: str) -> None:
        """The code was right: tries begin anew."""
        await self._did(delete(FactorGuardRow).where(FactorGuardRow.account == account))

    async def _did(self, statement: Any) -> bool:
        async with self._database.writing() as session:
            return cast(CursorResult[Any], await session.execute(statement)).rowcount == 1
