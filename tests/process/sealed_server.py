"""A server process with one sealed lot whose clock runs, and jumps by ten minutes on SIGUSR1, so that nobody waits.

    python -m tests.process.sealed_server sqlite:///FILE

The lot waits for the keys of two officials, opens ten minutes after the start and closes ten minutes later. The process
says its address and jia's code in a line of JSON, and ends on SIGTERM. It knows no amount and no private half.
"""

import asyncio
import json
import signal
import sys

from exchange.demo.data import load
from exchange.demo.steps import NOTICE, Steps
from exchange.market.commands import LotPlan
from matching_engine.terms import MINUTE, Mechanism, Terms
from tests.exchange.house.running import BEGIN, LOT
from tests.process.market import OPENING
from tests.web.running import Web
from tests.web.served import TickingClock, served

STEP = 10 * MINUTE
BIDDERS = ("jia", "yi")


async def put_up(web: Web) -> str:
    """The lot, with jia and yi admitted; jia's code."""
    house, clock = web.exchange.own_house, web.clock
    steps = Steps(house, "sealed")
    await steps.enrol()
    await steps.offer("A1", load()[0])
    clock.advance(NOTICE)
    await house.gavel.strike()
    opens_at = clock.now() + STEP
    terms = Terms(Mechanism.SEALED_FIRST_PRICE, OPENING, opens_at, opens_at + STEP)
    await steps.schedule("S1", "专场", (LotPlan(LOT, "A1", terms, OPENING // 10),), "two_officials")
    for login in BIDDERS:
        await steps.enter(login, LOT)
    await house.settled()
    for login in BIDDERS:
        await steps.pay_deposit(login, LOT)
    await house.settled()
    return house.view.market.code_of(LOT, "jia") or ""


async def main(url: str) -> None:
    """Serve until SIGTERM."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    clock = TickingClock(BEGIN)
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    loop.add_signal_handler(signal.SIGUSR1, clock.advance, STEP)
    async with served(url, clock) as web:
        code = await put_up(web)
        sys.stdout.write(json.dumps({"address": web.exchange.settings.public_url, "code": code}) + "\n")
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
