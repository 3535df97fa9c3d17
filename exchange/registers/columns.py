"""The columns of the tables that people send: their names in Chinese and English, and how a cell is read.

A table may leave out every column but the needed ones, and may hold them in any order, under either name.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from exchange.market.unconverted import Category, Mode, Secrecy, Source
from exchange.registers.facts import Completer, FundingSource, IpItem, Owner, RightsGrant, StageReached
from exchange.registers.regions import region_key
from exchange.registers.shares import read_share
from exchange.registers.tables import TableRow
from exchange.registers.words import (
    DemandKind,
    DemandState,
    Field,
    IpKind,
    LegalStatus,
    Level,
    PriceForm,
    Right,
    Route,
    Stage,
)
from matching_engine.errors import Malformed
from matching_engine.money import parse_yuan
from settlement.dates import parse_date

Read = Callable[[TableRow, str], Any]


class Column(NamedTuple):
    """One column: its English and its Chinese name, how its cell is read, and what it may hold."""

    name: str
    chinese: str
    read: Read
    meaning: str
    needed: bool = False


def _text(most: int) -> Read:
    def read(row: TableRow, column: str) -> str:
        text = row.text(column)
        if len(text) > most:
            raise row.wrong(column, f"at most {most} characters")
        return text

    return read


def _name(most: int) -> Read:
    def read(row: TableRow, column: str) -> str:
        text = row.name(column)
        if len(text) > most:
            raise row.wrong(column, f"at most {most} characters")
        return text

    return read


def _choice(kind: Any, empty: Any = None) -> Read:
    def read(row: TableRow, column: str) -> Any:
        found = row.choice(column, kind)
        return empty if found is None else found

    return read


def _day(row: TableRow, column: str) -> Any:
    return row.day(column)


def _money(row: TableRow, column: str) -> int | None:
    text = row.text(column)
    if not text:
        return None
    try:
        return parse_yuan(text if "." in text else f"{text}.00", column)
    except Malformed:
        raise row.wrong(column, "an amount of yuan like 1650000.00") from None


def _level(row: TableRow, column: str) -> int | None:
    text = row.text(column)
    if not text:
        return None
    if text not in "123456789" or len(text) != 1:
        raise row.wrong(column, "a readiness level from 1 to 9")
    return int(text)


def _yes(row: TableRow, column: str) -> bool:
    text = row.text(column).casefold()
    if text not in ("", "是", "否", "yes", "no", "true", "false", "1", "0"):
        raise row.wrong(column, "是 or 否, yes or no")
    return text in ("是", "yes", "true", "1")


def _words(row: TableRow, column: str) -> tuple[str, ...]:
    text = row.text(column).replace("；", ";").replace("，", ";").replace("、", ";").replace(",", ";")
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def _region(row: TableRow, column: str) -> str:
    text = row.text(column)
    key = region_key(text) if text else ""
    if key is None:
        raise row.wrong(column, "a province like 河南 or henan")
    return key


def _number(row: TableRow, column: str) -> str:
    """An achievement registration number: 3 for place and department, 4 for the year, Y, 4: twelve characters."""
    text = row.text(column)
    if text and not is_registration_no(text):
        raise row.wrong(
            column,
            "12 characters: three letters or digits, the year, one letter, four digits, like 4112023Y0001",
        )
    return text


def is_registration_no(text: str) -> bool:
    """Whether a text has the form of an achievement registration number."""
    plain = text.isascii() and len(text) == 12
    return (
        plain and text[:3].isalnum() and text[3:7].isdecimal() and text[7].isalpha() and text[8:].isdecimal()
    )


class _Parts:
    """One item of a list in a cell: its parts between bars, read in order."""

    def __init__(self, row: TableRow, column: str, text: str, form: str) -> None:
        self._row, self._column, self._form = row, column, form
        self._parts = [part.strip() for part in text.split("|")]
        if len(self._parts) > form.count("|") + 1:
            raise self.wrong()
        self._next = 0

    def wrong(self, detail: str = "") -> Malformed:
        return self._row.wrong(self._column, f"items like {self._form}, separated by ;{detail}")

    def text(self) -> str:
        self._next += 1
        return self._parts[self._next - 1] if self._next <= len(self._parts) else ""

    def choice(self, kind: Any) -> Any:
        text = self.text()
        if not text:
            return None
        try:
            return kind(text)
        except ValueError:
            raise self.wrong(f"; {text!r} is none of {', '.join(kind)}") from None

    def day(self) -> Any:
        text = self.text()
        day = parse_date(text) if text else None
        if text and day is None:
            raise self.wrong(f"; {text!r} is no date like 2026-11-20")
        return day

    def share(self) -> str:
        text = self.text()
        try:
            return read_share(text, self._column) if text else ""
        except Malformed as error:
            raise self.wrong(f"; {text!r} is not {error.expected}") from None

    def yes(self) -> bool:
        return self.text().casefold() in ("是", "yes", "true", "1")

    def needed(self, value: Any) -> Any:
        if not value:
            raise self.wrong("; the first part is needed")
        return value


def _list(form: str, make: Callable[[_Parts], Any]) -> Read:
    def read(row: TableRow, column: str) -> tuple[Any, ...]:
        items = row.text(column).replace("；", ";").split(";")
        return tuple(make(_Parts(row, column, item, form)) for item in items if item.strip())

    return read


_FUNDING = "public|level|programme|project no.|share|duty"


def _funding(row: TableRow, column: str) -> tuple[FundingSource, ...]:
    """As the catalogue of the one-year rule writes it, `public:<programme>`, or with bars and more detail."""
    items = [item.strip() for item in row.text(column).replace("；", ";").split(";") if item.strip()]
    return tuple(_source(row, column, item) for item in items)


def _source(row: TableRow, column: str, item: str) -> FundingSource:
    kind, colon, programme = item.partition(":")
    if colon and kind.strip() == Source.PUBLIC and "|" not in item:
        return FundingSource(Source.PUBLIC, programme=programme.strip())
    parts = _Parts(row, column, item, _FUNDING)
    first = parts.text()
    source = {"财政": "public", "自筹": "own", "企业": "industry"}.get(first, first)
    if source not in tuple(Source):
        raise parts.wrong("; the first part is public, own or industry (财政 自筹 企业)")
    return FundingSource(
        Source(source), parts.choice(Level), parts.text(), parts.text(), parts.share(), parts.text()
    )


def _ip(parts: _Parts) -> IpItem:
    return IpItem(
        parts.needed(parts.choice(IpKind)),
        parts.text(),
        parts.text(),
        parts.choice(LegalStatus),
        parts.day(),
        parts.day(),
        parts.yes(),
    )


def _years(parts: _Parts) -> int | None:
    text = parts.text()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 3):
        raise parts.wrong(f"; {text!r} is no number of years")
    return int(text) if text else None


def _grant(parts: _Parts) -> RightsGrant:
    right = parts.needed(parts.choice(Right))
    return RightsGrant(right, parts.needed(parts.text()), parts.share(), _years(parts), parts.day())


def _completer(parts: _Parts) -> Completer:
    return Completer(parts.needed(parts.text()), parts.text(), parts.text(), parts.yes())


ACHIEVEMENT: tuple[Column, ...] = (
    Column(
        "id", "编号", _name(64), "The holder's own number of it; the same id again is the same row.", True
    ),
    Column("title", "成果名称", _name(300), "Its name.", True),
    Column(
        "holder", "持有人编号", _text(64), "Id of the organisation that holds it, if it is in the register."
    ),
    Column("holder_name", "持有人", _text(300), "Name of the holder."),
    Column("abstract", "摘要", _text(20_000), "What it is, without trade secrets."),
    Column("keywords", "关键词", _words, "Words, separated by ; or 、"),
    Column("field", "技术领域", _choice(Field, ""), f"One of {', '.join(Field)}."),
    Column("region", "省份", _region, "Province, like 河南 or henan."),
    Column("city", "城市", _text(64), "City."),
    Column(
        "funding", "资金来源", _funding, f"`public:<programme>`, own, industry, or {_FUNDING}; separated by ;"
    ),
    Column("category", "成果类别", _choice(Category), f"One of {', '.join(Category)}."),
    Column(
        "secrecy", "密级", _choice(Secrecy, Secrecy.UNKNOWN), f"One of {', '.join(Secrecy)}; empty: unknown."
    ),
    Column(
        "secrecy_reviewer",
        "保密审查人",
        _text(300),
        "Who found it public. Without a name it is shown nowhere.",
    ),
    Column("secrecy_reviewed_on", "保密审查日期", _day, "When. Without a date it is shown nowhere."),
    Column("trl", "技术成熟度", _level, "Readiness level 1 to 9 (GB/T 22900)."),
    Column("stage", "成熟阶段", _choice(Stage), f"One of {', '.join(Stage)}."),
    Column(
        "stages",
        "阶段历程",
        _list("stage|date|place", lambda p: StageReached(p.needed(p.choice(Stage)), p.day(), p.text())),
        "Stages that were reached: stage|date|place, separated by ;",
    ),
    Column("price_form", "定价方式", _choice(PriceForm), f"One of {', '.join(PriceForm)}."),
    Column("price_idea", "意向价格(元)", _money, "Yuan, like 1650000.00."),
    Column("ipc", "IPC分类号", _text(32), "International patent classification."),
    Column(
        "ip",
        "知识产权",
        _list("kind|number|title|status|granted on|expires on|pledged", _ip),
        f"kind|number|title|status|granted on|expires on|pledged, separated by ; kinds: {', '.join(IpKind)}; "
        f"states: {', '.join(LegalStatus)}.",
    ),
    Column(
        "owners",
        "权属份额",
        _list("name|share|organisation", lambda p: Owner(p.needed(p.text()), p.share(), p.text() or None)),
        "name|share|organisation's id, separated by ; shares like 70%, 0.7 or 7/10, together 1.",
    ),
    Column(
        "grants",
        "赋权情况",
        _list("right|to|share|years|from", _grant),
        "right|to whom|share|years|from, separated by ; rights: 所有权, 长期使用权 (ten years or more).",
    ),
    Column(
        "completers",
        "完成人",
        _list("name|role|organisation|leader", _completer),
        "name|role|organisation|leader (是 or 否), separated by ;",
    ),
    Column("accepted_on", "验收日期", _day, "Acceptance of the project, like 2026-11-20."),
    Column("registered_on", "登记日期", _day, "Registration as an achievement."),
    Column("granted_on", "授权公告日期", _day, "Announcement of the patent's grant."),
    Column("admitted_on", "入库日期", _day, "Admission to the database; needs a route."),
    Column("registration_no", "成果登记号", _number, "Twelve characters, like 4112023Y0001."),
    Column("route", "入库方式", _choice(Route), f"One of {', '.join(Route)}."),
    Column("conversion_mode", "转化方式", _choice(Mode), f"One of {', '.join(Mode)}."),
    Column("converted_on", "转化生效日期", _day, "The day the contract took effect."),
    Column("trial_until", "试用截止日期", _day, "Last day of a running trial."),
    Column("impediment", "交易障碍", _text(2000), "Why it cannot be traded; empty: nothing is known."),
    Column("contact", "联系方式", _text(300), "Whom to ask; everybody reads it."),
    Column(
        "interim", "阶段性成果", _yes, "Whether it is a result on the way of a larger project (沿途下蛋)."
    ),
    Column("disclosed_on", "披露日期", _day, "Day of the invention disclosure."),
    Column("disclosed_by", "披露人", _text(300), "Who disclosed it."),
    Column("public_good", "公益性成果", _yes, "Whether it is of the public-good catalogue."),
    Column("zone", "专场", _text(100), "Special zone in which it is shown."),
    Column("published_on", "发布日期", _text(10), "Date, or year or month."),
    Column("source_url", "来源网址", _text(1000), "Where it was published."),
)

DEMAND: tuple[Column, ...] = (
    Column(
        "id", "编号", _name(64), "The holder's own number of it; the same id again is the same row.", True
    ),
    Column("title", "需求名称", _name(300), "Its name.", True),
    Column("need", "需求内容", _text(20_000), "What is looked for."),
    Column("kind", "类型", _choice(DemandKind, DemandKind.NEED), f"One of {', '.join(DemandKind)}."),
    Column("field", "技术领域", _choice(Field, ""), f"One of {', '.join(Field)}."),
    Column("keywords", "关键词", _words, "Words, separated by ; or 、"),
    Column("region", "省份", _region, "Province, like 河南 or henan."),
    Column("city", "城市", _text(64), "City."),
    Column("budget", "预算(元)", _money, "Yuan, like 1650000.00."),
    Column("deadline", "截止日期", _day, "Last day, like 2026-11-20."),
    Column("trl_min", "最低成熟度", _level, "The least readiness level that would do, 1 to 9."),
    Column("stage", "期望阶段", _choice(Stage), f"One of {', '.join(Stage)}."),
    Column("holder", "需求方编号", _text(64), "Id of the enterprise, if it is in the register."),
    Column("holder_name", "需求方", _text(300), "Name of the enterprise or authority."),
    Column("contact", "联系方式", _text(300), "Whom to ask; everybody reads it."),
    Column("state", "状态", _choice(DemandState, DemandState.OPEN), f"One of {', '.join(DemandState)}."),
    Column("secrecy", "密级", _choice(Secrecy, Secrecy.PUBLIC), "公开, or what keeps it from everybody."),
    Column("published_on", "发布日期", _day, "Day of publication."),
)

FIELDS: Mapping[str, str] = {"price_idea": "price_idea_fen", "ip": "ip_items", "budget": "budget_fen"}
"""Columns whose field of the register has another name."""


def names(columns: tuple[Column, ...]) -> dict[str, str]:
    """Every name that a header may use → the column's English name."""
    return {name: column.name for column in columns for name in (column.name, column.chinese)}
