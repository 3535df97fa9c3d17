"""奖酬金: how a seller organisation rewards those who completed the result, out of its net income.

Source: 促进科技成果转化法 art. 45 (floor), 北京条例 12 (net income), 黑政发〔2017〕16号 二（四） (a legal representative gets cash only,
other leaders cash or equity), 财税〔2018〕58号 (relief within 36 months of the receipt).
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from matching_engine.errors import Malformed, require
from matching_engine.money import LIMIT_FEN, format_yuan
from settlement.chart import Account
from settlement.claim_steps import proceeds
from settlement.claims import ClaimLine, evaluate
from settlement.dates import parse_date, shanghai_date
from settlement.dispatch import Deciders, Evolvers
from settlement.facts import Facts
from settlement.ids import charge_id
from settlement.persons import one_person
from settlement.refusals import Events, Refusal, refuse
from settlement.reward_messages import (
    ApproveReward,
    Entitlement,
    PlanReward,
    RecordReward,
    RewardPaid,
    RewardPlanApproved,
    RewardPlanned,
)
from settlement.reward_split import instalments, read_share, split
from settlement.reward_state import RewardPlan
from settlement.rulebook import EVERYWHERE, RewardMin, WagesExclusion
from settlement.state import Settlement, Trade
from settlement.worksheet import worksheet

COMPLETERS_MAX, COSTS_MAX, TEXT_MAX = 50, 30, 200
PUBLIC_KINDS = ("university", "research_institute")
"""Organisations that may not agree on less than the floor, and whose leaders are bound."""


class Instalment(NamedTuple):
    """A credit of the price and what it releases; `due_on` is when its money reached the seller, if it has."""

    number: int
    credited_on: str
    credit_fen: int
    reference: str
    parts_fen: tuple[int, ...]
    due_on: str | None

    @property
    def amount_fen(self) -> int:
        """What it releases in all."""
        return sum(self.parts_fen)


def plan_reward(state: Settlement, command: PlanReward, at: int) -> Events:
    """Draw up a plan, or replace one that is not approved."""
    trade = state.trades.get(command.trade)
    if trade is None or trade.failed is not None:
        return refuse(command.trade, command, Refusal.TRADE_UNKNOWN, "no such trade, or its sale failed")
    if command.party != trade.seller.id:
        return refuse(trade.id, command, Refusal.NOT_A_PARTY, "only the seller rewards its inventors")
    before = state.rewards.get(trade.id)
    if before is not None and before.approver is not None:
        return refuse(trade.id, command, Refusal.REWARD_APPROVED, "the plan was approved")
    wrong = _wrong_plan(trade, command)
    if wrong is not None:
        return refuse(trade.id, command, *wrong)
    planned = _planned(state, trade, command, at, before.plan.version + 1 if before else 1)
    if planned.reward_fen < planned.floor_fen and (
        trade.seller.kind in PUBLIC_KINDS or not command.basis.strip()
    ):
        detail = f"at least {format_yuan(planned.floor_fen)} of {format_yuan(planned.net_fen)}"
        return refuse(trade.id, command, Refusal.REWARD_BELOW_FLOOR, detail)
    return (planned,)


def _wrong_plan(trade: Trade, command: PlanReward) -> tuple[Refusal, str] | None:
    """What keeps a plan from being one, whatever the rules say."""
    net_fen = trade.price_fen - sum(cost.amount_fen for cost in command.costs)
    texts = [cost.name for cost in command.costs] + [one.name for one in command.completers]
    if any(not text.strip() or len(text) > TEXT_MAX for text in texts) or len(command.basis) > TEXT_MAX:
        return Refusal.REWARD_PLAN_INVALID, f"each item and person has a name of 1 to {TEXT_MAX} characters"
    if not 1 <= len(command.completers) <= COMPLETERS_MAX or len(command.costs) > COSTS_MAX:
        return Refusal.REWARD_PLAN_INVALID, f"1 to {COMPLETERS_MAX} completers, up to {COSTS_MAX} items"
    if any(not 0 < cost.amount_fen <= LIMIT_FEN for cost in command.costs):
        return Refusal.REWARD_PLAN_INVALID, "a cost is above 0.00"
    if not 0 < command.reward_fen <= net_fen:
        return (
            Refusal.REWARD_PLAN_INVALID,
            f"a reward above 0.00, up to the net income {format_yuan(net_fen)}",
        )
    names = [" ".join(one.name.split()) for one in command.completers]
    try:
        whole = sum((read_share(one.share) for one in command.completers), Fraction(0))
    except Malformed as wrong:
        return Refusal.REWARD_SHARES, str(wrong)
    if whole != 1 or len(dict.fromkeys(names)) != len(names):
        return Refusal.REWARD_SHARES, f"each person once, and shares that sum to 1, not {whole}"
    return _wrong_leader(trade, command)


def _wrong_leader(trade: Trade, command: PlanReward) -> tuple[Refusal, str] | None:
    """黑政发〔2017〕16号: the legal representative of a publicly funded institute or university gets cash only."""
    bound = trade.seller.kind in PUBLIC_KINDS
    if bound and any(
        one.position == "legal_representative" and one.form != "cash" for one in command.completers
    ):
        return Refusal.REWARD_LEADER, "a legal representative is rewarded in cash only"
    return None


def _planned(state: Settlement, trade: Trade, command: PlanReward, at: int, version: int) -> RewardPlanned:
    net_fen = trade.price_fen - sum(cost.amount_fen for cost in command.costs)
    other = {"net_income": net_fen, "region": trade.seller.region}
    facts = Facts(jurisdiction=EVERYWHERE, claim_year=shanghai_date(at).year, other=other)
    line = _line(state, facts, RewardMin)
    rule = state.rulebook.find(line.rule) if line else None
    parts = split(command.reward_fen, [read_share(one.share) for one in command.completers])
    people = zip(command.completers, parts, strict=True)
    return RewardPlanned(
        trade=trade.id,
        version=version,
        party=command.party,
        author=command.author,
        region=trade.seller.region,
        receipts_fen=trade.price_fen,
        costs=command.costs,
        net_fen=net_fen,
        floor_fen=line.amount_fen if line else 0,
        reward_fen=command.reward_fen,
        completers=tuple(
            Entitlement(" ".join(one.name.split()), one.share, one.position, one.form, fen)
            for one, fen in people
        ),
        rule=line.rule if line else "",
        document=line.document if line else "",
        clause=(line.clause or "") if line else "",
        quote=line.quote if line else "",
        steps=worksheet(facts, rule, line) if line and rule else (),
        basis=command.basis.strip(),
        person=command.person,
    )


def _line(state: Settlement, facts: Facts, formula: type) -> ClaimLine | None:
    """The line of the national rule with such a formula, if the book has one."""
    for line in evaluate(facts, state.rulebook):
        rule = state.rulebook.find(line.rule)
        if rule is not None and isinstance(rule.formula, formula):
            return line
    return None


def approve_reward(state: Settlement, command: ApproveReward, _at: int) -> Events:
    """Let the plan hold: by another person of the seller than its author."""
    found = state.rewards.get(command.trade)
    if found is None or found.plan.version != command.version:
        return refuse(command.trade, command, Refusal.REWARD_UNKNOWN, "no plan of this version")
    if command.party != found.plan.party:
        return refuse(command.trade, command, Refusal.NOT_A_PARTY, "only the seller approves its plan")
    if found.approver is not None:
        return refuse(command.trade, command, Refusal.REWARD_APPROVED, "the plan was approved before")
    if one_person(state, found.plan.author, command.approver, command.person):
        return refuse(command.trade, command, Refusal.FOUR_EYES, "another person than the author approves")
    return (RewardPlanApproved(command.trade, command.version, command.approver),)


def record_reward(state: Settlement, command: RecordReward, at: int) -> Events:
    """Record a payment as made, once for each completer and instalment."""
    found = state.rewards.get(command.trade)
    if found is None or command.party != found.plan.party:
        return refuse(command.trade, command, Refusal.REWARD_UNKNOWN, "no plan of this organisation")
    if state.trades[command.trade].failed is not None:
        return refuse(command.trade, command, Refusal.REWARD_NOT_DUE, "the sale has failed")
    if found.approver is None:
        return refuse(command.trade, command, Refusal.REWARD_NOT_APPROVED, "the plan is not approved yet")
    due = {one.number: one for one in schedule(state, state.trades[command.trade])}.get(command.instalment)
    if due is None or due.due_on is None or not 1 <= command.completer <= len(due.parts_fen):
        return refuse(command.trade, command, Refusal.REWARD_NOT_DUE, "its money has not reached the seller")
    if found.payment(command.instalment, command.completer) is not None:
        return refuse(command.trade, command, Refusal.REWARD_PAID, "this part was recorded before")
    if due.parts_fen[command.completer - 1] == 0:
        return refuse(command.trade, command, Refusal.REWARD_NOT_DUE, "this part is 0.00")
    day = parse_date(command.paid_on)
    if day is None or not date.fromisoformat(due.due_on) <= day <= shanghai_date(at):
        return refuse(command.trade, command, Refusal.DATE_INVALID, f"a day from {due.due_on} up to today")
    if not command.bank_reference.strip() or len(command.bank_reference) > TEXT_MAX:
        return refuse(command.trade, command, Refusal.REWARD_PLAN_INVALID, "the bank's reference is needed")
    return (_paid(state, found, command, due, day),)


def _paid(
    state: Settlement, found: RewardPlan, command: RecordReward, due: Instalment, day: date
) -> RewardPaid:
    person = found.plan.completers[command.completer - 1]
    amount_fen = due.parts_fen[command.completer - 1]
    months = months_after(date.fromisoformat(due.due_on or ""), day)
    relief = _relief(state, command.trade, amount_fen, months, day.year) if person.form == "cash" else None
    return RewardPaid(
        trade=command.trade,
        instalment=command.instalment,
        completer=command.completer,
        name=person.name,
        amount_fen=amount_fen,
        paid_on=command.paid_on,
        bank_reference=command.bank_reference.strip(),
        author=command.author,
        received_on=due.due_on or "",
        months_after_receipt=months,
        relief_fen=relief.amount_fen if relief else 0,
        relief_document=relief.document if relief else "",
    )


def _relief(state: Settlement, trade_id: str, award_fen: int, months: int, year: int) -> ClaimLine | None:
    """财税〔2018〕58号: half of a cash award stays out of wages, for staff of public institutes and universities."""
    trade = state.trades[trade_id]
    if trade.seller.kind not in PUBLIC_KINDS:
        return None
    registration = state.registrations.get(trade.registration or "")
    registered = registration is not None and registration.number is not None
    other = {"award": award_fen, "registered": registered, "months_after_receipt": months}
    facts = Facts(jurisdiction=EVERYWHERE, claim_year=year, other=other)
    return _line(state, facts, WagesExclusion)


def months_after(first: date, last: date) -> int:
    """In which month after `first` a day lies: the corresponding day still belongs to it (Civil Code, art. 202)."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months + (1 if last.day > first.day else 0)


def schedule(state: Settlement, trade: Trade) -> tuple[Instalment, ...]:
    """The instalments of a trade's plan: one for each credit of its price, due when that money reached the seller."""
    found = state.rewards.get(trade.id)
    if found is None:
        return ()
    credits_ = tuple(_credits(state, trade))
    fen = [amount_fen for _, _, amount_fen in credits_]
    parts = instalments([one.amount_fen for one in found.plan.completers], fen, trade.price_fen)
    made, come_fen = [], 0
    for number, ((day, reference, credit_fen), own) in enumerate(zip(credits_, parts, strict=True), start=1):
        come_fen += credit_fen
        made.append(Instalment(number, day, credit_fen, reference, own, _reached(state, trade, come_fen)))
    return tuple(made)


def _credits(state: Settlement, trade: Trade) -> Iterator[tuple[str, str, int]]:
    """Date, reference and fen of everything that was credited to the price, the deposit included, in order."""
    held = Account.HELD.of(trade.obligation or "")
    for entry in state.ledger.entries:
        for line in entry.lines:
            if line.account == held and line.amount_fen < 0:
                yield entry.value_on, entry.reference, -line.amount_fen


def _reached(state: Settlement, trade: Trade, fen: int) -> str | None:
    """The day on which so much of the price had reached the seller's account; its commission counts as come."""
    fee = state.obligations.get(charge_id(trade.id, "seller_commission"))
    come_fen = fee.received_fen if fee else 0
    for movement in proceeds(state, trade):
        come_fen += movement.amount_fen
        if come_fen >= fen:
            return movement.on.isoformat()
    return None


def planned(state: Settlement, event: RewardPlanned, _at: int) -> None:
    """The newest plan stands."""
    before = state.rewards.get(event.trade)
    require(before is None or before.approver is None, "an approved plan is not replaced")
    require(
        sum(one.amount_fen for one in event.completers) == event.reward_fen,
        "a reward is split without a rest",
    )
    state.rewards[event.trade] = RewardPlan(event)


def approved(state: Settlement, event: RewardPlanApproved, at: int) -> None:
    """It holds."""
    found = state.rewards[event.trade]
    require(event.approver != found.plan.author, "another person than the author approves a plan")
    found.approver, found.approved_at = event.approver, at


def paid(state: Settlement, event: RewardPaid, _at: int) -> None:
    """One part more has been paid."""
    found = state.rewards[event.trade]
    require(found.payment(event.instalment, event.completer) is None, "a part of a reward is paid once")
    found.paid.append(event)
    require(found.paid_fen() <= found.plan.reward_fen, "no more than the reward is paid")


DECIDE: Deciders = {PlanReward: plan_reward, ApproveReward: approve_reward, RecordReward: record_reward}
EVOLVE: Evolvers = {RewardPlanned: planned, RewardPlanApproved: approved, RewardPaid: paid}
