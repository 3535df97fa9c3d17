"""What a message over the socket asks of the house."""

from exchange.house.command import Body, Principal
from exchange.house.state import State
from matching_engine import commands as lc
from web import messages as m
from web.bids import bid_of, code_for, seal_of
from web.table_moves import move_of


def body_of(message: m.Decision | m.TableMove, state: State, principal: Principal) -> Body:
    """The command, under the code that stands for the principal's party in the lot."""
    if isinstance(message, m.Bid):
        return bid_of(state, principal, message.lot, message.amount_fen, message.max_fen, message.confirm)
    if not isinstance(message, m.Asking):
        return move_of(message, principal)
    bidder = code_for(state, principal, message.lot)
    if isinstance(message, m.Match):
        return lc.Match(message.lot, bidder)
    if isinstance(message, m.Accept):
        return lc.Accept(message.lot, bidder, message.amount_fen)
    return seal_of(state, message.lot, bidder, message.envelope, message.commitment)
