"""Reading the others: each node's feed from where it was left, again and again; one that is down is tried less often.

What a page says is believed only if it continues what was read and the node signed it. Nothing else of a node is ever
looked at, wherever its journal lies: the feed is the one way.
"""

import asyncio
from typing import Protocol

import msgspec
import structlog

from exchange.network.feed import FIGURES, BadPage, Page, check_page, read_page
from exchange.ports import Clock, Unavailable
from exchange.registers import Node, Registers
from exchange.registers.feeds import Cursor, Kept, Moved
from settlement.dates import shanghai_date

log = structlog.get_logger()

EVERY = 3.0
"""Seconds between two readings of a node that answers."""
SLOWEST = 120.0
"""Seconds between two attempts at one that does not, at most."""


class Source(Protocol):
    """Where pages come from."""

    async def fetch(self, base_url: str, after: int) -> bytes:
        """A page after `after`; Unavailable when there is none to be had."""

    async def close(self) -> None:
        """Let go of every connection."""


class Puller:
    """Reads the feeds of all other nodes for one house."""

    def __init__(
        self, house: str, registers: Registers, source: Source, clock: Clock, every: float = EVERY
    ) -> None:
        self._house = house
        self._registers = registers
        self._source = source
        self._clock = clock
        self._every = every

    async def run(self) -> None:
        """Read for ever."""
        while True:
            try:
                await self.round()
            except Unavailable as error:
                log.warning("nodes not read", error=str(error))
            except Exception:  # whatever is wrong with the others, this house goes on
                log.exception("nodes not read")
            await asyncio.sleep(self._every)

    async def round(self) -> None:
        """Read every node that is due, side by side."""
        if not await self._registers.nodes.any_beside(self._house):
            return
        now = self._clock.now()
        nodes = [node for node in await self._registers.nodes.all() if self._is_read(node, now)]
        cursors = await self._registers.feeds.cursors(self._house)
        due = [node for node in nodes if self._due(cursors.get(node.id), now)]
        await asyncio.gather(*(self._read_or_note(node) for node in due))

    def _is_read(self, node: Node, now: int) -> bool:
        return (
            node.id != self._house
            and node.current(shanghai_date(now))
            and bool(node.base_url and node.public_key)
        )

    def _due(self, cursor: Cursor | None, now: int) -> bool:
        """Whether it is time: twice as long after each failure."""
        if cursor is None or cursor.tried_at is None or not cursor.failures:
            return True
        wait = min(self._every * 2 ** min(cursor.failures, 10), SLOWEST)
        return now - cursor.tried_at >= int(wait * 1_000_000)

    async def _read_or_note(self, node: Node) -> None:
        try:
            await self.read(node)
        except Moved:
            pass  # another process of this house reads it, too
        except (Unavailable, BadPage) as error:
            log.warning("node not read", node=node.id, error=str(error))
            await self._note(node, str(error))
        except Exception as error:  # whatever a node sends, the others are read
            log.exception("node not read", node=node.id)
            await self._note(node, f"FEED_UNREADABLE: {type(error).__name__}")

    async def _note(self, node: Node, error: str) -> None:
        await self._registers.feeds.note(self._house, node.id, self._clock.now(), error)

    async def read(self, node: Node) -> int:
        """Read a node's feed to its end; how many facts that were. Unavailable, BadPage, Moved."""
        taken, more = 0, True
        while more:
            cursor = await self._registers.feeds.cursor(self._house, node.id) or Cursor()
            page = read_page(await self._source.fetch(node.base_url, cursor.seq))
            told_at = await self._registers.feeds.last_at(self._house, node.id, FIGURES)
            links = check_page(page, node.id, node.public_key, cursor.seq, cursor.link, told_at)
            await self._take(cursor, page, links)
            taken, more = taken + len(links), page.more and bool(links)
        return taken

    async def _take(self, before: Cursor, page: Page, links: list[str]) -> None:
        now = self._clock.now()
        kept = [
            Kept(fact, link, page.signature if fact.seq == page.last else "")
            for fact, link in zip(page.facts, links, strict=True)
        ]
        after = msgspec.structs.replace(
            before,
            seq=page.last,
            link=page.link if page.last else before.link,
            began_at=before.began_at or now,
            read_at=before.read_at if page.more else now,
            tried_at=now,
            failures=0,
            error="",
        )
        await self._registers.feeds.keep(self._house, page.node, before, after, kept)
