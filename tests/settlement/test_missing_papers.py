"""What a dossier still lacks is named, each paper with its reason."""

import dataclasses

from settlement.missing_papers import missing_papers
from tests.settlement.claim_refusals import share
from tests.settlement.desk import CLAIM, CONTRACT, TRADE, Desk, claimed


def names(desk: Desk) -> list[str]:
    """The papers of the claim by name; each must have its reason."""
    papers = missing_papers(desk.state, desk.state.claims[CLAIM])
    assert all(paper.why for paper in papers)
    return [paper.name for paper in papers]


def test_papers_of_other_offices_are_named() -> None:
    """The certificate, the patent's transfer record, the bank's slips, the declaration of no affiliation, the seals."""
    found = names(claimed())
    for paper in (
        "加盖双方公章的技术合同",
        "专利权转移登记簿副本（著录项目变更手续合格通知书）",
        "技术合同认定登记证明（原件）",
        "银行加盖业务章的到账回单",
        "买卖双方无隶属或关联关系声明",
        "松江重型机械有限公司的营业执照或法人证书",
    ):
        assert paper in found
    assert len(found) == len(dict.fromkeys(found))


def test_what_is_there_is_not_asked_for() -> None:
    """With both parties' licensed certificates no seals, after the joint election no election, without patents no record."""
    desk = claimed()
    contract = desk.state.contracts[CONTRACT]
    contract.signatures = [
        dataclasses.replace(one, key_id="k-1", certificate_issuer="某电子认证机构")
        for one in contract.signatures
    ]
    trade = desk.state.trades[TRADE]
    desk.state.trades[TRADE] = dataclasses.replace(trade, subject=type(trade.subject)("A1", "无专利"))
    found = names(desk)
    assert "加盖双方公章的技术合同" not in found
    assert "申报方联合选定书" not in found
    assert not any("专利权转移" in name for name in found)


def test_a_share_asks_for_its_agreement() -> None:
    """Only once the enterprise declared it."""
    desk = claimed()
    assert "与成果转移转化专员的奖励约定" not in names(desk)
    desk.ask(share())
    assert "与成果转移转化专员的奖励约定" in names(desk)


def test_what_the_document_also_asks_is_on_the_list() -> None:
    """The claim carries it from its rule, for a person to check."""
    desk = claimed()
    desk.state.claims[CLAIM].further = ("成果在省内落地",)
    assert "证明材料：成果在省内落地" in names(desk)
