"""What a document shows below its text: who signed it, when, how, and over what."""

from typing import NamedTuple

from settlement.commands import Side
from settlement.dates import written_time
from settlement.state import Contract, Signature, Trade
from web.signing import stands

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
    details = (
        f"签署账号：{found.signer}",
        f"签署时间：{written_time(found.at)}（北京时间）",
        f"文本摘要（SHA-256）：{found.digest}",
    )
    if not found.key_id:
        return Record(party, "账号确认签署", details)
    key = (f"公钥（Ed25519）：{found.public_key}", f"签名：{found.signature}")
    return Record(party, _by_key(contract, found), (*details, *key))


def _by_key(contract: Contract, found: Signature) -> str:
    """What a signature by key may be called: reliable only with a licensed authority's certificate (电子签名法 13, 16)."""
    if not stands(contract, found):
        return "密钥签名与文本不符，无效"
    if found.certificate_issuer:
        return f"可靠的电子签名（证书颁发机构：{found.certificate_issuer}）"
    return "密钥签名（已验证）"
