"""A seller's reward plan for tests: two costs, three inventors, half of the net income."""

from settlement.reward_messages import ApproveReward, Completer, Cost, PlanReward, RecordReward
from tests.settlement.desk import PRICE_FEN, TRADE, UNIVERSITY, Desk, paid_out

COSTS = (Cost("tax", "印花税", 51_000), Cost("upkeep", "专利年费", 949_000))
NET_FEN = PRICE_FEN - 1_000_000
REWARD_FEN = NET_FEN // 2
PEOPLE = (
    Completer("周明", "0.5", "legal_representative"),
    Completer("吴芳", "1/3", "leader", "equity"),
    Completer("郑宇", "1/6"),
)


def plan(
    reward_fen: int = REWARD_FEN,
    completers: tuple[Completer, ...] = PEOPLE,
    costs: tuple[Cost, ...] = COSTS,
    party: str = UNIVERSITY.id,
    basis: str = "",
    trade: str = TRADE,
) -> PlanReward:
    """The plan as its author states it."""
    return PlanReward(trade, party, "finance-1", costs, reward_fen, completers, basis)


def approve(approver: str = "dean-1", version: int = 1, party: str = UNIVERSITY.id) -> ApproveReward:
    """Another person of the seller approves."""
    return ApproveReward(TRADE, party, approver, version)


def record(
    instalment: int = 1, completer: int = 1, paid_on: str = "2026-11-26", reference: str = "BK-9"
) -> RecordReward:
    """A part was paid."""
    return RecordReward(TRADE, UNIVERSITY.id, "finance-1", instalment, completer, paid_on, reference)


def planned() -> Desk:
    """A desk where the seller has its money and a plan."""
    desk = paid_out("2026-11-20")
    desk.ask(plan())
    return desk


def rewarding() -> Desk:
    """A desk with an approved plan."""
    desk = planned()
    desk.ask(approve())
    return desk
