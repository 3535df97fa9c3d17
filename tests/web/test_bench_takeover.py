"""The measurement of a takeover: real processes, and the house has another holder afterwards."""

from exchange.store import migrate
from exchange.store.journal import open_journal
from web.bench.takeover import measure_takeover


async def test_a_takeover_is_measured(postgres_url: str) -> None:
    """The standby answered after the kill, under a newer epoch than the holder's."""
    await migrate.upgrade(postgres_url)
    assert await measure_takeover(postgres_url, 2.0) > 0
    journal = open_journal(postgres_url, writable=False)
    await journal.open()
    standing = await journal.standing("hub")
    await journal.close()
    assert standing is not None
    assert standing.epoch == 2
