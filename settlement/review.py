"""What a registrar looks at in a filing, by the kind of contract, and for what it is refused: closed lists.

Sources: 技术合同认定登记管理办法 (draft of 2024-12), rules 36–39: a foreign text needs its Chinese copy; the technology
part of a mixed contract must be clear; refused when the subject, the object or the price is unclear, a clause makes an
illegal monopoly or infringes, a proof is missing, or name and seal differ. Civil Code 845, 846, 851, 863, 865 for the rest.
"""

from enum import StrEnum

import msgspec

from settlement.deal import ContractKind


class RefuseReason(StrEnum):
    """Why an office does not register."""

    SUBJECT_UNCLEAR = "SUBJECT_UNCLEAR"
    """合同主体不明确"""
    OBJECT_UNCLEAR = "OBJECT_UNCLEAR"
    """合同标的不明确，不能使登记人员了解其技术内容"""
    PRICE_UNCLEAR = "PRICE_UNCLEAR"
    """合同价款、报酬、使用费等约定不明确"""
    UNLAWFUL_CLAUSE = "UNLAWFUL_CLAUSE"
    """非法垄断技术、妨碍技术进步或者侵害他人技术成果"""
    PROOF_MISSING = "PROOF_MISSING"
    """未提交有关证明文件"""
    NAME_SEAL_DIFFER = "NAME_SEAL_DIFFER"
    """印章与名称不符"""


class Item(StrEnum):
    """One thing to look at."""

    PARTIES = "parties"
    SEALS = "seals"
    OBJECT = "object"
    COMPLETE_TEXT = "complete_text"
    PRICE = "price"
    COSTS = "costs"
    CLAUSES = "clauses"
    PROOFS = "proofs"
    IN_FORCE = "in_force"
    RESULTS = "results"
    RIGHT = "right"
    TERM = "term"
    QUESTION = "question"
    SKILL = "skill"


FITS: dict[Item, RefuseReason] = {
    Item.PARTIES: RefuseReason.SUBJECT_UNCLEAR,
    Item.SEALS: RefuseReason.NAME_SEAL_DIFFER,
    Item.OBJECT: RefuseReason.OBJECT_UNCLEAR,
    Item.COMPLETE_TEXT: RefuseReason.PROOF_MISSING,
    Item.PRICE: RefuseReason.PRICE_UNCLEAR,
    Item.COSTS: RefuseReason.PRICE_UNCLEAR,
    Item.CLAUSES: RefuseReason.UNLAWFUL_CLAUSE,
    Item.PROOFS: RefuseReason.PROOF_MISSING,
    Item.IN_FORCE: RefuseReason.PROOF_MISSING,
    Item.RESULTS: RefuseReason.OBJECT_UNCLEAR,
    Item.RIGHT: RefuseReason.PROOF_MISSING,
    Item.TERM: RefuseReason.UNLAWFUL_CLAUSE,
    Item.QUESTION: RefuseReason.OBJECT_UNCLEAR,
    Item.SKILL: RefuseReason.OBJECT_UNCLEAR,
}
"""Item → the reason for which a filing is refused when it does not fit."""

ASKED: dict[Item, tuple[str, str]] = {
    Item.PARTIES: ("当事人主体明确", "The parties are named without doubt"),
    Item.SEALS: ("印章或签名与当事人名称一致", "Seals or signatures are those of the named parties"),
    Item.OBJECT: ("标的、范围和要求明确", "Object, scope and requirements are clear"),
    Item.COMPLETE_TEXT: (
        "合同文本完整，外文合同附中文文本",
        "The text is complete; a foreign text has its Chinese copy",
    ),
    Item.PRICE: ("价款、支付方式约定明确", "Price and manner of payment are clear"),
    Item.COSTS: ("非技术性费用单列且数量合理", "Non-technical cost is itemised and reasonable"),
    Item.CLAUSES: (
        "无非法垄断技术或者侵害他人技术成果的条款",
        "No clause makes an illegal monopoly or infringes",
    ),
    Item.PROOFS: ("证明文件齐全", "All proofs are there"),
    Item.IN_FORCE: ("合同已生效并在有效期内", "The contract is in force and within its term"),
    Item.RESULTS: ("成果归属和验收标准明确", "Ownership of results and acceptance are agreed"),
    Item.RIGHT: ("转让、许可的权利存在且归让与人所有", "The right exists and is the seller's"),
    Item.TERM: ("许可期限未超过专利权存续期限", "The licence ends with the patent at the latest"),
    Item.QUESTION: ("咨询课题及报告要求明确", "The question and the report asked for are clear"),
    Item.SKILL: ("服务内容运用专业技术知识", "The service applies professional technical knowledge"),
}
"""Item → the question in Chinese and English."""

_ALWAYS = (
    Item.PARTIES,
    Item.SEALS,
    Item.OBJECT,
    Item.COMPLETE_TEXT,
    Item.PRICE,
    Item.COSTS,
    Item.CLAUSES,
    Item.PROOFS,
    Item.IN_FORCE,
)
_BY_KIND: dict[ContractKind, tuple[Item, ...]] = {
    "development": (Item.RESULTS,),
    "assignment": (Item.RIGHT,),
    "licence": (Item.RIGHT, Item.TERM),
    "consulting": (Item.QUESTION,),
    "service": (Item.SKILL,),
}


class Answer(msgspec.Struct, frozen=True):
    """What a registrar found about an item; `words` say why it does not fit."""

    item: str
    fits: bool
    words: str = ""


def checklist(kind: ContractKind) -> tuple[Item, ...]:
    """What is looked at in a contract of a kind, in order."""
    return (*_ALWAYS, *_BY_KIND[kind])


def answers_fault(kind: ContractKind, answers: tuple[Answer, ...]) -> str | None:
    """What is wrong with answers: an item that is not asked for or stands twice, a No without words; None when nothing."""
    if not answers:
        return "answers: got nothing, expected one or more"
    asked = [item.value for item in checklist(kind)]
    for answer in answers:
        if answer.item not in asked:
            return f"answers.item: got {answer.item}, expected one of {', '.join(asked)} for {kind}"
        if not answer.fits and not answer.words.strip():
            return f"answers.words: got nothing for {answer.item}, expected why it does not fit"
    if len(dict.fromkeys(answer.item for answer in answers)) != len(answers):
        return "answers: got an item twice, expected each once"
    return None
