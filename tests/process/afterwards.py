"""What must hold of a journal after everything that happened to its processes."""

from typing import Any

from exchange.ports import Row
from exchange.store.journal import open_journal


async def rows_of(url: str, house: str = "hub") -> list[Row]:
    """Every row of a house."""
    journal = open_journal(url, writable=False)
    await journal.open()
    try:
        return [row async for row in journal.read(house)]
    finally:
        await journal.close()


async def check(url: str, acknowledged: dict[str, dict[str, Any]], house: str = "hub") -> list[Row]:
    """Acknowledged ⊆ journal under its receipt, gapless, no command with two effects, no epoch that goes back."""
    rows = await rows_of(url, house)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    effects = [(row.command_id, row.part) for row in rows]
    assert len(effects) == len(set(effects))
    assert [row.epoch for row in rows] == sorted(row.epoch for row in rows)
    hashes = {row.command_id: row.hash.hex() for row in rows if row.type == "BidAccepted"}
    assert acknowledged.keys() <= hashes.keys()
    for id_, answer in acknowledged.items():
        assert hashes[id_] in str(answer["receipt"])
    return rows
