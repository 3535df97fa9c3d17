"""The inventors' reward of a trade over REST, for the seller's people and auditors; to others there is none."""

from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from exchange.house.command import Principal
from settlement.reward_messages import (
    ApproveReward,
    Completer,
    Cost,
    CostKind,
    Form,
    PlanReward,
    Position,
    RecordReward,
)
from settlement.reward_state import RewardPlan
from settlement.rewards import COMPLETERS_MAX, COSTS_MAX, Instalment, schedule
from settlement.state import Settlement, Trade
from web import errors
from web.calculator import StepResource, steps_of
from web.decisions import decision
from web.resources import Amount, Date, Decision, Given, Taken, Word
from web.routes import Ask, Operation, json

V1 = "/api/v1"


class CostBody(Taken, frozen=True):
    """What is taken off the receipts: a tax, upkeep of the result, or a direct cost."""

    kind: CostKind
    name: Word
    amount_fen: Amount


class CompleterBody(Taken, frozen=True):
    """A completer; `share` is a decimal like "0.35" or a fraction like "1/3", all shares sum to exactly 1."""

    name: Word
    share: Annotated[str, msgspec.Meta(min_length=1, max_length=24)]
    position: Position = "none"
    form: Form = "cash"


class RewardBody(Taken, frozen=True):
    """A plan. `basis` is an enterprise's own rule by which it gives less than the floor."""

    costs: Annotated[list[CostBody], msgspec.Meta(max_length=COSTS_MAX)]
    reward_fen: Amount
    completers: Annotated[list[CompleterBody], msgspec.Meta(min_length=1, max_length=COMPLETERS_MAX)]
    basis: Annotated[str, msgspec.Meta(max_length=200)] = ""


class ApprovalBody(Taken, frozen=True):
    """The version of the plan that was read."""

    version: int


class PaymentBody(Taken, frozen=True):
    """A completer's part of an instalment, both counted from 1, with the bank's reference as evidence."""

    instalment: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    completer: Annotated[int, msgspec.Meta(ge=1, le=COMPLETERS_MAX)]
    paid_on: Date
    bank_reference: Word


class PartResource(Given, frozen=True):
    """A completer's part of an instalment, and its payment as recorded; `relief_fen` stays out of the month's wages."""

    completer: int
    name: str
    amount_fen: int
    paid_on: str | None
    bank_reference: str | None
    months_after_receipt: int | None
    relief_fen: int | None
    relief_document: str | None


class InstalmentResource(Given, frozen=True):
    """A credit of the price and what it releases; due since its money reached the seller."""

    number: int
    credited_on: str
    credit_fen: int
    amount_fen: int
    due_on: str | None
    parts: list[PartResource]


class RewardResource(Given, frozen=True):
    """The plan with all that follows from it."""

    trade: str
    version: int
    author: str
    approver: str | None
    receipts_fen: int
    costs: list[Cost]
    net_fen: int
    floor_fen: int
    reward_fen: int
    completers: list[Any]
    rule: str
    document: str
    clause: str
    quote: str
    basis: str
    steps: list[StepResource]
    instalments: list[InstalmentResource]


def may_see_reward(principal: Principal, trade: Trade) -> bool:
    """Who of the staff gets what is the seller's affair; auditors see everything."""
    own = principal.party is not None and principal.party == trade.seller.id
    return own or "auditor" in principal.roles


def reward_of(state: Settlement, trade: Trade, found: RewardPlan) -> RewardResource:
    """The plan as REST gives it."""
    plan = found.plan
    return RewardResource(
        trade=trade.id,
        version=plan.version,
        author=plan.author,
        approver=found.approver,
        receipts_fen=plan.receipts_fen,
        costs=list(plan.costs),
        net_fen=plan.net_fen,
        floor_fen=plan.floor_fen,
        reward_fen=plan.reward_fen,
        completers=[msgspec.to_builtins(one) for one in plan.completers],
        rule=plan.rule,
        document=plan.document,
        clause=plan.clause,
        quote=plan.quote,
        basis=plan.basis,
        steps=steps_of(plan.steps),
        instalments=[_instalment(found, one) for one in schedule(state, trade)],
    )


def _instalment(found: RewardPlan, one: Instalment) -> InstalmentResource:
    parts = [_part(found, one, number) for number in range(1, len(one.parts_fen) + 1)]
    return InstalmentResource(one.number, one.credited_on, one.credit_fen, one.amount_fen, one.due_on, parts)


def _part(found: RewardPlan, one: Instalment, completer: int) -> PartResource:
    paid = found.payment(one.number, completer)
    return PartResource(
        completer=completer,
        name=found.plan.completers[completer - 1].name,
        amount_fen=one.parts_fen[completer - 1],
        paid_on=paid.paid_on if paid else None,
        bank_reference=paid.bank_reference if paid else None,
        months_after_receipt=paid.months_after_receipt if paid else None,
        relief_fen=paid.relief_fen if paid else None,
        relief_document=paid.relief_document if paid else None,
    )


def _trade(ask: Ask) -> Trade:
    trade = ask.exchange.house.view.settlement.trades.get(ask.path("trade"))
    if trade is None or not may_see_reward(ask.principal, trade):
        raise errors.not_found("trade")
    return trade


async def show_reward(ask: Ask) -> RewardResource:
    """The reward plan of a trade."""
    trade, state = _trade(ask), ask.exchange.house.view.settlement
    found = state.rewards.get(trade.id)
    if found is None:
        raise errors.not_found("reward plan")
    return reward_of(state, trade, found)


async def plan_reward(ask: Ask) -> Response:
    """Plan the reward of the inventors, or replace a plan that is not approved."""
    trade, body = _trade(ask), ask.body
    costs = tuple(Cost(one.kind, one.name, one.amount_fen) for one in body.costs)
    people = tuple(Completer(one.name, one.share, one.position, one.form) for one in body.completers)
    who = ask.principal
    command = PlanReward(trade.id, who.party or "", who.account, costs, body.reward_fen, people, body.basis)
    return json(decision(await ask.submit(command)), 201)


async def approve_reward(ask: Ask) -> Response:
    """Approve the plan as another person than its author."""
    trade, who = _trade(ask), ask.principal
    command = ApproveReward(trade.id, who.party or "", who.account, ask.body.version)
    return json(decision(await ask.submit(command)), 201)


async def record_reward(ask: Ask) -> Response:
    """Record a payment to a completer as made."""
    trade, who, body = _trade(ask), ask.principal, ask.body
    part = (body.instalment, body.completer, body.paid_on, body.bank_reference)
    return json(decision(await ask.submit(RecordReward(trade.id, who.party or "", who.account, *part))), 201)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{V1}/trades/{{trade}}/reward",
        show_reward,
        "The inventors' reward of a trade",
        "settlement",
        RewardResource,
        errors=(404,),
    ),
    *(
        Operation(
            "POST",
            f"{V1}/trades/{{trade}}/reward{path}",
            handler,
            summary,
            "settlement",
            Decision,
            status=201,
            body=body,
            binds=True,
            errors=(404, 409),
        )
        for path, handler, summary, body in (
            ("", plan_reward, "Plan the inventors' reward", RewardBody),
            ("/approvals", approve_reward, "Approve the reward plan", ApprovalBody),
            ("/payments", record_reward, "Record a reward as paid", PaymentBody),
        )
    ),
)
