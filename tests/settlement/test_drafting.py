"""The texts of the five kinds: published letter by letter, whole, and chosen by mechanism and listing."""

import re
from pathlib import Path

import msgspec
import pytest

from settlement.commands import Subject
from settlement.deal import Deal, Instalment, Payment, Royalty, resolve
from settlement.drafting import deal_of, missing_item, render, subject_fault
from settlement.events import ContractDrafted, ObligationRaised, SettlementEvent
from tests.settlement.desk import CONTRACT, FACTORY, SUBJECT, TRADE, UNIVERSITY, Desk, trade

GOLDEN = Path(__file__).parent.parent / "golden"
ROYALTY = Royalty("sales", ("5", "4", "3.5"))
PARTS = (Instalment(3000, 5), Instalment(3000, 95), Instalment(4000, 365))
KINDS: dict[str, Deal] = {
    "assignment-patent": Deal("assignment", "patent", payment=Payment("instalments", PARTS)),
    "assignment-application": Deal("assignment", "patent_application"),
    "assignment-know-how": Deal("assignment", "know_how"),
    "licence-exclusive": Deal(
        "licence", "patent", "exclusive", 60, "黑龙江省", Payment("entry_fee_royalty", royalty=ROYALTY)
    ),
    "licence-sole": Deal(
        "licence", "know_how", "sole", 36, payment=Payment("royalty", royalty=Royalty("profit", ("10",)))
    ),
    "licence-non-exclusive": Deal("licence"),
    "development-commissioned": Deal("development", "commissioned", term_months=18),
    "development-cooperative": Deal("development", "cooperative"),
    "consulting": Deal("consulting"),
    "service": Deal("service"),
    "service-training": Deal("service", "training", term_months=3),
    "service-intermediary": Deal("service", "intermediary"),
}
CONTENTS = [
    "项目名称：",
    "标的的内容、范围和要求",
    "履行的计划、地点和方式",
    "技术信息和资料的保密",
    "技术成果的归属和收益的分配办法",
    "验收标准和方法",
    "名词和术语的解释",
    "价款及其支付方式",
    "违约责任",
    "争议的解决",
    "合同的生效、变更和终止",
]


def subject(deal: Deal | None) -> Subject:
    """The usual achievement under a deal."""
    return msgspec.structs.replace(SUBJECT, deal=deal)


def text_of(deal: Deal | None, mechanism: str = "english", **replaced: object) -> str:
    """The text that a sale under a deal leads to."""
    desk = Desk()
    sale = trade(deposit=None, subject=subject(deal))
    desk.ask(msgspec.structs.replace(sale, mechanism=mechanism, **replaced))
    return desk.state.contracts[CONTRACT].text


@pytest.mark.parametrize("name", KINDS)
def test_the_text_of_each_kind_is_the_published_one(name: str) -> None:
    """The contract of a known sale is, letter by letter, the golden text of its kind."""
    assert text_of(KINDS[name]) == (GOLDEN / f"contract-{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_holds_what_the_civil_code_asks(name: str) -> None:
    """Every item of art. 845 has its place, clauses are numbered without a gap, no placeholder is left."""
    text = text_of(KINDS[name])
    assert [item for item in CONTENTS if item not in text] == []
    assert "$" not in text
    numbers = re.findall(r"^(\d+)\.(\d+) ", text, re.MULTILINE)
    for article in range(1, 13):
        parts = [int(part) for number, part in numbers if int(number) == article]
        assert parts == list(range(1, len(parts) + 1))
        assert parts


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("assignment-patent", "专利权的转让自登记之日起生效"),
        ("assignment-application", "专利申请被驳回"),
        ("assignment-know-how", "技术秘密自技术资料交付之日起归乙方所有"),
        ("licence-exclusive", "甲方自己不得实施或者使用，也不得再许可他人"),
        ("licence-sole", "除甲方自己可以实施或者使用许可技术外"),
        ("licence-non-exclusive", "甲方可以自己实施或者使用许可技术，也可以在同一期限和地域内许可他人"),
        ("development-commissioned", "申请专利的权利属于甲方"),
        ("development-commissioned", "风险由双方合理分担"),
        ("development-cooperative", "申请专利的权利属于双方共有"),
        ("consulting", "作出决策所造成的损失，由乙方承担"),
        ("service", "传授解决技术问题的知识"),
        ("service-training", "配备符合条件的教员"),
        ("service-intermediary", "未促成合同成立的，不得请求支付报酬"),
    ],
)
def test_each_kind_has_its_own_clauses(name: str, words: str) -> None:
    """What the code provides for one kind stands in the text of that kind and in no other's."""
    family = name.partition("-")[0]
    assert words in text_of(KINDS[name])
    strangers = [other for other in KINDS if not other.startswith(family) and words in text_of(KINDS[other])]
    assert strangers == []


def test_a_royalty_names_basis_rates_and_the_accounts() -> None:
    """Falling rates year by year, the right to inspect the accounts, and what the hammer price is (art. 846)."""
    text = text_of(KINDS["licence-exclusive"])
    assert "产品销售额的一定比例提成，采用逐年递减比例：第1年5%，第2年4%，第3年3.5%；第3年以后" in text
    assert "查阅会计账目" in text
    assert "为入门费" in text
    assert "抵作乙方应付的提成费" in text_of(KINDS["licence-sole"])


def test_instalments_make_the_price_and_set_the_due_date() -> None:
    """Parts in fen add up to the price to the fen; the whole is due with the last one."""
    desk = Desk()
    desk.ask(trade(deposit=None, price_fen=100_000_001, subject=subject(KINDS["assignment-patent"])))
    text = desk.state.contracts[CONTRACT].text
    assert all(part in text for part in ("300000.00元", "400000.01元", "第3期：2027年11月20日以前"))
    (raised,) = desk.happened(ObligationRaised)
    assert getattr(raised, "due_on", "") == "2027-11-20"


@pytest.mark.parametrize(
    ("deal", "mechanism", "expected"),
    [
        (None, "english", Deal()),
        (None, "challenge", Deal("development", "commissioned")),
        (None, "open_licence", Deal("licence")),
        (Deal("licence", licence="exclusive"), "open_licence", Deal("licence")),
        (Deal("assignment", "patent"), "multi_award", Deal("licence", "patent")),
        (Deal("service", "training"), "multi_award", Deal("service", "training")),
        (Deal("licence", licence="sole"), "listed", Deal("licence", licence="sole")),
        (Deal("development"), "english", Deal("development", "commissioned")),
    ],
)
def test_mechanism_and_listing_choose_the_kind(deal: Deal | None, mechanism: str, expected: Deal) -> None:
    """An open licence or several awards are non-exclusive whatever the listing says; else the listing decides."""
    assert resolve(deal, mechanism) == expected
    desk = Desk()
    desk.ask(msgspec.structs.replace(trade(deposit=None, subject=subject(deal)), mechanism=mechanism))
    assert desk.state.contracts[CONTRACT].kind == expected.kind
    assert deal_of(desk.state.trades[TRADE]) == expected


@pytest.mark.parametrize(
    ("change", "item"),
    [
        (
            {"subject": msgspec.structs.replace(SUBJECT, title=" ")},
            "subject.title: got nothing, expected 项目名称",
        ),
        (
            {"seller": msgspec.structs.replace(UNIVERSITY, name="")},
            "seller.name: got nothing, expected 当事人",
        ),
        ({"buyer": msgspec.structs.replace(FACTORY, code=" ")}, "buyer.code: got nothing, expected 统一社会"),
        (
            {"subject": msgspec.structs.replace(SUBJECT, ip=(), deal=Deal("assignment", "patent"))},
            "subject.ip: got nothing, expected 专利",
        ),
    ],
)
def test_a_missing_item_is_named(change: dict[str, Subject], item: str) -> None:
    """No contract is drafted without a mandatory item; the refusal names field and item."""
    desk = Desk()
    desk.ask(msgspec.structs.replace(trade(deposit=None), **change))
    assert desk.happened(ContractDrafted) == []
    refusal: SettlementEvent = desk.history[-1][0]
    assert getattr(refusal, "code", "") == "CONTRACT_ITEM_MISSING"
    assert item in getattr(refusal, "detail", "")
    assert missing_item(desk.state.trades[TRADE]) is not None


@pytest.mark.parametrize(
    ("deal", "field"),
    [
        (Deal("consulting", "patent"), "deal.form"),
        (Deal("licence", term_months=0), "deal.term_months"),
        (Deal(payment=Payment("instalments")), "deal.payment.instalments"),
        (Deal(payment=Payment("instalments", (Instalment(5000, 5), Instalment(4999, 9)))), "10000 in all"),
        (Deal(payment=Payment("instalments", (Instalment(5000, 9), Instalment(5000, 5)))), "rising days"),
        (Deal(payment=Payment("lump_sum", PARTS)), "none with lump_sum"),
        (Deal(payment=Payment("royalty")), "deal.payment.royalty: got nothing"),
        (Deal(payment=Payment("lump_sum", royalty=ROYALTY)), "none with lump_sum"),
        (
            Deal(payment=Payment("royalty", royalty=Royalty("sales", ("5", "1", "3")))),
            "only rise or only fall",
        ),
        (Deal(payment=Payment("royalty", royalty=Royalty("sales", ("-5",)))), "percent above 0"),
        (Deal(payment=Payment("royalty", royalty=Royalty("sales", ("101",)))), "percent above 0"),
        (Deal(payment=Payment("royalty", royalty=Royalty("sales", ()))), "percent above 0"),
    ],
)
def test_a_wrong_deal_is_named(deal: Deal, field: str) -> None:
    """Each fault of a deal is one sentence with its field; a sound deal has none."""
    assert field in (subject_fault(subject(deal)) or "")


@pytest.mark.parametrize("name", KINDS)
def test_sound_deals_have_no_fault_and_decode_again(name: str) -> None:
    """The deals above pass, and a subject in the journal without one still reads."""
    assert subject_fault(subject(KINDS[name])) is None
    again = msgspec.json.decode(msgspec.json.encode(subject(KINDS[name])), type=Subject)
    assert again.deal == KINDS[name]
    assert msgspec.json.decode(b'{"listing":"A","title":"t"}', type=Subject).deal is None


def test_the_same_trade_gives_the_same_text() -> None:
    """Rendering again gives the same bytes."""
    desk = Desk()
    desk.ask(trade(deposit=None, subject=subject(KINDS["licence-sole"])))
    again = render(desk.state.trades[TRADE], desk.state.obligation_of(TRADE))
    assert again == desk.state.contracts[CONTRACT].text
