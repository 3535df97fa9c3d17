"""A seeded catalogue of any size: plausible Chinese achievements for tests and measurements, and for nothing else.

The same seed and count give the same rows. Titles are put together from materials, objects and methods of each
field, so that words occur as unevenly as in a real catalogue.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from exchange.market.unconverted import Category, Secrecy, Source
from exchange.registers.achievements import Achievement
from exchange.registers.facts import FundingSource, IpItem, StageReached
from exchange.registers.words import Field, IpKind, LegalStatus, Level, PriceForm, Route, Stage

_OBJECTS: dict[Field, tuple[str, ...]] = {
    Field.ELECTRONICS: (
        "毫米波雷达",
        "边缘计算平台",
        "工业视觉检测系统",
        "低功耗传感器节点",
        "国产嵌入式操作系统",
    ),
    Field.AEROSPACE: ("固体火箭喷管", "无人机飞控系统", "卫星姿态执行机构", "航空轴承", "机载除冰装置"),
    Field.MANUFACTURING: (
        "高速主轴轴承",
        "五轴数控机床",
        "焊接机器人工作站",
        "精密行星减速器",
        "激光增材制造装备",
    ),
    Field.BIOLOGY: (
        "抗体药物偶联物",
        "骨科可降解植入物",
        "快速核酸检测试剂盒",
        "中药有效成分提取工艺",
        "微创手术器械",
    ),
    Field.MATERIALS: ("耐高温陶瓷涂层", "石墨烯导热膜", "高强铝合金板材", "生物基聚酰胺", "金刚石超硬磨具"),
    Field.ENERGY: (
        "钠离子电池正极材料",
        "光伏组件清洗机器人",
        "余热回收机组",
        "氢燃料电池电堆",
        "液流储能系统",
    ),
    Field.ENVIRONMENT: (
        "焦化废水处理工艺",
        "烟气脱硝催化剂",
        "餐厨垃圾资源化成套装备",
        "土壤重金属钝化剂",
        "再生骨料制备技术",
    ),
    Field.NUCLEAR: ("辐照改性线缆", "工业探伤装置", "核级阀门密封", "同位素制备工艺", "辐射剂量监测仪"),
    Field.AGRICULTURE: (
        "小麦抗病新品种",
        "智能灌溉系统",
        "牡丹精深加工工艺",
        "食用菌工厂化栽培技术",
        "花生联合收获机",
    ),
    Field.TRANSPORT: (
        "轨道车辆受电弓",
        "新能源汽车热管理系统",
        "桥梁健康监测系统",
        "智能网联路侧单元",
        "电动客车制动能量回收装置",
    ),
    Field.URBAN: (
        "装配式建筑节点",
        "地下管网检测机器人",
        "智慧供热调控平台",
        "海绵城市透水铺装",
        "古建筑木构件加固技术",
    ),
}
_QUALITIES = ("新型", "高效", "绿色", "智能化", "低成本", "高可靠", "轻量化", "国产化", "一体化", "柔性")
_ENDINGS = (
    "关键技术研发",
    "及产业化",
    "的制备方法",
    "的研制与应用",
    "集成示范",
    "中试放大",
    "性能优化",
    "及其控制方法",
)
_GAINS = ("能耗降低", "寿命提高", "成本下降", "效率提升", "合格率提高", "排放减少")
_CITIES = (
    ("henan", "洛阳市"),
    ("henan", "郑州市"),
    ("zhejiang", "杭州市"),
    ("shandong", "济南市"),
    ("heilongjiang", "哈尔滨市"),
    ("guangxi", "南宁市"),
    ("jiangsu", "南京市"),
    ("shaanxi", "西安市"),
    ("hubei", "武汉市"),
    ("sichuan", "成都市"),
)
_KINDS = (
    "理工大学",
    "农业大学",
    "医科大学",
    "材料研究院",
    "装备研究所",
    "能源研究院",
    "信息技术研究所",
    "工程学院",
)
_ZONES = ("", "", "", "", "", "未转化成果专场", "新材料专场", "高校成果专场")
_START = date(2019, 1, 1)
_DAYS = 2_800


def achievements(count: int, seed: int = 1, secret_every: int = 0) -> Iterator[Achievement]:
    """`count` achievements; every `secret_every`-th is a state secret (0: none)."""
    chance = random.Random(seed)  # noqa: S311  (a catalogue that can be made again)
    for n in range(1, count + 1):
        secret = secret_every > 0 and n % secret_every == 0
        yield _achievement(chance, n, Secrecy.STATE_SECRET if secret else Secrecy.PUBLIC)


def _achievement(chance: random.Random, n: int, secrecy: Secrecy) -> Achievement:
    field = chance.choices(tuple(_OBJECTS), weights=(9, 4, 10, 9, 9, 7, 6, 1, 8, 5, 4))[0]
    thing = chance.choice(_OBJECTS[field])
    region, city = chance.choice(_CITIES)
    stage = chance.choice(tuple(Stage))
    day = _START + timedelta(days=chance.randrange(_DAYS))
    quality, gain = chance.choice(_QUALITIES), chance.choice(_GAINS)
    return Achievement(
        id=f"G{n:07d}",
        title=f"{quality}{thing}{chance.choice(_ENDINGS)}",
        holder_name=f"{city[:-1]}{chance.choice(_KINDS)}",
        abstract=_abstract(chance, field, thing, gain),
        field=field.value,
        trl=min(9, 2 + tuple(Stage).index(stage) + chance.randrange(3)),
        keywords=(thing, field.value, gain),
        region=region,
        city=city,
        funding=(_money(chance, n),),
        category=chance.choices(tuple(Category), weights=(1, 3, 6, 1))[0],
        secrecy=secrecy,
        secrecy_reviewer="保密审查员" if secrecy is Secrecy.PUBLIC else "",
        secrecy_reviewed_on=day if secrecy is Secrecy.PUBLIC else None,
        stage=stage,
        stages=(StageReached(stage, day, city),),
        price_form=chance.choice(tuple(PriceForm)),
        price_idea_fen=chance.choice((None, chance.randrange(1, 500) * 1_000_000)),
        ip_items=(_patent(chance, thing, day),),
        accepted_on=day,
        admitted_on=day + timedelta(days=30),
        route=Route.MANDATORY,
        zone=chance.choice(_ZONES),
    )


def _abstract(chance: random.Random, field: Field, thing: str, gain: str) -> str:
    other = chance.choice(_OBJECTS[chance.choice(tuple(_OBJECTS))])
    return (
        f"面向{field.value}领域的{thing}，提出{chance.choice(_QUALITIES)}设计方法，与{other}配套使用，"
        f"{gain}{chance.randrange(5, 60)}%，已在{chance.randrange(1, 30)}家企业试用，"
        f"形成{chance.choice(_QUALITIES)}工艺规程和检测标准。"
    )


def _money(chance: random.Random, n: int) -> FundingSource:
    level = chance.choice(tuple(Level))
    return FundingSource(Source.PUBLIC, level, f"{level.value}重点研发专项", f"{2019 + n % 7}ZD{n:06d}", "1")


def _patent(chance: random.Random, thing: str, day: date) -> IpItem:
    status = chance.choice((LegalStatus.PENDING, LegalStatus.GRANTED, LegalStatus.GRANTED))
    granted = day if status is LegalStatus.GRANTED else None
    number = f"ZL{day.year}{chance.randrange(10**8):08d}.{chance.randrange(10)}"
    return IpItem(IpKind.INVENTION, number, f"一种{thing}", status, granted)
