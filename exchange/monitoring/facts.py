"""What the hints look at, out of a house's state and the rows of its lots."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from exchange.house.command import Recorded
from exchange.house.state import State
from exchange.monitoring.hints import LotFacts, Step, Ties
from matching_engine import events as le
from matching_engine.state import Lot


@dataclass(slots=True)
class Bidding:
    """The accepted bids of a lot, taken in row by row as they come."""

    lot: Lot
    steps: list[Step] = field(default_factory=list)
    lead_fen: int | None = None
    seq: int = 0

    def take(self, row: Recorded) -> None:
        """Take a row in; what was taken before is passed over."""
        event = row.event
        if row.stream_seq <= self.seq or not isinstance(event, le.BidAccepted | le.ProxyRaised):
            return
        self.seq, lot, lead = row.stream_seq, self.lot, self.lead_fen
        if isinstance(event, le.BidAccepted):
            least = lot.terms.opening_price_fen if lead is None else lot.beyond(lead)
            self.steps.append(Step(row.stream_seq, event.bidder, event.amount_fen == least, event.extended))
        self.lead_fen = event.amount_fen if lead is None else lot.best(lead, event.amount_fen)


def bidding_of(lot: Lot, rows: Iterable[Recorded]) -> Bidding:
    """The bids of a lot so far."""
    found = Bidding(lot)
    for row in rows:
        found.take(row)
    return found


def lot_facts(state: State, lot_id: str, steps: Sequence[Step] = ()) -> LotFacts:
    """One lot with who is behind its codes."""
    lot = state.lots[lot_id]
    entries = state.market.entries.get(lot_id, {})
    winners = tuple(winner.bidder for winner in lot.winners)
    return LotFacts(
        lot_id,
        state.market.seller_of(lot_id) or "",
        {code: entry.party for code, entry in entries.items()},
        steps,
        lot.bidders,
        winners,
        _runner_up(lot, winners),
        lot.ended,
        state.streams.get(f"lot/{lot_id}", 0),
    )


def _runner_up(lot: Lot, winners: tuple[str, ...]) -> str:
    """The code with the best bid beside the winners'; empty when there is none."""
    others = [(amount * lot.sign, code) for code, amount in lot.standing.items() if code not in winners]
    return max(others)[1] if others else ""


def ties_of(state: State, networks: Mapping[str, frozenset[str]]) -> Ties:
    """What links the organisations of a house; the networks come from the register of sessions."""
    return Ties(state.market.related, _brokers(state), _payers(state), networks)


def _brokers(state: State) -> dict[str, frozenset[str]]:
    """Each client with the brokers who act for it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for mandate in state.market.mandates.values():
        if mandate.role == "broker":
            found[mandate.party].append(mandate.account)
    return {party: frozenset(accounts) for party, accounts in found.items()}


def _payers(state: State) -> dict[str, frozenset[str]]:
    """Each party with the bank accounts that its deposits came from, where the bank told them."""
    of_reference = {one.reference: one.party for one in state.settlement.deposits.values()}
    found: defaultdict[str, list[str]] = defaultdict(list)
    for credit in state.settlement.credits.values():
        party = of_reference.get(credit.reference)
        if party is not None and credit.payer_account is not None:
            found[party].append(credit.payer_account.number)
    return {party: frozenset(numbers) for party, numbers in found.items()}
