"""The filing form's fields (form JJ-001) of many contracts, one row each: what registers and statistics take over.

A list has what was filed and lives: neither drafts nor what was refused, cancelled or revoked. Where the rule of the
second review says so (Jiangsu), a list may not mix contracts below and from its amount on.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from matching_engine.errors import LuochuiError
from settlement.certificate import KINDS
from settlement.dates import parse_date
from settlement.filing import FIELDS, IP_KINDS, PROGRAMMES, FilingForm, non_technical_fen
from settlement.office_book import SecondReview
from settlement.registration_checks import form_of, office_of, second_review_of
from settlement.registration_state import CLOCK_RUNS, IN_FORCE, Registration, RegistrationState
from settlement.state import Contract, Settlement, Trade

Size = Literal["all", "below", "from"]
"""Which amounts: all, those below the amount of the second review, those from it on."""
LISTED = (*CLOCK_RUNS, RegistrationState.SUPPLEMENT, *IN_FORCE)

STATES: dict[RegistrationState, str] = {
    RegistrationState.SUBMITTED: "已提交",
    RegistrationState.SUPPLEMENT: "补正中",
    RegistrationState.ACCEPTED: "已受理",
    RegistrationState.CLASSIFIED: "已认定",
    RegistrationState.SECOND_REVIEW: "复审中",
    RegistrationState.REGISTERED: "已登记",
    RegistrationState.CHANGED: "已变更",
}


class Column(NamedTuple):
    """A column: the field's name for programs and its Chinese header; `money`: its values are fen."""

    field: str
    header: str
    money: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("number", "合同登记编号"),
    Column("registration", "系统内临时编号"),
    Column("state", "登记状态"),
    Column("project", "项目名称"),
    Column("kind", "合同类别"),
    Column("signed_on", "签订日期"),
    Column("valid_from", "有效期起"),
    Column("valid_to", "有效期止"),
    Column("seller", "卖方名称"),
    Column("seller_country", "卖方国别代码"),
    Column("seller_region", "卖方地区代码"),
    Column("seller_nature", "卖方性质代码"),
    Column("buyer", "买方名称"),
    Column("buyer_country", "买方国别代码"),
    Column("buyer_region", "买方地区代码"),
    Column("buyer_nature", "买方性质代码"),
    Column("technology_field", "技术领域"),
    Column("ip_kind", "知识产权类型"),
    Column("programme", "计划类别"),
    Column("total", "合同交易总额（元）", money=True),
    Column("technology", "技术交易额（元）", money=True),
    Column("non_technical", "非技术性费用（元）", money=True),
    Column("added_investment", "预计新增投资（元）", money=True),
    Column("added_output", "预计新增产值（元）", money=True),
    Column("office", "登记机构"),
    Column("office_code", "登记机构代码"),
    Column("filed_on", "提交日期"),
    Column("registered_on", "登记日期"),
    Column("filler", "填表人"),
)

Cell = str | int | None
"""A text; fen in a column of money; None for what is not stated."""


class MixedList(LuochuiError):
    """The list would mix what a province keeps apart; the text says which and how many."""


def is_year(text: str) -> bool:
    """Whether a text is a year as lists name it: four digits."""
    return len(text) == 4 and text.isascii() and text.isdecimal()


def selected(
    state: Settlement, year: str | None = None, office: str | None = None, size: Size = "all"
) -> list[Registration]:
    """The contracts of a list in the order of number and id; `office` by name or six-digit code. MixedList when mixed."""
    found = [
        one
        for one in state.registrations.values()
        if one.state in LISTED
        and (year is None or year_of(one) == year)
        and (office is None or office in (one.office, one.office_code))
        and (size == "all" or is_large(state, one) == (size == "from"))
    ]
    _check_apart(state, found)
    return sorted(found, key=lambda one: (one.number is None, one.number or "", one.id))


def year_of(one: Registration) -> str:
    """The year under which a contract is listed: of its registration or, before it, of its filing."""
    return (one.registered_on or one.filed_on)[:4]


def is_large(state: Settlement, one: Registration) -> bool:
    """Whether the total reaches the amount of the second review, by the rule of the day of its filing."""
    return one.total_fen >= _rule(state, one).threshold_fen


def _rule(state: Settlement, one: Registration) -> SecondReview:
    filed = parse_date(one.filed_on) or parse_date(state.contracts[one.contract].effective_on or "")
    assert filed is not None
    return second_review_of(state, one, filed)


def _check_apart(state: Settlement, found: Iterable[Registration]) -> None:
    counts: dict[tuple[str, str], list[int]] = {}
    for one in found:
        rule = _rule(state, one)
        if rule.separate_lists:
            office = office_of(one)
            key = (rule.source, office.province if office else rule.province)
            counts.setdefault(key, [0, 0])[one.total_fen >= rule.threshold_fen] += 1
    for (source, province), (below, large) in counts.items():
        if below and large:
            raise MixedList(
                f"{source} ({province}): {below} below the amount of the second review and {large} from it on"
            )


def row(state: Settlement, one: Registration) -> tuple[Cell, ...]:
    """The cells of a contract, one for each of COLUMNS."""
    trade, contract, form = state.trades[one.trade], state.contracts[one.contract], form_of(state, one)
    cells = (
        *_heading(one, contract, form),
        *_parties(trade, form),
        FIELDS.get(form.field),
        IP_KINDS.get(form.ip),
        PROGRAMMES.get(form.programme),
        *_amounts(one, form),
        one.office,
        one.office_code or None,
        one.filed_on or None,
        one.registered_on,
        form.filler or None,
    )
    assert len(cells) == len(COLUMNS)
    return cells


def _heading(one: Registration, contract: Contract, form: FilingForm) -> Iterator[Cell]:
    yield one.number
    yield one.id
    yield STATES[one.state]
    yield form.project
    yield KINDS[one.kind or contract.kind]  # type: ignore[index]
    yield contract.effective_on
    yield form.valid_from
    yield form.valid_to


def _parties(trade: Trade, form: FilingForm) -> Iterator[Cell]:
    for name, party in ((trade.seller.name, form.seller), (trade.buyer.name, form.buyer)):
        yield name
        yield party.country
        yield party.region or None
        yield party.nature or None


def _amounts(one: Registration, form: FilingForm) -> Iterator[Cell]:
    """Total and technology value apart; before the classification only what the seller states is not technology."""
    yield one.total_fen
    yield one.technology_fen
    if one.technology_fen is not None:
        yield one.total_fen - one.technology_fen
    else:
        yield non_technical_fen(form.costs) if form.costs else None
    yield form.added_investment_fen
    yield form.added_output_fen


def file_day(found: Iterable[Registration]) -> date | None:
    """The last day that any row knows: the same list always makes the same file."""
    days = [parse_date(one.registered_on or one.filed_on) for one in found]
    return max((day for day in days if day), default=None)
