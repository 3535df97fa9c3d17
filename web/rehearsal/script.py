"""A rehearsal file: one lot, its bidders, and what each of them and the operator does when.

Read strictly: unknown and double keys, unquoted amounts, instants without an offset and steps out of order
are errors that name their place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from matching_engine import canonical
from matching_engine.checks import check_terms
from matching_engine.commands import (
    Accept,
    Bid,
    Cancel,
    EntryStatus,
    LotCommand,
    Match,
    Opening,
    Resume,
    Seal,
    Suspend,
)
from matching_engine.errors import Malformed
from matching_engine.mechanisms.weighted import PRICE, decimal
from matching_engine.terms import DutchClock, Extension, Holder, Mechanism, Rung, Terms
from settlement.strict_yaml import read_yaml
from web.rehearsal.fields import REASON_MAX, Fields, as_text

LIMIT_BYTES = 64 << 20
"""A replayed dispute may have hundreds of thousands of steps."""

_LOT = (
    "id",
    "mechanism",
    "direction",
    "opening_price",
    "reserve_price",
    "increment",
    "increment_rule",
    "opens_at",
    "free_until",
    "closes_at",
    "extension",
    "min_bidders",
    "quantity",
    "pricing",
    "dutch",
    "weights",
    "priority",
    "priority_window",
)
_ACTIONS = ("bid", "match", "seal", "accept")
_BY_BIDDER = ("at", "bidder", *_ACTIONS, "max", "scores")
_BY_OPERATOR = ("at", "operator", "reason")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the script; `opening` is what a sealed envelope holds, for the key holder only."""

    at: int
    command: LotCommand
    opening: Opening | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A rehearsal file, read."""

    lot: str
    terms: Terms
    entries: dict[str, EntryStatus]
    steps: tuple[Step, ...]


def read_script(data: bytes) -> Script:
    """The script in a file's bytes; Malformed names the first thing wrong with it."""
    file = Fields(read_yaml(data, LIMIT_BYTES), "", ("lot", "bidders", "entries", "steps"))
    lot = file.inner("lot", _LOT)
    id_, terms = lot.text("id"), _terms(lot)
    return Script(id_, terms, _entries(file), _steps(file, _Steps(id_, terms)))


# The lot


def _terms(lot: Fields) -> Terms:
    mechanism = Mechanism(lot.choice("mechanism", tuple(Mechanism)))
    side = "buy" if mechanism is Mechanism.CHALLENGE else "sell"
    terms = Terms(
        mechanism=mechanism,
        opening_price_fen=lot.yuan("opening_price"),
        opens_at=lot.instant("opens_at"),
        closes_at=lot.instant("closes_at") if lot.has("closes_at") else None,
        direction=cast(Any, lot.choice("direction", ("sell", "buy"), side)),
        reserve_price_fen=lot.yuan("reserve_price") if lot.has("reserve_price") else None,
        ladder=_ladder(lot) if lot.has("increment") else (),
        increment_rule=cast(Any, lot.choice("increment_rule", ("at_least", "multiple"), "at_least")),
        free_until=lot.instant("free_until") if lot.has("free_until") else None,
        extension=_extension(lot) if lot.has("extension") else None,
        min_bidders=lot.whole("min_bidders", 1),
        quantity=lot.whole("quantity", 1),
        pricing=cast(Any, lot.choice("pricing", ("uniform", "pay_as_bid"), "uniform")),
        dutch=_dutch(lot) if lot.has("dutch") else None,
        weights=_weights(lot) if lot.has("weights") else None,
        priority=_priority(lot) if lot.has("priority") else (),
        priority_window=lot.duration("priority_window") if lot.has("priority_window") else None,
    )
    _check(lot, terms)
    return terms


def _ladder(lot: Fields) -> tuple[Rung, ...]:
    """One step for the whole lot, or a list of rungs."""
    if not isinstance(lot.raw["increment"], list):
        return (Rung(0, lot.yuan("increment")),)
    rungs = [
        Fields(rung, f"{lot.at('increment')}[{n}]", ("from", "step"))
        for n, rung in enumerate(lot.items("increment"))
    ]
    return tuple(Rung(rung.yuan("from"), rung.yuan("step")) for rung in rungs)


def _extension(lot: Fields) -> Extension:
    given = lot.inner("extension", ("trigger", "length", "base", "max_count", "max_total"))
    count = given.raw.get("max_count")
    if count is not None and (type(count) is not int or count < 0):
        given.wrong("max_count", "a whole number, zero or more")
    return Extension(
        trigger=given.duration("trigger"),
        length=given.duration("length"),
        base=cast(Any, given.choice("base", ("bid", "close"), "bid")),
        max_count=count,
        max_total=given.duration("max_total") if given.has("max_total") else None,
    )


def _dutch(lot: Fields) -> DutchClock:
    given = lot.inner("dutch", ("step", "every", "floor"))
    return DutchClock(given.yuan("step"), given.duration("every"), given.yuan("floor"))


def _weights(lot: Fields) -> dict[str, str]:
    given = lot.inner("weights", None)
    return {name: given.number(name) for name in given.raw}


def _priority(lot: Fields) -> tuple[Holder, ...]:
    holders = [
        Fields(holder, f"{lot.at('priority')}[{n}]", ("bidder", "rank", "exercise"))
        for n, holder in enumerate(lot.items("priority"))
    ]
    return tuple(
        Holder(h.text("bidder"), h.whole("rank"), cast(Any, h.choice("exercise", ("live", "after"))))
        for h in holders
    )


def _check(lot: Fields, terms: Terms) -> None:
    """The engine's own check, told in the words of the file."""
    try:
        check_terms(terms)
    except Malformed as wrong:
        key = wrong.field.replace("_fen", "").replace("ladder", "increment")
        if key.startswith("increment") and not isinstance(lot.raw.get("increment"), list):
            key = "increment"
        raise Malformed(lot.at(key), _value_at(lot.raw, key), wrong.expected) from wrong


def _value_at(raw: object, path: str) -> object:
    """What stands at a path like priority[0].rank; None where nothing does."""
    for key in path.replace("]", "").replace("[", ".").split("."):
        if isinstance(raw, Mapping):
            raw = raw.get(key)
        elif isinstance(raw, list) and key.isdigit() and int(key) < len(raw):
            raw = raw[int(key)]
        else:
            return None
    return raw


# The bidders


def _entries(file: Fields) -> dict[str, EntryStatus]:
    """Every bidder is admitted unless `entries` says otherwise."""
    entries: dict[str, EntryStatus] = {}
    for n, raw in enumerate(file.items("bidders")):
        code = as_text(raw, f"bidders[{n}]")
        if code in entries:
            raise Malformed(f"bidders[{n}]", code, "each bidder once")
        entries[code] = EntryStatus.ADMITTED
    if file.has("entries"):
        given = file.inner("entries", tuple(entries))
        for code in given.raw:
            entries[code] = EntryStatus(given.choice(code, tuple(EntryStatus)))
    return entries


# The steps


@dataclass(frozen=True, slots=True)
class _Steps:
    """What the steps of one lot need to know of it."""

    lot: str
    terms: Terms

    def read(self, step: Fields) -> Step:
        at = step.instant("at")
        if step.has("operator"):
            return Step(at, self._by_operator(step))
        return self._by_bidder(step, at)

    def _by_operator(self, step: Fields) -> LotCommand:
        what = step.choice("operator", ("suspend", "resume", "cancel"))
        reason = step.text("reason", REASON_MAX) if step.has("reason") else ""
        if what == "resume":
            return Resume(self.lot)
        return Suspend(self.lot, reason) if what == "suspend" else Cancel(self.lot, reason)

    def _by_bidder(self, step: Fields, at: int) -> Step:
        bidder = step.text("bidder")
        actions = [name for name in _ACTIONS if step.has(name)]
        if len(actions) != 1:
            raise Malformed(
                step.path, ", ".join(actions) or "none of them", f"exactly one of {', '.join(_ACTIONS)}"
            )
        action = actions[0]
        for key, of in (("max", "bid"), ("scores", "seal")):
            if step.has(key) and action != of:
                step.wrong(key, f"no {key} without {of}")
        if action == "bid":
            return Step(at, self._bid(step, bidder))
        if action == "seal":
            return self._seal(step, bidder, at)
        if step.raw[action] is not True:
            step.wrong(action, "true")
        return Step(at, Match(self.lot, bidder) if action == "match" else Accept(self.lot, bidder))

    def _bid(self, step: Fields, bidder: str) -> Bid:
        """A maximum that is the bid itself says nothing."""
        amount = step.yuan("bid")
        maximum = step.yuan("max") if step.has("max") else amount
        if (maximum < amount) if self.terms.direction == "sell" else (maximum > amount):
            step.wrong("max", f"a maximum not worse than the bid {step.raw['bid']}")
        return Bid(self.lot, bidder, amount, None if maximum == amount else maximum)

    def _seal(self, step: Fields, bidder: str, at: int) -> Step:
        opening = Opening(bidder, step.yuan("seal"), self._scores(step) if step.has("scores") else None)
        if self.terms.weights and self._scored() and opening.amount_fen == 0:
            step.wrong("seal", "an amount above 0.00, as it is weighted")
        commitment = canonical.digest(canonical.encode(opening)).hex()
        return Step(at, Seal(self.lot, bidder, "", commitment), opening)

    def _scored(self) -> bool:
        return self.terms.mechanism in (Mechanism.WEIGHTED, Mechanism.CHALLENGE)

    def _scores(self, step: Fields) -> dict[str, str]:
        """Scores of the attributes that have a weight, from 0 to 100."""
        weights = self.terms.weights if self._scored() else None
        known = None if weights is None else tuple(name for name in weights if name != PRICE)
        given = step.inner("scores", known)
        scores = {name: given.number(name) for name in given.raw if given.has(name)}
        for name, text in scores.items():
            score = decimal(text)
            if score is None or score > 100:
                given.wrong(name, "a score from 0 to 100")
        return scores


def _steps(file: Fields, steps: _Steps) -> tuple[Step, ...]:
    read: list[Step] = []
    for n, raw in enumerate(file.items("steps")):
        by_operator = isinstance(raw, Mapping) and raw.get("operator") is not None
        fields = Fields(raw, f"steps[{n}]", _BY_OPERATOR if by_operator else _BY_BIDDER)
        step = steps.read(fields)
        if read and step.at < read[-1].at:
            fields.wrong("at", "an instant not before that of the step above")
        read.append(step)
    return tuple(read)
