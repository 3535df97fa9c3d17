"""The joint election as a document: which side claims, in words that both parties sign by the same digest.

Source: 黑政发〔2017〕16号, 二（四）: 对同一年度同一技术交易项目的双方给予单方面支持.
"""

import hashlib
from string import Template

from settlement.commands import Side
from settlement.state import Trade

_TEXT = Template("""\
技术交易补助奖励申报方联合选定书

选定书编号：$id
交易编号：$trade
挂牌编号：$listing
项目名称：$title
甲方（卖方）：$seller
乙方（买方）：$buyer
选定的申报方：$side（$party）

第一条 选定
1.1 双方知悉，对同一年度同一技术交易项目的双方只给予单方面支持；双方共同选定由$side就上述项目申报。
1.2 未被选定的一方不就同一年度同一项目另行申报。
1.3 双方作出相同的选定并拟制申报后，本选定不再变更。

（以下无正文。）
""")
_SIDES: dict[Side, str] = {"seller": "卖方", "buyer": "买方"}


def election_id(trade: str) -> str:
    """The id that a signature by key names: one election a trade."""
    return f"E-{trade}"


def election_text(trade: Trade, side: Side) -> str:
    """The document that elects `side`; the same trade and side give the same text."""
    return _TEXT.substitute(
        id=election_id(trade.id),
        trade=trade.id,
        listing=trade.subject.listing,
        title=" ".join(trade.subject.title.split()),
        seller=" ".join(trade.seller.name.split()),
        buyer=" ".join(trade.buyer.name.split()),
        side=_SIDES[side],
        party=" ".join(trade.party(side).name.split()),
    )


def election_digest(trade: Trade, side: Side) -> str:
    """What both parties sign: the hex SHA-256 of the text in UTF-8."""
    return hashlib.sha256(election_text(trade, side).encode()).hexdigest()


def election_statement(election: str, digest: str) -> bytes:
    """What a key signs: the kind of statement, the election, and the digest of its text, one a line."""
    return f"luochui election v1\n{election}\n{digest}".encode()
