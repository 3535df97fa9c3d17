"""A rehearsal file as the engine gets it."""

from matching_engine.commands import Accept, Bid, Cancel, EntryStatus, Match, Opening, Resume, Seal, Suspend
from matching_engine.terms import MINUTE, DutchClock, Extension, Holder, Mechanism, Rung
from web.rehearsal.script import Script, read_script

FULL = """\
lot:
  id: L1
  mechanism: english
  direction: buy
  opening_price: "1600000.00"
  reserve_price: "1500000.00"
  increment: [{from: "0.00", step: "1000.00"}, {from: "100000.00", step: "5000.00"}]
  increment_rule: multiple
  opens_at: 1970-01-01T08:00:00+08:00
  free_until: 1970-01-01T08:00:01+08:00
  closes_at: 1970-01-01T08:00:02+08:00
  extension: {trigger: 5m, length: 4m, base: close, max_count: 0, max_total: 9m}
  min_bidders: 2
  quantity: 3
  pricing: pay_as_bid
  dutch: {step: "1.00", every: 5m, floor: "2.00"}
  weights: {price: 60, maturity: 25.50, landing: "15"}
  priority: [{bidder: B3, rank: 1, exercise: live}]
  priority_window: 10m
bidders: [B1, B2]
entries: {B2: deposit_unpaid}
steps: []
"""


def script(steps: str, mechanism: str = "english") -> Script:
    """A file with these steps."""
    text = FULL.replace("direction: buy", "direction: sell").replace(
        "mechanism: english", f"mechanism: {mechanism}"
    )
    return read_script(text.replace("steps: []", f"steps: [{steps}]").encode())


def test_every_key_of_the_lot_arrives() -> None:
    """In fen and microseconds, decimals as texts."""
    terms = read_script(FULL.encode()).terms
    assert (terms.mechanism, terms.direction) == (Mechanism.ENGLISH, "buy")
    assert (terms.opening_price_fen, terms.reserve_price_fen) == (160_000_000, 150_000_000)
    assert terms.ladder == (Rung(0, 100_000), Rung(10_000_000, 500_000))
    assert (terms.opens_at, terms.free_until, terms.closes_at) == (0, 1_000_000, 2_000_000)
    assert terms.extension == Extension(5 * MINUTE, 4 * MINUTE, "close", 0, 9 * MINUTE)
    assert (terms.min_bidders, terms.quantity, terms.pricing) == (2, 3, "pay_as_bid")
    assert terms.increment_rule == "multiple"
    assert terms.dutch == DutchClock(100, 5 * MINUTE, 200)
    assert terms.weights == {"price": "60", "maturity": "25.50", "landing": "15"}
    assert (terms.priority, terms.priority_window) == ((Holder("B3", 1, "live"),), 10 * MINUTE)


def test_entries_are_admitted_unless_said_otherwise() -> None:
    """In the order of the file."""
    entries = read_script(FULL.encode()).entries
    assert list(entries.items()) == [("B1", EntryStatus.ADMITTED), ("B2", EntryStatus.DEPOSIT_UNPAID)]


def test_every_step_becomes_a_command() -> None:
    """Bidders' and operators'; a maximum equal to its bid is none."""
    at = "at: 1970-01-01T00:00:00Z"
    given = script(
        f'{{{at}, bidder: B1, bid: "1.00"}}, {{{at}, bidder: B1, bid: "1.00", max: "2.00"}}, '
        f'{{{at}, bidder: B1, bid: "1.00", max: "1.00"}}, {{{at}, bidder: B1, match: true}}, '
        f"{{{at}, bidder: B1, accept: true}}, {{{at}, operator: suspend, reason: why}}, "
        f"{{{at}, operator: resume}}, {{{at}, operator: cancel}}"
    )
    assert [step.command for step in given.steps] == [
        Bid("L1", "B1", 100),
        Bid("L1", "B1", 100, 200),
        Bid("L1", "B1", 100),
        Match("L1", "B1"),
        Accept("L1", "B1"),
        Suspend("L1", "why"),
        Resume("L1"),
        Cancel("L1", ""),
    ]


def test_a_sealed_amount_stays_out_of_the_command() -> None:
    """The engine gets a commitment; what the envelope holds lies beside it."""
    seal = '{at: 1970-01-01T00:00:00Z, bidder: B1, seal: "1.00", scores: {maturity: 80.50}}'
    (step,) = script(seal, "weighted").steps
    assert isinstance(step.command, Seal)
    assert "100" not in step.command.envelope
    assert step.opening == Opening("B1", 100, {"maturity": "80.50"})
    (other,) = script(seal.replace("1.00", "2.00"), "weighted").steps
    assert isinstance(other.command, Seal)
    assert other.command.commitment != step.command.commitment


def test_a_challenge_buys_unless_it_says_so() -> None:
    """Its direction has another default."""
    text = FULL.replace("  direction: buy\n", "")
    assert read_script(text.replace("english", "challenge").encode()).terms.direction == "buy"
    assert read_script(text.encode()).terms.direction == "sell"
