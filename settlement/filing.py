"""The filing form of a contract (form JJ-001): what the seller states beside the contract, and what is wrong with it.

The closed lists are those of the form: party natures, technology fields, kinds of intellectual property, programmes,
non-technical cost. Money is fen, dates are ISO texts.
"""

from typing import Literal

import msgspec

from matching_engine.money import LIMIT_FEN, format_yuan
from settlement.dates import parse_date
from settlement.deal import ContractKind

NATURES: dict[str, str] = {
    "010": "机关法人",
    "020": "事业法人",
    "021": "科研机构",
    "022": "高等院校",
    "023": "医疗机构",
    "030": "社团法人",
    "100": "内资企业",
    "110": "国有企业",
    "150": "有限责任公司",
    "200": "港澳台商投资企业",
    "300": "外商投资企业",
    "400": "个体经营",
}
FIELDS: dict[str, str] = {
    "information": "电子信息",
    "aerospace": "航空航天",
    "manufacturing": "先进制造",
    "biomedicine": "生物、医药和医疗器械",
    "materials": "新材料及其应用",
    "energy": "新能源与高效节能",
    "environment": "环境保护与资源综合利用",
    "nuclear": "核应用",
    "agriculture": "农业",
    "transport": "现代交通",
    "construction": "城市建设与社会发展",
}
IP_KINDS: dict[str, str] = {
    "invention": "发明专利",
    "utility_model": "实用新型专利",
    "design": "外观设计专利",
    "software": "计算机软件著作权",
    "circuit_layout": "集成电路布图设计",
    "plant_variety": "植物新品种",
    "medicine_variety": "生物医药新品种",
    "design_copyright": "设计著作权",
    "know_how": "技术秘密",
    "none": "未涉及知识产权",
}
PROGRAMMES: dict[str, str] = {
    "national": "国家科技计划",
    "ministry": "部门计划",
    "provincial": "省、自治区、直辖市计划",
    "municipal": "地市县计划",
    "none": "计划外",
}
CHINA = "142"
"""Country code of the customs list of 2003."""
CostKind = Literal["equipment", "instruments", "parts", "raw_material"]
COSTS: dict[CostKind, str] = {
    "equipment": "设备",
    "instruments": "仪器",
    "parts": "零部件",
    "raw_material": "原材料",
}
COSTS_MAX = 40
INVESTED: tuple[ContractKind, ...] = ("assignment", "licence")
"""Contracts whose form asks for the investment and output expected of them."""


class Cost(msgspec.Struct, frozen=True):
    """A part of the price that is not for technology; what the object itself needs in reasonable number is no such part."""

    kind: CostKind
    amount_fen: int
    note: str = ""


class PartyFiling(msgspec.Struct, frozen=True):
    """What the form states about a party: nature (NATURES), country (customs list), region (GB/T 2260, six digits)."""

    nature: str = ""
    country: str = CHINA
    region: str = ""


class FilingForm(msgspec.Struct, frozen=True):
    """The form's own fields; what is empty or None is not stated yet."""

    project: str = ""
    field: str = ""
    ip: str = ""
    programme: str = "none"
    valid_from: str = ""
    valid_to: str | None = None
    """None: for as long as the right lasts."""
    seller: PartyFiling = PartyFiling()
    buyer: PartyFiling = PartyFiling()
    added_investment_fen: int | None = None
    added_output_fen: int | None = None
    costs: tuple[Cost, ...] = ()
    filler: str = ""


def non_technical_fen(costs: tuple[Cost, ...]) -> int:
    """The part of the price that is not for technology."""
    return sum(cost.amount_fen for cost in costs)


def missing(form: FilingForm) -> tuple[str, ...]:
    """The fields without which nothing is filed."""
    stated = {
        "project": form.project.strip(),
        "field": form.field,
        "ip": form.ip,
        "valid_from": form.valid_from,
        "seller.nature": form.seller.nature,
        "seller.region": form.seller.region,
        "buyer.nature": form.buyer.nature,
        "buyer.region": form.buyer.region,
    }
    return tuple(name for name, value in stated.items() if not value)


def unstated(form: FilingForm, kind: ContractKind) -> tuple[str, ...]:
    """What the form asks for in a contract of this kind and the seller has not stated yet; a registrar may ask for it."""
    if kind not in INVESTED:
        return missing(form)
    expected = {
        "added_investment_fen": form.added_investment_fen,
        "added_output_fen": form.added_output_fen,
    }
    return (*missing(form), *(name for name, value in expected.items() if value is None))


def fault(form: FilingForm, total_fen: int) -> str | None:
    """What is wrong with what is stated: field, what came, what was expected; None when nothing is."""
    return _list_fault(form) or _date_fault(form) or _money_fault(form) or costs_fault(form.costs, total_fen)


def _list_fault(form: FilingForm) -> str | None:
    closed: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("field", form.field, FIELDS),
        ("ip", form.ip, IP_KINDS),
        ("programme", form.programme, PROGRAMMES),
        ("seller.nature", form.seller.nature, NATURES),
        ("buyer.nature", form.buyer.nature, NATURES),
    )
    for name, value, known in closed:
        if value and value not in known:
            return _say(name, value, f"one of {', '.join(known)}")
    codes = (
        ("seller.country", form.seller.country, 3),
        ("buyer.country", form.buyer.country, 3),
        ("seller.region", form.seller.region, 6),
        ("buyer.region", form.buyer.region, 6),
    )
    for name, value, length in codes:
        if value and not (len(value) == length and value.isascii() and value.isdecimal()):
            return _say(name, value, f"{length} digits")
    return None


def _date_fault(form: FilingForm) -> str | None:
    if form.valid_from and parse_date(form.valid_from) is None:
        return _say("valid_from", form.valid_from, "a date like 2026-11-20")
    if form.valid_to is None:
        return None
    if parse_date(form.valid_to) is None or form.valid_to < form.valid_from:
        return _say("valid_to", form.valid_to, f"a date like 2027-11-20, not before {form.valid_from}")
    return None


def _money_fault(form: FilingForm) -> str | None:
    expected = (
        ("added_investment_fen", form.added_investment_fen),
        ("added_output_fen", form.added_output_fen),
    )
    for name, fen in expected:
        if fen is not None and not 0 <= fen <= LIMIT_FEN:
            return _say(name, fen, f"0 to {LIMIT_FEN} fen")
    return None


def costs_fault(costs: tuple[Cost, ...], total_fen: int) -> str | None:
    """What is wrong with the non-technical cost of a total; None when nothing is."""
    if len(costs) > COSTS_MAX:
        return _say("costs", f"{len(costs)} items", f"at most {COSTS_MAX}")
    for number, cost in enumerate(costs, start=1):
        if cost.amount_fen <= 0:
            return _say(f"costs[{number}].amount_fen", cost.amount_fen, "fen above 0")
    sum_fen = non_technical_fen(costs)
    if sum_fen > total_fen:
        return _say("costs", format_yuan(sum_fen), f"at most the total, {format_yuan(total_fen)}")
    return None


def _say(field: str, got: object, expected: str) -> str:
    return f"{field}: got {got}, expected {expected}"
