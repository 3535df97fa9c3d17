"""Virtual time, and what is kept of it."""

import hashlib
import json
from pathlib import Path

import pytest

from matching_engine import canonical
from matching_engine import events as e
from matching_engine.commands import Bid, EntryStatus, Suspend
from matching_engine.errors import Malformed
from tests.matching_engine.room import CLOSES, ENGLISH, LOT, OPENS, like
from web.rehearsal.lines import FIELDS, records
from web.rehearsal.run import rehearse_script
from web.rehearsal.script import Script, Step, read_script

EXAMPLES = Path(__file__).parents[3] / "examples" / "rehearsals"
ENTRIES = {"A": EntryStatus.ADMITTED}


def test_due_instants_come_before_steps_and_the_clock_runs_on() -> None:
    """The opening before a bid at the opening; the close after the last step."""
    steps = (Step(OPENS, Bid(LOT, "A", 1000)), Step(CLOSES, Bid(LOT, "A", 1100)))
    happened = rehearse_script(Script(LOT, ENGLISH, ENTRIES, steps)).happened
    assert [(h.seq, h.at, type(h.event)) for h in happened] == [
        (1, OPENS, e.LotOpened),
        (2, OPENS, e.BidAccepted),
        (3, CLOSES, e.Hammered),
        (4, CLOSES, e.BidRefused),
    ]


def test_progress_is_told_after_each_step() -> None:
    """For whoever waits."""
    told = list[int]()
    steps = (Step(OPENS, Bid(LOT, "A", 1000)),) * 3
    rehearse_script(Script(LOT, ENGLISH, ENTRIES, steps), lambda: told.append(1))
    assert len(told) == 3


def test_a_lot_that_never_ends_is_bad_input() -> None:
    """Suspended at the end of the steps."""
    with pytest.raises(Malformed, match="steps: expected a resume or a cancel"):
        rehearse_script(Script(LOT, ENGLISH, ENTRIES, (Step(OPENS, Suspend(LOT, "x")),)))


def test_the_digest_can_be_recomputed() -> None:
    """SHA-256 over one canonical line for the setup and for each event."""
    transcript = rehearse_script(Script(LOT, ENGLISH, ENTRIES, (Step(OPENS, Bid(LOT, "A", 1000)),)))
    rows: list[tuple[int, e.LotEvent]] = [
        (OPENS, e.LotPutUp(LOT, ENGLISH)),
        (OPENS, e.EntrySet(LOT, "A", EntryStatus.ADMITTED)),
        *((h.at, h.event) for h in transcript.happened),
    ]
    lines = b"".join(canonical.encode(row) + b"\n" for row in rows)
    assert transcript.digest == hashlib.sha256(lines).hexdigest()


def test_the_digest_sees_what_the_lines_do_not_show() -> None:
    """A secret maximum and a sealed amount that loses are in it."""
    bids = [(Step(OPENS, Bid(LOT, "A", 1000, maximum)),) for maximum in (2000, 3000)]
    first, second = (rehearse_script(Script(LOT, ENGLISH, ENTRIES, steps)) for steps in bids)
    assert list(records(first))[:-1] == list(records(second))[:-1]
    assert first.digest != second.digest
    other = rehearse_script(Script(LOT, like(ENGLISH, reserve_price_fen=1), ENTRIES, bids[0]))
    assert other.digest != first.digest


def test_every_event_of_a_rehearsal_has_its_line() -> None:
    """But what the file itself sets up, and an outage, which a file cannot have."""
    assert set(e.LotEvent.__args__) - set(FIELDS) == {e.LotPutUp, e.EntrySet, e.LotPostponed}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_lines_are_plain_json(path: Path) -> None:
    """Texts, numbers, lists and nulls; amounts are never numbers."""
    said = list(records(rehearse_script(read_script(path.read_bytes()))))
    assert json.loads(json.dumps(said)) == [json.loads(json.dumps(line)) for line in said]
    for line in said:
        numbers = {key for key, value in line.items() if isinstance(value, int)}
        assert numbers <= {"seq", "accepted", "refused", "extensions"}
