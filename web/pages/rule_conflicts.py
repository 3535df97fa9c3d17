"""Which of several rules applies to a trade, in the reader's words: for the pages of the trade and of its claims."""

from settlement.claim_steps import facts_of, missing_for_claims
from settlement.conflicts import conflicts
from settlement.refusals import Refusal
from settlement.state import Trade
from web.pages.calculator import told
from web.pages.shell import Visit


def conflicts_of(visit: Visit, trade: Trade) -> list[str]:
    """Which of several rules applies to the trade, in the reader's words, once it is registered and paid."""
    state = visit.state.settlement
    if missing_for_claims(state, trade) not in (None, Refusal.ELECTION_MISSING):
        return []
    said: dict[str, None] = {}
    order = state.payments[trade.payment or ""]
    year = int((order.paid_on or "0000")[:4])
    for place in dict.fromkeys((trade.buyer.region, trade.seller.region)):
        facts = facts_of(state, trade, place, year)
        said |= dict.fromkeys(told(visit.speech, one) for one in conflicts(facts, state.rulebook))
    return list(said)
