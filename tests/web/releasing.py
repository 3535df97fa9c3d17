"""Results for tests of the one-year rule: one that the rule speaks of, and one that nobody may hear of."""

from datetime import date, timedelta
from typing import Any

import httpx2
import msgspec

from exchange.market.release_clock import Scan
from exchange.market.unconverted import Category, Secrecy, Source
from exchange.registers import Achievement
from exchange.registers.facts import Completer, FundingSource
from exchange.registers.organisations import Organisation
from exchange.registers.words import Field, Stage
from exchange.releases.daily import run_day
from matching_engine.terms import DAY
from settlement.dates import shanghai_date
from tests.exchange.house.running import BEGIN
from tests.web.running import Web, key

TODAY = shanghai_date(BEGIN)
CANARY = "绝密金丝雀"
"""Stands in every field of the secret result, and nowhere else."""
BUREAU = "演示省科技厅"


def funded(id_: str, **changes: Any) -> Achievement:
    """A candidate since yesterday."""
    row = Achievement(
        id=id_,
        title=f"未转化成果{id_}",
        holder="university",
        holder_name="演示大学",
        field=Field.AGRICULTURE,
        trl=6,
        stage=Stage.PILOT,
        region="heilongjiang",
        funding=(FundingSource(Source.PUBLIC, programme="重点研发计划"),),
        category=Category.DEVELOPMENT,
        secrecy=Secrecy.PUBLIC,
        secrecy_reviewer="保密办张三",
        secrecy_reviewed_on=date(2026, 1, 5),
        accepted_on=TODAY.replace(year=TODAY.year - 1) - timedelta(days=2),
        completers=(Completer("李完成"),),
        contact="成果办 0451-1",
    )
    return msgspec.structs.replace(row, **changes)


def secret(id_: str) -> Achievement:
    """Everything else about it would make it a candidate."""
    named = dict.fromkeys(("title", "abstract", "contact", "holder_name"), CANARY)
    return funded(id_, secrecy=Secrecy.STATE_SECRET, completers=(Completer(CANARY),), **named)


async def enter(web: Web, *rows: Achievement) -> None:
    """Into the register, with a science bureau beside the demo's organisations."""
    registers = web.exchange.registers
    if await registers.organisations.get("bureau") is None:
        bureau = Organisation("bureau", BUREAU, "authority", "heilongjiang", "11DEMO000000000009")
        await registers.organisations.add(bureau, "test", BEGIN)
    await registers.achievements.add_all(list(rows), "test", BEGIN)


async def change(web: Web, id_: str, **changes: Any) -> None:
    """Change a row of the register."""
    row = await web.exchange.registers.achievements.get(id_)
    assert row is not None
    await web.exchange.registers.achievements.change(
        msgspec.structs.replace(row, **changes), "test", web.clock.now()
    )


async def scan(web: Web) -> Scan:
    """The scan of the day by the house's clock."""
    house = web.exchange.own_house
    found = await run_day(web.exchange.registers, house, shanghai_date(web.clock.now()))
    await house.settled()
    return found


async def tomorrow(web: Web) -> None:
    """The next day, with its scan."""
    await web.pass_time(DAY)
    await scan(web)


async def send(
    client: httpx2.AsyncClient,
    path: str,
    body: dict[str, Any] | None = None,
    status: int = 200,
    id_: str = "",
) -> dict[str, Any]:
    """A request that binds."""
    more: dict[str, Any] = {} if body is None else {"json": body}
    answer = await client.post(f"/api/v1/{path}", headers={"idempotency-key": id_ or key()}, **more)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def consent(web: Web, *ids: str) -> None:
    """The university consents, with the register's contact."""
    seller = await web.signed_in("university")
    for id_ in ids:
        await send(seller, f"unconverted/{id_}/answer", {"kind": "consent"})


async def published(web: Web, *ids: str) -> str:
    """A published batch of these results; its id."""
    await consent(web, *ids)
    await send(await web.signed_in("operator"), "batches", {}, 201)
    batch = next(reversed(web.exchange.house.view.market.releases.batches))
    await send(await web.signed_in("operator2"), f"batches/{batch}/publication")
    return batch
