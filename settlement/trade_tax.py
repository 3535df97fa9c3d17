"""Taxes of one trade, as the national rules have them: what of its price is exempt from VAT, what income tax remains.

The income-tax exemption counts all transfers of a tax year together, so a single trade shows no more than its own part.
"""

import msgspec

from settlement.claim_steps import facts_of, proceeds
from settlement.claims import ClaimLine, evaluate
from settlement.rulebook import EVERYWHERE, ExemptBase, HalfOverExempt
from settlement.state import Settlement, Trade

EXEMPT_KINDS = ("assignment", "development", "licence")
"""Kinds exempt by themselves; consulting and services only on the invoice of one of these (财税〔2016〕36号, annex 3)."""


def tax_lines(state: Settlement, trade: Trade) -> tuple[ClaimLine, ...]:
    """The lines of the tax rules, once the contract is registered and the price has reached the seller.

    The income is the price less the costs of the reward plan, if the seller stated them; income tax relief is that of
    enterprises.
    """
    money = proceeds(state, trade)
    registration = state.registrations.get(trade.registration or "")
    if not money or registration is None or not registration.in_force:
        return ()
    plan = state.rewards.get(trade.id)
    other = {
        "exempt_type": state.contracts[registration.contract].kind in EXEMPT_KINDS,
        "income": plan.plan.net_fen if plan else trade.price_fen,
    }
    facts = msgspec.structs.replace(facts_of(state, trade, EVERYWHERE, money[-1].on.year), other=other)
    return tuple(line for line in evaluate(facts, state.rulebook) if _is_tax(state, trade, line))


def _is_tax(state: Settlement, trade: Trade, line: ClaimLine) -> bool:
    rule = state.rulebook.find(line.rule)
    if rule is None or not isinstance(rule.formula, ExemptBase | HalfOverExempt):
        return False
    return isinstance(rule.formula, ExemptBase) or trade.seller.kind == "enterprise"
