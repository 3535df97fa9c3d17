"""A whole lot played by the twin: the lines that are printed, and the Result."""

from collections.abc import Callable
from typing import Any

from matching_engine import commands as c
from matching_engine.terms import Mechanism, Terms
from tests.matching_engine.naive.awards import Award, Seal, is_void, outcome
from tests.matching_engine.naive.deeds import Deed, beats, one_step_on, ranks
from tests.matching_engine.naive.standing import Standing, in_book, standing
from web.rehearsal.script import Script, Step

M = Mechanism
Line = tuple[Any, ...]

SEALED = (M.SEALED_FIRST_PRICE, M.SEALED_SECOND_PRICE, M.WEIGHTED, M.MULTI_AWARD, M.CHALLENGE)
AFTER_HAMMER = (M.ENGLISH, M.LISTED, M.DUTCH, M.SEALED_FIRST_PRICE, M.SEALED_SECOND_PRICE)
USES: dict[type, tuple[Mechanism, ...]] = {
    c.Bid: (M.ENGLISH, M.LISTED),
    c.Match: (M.ENGLISH, M.LISTED),
    c.Seal: SEALED,
    c.Accept: (M.DUTCH, M.OPEN_LICENCE),
}
STATUS = {
    c.EntryStatus.NOT_ADMITTED: "ENTRY_REQUIRED",
    c.EntryStatus.DEPOSIT_UNPAID: "DEPOSIT_REQUIRED",
    c.EntryStatus.RELATED: "BID_SELF_DEALING",
}


class Twin:
    """One lot. `lines` are (instant, type, the fields that are printed)."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.terms: Terms = script.terms
        self.lines: list[Line] = []
        self.deeds: list[Deed] = []
        self.seals: list[Seal] = []
        self.pauses: list[list[int]] = []
        self.is_open = False
        self.book_ended = False
        self.standing_offer = False
        self.window: tuple[int, str, int] | None = None
        self.window_from = 0
        self.matches: list[str] = []
        self.end: tuple[str, str | None, Award, int] | None = None
        self.accepted = self.refused = 0

    def play(self) -> "Twin":
        """The whole script, and on until the lot ends."""
        for step in self.script.steps:
            self.run_clock(step.at)
            if isinstance(step.command, c.Suspend | c.Resume | c.Cancel):
                self.by_operator(step.command, step.at)
            else:
                self.by_bidder(step)
        self.run_clock(None)
        return self

    def result(self) -> dict[str, Any]:
        """The fields of the Result but the digest."""
        assert self.end is not None
        how, reason, winners, at = self.end
        return {
            "outcome": how,
            "reason": reason,
            "winners": winners,
            "closed_at": at,
            "accepted": self.accepted,
            "refused": self.refused,
            "extensions": self.now().extensions,
        }

    # Time

    @property
    def suspended(self) -> bool:
        """Whether the last pause has no end."""
        return bool(self.pauses) and len(self.pauses[-1]) == 1

    def paused(self, at: int) -> int:
        """How long the lot had stood still until `at`."""
        return sum((pause[1] if len(pause) == 2 else at) - pause[0] for pause in self.pauses)

    def real(self, watch: int) -> int:
        """The instant at which the lot's watch shows `watch`, given the pauses up to now."""
        return watch + sum(pause[1] - pause[0] for pause in self.pauses if len(pause) == 2)

    def first_close(self) -> int:
        """The close before any extension."""
        clock = self.terms.dutch
        if self.terms.mechanism is not M.DUTCH or clock is None:
            assert self.terms.closes_at is not None
            return self.terms.closes_at
        periods = 0
        while self.terms.opening_price_fen - clock.step_fen * periods > clock.floor_fen:
            periods += 1
        end = self.terms.opens_at + clock.every * (periods + 1)
        return end if self.terms.closes_at is None else min(end, self.terms.closes_at)

    def now(self) -> Standing:
        """Lead, leader and close, worked out again."""
        open_bidding = [deed for deed in self.deeds if deed.kind in ("bid", "match", "raise")]
        return standing(self.terms, open_bidding, self.first_close())

    def next_due(self) -> int:
        """The next instant by the lot's watch."""
        if not self.is_open:
            return self.terms.opens_at
        if self.window is not None:
            return self.window[0]
        if self.terms.mechanism is M.LISTED and not self.book_ended:
            return self.terms.opens_at if self.terms.free_until is None else self.terms.free_until
        return self.now().close

    def run_clock(self, until: int | None) -> None:
        """Everything due at or before `until`."""
        while self.end is None and not self.suspended:
            due = self.next_due()
            if until is not None and until - self.paused(until) < due:
                return
            self.strike(due)

    def say(self, at: int, kind: str, *fields: object) -> None:
        """One line."""
        self.lines.append((at, kind, *fields))

    # The clock

    def strike(self, due: int) -> None:
        """What is due by the lot's watch."""
        at = self.real(due)
        if not self.is_open:
            self.is_open = True
            self.say(at, "LotOpened")
        elif self.window is not None:
            _, leader, price = self.window
            self.hammer([(self.matches[-1] if self.matches else leader, price)], at)
        elif self.terms.mechanism is M.LISTED and not self.book_ended:
            self.end_book(due, at)
        elif self.terms.mechanism in SEALED:
            self.open_seals(due, at)
        else:
            self.close(due, at)

    def end_book(self, due: int, at: int) -> None:
        """One offer is taken, several compete, none lets the asking price stand."""
        self.book_ended = True
        now, bidders = self.now(), self.bidders()
        if now.lead is None or now.leader is None:
            self.standing_offer = True
            self.say(at, "OfferStands")
        elif len(bidders) == 1:
            self.settle([(now.leader, now.lead)], due, at)
        else:
            last = {deed.bidder: deed.amount for deed in self.deeds}
            order = sorted(bidders, key=lambda b: (-last[b], b != now.leader, self.offered(b)))
            self.say(at, "CompetitionOpened", now.leader, now.lead, tuple(order))

    def offered(self, bidder: str) -> int:
        """The place of a bidder's first offer."""
        return self.bidders().index(bidder)

    def open_seals(self, due: int, at: int) -> None:
        """All envelopes at once."""
        if not self.seals:
            self.finish("passed", "NO_BIDS", [], at)
            return
        self.say(at, "Closed", at)
        void = tuple(seal.bidder for seal in self.seals if is_void(self.terms, seal))
        self.say(at, "SealsOpened", tuple((s.bidder, s.amount) for s in self.seals), void)
        said = outcome(self.terms, self.seals)
        if isinstance(said, str):
            self.finish("passed", said, [], at)
        else:
            self.settle(said, due, at)

    def close(self, due: int, at: int) -> None:
        """The close of everything that is not sealed."""
        now, terms = self.now(), self.terms
        takers = [(deed.bidder, deed.amount) for deed in self.deeds if deed.kind == "accept"]
        if terms.mechanism is M.OPEN_LICENCE and takers:
            self.hammer(takers, at)
        elif now.lead is None or now.leader is None:
            self.finish("passed", "NO_BIDS", [], at)
        elif terms.mechanism is M.ENGLISH and len(self.bidders()) < terms.min_bidders:
            self.finish("passed", "TOO_FEW_BIDDERS", [], at)
        elif terms.mechanism is M.ENGLISH and self.under_reserve(now.lead):
            self.finish("passed", "RESERVE_NOT_MET", [], at)
        else:
            self.settle([(now.leader, now.lead)], due, at)

    def under_reserve(self, amount: int) -> bool:
        """Whether an amount does not meet the reserve."""
        reserve = self.terms.reserve_price_fen
        return reserve is not None and beats(self.terms, reserve, amount)

    def settle(self, winners: Award, due: int, at: int) -> None:
        """The hammer, or the window before it."""
        leader, price = winners[0]
        after = any(holder.exercise == "after" for holder in self.terms.priority)
        if self.terms.mechanism in AFTER_HAMMER and after and not ranks(self.terms, leader, "live", "after"):
            assert self.terms.priority_window is not None
            self.window, self.window_from = (due + self.terms.priority_window, leader, price), at
            self.say(at, "PriorityWindowOpened", leader, price, at + self.terms.priority_window)
        else:
            self.hammer(winners, at)

    def hammer(self, winners: Award, at: int) -> None:
        """Sold."""
        self.finish("hammered", None, winners, at)

    def finish(self, how: str, reason: str | None, winners: Award, at: int) -> None:
        """The end."""
        self.end = (how, reason, winners, at)
        if how == "hammered":
            self.say(at, "Hammered", tuple(winners), at)
        else:
            self.say(at, how.capitalize(), reason, at)

    # Operators

    def by_operator(self, command: c.LotCommand, at: int) -> None:
        """Suspend, resume, cancel, or nothing."""
        if isinstance(command, c.Cancel) and self.end is None:
            self.finish("cancelled", command.reason, [], at)
        elif isinstance(command, c.Suspend) and self.is_open and self.end is None and not self.suspended:
            self.pauses.append([at])
            self.say(at, "LotSuspended", command.reason)
        elif isinstance(command, c.Resume) and self.end is None and self.suspended:
            self.pauses[-1].append(at)
            close = self.first_close() if self.terms.mechanism in SEALED else self.now().close
            self.say(at, "LotResumed", self.shown_close(close))
        else:
            self.say(at, "CommandRefused", type(command).__name__)

    def shown_close(self, close: int) -> int:
        """The close as it is printed: one that has passed does not move any more with later pauses."""
        if self.window is None:
            return self.real(close)
        return self.real(close) - sum(
            p[1] - p[0] for p in self.pauses if len(p) == 2 and p[0] >= self.window_from
        )

    # Bidders

    def bidders(self) -> list[str]:
        """Distinct bidders in the order of their first deed."""
        return list(dict.fromkeys(deed.bidder for deed in self.deeds if deed.kind != "raise"))

    def by_bidder(self, step: Step) -> None:
        """One line for the step, and what follows from it."""
        command = step.command
        assert isinstance(command, c.Bid | c.Match | c.Seal | c.Accept)
        no = self.refusal(command, step.at)
        if no is not None:
            self.refused += 1
            self.say(step.at, "BidRefused", command.bidder, *no)
            return
        self.accepted += 1
        _DO[type(command)](self, command, step)

    def refusal(self, command: Any, at: int) -> tuple[str, int | None] | None:
        """The first refusal that applies, with the minimum where there is one."""
        code = self.refused_at_the_door(command)
        if code is not None:
            return code, None
        watch = at - self.paused(at)
        if isinstance(command, c.Match):
            code = self.match_refusal(command.bidder)
            return (code, None) if code else None
        if isinstance(command, c.Seal):
            sealed = any(seal.bidder == command.bidder for seal in self.seals)
            return ("BID_ALREADY_SEALED", None) if sealed else None
        if isinstance(command, c.Accept):
            again = any(deed.bidder == command.bidder for deed in self.deeds)
            return ("BID_ALREADY_LEADING", None) if again else None
        return self.bid_refusal(command, watch)

    def refused_at_the_door(self, command: Any) -> str | None:
        """Lot, entry, mechanism."""
        if self.end is not None:
            return "LOT_CLOSED"
        if not self.is_open:
            return "LOT_NOT_OPEN"
        if self.suspended:
            return "LOT_SUSPENDED"
        if self.window is not None and not isinstance(command, c.Match):
            return "LOT_CLOSED"
        status = self.script.entries.get(command.bidder, c.EntryStatus.NOT_ADMITTED)
        if status is not c.EntryStatus.ADMITTED:
            return STATUS[status]
        if self.window is None and self.terms.mechanism not in USES[type(command)]:
            return "WRONG_MECHANISM"
        competing = self.book_ended and not self.standing_offer
        if isinstance(command, c.Bid) and self.terms.mechanism is M.LISTED and not competing:
            return "WRONG_MECHANISM" if command.max_fen not in (None, command.amount_fen) else None
        return None

    def match_refusal(self, bidder: str) -> str | None:
        """Who may match, and when."""
        own = ranks(self.terms, bidder, "live" if self.window is None else "after")
        if not own:
            return "MATCH_NOT_ENTITLED"
        if self.window is not None:
            if not self.matches:
                return None
            if self.matches[-1] == bidder:
                return "BID_ALREADY_LEADING"
            better = min(own) < min(ranks(self.terms, self.matches[-1], "after"))
            return None if better else "MATCH_NOT_ENTITLED"
        leader = self.now().leader
        if leader is None:
            return "MATCH_NO_LEAD"
        if leader == bidder:
            return "BID_ALREADY_LEADING"
        theirs = ranks(self.terms, leader, "live", "after")
        return "MATCH_NOT_ENTITLED" if theirs and min(theirs) <= min(own) else None

    def bid_refusal(self, bid: c.Bid, watch: int) -> tuple[str, int | None] | None:
        """Why an amount will not do."""
        terms, now, amount = self.terms, self.now(), bid.amount_fen
        competing = self.book_ended and not self.standing_offer
        if competing and bid.bidder not in self.bidders():
            return "ENTRY_REQUIRED", None
        booked = in_book(terms, watch)
        if now.leader == bid.bidder and not booked:
            raised = bid.max_fen is not None and bid.max_fen != amount and beats(terms, bid.max_fen, now.top)
            return None if raised else ("BID_ALREADY_LEADING", None)
        if beats(terms, terms.opening_price_fen, amount):
            return "BID_BELOW_OPENING", terms.opening_price_fen
        if booked:
            own = [deed.amount for deed in self.deeds if deed.bidder == bid.bidder]
            enough = not own or not beats(terms, one_step_on(terms, own[-1]), amount)
            return None if enough else ("BID_BELOW_INCREMENT", one_step_on(terms, own[-1]))
        if now.lead is None:
            return None
        least = one_step_on(terms, now.lead)
        if beats(terms, least, amount):
            return "BID_BELOW_INCREMENT", least
        if terms.increment_rule == "multiple" and (amount - now.lead) % (least - now.lead) != 0:
            return "BID_NOT_MULTIPLE", least
        return None

    def do_bid(self, bid: c.Bid, step: Step) -> None:
        """An accepted bid, or a raised maximum."""
        watch, before = step.at - self.paused(step.at), self.now()
        maximum = bid.amount_fen if bid.max_fen is None else bid.max_fen
        if before.leader == bid.bidder and not in_book(self.terms, watch):
            self.deeds.append(Deed("raise", bid.bidder, watch, bid.amount_fen, maximum))
            self.say(step.at, "MaximumRaised", bid.bidder)
            return
        kind = "take" if self.standing_offer else "bid"
        self.deeds.append(Deed(kind, bid.bidder, watch, bid.amount_fen, maximum))
        if self.standing_offer:
            self.say(step.at, "BidAccepted", bid.bidder, bid.amount_fen, self.real(before.close))
            self.take(bid.bidder, bid.amount_fen, watch, step.at)
            return
        now = self.now()
        self.say(step.at, "BidAccepted", bid.bidder, bid.amount_fen, self.real(now.close))
        if now.raised and not in_book(self.terms, watch):
            self.say(step.at, "ProxyRaised", now.leader, now.lead)

    def take(self, bidder: str, price: int, watch: int, at: int) -> None:
        """A price taken at once."""
        self.settle([(bidder, price)], watch, at)

    def do_match(self, match: c.Match, step: Step) -> None:
        """A match in the room, or of the hammer price."""
        watch, before = step.at - self.paused(step.at), self.now()
        if self.window is None:
            self.deeds.append(Deed("match", match.bidder, watch, before.lead or 0, before.lead or 0))
            now = self.now()
            self.say(step.at, "BidMatched", match.bidder, before.lead, self.real(now.close))
            if now.raised:
                self.say(step.at, "ProxyRaised", now.leader, now.lead)
            return
        self.matches.append(match.bidder)
        price = self.window[2]
        close = before.close
        self.say(step.at, "BidMatched", match.bidder, price, self.shown_close(close))
        own = min(ranks(self.terms, match.bidder, "after"))
        if not any(h.exercise == "after" and h.rank < own for h in self.terms.priority):
            self.hammer([(match.bidder, price)], step.at)

    def do_seal(self, seal: c.Seal, step: Step) -> None:
        """An envelope."""
        opening = step.opening
        assert opening is not None
        assert opening.amount_fen is not None
        self.seals.append(Seal(seal.bidder, opening.amount_fen, opening.scores or {}))
        self.say(step.at, "BidSealed", seal.bidder)

    def do_accept(self, accept: c.Accept, step: Step) -> None:
        """A fee, or the price of the clock."""
        watch, price = step.at - self.paused(step.at), self.terms.opening_price_fen
        if self.terms.mechanism is M.OPEN_LICENCE:
            self.deeds.append(Deed("accept", accept.bidder, watch, price, price))
            self.say(step.at, "LicenceAccepted", accept.bidder, price)
            return
        clock = self.terms.dutch
        assert clock is not None
        for _ in range((watch - self.terms.opens_at) // clock.every):
            price = max(clock.floor_fen, price - clock.step_fen)
        self.say(step.at, "BidAccepted", accept.bidder, price, self.real(self.first_close()))
        self.take(accept.bidder, price, watch, step.at)


_DO: dict[type, Callable[[Twin, Any, Step], None]] = {
    c.Bid: Twin.do_bid,
    c.Match: Twin.do_match,
    c.Seal: Twin.do_seal,
    c.Accept: Twin.do_accept,
}
