"""Journals for the tests of verification: real events, sealed as the house seals them."""

from collections.abc import Sequence

import msgspec

from exchange.house import codec
from exchange.house.chain import GENESIS, link
from exchange.house.command import HouseEvent
from exchange.house.streams import advances, stream_of
from exchange.ports import Row
from matching_engine.events import BidAccepted, BidRefused, LotOpened, LotResumed, LotSuspended, ProxyRaised
from matching_engine.rejections import Rejection

COMMANDS: tuple[tuple[HouseEvent, ...], ...] = (
    (LotOpened("L1"),),
    (LotOpened("L2"),),
    (BidAccepted("L1", "B1", 160_000_000, 7), ProxyRaised("L1", "B2", 165_000_000)),
    (BidRefused("L1", "B1", Rejection.BID_BELOW_INCREMENT, 170_000_000),),
    (LotSuspended("L2", "设备故障"),),
    (BidAccepted("L1", "B1", 170_000_000, 9),),
    (LotResumed("L2", 5, None),),
)
"""What the commands of a small journal made; the refusal is not public."""


def journal(house: str = "hub", commands: Sequence[Sequence[HouseEvent]] = COMMANDS) -> list[Row]:
    """The rows that these commands leave in a house."""
    rows: list[Row] = []
    streams: dict[str, int] = {}
    for number, events in enumerate(commands):
        for part, event in enumerate(events):
            stream = stream_of(event)
            streams[stream] = streams.get(stream, 0) + advances(event)
            rows.append(_row(house, len(rows) + 1, number, part, event, streams[stream]))
    return sealed(rows)


def hashed(before: bytes, row: Row) -> Row:
    """The row with the hash that follows on another."""
    return changed(row, hash=link(before, row))


def sealed(rows: Sequence[Row], before: bytes = GENESIS) -> list[Row]:
    """The rows with hashes that chain: also what a forger would do."""
    made: list[Row] = []
    for row in rows:
        made.append(hashed(before, row))
        before = made[-1].hash
    return made


def changed(row: Row, **changes: object) -> Row:
    """The row with other values in some fields."""
    return msgspec.structs.replace(row, **changes)


def _row(house: str, seq: int, number: int, part: int, event: HouseEvent, stream_seq: int) -> Row:
    return Row(
        house=house,
        seq=seq,
        epoch=1 + number // 3,
        at=1_700_000_000_000_000 + 1000 * number,
        stream=stream_of(event),
        stream_seq=stream_seq,
        command_id=f"{house}-command-{number}",
        part=part,
        request=f"{number:064x}",
        principal="acct-1",
        causation=None if number else f"{house}:0",
        type=type(event).__name__,
        body=codec.encode(event),
        hash=b"",
    )
