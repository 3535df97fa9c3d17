"""What a lot's page says about its rules and its achievement, line by line."""

from collections.abc import Iterator

from exchange.registers.achievements import Achievement
from matching_engine.lot import Lot
from matching_engine.terms import Extension, Mechanism
from web.i18n import Speech, later

Line = tuple[str, str]


def rules(s: Speech, lot: Lot, deposit_fen: int) -> list[Line]:
    """The published rules of a lot, without its reserve."""
    return [*_price(s, lot), *_clock(s, lot), *_people(s, lot, deposit_fen)]


def _price(s: Speech, lot: Lot) -> Iterator[Line]:
    terms = lot.terms
    yield s.text("How the price forms"), s.code("mechanism_rule", terms.mechanism)
    name = later("Ceiling") if terms.direction == "buy" else later("Opening price")
    yield s.text(name), s.money(terms.opening_price_fen)
    if terms.ladder and terms.mechanism in (Mechanism.ENGLISH, Mechanism.LISTED):
        yield s.text("Increment"), _ladder(s, lot)
    if terms.dutch:
        step = s.text(
            "%(step)s less every %(every)s, not under %(floor)s",
            step=s.money(terms.dutch.step_fen),
            every=s.length(terms.dutch.every),
            floor=s.money(terms.dutch.floor_fen),
        )
        yield s.text("Price clock"), step
    if terms.mechanism is Mechanism.MULTI_AWARD:
        yield s.text("Licences"), f"{s.number(terms.quantity)} · {s.code('pricing', terms.pricing)}"
    if terms.weights:
        weights = " · ".join(f"{s.code('weight', name)} {weight}" for name, weight in terms.weights.items())
        yield s.text("Weights"), weights


def _ladder(s: Speech, lot: Lot) -> str:
    rungs = lot.terms.ladder
    if len(rungs) == 1:
        steps = s.money(rungs[0].step_fen)
    else:
        steps = "; ".join(
            s.text("from %(from)s: %(step)s", **{"from": s.money(r.from_fen), "step": s.money(r.step_fen)})
            for r in rungs
        )
    return f"{steps} · {s.code('increment_rule', lot.terms.increment_rule)}"


def _clock(s: Speech, lot: Lot) -> Iterator[Line]:
    yield s.text("Opens"), s.time(lot.opens_at)
    if lot.closes_at is not None:
        yield s.text("Closes"), s.time(lot.closes_at)
    if lot.terms.free_until is not None:
        yield s.text("Free bidding until"), s.time(lot.free_until)
    if lot.terms.extension:
        yield s.text("Extension"), _extension(s, lot.terms.extension)


def _extension(s: Speech, rule: Extension) -> str:
    base = later("after that bid") if rule.base == "bid" else later("after the close as it stood")
    text = s.text(
        "A bid in the last %(trigger)s moves the close to %(length)s %(base)s.",
        trigger=s.length(rule.trigger),
        length=s.length(rule.length),
        base=s.text(base),
    )
    if rule.max_count is not None:
        text += " " + s.text("At most %(n)s times.", n=s.number(rule.max_count))
    if rule.max_total is not None:
        text += " " + s.text("Together at most %(length)s.", length=s.length(rule.max_total))
    return text


def _people(s: Speech, lot: Lot, deposit_fen: int) -> Iterator[Line]:
    terms = lot.terms
    yield s.text("Deposit"), s.money(deposit_fen)
    if terms.min_bidders > 1:
        yield s.text("Least number of bidders"), s.number(terms.min_bidders)
    if terms.priority:
        holders = ", ".join(
            f"{one.bidder} ({s.text('rank %(n)s', n=one.rank)}, {s.code('exercise', one.exercise)})"
            for one in terms.priority
        )
        yield s.text("Rights of first refusal"), holders
        if terms.priority_window is not None:
            yield s.text("Window after the hammer"), s.length(terms.priority_window)


def achievement_facts(s: Speech, achievement: Achievement | None) -> list[Line]:
    """What the register adds to a listing; what nobody stated is marked as inferred."""
    if achievement is None or not achievement.public:
        return []
    facts = [
        (later("Holder"), "holder_name", achievement.holder_name),
        (
            later("Technology readiness"),
            "trl",
            f"TRL {achievement.trl}" if achievement.trl is not None else "",
        ),
        (later("Patent class (IPC)"), "ipc", achievement.ipc),
        (later("Published"), "published_on", achievement.published_on),
        (later("Source"), "source_url", achievement.source_url or achievement.source_note),
        (later("Price note"), "price_note", achievement.price_note),
    ]
    mark = s.text("inferred for the demo")
    return [
        (s.text(name), f"{value} ({mark})" if field in achievement.inferred else value)
        for name, field, value in facts
        if value
    ]
