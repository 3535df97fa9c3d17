"""Prices under the appraisal: not under a part of it at all, and under another only with an approval.

Online judicial auctions, art. 10 (the reserve, which is the opening price, is at least 70 % of the appraisal); order 32
on the transfer of state assets of enterprises (under 90 % of the appraisal whoever approved the transfer approves again).
"""

from exchange.market.fault import Facts
from exchange.market.listing_state import Listing
from exchange.market.listing_terms import Papers
from exchange.market.refusals import MarketRefusal, Unfit
from exchange.market.rule_sets import Figures, approval
from matching_engine.terms import Terms


def lowest_fen(terms: Terms) -> int | None:
    """The lowest price at which a lot can be sold; None where the lowest offer wins."""
    if terms.direction != "sell":
        return None
    first = terms.dutch.floor_fen if terms.dutch is not None else terms.opening_price_fen
    return max(first, terms.reserve_price_fen or 0)


def part_of(appraised_fen: int, percent: int) -> int:
    """So many percent of an appraisal, rounded up."""
    return -(-appraised_fen * percent // 100)


def reserve_fault(asked: Figures, listing: Listing, price_fen: int) -> Unfit | None:
    """Too low by the rule set; a re-auction has a floor of its own."""
    appraised_fen = listing.papers.appraised_fen
    if appraised_fen is None or not asked.reserve_percent or listing.failed_at is not None:
        return None
    least_fen = part_of(appraised_fen, asked.reserve_percent)
    if price_fen >= least_fen:
        return None
    percent, source = asked.reserve_percent, asked.reserve_source
    detail = f"the lowest price is {least_fen} fen, {percent} % of the appraisal, or more ({source})"
    facts: Facts = {"say": "reserve_percent", "percent": percent, "least_fen": least_fen, "rule": source}
    return MarketRefusal.RESERVE_BELOW_APPRAISAL, detail, facts


def approval_fault(papers: Papers, price_fen: int, at: int) -> Unfit | None:
    """Low enough to need an approval that the papers do not have."""
    rule = approval(papers.state_asset, at)
    if rule is None or papers.appraised_fen is None or papers.price_approval.strip():
        return None
    percent, source = rule
    least_fen = part_of(papers.appraised_fen, percent)
    if price_fen >= least_fen:
        return None
    detail = f"under {least_fen} fen, {percent} % of the appraisal, an approval is needed ({source})"
    facts: Facts = {"say": "price_approval", "percent": percent, "least_fen": least_fen, "rule": source}
    return MarketRefusal.PRICE_BELOW_APPRAISAL, detail, facts
