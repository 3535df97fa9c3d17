"""Step-up: which commands somebody asks only after showing a second factor, and how long that holds.

A password alone shall not bind anybody. Before the first bid in a market session, and before each act that signs,
approves or cannot be undone, the sign-in must have shown a second factor within five minutes. What is not in the
table needs none (the default): it binds nobody for money, or another person has to confirm it here.
"""

from enum import StrEnum
from typing import Any, Literal

import msgspec

from exchange.house.state import State
from exchange.market.commands import AnswerSecondBest
from exchange.market.licence_messages import TakeOpenLicence
from exchange.market.negotiation_commands import AgreeTerms
from exchange.market.seal_messages import GiveSealShare
from exchange.market.stop_messages import ConfirmStop
from exchange.market.trial_messages import AgreeTrial, ConvertTrial
from matching_engine import commands as lc
from settlement import account_commands as ac
from settlement import commands as sc
from settlement import registration_commands as rc
from settlement import reward_messages as rw
from settlement.milestone_messages import AcceptMilestone, TerminateTrade
from settlement.rescission_messages import AgreeRescission

Policy = Literal["required", "enrolled", "off"]
"""`required`: nobody binds without a second factor; `enrolled`: those who have one are asked; `off`: nobody is."""
FRESH_FOR = 5 * 60 * 1_000_000
"""µs for which a second factor counts after it was shown."""


class Need(StrEnum):
    """How fresh a second factor must be for a command."""

    NONE = "none"
    ONCE = "once"
    """Fresh at the first such command of a sign-in in a market session; later ones there do not ask again."""
    FRESH = "fresh"
    """Fresh each time."""


TABLE: dict[type, Need] = {
    **dict.fromkeys((lc.Bid, lc.Match, lc.Accept), Need.ONCE),
    **dict.fromkeys(
        (
            lc.Seal,
            AgreeTerms,
            AgreeTrial,
            ConvertTrial,
            TakeOpenLicence,
            AnswerSecondBest,
            ConfirmStop,
            GiveSealShare,
            sc.SignContract,
            sc.ApproveClaim,
            sc.RefundSuspense,
            sc.AssignSuspense,
            sc.DeclareDefault,
            AcceptMilestone,
            TerminateTrade,
            ac.ConfirmPayoutAccount,
            ac.DirectPayment,
            rw.ApproveReward,
            AgreeRescission,
            rc.RegisterContract,
            rc.RefuseRegistration,
            rc.ConfirmChange,
            rc.CancelRegistration,
            rc.RevokeRegistration,
        ),
        Need.FRESH,
    ),
}
"""Command → need. What is not here needs none."""


class Standing(msgspec.Struct, frozen=True):
    """How surely the asker is who the account says.

    `program`: "" for a browser's sign-in; for a key "strong" when it was made after a second factor or signs its
    requests, else "weak".
    """

    enrolled: bool
    stepped_up_at: int | None = None
    confirmed: frozenset[str] = frozenset()
    program: Literal["", "weak", "strong"] = ""


def need_of(body: object) -> Need:
    """What a command needs."""
    return TABLE.get(type(body), Need.NONE)


def market_session(body: Any, state: State) -> str:
    """The market session of a command about a lot; the lot itself where it stands in none."""
    placed = state.market.lot_plans.get(body.lot)
    return placed.session if placed else str(body.lot)


def fresh(standing: Standing, at: int) -> bool:
    """Whether a second factor was shown at most five minutes ago."""
    return standing.stepped_up_at is not None and at - standing.stepped_up_at <= FRESH_FOR


def lacking(body: object, standing: Standing, policy: Policy, state: State, at: int) -> str | None:
    """The code of what is missing before the command may be asked; None when nothing is."""
    need = need_of(body)
    if need is Need.NONE:
        return None
    if need is Need.ONCE and standing.enrolled and market_session(body, state) in standing.confirmed:
        return None
    return lacking_anywhere(standing, policy, at)


def lacking_anywhere(standing: Standing, policy: Policy, at: int) -> str | None:
    """The same for an act that needs a fresh second factor, whatever it is.

    SECOND_FACTOR_REQUIRED: the account has none and needs one. STEP_UP_REQUIRED: show it again.
    SIGNATURE_REQUIRED: the program's key is too weak to bind.
    """
    if policy == "off" or standing.program == "strong":
        return None
    if policy == "enrolled" and not standing.enrolled:
        return None
    if standing.program:
        return "SIGNATURE_REQUIRED"
    if not standing.enrolled:
        return "SECOND_FACTOR_REQUIRED"
    return None if fresh(standing, at) else "STEP_UP_REQUIRED"


def to_note(body: object, standing: Standing, state: State) -> str | None:
    """The market session that the sign-in need not be asked about again, once this command went through."""
    if need_of(body) is not Need.ONCE or not standing.enrolled or standing.program:
        return None
    session = market_session(body, state)
    return None if session in standing.confirmed else session
