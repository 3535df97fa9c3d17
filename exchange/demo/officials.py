"""A simulated operator and a simulated auditor: each keeps the private halves itself, the house gets the public ones.

Their key files lie in directories of their own beside the house's; nothing of the house reads them. They publish their
keys as soon as a lot is put up, and post their shares once it waits for them.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import structlog

from exchange.demo.steps import Steps
from exchange.house.state import State
from exchange.market.custody import two_officials
from exchange.market.seal_messages import GiveSealShare, OfficialRole, PublishOfficialKey
from exchange.market.sealing import takes_seals
from exchange.store.official_key import KeyFile, new_key, read_key, write_key
from matching_engine.errors import LuochuiError
from matching_engine.lifecycle import LifecycleState

log = structlog.get_logger()

Step = PublishOfficialKey | GiveSealShare


class Officials:
    """Both of them, under the accounts that are named like their roles."""

    def __init__(self, steps: Steps, folder: Path, pace: float) -> None:
        self._steps = steps
        self._folder = folder
        self._pace = pace

    async def run(self) -> None:
        """Look round for ever."""
        while True:
            await self.look_round()
            await asyncio.sleep(0.5 * self._pace)

    async def look_round(self) -> None:
        """Publish every key and post every share that is missing now."""
        for step in list(self._to_do(self._steps.house.view)):
            try:
                outcome = await self._steps.ask(step.role, step)
            except LuochuiError as failure:
                log.info("demo official too late", lot=step.lot, role=step.role, reason=str(failure))
            else:
                if outcome.refusal is not None:
                    log.info("demo official refused", lot=step.lot, code=outcome.refusal.code)

    def _to_do(self, view: State) -> Iterator[Step]:
        custody = view.market.custody
        for lot in view.lots.values():
            if lot.ended or not takes_seals(lot) or not two_officials(view.market, lot.id):
                continue
            if lot.state is LifecycleState.ANNOUNCED:
                for role in custody.keyless(lot.id):
                    yield PublishOfficialKey(lot.id, role, role, self._key(lot.id, role).public_key)
            elif lot.id in custody.due:
                yield from self._shares(lot.id, custody.missing(lot.id))

    def _shares(self, lot: str, roles: tuple[OfficialRole, ...]) -> Iterator[Step]:
        """What the key files of these roles hold; whoever signs in as an official posts a key of another file."""
        custody = self._steps.house.view.market.custody
        for role in roles:
            key = self._key(lot, role)
            if key.public_key == custody.keys[lot][role].key:
                yield GiveSealShare(lot, role, role, key.share())

    def _key(self, lot: str, role: OfficialRole) -> KeyFile:
        folder = self._folder / role
        path = folder / f"{quote(lot, safe='')}.json"
        if not path.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_key(path, new_key(lot, role))
        return read_key(path)
