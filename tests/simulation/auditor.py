"""A naive auditor: what became of each English or sealed lot, worked out again with nothing of the engine."""

from dataclasses import dataclass, field

from exchange.house.command import Recorded
from matching_engine import events as e
from matching_engine.commands import EntryStatus
from matching_engine.terms import Mechanism, Terms

PRICE_SEALED = (Mechanism.SEALED_FIRST_PRICE, Mechanism.SEALED_SECOND_PRICE)


@dataclass
class Sheet:
    """What the auditor writes down about one lot."""

    terms: Terms
    closes_at: int | None
    admitted: set[str] = field(default_factory=set)
    bids: list[tuple[str, int]] = field(default_factory=list)
    box: list[str] = field(default_factory=list)
    """Who sealed a bid, in the order of sealing."""
    opened: dict[str, int | None] = field(default_factory=dict)
    suspended: bool = False
    ends: int = 0


class Auditor:
    """Hears every journaled event; says what is wrong with it, or nothing."""

    def __init__(self) -> None:
        self._sheets: dict[str, Sheet] = {}

    def take(self, recorded: Recorded) -> str | None:
        """One event further; the invariant that it breaks."""
        event = recorded.event
        if isinstance(event, e.LotPutUp):
            self._sheets[event.lot] = Sheet(event.terms, event.terms.closes_at)
            return None
        sheet = self._sheets.get(getattr(event, "lot", ""))
        if sheet is None:
            return None
        if isinstance(event, e.EntrySet):
            (sheet.admitted.add if event.status is EntryStatus.ADMITTED else sheet.admitted.discard)(
                event.bidder
            )
        elif isinstance(event, e.LotPostponed | e.LotResumed):
            return self._moved(sheet, event)
        elif isinstance(event, e.LotSuspended):
            sheet.suspended = True
        elif isinstance(event, e.BidAccepted):
            return self._bid(sheet, event, recorded.at)
        elif isinstance(event, e.BidSealed | e.SealsOpened):
            return self._sealed(sheet, event, recorded.at)
        elif isinstance(event, e.Hammered | e.Passed | e.Cancelled):
            return self._end(sheet, event, recorded.at)
        return None

    def _moved(self, sheet: Sheet, event: e.LotPostponed | e.LotResumed) -> str | None:
        if isinstance(event, e.LotResumed):
            sheet.suspended = False
        if sheet.closes_at is not None and not sheet.suspended:
            if event.closes_at != sheet.closes_at + event.moved:
                return f"invariant 6: {event.lot} moved by {event.moved} to {event.closes_at}"
            sheet.closes_at = event.closes_at
        elif event.closes_at is not None:
            sheet.closes_at = event.closes_at
        return None

    def _bid(self, sheet: Sheet, event: e.BidAccepted, at: int) -> str | None:
        if sheet.terms.mechanism is not Mechanism.ENGLISH:
            return None
        lead_fen = sheet.bids[-1][1] if sheet.bids else None
        least_fen = self._least_fen(sheet, lead_fen)
        was = sheet.closes_at
        sheet.bids.append((event.bidder, event.amount_fen))
        sheet.closes_at = event.closes_at
        if was is not None and at >= was:
            return f"invariant 4: a bid on {event.lot} was accepted at {at}, it closed at {was}"
        if event.bidder not in sheet.admitted or sheet.suspended or sheet.ends:
            return f"invariant 6: {event.bidder} may not bid on {event.lot} now"
        if event.amount_fen < least_fen:
            return f"invariant 6: {event.amount_fen} on {event.lot}, {least_fen} was the least"
        extension = sheet.terms.extension
        if was is not None and extension is not None and event.extended:
            late = was - at <= extension.trigger and event.closes_at is not None and event.closes_at > was
            return None if late else f"invariant 6: {event.lot} was extended without need"
        return None if event.closes_at == was else f"invariant 6: the close of {event.lot} moved by itself"

    def _sealed(self, sheet: Sheet, event: e.BidSealed | e.SealsOpened, at: int) -> str | None:
        over = sheet.closes_at is not None and at >= sheet.closes_at
        if isinstance(event, e.BidSealed):
            sheet.box.append(event.bidder)
            allowed = not over and event.bidder in sheet.admitted and sheet.box.count(event.bidder) == 1
            return None if allowed else f"invariant 4: {event.bidder} sealed a bid on {event.lot} at {at}"
        sheet.opened = {opening.bidder: opening.amount_fen for opening in event.openings}
        if not over:
            return f"invariant 14: {event.lot} was opened at {at}, before its close"
        whole = sorted(sheet.opened) == sorted(sheet.box)
        return None if whole else f"invariant 6: {event.lot} was opened with {sorted(sheet.opened)}"

    @staticmethod
    def _least_fen(sheet: Sheet, lead_fen: int | None) -> int:
        if lead_fen is None:
            return sheet.terms.opening_price_fen
        steps = [rung.step_fen for rung in sheet.terms.ladder if rung.from_fen <= lead_fen]
        return lead_fen + (steps[-1] if steps else 1)

    def _end(self, sheet: Sheet, event: e.Hammered | e.Passed | e.Cancelled, at: int) -> str | None:
        sheet.ends += 1
        if sheet.ends > 1:
            return f"invariant 5: {event.lot} ended twice"
        if sheet.terms.mechanism in PRICE_SEALED and not isinstance(event, e.Cancelled):
            won = [] if isinstance(event, e.Passed) else [(w.bidder, w.price_fen) for w in event.winners]
            due = _sealed_winner(sheet)
            return None if won == due else f"invariant 6: {event.lot} went to {won}, it is due to {due}"
        if sheet.terms.mechanism is not Mechanism.ENGLISH or isinstance(event, e.Cancelled):
            return None
        if sheet.closes_at is not None and at < sheet.closes_at:
            return f"invariant 6: {event.lot} ended at {at}, before its close at {sheet.closes_at}"
        if isinstance(event, e.Passed):
            sold = bool(sheet.bids) and sheet.terms.min_bidders <= 1 and sheet.terms.reserve_price_fen is None
            return f"invariant 6: {event.lot} had a bid and passed" if sold else None
        won = [(winner.bidder, winner.price_fen) for winner in event.winners]
        if won != sheet.bids[-1:]:
            return f"invariant 6: {event.lot} went to {won}, the highest bid is {sheet.bids[-1:]}"
        return None

    def final(self) -> str | None:
        """Every lot ended once."""
        open_ = [lot for lot, sheet in self._sheets.items() if sheet.ends != 1]
        return f"invariant 5: {', '.join(open_)} did not end once" if open_ else None


def _sealed_winner(sheet: Sheet) -> list[tuple[str, int]]:
    """The highest, the earliest of equals; pays its own amount, or the second under the second price."""
    least_fen = sheet.terms.opening_price_fen
    valid = [(bidder, fen) for bidder in sheet.box if (fen := sheet.opened.get(bidder) or 0) >= least_fen]
    if not valid:
        return []
    best = max(valid, key=lambda bid: bid[1])
    others = [fen for bidder, fen in valid if bidder != best[0]]
    first = sheet.terms.mechanism is Mechanism.SEALED_FIRST_PRICE
    return [best] if first else [(best[0], max([least_fen, *others]))]
