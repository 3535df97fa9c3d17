"""A result on its way: its holder is told, answers, is asked again, and says what comes after the release."""

from datetime import date

from exchange.market import release_commands as c
from exchange.market import release_events as e
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.release_clock import answer_until
from exchange.market.release_state import ANSWERABLE, Case, Notice, Scan, Stage
from exchange.market.release_terms import Answer
from exchange.market.state import Market
from exchange.market.unconverted import CONVERTING, year_after
from settlement.dates import end_of_day, shanghai_date

TEXT_MAX = 2000
LINE_MAX = 300
_AFTER_ANSWER = {
    "consent": Stage.CONSENTED,
    "converted": Stage.CLAIMED,
    "defer": Stage.ASKED,
    "decline": Stage.DECLINED,
}


def record_scan(market: Market, command: c.RecordScan) -> Events:
    """A day is recorded once."""
    done = market.releases.scan
    if done is not None and done.day >= command.day:
        return ()
    return (
        e.ReleaseScanned(command.day, command.rows, command.counts, command.data_digest, command.list_digest),
    )


def notify(market: Market, command: c.NotifyRelease, at: int) -> Events:
    """Each notice goes out once; with the last one the holder's term begins. A conversion that was undone begins anew."""
    case = market.releases.cases.get(command.achievement)
    back = case is not None and case.stage is Stage.CONVERTED
    if case is not None and case.told(command.kind, command.candidate_from) and not back:
        return ()
    unasked = case is None or back or case.stage is Stage.ANNOUNCED
    until = answer_until(shanghai_date(at)) if command.kind == "T0" and unasked else None
    return (
        e.ReleaseNotified(
            command.achievement,
            command.holder,
            command.kind,
            command.clock,
            command.last_day,
            command.candidate_from,
            command.recipients,
            at,
            until,
        ),
    )


def answer(market: Market, command: c.AnswerRelease, at: int) -> Events:
    """The holder answers, late too; on a frozen list it can only take its consent back."""
    case = market.releases.cases.get(command.achievement)
    if case is None or case.holder != command.holder:
        detail = "no notice of such a result went to you"
        return refuse(command.achievement, command, MarketRefusal.RELEASE_UNKNOWN, detail)
    withdraws = case.stage is Stage.FROZEN and command.answer.kind == "decline"
    if case.stage not in ANSWERABLE and not withdraws:
        return refuse(
            command.achievement, command, MarketRefusal.RELEASE_STATE, f"the result is {case.stage}"
        )
    fault = answer_fault(command.answer, shanghai_date(at))
    if fault is not None:
        return refuse(command.achievement, command, MarketRefusal.RELEASE_ANSWER, fault)
    in_time = case.answer_until is None or at <= case.answer_until
    return (
        e.ReleaseAnswered(command.achievement, command.holder, command.answer, command.author, at, in_time),
    )


def answer_fault(one: Answer, today: date) -> str | None:
    """What is missing in an answer, naming the field; None when it is whole."""
    if len(one.reasons) > TEXT_MAX or max(len(one.evidence), len(one.contact)) > LINE_MAX:
        return f"reasons: at most {TEXT_MAX} characters; evidence and contact: at most {LINE_MAX}"
    if one.kind == "consent":
        return None if one.contact.strip() else "contact: whom readers of the list may ask"
    if one.kind == "converted":
        return _conversion_fault(one, today)
    return _deferral_fault(one, today) if one.kind == "defer" else None


def _conversion_fault(one: Answer, today: date) -> str | None:
    if one.mode not in CONVERTING:
        return f"mode: one of {', '.join(sorted(CONVERTING))}; listings and letters of intent convert nothing"
    if one.converted_on is None or one.converted_on > today:
        return "converted_on: the day on which the contract took effect, not after today"
    return None if one.evidence.strip() else "evidence: the contract, or the proof of sales"


def _deferral_fault(one: Answer, today: date) -> str | None:
    if not one.reasons.strip():
        return "reasons: what the deferral is for, a pilot test or a negotiation"
    latest = year_after(today)
    if one.deferred_until is None or not today < one.deferred_until <= latest:
        return f"deferred_until: a day after {today}, up to {latest}"
    return None


def rule(market: Market, command: c.RuleReleaseAnswer, at: int) -> Events:
    """The exchange looked at what the holder sent."""
    case = market.releases.cases.get(command.achievement)
    if case is None:
        return refuse(
            command.achievement, command, MarketRefusal.RELEASE_UNKNOWN, "no notice of such a result"
        )
    if case.stage not in (Stage.CLAIMED, Stage.ASKED):
        return refuse(
            command.achievement, command, MarketRefusal.RELEASE_STATE, f"the result is {case.stage}"
        )
    if not command.reasons.strip() or len(command.reasons) > TEXT_MAX:
        return refuse(
            command.achievement, command, MarketRefusal.REASONS_MISSING, "say why, in 1 to 2000 characters"
        )
    until = None if command.accepted else answer_until(shanghai_date(at))
    return (
        e.ReleaseAnswerRuled(command.achievement, command.accepted, command.reasons, command.author, until),
    )


def advance(market: Market, command: c.AdvanceRelease, at: int) -> Events:
    """A term that ran out unanswered is recorded; after a deferral the holder is asked again."""
    due = market.releases.due.get(command.achievement)
    if due is None or due > at:
        return ()
    case = market.releases.cases[command.achievement]
    if case.stage is Stage.DEFERRED:
        return (e.ReleaseDeferralEnded(case.achievement, answer_until(shanghai_date(at))),)
    return (e.ReleaseLapsed(case.achievement, due),)


def close(market: Market, command: c.CloseRelease) -> Events:
    """Converted: nobody is asked any more. What stands on a frozen list falls out when it is published."""
    case = market.releases.cases.get(command.achievement)
    if case is None or case.stage in (Stage.CONVERTED, Stage.FROZEN):
        return ()
    return (e.ReleaseClosed(command.achievement, command.reason),)


def follow(market: Market, command: c.FollowRelease) -> Events:
    """What was published and not bought goes on as its holder says."""
    case = market.releases.cases.get(command.achievement)
    if case is None or case.holder != command.holder:
        return refuse(
            command.achievement, command, MarketRefusal.RELEASE_UNKNOWN, "no result of yours was published"
        )
    if case.stage is not Stage.PUBLISHED and not (
        case.stage is Stage.OPEN_LICENCE and command.choice == "next_batch"
    ):
        return refuse(
            command.achievement, command, MarketRefusal.RELEASE_STATE, f"the result is {case.stage}"
        )
    return (
        e.ReleaseFollowed(
            command.achievement, command.holder, case.batches[-1], command.choice, command.author
        ),
    )


# What the events add up to


def scanned(market: Market, event: e.ReleaseScanned) -> None:
    """The newest figures."""
    market.releases.scan = Scan(event.day, event.rows, event.counts, event.data_digest, event.list_digest)


def notified(market: Market, event: e.ReleaseNotified) -> None:
    """A new case, or a further notice of one."""
    cases = market.releases.cases
    case = cases.get(event.achievement)
    if case is None:
        case = cases[event.achievement] = Case(
            event.achievement, event.holder, event.clock, event.last_day, event.candidate_from
        )
    case.holder, case.clock = event.holder, event.clock
    case.last_day, case.candidate_from = event.last_day, event.candidate_from
    case.notices.append(Notice(event.kind, event.candidate_from, event.at, event.recipients))
    if event.answer_until is not None:
        _ask(market, case, event.answer_until)


def _ask(market: Market, case: Case, until: int) -> None:
    case.stage, case.answer_until = Stage.DUE, until
    market.releases.due[case.achievement] = until + 1


def answered(market: Market, event: e.ReleaseAnswered) -> None:
    """The newest answer counts; nothing is due until it is looked at."""
    case = market.releases.cases[event.achievement]
    case.answer, case.answered_at, case.accepted, case.ruling = event.answer, event.at, None, ""
    case.stage = _AFTER_ANSWER[event.answer.kind]
    case.declines += event.answer.kind == "decline"
    market.releases.due.pop(event.achievement, None)


def ruled(market: Market, event: e.ReleaseAnswerRuled) -> None:
    """Enough: converted, or deferred to the day asked for. Not enough: asked again."""
    case = market.releases.cases[event.achievement]
    case.accepted, case.ruling = event.accepted, event.reasons
    if event.answer_until is not None:
        _ask(market, case, event.answer_until)
    elif case.stage is Stage.CLAIMED:
        case.stage = Stage.CONVERTED
    elif case.answer is not None and case.answer.deferred_until is not None:
        case.stage = Stage.DEFERRED
        market.releases.due[case.achievement] = end_of_day(case.answer.deferred_until) + 1


def lapsed(market: Market, event: e.ReleaseLapsed) -> None:
    """Without an answer it stays where it is."""
    market.releases.cases[event.achievement].stage = Stage.UNANSWERED
    market.releases.due.pop(event.achievement, None)


def deferral_ended(market: Market, event: e.ReleaseDeferralEnded) -> None:
    """Asked again."""
    _ask(market, market.releases.cases[event.achievement], event.answer_until)


def closed(market: Market, event: e.ReleaseClosed) -> None:
    """Nothing is due any more."""
    market.releases.cases[event.achievement].stage = Stage.CONVERTED
    market.releases.due.pop(event.achievement, None)


def followed(market: Market, event: e.ReleaseFollowed) -> None:
    """Into the next batch under the consent that stands, or to everybody who takes the licence."""
    case = market.releases.cases[event.achievement]
    case.choice = event.choice
    case.stage = Stage.CONSENTED if event.choice == "next_batch" else Stage.OPEN_LICENCE
