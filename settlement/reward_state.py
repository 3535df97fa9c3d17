"""A trade's reward plan as it stands."""

from dataclasses import dataclass, field

from settlement.reward_messages import RewardPaid, RewardPlanned


@dataclass(slots=True)
class RewardPlan:
    """The newest version, who approved it, and what was paid."""

    plan: RewardPlanned
    approver: str | None = None
    approved_at: int | None = None
    paid: list[RewardPaid] = field(default_factory=list)

    def paid_fen(self) -> int:
        """What has been paid so far."""
        return sum(one.amount_fen for one in self.paid)

    def payment(self, instalment: int, completer: int) -> RewardPaid | None:
        """The payment of a completer's part of an instalment."""
        return next(
            (one for one in self.paid if (one.instalment, one.completer) == (instalment, completer)), None
        )
