"""Moves at a negotiation table from the socket: message → command, outcome → answer."""

from exchange.house.command import Outcome, Principal
from exchange.market import negotiation_commands as c
from matching_engine.terms import MINUTE
from web import messages as m
from web.term_sheets import sheet_of


def move_of(message: m.TableMove, principal: Principal) -> c.NegotiationCommand:
    """The command of a move, for the principal's own party."""
    party, table = principal.party or "", message.table or ""
    if isinstance(message, m.Join):
        return c.AnswerInvitation(table, party, message.accept)
    if isinstance(message, m.Offer):
        sheet, valid_for = sheet_of(message.terms), message.minutes * MINUTE
        return c.OfferTerms(table, party, sheet, valid_for, message.firm)
    if isinstance(message, m.Counter):
        sheet, valid_for = sheet_of(message.terms), message.minutes * MINUTE
        return c.CounterTerms(table, party, message.answers, sheet, valid_for, message.firm)
    if isinstance(message, m.Agree):
        return c.AgreeTerms(table, party, message.answers, message.digest)
    if isinstance(message, m.Withdraw):
        return c.WithdrawTerms(table, party, message.answers or 0)
    return c.BreakOff(table, party, message.reason)


def answered(message: m.TableMove, outcome: Outcome) -> m.Outbound:
    """The ack of a move that was taken, the rej of one that was refused."""
    first, refusal = outcome.first, outcome.refusal
    if refusal is not None:
        return m.Rej(message.i, message.id, refusal.code, False, detail=refusal.detail or None)
    ts, kind = first.at // 1000, type(first.event).__name__
    table = message.table or ""
    return m.TableAck(message.i, message.id, table, first.stream_seq, ts, first.receipt, kind)
