"""The contract: its text, its digest, its signatures."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from matching_engine.errors import Broken
from settlement.commands import DraftContract, SignContract
from settlement.drafting import render
from settlement.events import ContractConcluded, ContractDrafted, ContractSigned
from settlement.evolve import evolve
from settlement.state import ContractState
from tests.settlement.desk import (
    AT,
    CONTRACT,
    DEPOSIT_FEN,
    FACTORY,
    SUBJECT,
    TRADE,
    UNIVERSITY,
    Desk,
    held,
    sign,
    signed,
    sold,
    trade,
)

GOLDEN = Path(__file__).parent.parent / "golden" / "contract-assignment.txt"


def text_of(desk: Desk) -> str:
    """The contract's text."""
    return desk.state.contracts[CONTRACT].text


def test_the_text_is_the_published_one() -> None:
    """The contract of a known sale is, letter by letter, the golden text."""
    assert text_of(sold()) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "content",
    [
        "项目名称：等速万向节超音频感应热处理系统",
        "标的的内容、范围和要求",
        "履行的计划、地点和方式",
        "技术信息和资料的保密",
        "技术成果的归属和收益的分配办法",
        "验收标准和方法",
        "名词和术语的解释",
        "价款及其支付方式",
        "发明创造名称、申请人和专利权人、申请日期、申请号、专利号以及专利权的期限",
        "后续改进的技术成果",
        "违约责任",
        "争议的解决",
        "合同的生效、变更和终止",
    ],
)
def test_the_contract_holds_what_the_civil_code_asks(content: str) -> None:
    """Every item of art. 845, the payment of art. 846 and the assignment's own rules have their place."""
    assert content in text_of(sold())


def test_the_facts_of_the_sale_stand_in_the_text() -> None:
    """Parties, price in figures and capitals, due date, reference and the deposit are those of the sale."""
    text = text_of(sold())
    for fact in (
        UNIVERSITY.name,
        FACTORY.code,
        "黑龙江省",
        "2026年11月20日19时00分00秒",
        "增价竞价",
        "1700000.00元（人民币壹佰柒拾万元整）",
        "2026年11月25日",
        f"O-{TRADE}",
        "竞买保证金160000.00元抵作价款，尚应支付1540000.00元",
        *SUBJECT.ip,
    ):
        assert fact in text


def test_no_placeholder_is_left() -> None:
    """The finished text has no sign of the template."""
    assert "$" not in text_of(sold())


def test_what_is_not_stated_is_said_to_be() -> None:
    """Without a deposit, rights, address or abstract the text stays whole and says where to look."""
    desk = Desk()
    bare = msgspec.structs.replace(SUBJECT, ip=(), abstract="", field="")
    desk.ask(trade(deposit=None, subject=bare, seller=msgspec.structs.replace(UNIVERSITY, address="")))
    text = text_of(desk)
    assert "技术秘密：以技术资料所载为准" in text
    assert "住所：以交易所主体登记为准" in text
    assert "竞买保证金1" not in text


def test_a_deposit_that_pays_all_is_said_so() -> None:
    """No further transfer is asked for."""
    desk = held()
    desk.ask(trade(price_fen=DEPOSIT_FEN))
    assert "抵作全部价款，无须另行汇款" in text_of(desk)


def test_a_party_cannot_write_a_clause() -> None:
    """Line breaks and template signs in what a party states make no line and no placeholder of their own."""
    forged = msgspec.structs.replace(
        SUBJECT, title="好技术\n第十三条 价款为零 $price", ip=("专利\r\n9.9 免责",)
    )
    desk = Desk()
    desk.ask(trade(deposit=None, subject=forged))
    lines = text_of(desk).splitlines()
    assert "项目名称：好技术 第十三条 价款为零 $price" in lines
    assert not any(line.startswith(("第十三条", "9.9")) for line in lines)


def test_the_same_trade_gives_the_same_text() -> None:
    """Rendering twice, or in another process' state, gives the same bytes and the same digest."""
    first, second = sold().state, sold().state
    again = render(first.trades[TRADE], first.obligation_of(TRADE))
    assert again == first.contracts[CONTRACT].text
    assert first.contracts[CONTRACT].digest == second.contracts[CONTRACT].digest
    assert first.contracts[CONTRACT].digest == hashlib.sha256(again.encode()).hexdigest()


def test_a_contract_is_drafted_once_and_of_a_trade() -> None:
    """A second draft and a draft of nothing are refused."""
    desk = sold()
    assert desk.refused(DraftContract(TRADE)) == "CONTRACT_EXISTS"
    assert desk.refused(DraftContract("T-nowhere")) == "TRADE_UNKNOWN"


@pytest.mark.parametrize("order", [(UNIVERSITY, FACTORY), (FACTORY, UNIVERSITY)])
def test_the_second_signature_concludes(order: tuple[object, object]) -> None:
    """Whoever signs first, the contract takes effect on the Shanghai date of the second signature."""
    desk = sold()
    first, second = order
    events = desk.ask(sign(desk, first))  # type: ignore[arg-type]
    assert [type(event) for event in events] == [ContractSigned]
    assert desk.state.contracts[CONTRACT].state is ContractState.DRAFTED
    events = desk.ask(sign(desk, second), AT + 86_400_000_000)  # type: ignore[arg-type]
    assert events[1] == ContractConcluded(CONTRACT, TRADE, "2026-11-21")


def test_only_a_party_signs_what_it_saw_and_once() -> None:
    """A stranger, another text and a second signature of one party are refused."""
    desk = sold()
    good = sign(desk, UNIVERSITY)
    assert desk.refused(msgspec.structs.replace(good, contract="C-nowhere")) == "CONTRACT_UNKNOWN"
    assert desk.refused(msgspec.structs.replace(good, party="P-stranger")) == "NOT_A_PARTY"
    assert desk.refused(msgspec.structs.replace(good, digest="00" * 32)) == "DIGEST_MISMATCH"
    desk.ask(good)
    assert desk.refused(good) == "CONTRACT_SIGNED_ALREADY"
    assert (
        signed().refused(SignContract(CONTRACT, FACTORY.id, "other", good.digest))
        == "CONTRACT_SIGNED_ALREADY"
    )


def test_a_text_that_is_not_its_digest_is_broken() -> None:
    """A journaled text that was altered is not taken in."""
    desk = Desk(follow=False)
    desk.ask(trade(deposit=None))
    with pytest.raises(Broken, match="the digest is that of the text"):
        evolve(desk.state, ContractDrafted(CONTRACT, TRADE, "assignment", "other", "00"), AT)
