"""The papers that a claim's dossier does not hold yet, by name, each with why it is needed.

The house has the contract, the money and the registration's facts; what other offices and the parties issue on paper
is named here, so that nobody learns of it at the counter.
"""

from collections.abc import Iterator

import msgspec

from settlement.state import Claim, Settlement, Trade


class Paper(msgspec.Struct, frozen=True):
    """A paper by its Chinese name, and the reason; the same words for every reader, as officials use them."""

    name: str
    why: str


def missing_papers(state: Settlement, claim: Claim) -> tuple[Paper, ...]:
    """What is still to be put beside the files of the dossier."""
    trade = state.trades[claim.trade]
    found = [
        *_of_contract(state, trade),
        *_of_registration(state, trade),
        *_of_money(trade),
        *_of_parties(state, claim, trade),
        *_further(claim),
    ]
    return tuple({paper.name: paper for paper in found}.values())


def _of_contract(state: Settlement, trade: Trade) -> Iterator[Paper]:
    contract = state.contracts.get(trade.contract or "")
    if contract is None or contract.effective_on is None:
        yield Paper("双方签署的技术合同", "尚未由双方签署生效；补助奖励以生效的技术合同为前提。")
    elif not all(one.key_id and one.certificate_issuer for one in contract.signatures):
        yield Paper(
            "加盖双方公章的技术合同",
            "系统内的签署未使用依法设立的电子认证机构证书，不属于可靠的电子签名（电子签名法第十三条、第十六条）。",
        )
    if (
        contract is not None
        and contract.kind == "assignment"
        and any("专利" in one for one in trade.subject.ip)
    ):
        yield Paper(
            "专利权转移登记簿副本（著录项目变更手续合格通知书）",
            "专利权的转让自登记之日起生效（专利法第十条）。",
        )
    if contract is not None and contract.kind == "licence" and any("专利" in one for one in trade.subject.ip):
        yield Paper(
            "专利实施许可合同备案证明",
            "专利实施许可合同应当自生效之日起三个月内备案（专利法实施细则第十五条）。",
        )


def _of_registration(state: Settlement, trade: Trade) -> Iterator[Paper]:
    registration = state.registrations.get(trade.registration or "")
    if registration is None or not registration.in_force:
        yield Paper("技术合同认定登记", "未经认定登记的技术合同不享受优惠（技术合同认定登记管理办法）。")
    yield Paper(
        "技术合同认定登记证明（原件）", "由登记机构出具，载明合同总额和技术交易额；本卷宗只列登记事项。"
    )


def _of_money(trade: Trade) -> Iterator[Paper]:
    yield Paper(
        "银行加盖业务章的到账回单", "技术交易实际到账金额以银行凭证为准；本卷宗列出每笔的银行流水号。"
    )
    yield Paper(
        "技术交易发票", f"核对付款方 {trade.buyer.name} 与收款方 {trade.seller.name}、金额和项目名称。"
    )


def _of_parties(state: Settlement, claim: Claim, trade: Trade) -> Iterator[Paper]:
    yield Paper("买卖双方无隶属或关联关系声明", "存在隶属或关联关系的交易不予补助奖励。")
    yield Paper(f"{trade.party(claim.claimant).name}的营业执照或法人证书", "证明申报单位的性质和所在地。")
    if trade.election is None:
        yield Paper("申报方联合选定书", "同一年度同一技术交易项目只支持单方，须由双方共同选定。")
    if claim.id in state.specialists:
        share = state.specialists[claim.id]
        yield Paper(
            "与成果转移转化专员的奖励约定",
            f"企业声明与{share.specialist}约定提取补助的一部分用于奖励（{share.agreed_on}）。",
        )


def _further(claim: Claim) -> Iterator[Paper]:
    for item in claim.further:
        yield Paper(f"证明材料：{item}", f"{claim.document}另有此项要求，须由人工核对。")
