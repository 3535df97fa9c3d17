"""登记证明 and 技术性收入核定表: the certificate of a registration and the sheet of its technical income, as texts.

The certificate states total value and technology value apart (技术合同认定登记管理办法, art. 15 of the draft); the sheet has
each receipt with what was certified of it, the base of tax relief. Both end with the SHA-256 of their text and say how
to check it. Our provisional id is named as what it is and never stands where a registration number belongs.
"""

import hashlib
from collections.abc import Iterator

from matching_engine.money import format_yuan
from settlement.capitals import capital_yuan
from settlement.dates import parse_date, written_date
from settlement.deal import ContractKind
from settlement.filing import COSTS, FIELDS, IP_KINDS, FilingForm
from settlement.registration_checks import form_of
from settlement.registration_state import Registration, RegistrationState
from settlement.state import Settlement

KINDS: dict[ContractKind, str] = {
    "development": "技术开发合同",
    "assignment": "技术转让合同",
    "licence": "技术许可合同",
    "consulting": "技术咨询合同",
    "service": "技术服务合同",
}
_STANDING = {
    RegistrationState.REGISTERED: "有效",
    RegistrationState.CHANGED: "有效（已变更）",
    RegistrationState.CANCELLED: "已注销，不再有效",
    RegistrationState.REVOKED: "已撤销，不再有效",
}
_RECEIPTS = {"credit": "银行到账", "deposit": "保证金转价款", "suspense": "待查款项转入"}
_DIGEST = "SHA-256"


def certificate(state: Settlement, one: Registration) -> str:
    """The text of the certificate as the registration stands now; the same state gives the same text."""
    lines = ["技术合同登记证明", "", *_head(state, one)]
    lines += ["", "第一条 登记事项", *_numbered(1, _facts(form_of(state, one)))]
    lines += ["", "第二条 金额", *_numbered(2, _amounts(one))]
    lines += ["", "第三条 登记经过", *_numbered(3, _course(one))]
    return _sealed(lines, one, "certificate")


def income_sheet(state: Settlement, one: Registration) -> str:
    """The text of the sheet: every receipt that was certified, what was taken back, and the sum that counts."""
    lines = ["技术性收入核定表", "", *_head(state, one)]
    lines += ["", "第一条 金额", *_numbered(1, _amounts(one))]
    lines += ["", "第二条 逐笔核定", *_numbered(2, _receipts(state, one))]
    lines += ["", "第三条 合计", *_numbered(3, _sums(one))]
    return _sealed(lines, one, "income-sheet")


def digest_of(text: str) -> str:
    """The SHA-256 of a paper's text: of everything before its own digest, as UTF-8."""
    return hashlib.sha256(text.partition(f"\n{_DIGEST}：")[0].encode()).hexdigest()


def _head(state: Settlement, one: Registration) -> Iterator[str]:
    trade, contract = state.trades[one.trade], state.contracts[one.contract]
    kind: ContractKind = one.kind or contract.kind  # type: ignore[assignment]
    yield f"登记编号：{one.number}"
    yield f"临时编号（非登记编号）：{one.id}"
    yield f"项目名称：{_line(form_of(state, one).project)}"
    yield f"合同类别：{KINDS[kind]}"
    yield f"卖方：{_line(trade.seller.name)}"
    yield f"买方：{_line(trade.buyer.name)}"
    yield f"合同编号：{one.contract}"
    yield f"合同生效日期：{_day(contract.effective_on)}"
    yield f"登记机构：{one.office}"
    yield f"登记日期：{_day(one.registered_on)}"
    yield f"登记状态：{_STANDING[one.state]}"


def _facts(form: FilingForm) -> Iterator[str]:
    yield f"技术领域为{FIELDS.get(form.field, '未填写')}，知识产权类型为{IP_KINDS.get(form.ip, '未填写')}。"
    until = f"至{_day(form.valid_to)}" if form.valid_to else "，至权利终止之日"
    yield f"合同有效期自{_day(form.valid_from)}{until}。"


def _amounts(one: Registration) -> Iterator[str]:
    technology_fen = one.technology_fen or 0
    yield f"合同交易总额：{format_yuan(one.total_fen)}元（{capital_yuan(one.total_fen)}）。"
    yield f"其中技术交易额：{format_yuan(technology_fen)}元（{_capital(technology_fen)}）。"
    yield f"非技术性费用：{format_yuan(one.total_fen - technology_fen)}元。"
    for cost in one.costs:
        note = f"（{_line(cost.note)}）" if cost.note else ""
        yield f"其中{COSTS[cost.kind]}{note}：{format_yuan(cost.amount_fen)}元。"


def _course(one: Registration) -> Iterator[str]:
    for version in one.versions:
        what = f"因“{_line(version.reason)}”变更登记" if version.number > 1 else "予以登记"
        yield (
            f"{_day(version.on)}{what}，合同交易总额{format_yuan(version.total_fen)}元，"
            f"技术交易额{format_yuan(version.technology_fen)}元，经办人{version.registrar}。"
        )
    if one.ended_on:
        ended = "注销" if one.state is RegistrationState.CANCELLED else "撤销"
        yield f"{_day(one.ended_on)}{ended}，理由：{_line(one.reason or '')}，经办人{one.registrar}。"


def _receipts(state: Settlement, one: Registration) -> Iterator[str]:
    kinds = {
        receipt.id: receipt.kind for receipt in state.trades[one.trade].receipts if receipt.amount_fen > 0
    }
    for income in one.income:
        kind = _RECEIPTS.get(kinds.get(income.receipt, ""), "到账")
        yield (
            f"第{income.number}号：{_day(income.received_on)}{kind}{format_yuan(income.received_fen)}元"
            f"（流水号{_line(income.receipt)}），核定技术性收入{format_yuan(income.technology_fen)}元，"
            f"核定日期{_day(income.certified_on)}，经办人{income.registrar}。"
        )
    if not one.income:
        yield "尚无核定的到账款项。"


def _sums(one: Registration) -> Iterator[str]:
    gross_fen = sum(income.technology_fen for income in one.income)
    yield f"已核定到账款项：{format_yuan(sum(income.received_fen for income in one.income))}元。"
    yield f"已核定技术性收入：{format_yuan(gross_fen)}元。"
    yield f"因退款等核减：{format_yuan(one.income_reduced_fen)}元。"
    yield f"有效的技术性收入：{format_yuan(one.certified_fen)}元（{_capital(one.certified_fen)}）。"
    yield "每笔技术性收入＝到账款项×技术交易额÷合同交易总额，舍去不足一分的部分；合计不超过技术交易额。"


def _sealed(lines: list[str], one: Registration, paper: str) -> str:
    """The text with its digest, and how to check it."""
    body = "\n".join([*lines, "", f"登记机构（盖章）：{one.office}"])
    digest = hashlib.sha256(body.encode()).hexdigest()
    hint = (
        "核验方法：在本系统公开页面 /papers/check 输入登记编号和上述摘要，即知本页是否与现行登记一致。"
        f"摘要为“{_DIGEST}”一行之前全部文字（UTF-8，不含行末换行）的散列值，"
        f"文本可从 /registrations/{one.id}/{paper}.txt 取得。登记事项以交易日志为准。"
    )
    return f"{body}\n{_DIGEST}：\n{digest}\n{hint}\n"


def _numbered(article: int, texts: Iterator[str]) -> Iterator[str]:
    return (f"{article}.{number} {text}" for number, text in enumerate(texts, start=1))


def _line(text: str) -> str:
    """On one line: words that somebody typed never make a line of the paper."""
    return " ".join(text.split())


def _day(text: str | None) -> str:
    day = parse_date(text or "")
    return written_date(day) if day else "—"


def _capital(fen: int) -> str:
    return capital_yuan(fen) if fen else "人民币零元整"
