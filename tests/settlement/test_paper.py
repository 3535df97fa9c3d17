"""Texts as lines: every character of a contract has its place."""

from pathlib import Path

from settlement.confirmation import confirmation
from settlement.paper import LineKind, lines_of
from tests.settlement.desk import CONTRACT, TRADE, sold

GOLDEN = Path(__file__).parent.parent / "golden" / "confirmation.txt"


def test_every_line_of_a_contract_is_known() -> None:
    """Title, facts, articles, clauses and their items are told apart, and nothing is dropped."""
    text = sold().state.contracts[CONTRACT].text
    lines = lines_of(text)
    assert len(lines) == len([line for line in text.split("\n") if line])
    assert (lines[0].kind, lines[0].text) == (LineKind.TITLE, "技术转让合同")
    assert ("fact", "等速万向节超音频感应热处理系统", "项目名称") in lines
    assert sum(line.kind is LineKind.HEADING for line in lines) == 12
    assert [line.label for line in lines if line.kind is LineKind.CLAUSE][:2] == ["1.1", "1.2"]
    assert any(line.kind is LineKind.ITEM and line.text.startswith("（一）") for line in lines)
    joined = "".join(line.label + line.text for line in lines)
    assert len(joined) >= len(text.replace("\n", "").replace(" ", "")) - 40


def test_a_colon_within_an_article_makes_no_fact() -> None:
    """Facts stand in the head only."""
    lines = lines_of("题\n编号：1\n第一条 甲\n1.1 乙\n丙：丁")
    assert [line.kind.value for line in lines] == ["title", "fact", "heading", "clause", "paragraph"]


def test_the_confirmation_is_the_published_text() -> None:
    """成交确认书 of a known sale, letter by letter; it names no address, deposit or account."""
    trade = sold().state.trades[TRADE]
    text = confirmation(trade)
    assert text == GOLDEN.read_text(encoding="utf-8")
    assert not [word for word in (trade.seller.address, trade.buyer.code, "160000", "D-L1") if word in text]
