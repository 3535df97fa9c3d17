"""What is told without the journal: the day's matches, demands that end or were closed, webhooks that were shut."""

from datetime import timedelta

from sqlalchemy import func, select

from exchange.notices.pace import Keyed
from exchange.notices.told import To, Told, follower
from exchange.registers import Registers
from exchange.registers.follows import FollowKind
from exchange.registers.notice_models import WebhookRow
from exchange.registers.recommendation_models import RecommendationRow
from exchange.registers.words import DemandState
from settlement.dates import shanghai_date

DEADLINE = timedelta(days=3)


async def daily(registers: Registers, now: int) -> list[Keyed]:
    """Everything of it that stands now; what was told before is known by its key."""
    return [*await _matches(registers, now), *await _demands(registers, now), *await _shut(registers, now)]


async def _matches(registers: Registers, now: int) -> list[Keyed]:
    """One notice a day for each organisation that has matches of the day."""
    run = await registers.recommendations.run_of(shanghai_date(now))
    if run is None:
        return []
    table = RecommendationRow
    query = select(table.owner, func.count()).where(
        table.day == run.day.isoformat(), table.owner.is_not(None)
    )
    async with registers.database.reading() as session:
        rows = (await session.execute(query.group_by(table.owner).order_by(table.owner))).all()
    return [
        (
            f"match:{run.day}:{owner}",
            now,
            Told("match.day", (To("party", owner or ""),), "/matches", {"count": count, "title": ""}),
        )
        for owner, count in rows
    ]


async def _demands(registers: Registers, now: int) -> list[Keyed]:
    """Followed demands that end within three days, and those that are closed."""
    today, found = shanghai_date(now), []
    for id_ in await registers.follows.subjects(FollowKind.DEMAND):
        one = await registers.demands.get(id_)
        if one is None or not one.public:
            continue
        to, path = (follower("demand", id_),), f"/demands/{id_}"
        if one.state is not DemandState.OPEN:
            key, word, facts = f"demand:{id_}:{one.state}", "demand.closed", {"title": one.title}
        elif one.deadline is not None and today <= one.deadline <= today + DEADLINE:
            facts = {"title": one.title, "deadline": one.deadline.isoformat()}
            key, word = f"deadline:{id_}:{one.deadline}", "demand.deadline"
        else:
            continue
        found.append((key[:160], now, Told(word, to, path, facts)))
    return found


async def _shut(registers: Registers, now: int) -> list[Keyed]:
    """Webhooks that were disabled for not answering; the reason has its instant in it."""
    table = WebhookRow
    query = select(table).where(table.enabled.is_(False), table.url != "", table.why != "").order_by(table.id)
    async with registers.database.reading() as session:
        rows = (await session.scalars(query.limit(500))).all()
    return [
        (
            f"shut:{row.id}:{row.why}"[:160],
            now,
            Told(
                "webhook.disabled",
                (To("party", row.organisation),),
                "/webhooks",
                {"title": row.url, "why": row.why},
            ),
        )
        for row in rows
    ]
