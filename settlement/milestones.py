"""Milestones: handed in with evidence, accepted and paid one by one, made good within a cure period, or failed.

Money of an accepted milestone goes out as soon as it is covered by what is held of the price and the contract is
concluded; what is left when the last one is accepted goes out as the proceeds of the sale. Civil Code, art. 563 and 857
on ending the contract, art. 566 and 567 on what follows: what was accepted stays paid, the rest goes back.
"""

import re
from datetime import timedelta

from matching_engine.errors import require
from settlement import milestone_messages as m
from settlement.dates import end_of_day, parse_date, shanghai_date
from settlement.dispatch import Deciders, Evolvers
from settlement.ids import milestone_id
from settlement.milestone_pay import held_fen, payable, refund
from settlement.milestone_state import Milestone, MilestoneState
from settlement.refusals import Events, Refusal, refuse
from settlement.state import ContractState, Settlement, Trade

TEXT_MAX = 2_000
YEARS_MAX = 10
_DIGEST = re.compile(r"([0-9a-f]{64})?", re.ASCII)
_OPEN = (MilestoneState.PLANNED, MilestoneState.REJECTED, MilestoneState.MISSED)
"""States in which something may be handed in."""
_PartyStep = m.SubmitMilestone | m.AcceptMilestone | m.RejectMilestone | m.GrantTime


def set_milestones(state: Settlement, command: m.SetMilestones, _at: int) -> Events:
    """Once, right after the award: they make the price."""
    trade = state.trades.get(command.trade)
    if trade is None:
        return refuse(command.trade, command, Refusal.TRADE_UNKNOWN, "there is no such trade")
    amounts_fen = [stone.amount_fen for stone in command.stones]
    if trade.milestones or trade.failed or sum(amounts_fen) != trade.price_fen:
        detail = "milestones are set once, and their parts make the price"
        return refuse(command.trade, command, Refusal.MILESTONES_INVALID, detail)
    return tuple(m.MilestoneSet(trade.id, number, stone) for number, stone in enumerate(command.stones, 1))


def submit(state: Settlement, command: m.SubmitMilestone, _at: int) -> Events:
    """The awardee hands in."""
    stone, refusal = _found(state, command, "seller", _OPEN)
    if stone is None:
        return refusal
    if not _concluded(state, state.trades[stone.trade]):
        detail = "work is handed in under a contract that both have signed"
        return refuse(command.trade, command, Refusal.CONTRACT_NOT_SIGNED, detail)
    if not 0 < len(command.evidence.strip()) <= TEXT_MAX or not _DIGEST.fullmatch(command.evidence_digest):
        detail = f"evidence: what was done, in 1 to {TEXT_MAX} characters, and a SHA-256 in hex or nothing"
        return refuse(command.trade, command, Refusal.MILESTONE_EVIDENCE, detail)
    submitted = m.MilestoneSubmitted(
        command.trade, command.number, command.author, command.evidence, command.evidence_digest
    )
    return (submitted,)


def accept(state: Settlement, command: m.AcceptMilestone, _at: int) -> Events:
    """The issuer accepts what was handed in."""
    stone, refusal = _found(state, command, "buyer", (MilestoneState.SUBMITTED,))
    if stone is None:
        return refusal
    return (m.MilestoneAccepted(command.trade, command.number, command.author),)


def reject(state: Settlement, command: m.RejectMilestone, at: int) -> Events:
    """The first time there is a cure period, the second time it has failed."""
    stone, refusal = _found(state, command, "buyer", (MilestoneState.SUBMITTED,))
    if stone is None:
        return refusal
    if not 0 < len(command.reasons.strip()) <= TEXT_MAX:
        detail = f"reasons: why it does not meet the criteria, in 1 to {TEXT_MAX} characters"
        return refuse(command.trade, command, Refusal.MILESTONE_EVIDENCE, detail)
    until = max(stone.due_on, (shanghai_date(at) + timedelta(days=stone.cure_days)).isoformat())
    rejected = m.MilestoneRejected(command.trade, command.number, command.author, command.reasons, until)
    failed = (m.MilestoneFailed(command.trade, command.number),) if stone.rejections else ()
    return (rejected, *failed)


def grant(state: Settlement, command: m.GrantTime, at: int) -> Events:
    """Another last day, also for one that has failed."""
    stone, refusal = _found(state, command, "buyer", (*_OPEN, MilestoneState.FAILED))
    if stone is None:
        return refusal
    day, today = parse_date(command.due_on), shanghai_date(at)
    least = max(stone.due_on, today.isoformat())
    if day is None or command.due_on <= least or day.year > today.year + YEARS_MAX:
        detail = f"due_on: got {command.due_on}, expected a day after {least}, within {YEARS_MAX} years"
        return refuse(command.trade, command, Refusal.DATE_INVALID, detail)
    return (m.TimeGranted(command.trade, command.number, command.author, command.due_on),)


def advance(state: Settlement, command: m.AdvanceMilestone, at: int) -> Events:
    """The gavel: nothing handed in by the last day, or not made good in time."""
    due = state.milestones_due.get(command.milestone)
    if due is None or due > at:
        return refuse(command.milestone, command, Refusal.MILESTONE_STATE, "nothing is due")
    stone = _by_id(state, command.milestone)
    last = parse_date(stone.due_on)
    if stone.state is not MilestoneState.PLANNED or last is None:
        return (m.MilestoneFailed(stone.trade, stone.number),)
    until = last + timedelta(days=stone.cure_days)
    return (m.MilestoneMissed(stone.trade, stone.number, until.isoformat()),)


def pay(state: Settlement, command: m.PayMilestones, _at: int) -> Events:
    """Order out what is accepted and covered; there is always something left for the proceeds."""
    trade = state.trades.get(command.trade)
    events = payable(state, trade) if trade is not None else ()
    return events or refuse(
        command.trade, command, Refusal.PAYMENT_NOT_DUE, "no milestone is accepted and covered"
    )


def terminate(state: Settlement, command: m.TerminateTrade, at: int) -> Events:
    """End the contract on a ground that holds; what is accepted is paid first."""
    trade = state.trades.get(command.trade)
    if trade is None or not trade.milestones:
        return refuse(command.trade, command, Refusal.TRADE_UNKNOWN, "there is no such trade with milestones")
    if trade.failed is not None:
        return refuse(command.trade, command, Refusal.TRADE_FAILED, trade.failed)
    if trade.payment is not None:
        return refuse(command.trade, command, Refusal.TERMINATION_GROUND, "every milestone is accepted")
    wrong = _ground_fault(state, trade, command, at)
    if wrong is not None:
        return refuse(command.trade, command, Refusal.TERMINATION_GROUND, wrong)
    if not 0 < len(command.reasons.strip()) <= TEXT_MAX:
        return refuse(command.trade, command, Refusal.MILESTONE_EVIDENCE, "reasons: say why")
    paid = payable(state, trade, ending=True)
    refund_fen = held_fen(state, trade) - sum(one.amount_fen for one in paid)
    ended = m.TradeTerminated(
        trade.id,
        trade.subject.listing,
        command.ground,
        command.party,
        command.author,
        command.reasons,
        refund_fen,
        shanghai_date(at).isoformat(),
    )
    return (*paid, ended, *refund(state, trade, refund_fen))


def _ground_fault(state: Settlement, trade: Trade, command: m.TerminateTrade, at: int) -> str | None:
    """Why a ground does not hold; None when it does."""
    side = trade.side_of(command.party)
    if command.ground == "unpaid":
        return _unpaid_fault(state, trade, side, at)
    if side != "buyer":
        return "the issuer ends it on this ground"
    if command.ground == "failed":
        failed = any(stone.state is MilestoneState.FAILED for stone in trade.milestones.values())
        return None if failed else "no milestone has failed"
    return _elimination_fault(state, trade)


def _unpaid_fault(state: Settlement, trade: Trade, side: str | None, at: int) -> str | None:
    """The awardee may end it when an accepted milestone is overdue and not covered by money held."""
    if side != "seller":
        return "the awardee ends it for want of payment"
    waiting = sum(
        stone.amount_fen
        for stone in trade.milestones.values()
        if stone.state is MilestoneState.ACCEPTED and stone.payment is None and _overdue(stone, at)
    )
    return None if waiting > held_fen(state, trade) else "no accepted milestone is overdue without its money"


def _overdue(stone: Milestone, at: int) -> bool:
    last = parse_date(stone.due_on)
    return last is not None and at > end_of_day(last)


def _elimination_fault(state: Settlement, trade: Trade) -> str | None:
    """Once every awardee still in the race has finished or failed a stage with elimination, the issuer may drop awardees
    down to the number that goes on."""
    racing = [
        one for one in state.trades.values() if one.lot == trade.lot and one.milestones and one.failed is None
    ]
    for number, stone in trade.milestones.items():
        done = all(
            one.milestones[number].state in (MilestoneState.ACCEPTED, MilestoneState.FAILED)
            for one in racing
            if number in one.milestones
        )
        if stone.keep and done and len(racing) > stone.keep:
            return None
    return "no stage with elimination is finished by everybody, or no more go on than may"


def _concluded(state: Settlement, trade: Trade) -> bool:
    contract = state.contracts.get(trade.contract or "")
    return contract is not None and contract.state is ContractState.CONCLUDED


def _found(
    state: Settlement, command: _PartyStep, side: str, states: tuple[MilestoneState, ...]
) -> tuple[Milestone | None, Events]:
    """The milestone, if the side may take the step where it stands; else the refusal."""
    trade = state.trades.get(command.trade)
    stone = trade.milestones.get(command.number) if trade else None
    if trade is None or stone is None:
        detail = "there is no such milestone"
        return None, refuse(command.trade, command, Refusal.MILESTONE_UNKNOWN, detail)
    if trade.side_of(command.party) != side:
        return None, refuse(command.trade, command, Refusal.NOT_A_PARTY, f"the {side} does this")
    if trade.failed is not None:
        return None, refuse(command.trade, command, Refusal.TRADE_FAILED, trade.failed)
    if stone.state not in states:
        detail = f"milestone {stone.number} is {stone.state}"
        return None, refuse(command.trade, command, Refusal.MILESTONE_STATE, detail)
    return stone, ()


def _by_id(state: Settlement, milestone: str) -> Milestone:
    number, _, trade = milestone.removeprefix("M").partition("-")
    return state.trades[trade].milestones[int(number)]


# What the events add up to


def _watch(state: Settlement, stone: Milestone, day: str) -> None:
    last = parse_date(day)
    require(last is not None, "a milestone has a last day")
    if last is not None:
        state.milestones_due[stone.id] = end_of_day(last) + 1


def milestone_set(state: Settlement, event: m.MilestoneSet, _at: int) -> None:
    """It stands, with its last day."""
    trade, one = state.trades[event.trade], event.stone
    require(event.number == len(trade.milestones) + 1, "milestones are numbered without a gap")
    stone = Milestone(
        milestone_id(trade.id, event.number),
        trade.id,
        event.number,
        one.title,
        one.criteria,
        one.amount_fen,
        one.due_on,
        one.cure_days,
        one.keep,
    )
    trade.milestones[event.number] = stone
    _watch(state, stone, stone.due_on)


def submitted(state: Settlement, event: m.MilestoneSubmitted, at: int) -> None:
    """Nothing is due while the issuer looks at it."""
    stone = state.trades[event.trade].milestones[event.number]
    require(stone.state in _OPEN, "what is open is handed in")
    stone.state, stone.submitted_at = MilestoneState.SUBMITTED, at
    stone.evidence, stone.evidence_digest = event.evidence, event.evidence_digest
    state.milestones_due.pop(stone.id, None)


def accepted(state: Settlement, event: m.MilestoneAccepted, at: int) -> None:
    """Its part of the price is earned."""
    stone = state.trades[event.trade].milestones[event.number]
    require(stone.state is MilestoneState.SUBMITTED, "what was handed in is accepted")
    stone.state, stone.accepted_at = MilestoneState.ACCEPTED, at


def rejected(state: Settlement, event: m.MilestoneRejected, _at: int) -> None:
    """It may be made good."""
    stone = state.trades[event.trade].milestones[event.number]
    stone.state, stone.reasons = MilestoneState.REJECTED, event.reasons
    stone.rejections += 1
    stone.cure_until = event.cure_until
    _watch(state, stone, event.cure_until)


def missed(state: Settlement, event: m.MilestoneMissed, _at: int) -> None:
    """It may still be made good."""
    stone = state.trades[event.trade].milestones[event.number]
    stone.state, stone.cure_until = MilestoneState.MISSED, event.cure_until
    _watch(state, stone, event.cure_until)


def failed(state: Settlement, event: m.MilestoneFailed, _at: int) -> None:
    """The issuer decides what follows."""
    stone = state.trades[event.trade].milestones[event.number]
    require(stone.state is not MilestoneState.ACCEPTED, "what was accepted has not failed")
    stone.state = MilestoneState.FAILED
    state.milestones_due.pop(stone.id, None)


def granted(state: Settlement, event: m.TimeGranted, _at: int) -> None:
    """As if it had been planned for that day."""
    stone = state.trades[event.trade].milestones[event.number]
    stone.state, stone.due_on, stone.cure_until = MilestoneState.PLANNED, event.due_on, ""
    stone.rejections = 0
    _watch(state, stone, event.due_on)


DECIDE: Deciders = {
    m.SetMilestones: set_milestones,
    m.SubmitMilestone: submit,
    m.AcceptMilestone: accept,
    m.RejectMilestone: reject,
    m.GrantTime: grant,
    m.TerminateTrade: terminate,
    m.PayMilestones: pay,
    m.AdvanceMilestone: advance,
}
EVOLVE: Evolvers = {
    m.MilestoneSet: milestone_set,
    m.MilestoneSubmitted: submitted,
    m.MilestoneAccepted: accepted,
    m.MilestoneRejected: rejected,
    m.MilestoneMissed: missed,
    m.MilestoneFailed: failed,
    m.TimeGranted: granted,
}
