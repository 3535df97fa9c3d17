"""The rule sets: dated figures that no session and no listing may fall short of, each with its source."""

from datetime import date
from functools import cache
from typing import Literal, TypeVar

import msgspec

from exchange.market.listing_terms import RuleSet, Sale, StateAsset
from exchange.market.rules import shipped
from matching_engine.errors import Malformed
from matching_engine.money import parse_yuan
from matching_engine.terms import DAY
from settlement.commission import Bracket, Commission
from settlement.dates import end_of_day, shanghai_date
from settlement.strict_yaml import read_yaml
from settlement.working_days import add_working_days


class _Dated(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"since": "from"}):
    since: date


class Figures(_Dated, frozen=True, kw_only=True):
    """What a rule set asks of the lots of a session."""

    announce_days: int
    """The least time between setting a session and its opening, in days."""
    announce_source: str
    display_days: int
    """The least time for which what is sold can be looked at before the opening, in days."""
    display_source: str
    deposit_percent: tuple[int, int]
    """The least and the most that a deposit may be, of the opening price."""
    deposit_source: str
    deposit_cutoff_working_days: int
    """How many working days before the opening deposits must have arrived, unless the session says otherwise."""
    deposit_cutoff_source: str
    priority_notice_days: int
    """The least time between telling the holders of priority and the opening, in days."""
    priority_source: str
    payment_days: int
    """The most days after the hammer in which a price may be due."""
    reauction_within_days: int = 0
    """The most days from the failure of a sale to the opening of the next one; 0: no limit."""
    reauction_notice_days: int = 0
    """The least time between setting a re-auction and its opening, in days."""
    reauction_source: str = ""
    bidding_hours: int = 0
    """The least time for which ascending bids are taken, in hours."""
    bidding_source: str = ""
    reserve_percent: int = 0
    """The least that the lowest possible price may be, of an appraisal that is on record."""
    reserve_source: str = ""


class _Notice(_Dated, frozen=True, kw_only=True):
    kind: Literal["competition", "agreement", "state_enterprise"]
    source: str
    days: int = 0
    working_days: int = 0
    above: str = "0.00"
    """The price in yuan above which it applies."""


class Interest(_Dated, frozen=True, kw_only=True):
    """How a listing is extended that too few parties want."""

    cycle_working_days: int
    """The least length of one extension."""
    extensions_max: int
    """The most extensions that a listing may name."""
    source: str


class _Approval(_Dated, frozen=True, kw_only=True):
    """A price under so much of the appraisal needs an approval where the asset is of this kind."""

    asset: StateAsset
    below_percent: int
    source: str


class _Bracket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    above: str
    percent: str


class _Commissions(_Dated, frozen=True, kw_only=True):
    rule_set: RuleSet
    source: str
    buyer: tuple[_Bracket, ...] = ()
    seller: tuple[_Bracket, ...] = ()


class _Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sessions: dict[RuleSet, tuple[Figures, ...]]
    notices: tuple[_Notice, ...]
    interest: tuple[Interest, ...]
    commissions: tuple[_Commissions, ...] = ()
    approvals: tuple[_Approval, ...] = ()


class LeastNotice(msgspec.Struct, frozen=True):
    """The shortest public notice that the rules allow: until when, in which figure, by which rule."""

    until: int
    figure: str
    source: str
    working: bool
    """Whether the period counts working days."""
    days: int = 0


Entry = TypeVar("Entry", bound=_Dated)


def load(data: bytes) -> _Book:
    """The rule sets of a file; Malformed names what is wrong with it."""
    try:
        return msgspec.convert(read_yaml(data), _Book)
    except msgspec.ValidationError as error:
        raise Malformed("rule_sets", str(error), "dated figures of sessions, notices and interest") from error


@cache
def _book() -> _Book:
    return load(shipped())


def _edition(entries: tuple[Entry, ...], at: int) -> Entry:
    """The edition in force at an instant: the latest that has begun, or the first of all."""
    day = shanghai_date(at)
    return max((one for one in entries if one.since <= day), key=lambda one: one.since, default=entries[0])


def figures(rule_set: RuleSet, at: int) -> Figures:
    """What a rule set asks at an instant (µs)."""
    return _edition(_book().sessions[rule_set], at)


def interest_figures(at: int) -> Interest:
    """How listings are extended, at an instant (µs)."""
    return _edition(_book().interest, at)


def commission(rule_set: RuleSet, at: int) -> Commission | None:
    """What both sides pay where a session names nothing, as it is in force at an instant; None: nothing."""
    day = shanghai_date(at)
    entries = [one for one in _book().commissions if one.rule_set == rule_set and one.since <= day]
    if not entries:
        return None
    found = max(entries, key=lambda one: one.since)
    return Commission(_brackets(found.buyer), _brackets(found.seller), source=found.source)


def approval(asset: StateAsset, at: int) -> tuple[int, str] | None:
    """Under what percentage of its appraisal such an asset is sold with an approval only, and by which rule."""
    day = shanghai_date(at)
    found = [one for one in _book().approvals if one.asset == asset and one.since <= day]
    if not found:
        return None
    last = max(found, key=lambda one: one.since)
    return last.below_percent, last.source


def _brackets(told: tuple[_Bracket, ...]) -> tuple[Bracket, ...]:
    return tuple(Bracket(parse_yuan(one.above), one.percent) for one in told)


def deposit_range(rule_set: RuleSet, opening_price_fen: int, at: int) -> tuple[int, int]:
    """The least and the most fen of a deposit, both inclusive."""
    low, high = figures(rule_set, at).deposit_percent
    least = -(-opening_price_fen * low // 100)
    return least, max(least, opening_price_fen * high // 100)


def least_notice(sale: Sale, asset: StateAsset, price_fen: int, at: int) -> LeastNotice:
    """The longest of the notices that apply to a listing published at `at`; days of 24 hours, or whole working days.

    Auction law, art. 45; promotion of transformation, art. 18; order 32 for state assets of enterprises by price.
    """
    rules = [
        one
        for one in _book().notices
        if one.since <= shanghai_date(at) and _applies(one, sale, asset, price_fen)
    ]
    found = [_until(one, at) for one in rules]
    return max(found, key=lambda one: one.until)


def _applies(rule: _Notice, sale: Sale, asset: StateAsset, price_fen: int) -> bool:
    if rule.kind == "state_enterprise":
        return asset == "enterprise" and price_fen > parse_yuan(rule.above)
    return rule.kind == "competition" or sale == "agreement"


def _until(rule: _Notice, at: int) -> LeastNotice:
    if rule.working_days:
        last = add_working_days(shanghai_date(at), rule.working_days)
        return LeastNotice(
            end_of_day(last), f"{rule.working_days} working days", rule.source, True, rule.working_days
        )
    return LeastNotice(at + rule.days * DAY, f"{rule.days} days", rule.source, False, rule.days)
