"""Everything that runs for one house: PostgreSQL, Redis, the house twice, two web processes, and who starts them again."""

import asyncio
import signal
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from tests.process.market import Server, prepare
from tests.services.postgres import OwnPostgres, fresh_database, own_postgres
from tests.services.process import free_port
from tests.services.redis import OwnRedis, own_redis

WEBS, HOUSES = ("web 1", "web 2"), ("house 1", "house 2")


class Site:
    """The processes by name; what ends is started again, as a supervisor does."""

    def __init__(self, url: str, postgres: OwnPostgres, redis: OwnRedis, var: str) -> None:
        self.url = url
        self.stores: dict[str, OwnPostgres | OwnRedis] = {"PostgreSQL": postgres, "Redis": redis}
        bus = ("--redis", redis.url, "--var", var, "--role")
        self.servers = {name: Server(url, free_port(), *bus, "house", "--standby") for name in HOUSES}
        self.servers |= {name: Server(url, free_port(), *bus, "web") for name in WEBS}
        self.ends: Counter[str] = Counter()

    async def start(self) -> None:
        """Everything, until it is ready; one house process waits."""
        await self.servers[HOUSES[0]].start()
        standby = self.servers[HOUSES[1]].start("is held by")
        await asyncio.gather(standby, *(self.servers[name].start() for name in WEBS))

    async def supervise(self) -> None:
        """Start again what ended, for ever."""
        while True:
            for name, server in self.servers.items():
                status = server.status
                if status is not None:
                    self.ends[f"{name} ended with {status}"] += 1
                    server.again()
            await asyncio.sleep(0.3)

    async def whole(self) -> None:
        """Wait until a house has its holder and standby, and the web processes are ready."""
        await asyncio.gather(*(self.servers[name].until() for name in WEBS))
        async with asyncio.timeout(30):
            while True:
                with suppress(AssertionError):
                    await asyncio.gather(
                        *(self.servers[name].says('"ready"', "is held by") for name in HOUSES)
                    )
                    return
                await asyncio.sleep(0.1)

    async def hit(self, name: str, deadly: bool, seconds: float) -> None:
        """Kill −9 a process or let it hang, and have it back after some seconds."""
        victim = self.stores.get(name) or self.servers[name]
        if not deadly:
            victim.signal(signal.SIGSTOP)
            await asyncio.sleep(seconds)
            victim.signal(signal.SIGCONT)
        elif isinstance(victim, Server):
            victim.kill()  # The supervisor has it back.
        else:
            victim.signal(signal.SIGKILL)
            await asyncio.sleep(seconds)
            await asyncio.to_thread(victim.restart)

    def logs(self) -> str:
        """What all of them said."""
        return "\n".join(f"== {name}\n{server.log()}" for name, server in self.servers.items())

    def close(self) -> None:
        """Nothing runs any longer, also what hangs; some may not have been started yet."""
        for server in self.servers.values():
            server.close()


@asynccontextmanager
async def running_site(length: int, short: int | None = None) -> AsyncIterator[Site]:
    """A site over a fresh market whose lot is open for `length` µs, and a second one for `short` where that is given.

    LUOCHUI_HOUSE_SECRET is the caller's to set.
    """
    async with AsyncExitStack() as stack:
        postgres = await asyncio.to_thread(own_postgres)
        stack.callback(postgres.stop)
        redis = await asyncio.to_thread(own_redis)
        stack.callback(redis.stop)
        url = stack.enter_context(fresh_database(postgres))
        var = stack.enter_context(tempfile.TemporaryDirectory())
        await prepare(url, length=length, short=short)
        site = Site(url, postgres, redis, var)
        stack.callback(site.close)
        await site.start()
        yield site
