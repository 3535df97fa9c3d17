"""Who signed the joint election, as records below its text."""

from exchange.signatures import is_election
from settlement.commands import Side
from settlement.dates import written_time
from settlement.election import election_id
from settlement.state import Signature, Trade
from web.documents.record import Record

_SIDES: tuple[Side, ...] = ("seller", "buyer")


def election_stands(trade: Trade, found: Signature) -> bool:
    """Whether a signature by key is right, checked again from what the journal holds."""
    return is_election(found.public_key, election_id(trade.id), found.digest, found.signature)


def election_records(trade: Trade) -> tuple[Record, ...]:
    """One record a side, with or without its word."""
    return tuple(_record(trade, side) for side in _SIDES)


def _record(trade: Trade, side: Side) -> Record:
    party = f"{'甲方' if side == 'seller' else '乙方'} {trade.party(side).name}"
    found = trade.elections.get(side)
    if found is None:
        return Record(party, "尚未选定", ())
    details = (
        f"签署账号：{found.signer or '—'}",
        f"签署时间：{written_time(found.at)}（北京时间）",
        f"文本摘要（SHA-256）：{found.digest or '—'}",
    )
    if not found.key_id:
        return Record(party, "账号确认选定", details)
    how = "密钥签名（已验证）" if election_stands(trade, found) else "密钥签名与文本不符，无效"
    if found.certificate_issuer and how.endswith("（已验证）"):
        how = f"可靠的电子签名（证书颁发机构：{found.certificate_issuer}）"
    return Record(party, how, (*details, f"公钥（Ed25519）：{found.public_key}", f"签名：{found.signature}"))
