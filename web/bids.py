"""What is asked at the edge before a bid goes to the house: a slip of the finger is not journaled as a bid."""

from exchange.house.command import Principal
from exchange.house.state import State
from exchange.market.custody import two_officials
from exchange.store import nested
from exchange.store.envelope import BadEnvelope, check_commitment, check_envelope
from matching_engine.commands import Bid, Seal
from matching_engine.lot import Lot
from web.errors import failure

TIMES = 10
"""How far beyond the leading price an amount needs `confirm`."""


def unconfirmed(lot: Lot, amount_fen: int, confirm: bool, max_fen: int | None = None) -> bool:
    """Whether an amount is so far beyond the leading price (the opening price before it) that it must be confirmed.

    Where the lowest wins, so far below it.
    """
    if confirm:
        return False
    lead_fen = lot.terms.opening_price_fen if lot.lead_fen is None else lot.lead_fen
    farthest_fen = amount_fen if max_fen is None else max_fen
    if lot.terms.direction == "sell":
        return farthest_fen > TIMES * lead_fen
    return TIMES * farthest_fen < lead_fen


def code_for(state: State, principal: Principal, lot: str) -> str:
    """The code under which the principal bids on a lot: its party's, or that of a broker's client; "" for none."""
    own = state.market.code_of(lot, principal.party)
    if own is not None or "broker" not in principal.roles:
        return own or ""
    mine = [
        one.party
        for one in state.market.mandates.values()
        if one.role == "broker" and one.account == principal.account
    ]
    found = (state.market.code_of(lot, party) for party in mine)
    return next((code for code in found if code is not None), "")


def bid_of(
    state: State,
    principal: Principal,
    lot: str,
    amount_fen: int,
    max_fen: int | None = None,
    confirm: bool = False,
) -> Bid:
    """The bid that the principal's party makes under its code; a Failure for an unknown lot or a slip."""
    known = state.lots.get(lot)
    if known is None:
        raise failure(404, "LOT_UNKNOWN", f"there is no lot {lot[:64]}")
    if unconfirmed(known, amount_fen, confirm, max_fen):
        detail = (
            f"more than {TIMES} times beyond the leading price; send it again with confirm, if it is meant"
        )
        raise failure(409, "BID_UNCONFIRMED", detail, field="confirm")
    return Bid(lot, code_for(state, principal, lot), amount_fen, max_fen)


def seal_of(state: State, lot: str, bidder: str, envelope: str, commitment: str) -> Seal:
    """A sealed bid as it goes into the box; BAD_ENVELOPE for what is none, the only thing seen before the opening."""
    try:
        (nested.check_envelope if two_officials(state.market, lot) else check_envelope)(envelope)
        check_commitment(commitment)
    except BadEnvelope as wrong:
        raise failure(422, "BAD_ENVELOPE", str(wrong), field=wrong.field) from None
    return Seal(lot, bidder, envelope, commitment)
