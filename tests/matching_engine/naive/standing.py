"""Who leads at what, and when the lot closes, from the list of accepted deeds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matching_engine.terms import Mechanism, Terms
from tests.matching_engine.naive.deeds import Deed, beats, one_step_on


@dataclass(frozen=True)
class Standing:
    """The state of open bidding. `top` is the leader's maximum; `raised` whether the exchange had to bid."""

    close: int
    lead: int | None = None
    leader: str | None = None
    top: int = 0
    raised: bool = False
    extensions: int = 0
    extended: int = 0


def standing(terms: Terms, deeds: Sequence[Deed], close: int) -> Standing:
    """Everything over again from the first deed."""
    now = Standing(close)
    for deed in deeds:
        now = _after(terms, now, deed)
    return now


def in_book(terms: Terms, at: int) -> bool:
    """Whether offers on a listed lot still gather."""
    free = terms.opens_at if terms.free_until is None else terms.free_until
    return terms.mechanism is Mechanism.LISTED and at < free


def _after(terms: Terms, now: Standing, deed: Deed) -> Standing:
    if deed.kind == "raise":
        return replace(now, top=deed.maximum, raised=False)
    if deed.kind == "match":
        return _matched(terms, _extended(terms, now, deed.at), deed)
    if in_book(terms, deed.at):
        if now.lead is None or beats(terms, deed.amount, now.lead):
            return replace(now, lead=deed.amount, leader=deed.bidder, top=deed.amount)
        return now
    return _bid(terms, _extended(terms, now, deed.at), deed)


def _bid(terms: Terms, now: Standing, deed: Deed) -> Standing:
    if now.leader is None:
        return replace(now, lead=deed.amount, leader=deed.bidder, top=deed.maximum, raised=False)
    if not beats(terms, deed.maximum, now.top):
        lead = one_step_on(terms, deed.maximum)
        if beats(terms, lead, now.top):
            lead = now.top
        return replace(now, lead=lead, raised=True)
    lead = one_step_on(terms, now.top)
    if beats(terms, lead, deed.maximum):
        lead = deed.maximum
    if beats(terms, deed.amount, lead):
        lead = deed.amount
    return replace(now, lead=lead, leader=deed.bidder, top=deed.maximum, raised=lead != deed.amount)


def _matched(terms: Terms, now: Standing, deed: Deed) -> Standing:
    assert now.lead is not None
    if not beats(terms, now.top, now.lead):
        return replace(now, leader=deed.bidder, top=now.lead, raised=False)
    lead = one_step_on(terms, now.lead)
    if beats(terms, lead, now.top):
        lead = now.top
    return replace(now, lead=lead, raised=True)


def _extended(terms: Terms, now: Standing, at: int) -> Standing:
    rule = terms.extension
    free = terms.free_until is not None and at < terms.free_until
    if rule is None or free or in_book(terms, at) or now.close - at > rule.trigger:
        return now
    if rule.max_count is not None and now.extensions >= rule.max_count:
        return now
    longer = max(0, at + rule.length - now.close) if rule.base == "bid" else rule.length
    if rule.max_total is not None:
        longer = min(longer, rule.max_total - now.extended)
    if longer <= 0:
        return now
    return replace(
        now, close=now.close + longer, extensions=now.extensions + 1, extended=now.extended + longer
    )
