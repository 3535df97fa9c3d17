"""The facts that claims are decided on: what is known of a trade, its parties and its money.

`parse_facts` reads the mapping of a fact file strictly. The house builds the same `Facts` from a trade. A fact that
nobody stated is None, and `stated` answers None for it: a rule is touched only by facts that are there.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Literal

import msgspec

from matching_engine.errors import Malformed
from matching_engine.money import format_yuan, parse_yuan
from settlement.dates import SHANGHAI

Side = Literal["buyer", "seller"]


class Kind(StrEnum):
    """What sort of value a fact has; a rule's conditions are read by it."""

    MONEY = "money"
    SHARE = "share"
    FLAG = "flag"
    COUNT = "count"
    TEXT = "text"


VOCABULARY: dict[str, Kind] = {
    "received": Kind.MONEY,
    "specialist": Kind.FLAG,
    "contract.kind": Kind.TEXT,
    "contract.registered": Kind.FLAG,
    "contract.total": Kind.MONEY,
    "contract.non_technical": Kind.MONEY,
    "seller.kind": Kind.TEXT,
    "seller.region": Kind.TEXT,
    "buyer.kind": Kind.TEXT,
    "buyer.region": Kind.TEXT,
    "other.premium": Kind.MONEY,
    "other.in_national_catalogue": Kind.FLAG,
    "other.term_months": Kind.COUNT,
    "other.grade": Kind.TEXT,
    "other.award": Kind.MONEY,
    "other.team_share": Kind.SHARE,
    "other.spend": Kind.MONEY,
    "other.newly_formed": Kind.FLAG,
    "other.newly_approved": Kind.FLAG,
    "other.level": Kind.TEXT,
    "other.paid": Kind.MONEY,
    "other.income": Kind.MONEY,
    "other.exempt_type": Kind.FLAG,
    "other.net_income": Kind.MONEY,
    "other.region": Kind.TEXT,
    "other.registered": Kind.FLAG,
    "other.months_after_receipt": Kind.COUNT,
    "other.hammer": Kind.MONEY,
    "other.agreed": Kind.FLAG,
}
"""Every fact that a rule may speak of."""


class Contract(msgspec.Struct, frozen=True):
    """The technology contract, its whole price and the non-technical part of it."""

    kind: str | None = None
    registered: bool | None = None
    number: str | None = None
    effective_on: date | None = None
    total_fen: int | None = None
    non_technical_fen: int | None = None

    def __post_init__(self) -> None:
        if self.total_fen == 0:
            raise Malformed("contract.total", "0.00", "a total above 0.00")
        if self.total_fen is None or self.non_technical_fen is None:
            return
        if self.non_technical_fen > self.total_fen:
            at_most = f"at most contract.total, {format_yuan(self.total_fen)}"
            raise Malformed("contract.non_technical", format_yuan(self.non_technical_fen), at_most)


class Party(msgspec.Struct, frozen=True):
    """A side of the contract; region as the province key of the rule books, like "heilongjiang"."""

    name: str | None = None
    kind: str | None = None
    region: str | None = None


class Movement(msgspec.Struct, frozen=True):
    """Money that arrived, or went back, on the bank's date in Asia/Shanghai."""

    on: date
    amount_fen: int


class Prior(msgspec.Struct, frozen=True):
    """A claim decided earlier."""

    rule: str
    project: str
    claim_year: int | None = None
    level: str | None = None
    journaled: bool = False
    """Decided by this house: it stands though the rule book may have lost its rule since."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known. `other` holds the facts of the vocabulary's `other.…`."""

    jurisdiction: str
    claim_year: int | None = None
    project: str | None = None
    contract: Contract | None = None
    seller: Party | None = None
    buyer: Party | None = None
    credits: tuple[Movement, ...] | None = None
    refunds: tuple[Movement, ...] = ()
    election: Side | None = None
    specialist: bool = False
    prior: tuple[Prior, ...] = ()
    other: dict[str, Any] = {}

    def __post_init__(self) -> None:
        if self.credits is not None and self.claim_year is None:
            raise Malformed("claim_year", None, "a year, since credits are given")
        if (self.credits is not None or self.prior) and self.project is None:
            raise Malformed("project", None, "a text, since credits or prior claims are given")


def received(facts: Facts) -> Fraction | None:
    """技术交易实际到账金额 in fen, exact: the technology part of the year's credits less the year's refunds.

    May be negative, when more went back than came. None where the contract's amounts or the credits are not stated.
    """
    contract = facts.contract
    if facts.credits is None or contract is None:
        return None
    if contract.total_fen is None or contract.non_technical_fen is None:
        return None
    net = in_year(facts.credits, facts.claim_year) - in_year(facts.refunds, facts.claim_year)
    return Fraction(net * (contract.total_fen - contract.non_technical_fen), contract.total_fen)


def in_year(movements: tuple[Movement, ...], year: int | None) -> int:
    """The fen that moved in a calendar year."""
    return sum(movement.amount_fen for movement in movements if movement.on.year == year)


_FIELD = {"total": "total_fen", "non_technical": "non_technical_fen", "amount": "amount_fen"}
"""Keys of a fact file whose struct field carries its unit."""


def stated(facts: Facts, name: str) -> Any:
    """The value of the fact `name` of the vocabulary, None where nobody stated it."""
    if name == "received":
        return received(facts)
    if name == "specialist":
        return facts.specialist or None
    block, _, key = name.partition(".")
    if block == "other":
        return facts.other.get(key)
    return getattr(getattr(facts, block), _FIELD.get(key, key), None)


# Reading a fact file -----------------------------------------------------------------------------------------------

Reader = Callable[[object, str], Any]

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SHARE = re.compile(r"0(\.[0-9]{1,18})?|1(\.0{1,18})?", re.ASCII)
_A_DAY = "a date like 2018-05-02, or a time with offset like 2018-05-02T10:00:00+08:00"


def _shown(raw: object) -> object:
    """What came, short enough for one line."""
    if isinstance(raw, dict | list):
        return "a mapping" if isinstance(raw, dict) else "a list"
    return raw[:80] if isinstance(raw, str) else raw


def _text(raw: object, path: str) -> str:
    printable = isinstance(raw, str) and not any(unicodedata.category(c)[0] == "C" for c in raw)
    if not isinstance(raw, str) or not printable or not raw.strip() or len(raw) > 500:
        raise Malformed(path, _shown(raw), "a printable text")
    return raw


def _flag(raw: object, path: str) -> bool:
    if not isinstance(raw, bool):
        raise Malformed(path, _shown(raw), "true or false")
    return raw


def _count(raw: object, path: str) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
        raise Malformed(path, _shown(raw), "a whole number from 0")
    return raw


def _year(raw: object, path: str) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1000 <= raw <= 9999:
        raise Malformed(path, _shown(raw), "a year of four digits")
    return raw


def _money(raw: object, path: str) -> int:
    return parse_yuan(_shown(raw), path)


def _share(raw: object, path: str) -> Fraction:
    text = str(raw) if isinstance(raw, str | Decimal) else ""
    if not _SHARE.fullmatch(text):
        raise Malformed(path, _shown(raw), 'a decimal from 0 to 1 as a string, like "0.70"')
    return Fraction(text)


def _day(raw: object, path: str) -> date:
    """A calendar day in Asia/Shanghai, from a date or from an instant with offset."""
    try:
        if isinstance(raw, str) and _DAY.fullmatch(raw):
            return date.fromisoformat(raw)
        moment = datetime.fromisoformat(raw) if isinstance(raw, str) and _INSTANT.fullmatch(raw) else raw
        if isinstance(moment, datetime) and moment.tzinfo is not None:
            return moment.astimezone(SHANGHAI).date()
    except (ValueError, OverflowError) as error:
        raise Malformed(path, _shown(raw), _A_DAY) from error
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    raise Malformed(path, str(_shown(raw)), _A_DAY)


def _one_of(*choices: str) -> Reader:
    def read(raw: object, path: str) -> str:
        if not isinstance(raw, str) or raw not in choices:
            raise Malformed(path, _shown(raw), "one of " + ", ".join(choices))
        return raw

    return read


def _block(
    raw: object, path: str, readers: dict[str, Reader], needed: tuple[str, ...] = ()
) -> dict[str, Any]:
    """A mapping with known keys only; a null is a fact that nobody stated."""
    if not isinstance(raw, dict):
        raise Malformed(path or "facts", _shown(raw), "a mapping")
    prefix = f"{path}." if path else ""
    for key in raw:
        if key not in readers:
            raise Malformed(f"{prefix}{str(key)[:80]}", "an unknown key", "one of " + ", ".join(readers))
    for key in needed:
        if raw.get(key) is None:
            raise Malformed(prefix + key, None, "a value: it is required")
    return {key: readers[key](value, prefix + key) for key, value in raw.items() if value is not None}


def _struct(kind: type[Any], readers: dict[str, Reader], needed: tuple[str, ...] = ()) -> Reader:
    def read(raw: object, path: str) -> Any:
        block = _block(raw, path, readers, needed)
        return kind(**{_FIELD.get(key, key): value for key, value in block.items()})

    return read


def _list_of(read: Reader) -> Reader:
    def each(raw: object, path: str) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            raise Malformed(path, _shown(raw), "a list")
        return tuple(read(item, f"{path}[{index}]") for index, item in enumerate(raw))

    return each


_BY_KIND: dict[Kind, Reader] = {
    Kind.MONEY: _money,
    Kind.SHARE: _share,
    Kind.FLAG: _flag,
    Kind.COUNT: _count,
    Kind.TEXT: _text,
}
_OTHER = {name[6:]: _BY_KIND[kind] for name, kind in VOCABULARY.items() if name.startswith("other.")}
_CONTRACT: dict[str, Reader] = {
    "kind": _one_of("development", "assignment", "licence", "consulting", "service"),
    "registered": _flag,
    "number": _text,
    "effective_on": _day,
    "total": _money,
    "non_technical": _money,
}
_PARTY = _struct(
    Party,
    {"name": _text, "kind": _one_of("university", "research_institute", "enterprise"), "region": _text},
)
_MOVEMENTS = _list_of(_struct(Movement, {"on": _day, "amount": _money}, ("on", "amount")))
_PRIOR = _struct(
    Prior, {"rule": _text, "project": _text, "claim_year": _year, "level": _text}, ("rule", "project")
)
_FACTS: dict[str, Reader] = {
    "jurisdiction": _text,
    "claim_year": _year,
    "project": _text,
    "contract": _struct(Contract, _CONTRACT),
    "seller": _PARTY,
    "buyer": _PARTY,
    "credits": _MOVEMENTS,
    "refunds": _MOVEMENTS,
    "election": _one_of("buyer", "seller"),
    "specialist": _flag,
    "prior": _list_of(_PRIOR),
    "other": lambda raw, path: _block(raw, path, _OTHER),
}


def parse_facts(raw: object) -> Facts:
    """The facts in the mapping of a fact file; Malformed names the field, what came and what was expected.

    Amounts are texts of yuan with two decimals. `on` is a date, or a time with offset, in Asia/Shanghai.
    """
    return Facts(**_block(raw, "", _FACTS, ("jurisdiction",)))
