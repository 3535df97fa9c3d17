"""The text of a contract: the template of its kind, filled from the trade. The same trade gives the same text."""

from datetime import date
from string import Template

from matching_engine.money import format_yuan
from settlement import deal as deals
from settlement.capitals import capital_yuan
from settlement.clauses import tidy
from settlement.commands import PartyFacts, Subject
from settlement.dates import due_date, written_date, written_time
from settlement.deal import Deal
from settlement.ids import contract_id
from settlement.regions import region_name
from settlement.state import Obligation, Trade
from settlement.templates import assignment, common, consulting, development, licence, service
from settlement.templates.parts import Clause, Draft, Section, written

_DRAFTS = {
    "assignment": assignment.draft,
    "licence": licence.draft,
    "development": development.draft,
    "consulting": consulting.draft,
    "service": service.draft,
}
_KINDS = {"university": "高等院校", "research_institute": "研究开发机构", "enterprise": "企业"}
MECHANISMS = {
    "english": "增价竞价",
    "dutch": "降价竞价",
    "sealed_first_price": "密封报价（第一价格）",
    "sealed_second_price": "密封报价（第二价格）",
    "weighted": "综合评价报价",
    "multi_award": "多方密封报价",
    "listed": "挂牌交易",
    "open_licence": "公开要约",
    "challenge": "揭榜挂帅",
    "negotiated": "协议定价",
}
_UNSTATED = "以交易所主体登记为准"
_TERMS = {"consulting": "九十日", "service": "九十日", "development": "十二个月"}
_PATENT = "自本合同生效之日起至许可的专利权有效期届满（仅许可技术秘密的，至该技术秘密合法公开）之日止"


def missing_item(trade: Trade) -> str | None:
    """The first mandatory item (Civil Code, art. 845) that the facts of a trade do not give; None when all do."""
    parties = (("seller", trade.seller), ("buyer", trade.buyer))
    for side, party in parties:
        if not _line(party.name):
            return _missing(f"{side}.name", "当事人的名称 (name of the party)", "470")
        if not _line(party.code):
            return _missing(f"{side}.code", "统一社会信用代码 (the party's code)", "470")
    return subject_fault(trade.subject)


def subject_fault(subject: Subject) -> str | None:
    """What a contract would miss in the facts of a listing, or what is wrong with its deal; None when nothing is."""
    if not _line(subject.title):
        return _missing("subject.title", "项目名称 (name of the project)", "845")
    if subject.deal is None:
        return None
    names_patents = subject.deal.form in ("patent", "patent_application")
    if names_patents and not any(_line(line) for line in subject.ip):
        return _missing("subject.ip", "专利的名称、申请号、专利号 (particulars of the patents)", "845")
    return deals.fault(subject.deal)


def _missing(field: str, item: str, article: str) -> str:
    return f"{field}: got nothing, expected {item}, mandatory under the Civil Code, art. {article}"


def deal_of(trade: Trade) -> Deal:
    """The deal of a trade: what the listing says, and what the mechanism implies."""
    return deals.resolve(trade.subject.deal, trade.mechanism)


def render(trade: Trade, obligation: Obligation) -> str:
    """The whole text of the trade's contract."""
    deal = deal_of(trade)
    draft = _DRAFTS[deal.kind](deal, _instalments(deal, trade))
    return Template(_whole(draft, deal.further)).substitute(
        kind_title=draft.title,
        version=draft.version,
        seller_role=draft.seller,
        buyer_role=draft.buyer,
        term=_term(deal),
        territory=_line(deal.territory) or "中华人民共和国境内（不含港澳台地区）",
        due_on=written_date(date.fromisoformat(obligation.due_on)),
        reference=obligation.reference,
        deposit=_deposit_clause(obligation),
        **_sale(trade),
        **_subject(trade.subject),
        **_party("seller", trade.seller),
        **_party("buyer", trade.buyer),
    )


def _whole(draft: Draft, further: str) -> str:
    recital = f"乙方于$hammered_at（北京时间）在本交易所以$mechanism方式{draft.recital}{common.RECITAL_END}"
    return common.HEAD + recital + written((*draft.sections, *_further(further))) + common.TAIL


def _further(words: str) -> tuple[Section, ...]:
    """What the parties agreed on in their own words is the last article (Civil Code, art. 470)."""
    text = tidy(words).replace("$", "$$")
    return (Section("双方的其他约定", (Clause("民法典470", text),)),) if text else ()


def _sale(trade: Trade) -> dict[str, str]:
    return {
        "contract": contract_id(trade.id),
        "trade": trade.id,
        "lot": trade.lot,
        "hammered_at": written_time(trade.hammered_at),
        "mechanism": MECHANISMS.get(trade.mechanism, trade.mechanism),
        "price": format_yuan(trade.price_fen),
        "price_capitals": capital_yuan(trade.price_fen),
    }


def _subject(subject: Subject) -> dict[str, str]:
    return {
        "listing": subject.listing,
        "title": _line(subject.title),
        "field": _line(subject.field) or "未分类",
        "abstract": _line(subject.abstract) or "以挂牌公告及技术资料所载为准。",
        "ip": _numbered(subject.ip),
    }


def _party(side: str, party: PartyFacts) -> dict[str, str]:
    return {
        f"{side}_name": _line(party.name),
        f"{side}_code": _line(party.code),
        f"{side}_kind": _KINDS[party.kind],
        f"{side}_region": region_name(party.region),
        f"{side}_address": _line(party.address) or _UNSTATED,
        f"{side}_representative": _line(party.representative) or _UNSTATED,
    }


def _term(deal: Deal) -> str:
    if deal.term_months is None:
        return _PATENT if deal.kind == "licence" else f"本合同生效之日起{_TERMS.get(deal.kind, '十二个月')}"
    return f"自本合同生效之日起{deal.term_months}个月"


def _instalments(deal: Deal, trade: Trade) -> str:
    """Each part of the price with its date; nothing for a price that is due at once."""
    if deal.payment.form != "instalments":
        return ""
    amounts = deals.shares(deal.payment, trade.price_fen)
    lines = [
        f"\n第{number}期：{written_date(due_date(trade.hammered_at, part.days))}以前，"
        f"{format_yuan(amount)}元（{capital_yuan(amount)}）"
        for number, (part, amount) in enumerate(zip(deal.payment.instalments, amounts, strict=True), 1)
    ]
    return "各期为：" + "；".join(lines) + "。竞买保证金抵作最先到期的各期。"


def _deposit_clause(obligation: Obligation) -> str:
    """The deposit is named as a part of the price."""
    if not obligation.deposit_fen:
        return ""
    applied = format_yuan(obligation.deposit_fen)
    if obligation.missing_after_deposit_fen == 0:
        return f"乙方已缴竞买保证金中的{applied}元抵作全部价款，无须另行汇款。"
    missing = format_yuan(obligation.missing_after_deposit_fen)
    return f"乙方已缴竞买保证金{applied}元抵作价款，尚应支付{missing}元。"


def _numbered(lines: tuple[str, ...]) -> str:
    """One line for each right; without any, what is sold is know-how."""
    if not lines:
        return "（1）技术秘密：以技术资料所载为准，未申请专利。"
    return "\n".join(f"（{number}）{_line(line)}" for number, line in enumerate(lines, 1))


def _line(text: str) -> str:
    """One line: nothing that a party states can look like a clause of its own."""
    return " ".join(text.split())
