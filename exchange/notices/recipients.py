"""From parties, roles, followers and searches to accounts."""

from collections.abc import Iterable, Sequence

from exchange.house.house import House
from exchange.notices.searches import fits
from exchange.notices.told import To
from exchange.registers import Account, Registers
from exchange.registers.follows import FollowKind

FRESH = 30_000_000
"""µs for which people of an organisation are remembered."""


class Recipients:
    """Who is behind what a notice names."""

    def __init__(self, house: House, registers: Registers) -> None:
        self._house = house
        self._registers = registers
        self._known: dict[str | None, tuple[int, list[Account]]] = {}
        self._accounts_known: dict[str, tuple[int, Account | None]] = {}

    async def of(self, targets: Sequence[To]) -> dict[To, list[Account]]:
        """Target → its accounts, all of them open."""
        found: dict[To, list[Account]] = {}
        follows = [one for one in dict.fromkeys(targets) if one.kind == "follow"]
        followed = await self._followers(follows)
        await self._meet([one.id for one in targets if one.kind == "party"])
        for one in dict.fromkeys(targets):
            if one.kind == "party":
                found[one] = await self._people(one.id)
            elif one.kind == "role":
                found[one] = [who for who in await self._people(None) if one.id in who.roles]
            elif one.kind == "search":
                found[one] = await self._searchers(one.id)
            elif one.kind == "account":
                found[one] = await self._accounts([one.id])
            else:
                found[one] = await self._accounts(followed.get(one, []))
        return found

    async def _people(self, organisation: str | None) -> list[Account]:
        """The accounts of an organisation, or all there are."""
        now = self._house.clock.now()
        kept = self._known.get(organisation)
        if kept is None or not 0 <= now - kept[0] < FRESH:
            return self._remember(organisation, now, await self._registers.accounts.list(organisation))
        return kept[1]

    def _remember(self, organisation: str | None, now: int, rows: Sequence[Account]) -> list[Account]:
        open_ = [one for one in rows if one.enabled and one.acts_in(self._house.name)]
        if len(self._known) > 10_000:
            self._known.clear()
        self._known[organisation] = now, open_
        return open_

    async def _meet(self, organisations: Iterable[str]) -> None:
        """Ask for the people of all organisations at once that are not remembered."""
        now = self._house.clock.now()
        new = {one for one in organisations if not 0 <= now - self._known.get(one, (0, []))[0] < FRESH}
        found = await self._registers.accounts.of(sorted(new)) if new else {}
        for one, rows in found.items():
            self._remember(one, now, rows)

    async def _accounts(self, ids: Sequence[str]) -> list[Account]:
        rows = [await self._account(id_) for id_ in ids]
        return [one for one in rows if one is not None and one.enabled]

    async def _account(self, id_: str) -> Account | None:
        """An account; a lot with many followers asks for each once in a while only."""
        now = self._house.clock.now()
        kept = self._accounts_known.get(id_)
        if kept is None or not 0 <= now - kept[0] < FRESH:
            kept = now, await self._registers.accounts.get(id_)
            if len(self._accounts_known) > 10_000:
                self._accounts_known.clear()
            self._accounts_known[id_] = kept
        return kept[1]

    async def _followers(self, targets: Sequence[To]) -> dict[To, list[str]]:
        pairs = {one: tuple(one.id.split("/", 1)) for one in targets}
        found = await self._registers.follows.followers([(kind, id_) for kind, id_ in pairs.values()])
        return {one: found.get((kind, id_), []) for one, (kind, id_) in pairs.items()}

    async def _searchers(self, listing: str) -> list[Account]:
        market = self._house.view.market
        one = market.listings[listing]
        seller = market.parties[one.seller]
        searches = await self._registers.follows.subjects(FollowKind.SEARCH)
        hits = [
            (FollowKind.SEARCH.value, each)
            for each in searches
            if fits(each, one, seller.region, seller.name)
        ]
        found = await self._registers.follows.followers(hits)
        return await self._accounts(sorted({id_ for ids in found.values() for id_ in ids}))
