"""Who may see what of the catalogue, and a file taken in; for REST and pages alike."""

import asyncio
from collections.abc import Callable
from typing import Any

from exchange.bootstrap import Exchange
from exchange.house.command import Principal
from exchange.registers import Achievement, Registers, imports
from exchange.registers.imports import Importer, Report
from web import errors
from web.withheld import follow

OVERSEERS = frozenset({"operator", "auditor"})
"""Staff who see what is not public."""
_CHUNK = 100
"""Rows taken between two breaths of the process: a house that decides bids may be the same one."""


def may_see(principal: Principal | None, row: Achievement) -> bool:
    """Everybody sees what a reviewer found public; anything else only its holder and the exchange's overseers."""
    if row.public:
        return True
    if principal is None:
        return False
    return bool(principal.roles & OVERSEERS) or (row.holder is not None and row.holder == principal.party)


async def visible(exchange: Exchange, principal: Principal | None, id_: str) -> Achievement:
    """An achievement that the principal may see; 404 for any other, as if it did not exist."""
    row = await exchange.registers.achievements.get(id_)
    if row is None or not may_see(principal, row):
        raise errors.not_found("achievement")
    return row


KINDS: dict[str, Callable[[Registers, str | None], Importer[Any]]] = {
    "achievements": imports.achievements,
    "demands": imports.demands,
}
"""What can be imported."""


async def take_file(exchange: Exchange, principal: Principal, kind: str, data: bytes, strict: bool) -> Report:
    """Take a table in: an operator's rows of any holder, a seller's or bidder's of the own organisation.

    403 for anybody else; Malformed for a file that is no table of ours.
    """
    needed = "seller" if kind == "achievements" else "bidder"
    if "operator" in principal.roles:
        own = None
    elif needed in principal.roles and principal.party is not None:
        own = principal.party
    else:
        raise errors.failure(403, "FORBIDDEN", f"for the roles operator and {needed}")
    importer = KINDS[kind](exchange.registers, own)
    rows = await asyncio.to_thread(importer.read, data)
    at = exchange.house.clock.now()
    report = await importer.take_rows(rows, principal.account, at, strict=strict, chunk=_CHUNK)
    if kind == "achievements":
        await follow(exchange, [row.id for row in report.rows if row.outcome == "changed"])
    return report
