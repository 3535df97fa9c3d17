"""Four eyes for suspension and cancellation, in a house at work."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.demo.data import load
from exchange.demo.steps import NOTICE, Steps, plan_lot
from exchange.house.command import Command, Denied, Outcome, Principal
from exchange.house.house import House
from exchange.house.state_form import decode, encode
from exchange.market.stop_messages import Action, ConfirmStop, ProposeStop, WithdrawStop
from exchange.market.stop_state import Stop, StopState
from exchange.market.stops import CANCELLATION_OPEN, EMERGENCY, SUSPENSION_OPEN
from exchange.store.clock import ManualClock
from matching_engine.commands import Cancel, Resume, Suspend
from matching_engine.errors import Malformed
from matching_engine.lifecycle import LifecycleState
from tests.exchange.house.running import BEGIN, LOT, RULEBOOK, command, open_lot, opened, running, sqlite_url

MINUTE = 60_000_000


class Desk:
    """Operators at work on one open lot."""

    def __init__(self, house: House, clock: ManualClock) -> None:
        self.house = house
        self.clock = clock

    async def propose(
        self, who: str = "operator", action: Action = "suspend", person: str = "", **more: object
    ) -> Outcome:
        """One operator wants the lot stopped."""
        body = ProposeStop(action, "线路故障", _account(who), LOT, person=person, **more)  # type: ignore[arg-type]
        outcome = await self.house.submit(command(who, body))
        await self.house.settled()
        return outcome

    async def confirm(self, who: str = "operator2", stop: str = "ST-1", person: str = "") -> Outcome:
        """Another agrees."""
        outcome = await self.house.submit(command(who, ConfirmStop(stop, _account(who), person)))
        await self.house.settled()
        return outcome

    async def wait(self, length: int) -> None:
        """Let time go by, with the gavel."""
        self.clock.advance(length)
        await self.house.gavel.strike()
        await self.house.settled()

    def stop(self, stop: str = "ST-1") -> Stop:
        """A proposal as it stands."""
        return self.house.view.market.stops.all[stop]

    def suspended(self) -> bool:
        """Whether the lot stands still."""
        return self.house.view.lots[LOT].suspended


def _account(who: str) -> str:
    return command(who, Resume(LOT)).principal.account


def refused(outcome: Outcome) -> str:
    """The code of a refusal; empty when there is none."""
    return outcome.refusal.code if outcome.refusal else ""


@pytest.fixture
async def desk(sqlite_path: Path) -> AsyncIterator[Desk]:
    """A house with an open lot."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        yield Desk(house, clock)


async def test_a_suspension_takes_two_persons(desk: Desk) -> None:
    """Nothing stands still before the second one agreed, and nobody agrees with oneself, under whichever account."""
    await desk.propose(person="P-9")
    assert not desk.suspended()
    for who, person in (("operator", ""), ("operator2", "P-9")):
        with pytest.raises(Denied) as denied:
            await desk.confirm(who, person=person)
        assert (denied.value.code, denied.value.status) == ("FOUR_EYES", 403)
    await desk.confirm(person="P-10")
    assert desk.suspended()
    assert desk.stop().state is StopState.CONFIRMED
    assert refused(await desk.confirm()) == "STOP_STATE"
    await desk.wait(2 * SUSPENSION_OPEN)
    assert desk.suspended()


async def test_a_proposal_lapses(desk: Desk) -> None:
    """Unconfirmed, a cancellation is void after its time, and the lot ended by its own rules."""
    await desk.propose(action="cancel")
    await desk.wait(CANCELLATION_OPEN)
    assert desk.stop().state is StopState.LAPSED


async def test_a_confirmed_cancellation_ends_the_lot(desk: Desk) -> None:
    """With the reason that was proposed, and only once."""
    await desk.propose(action="cancel")
    assert refused(await desk.propose("operator2", "cancel")) == "STOP_EXISTS"
    await desk.confirm()
    lot = desk.house.view.lots[LOT]
    assert (lot.state, lot.reason) == (LifecycleState.CANCELLED, "线路故障")
    assert refused(await desk.propose(action="cancel")) == "STOP_NOTHING"


async def test_an_emergency_stop_lapses_into_resumption(desk: Desk) -> None:
    """One operator stops at once; after ten minutes alone the lot goes on, its close moved by them, and not again."""
    closes_at = desk.house.view.lots[LOT].closes_at or 0
    await desk.propose(at_once=True)
    assert desk.suspended()
    await desk.wait(EMERGENCY - 1)
    assert desk.suspended()
    await desk.wait(1)
    assert not desk.suspended()
    assert desk.house.view.lots[LOT].closes_at == closes_at + EMERGENCY
    assert refused(await desk.propose(at_once=True)) == "STOP_REPEATED"
    await desk.propose("operator2", at_once=True)
    assert desk.suspended()


async def test_a_confirmed_emergency_stop_lasts(desk: Desk) -> None:
    """With the second person it is a suspension like any other, until somebody resumes."""
    await desk.propose(at_once=True)
    await desk.confirm()
    await desk.wait(2 * EMERGENCY)
    assert desk.suspended()
    await desk.house.submit(command("operator", Resume(LOT)))
    assert not desk.suspended()


async def test_an_emergency_stop_that_was_taken_back_or_resumed_holds_nothing(desk: Desk) -> None:
    """Taken back, the lot goes on; resumed by hand, the proposal is over and its time moves nothing more."""
    await desk.propose(at_once=True)
    await desk.house.submit(command("operator", WithdrawStop("ST-1", _account("operator"), "已排除")))
    await desk.house.settled()
    assert not desk.suspended()
    await desk.propose("operator2", at_once=True)
    await desk.house.submit(command("operator", Resume(LOT)))
    assert desk.stop("ST-2").state is StopState.WITHDRAWN
    assert desk.house.view.market.stops.due == {}


async def test_a_suspension_is_lifted_as_a_whole(desk: Desk) -> None:
    """One operator lifts what two agreed on; lifted once, there is nothing left to lift."""
    await desk.propose()
    await desk.confirm()
    assert desk.suspended()
    lift = WithdrawStop("ST-1", _account("operator"), "已恢复")
    assert refused(await desk.house.submit(command("operator", lift))) == ""
    await desk.house.settled()
    assert not desk.suspended()
    assert refused(await desk.house.submit(command("operator", lift))) == "STOP_STATE"


async def test_a_lot_that_opens_in_a_suspended_session_stands_still(sqlite_path: Path) -> None:
    """A session is stopped before it opens; its lot opens suspended, and goes on when the emergency stop lapses."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        steps = Steps(house, "coming")
        await steps.enrol()
        await steps.offer("A1", load()[0])
        clock.advance(NOTICE)
        await house.gavel.strike()
        plan = plan_lot(LOT, "A1", load()[0], clock.now() + MINUTE, 60 * MINUTE)
        await steps.schedule("S1", "专场", (plan,))
        desk = Desk(house, clock)
        assert refused(await desk.propose(at_once=True)) == "STOP_NOTHING"
        body = ProposeStop("suspend", "停电", _account("operator"), session="S1", at_once=True)
        await house.submit(command("operator", body))
        await desk.wait(MINUTE)
        assert desk.suspended()
        await desk.wait(EMERGENCY - MINUTE)
        assert not desk.suspended()
        closes_at = house.view.lots[LOT].closes_at or 0
        assert closes_at == (plan.terms.closes_at or 0) + EMERGENCY - MINUTE


async def test_a_full_suspension_takes_over_from_an_emergency_stop(desk: Desk) -> None:
    """What two agreed on does not end with what one did alone."""
    await desk.propose(at_once=True)
    await desk.propose("operator2")
    await desk.confirm("operator", "ST-2")
    await desk.wait(EMERGENCY)
    assert desk.stop().state is StopState.LAPSED
    assert desk.suspended()


async def test_nobody_stops_a_lot_past_the_two(desk: Desk) -> None:
    """The lot's own commands are the house's; a name must be one's own; a reason and one aim are needed."""
    for body in (Suspend(LOT, "x"), Cancel(LOT, "x"), ProposeStop("cancel", "x", "somebody", LOT)):
        with pytest.raises(Denied, match="FORBIDDEN"):
            await desk.house.submit(command("operator", body))
    stranger = Principal("a", "P", frozenset({"bidder"}))
    with pytest.raises(Denied, match="FORBIDDEN"):
        await desk.house.submit(Command("stop-by-stranger", stranger, ProposeStop("cancel", "x", "a", LOT)))
    own = _account("operator")
    wrong = {
        "reason": ProposeStop("cancel", " ", own, LOT),
        "lot": ProposeStop("cancel", "x", own, LOT, "S1"),
        "at_once": ProposeStop("cancel", "x", own, LOT, at_once=True),
    }
    for field, body in wrong.items():
        with pytest.raises(Malformed) as malformed:
            await desk.house.submit(command("operator", body))
        assert malformed.value.field == field
    unknown = ProposeStop("suspend", "x", own, session="S9")
    assert refused(await desk.house.submit(command("operator", unknown))) == "SESSION_UNKNOWN"
    assert refused(await desk.confirm(stop="ST-9")) == "STOP_UNKNOWN"


async def test_a_whole_session_is_stopped_and_a_snapshot_keeps_it(desk: Desk) -> None:
    """A session names its lots; proposals are state like any other."""
    body = ProposeStop("suspend", "停电", _account("operator"), session="S1", at_once=True)
    await desk.house.submit(command("operator", body))
    await desk.house.settled()
    assert desk.suspended()
    view = desk.house.view
    assert decode(encode(view), RULEBOOK).market.stops == view.market.stops
