"""What holds for every lot, whatever is asked of it."""

from copy import deepcopy

import msgspec
import pytest
from hypothesis import given, settings

from matching_engine import canonical
from matching_engine import events as e
from matching_engine.commands import Advance, LotCommand, Postpone, PutUp, Resume, SetEntry, Suspend
from matching_engine.lot import Lot, decide, evolve
from matching_engine.terms import Mechanism
from tests.matching_engine.naive.twin import SEALED
from tests.matching_engine.scripts import CLOSES, LOT, OPENS, script, seeds
from web.rehearsal.run import Transcript, rehearse_script
from web.rehearsal.script import Script, Step

MECHANISMS = pytest.mark.parametrize("mechanism", Mechanism)
OPEN = [mechanism for mechanism in Mechanism if mechanism not in SEALED]
SOME = settings(max_examples=60, deadline=None)
FINAL = (e.Hammered, e.Passed, e.Cancelled)
PRICE = (e.BidAccepted, e.BidMatched, e.ProxyRaised, e.BidSealed, e.LicenceAccepted, e.MaximumRaised)


def journal(played: Script, transcript: Transcript) -> list[tuple[int, bytes]]:
    """Everything as a journal would hold it: instants and canonical bytes."""
    setup: list[e.LotEvent] = [e.LotPutUp(LOT, played.terms)]
    setup += [e.EntrySet(LOT, code, status) for code, status in played.entries.items()]
    rows = [(OPENS, event) for event in setup] + [(h.at, h.event) for h in transcript.happened]
    return [(at, canonical.encode(event)) for at, event in rows]


def read(row: bytes) -> e.LotEvent:
    """An event from its bytes."""
    event: e.LotEvent = msgspec.json.decode(row, type=e.LotEvent)
    return event


def replayed(rows: list[tuple[int, bytes]]) -> Lot:
    """The lot that a journal adds up to."""
    lot: Lot | None = None
    for at, row in rows:
        lot = evolve(lot, read(row), at)
    assert lot is not None
    return lot


@MECHANISMS
@SOME
@given(seed=seeds)
def test_a_journal_read_back_gives_the_same_lot(mechanism: Mechanism, seed: int) -> None:
    """Events survive their bytes, and their replay is the live lot, byte for byte."""
    played = script(mechanism, seed)
    transcript = rehearse_script(played)
    rows = journal(played, transcript)
    assert [canonical.encode(read(row)) for _, row in rows] == [row for _, row in rows]
    again = replayed(rows)
    assert again == transcript.lot
    assert canonical.encode(again.plain()) == canonical.encode(transcript.lot.plain())


@MECHANISMS
@SOME
@given(seed=seeds)
def test_the_same_script_gives_the_same_digest(mechanism: Mechanism, seed: int) -> None:
    """The digest follows from the script, and another reserve is another digest."""
    played = script(mechanism, seed)
    digest = rehearse_script(played).digest
    assert rehearse_script(script(mechanism, seed)).digest == digest
    other = msgspec.structs.replace(played.terms, reserve_price_fen=7_777)
    assert rehearse_script(Script(LOT, other, played.entries, played.steps)).digest != digest


@MECHANISMS
@SOME
@given(seed=seeds)
def test_deciding_changes_nothing(mechanism: Mechanism, seed: int) -> None:
    """`decide` reads only, also where it looks ahead over everything that is due."""
    played = script(mechanism, seed)
    lot = put_up(played)
    for step in played.steps:
        before = deepcopy(lot)
        decide(lot, step.command, step.at)
        decide(lot, step.command, step.at + 1000)
        assert lot == before
        for event in decide(lot, step.command, step.at):
            lot = evolve(lot, event, step.at)


@MECHANISMS
@SOME
@given(seed=seeds)
def test_the_invariants_of_a_lot(mechanism: Mechanism, seed: int) -> None:
    """One final event, and the last that touches the price; nothing is accepted at or after a close that was announced;
    the winner meets the reserve; each step of a bidder has exactly one answer."""
    played = script(mechanism, seed)
    transcript = rehearse_script(played)
    events = [h.event for h in transcript.happened]
    final = [n for n, event in enumerate(events) if isinstance(event, FINAL)]
    assert len(final) == 1
    assert not any(isinstance(event, PRICE) for event in events[final[0] :])
    for h in transcript.happened:
        if isinstance(h.event, e.BidAccepted):
            assert h.event.closes_at is not None
            assert h.at < h.event.closes_at
    lot = transcript.lot
    if lot.rules.keeps_reserve and played.terms.reserve_price_fen is not None:
        assert not any(lot.better(played.terms.reserve_price_fen, winner.price_fen) for winner in lot.winners)
    bidders = [step for step in played.steps if hasattr(step.command, "bidder")]
    answers = [
        event
        for event in events
        if isinstance(event, (*PRICE, e.BidRefused)) and not isinstance(event, e.ProxyRaised)
    ]
    assert len(answers) == len(bidders) == lot.accepted + lot.refused
    assert [(type(h.event), h.at) for h in transcript.happened] == sorted(
        [(type(h.event), h.at) for h in transcript.happened], key=lambda row: row[1]
    )


def put_up(played: Script) -> Lot:
    """The lot of a script with its entries."""
    lot = evolve(None, decide(None, PutUp(LOT, played.terms), 0)[0], 0)
    for code, status in played.entries.items():
        lot = evolve(lot, decide(lot, SetEntry(LOT, code, status), 0)[0], 0)
    return lot


def asked(played: Script, commands: list[tuple[LotCommand, int]]) -> tuple[Lot, list[e.LotEvent]]:
    """Commands asked of the lot one by one, without a gavel, and the clock once more at the very end."""
    lot, events = put_up(played), list[e.LotEvent]()
    for command, at in [*commands, (Advance(LOT), 10_000)]:
        for event in decide(lot, command, at):
            lot = evolve(lot, event, at)
            events.append(event)
    return lot, events


def by_bidders(steps: tuple[Step, ...]) -> list[tuple[LotCommand, int]]:
    """Steps without stops of the clock."""
    return [(s.command, s.at) for s in steps if not isinstance(s.command, Suspend | Resume)]


@pytest.mark.parametrize("mechanism", OPEN)
@SOME
@given(seed=seeds)
def test_a_late_gavel_changes_no_answer(mechanism: Mechanism, seed: int) -> None:
    """A command that comes before the gavel makes fall what was due: the events are those of a punctual gavel."""
    played = script(mechanism, seed)
    punctual = rehearse_script(played)
    late, events = asked(played, [(step.command, step.at) for step in played.steps])
    assert events == [h.event for h in punctual.happened]
    assert late == punctual.lot


@pytest.mark.parametrize("mechanism", OPEN)
@SOME
@given(seed=seeds)
def test_an_outage_is_like_a_suspension(mechanism: Mechanism, seed: int) -> None:
    """A lot postponed by the length of an outage goes on as one that was suspended for it, and is not hammered late."""
    played = script(mechanism, seed)
    down, length = OPENS + seed % (CLOSES - OPENS), 1 + seed % 13
    steps = by_bidders(played.steps)
    before = [*((command, at) for command, at in steps if at <= down), (Advance(LOT), down)]
    after = [(command, at + length) for command, at in steps if at > down]
    stop, go = (Suspend(LOT, "outage"), down), (Resume(LOT), down + length)
    move = (Postpone(LOT, length, "outage"), down + length)
    suspended, told = asked(played, [*before, stop, go, *after])
    postponed, also = asked(played, [*before, move, *after])
    aside = (e.LotSuspended, e.LotResumed, e.LotPostponed, e.CommandRefused)
    assert [x for x in also if not isinstance(x, aside)] == [x for x in told if not isinstance(x, aside)]
    assert postponed == suspended
