"""The log of decisions: one line an event, with what leads to the journal's row, and nothing that nobody may read."""

from pathlib import Path

from structlog.testing import capture_logs

from exchange.house import decision_log
from exchange.store.clock import ManualClock
from tests.exchange.house.running import BEGIN, LOT, bid, open_lot, opened, running, sqlite_url


async def test_each_event_is_a_line_that_leads_to_its_row(sqlite_path: Path) -> None:
    """House, epoch, seq, command id and kind stand in it; neither amount, maximum nor party do."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        forget = house.watch(decision_log.note)
        with capture_logs() as lines:
            outcome = await bid(house, "jia", 160_000_000, max_fen=200_000_000)
        forget()
        written = [line for line in lines if line["event"] == "committed"]
        assert [(line["seq"], line["command"]) for line in written] == [
            (one.seq, outcome.command_id) for one in outcome.recorded
        ]
        assert {line["house"] for line in written} == {house.name}
        assert {line["epoch"] for line in written} == {house.epoch}
        assert written[0]["stream"] == f"lot/{LOT}"
        shown = str(written)
        assert "160000000" not in shown
        assert "200000000" not in shown
        assert "jia" not in shown
