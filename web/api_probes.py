"""Is the process alive, is it ready, how is it doing: for the machines that look after it."""

import asyncio

from starlette.responses import Response

from exchange.bootstrap import Exchange
from exchange.ports import OutcomeUnknown, Unavailable
from web import errors
from web.metrics import CONTENT_TYPE
from web.resources import Health
from web.routes import Ask

PATIENCE = 2.0
"""Seconds in which every part must have answered."""


async def healthz(ask: Ask) -> Health:
    """The process answers."""
    return Health("alive", {"process": True})


async def readyz(ask: Ask) -> Health:
    """The house is owned and takes commands, the journal and the registers answer; 503 otherwise."""
    checks = {
        "house": ask.exchange.house.alive,
        "journal": await _journal(ask.exchange),
        "registers": await _registers(ask.exchange),
    }
    if not all(checks.values()):
        failing = ", ".join(name for name, well in checks.items() if not well)
        raise errors.failure(503, "NOT_READY", f"not ready: {failing}", retry=True)
    return Health("ready", checks)


async def _journal(exchange: Exchange) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await exchange.house.history("readiness")
    except (Unavailable, OutcomeUnknown, TimeoutError):
        return False
    return True


async def _registers(exchange: Exchange) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await exchange.registers.accounts.get("")
    except (Unavailable, TimeoutError):
        return False
    return True


async def metrics(ask: Ask) -> Response:
    """Figures in the text format of Prometheus."""
    return Response(ask.request.app.state.metrics.text(), headers={"content-type": CONTENT_TYPE})
