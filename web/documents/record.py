"""What a document shows below its text: who signed it, when, how, and over what."""

from typing import NamedTuple

from settlement.commands import Side
from settlement.dates import written_time
from settlement.state import Contract, Trade

_SIDES: tuple[Side, ...] = ("seller", "buyer")


class Record(NamedTuple):
    """A party and its signature as it stands, in words."""

    party: str
    how: str
    details: tuple[str, ...]


def records_of(contract: Contract, trade: Trade) -> tuple[Record, ...]:
    """One record a side, with or without a signature."""
    return tuple(_record(contract, trade, side) for side in _SIDES)


def _record(contract: Contract, trade: Trade, side: Side) -> Record:
    party = f"{'甲方' if side == 'seller' else '乙方'} {trade.party(side).name}"
    found = next((one for one in contract.signatures if one.side == side), None)
    if found is None:
        return Record(party, "尚未签署", ())
    return Record(
        party,
        "账号确认签署",
        (
            f"签署账号：{found.signer}",
            f"签署时间：{written_time(found.at)}（北京时间）",
            f"文本摘要（SHA-256）：{found.digest}",
        ),
    )
