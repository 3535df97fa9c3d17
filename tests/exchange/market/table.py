"""A market without a house: one tradable listing of the university, and moves at its negotiation tables."""

from typing import Any

from exchange.demo import people
from exchange.market import events as e
from exchange.market import negotiation_commands as c
from exchange.market import negotiation_events as n
from exchange.market.decide import Ask, decide
from exchange.market.evolve import evolve
from exchange.market.negotiation_state import Table
from exchange.market.negotiation_terms import TermSheet
from exchange.market.state import ListingState, Market
from matching_engine.terms import DAY, HOUR
from settlement.commands import Subject
from settlement.deal import Deal

BEGIN = 1_772_413_200_000_000
"""2 March 2026, 09:00 in Beijing."""
HOLDER, TAKER, OTHER, LISTING = "university", "jia", "yi", "A1"
TABLE = f"N-{LISTING}-1"
PRICE = 160_000_000
LICENCE = Deal("licence", "know_how", "sole", 36, "黑龙江省", further="乙方每年报告一次实施情况。")


def sheet(price_fen: int = PRICE, deal: Deal = LICENCE) -> TermSheet:
    """A complete sheet of terms."""
    return TermSheet(price_fen, deal)


class Desk:
    """Asks the market and lets what it decides become its state."""

    def __init__(self) -> None:
        self.market = Market()
        self.at = BEGIN
        for party in people.PARTIES:
            self.take(e.PartyEnrolled(party, ("wu",) if party.id == HOLDER else ()))
        self.take(e.ListingSubmitted(LISTING, "x", "", HOLDER, Subject(LISTING, "一种方法"), PRICE))
        self.market.listings[LISTING].state = ListingState.TRADABLE

    def take(self, *events: Any) -> None:
        """Let events happen."""
        for event in events:
            evolve(self.market, event)

    def ask(self, command: Any) -> tuple[Any, ...]:
        """Ask; what is decided happens."""
        events = decide(self.market, command, Ask(self.at, "desk-0001"))
        self.take(*events)
        return events

    def refused(self, command: Any) -> str | None:
        """The code with which a command is refused; None when it is done."""
        events = self.ask(command)
        return events[0].code if isinstance(events[0], e.MarketRefused) else None

    def open(self, taker: str = TAKER, by: str = HOLDER) -> str:
        """A table at which both parties sit; its id."""
        (opened,) = self.ask(c.OpenTable(LISTING, taker, by))
        assert isinstance(opened, n.TableOpened)
        for party in (HOLDER, taker):
            if party not in self.market.negotiation.tables[opened.table].joined:
                self.ask(c.AnswerInvitation(opened.table, party, True))
        return opened.table

    def offer(
        self, party: str = TAKER, price_fen: int = PRICE, table: str = TABLE, **more: Any
    ) -> str | None:
        """Offer for a day; the code of a refusal."""
        return self.refused(c.OfferTerms(table, party, sheet(price_fen), DAY, **more))

    def counter(self, party: str, answers: int, price_fen: int, table: str = TABLE) -> str | None:
        """Counter for a day; the code of a refusal."""
        return self.refused(c.CounterTerms(table, party, answers, sheet(price_fen), DAY))

    def agree(self, party: str = HOLDER, table: str = TABLE) -> str | None:
        """Agree to whatever stands; the code of a refusal."""
        standing = self.table(table).standing
        number, digest = (standing.number, standing.digest) if standing else (0, "")
        return self.refused(c.AgreeTerms(table, party, number, digest))

    def noticed(self) -> Table:
        """A table with an agreement under notice."""
        table = self.open()
        assert self.offer() is None
        assert self.agree() is None
        return self.table(table)

    def table(self, id_: str = TABLE) -> Table:
        """The table as it stands."""
        return self.market.negotiation.tables[id_]

    @property
    def listing(self) -> ListingState:
        """Where the listing stands."""
        return self.market.listings[LISTING].state

    def later(self, length: int = HOUR) -> None:
        """Let time go by."""
        self.at += length
