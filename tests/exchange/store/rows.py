"""Rows for the tests of the journal: as many as asked for, of any house and epoch."""

from exchange.ports import Journal, Lease, Row

BODY = '{"lot":"L1","reason":"设备 故障","type":"LotSuspended"}'.encode()


def row(lease: Lease, seq: int, **changes: object) -> Row:
    """One row as this writer would write it."""
    values: dict[str, object] = {
        "house": lease.house,
        "seq": seq,
        "epoch": lease.epoch,
        "at": 1_700_000_000_000_000 + seq,
        "stream": "lot/L1",
        "stream_seq": seq,
        "command_id": f"c-{lease.epoch}-{seq}",
        "part": 0,
        "request": "ab" * 32,
        "principal": "operator",
        "causation": None,
        "type": "LotSuspended",
        "body": BODY,
        "hash": bytes([seq % 256]) * 32,
    }
    return Row(**{**values, **changes})  # type: ignore[arg-type]  # Names and types are those of Row.


def rows(lease: Lease, first: int, count: int) -> list[Row]:
    """`count` rows from seq `first` on."""
    return [row(lease, seq) for seq in range(first, first + count)]


async def everything(journal: Journal, house: str = "hub") -> list[Row]:
    """All rows of a house."""
    return [found async for found in journal.read(house)]
