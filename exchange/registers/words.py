"""The closed lists of words that the registers keep: fields of technology, stages, kinds of property, routes.

The words are those of the Chinese forms; pages show them in the reader's language.
"""

from enum import StrEnum


class Field(StrEnum):
    """The technology fields of the registration form of technology contracts (JJ-001)."""

    ELECTRONICS = "电子信息"
    AEROSPACE = "航空航天"
    MANUFACTURING = "先进制造"
    BIOLOGY = "生物、医药和医疗器械"
    MATERIALS = "新材料及其应用"
    ENERGY = "新能源与高效节能"
    ENVIRONMENT = "环境保护与资源综合利用"
    NUCLEAR = "核应用"
    AGRICULTURE = "农业"
    TRANSPORT = "现代交通"
    URBAN = "城市建设与社会发展"


class Stage(StrEnum):
    """The chain from proof to industry (验证—孵化—小试—中试—熟化—产业化; Hangzhou, part three, (三) 13)."""

    PROOF = "验证"
    INCUBATION = "孵化"
    BENCH = "小试"
    PILOT = "中试"
    MATURATION = "熟化"
    INDUSTRY = "产业化"


class PriceForm(StrEnum):
    """How the price is meant to form (law on promoting conversion, art. 18, and the forms of the five documents)."""

    AGREEMENT = "协议定价"
    LISTED = "挂牌交易"
    AUCTION = "拍卖竞价"
    OPEN_LICENCE = "开放许可"
    EQUITY = "作价投资"
    TRIAL = "先用后付"
    FREE = "免费许可"


class Level(StrEnum):
    """Whose programme a public source of money belongs to."""

    CENTRAL = "国家"
    PROVINCE = "省"
    CITY = "市"
    COUNTY = "县"


class IpKind(StrEnum):
    """Kinds of intellectual property, as the registration form of contracts names them."""

    INVENTION = "发明专利"
    UTILITY = "实用新型"
    DESIGN = "外观设计"
    KNOW_HOW = "技术秘密"
    SOFTWARE = "计算机软件著作权"
    LAYOUT = "集成电路布图设计"
    PLANT = "植物新品种"
    MEDICINE = "生物医药新品种"
    COPYRIGHT = "设计著作权"


class LegalStatus(StrEnum):
    """Where a property right stands."""

    PENDING = "申请中"
    GRANTED = "有效"
    EXPIRED = "期满"
    LAPSED = "终止"
    INVALID = "无效"


class Right(StrEnum):
    """What the reform of rights (赋权) gives to completers; long-term use is for ten years at least."""

    OWNERSHIP = "所有权"
    LONG_TERM_USE = "长期使用权"


class Route(StrEnum):
    """How an achievement is admitted to the database (Luoyang, part one, (一))."""

    MANDATORY = "应当入库"
    VOLUNTARY = "自愿入库"


class DemandKind(StrEnum):
    """What an enterprise or an authority looks for."""

    NEED = "技术需求"
    SCENARIO = "应用场景"
    CHALLENGE = "揭榜挂帅"


class DemandState(StrEnum):
    """Where a demand stands."""

    OPEN = "征集中"
    MATCHED = "已对接"
    CLOSED = "已结束"
    WITHDRAWN = "已撤回"


class MandateRole(StrEnum):
    """As what a person acts for an organisation."""

    SELLER = "seller"
    BIDDER = "bidder"
    BROKER = "broker"


class ItemKind(StrEnum):
    """The light kinds of the five-kind database; achievements and demands have registers of their own."""

    REPORT = "科技报告"
    LITERATURE = "科技文献"
    IP = "知识产权"


class Method(StrEnum):
    """How an achievement was evaluated (Luoyang, part two, (四), and the forms in use)."""

    PROOF = "概念验证"
    FORECAST = "技术预测"
    CONTEST = "创新大赛"
    IP = "知识产权评估"
    SUPPORTIVE = "扶优式评审"
    PEERS = "同行评议"
    INDUSTRY = "行业用户评价"
    MARKET = "市场评价"


class Grade(StrEnum):
    """The result of an evaluation in one word."""

    EXCELLENT = "优秀"
    GOOD = "良好"
    FAIR = "一般"
    WEAK = "较弱"


class AppraisalKind(StrEnum):
    """What a price on record is (Luoyang, part two, (三))."""

    APPRAISAL = "资产评估"
    AGREED = "协议定价"
