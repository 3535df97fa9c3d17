"""Webhooks of organisations, and what came of each delivery."""

import base64
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update

from exchange.registers.database import Database
from exchange.registers.notice_models import DeliveryRow, WebhookRow
from exchange.registers.notices import NewDelivery, deliver
from matching_engine.errors import Malformed

MOST = 10
"""Webhooks of one organisation."""
SECRET_PREFIX = "whsec_"  # noqa: S105  (how every secret begins, as Standard Webhooks writes them)

_FIRST_DUE = select(func.min(DeliveryRow.next_at)).where(
    DeliveryRow.state == "due", DeliveryRow.next_at <= bindparam("at")
)


class Webhook(msgspec.Struct, frozen=True):
    """Where an organisation's notices of these kinds go; `why` says what disabled it."""

    id: str
    organisation: str
    url: str
    kinds: tuple[str, ...]
    secret: str
    enabled: bool
    why: str
    by: str
    at: int


class Delivery(msgspec.Struct, frozen=True):
    """One message. `state` is due, sent, failed or dropped; `code` is the last answer's status."""

    id: str
    webhook: str
    word: str
    body: str
    state: str
    tries: int
    at: int
    next_at: int
    until: int
    code: int | None
    error: str


def new_secret() -> str:
    """24 bytes of chance, written as Standard Webhooks has it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


class Webhooks:
    """Webhooks of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, organisation: str, url: str, kinds: Sequence[str], by: str, at: int) -> Webhook:
        """Register an address; the secret in the answer is shown once. Malformed when there are too many."""
        made = Webhook(
            f"wh-{secrets.token_hex(8)}",
            organisation,
            url,
            tuple(sorted(set(kinds))),
            new_secret(),
            True,
            "",
            by,
            at,
        )
        async with self._database.writing() as session:
            count = select(func.count()).where(WebhookRow.organisation == organisation, WebhookRow.url != "")
            if (await session.scalar(count) or 0) >= MOST:
                raise Malformed("url", url, f"at most {MOST} webhooks of an organisation")
            session.add(WebhookRow(**msgspec.to_builtins(made)))
        return made

    async def get(self, id: str) -> Webhook | None:  # noqa: A002  (the column's name)
        """A webhook that was not removed."""
        async with self._database.reading() as session:
            row = await session.get(WebhookRow, id)
            return None if row is None or not row.url else _webhook(row)

    async def of(self, organisations: Sequence[str], enabled: bool = False) -> list[Webhook]:
        """The webhooks of organisations, the oldest first."""
        table = WebhookRow
        query = select(table).where(table.organisation.in_(organisations), table.url != "")
        if enabled:
            query = query.where(table.enabled)
        async with self._database.reading() as session:
            rows = (await session.scalars(query.order_by(table.at, table.id))).all()
        return [_webhook(row) for row in rows]

    async def set_enabled(self, id: str, enabled: bool, why: str = "") -> bool:  # noqa: A002
        """Open or shut it; what waits for a shut one is given up. Whether that changed anything."""
        async with self._database.writing() as session:
            row = await session.get(WebhookRow, id, with_for_update=True)
            if row is None or row.enabled is enabled:
                return False
            row.enabled, row.why = enabled, why[:300]
            if not enabled:
                await _drop(session, id)
            return True

    async def remove(self, id: str) -> None:  # noqa: A002
        """Forget address and secret; its deliveries stay until they are old."""
        async with self._database.writing() as session:
            row = await session.get(WebhookRow, id, with_for_update=True)
            if row is not None:
                row.url, row.secret, row.enabled = "", "", False
                await _drop(session, id)

    async def send(self, delivery: NewDelivery) -> None:
        """Let a message be delivered."""
        async with self._database.writing() as session:
            await deliver(session, [delivery])

    async def again(self, id: str, at: int, until: int) -> bool:  # noqa: A002
        """Deliver once more, under the same id; whether there is such a delivery."""
        async with self._database.writing() as session:
            row = await session.get(DeliveryRow, id, with_for_update=True)
            if row is None:
                return False
            row.state, row.tries, row.next_at, row.until = "due", 0, at, until
            return True

    async def delivery(self, id: str) -> Delivery | None:  # noqa: A002
        """One delivery."""
        async with self._database.reading() as session:
            row = await session.get(DeliveryRow, id)
            return None if row is None else _delivery(row)

    async def deliveries(self, webhook: str, limit: int = 50) -> list[Delivery]:
        """The last deliveries of a webhook, the newest first."""
        table = DeliveryRow
        query = select(table).where(table.webhook == webhook).order_by(table.at.desc(), table.id.desc())
        return await self._deliveries(query.limit(limit))

    async def due(self, at: int, limit: int = 200) -> list[Delivery]:
        """Deliveries that are to be tried, the oldest first."""
        if await self._database.glance(_FIRST_DUE, at=at) is None:
            return []
        table = DeliveryRow
        query = select(table).where(table.state == "due", table.next_at <= at)
        return await self._deliveries(query.order_by(table.next_at, table.id).limit(limit))

    async def claim(self, one: Delivery, until: int) -> Delivery | None:
        """Take a delivery for oneself until an instant; None when another process has it."""
        table = DeliveryRow
        same = (table.id == one.id, table.state == "due", table.next_at == one.next_at)
        async with self._database.writing() as session:
            row = await session.scalar(select(table).where(*same).with_for_update())
            if row is None:
                return None
            row.next_at, row.tries = until, row.tries + 1
            return _delivery(row)

    async def settle(self, id: str, state: str, next_at: int, code: int | None, error: str) -> None:  # noqa: A002
        """What became of an attempt."""
        values = {"state": state, "next_at": next_at, "code": code, "error": error[:300]}
        async with self._database.writing() as session:
            row = update(DeliveryRow).where(DeliveryRow.id == id, DeliveryRow.state == "due")
            await session.execute(row.values(**values))

    async def _deliveries(self, query: Any) -> list[Delivery]:
        async with self._database.reading() as session:
            return [_delivery(row) for row in (await session.scalars(query)).all()]


async def _drop(session: Any, webhook: str) -> None:
    table = DeliveryRow
    waiting = update(table).where(table.webhook == webhook, table.state == "due")
    await session.execute(waiting.values(state="dropped"))


def _webhook(row: WebhookRow) -> Webhook:
    values = {name: getattr(row, name) for name in Webhook.__struct_fields__}
    return Webhook(**{**values, "kinds": tuple(row.kinds)})


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in Delivery.__struct_fields__})
