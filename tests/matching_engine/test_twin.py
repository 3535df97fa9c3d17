"""The engine against its slow twin: every line and every Result, of every mechanism, on random scripts."""

from typing import Any

import pytest
from hypothesis import given, settings

from matching_engine import events as e
from matching_engine.lot import Lot
from matching_engine.terms import Mechanism
from tests.matching_engine.naive.twin import Line, Twin
from tests.matching_engine.scripts import script, seeds
from web.rehearsal.lines import FIELDS
from web.rehearsal.run import Happened, Transcript, rehearse_script

MECHANISMS = pytest.mark.parametrize("mechanism", Mechanism)
SOME = settings(max_examples=150, deadline=None)


def lines(transcript: Transcript) -> list[Line]:
    """What the engine made happen, in the twin's words."""
    return [line(happened) for happened in transcript.happened]


def line(happened: Happened) -> Line:
    """One event: instant, type, printed fields, without the reason that the twin does not know."""
    event = happened.event
    names = FIELDS[type(event)][:1] if isinstance(event, e.CommandRefused) else FIELDS[type(event)]
    return (happened.at, type(event).__name__, *(plain(getattr(event, name)) for name in names))


def plain(value: Any) -> Any:
    """Winners and openings as tuples."""
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, e.Winner):
        return (value.bidder, value.price_fen)
    return (value.bidder, value.amount_fen) if hasattr(value, "scores") else value


def outcome(lot: Lot) -> dict[str, Any]:
    """The Result, in the twin's words."""
    return {
        "outcome": lot.state.value,
        "reason": lot.reason,
        "winners": [(winner.bidder, winner.price_fen) for winner in lot.winners],
        "closed_at": lot.closed_at,
        "accepted": lot.accepted,
        "refused": lot.refused,
        "extensions": lot.extensions,
    }


@MECHANISMS
@SOME
@given(seed=seeds)
def test_every_line_is_the_twins(mechanism: Mechanism, seed: int) -> None:
    """Whatever bidders and operators do, the engine says what the semantics say, line by line."""
    played = script(mechanism, seed)
    transcript, twin = rehearse_script(played), Twin(played).play()
    assert lines(transcript) == twin.lines
    assert outcome(transcript.lot) == twin.result()
