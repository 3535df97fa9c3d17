"""The form of a session: which fields each mechanism has, and the plan that they make; every fault stands by its field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from exchange.market.codes import bidder_code
from exchange.market.commands import LotPlan, Reserved, RuleSet, ScheduleSession
from exchange.market.listing_state import Listing
from exchange.market.seal_messages import CustodyKind
from exchange.market.state import Market
from matching_engine.money import parse_yuan
from matching_engine.terms import (
    DAY,
    MINUTE,
    DutchClock,
    Extension,
    Holder,
    Mechanism,
    Rung,
    Terms,
)
from web.api_sittings import instant
from web.parse import BadInput, yuan

M = Mechanism
LOTS_MAX = 12
HOLDERS_MAX = 8
_FIRST = ("opening", "deposit", "opens")
_STEPS = ("steps", "increment_rule", "free_until", "trigger", "length", "base", "extensions")
FIELDS: dict[Mechanism, tuple[str, ...]] = {
    M.ENGLISH: (*_FIRST, "closes", "direction", "reserve", *_STEPS, "min_bidders"),
    M.LISTED: (*_FIRST, "closes", "reserve", *_STEPS, "min_bidders"),
    M.DUTCH: (*_FIRST, "clock_step", "clock_every", "floor"),
    M.SEALED_FIRST_PRICE: (*_FIRST, "closes", "direction", "reserve", "min_bidders"),
    M.SEALED_SECOND_PRICE: (*_FIRST, "closes", "direction", "reserve", "min_bidders"),
    M.WEIGHTED: (*_FIRST, "closes", "direction", "reserve", "weights", "min_bidders"),
    M.MULTI_AWARD: (*_FIRST, "closes", "direction", "reserve", "quantity", "pricing", "min_bidders"),
    M.OPEN_LICENCE: (*_FIRST, "closes"),
    M.CHALLENGE: (*_FIRST, "closes", "reserve", "quantity", "weights", "min_bidders"),
}
"""Mechanism → its fields, in the order of the form."""
CHOICES = {
    "direction": ("sell", "buy"),
    "increment_rule": ("at_least", "multiple"),
    "base": ("bid", "close"),
    "pricing": ("uniform", "pay_as_bid"),
}
CUSTODIES: tuple[CustodyKind, ...] = ("two_officials", "house")
OPTIONAL = ("reserve", "free_until", "extensions", "trigger", "length")
INSTANTS = ("opens", "closes", "free_until")
DEFAULTS = {"trigger": "5", "length": "5", "min_bidders": "1", "quantity": "1", "clock_every": "5"}
T = TypeVar("T")


@dataclass(slots=True)
class Reader:
    """Reads fields and notes what is wrong with each, so that all of it can be said at once."""

    form: Mapping[str, str]
    wrong: dict[str, BadInput] = field(default_factory=dict)

    def said(self, name: str) -> str:
        """As it was typed."""
        return self.form.get(name, "").strip()

    def read(self, name: str, how: Callable[[str, str], T], other: T) -> T:
        """What a field says, or `other` once its fault is noted."""
        try:
            return how(self.said(name), name)
        except BadInput as bad:
            self.wrong[name] = BadInput(bad.code, name, bad.got, bad.expected)
            return other

    def maybe(self, name: str, how: Callable[[str, str], T]) -> T | None:
        """The same for a field that may be empty."""
        return self.read(name, how, None) if self.said(name) else None

    def count(self, name: str, most: int, least: int = 0) -> int:
        """A whole number."""

        def how(text: str, field_: str) -> int:
            known = text.isascii() and text.isdecimal() and len(text) < 7
            if not known or not least <= int(text) <= most:
                raise BadInput("BAD_VALUE", field_, text, f"{least}–{most}")
            return int(text)

        return self.read(name, how, least)


def chosen(form: Mapping[str, str]) -> list[tuple[str, Mechanism]]:
    """The listings of a session, each with its mechanism: fields `lot-<listing>`."""
    found = []
    for name, value in form.items():
        if name.startswith("lot-") and value in list(Mechanism):
            found.append((name.removeprefix("lot-"), Mechanism(value)))
    return found[:LOTS_MAX]


def session_of(
    market: Market, form: Mapping[str, str], seed: str, demo: bool
) -> tuple[ScheduleSession, dict[str, BadInput]]:
    """The command that the form makes, and what is wrong with its fields; with faults the command means nothing."""
    reader = Reader(form)
    if not reader.said("title"):
        reader.wrong["title"] = BadInput("MISSING_FIELD", "title", "", "")
    rehearsal = reader.said("rehearsal") == "yes"
    if rehearsal and not demo:
        reader.wrong["rehearsal"] = BadInput("REHEARSAL_ONLY", "rehearsal", "yes", "")
    rule_set: RuleSet = "AUCTION_LAW" if reader.said("rule_set") == "AUCTION_LAW" else "LISTED_BIDDING"
    plans = tuple(
        _plan(reader, market.listings.get(listing), listing, mechanism, f"L-{seed}-{n}", n)
        for n, (listing, mechanism) in enumerate(chosen(form), 1)
    )
    cutoff = reader.count("cutoff", 60) if reader.said("cutoff") else None
    days = reader.count("payment_days", 3650)
    title = reader.said("title")[:200]
    made = ScheduleSession(
        f"S-{seed}", title, rule_set, plans, DAY, days, cutoff, rehearsal, sealed_custody=_custody(reader)
    )
    return made, reader.wrong


def _custody(reader: Reader) -> CustodyKind | None:
    """Who keeps sealed bids closed; None where nothing was chosen: two officials, or the house in a rehearsal."""
    for kind in CUSTODIES:
        if reader.said("custody") == kind:
            return kind
    return None


def _plan(
    reader: Reader, listing: Listing | None, id_: str, mechanism: Mechanism, lot: str, n: int
) -> LotPlan:
    holders, reserved = _holders(reader, lot, n)
    terms = _terms(reader, mechanism, n, holders)
    return LotPlan(lot, id_, terms, reader.read(f"deposit-{n}", yuan, 0), reserved)


def _terms(reader: Reader, mechanism: Mechanism, n: int, holders: tuple[Holder, ...]) -> Terms:
    has = FIELDS[mechanism]

    def name(field_: str) -> str:
        return f"{field_}-{n}"

    opens_at = reader.read(name("opens"), local, 0)
    window = reader.count(name("window"), 60 * 24 * 30) if reader.said(name("window")) else None
    return Terms(
        mechanism=mechanism,
        opening_price_fen=reader.read(name("opening"), yuan, 0),
        opens_at=opens_at,
        closes_at=reader.read(name("closes"), local, opens_at + 1) if "closes" in has else None,
        direction=_direction(reader, mechanism, name("direction")),
        reserve_price_fen=reader.maybe(name("reserve"), yuan) if "reserve" in has else None,
        ladder=reader.read(name("steps"), ladder, (Rung(0, 1),)) if "steps" in has else (),
        increment_rule="multiple" if reader.said(name("increment_rule")) == "multiple" else "at_least",
        free_until=reader.maybe(name("free_until"), local) if "free_until" in has else None,
        extension=_extension(reader, n) if "trigger" in has else None,
        min_bidders=reader.count(name("min_bidders"), 1000, 1) if "min_bidders" in has else 1,
        quantity=reader.count(name("quantity"), 10_000, 1) if "quantity" in has else 1,
        pricing="pay_as_bid" if reader.said(name("pricing")) == "pay_as_bid" else "uniform",
        dutch=_clock(reader, n) if mechanism is M.DUTCH else None,
        weights=_weights(reader, mechanism, name("weights")) if "weights" in has else None,
        priority=holders,
        priority_window=window * MINUTE if window is not None else None,
    )


def _direction(reader: Reader, mechanism: Mechanism, name: str) -> Literal["sell", "buy"]:
    bought = "direction" in FIELDS[mechanism] and reader.said(name) == "buy"
    return "buy" if bought or mechanism is M.CHALLENGE else "sell"


def local(text: str, name: str) -> int:
    """The instant of a `datetime-local` field, in Beijing's time."""
    return instant(f"{text}:00+08:00" if len(text) == 16 else f"{text}+08:00", name)


def ladder(text: str, name: str) -> tuple[Rung, ...]:
    """The increments: one amount, or a line for each rung, "from: step", the first from 0."""
    lines = [line.strip() for line in text.replace("：", ":").splitlines() if line.strip()]
    if len(lines) == 1 and ":" not in lines[0]:
        return (Rung(0, yuan(lines[0], name)),)
    rungs = []
    for line in lines:
        first, mark, step = line.partition(":")
        first_fen = 0 if first.strip() in ("0", "0.00") else yuan(first.strip(), name) if mark else -1
        if first_fen < 0:
            raise BadInput("BAD_VALUE", name, line, "0: 80000")
        rungs.append(Rung(first_fen, yuan(step.strip(), name)))
    if not rungs:
        raise BadInput("BAD_AMOUNT", name, text, "80000")
    return tuple(rungs)


def _extension(reader: Reader, n: int) -> Extension | None:
    if not reader.said(f"trigger-{n}") or not reader.said(f"length-{n}"):
        return None
    trigger, length = reader.count(f"trigger-{n}", 600), reader.count(f"length-{n}", 600)
    most = reader.count(f"extensions-{n}", 1000, 1) if reader.said(f"extensions-{n}") else None
    if not trigger or not length:
        return None
    base: Literal["bid", "close"] = "close" if reader.said(f"base-{n}") == "close" else "bid"
    return Extension(trigger * MINUTE, length * MINUTE, base, most)


def _clock(reader: Reader, n: int) -> DutchClock:
    every = reader.count(f"clock_every-{n}", 60 * 24 * 30, 1)
    step, floor = reader.read(f"clock_step-{n}", yuan, 1), reader.read(f"floor-{n}", yuan, 0)
    return DutchClock(step, every * MINUTE, floor)


def _weights(reader: Reader, mechanism: Mechanism, name: str) -> dict[str, str] | None:
    """ "price 60" a line each; nothing at all for a challenge that the price alone decides."""
    found: dict[str, str] = {}
    for line in reader.said(name).replace(",", "\n").replace("，", "\n").splitlines():
        words = line.replace("=", " ").replace("：", " ").replace(":", " ").split()
        if not words:
            continue
        if len(words) != 2 or words[0] in found:
            reader.wrong[name] = BadInput("BAD_VALUE", name, line, "price 60")
            return None
        found[words[0]] = words[1]
    return found or None


def _holders(reader: Reader, lot: str, n: int) -> tuple[tuple[Holder, ...], tuple[Reserved, ...]]:
    """Holders of rights of first refusal, each with a rank and a code kept for it."""
    codes: dict[str, str] = {}
    holders = []
    for place in range(HOLDERS_MAX):
        party = reader.said(f"holder-{n}-{place}")
        if not party or party in codes:
            continue
        codes[party] = bidder_code(lot, f"{reader.said('command')}\n{party}", tuple(codes.values()))
        rank = reader.count(f"rank-{n}-{place}", 100, 1)
        exercise: Literal["live", "after"] = (
            "after" if reader.said(f"exercise-{n}-{place}") == "after" else "live"
        )
        holders.append(Holder(codes[party], rank, exercise))
    return tuple(holders), tuple(Reserved(lot, party, code) for party, code in codes.items())


def amount(fen: int) -> str:
    """Fen as a field of the form has them; read back by `parse_yuan`."""
    text = f"{fen // 100}.{fen % 100:02d}"
    assert parse_yuan(text) == fen
    return text
