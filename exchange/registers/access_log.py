"""The access log: sign-ins, failures, step-ups, factors, keys, grants. Rows are only ever added."""

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec
from sqlalchemy import select

from exchange.registers.access_models import AccessEventRow
from exchange.registers.database import Database

AccessKind = Literal[
    "signed_in",
    "sign_in_failed",
    "signed_out",
    "stepped_up",
    "step_up_failed",
    "factor_added",
    "factor_removed",
    "codes_made",
    "key_made",
    "key_ended",
    "session_ended",
    "grant_proposed",
    "grant_confirmed",
    "grant_rejected",
    "enrolled",
    "erased",
]
KINDS = frozenset(get_args(AccessKind))


class AccessEvent(msgspec.Struct, frozen=True):
    """One row. `account` is whom it is about ("" when the login is unknown), `by` who did it, `at` in µs."""

    id: int
    at: int
    kind: str
    account: str
    by: str
    network: str
    detail: dict[str, object]


class AccessLog:
    """The register of what happened at the door."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(
        self,
        kind: AccessKind,
        account: str,
        at: int,
        *,
        by: str = "",
        network: str = "",
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Add a row; `by` is the account itself unless it says who."""
        row = AccessEventRow(
            at=at,
            kind=kind,
            account=account,
            by=by or account,
            network=network[:64],
            detail=dict(detail or {}),
        )
        async with self._database.writing() as session:
            session.add(row)

    async def list(
        self, *, account: str = "", kind: str = "", before: int | None = None, limit: int = 100
    ) -> list[AccessEvent]:
        """Rows, the latest first: of one account, of one kind, with id < `before`."""
        query = select(AccessEventRow).order_by(AccessEventRow.id.desc()).limit(limit)
        if account:
            query = query.where(AccessEventRow.account == account)
        if kind:
            query = query.where(AccessEventRow.kind == kind)
        if before is not None:
            query = query.where(AccessEventRow.id < before)
        async with self._database.reading() as session:
            rows = (await session.scalars(query)).all()
            return [
                AccessEvent(row.id, row.at, row.kind, row.account, row.by, row.network, row.detail)
                for row in rows
            ]
