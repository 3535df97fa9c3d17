"""Results under the one-year rule in the months before the demo begins: notices, answers, and one published batch."""

from collections.abc import Sequence

import msgspec

from exchange.bootstrap import Exchange
from exchange.demo import people
from exchange.demo.catalogue_generator import achievements
from exchange.demo.steps import Steps
from exchange.market import release_commands as rc
from exchange.market.release_batch import batch_id
from exchange.market.release_state import Stage
from exchange.market.release_terms import Answer
from exchange.registers import Achievement
from exchange.releases.daily import run_day
from exchange.releases.drafts import draft, retest
from exchange.releases.zones import set_zones
from settlement.commands import PartyFacts
from settlement.dates import shanghai_date

ROWS = 60
SILENT, DECLINES = 5, 7
"""Every so many-th notice is left unanswered, or answered with no."""
CONTACT = "成果转化办公室（演示）"


def generated(seed: int = 5) -> list[Achievement]:
    """Publicly funded results, made up, of the university and the institute in turn."""
    holders: Sequence[PartyFacts] = (people.UNIVERSITY, people.UNIVERSITY, people.INSTITUTE)
    return [
        msgspec.structs.replace(
            row,
            holder=holders[n % 3].id,
            holder_name=holders[n % 3].name,
            region=holders[n % 3].region,
            city="",
            zone="",
            source_note="演示生成数据，并非真实成果",
            contact=CONTACT,
        )
        for n, row in enumerate(achievements(ROWS, seed))
    ]


async def scan(exchange: Exchange, steps: Steps) -> None:
    """The day's scan, and the holders' answers to what they were told."""
    house = exchange.own_house
    await run_day(exchange.registers, house, shanghai_date(house.clock.now()))
    await house.settled()
    cases = sorted(house.view.market.releases.cases.values(), key=lambda one: one.achievement)
    for n, case in enumerate(one for one in cases if one.stage is Stage.DUE):
        if n % SILENT == SILENT - 1:
            continue
        kind = Answer("decline", "近期自行实施") if n % DECLINES == 0 else Answer("consent", contact=CONTACT)
        login = people.account_of(case.holder).login
        await steps.ask(login, rc.AnswerRelease(case.achievement, case.holder, kind, login))


async def publish(exchange: Exchange, steps: Steps) -> None:
    """The list of the day: one operator closes it, another one publishes it."""
    house, registers = exchange.own_house, exchange.registers
    day = shanghai_date(house.clock.now())
    found, id_ = await draft(registers, house.view, day), batch_id(exchange.settings.batch_prefix, day)
    body = rc.FreezeBatch(id_, day, found.lines, found.counts, found.data_digest, "operator")
    await steps.ask("operator", body)
    out = await retest(registers, house.view, house.view.market.releases.batches[id_], day)
    await steps.ask("operator2", rc.PublishBatch(id_, out, "operator2"))
    await set_zones(registers, house.view, house.clock.now())
