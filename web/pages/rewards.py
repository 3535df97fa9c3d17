"""The inventors' reward of a trade: the seller plans, another of its people approves, each payment is recorded."""

from collections.abc import Mapping
from typing import Any, get_args

from starlette.responses import Response
from starlette.routing import Route

from matching_engine.money import format_yuan
from settlement.dates import shanghai_date
from settlement.reward_messages import (
    ApproveReward,
    Completer,
    Cost,
    CostKind,
    Form,
    PlanReward,
    Position,
    RecordReward,
    RewardPlanned,
)
from settlement.rewards import schedule
from settlement.state import Trade
from web import errors
from web.api_rewards import may_see_reward
from web.pages.shell import Visit, page, sentence
from web.parse import BadInput, yuan

COST_ROWS, PEOPLE_ROWS = 6, 9
FIELD_OF = {
    "REWARD_SHARES": "completers",
    "REWARD_LEADER": "completers",
    "REWARD_BELOW_FLOOR": "reward",
    "REWARD_PLAN_INVALID": "plan",
}
"""Refusal → the part of the form that it is about."""


def _trade(visit: Visit) -> Trade:
    trade = visit.state.settlement.trades.get(visit.part("trade"))
    if trade is None or not may_see_reward(visit.principal, trade):
        raise errors.not_found("trade")
    return trade


async def rewards(
    visit: Visit,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """The plan, what is due of it, and the form while it is not approved; `said` is what was typed."""
    trade, state = _trade(visit), visit.state.settlement
    found = state.rewards.get(trade.id)
    own = visit.principal.party == trade.seller.id
    typed = said if said is not None else _typed(found.plan) if found else {}
    return visit.render(
        "rewards.html",
        status,
        f"/trades/{trade.id}/rewards",
        trade=trade,
        found=found,
        instalments=schedule(state, trade),
        may_plan=own and (found is None or found.approver is None) and trade.failed is None,
        may_approve=own
        and found is not None
        and found.approver is None
        and found.plan.author != visit.principal.account,
        may_record=own and found is not None and found.approver is not None,
        kinds=get_args(CostKind),
        positions=get_args(Position),
        forms=get_args(Form),
        rows=_rows(typed),
        said=typed,
        today=shanghai_date(visit.now).isoformat(),
        errors=wrong or {},
    )


def _rows(typed: Mapping[str, str]) -> dict[str, range]:
    """The rows that are filled in, and three more to go on with."""

    def rows(field: str, most: int) -> range:
        return range(min(most, 3 + sum(1 for n in range(most) if f"{field}{n}" in typed)))

    return {"costs": rows("cost", COST_ROWS), "people": rows("name", PEOPLE_ROWS)}


def _typed(plan: RewardPlanned) -> dict[str, str]:
    """A plan as its form would have been typed, to change it."""
    said = {"reward": format_yuan(plan.reward_fen), "basis": plan.basis}
    for n, cost in enumerate(plan.costs[:COST_ROWS]):
        said |= {
            f"cost_kind{n}": cost.kind,
            f"cost_name{n}": cost.name,
            f"cost{n}": format_yuan(cost.amount_fen),
        }
    for n, one in enumerate(plan.completers[:PEOPLE_ROWS]):
        said |= {
            f"name{n}": one.name,
            f"share{n}": one.share,
            f"position{n}": one.position,
            f"form{n}": one.form,
        }
    return said


async def plan(visit: Visit) -> Response:
    """Plan the reward, or plan it again."""
    form, trade = visit.form(), _trade(visit)
    try:
        body = _body(visit, trade, form)
    except BadInput as bad:
        return await rewards(visit, bad.status, {bad.field: sentence(visit.speech, bad.code)}, form)
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go(f"/trades/{trade.id}/rewards")
    field = FIELD_OF.get(failed[0], "plan")
    return await rewards(visit, errors.status_of(failed[0]), {field: failed[1]}, form)


def _body(visit: Visit, trade: Trade, form: Mapping[str, str]) -> PlanReward:
    """The command that the form asks for; rows without a name and amount are passed over."""
    costs = tuple(
        Cost(
            _of(CostKind, form, f"cost_kind{n}"),
            form.get(f"cost_name{n}", ""),
            yuan(form[f"cost{n}"], f"cost{n}"),
        )
        for n in range(COST_ROWS)
        if f"cost{n}" in form
    )
    people = tuple(
        Completer(
            form[f"name{n}"],
            form.get(f"share{n}", ""),
            _of(Position, form, f"position{n}"),
            _of(Form, form, f"form{n}"),
        )
        for n in range(PEOPLE_ROWS)
        if f"name{n}" in form
    )
    reward_fen = yuan(form.get("reward", ""), "reward")
    party, account = visit.principal.party or "", visit.principal.account
    return PlanReward(trade.id, party, account, costs, reward_fen, people, form.get("basis", "")[:200])


def _of(choices: Any, form: Mapping[str, str], field: str) -> Any:
    text = form.get(field, get_args(choices)[0])
    if text not in get_args(choices):
        raise BadInput("BAD_VALUE", field, text, "one of " + ", ".join(get_args(choices)))
    return text


async def approve(visit: Visit) -> Response:
    """Approve the version that was shown."""
    form, trade = visit.form(), _trade(visit)
    version = form.get("version", "")
    number = int(version) if version.isascii() and version.isdecimal() and len(version) < 6 else 0
    body = ApproveReward(trade.id, visit.principal.party or "", visit.principal.account, number)
    return await _step(visit, trade, form, body, "approval")


async def record(visit: Visit) -> Response:
    """Record a payment as made."""
    form, trade = visit.form(), _trade(visit)
    place = [form.get(name, "") for name in ("instalment", "completer")]
    numbers = [int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0 for text in place]
    party, account = visit.principal.party or "", visit.principal.account
    evidence = (form.get("paid_on", ""), form.get("bank_reference", ""))
    body = RecordReward(trade.id, party, account, numbers[0], numbers[1], *evidence)
    return await _step(visit, trade, form, body, f"part-{numbers[0]}-{numbers[1]}")


async def _step(
    visit: Visit, trade: Trade, form: Mapping[str, str], body: ApproveReward | RecordReward, field: str
) -> Response:
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go(f"/trades/{trade.id}/rewards")
    return await rewards(visit, errors.status_of(failed[0]), {field: failed[1]})


ROUTES: list[Route] = [
    page("/trades/{trade}/rewards", rewards),
    page("/trades/{trade}/rewards", plan, "POST"),
    page("/trades/{trade}/rewards/approval", approve, "POST"),
    page("/trades/{trade}/rewards/payments", record, "POST"),
]
