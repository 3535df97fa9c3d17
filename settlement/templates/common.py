"""What the contracts of all kinds share: definitions, confidentiality, price, breach, registration, disputes, effect.

甲方 is always the side that gives the technology or the work, 乙方 the side that pays.
"""

from matching_engine.money import format_yuan
from settlement.capitals import capital_yuan
from settlement.deal import Deal, Royalty, trend
from settlement.templates.parts import Clause, Section

HEAD = """\
$kind_title

合同编号：$contract
文本版本：$version
成交编号：$trade（标的编号：$lot）

项目名称：$title

$seller_role（甲方）：$seller_name
统一社会信用代码：$seller_code
单位类别：$seller_kind
所在地区：$seller_region
住所：$seller_address
法定代表人或负责人：$seller_representative

$buyer_role（乙方）：$buyer_name
统一社会信用代码：$buyer_code
单位类别：$buyer_kind
所在地区：$buyer_region
住所：$buyer_address
法定代表人或负责人：$buyer_representative

"""
RECITAL_END = "双方依据《中华人民共和国民法典》合同编第二十章“技术合同”及有关法律，订立本合同，共同遵守。\n\n"
TAIL = "\n\n（以下无正文；签名记录由交易所与本文本一并保存。）\n"

DEFINITIONS = (
    Clause(
        "民法典845",
        "“监管账户”：指本交易所在银行开立的交易资金监管账户；交易所不得占用其中资金。",
    ),
    Clause("民法典201", "“日”：未注明为工作日的，均指自然日；期间开始的当日不计入。"),
)

SUBJECT = (
    Clause("民法典845", "项目名称：$title。所属技术领域：$field。挂牌编号：$listing。"),
    Clause("民法典845", "内容：$abstract"),
)
REQUIREMENT = Clause(
    "民法典844、850",
    "要求：本项目有利于知识产权的保护和科学技术的进步，不非法垄断技术，不侵害他人技术成果；符合国家安全、环境保护、生态和公共健康方面的强制性规定。",
)
ATTRIBUTION = Clause(
    "民法典849",
    "完成技术成果的个人享有在有关技术成果文件上写明自己是技术成果完成者的权利和取得荣誉证书、奖励的权利。",
)
REWARD = Clause(
    "促进科技成果转化法44、45",
    "成果为职务科技成果的，对完成人和为转化作出重要贡献的人员的奖励和报酬，由甲方依照《中华人民共和国促进科技成果转化法》支付。",
)

WORK_SECRETS = Section(
    "技术信息和资料的保密",
    (
        Clause(
            "民法典501、845",
            "双方对在订立和履行本合同中知悉的对方技术秘密和商业秘密负有保密义务，不得泄露或者不正当使用。",
        ),
        Clause("民法典845", "保密范围：对方提供的资料、样品、数据中未公开的全部内容，以及未公开的工作成果。"),
        Clause(
            "民法典558、845",
            "保密期限：自签订之日起至该信息合法公开之日止；合同变更、解除、终止或者被确认无效的，保密义务仍然有效。",
        ),
        Clause("保守国家秘密法", "涉及国家秘密的，按国家有关规定办理，不得以本合同处分。"),
    ),
)

_HOW = {
    "lump_sum": "即成交价，含税，一次总付。",
    "instalments": "即成交价，含税，分期支付。",
    "entry_fee_royalty": "即成交价，含税，为入门费；另按本条约定支付提成。",
    "royalty": "即成交价，含税，为提成费的预付款，抵作乙方应付的提成费，抵足为止；不足抵的部分不退还。",
}
_BASES = {
    "price": "按照合同产品价格的一定比例",
    "new_output": "按照实施专利和使用技术秘密后新增产值的一定比例",
    "profit": "按照实施专利和使用技术秘密所得利润的一定比例",
    "sales": "按照合同产品销售额的一定比例",
}
_PERIODS = {1: "月", 3: "季度（三个月）", 6: "半年", 12: "年度"}
_TRENDS = {"fixed": "固定比例", "rising": "逐年递增比例", "falling": "逐年递减比例"}
_ESCROW = (
    Clause(
        "民法典846",
        "价款全部进入监管账户且本合同生效后，监管账户一次性向甲方支付全部价款；实际到账金额和日期以银行凭证为准。",
    ),
    Clause(
        "民法典846、985",
        "乙方可以分次汇款，监管账户累计收足之日为付清之日。超出应付金额或者用途不明的款项由监管账户暂记，查明后退还付款人，不计入价款。",
    ),
)


def price_section(deal: Deal, instalments: str) -> Section:
    """价款及其支付方式: the price in figures and capitals, the due date, and what the form of payment adds."""
    total = Clause(
        "民法典845、846",
        f"合同价款（合同成交总额）为$price元（$price_capitals），{_HOW[deal.payment.form]}"
        "价款中的非技术性部分（设备、仪器、零部件、原材料等）以技术合同登记机构认定的金额为准。",
    )
    due = Clause(
        "民法典846",
        "乙方应当于$due_on以前，将价款足额汇入监管账户，付款用途注明“$reference”。$deposit" + instalments,
    )
    return Section("价款及其支付方式", (total, due, *_ESCROW, *_royalty(deal.payment.royalty)))


def _royalty(royalty: Royalty | None) -> tuple[Clause, ...]:
    if royalty is None:
        return ()
    last = len(royalty.rates)
    steps = [f"第{year}年{rate}%" for year, rate in enumerate(royalty.rates, 1)]
    rates = "，".join(steps) if last > 1 else f"每年{royalty.rates[0]}%"
    after = f"；第{last}年以后各年按第{last}年的比例" if last > 1 else ""
    how = _TRENDS[trend(royalty) or "fixed"]
    return (
        Clause(
            "民法典846",
            f"提成：{_BASES[royalty.basis]}提成，采用{how}：{rates}{after}。年度自本合同生效之日起算。",
        ),
        Clause(
            "民法典846",
            f"提成费按{_PERIODS[royalty.period_months]}结算：乙方应当在每一期终了之日起{royalty.due_days}日内，"
            "通过交易所向甲方提交结算报告，并将提成费汇入监管账户，付款用途注明结算报告的编号；监管账户收足后转付甲方。"
            f"{_minimum(royalty)}",
        ),
        Clause(
            "民法典846",
            "查阅会计账目：甲方有权自行或者委托会计师查阅、复制与提成有关的会计账目，乙方应当自收到书面要求之日起十五日内提供；查明少付百分之五以上的，查账费用由乙方承担。甲方对所知悉的账目保密。",
        ),
    )


def _minimum(royalty: Royalty) -> str:
    if not royalty.minimum_fen:
        return "提成费四舍五入至分。"
    least = f"{format_yuan(royalty.minimum_fen)}元（{capital_yuan(royalty.minimum_fen)}）"
    return f"提成费四舍五入至分，每期不低于{least}。"


GENERAL_BREACH = (
    Clause("民法典577、509", "乙方未履行成交义务的，其竞买保证金按交易规则处理。"),
    Clause(
        "民法典584、585",
        "一方违约造成的损失超过违约金的，应当赔偿超过部分，但不得超过订立合同时预见到或者应当预见到的损失。",
    ),
    Clause("民法典590", "因不可抗力不能履行的，根据影响部分或者全部免除责任，并及时通知对方。"),
)

REGISTRATION = Section(
    "技术合同认定登记",
    (
        Clause(
            "技术合同认定登记管理办法",
            "本合同生效后，由甲方向所在地技术合同登记机构申请认定登记，乙方予以配合；未经认定登记的，不享受国家有关技术交易的优惠政策。",
        ),
        Clause(
            "技术交易补助规定",
            "双方共同选择由一方申请技术交易补助或者奖励的，以双方在交易所作出的一致声明为准。",
        ),
    ),
)

DISPUTES = Section(
    "争议的解决",
    (
        Clause(
            "民事诉讼法35",
            "因本合同发生的争议，双方应当协商解决；协商不成的，可以请求交易所调解，或者向甲方住所地有管辖权的人民法院提起诉讼。争议期间，不涉及争议的条款继续履行。",
        ),
    ),
)


def effect_section(annexes: str) -> Section:
    """合同的生效、变更和终止, with the annexes of the kind."""
    return Section(
        "合同的生效、变更和终止",
        (
            Clause(
                "民法典469、490；电子签名法3",
                "本合同以数据电文形式订立，双方对本文本的摘要（SHA-256）签名，自最后一方签名之日起生效。",
            ),
            Clause(
                "民法典543、562",
                "变更或者解除本合同应当采用书面形式；已登记的，应当到原登记机构办理变更或者注销手续。",
            ),
            Clause("民法典850、156", "非法垄断技术或者侵害他人技术成果的条款无效，不影响其他条款的效力。"),
            Clause("民法典845", f"附件是本合同的组成部分：{annexes}。"),
        ),
    )
