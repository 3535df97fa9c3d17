"""The sentences of notices in both languages, filled with their facts."""

from collections.abc import Mapping
from typing import Any

from exchange.notices.told import Kind
from matching_engine.money import display_yuan
from settlement.dates import shanghai_time

INSTANTS = frozenset({"until", "closes_at", "opens_at", "start_by", "expires_at", "deposit_until"})
"""Facts that are instants in µs; names that end in _fen are money, everything else is text as it is."""
ZH, EN = 0, 1

WORDS: Mapping[str, tuple[str, str]] = {
    "opening.soon": ("《%(title)s》将于 %(opens_at)s 开始竞价。", "“%(title)s” opens at %(opens_at)s."),
    "opening.open": ("《%(title)s》已开始竞价。", "“%(title)s” takes bids now."),
    "opening.closing": ("《%(title)s》将于 %(closes_at)s 截止。", "“%(title)s” closes at %(closes_at)s."),
    "opening.extended": (
        "《%(title)s》的截止时间延至 %(closes_at)s。",
        "The close of “%(title)s” moved to %(closes_at)s.",
    ),
    "opening.suspended": ("《%(title)s》已中止：%(reason)s", "“%(title)s” is suspended: %(reason)s"),
    "opening.resumed": (
        "《%(title)s》已恢复，截止时间 %(closes_at)s。",
        "“%(title)s” goes on and closes at %(closes_at)s.",
    ),
    "opening.postponed": (
        "《%(title)s》已顺延，截止时间 %(closes_at)s：%(reason)s",
        "“%(title)s” is postponed and closes at %(closes_at)s: %(reason)s",
    ),
    "price.changed": (
        "《%(title)s》有 %(count)s 次出价，现价 %(amount_fen)s。",
        "“%(title)s”: %(count)s bids, now %(amount_fen)s.",
    ),
    "outbid.lost": (
        "您在《%(title)s》的出价已被超过，现价 %(amount_fen)s。",
        "You were outbid on “%(title)s”, which stands at %(amount_fen)s.",
    ),
    "result.sold": ("《%(title)s》已落槌，成交价 %(price_fen)s。", "“%(title)s” was sold at %(price_fen)s."),
    "result.passed": ("《%(title)s》流拍。", "“%(title)s” was not sold."),
    "result.cancelled": ("《%(title)s》已终止：%(reason)s", "“%(title)s” was cancelled: %(reason)s"),
    "result.offer": (
        "《%(title)s》的买受人违约，您可在 %(until)s 前以 %(price_fen)s 受让。",
        "The buyer of “%(title)s” defaulted: you may have it at %(price_fen)s until %(until)s.",
    ),
    "listing.noticed": (
        "您的挂牌《%(title)s》开始公示，至 %(until)s。",
        "Your listing “%(title)s” is under public notice until %(until)s.",
    ),
    "listing.fits": (
        "新的挂牌《%(title)s》符合您保存的检索。",
        "A new listing fits a search of yours: “%(title)s”.",
    ),
    "listing.returned": ("挂牌《%(title)s》被退回：%(reasons)s", "“%(title)s” was sent back: %(reasons)s"),
    "listing.withdrawn": ("挂牌《%(title)s》已撤下：%(reasons)s", "“%(title)s” was taken off: %(reasons)s"),
    "listing.objection": (
        "《%(title)s》公示期内收到异议，公示中止。",
        "An objection to “%(title)s” was filed; its notice stands still.",
    ),
    "listing.decided": (
        "对《%(title)s》的异议已作决定：%(reasons)s",
        "An objection to “%(title)s” was decided: %(reasons)s",
    ),
    "listing.extended": (
        "《%(title)s》延长挂牌至 %(until)s。",
        "“%(title)s” stays open for interest until %(until)s.",
    ),
    "listing.over": ("《%(title)s》公示期满。", "The notice of “%(title)s” is over."),
    "listing.ended": (
        "《%(title)s》无人报名，挂牌终结。",
        "Nobody wanted “%(title)s”; its listing has ended.",
    ),
    "listing.scheduled": ("专场《%(title)s》已排定。", "The session “%(title)s” is set."),
    "listing.converted": (
        "《%(title)s》有多家报名，将于 %(opens_at)s 竞价。",
        "Several parties want “%(title)s”: it goes up at %(opens_at)s.",
    ),
    "listing.agreed": (
        "《%(title)s》拟以 %(price_fen)s 协议成交。",
        "“%(title)s” is agreed on at %(price_fen)s.",
    ),
    "listing.priority": (
        "您对《%(title)s》享有优先购买权，请于 %(opens_at)s 到场。",
        "You have a right of first refusal on “%(title)s”, which opens at %(opens_at)s.",
    ),
    "question.asked": ("有人就《%(title)s》提问：%(text)s", "A question about “%(title)s”: %(text)s"),
    "question.answered": (
        "《%(title)s》的提问已答复：%(text)s",
        "A question about “%(title)s” was answered: %(text)s",
    ),
    "question.withheld": (
        "您就《%(title)s》的提问不予公开：%(reasons)s",
        "Your question about “%(title)s” is withheld: %(reasons)s",
    ),
    "money.called": (
        "请为《%(title)s》缴纳保证金 %(amount_fen)s，附言 %(reference)s。",
        "Pay the deposit of %(amount_fen)s for “%(title)s” under %(reference)s.",
    ),
    "money.held": (
        "《%(title)s》的保证金 %(amount_fen)s 已到账。",
        "Your deposit of %(amount_fen)s for “%(title)s” has arrived.",
    ),
    "money.late": (
        "《%(title)s》的保证金未在 %(deposit_until)s 前到账，报名无效，款项将退回。",
        "Your deposit for “%(title)s” came after %(deposit_until)s: the entry does not stand, the money goes back.",
    ),
    "money.released": (
        "《%(title)s》的保证金 %(amount_fen)s 已退还。",
        "Your deposit of %(amount_fen)s for “%(title)s” was paid back.",
    ),
    "money.forfeited": (
        "《%(title)s》的保证金 %(amount_fen)s 不予退还。",
        "Your deposit of %(amount_fen)s for “%(title)s” is forfeited.",
    ),
    "money.owed": (
        "《%(title)s》应付 %(amount_fen)s，%(due_on)s 前缴清，附言 %(reference)s。",
        "For “%(title)s” you owe %(amount_fen)s by %(due_on)s under %(reference)s.",
    ),
    "money.met": ("《%(title)s》价款已全部到账。", "The whole price of “%(title)s” has arrived."),
    "money.proceeds": (
        "《%(title)s》的价款 %(amount_fen)s 已于 %(paid_on)s 付出。",
        "The proceeds of “%(title)s”, %(amount_fen)s, were paid on %(paid_on)s.",
    ),
    "contract.draft": ("《%(title)s》的合同待签署。", "The contract on “%(title)s” is to be signed."),
    "contract.revised": (
        "对方修改了《%(title)s》的合同文本，请重新签署。",
        "The other side changed the contract on “%(title)s”; it has to be signed again.",
    ),
    "contract.signed": (
        "对方已签署《%(title)s》的合同，请您签署。",
        "The other side signed the contract on “%(title)s”; now it is your turn.",
    ),
    "contract.concluded": (
        "《%(title)s》的合同于 %(effective_on)s 生效。",
        "The contract on “%(title)s” is in force from %(effective_on)s.",
    ),
    "contract.default": ("《%(title)s》被认定违约。", "A default on “%(title)s” was declared."),
    "contract.undone": ("《%(title)s》的交易已协议解除。", "The sale of “%(title)s” was undone."),
    "contract.milestone_in": (
        "《%(title)s》第 %(number)s 个节点待验收。",
        "Milestone %(number)s of “%(title)s” waits to be accepted.",
    ),
    "contract.milestone_done": (
        "《%(title)s》第 %(number)s 个节点已通过验收。",
        "Milestone %(number)s of “%(title)s” was accepted.",
    ),
    "contract.milestone_back": (
        "《%(title)s》第 %(number)s 个节点未通过，%(cure_until)s 前补正：%(reasons)s",
        "Milestone %(number)s of “%(title)s” was not accepted; make it good by %(cure_until)s: %(reasons)s",
    ),
    "contract.milestone_late": (
        "《%(title)s》第 %(number)s 个节点逾期，宽限至 %(cure_until)s。",
        "Milestone %(number)s of “%(title)s” is late; it can be made good by %(cure_until)s.",
    ),
    "registration.filed": ("《%(title)s》的合同已提交登记。", "The contract on “%(title)s” was filed."),
    "registration.supplement": (
        "《%(title)s》的登记需要补正：%(words)s",
        "The registration of “%(title)s” needs more: %(words)s",
    ),
    "registration.answered": (
        "《%(title)s》的登记已补正，待审查。",
        "What was missing for “%(title)s” came in; it waits for review.",
    ),
    "registration.accepted": (
        "《%(title)s》的登记于 %(accepted_on)s 受理。",
        "The registration of “%(title)s” was taken in on %(accepted_on)s.",
    ),
    "registration.registered": (
        "《%(title)s》的合同已登记，编号 %(number)s。",
        "The contract on “%(title)s” is registered under %(number)s.",
    ),
    "registration.refused": (
        "《%(title)s》不予登记：%(reason)s",
        "“%(title)s” was refused registration: %(reason)s",
    ),
    "registration.changed": (
        "《%(title)s》的登记于 %(changed_on)s 变更。",
        "The registration of “%(title)s” was changed on %(changed_on)s.",
    ),
    "registration.ended": (
        "《%(title)s》的登记已注销或撤销：%(reason)s",
        "The registration of “%(title)s” has ended: %(reason)s",
    ),
    "claim.drawn": (
        "《%(title)s》的补助申领 %(amount_fen)s 已生成，待审批。",
        "A claim of %(amount_fen)s on “%(title)s” waits for approval.",
    ),
    "claim.approved": ("《%(title)s》的补助申领已批准。", "The claim on “%(title)s” was approved."),
    "claim.paid": (
        "《%(title)s》的补助 %(amount_fen)s 已于 %(paid_on)s 拨付。",
        "The claim on “%(title)s”, %(amount_fen)s, was paid on %(paid_on)s.",
    ),
    "trial.proposed": ("对方提议试用《%(title)s》。", "A trial of “%(title)s” was proposed to you."),
    "trial.agreed": (
        "《%(title)s》的试用条件已谈妥，请于 %(start_by)s 前开始。",
        "The trial of “%(title)s” is agreed on; it begins by %(start_by)s.",
    ),
    "trial.started": (
        "《%(title)s》的试用已开始，至 %(until)s。",
        "The trial of “%(title)s” runs until %(until)s.",
    ),
    "trial.ended": ("《%(title)s》的试用已结束。", "The trial of “%(title)s” is over."),
    "table.opened": ("对方邀您就《%(title)s》协商。", "You are invited to negotiate on “%(title)s”."),
    "table.offered": (
        "《%(title)s》有新的条件，有效至 %(expires_at)s。",
        "New terms for “%(title)s” stand until %(expires_at)s.",
    ),
    "table.agreed": ("对方接受了《%(title)s》的条件。", "Your terms for “%(title)s” were agreed to."),
    "table.noticed": (
        "《%(title)s》的协议以 %(price_fen)s 公示至 %(until)s。",
        "The agreement on “%(title)s” at %(price_fen)s is under notice until %(until)s.",
    ),
    "table.objected": (
        "有人对《%(title)s》的协议提出异议。",
        "An objection to the agreement on “%(title)s” was filed.",
    ),
    "table.confirmed": ("《%(title)s》的协议公示期满，成交。", "The agreement on “%(title)s” stands."),
    "table.ended": ("《%(title)s》的协商已结束。", "The negotiation on “%(title)s” has ended."),
    "release.noticed": (
        "成果 %(title)s 逾期未转化，请查看通知并答复。",
        "Result %(title)s was not converted in time: read the notice and answer.",
    ),
    "release.ruled": (
        "您对成果 %(title)s 的答复已有结论：%(reasons)s",
        "Your answer about result %(title)s was ruled on: %(reasons)s",
    ),
    "release.published": (
        "未转化成果专区发布了批次 %(title)s。",
        "Batch %(title)s was published in the special zone.",
    ),
    "demand.answered": ("您的需求 %(title)s 有人应答。", "Your demand %(title)s has an answer."),
    "demand.challenge": (
        "您关注的需求已发布为揭榜挂帅：《%(title)s》。",
        "A demand that you follow became a challenge: “%(title)s”.",
    ),
    "demand.deadline": (
        "需求《%(title)s》将于 %(deadline)s 截止。",
        "The demand “%(title)s” ends on %(deadline)s.",
    ),
    "demand.closed": ("需求《%(title)s》已关闭。", "The demand “%(title)s” is closed."),
    "match.day": ("今日为您推荐 %(count)s 项匹配。", "Today’s matches for you: %(count)s."),
    "webhook.disabled": (
        "推送地址 %(title)s 已停用：%(why)s",
        "The webhook %(title)s was disabled: %(why)s",
    ),
    "webhook.test": ("测试消息。", "A test message."),
}
"""Word → its sentence in Chinese and in English."""

KINDS: Mapping[Kind, tuple[str, str]] = {
    Kind.OPENING: ("开拍、延时与截止", "Openings, extensions, closes"),
    Kind.PRICE: ("价格变动（汇总）", "Prices (a digest)"),
    Kind.OUTBID: ("出价被超过", "Being outbid"),
    Kind.RESULT: ("落槌、流拍与终止", "Results"),
    Kind.LISTING: ("公示、异议与检索", "Notice periods, objections, searches"),
    Kind.QUESTION: ("提问与答复", "Questions and answers"),
    Kind.MONEY: ("保证金与款项", "Deposits and payments"),
    Kind.CONTRACT: ("合同签署与履行", "Contracts"),
    Kind.REGISTRATION: ("合同登记", "Registration"),
    Kind.CLAIM: ("补助申领", "Claims"),
    Kind.TRIAL: ("先试用后付费", "Trials"),
    Kind.TABLE: ("协商", "Negotiations"),
    Kind.RELEASE: ("未转化成果专区", "The special zone"),
    Kind.DEMAND: ("需求", "Demands"),
    Kind.MATCH: ("每日推荐", "Daily matches"),
    Kind.WEBHOOK: ("推送", "Webhooks"),
}
"""Kind → what the pages call it."""


CODES = {"platform_outage": ("平台故障", "an outage of the platform")}
"""Reasons that the house itself gives; everybody else writes theirs out."""


class _Facts(dict[str, str]):
    """A fact that an old notice lacks is a dash."""

    def __missing__(self, name: str) -> str:
        return "—"


def say(word: str, facts: Mapping[str, Any], language: str) -> str:
    """The sentence of a notice; the word itself where a later version knows it no more."""
    known = WORDS.get(word)
    if known is None:
        return word
    spoken = ZH if language == "zh" else EN
    shown = _Facts({name: _shown(name, value) for name, value in facts.items()})
    if shown.get("reason") in CODES:
        shown["reason"] = CODES[shown["reason"]][spoken]
    return known[spoken] % shown


def kind_name(kind: str, language: str) -> str:
    """What a kind is called."""
    return KINDS[Kind(kind)][ZH if language == "zh" else EN]


def _shown(name: str, value: Any) -> str:
    if isinstance(value, int) and name.endswith("_fen"):
        return display_yuan(value)
    if isinstance(value, int) and name in INSTANTS:
        return f"{shanghai_time(value):%Y-%m-%d %H:%M:%S} UTC+8"
    return "—" if value is None else str(value)
