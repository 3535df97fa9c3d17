"""A case for each refusal about milestones: a desk, the command that is refused there, and what it names."""

from collections.abc import Callable

from settlement import milestone_messages as m
from settlement.commands import SettlementCommand
from settlement.refusals import Refusal
from tests.settlement.desk import FACTORY, TRADE, UNIVERSITY, Desk
from tests.settlement.test_milestones import STONES, awarded

Case = tuple[Callable[[], Desk], Callable[[Desk], SettlementCommand], str]

MILESTONE_CASES: dict[Refusal, Case] = {
    Refusal.MILESTONES_INVALID: (awarded, lambda _: m.SetMilestones(TRADE, STONES), TRADE),
    Refusal.MILESTONE_UNKNOWN: (
        awarded,
        lambda _: m.SubmitMilestone(TRADE, 9, UNIVERSITY.id, "u", "x"),
        TRADE,
    ),
    Refusal.MILESTONE_STATE: (awarded, lambda _: m.AcceptMilestone(TRADE, 1, FACTORY.id, "f"), TRADE),
    Refusal.MILESTONE_EVIDENCE: (
        awarded,
        lambda _: m.SubmitMilestone(TRADE, 1, UNIVERSITY.id, "u", ""),
        TRADE,
    ),
    Refusal.TERMINATION_GROUND: (
        awarded,
        lambda _: m.TerminateTrade(TRADE, FACTORY.id, "f", "failed", "x"),
        TRADE,
    ),
}
