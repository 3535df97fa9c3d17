"""Heads beside a running house: in the process that owns it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from exchange.bootstrap import Exchange
from exchange.proof.maker import LOOK_EVERY, HeadMaker
from exchange.settings import Settings
from exchange.store.proof_key import ProofKeys

log = structlog.get_logger()

LAST_SECONDS = 5.0
"""For the head at the end; the next start signs what is left out."""


def proof_keys(settings: Settings, house: str = "") -> ProofKeys:
    """The private keys for heads of this machine."""
    given = settings.proof_key.get_secret_value() if settings.proof_key else ""
    return ProofKeys(settings.var_dir, house or settings.house, given)


@asynccontextmanager
async def proving(exchange: Exchange, look_every: float = LOOK_EVERY) -> AsyncIterator[HeadMaker]:
    """Sign heads of the house that this process owns, as long as it is served."""
    settings = exchange.settings
    keys = proof_keys(settings)
    maker = HeadMaker(exchange.own_house, exchange.registers.proofs, keys, settings.head_seconds * 1_000_000)
    exchange.heads = maker
    task = asyncio.create_task(maker.run(look_every), name="heads")
    try:
        yield maker
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await _last_head(maker)


async def _last_head(maker: HeadMaker) -> None:
    """At a clean end everything that happened stands under a head; what keeps that from being keeps nothing else."""
    try:
        async with asyncio.timeout(LAST_SECONDS):
            await maker.finish()
    except Exception as error:
        log.warning("no last head was signed", error=repr(error))
