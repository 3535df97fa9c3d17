"""Journaled events as releases of the Open Contracting Data Standard 1.1: what is public, and nothing else.

One contracting process is one listing in one house. Bidders stand under their codes, as everybody sees them; names of
buyers, reserves, maxima and sealed amounts are in no release. Ids follow from the journal, so they never change.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from exchange.house.command import Recorded
from exchange.market import events as m
from exchange.market import listing_events as p
from exchange.market import negotiation_events as n
from matching_engine import events as le
from settlement import events as s
from settlement.dates import shanghai_time
from settlement.default_events import TradeDefaulted
from settlement.rescission_messages import TradeRescinded

Json = dict[str, Any]

PREFIX = "ocds-luochu"
"""The prefix of ids until the publisher has one of its own from the registry of the standard."""
LICENSE = "https://creativecommons.org/licenses/by/4.0/"
SELLER_ROLES = ["procuringEntity", "seller"]
"""Who runs the process; `seller` is of ours, for the standard's codelist of roles is open."""


class Release(msgspec.Struct, frozen=True):
    """One release, with the instant (µs) and the place in the journal that it stands for."""

    id: str
    at: int
    listing: str
    rehearsal: bool
    body: Json


@dataclass(slots=True)
class _Process:
    """A listing as its releases tell of it."""

    listing: str
    title: str
    seller: str
    abstract: str
    rehearsal: bool = False


def iso(at: int) -> str:
    """An instant (µs) with the offset of China, to the second."""
    return shanghai_time(at).replace(microsecond=0).isoformat()


def money(fen: int) -> Json:
    """A Value of the standard, exact: yuan as a number with at most two decimals."""
    whole, rest = divmod(fen, 100)
    text = f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    return {"amount": msgspec.Raw(text.encode()), "currency": "CNY"}


@dataclass(slots=True)
class Publisher:
    """Reads one house's journal in order; `releases` grows, nothing in it changes."""

    releases: list[Release] = field(default_factory=list)
    processes: dict[str, _Process] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    lots: dict[str, tuple[str, str]] = field(default_factory=dict)
    """lot or table → (listing, session)."""
    practice: dict[str, bool] = field(default_factory=dict)
    plans: dict[str, Json] = field(default_factory=dict)
    """lot → its tender."""
    codes: dict[tuple[str, str], str] = field(default_factory=dict)
    """(lot, party) → code."""
    trades: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """trade → (lot, listing, code of the buyer)."""
    prices: dict[str, int] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    """Listings whose achievements may not be spoken of now."""

    def take(self, recorded: Recorded) -> None:
        """Read the next event."""
        handler = _HANDLERS.get(type(recorded.event))
        if handler is not None:
            handler(self, recorded.event, recorded)

    def shown(self) -> list[Release]:
        """The releases of everything that may be spoken of."""
        return [release for release in self.releases if release.listing not in self.withheld]

    def listing_of(self, lot: str) -> str:
        """The listing of a lot, of a table, or itself."""
        return self.lots.get(lot, (lot, ""))[0]

    def add(self, recorded: Recorded, listing: str, tag: str, parties: Sequence[Json], **parts: Any) -> None:
        """A release about a listing; none for one that was never admitted."""
        process = self.processes.get(listing)
        if process is None:
            return
        ocid = f"{PREFIX}-{recorded.house}-{listing}"
        body: Json = {
            "ocid": ocid,
            "id": f"{ocid}-{recorded.seq}",
            "date": iso(recorded.at),
            "tag": [tag],
            "initiationType": "tender",
            "language": "zh",
            "parties": [self.seller(process), *parties],
            **parts,
        }
        practice = process.rehearsal or self._practises(listing, parts)
        self.releases.append(Release(body["id"], recorded.at, listing, practice, body))

    def _practises(self, listing: str, parts: Json) -> bool:
        """Whether the session of the listing's lots is for practice; its planning is not of a session."""
        if "planning" in parts:
            return False
        return any(
            self.practice.get(session, False)
            for own, session in self.lots.values()
            if own == listing and session
        )

    def seller(self, process: _Process) -> Json:
        """Who offers."""
        return {
            "id": process.seller,
            "name": self.names.get(process.seller, process.seller),
            "roles": SELLER_ROLES,
        }


def bidder(code: str, *roles: str) -> Json:
    """A bidder under its code, which is all that the public knows."""
    return {"id": code, "name": code, "roles": list(roles)}


def reference(code: str) -> Json:
    """An organisation that the release's parties describe."""
    return {"id": code, "name": code}


def _enrolled(book: Publisher, event: m.PartyEnrolled, recorded: Recorded) -> None:
    book.names[event.party.id] = event.party.name


def _submitted(book: Publisher, event: m.ListingSubmitted, recorded: Recorded) -> None:
    subject = event.subject
    book.plans[event.listing] = {"title": subject.title, "abstract": subject.abstract, "seller": event.seller}


def _resubmitted(book: Publisher, event: p.ListingResubmitted, recorded: Recorded) -> None:
    book.plans[event.listing] |= {"title": event.subject.title, "abstract": event.subject.abstract}


def _admitted(book: Publisher, event: m.ListingAdmitted, recorded: Recorded) -> None:
    plan = book.plans[event.listing]
    book.processes[event.listing] = _Process(
        event.listing, plan["title"], plan["seller"], plan["abstract"], event.rehearsal
    )
    book.add(recorded, event.listing, "planning", (), planning={"rationale": plan["title"]})


def _withdrawn(book: Publisher, event: p.ListingWithdrawn, recorded: Recorded) -> None:
    tender = _tender(book, event.listing, event.listing, "withdrawn")
    book.add(recorded, event.listing, "tenderCancellation", (), tender=tender)


def _withheld(book: Publisher, event: p.ListingWithheld, recorded: Recorded) -> None:
    book.withheld.add(event.listing)


def _restored(book: Publisher, event: p.ListingRestored, recorded: Recorded) -> None:
    book.withheld.discard(event.listing)


def _tender(book: Publisher, listing: str, id_: str, status: str) -> Json:
    process = book.processes.get(listing)
    known = book.plans.get(id_, {}) if id_ != listing else {}
    title = process.title if process else listing
    return {"id": id_, "title": title, **known, "status": status}


def _scheduled(book: Publisher, event: m.SessionScheduled, recorded: Recorded) -> None:
    book.practice[event.session] = event.rehearsal
    for lot, listing in zip(event.lots, event.listings, strict=True):
        book.lots[lot] = (listing, event.session)


def _put_up(book: Publisher, event: le.LotPutUp, recorded: Recorded) -> None:
    """The public terms: no reserve is among them."""
    terms, listing = event.terms, book.listing_of(event.lot)
    process = book.processes.get(listing)
    period = {"startDate": iso(terms.opens_at)}
    if terms.closes_at is not None:
        period["endDate"] = iso(terms.closes_at)
    plan: Json = {
        "procurementMethod": "open",
        "procurementMethodDetails": f"{terms.mechanism.value}, {terms.direction}",
        "tenderPeriod": period,
        "value" if terms.direction == "buy" else "minValue": money(terms.opening_price_fen),
        "items": [
            {"id": "1", "description": process.title if process else listing, "quantity": terms.quantity}
        ],
        "procuringEntity": reference(process.seller)
        | {"name": book.names.get(process.seller, process.seller)}
        if process
        else {},
    }
    book.plans[event.lot] = plan
    book.add(recorded, listing, "tender", (), tender=_tender(book, listing, event.lot, "planned"))


def _opened(book: Publisher, event: le.LotOpened, recorded: Recorded) -> None:
    listing = book.listing_of(event.lot)
    book.add(recorded, listing, "tenderUpdate", (), tender=_tender(book, listing, event.lot, "active"))


def _ended(status: str, tag: str) -> Callable[[Publisher, Any, Recorded], None]:
    def ended(book: Publisher, event: le.Passed | le.Cancelled, recorded: Recorded) -> None:
        listing = book.listing_of(event.lot)
        book.add(recorded, listing, tag, (), tender=_tender(book, listing, event.lot, status))

    return ended


def _hammered(book: Publisher, event: le.Hammered, recorded: Recorded) -> None:
    listing = book.listing_of(event.lot)
    process = book.processes.get(listing)
    awards = [
        {
            "id": f"{event.lot}-{number}",
            "title": process.title if process else listing,
            "status": "active",
            "date": iso(event.closed_at),
            "value": money(winner.price_fen),
            "suppliers": [reference(winner.bidder)],
        }
        for number, winner in enumerate(event.winners, start=1)
    ]
    parties = [
        bidder(code, "tenderer", "supplier") for code in dict.fromkeys(one.bidder for one in event.winners)
    ]
    tender = _tender(book, listing, event.lot, "complete")
    book.add(recorded, listing, "award", parties, tender=tender, awards=awards)


def _entered(book: Publisher, event: m.EntryApplied, recorded: Recorded) -> None:
    book.codes[(event.lot, event.party)] = event.code


def _seated(book: Publisher, event: n.TableOpened, recorded: Recorded) -> None:
    book.lots[event.table] = (event.listing, "")


def _traded(book: Publisher, event: s.TradeConcluded, recorded: Recorded) -> None:
    """A sale by agreement has no hammer: its award is told here, to a taker without a name."""
    listing = event.subject.listing
    code = book.codes.get((event.lot, event.buyer.id))
    book.trades[event.trade] = (event.lot, listing, code or "taker")
    book.prices[event.trade] = event.price_fen
    if code is None:
        award = _award(book, event.trade, "active") | {"date": iso(event.hammered_at)}
        book.add(recorded, listing, "award", [bidder("taker", "supplier")], awards=[award])


def _award(book: Publisher, trade: str, status: str) -> Json:
    lot, listing, code = book.trades[trade]
    process = book.processes.get(listing)
    number = trade.rpartition("-")[2] if trade.startswith(f"T-{lot}-") else "1"
    return {
        "id": f"{lot}-{number}",
        "title": process.title if process else listing,
        "status": status,
        "value": money(book.prices[trade]),
        "suppliers": [reference(code)],
    }


def _contract(book: Publisher, trade: str, status: str, **more: Any) -> Json:
    return {
        "id": f"C-{trade}",
        "awardID": _award(book, trade, "active")["id"],
        "status": status,
        "value": money(book.prices[trade]),
        **more,
    }


def _concluded(book: Publisher, event: s.ContractConcluded, recorded: Recorded) -> None:
    if event.trade in book.trades:
        _, listing, code = book.trades[event.trade]
        contract = _contract(book, event.trade, "active", dateSigned=iso(recorded.at))
        book.add(recorded, listing, "contract", [bidder(code, "supplier")], contracts=[contract])


def _paid(book: Publisher, event: s.ProceedsPaid, recorded: Recorded) -> None:
    if event.trade not in book.trades:
        return
    _, listing, code = book.trades[event.trade]
    process = book.processes.get(listing)
    payee = process.seller if process else listing
    transaction = {
        "id": event.payment,
        "date": f"{event.paid_on}T00:00:00+08:00",
        "value": money(event.amount_fen),
        "payer": reference(code),
        "payee": {"id": payee, "name": book.names.get(payee, payee)},
    }
    contract = _contract(book, event.trade, "active", implementation={"transactions": [transaction]})
    parties = [bidder(code, "supplier", "payer")]
    book.add(recorded, listing, "implementation", parties, contracts=[contract])


def _failed(tag: str) -> Callable[[Publisher, Any, Recorded], None]:
    def failed(book: Publisher, event: TradeDefaulted | TradeRescinded, recorded: Recorded) -> None:
        if event.trade not in book.trades:
            return
        _, listing, code = book.trades[event.trade]
        parties = [bidder(code, "supplier")]
        if tag == "contractTermination":
            parts: Json = {"contracts": [_contract(book, event.trade, "terminated")]}
        else:
            parts = {"awards": [_award(book, event.trade, "cancelled")]}
        book.add(recorded, listing, tag, parties, **parts)

    return failed


_HANDLERS: dict[type, Callable[[Publisher, Any, Recorded], None]] = {
    m.PartyEnrolled: _enrolled,
    m.ListingSubmitted: _submitted,
    p.ListingResubmitted: _resubmitted,
    m.ListingAdmitted: _admitted,
    p.ListingWithdrawn: _withdrawn,
    p.ListingWithheld: _withheld,
    p.ListingRestored: _restored,
    m.SessionScheduled: _scheduled,
    le.LotPutUp: _put_up,
    le.LotOpened: _opened,
    le.Passed: _ended("unsuccessful", "tenderUpdate"),
    le.Cancelled: _ended("cancelled", "tenderCancellation"),
    le.Hammered: _hammered,
    m.EntryApplied: _entered,
    n.TableOpened: _seated,
    s.TradeConcluded: _traded,
    s.ContractConcluded: _concluded,
    s.ProceedsPaid: _paid,
    TradeDefaulted: _failed("awardCancellation"),
    TradeRescinded: _failed("contractTermination"),
}
"""Event → its release. What is not here is not published."""


def package(releases: Sequence[Release], uri: str, published_at: int, publisher: str) -> Json:
    """A release package: where it is, when and by whom it was published, and its releases."""
    return {
        "uri": uri,
        "version": "1.1",
        "publishedDate": iso(published_at),
        "publisher": {"name": publisher},
        "license": LICENSE,
        "publicationPolicy": uri.partition("/api/")[0] + "/reports",
        "releases": [release.body for release in releases],
    }
