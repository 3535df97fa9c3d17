"""成交确认书: the confirmation of sale, made at once after the hammer (auction law, art. 52; rules of sale J22).

It states public facts only: who, what, how, when and for how much; nothing of addresses, deposits or accounts.
"""

from string import Template

from matching_engine.money import format_yuan
from settlement.capitals import capital_yuan
from settlement.dates import written_time
from settlement.drafting import MECHANISMS
from settlement.state import Trade

_TEXT = Template("""\
成交确认书

确认书编号：$trade
标的编号：$lot
挂牌编号：$listing
标的名称：$title
卖方：$seller
买受人：$buyer
成交方式：$mechanism
成交时间：$hammered_at（北京时间）
成交价：$price元（$price_capitals）

第一条 成交的确认
1.1 $how
1.2 成交价以交易日志所载为准；本确认书依据交易日志生成，内容与日志一致。

第二条 后续事项
2.1 双方应当依照本确认书订立技术合同，合同文本由交易所按成交事实生成。
2.2 买受人应当按合同约定的期限将价款汇入交易资金监管账户。
2.3 买受人未按照约定支付价款的，应当承担违约责任；标的再行拍卖的，依照《中华人民共和国拍卖法》第三十九条处理。

（以下无正文。）
""")


_HAMMERED = "上述标的已按公布的交易规则成交，成交自落槌之时起对双方具有约束力；应价一经作出不得撤回。"
_AGREED = "双方就上述标的协商一致，名称和拟交易价格公示期满无异议，成交自公示期满之时起对双方具有约束力。"


def confirmation(trade: Trade) -> str:
    """The text of the confirmation; the same trade gives the same text."""
    return _TEXT.substitute(
        how=_AGREED if trade.mechanism == "negotiated" else _HAMMERED,
        trade=trade.id,
        lot=trade.lot,
        listing=trade.subject.listing,
        title=" ".join(trade.subject.title.split()),
        seller=" ".join(trade.seller.name.split()),
        buyer=" ".join(trade.buyer.name.split()),
        mechanism=MECHANISMS.get(trade.mechanism, trade.mechanism),
        hammered_at=written_time(trade.hammered_at),
        price=format_yuan(trade.price_fen),
        price_capitals=capital_yuan(trade.price_fen),
    )
