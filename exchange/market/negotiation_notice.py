"""An agreement under public notice: objections suspend it, its end confirms it.

Law on promoting the transformation of achievements, art. 18; Zhejiang regulations, art. 17: name, abstract, way and
price are public for at least 15 days, a taker related to the holder or to a completer is marked, an objection suspends.
"""

from exchange.market import negotiation_events as n
from exchange.market.negotiation_commands import (
    CloseTables,
    ConfirmAgreement,
    DecideAgreementObjection,
    ObjectAgreement,
    UndoAgreement,
)
from exchange.market.negotiation_rules import TEXT_MAX, resumed_end
from exchange.market.negotiation_state import LIVE, NOTICED, Table, TableState
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.state import Market


def object_agreement(market: Market, command: ObjectAgreement, at: int) -> Events:
    """Anybody but the two parties may object while the notice runs; once each until it is decided."""
    table = market.negotiation.tables.get(command.table)
    if table is None or table.noticed_at is None:
        return refuse(command.table, command, MarketRefusal.TABLE_UNKNOWN, "there is no such agreement")
    over = table.notice_until is not None and table.notice_until <= at
    if table.state not in NOTICED or over:
        return refuse(table.id, command, MarketRefusal.TABLE_STATE, "the notice is over")
    if command.party in table.parties:
        return refuse(
            table.id, command, MarketRefusal.TABLE_PARTIES, "a party does not object to its own word"
        )
    if any(table.objections[number].party == command.party for number in table.open_objections):
        return refuse(table.id, command, MarketRefusal.OBJECTION_OPEN, "your objection is not decided yet")
    if not command.text.strip() or len(command.text) > TEXT_MAX:
        detail = f"text: an objection says why, in at most {TEXT_MAX} characters"
        return refuse(table.id, command, MarketRefusal.TERMS_INVALID, detail)
    left = table.left if table.notice_until is None else table.notice_until - at
    number = len(table.objections) + 1
    return (n.AgreementObjected(table.id, number, command.party, command.text, at, left),)


def decide_objection(market: Market, command: DecideAgreementObjection, at: int) -> Events:
    """Upheld: the agreement falls and the listing is free. Dismissed: with the last one the notice goes on."""
    table = market.negotiation.tables.get(command.table)
    if table is None or command.objection not in table.objections:
        return refuse(command.table, command, MarketRefusal.TABLE_UNKNOWN, "there is no such objection")
    if table.state is not TableState.OBJECTED or command.objection not in table.open_objections:
        return refuse(table.id, command, MarketRefusal.TABLE_STATE, "the objection is decided")
    if not command.reason.strip() or len(command.reason) > TEXT_MAX:
        detail = f"reason: a decision has one, of at most {TEXT_MAX} characters"
        return refuse(table.id, command, MarketRefusal.TERMS_INVALID, detail)
    decided = _decided(table, command, at)
    if command.upheld:
        return decided, n.TableEnded(table.id, "objection_upheld", "", command.reason, at)
    return (decided,)


def _decided(table: Table, command: DecideAgreementObjection, at: int) -> n.AgreementObjectionDecided:
    last = table.open_objections == [command.objection]
    until = resumed_end(at, table.left) if last and not command.upheld else None
    return n.AgreementObjectionDecided(table.id, command.objection, command.upheld, command.reason, until)


def confirm(market: Market, command: ConfirmAgreement, at: int) -> Events:
    """The gavel: the notice has run without an objection left."""
    due = market.negotiation.notices_due.get(command.table)
    if due is None or due > at:
        return ()
    return (n.AgreementConfirmed(command.table, market.negotiation.tables[command.table].listing, at),)


def close_tables(market: Market, command: CloseTables, at: int) -> Events:
    """The listing takes another way: its tables end."""
    live = [table for table in market.negotiation.on(command.listing) if table.state in LIVE]
    return tuple(n.TableEnded(table.id, command.reason, "", "", at) for table in live)


def undo(market: Market, command: UndoAgreement) -> Events:
    """The buyer did not pay: the listing is free for others."""
    table = market.negotiation.tables[command.table]
    return (n.AgreementUndone(table.id, table.listing),)
