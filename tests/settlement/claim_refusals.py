"""How each refusal about shares and rewards comes about: story, command, subject."""

from collections.abc import Callable

import msgspec

from matching_engine.terms import DAY
from settlement.commands import SettlementCommand
from settlement.refusals import Refusal
from settlement.reward_messages import Completer
from settlement.specialist_messages import DeclareSpecialist
from tests.settlement.desk import AT, CLAIM, FACTORY, TRADE, UNIVERSITY, Desk, claimed, paid_out
from tests.settlement.rewarding import approve, plan, planned, record, rewarding


def share(**changes: str) -> DeclareSpecialist:
    """The factory shares its subsidy."""
    told = DeclareSpecialist(CLAIM, FACTORY.id, "factory-1", "孙丽", "2026-11-20")
    return msgspec.structs.replace(told, **changes)


def _shared() -> Desk:
    desk = claimed()
    desk.ask(share())
    return desk


def _for_seller() -> Desk:
    return claimed("seller")


def _rewarded() -> Desk:
    desk = rewarding()
    desk.ask(record(), AT + 10 * DAY)
    return desk


_WHOLE = (Completer("周明", "1"),)
Case = tuple[Callable[[], Desk], Callable[[Desk], SettlementCommand], str]

CLAIM_CASES: dict[Refusal, Case] = {
    Refusal.SPECIALIST_DECLARED: (_shared, lambda _: share(), CLAIM),
    Refusal.SPECIALIST_NAME: (claimed, lambda _: share(specialist="  "), CLAIM),
    Refusal.SPECIALIST_NONE: (_for_seller, lambda _: share(party=UNIVERSITY.id), CLAIM),
    Refusal.REWARD_PLAN_INVALID: (paid_out, lambda _: plan(reward_fen=0), TRADE),
    Refusal.REWARD_SHARES: (paid_out, lambda _: plan(completers=(Completer("周明", "0.999"),)), TRADE),
    Refusal.REWARD_LEADER: (
        paid_out,
        lambda _: plan(completers=(Completer("周明", "1", "legal_representative", "equity"),)),
        TRADE,
    ),
    Refusal.REWARD_BELOW_FLOOR: (paid_out, lambda _: plan(reward_fen=1, completers=_WHOLE), TRADE),
    Refusal.REWARD_APPROVED: (rewarding, lambda _: plan(), TRADE),
    Refusal.REWARD_NOT_APPROVED: (planned, lambda _: record(), TRADE),
    Refusal.REWARD_UNKNOWN: (planned, lambda _: approve(version=2), TRADE),
    Refusal.REWARD_NOT_DUE: (rewarding, lambda _: record(instalment=9), TRADE),
    Refusal.REWARD_PAID: (_rewarded, lambda _: record(), TRADE),
}
