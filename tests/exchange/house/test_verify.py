"""Verification: what was written passes, and the first row that was touched is named."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.house import codec
from exchange.house.digest import state_digest
from exchange.house.verify import BadRow, Verifier
from exchange.ports import Row
from exchange.store.clock import ManualClock
from matching_engine.events import LotOpened, LotSuspended
from matching_engine.terms import HOUR
from settlement.events import DepositHeld
from settlement.rulebook import Rulebook
from tests.exchange.house.running import BEGIN, RULEBOOK, bid, open_lot, opened, running, sqlite_url
from tests.exchange.house.written import COMMANDS, changed, journal, sealed

WRITTEN = journal()
NO_RULES = Rulebook(())


def verified(rows: Sequence[Row]) -> Verifier:
    """The verifier after all rows."""
    verifier = Verifier("hub", NO_RULES)
    for row in rows:
        verifier.take(row)
    return verifier


def bad(rows: Sequence[Row]) -> BadRow:
    """What verification finds in rows that were touched."""
    with pytest.raises(BadRow) as found:
        verified(rows)
    return found.value


def test_what_was_written_verifies() -> None:
    """All rows pass, give their events back, and the head is the last hash."""
    verifier = Verifier("hub", NO_RULES)
    recorded = [verifier.take(row) for row in WRITTEN]
    assert (verifier.rows, verifier.head, verifier.last) == (len(WRITTEN), WRITTEN[-1].hash, WRITTEN[-1])
    assert recorded == [codec.recorded(row) for row in WRITTEN]


def test_an_empty_journal_verifies() -> None:
    """Before the first row there is nothing to find."""
    assert verified([]).rows == 0


EDITS: dict[str, Callable[[Row], Row]] = {
    "at": lambda row: changed(row, at=row.at + 1),
    "epoch": lambda row: changed(row, epoch=row.epoch + 1),
    "stream": lambda row: changed(row, stream="lot/L9"),
    "stream_seq": lambda row: changed(row, stream_seq=row.stream_seq + 1),
    "command_id": lambda row: changed(row, command_id="another"),
    "request": lambda row: changed(row, request="0" * 63 + "f"),
    "principal": lambda row: changed(row, principal="acct-2"),
    "causation": lambda row: changed(row, causation="hub:1"),
    "type": lambda row: changed(row, type="LotVanished"),
    "body": lambda row: changed(row, body=row.body.replace(b"L", b"M", 1)),
    "hash": lambda row: changed(row, hash=row.hash[:-1] + bytes([row.hash[-1] ^ 1])),
}


@given(st.sampled_from(sorted(EDITS)), st.integers(0, len(WRITTEN) - 1))
def test_an_edited_row_is_named(field: str, place: int) -> None:
    """A change of any field of any row is found at that row."""
    touched = [EDITS[field](row) if at == place else row for at, row in enumerate(WRITTEN)]
    found = bad(touched)
    assert (found.house, found.seq) == ("hub", place + 1)
    assert "the chain breaks" in found.wrong


@given(st.integers(0, len(WRITTEN) - 2), st.data())
def test_rows_taken_out_or_moved_are_named(place: int, data: st.DataObject) -> None:
    """A row that is missing, doubled or at another place is found where seq is no longer gapless."""
    other = data.draw(st.integers(place + 1, len(WRITTEN) - 1))
    swapped = list(WRITTEN)
    swapped[place], swapped[other] = swapped[other], swapped[place]
    for touched in (
        WRITTEN[:place] + WRITTEN[place + 1 :],
        WRITTEN[: place + 1] + WRITTEN[place:],
        swapped,
    ):
        assert "was due" in bad(touched).wrong


def test_rows_renumbered_after_a_deletion_are_found() -> None:
    """Closing the gap by hand does not help: the hashes know the numbers and the row that is gone."""
    renumbered = WRITTEN[:2] + [changed(row, seq=row.seq - 1) for row in WRITTEN[3:]]
    assert "the chain breaks" in bad(renumbered).wrong


def test_a_row_with_a_new_hash_breaks_the_next() -> None:
    """Whoever edits a row and its hash is found at the row after."""
    edited = sealed([changed(WRITTEN[2], at=WRITTEN[2].at + 1)], WRITTEN[1].hash)
    found = bad([*WRITTEN[:2], *edited, *WRITTEN[3:]])
    assert (found.seq, "the row before it" in found.wrong) == (4, True)


def test_a_journal_cut_off_shows_in_its_head() -> None:
    """Rows missing at the end leave a valid, shorter journal: its head is not the one that was kept."""
    shorter = verified(WRITTEN[:-2])
    assert shorter.rows == len(WRITTEN) - 2
    assert shorter.head != verified(WRITTEN).head


def test_rows_of_another_house_do_not_pass() -> None:
    """A house's journal holds its own rows only."""
    assert "rows of house hub" in bad(journal("other")).wrong


# What follows is chained again after the edit, as the owner of a database could: the rules still find it.
FORGERIES: dict[str, tuple[int, dict[str, object], str]] = {
    "time back": (5, {"at": WRITTEN[4].at - 1}, "time goes back"),
    "epoch back": (6, {"epoch": 1}, "epoch 1 after 2"),
    "no epoch": (0, {"epoch": 0}, "not one that a writer gets"),
    "part missing": (3, {"part": 2}, "part 2 does not follow"),
    "part of another": (3, {"command_id": "x"}, "part 1 does not follow"),
    "another request": (3, {"request": "f" * 64}, "differs from its command's part before"),
    "another principal": (3, {"principal": "y"}, "differs from its command's part before"),
    "another stream": (4, {"stream": "lot/L2"}, "its event belongs to lot/L1"),
    "stream ahead": (3, {"stream_seq": 4}, "stream_seq 4 where 3 was due"),
    "private counted": (4, {"stream_seq": 4}, "stream_seq 4 where 3 was due"),
    "unknown event": (0, {"type": "LotVanished"}, "knows no such event"),
    "wrong type": (0, {"type": "ProxyRaised"}, "not the event it should be"),
    "no json": (0, {"body": b"{"}, "not the event it should be"),
    "no utf-8": (0, {"body": b'{"lot":"\xff","type":"LotOpened"}'}, "not the event it should be"),
    "blanks": (0, {"body": b'{"lot": "L1","type":"LotOpened"}'}, "not in canonical form"),
    "key twice": (0, {"body": b'{"lot":"L9","lot":"L1","type":"LotOpened"}'}, "not in canonical form"),
    "keys unsorted": (0, {"body": b'{"type":"LotOpened","lot":"L1"}'}, "not in canonical form"),
}


@pytest.mark.parametrize(("place", "changes", "wrong"), FORGERIES.values(), ids=FORGERIES)
def test_a_forged_row_breaks_a_rule(place: int, changes: dict[str, object], wrong: str) -> None:
    """With all hashes made anew, time, epochs, commands, streams and bodies must still be what a house writes."""
    rows = sealed([changed(row, **changes) if at == place else row for at, row in enumerate(WRITTEN)])
    found = bad(rows)
    assert found.seq == place + 1
    assert wrong in found.wrong


def test_the_message_names_the_row() -> None:
    """House, seq, event and command: enough to look the row up."""
    touched = [WRITTEN[0], EDITS["at"](WRITTEN[1])]
    assert str(bad(touched)).startswith(
        "house hub, seq 2 (LotOpened, command hub-command-1): the chain breaks"
    )


def test_chinese_text_is_canonical() -> None:
    """Text beyond ASCII is hashed as it is written."""
    rows = journal(commands=[(LotSuspended("L1", "系统故障，暂停竞价"),)])
    assert "系统故障".encode() in rows[0].body
    assert verified(rows).rows == 1


def test_an_event_that_cannot_follow_is_found() -> None:
    """A chained, well-numbered row that its state cannot take, a deposit nobody called, is named."""
    rows = journal(commands=[(DepositHeld("D-L1-B1", "L1", "B1", 100),)])
    assert "does not follow from the state before it" in bad(rows).wrong


async def test_a_real_house_verifies(sqlite_path: Path) -> None:
    """What a house at work wrote, refusals and reactions too, verifies, and the replay gives the house's own state."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as store:
        async with running(store, clock) as house:
            await open_lot(house, clock)
            await bid(house, "jia", 1)
            clock.advance(2 * HOUR)
            await house.gavel.strike()
            await house.settled()
        verifier = Verifier("hub", RULEBOOK)
        async for row in store.read("hub"):
            verifier.take(row)
        assert verifier.rows == house.view.seq > 20
        assert verifier.state_digest == state_digest(house.view)


def test_another_state_has_another_digest() -> None:
    """The digest tells journals apart that differ in one amount."""
    other = [(events[0], *events[1:]) if at else (LotOpened("L3"),) for at, events in enumerate(COMMANDS)]
    assert verified(journal(commands=other)).state_digest != verified(WRITTEN).state_digest
    assert verified(WRITTEN).state_digest == verified(journal()).state_digest
