"""Makes the heads of a house: follows its commits, lets the tree grow beside them, and signs it now and then.

A head is signed a minute after the last one if anything happened, after every hammer and opening of seals, and when
somebody waits for a receipt. A commit costs no more here than being noted; the hashing happens later, in small pieces.
Whatever is wrong with the proof never ends the house: it is said loudly, and no head is signed that contradicts one.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from exchange.house.command import Recorded
from exchange.house.house import House
from exchange.ports import Unavailable
from exchange.proof.heads import ProofKey, TreeHead, enter_key, key_id, sign_head
from exchange.proof.merkle import leaf_hashes
from exchange.proof.nodes import Nodes
from exchange.proof.tree import Tile, Tree
from exchange.registers.proofs import Proofs
from exchange.store.node_key import NodeKey
from exchange.store.proof_key import ProofKeys
from matching_engine.errors import Broken, Malformed
from matching_engine.events import Cancelled, Hammered, Passed, SealsOpened

log = structlog.get_logger()

CLOSING = frozenset({Hammered, Passed, Cancelled, SealsOpened})
"""What is worth a head at once."""
LOOK_EVERY = 1.0
"""Seconds between two looks."""
SLICE = 64
"""Rows hashed without letting anything else run: less than half a millisecond."""
READ = 2048
"""Hashes that are read from the journal at once."""
TILES = 64
"""Full tiles that wait for a head; more are written before it, for bids wait while the file is held."""
CATCH_UP = 1 << 16
"""Rows of an old journal after which a head is signed on the way, so that nothing is done twice after a stop."""
NOTED_MAX = 200_000
"""Events that are kept in memory; what is beyond is read from the journal."""
PATIENCE = 30.0
"""Seconds until what went wrong is tried again."""


class HeadMaker:
    """The heads of one house. `wrong` says why none is signed any more; None while all is well."""

    def __init__(self, house: House, proofs: Proofs, keys: ProofKeys, every_us: int) -> None:
        self._house = house
        self._proofs = proofs
        self._keys = keys
        self._every_us = every_us
        self._nodes = Nodes(house, proofs)
        self._tree: Tree | None = None
        self._tiles: list[Tile] = []
        self._noted: list[bytes] = []
        """Hashes of the rows with the seqs up to `_noted_to`, without a gap."""
        self._noted_to = 0
        self._closing = False
        self._wake = asyncio.Event()
        self.head: TreeHead | None = None
        self.wrong: str | None = None

    @property
    def size(self) -> int:
        """Rows that the tree holds so far."""
        return self._tree.size if self._tree else 0

    def note(self, batch: Sequence[Recorded]) -> None:
        """A batch was committed."""
        if batch[0].seq != self._noted_to + 1 or len(self._noted) >= NOTED_MAX:
            self._noted = []
        self._noted += [one.hash for one in batch]
        self._noted_to = batch[-1].seq
        if not CLOSING.isdisjoint({type(one.event) for one in batch}):
            self._closing = True
            self._wake.set()

    async def run(self, look_every: float = LOOK_EVERY) -> None:
        """Make heads for ever, or until the journal is found to contradict a signed one."""
        forget = self._house.watch(self.note)
        try:
            while self.wrong is None:
                delay = look_every
                try:
                    await self.step()
                except (Unavailable, Malformed) as error:
                    log.warning("no head was signed", house=self._house.name, error=str(error))
                    self._tree, delay = None, PATIENCE * look_every
                except Broken as broken:
                    self.wrong = str(broken)
                    log.critical("heads are signed no more", house=self._house.name, error=self.wrong)
                except Exception:  # whatever is wrong with the proof, bids go on
                    log.exception("no head was signed", house=self._house.name)
                    self._tree, delay = None, PATIENCE * look_every
                self._wake.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(delay):
                        await self._wake.wait()
        finally:
            forget()

    async def step(self) -> TreeHead | None:
        """Take in what is new, and sign it if it is time; the head that was signed."""
        if self._tree is None:
            await self._begin()
        await self._grow()
        if self.size <= (self.head.size if self.head else 0) or not await self._due():
            return None
        return await self.sign()

    async def sign(self) -> TreeHead:
        """Sign the tree as it is."""
        assert self._tree is not None
        self._closing = False
        key = await self._key()
        at = self._house.clock.now()
        head = sign_head(key, self._house.name, self._tree.size, self._tree.root(), at)
        await self._proofs.keep(head, self._tiles)
        self._tiles, self.head = [], head
        return head

    async def finish(self) -> TreeHead | None:
        """Sign what came after the last head, before the house rests; from the registers on, for `run` was cut off."""
        if self.wrong is not None or not self._house.alive:
            return None
        self._tree = None
        await self._begin()
        await self._grow()
        return await self.sign() if self.size > (self.head.size if self.head else 0) else None

    async def _due(self) -> bool:
        if self.head is None or self._closing:
            return True
        if self._house.clock.now() - self.head.at >= self._every_us:
            return True
        return await self._proofs.wished(self._house.name) > self.head.size

    async def _begin(self) -> None:
        """Go on from the last head; Broken when the journal says something else than it."""
        self._tiles = []
        self.head = await self._proofs.latest(self._house.name)
        self._tree = await self._nodes.tree(self.head.size if self.head else 0)
        if self.head is not None and self._tree.root().hex() != self.head.root:
            self._tree = None
            raise Broken(f"the journal contradicts the head signed over its first {self.head.size} rows")

    async def _grow(self) -> None:
        """Hash what was noted; what was not noted is read from the journal."""
        assert self._tree is not None
        until = self._house.view.seq  # what is committed meanwhile is noted, and taken in at the next look
        noted, self._noted = self._noted, []
        known = self._tree.size - (self._noted_to - len(noted))
        if 0 <= known < len(noted):
            for at in range(known, len(noted), SLICE):
                await self._take(noted[at : at + SLICE])
        while self._tree.size < until:
            step = min(until, self._tree.size + READ)
            await self._take(await self._house.hashes(self._tree.size, step))
            if self._tree.size < step:
                raise Broken(f"the journal ends at {self._tree.size}, the house is at {until}")
            if self._tree.size - (self.head.size if self.head else 0) >= CATCH_UP:
                await self.sign()

    async def _take(self, rows: Sequence[bytes]) -> None:
        assert self._tree is not None
        for at in range(0, len(rows), SLICE):
            self._tiles += self._tree.append(leaf_hashes(rows[at : at + SLICE]))
            if len(self._tiles) >= TILES:
                await self._proofs.add(self._house.name, self._tiles)
                self._tiles = []
            await asyncio.sleep(0)

    async def _key(self) -> NodeKey:
        """The key of now; the first one is made here."""
        known = await self._proofs.keys(self._house.name)
        if not known:
            made = self._keys.make()
            first = await self._proofs.enter(enter_key(self._house.name, made, self._house.clock.now()))
            known = [first]
        found = self._keys.find(known[-1].public_key)
        if found is None:
            raise Unavailable(f"the private half of proof key {known[-1].key_id} is not on this machine")
        return found


async def rotate(
    proofs: Proofs, keys: ProofKeys, house: str, at: int, lost: bool = False
) -> tuple[ProofKey, NodeKey]:
    """Enter a new key, signed by the one in use; with `lost`, by itself, which every verifier will ask about."""
    known = await proofs.keys(house)
    old = keys.find(known[-1].public_key) if known else None
    if known and old is None and not lost:
        raise Malformed(
            "proof key", known[-1].key_id, "its private half on this machine, to sign the new one"
        )
    new = keys.make_file()
    entry = enter_key(house, new, max(at, known[-1].since if known else 0), known[-1] if known else None, old)
    entered = await proofs.enter(entry)
    if entered.key_id != key_id(new.public):
        raise Malformed("proof key", entered.key_id, "nobody else who enters a key at the same time")
    return entered, new
