"""Hints: what is seen, what is not, and the rows that show it."""

import pytest

from exchange.monitoring.hints import Hint, LotFacts, Row, Step, Ties, hints_of_lot, hints_of_market

APART = Ties(lambda one, other: one == other)
PARTIES = {"A1": "jia", "B2": "yi", "C3": "bing"}


def lot(*steps: Step, id_: str = "L1", **more: object) -> LotFacts:
    """A lot with these bids."""
    codes = tuple(dict.fromkeys(step.bidder for step in steps))
    facts = {"seller": "university", "parties": PARTIES, "bidders": codes, "last_seq": 9, **more}
    return LotFacts(id_, steps=steps, **facts)  # type: ignore[arg-type]


def turns(count: int, *codes: str, least: bool = True, extended: bool = False) -> list[Step]:
    """Bids in turns, on rows from 1."""
    return [Step(n + 1, codes[n % len(codes)], least, extended) for n in range(count)]


def kinds(found: list[Hint]) -> list[tuple[str, str]]:
    """Kind and strength of each."""
    return [(one.kind, one.strength) for one in found]


def test_who_extends_again_and_again_without_winning() -> None:
    """Three of the last six by the least raise are a weak hint with exactly their rows; the winner gives none."""
    steps = turns(6, "A1", "B2", extended=True)
    own = [one for one in hints_of_lot(lot(*steps, winners=("B2",)), APART) if one.kind == "extensions"]
    assert kinds(own) == [("extensions", "weak")]
    assert (own[0].codes, own[0].parties, own[0].count, own[0].of) == (("A1",), ("jia",), 3, 6)
    assert own[0].rows == (Row("lot/L1", 1), Row("lot/L1", 3), Row("lot/L1", 5))
    bold = turns(6, "A1", "B2", least=False, extended=True)
    assert hints_of_lot(lot(*bold), APART) == []


@pytest.mark.parametrize(("count", "strong"), [(8, "weak"), (12, "medium"), (20, "strong")])
def test_two_who_raise_in_turns_by_the_least(count: int, strong: str) -> None:
    """The longer the run, the stronger; a third bidder or a bold raise breaks it."""
    assert kinds(hints_of_lot(lot(*turns(count, "A1", "B2")), APART)) == [("alternating", strong)]
    assert hints_of_lot(lot(*turns(7, "A1", "B2")), APART) == []
    assert hints_of_lot(lot(*turns(count, "A1", "B2", "C3")), APART) == []
    broken = [*turns(7, "A1", "B2"), Step(8, "B2", False, False), *turns(7, "A1", "B2")]
    assert hints_of_lot(lot(*broken), APART) == []


def test_bidders_who_belong_together() -> None:
    """Each link is a hint of its own; it is weaker while only one of the two has bid."""
    one = frozenset({"x"})
    ties = Ties(lambda a, b: {a, b} == {"jia", "yi"}, {"jia": one, "yi": one}, {"yi": one, "bing": one}, {})
    found = hints_of_lot(lot(*turns(2, "A1", "B2")), ties)
    assert kinds(found) == [("related", "strong"), ("same_broker", "medium"), ("same_payer", "weak")]
    shared = Ties(APART.related, networks={"jia": one, "yi": one})
    assert kinds(hints_of_lot(lot(*turns(2, "A1", "B2")), shared)) == [("same_network", "medium")]


def sold(number: int, **more: object) -> LotFacts:
    """A lot that A1 won before B2."""
    facts = {"winners": ("A1",), "runner_up": "B2", "ended": True, **more}
    return lot(*turns(2, "B2", "A1"), id_=f"L{number}", **facts)


def test_who_always_loses_to_the_same() -> None:
    """Three times beaten by one, never a winner: a hint whose rows are the hammers. One win, and there is none."""
    found = hints_of_market([sold(1), sold(2), sold(3)])
    assert kinds(found) == [("always_beaten", "weak")]
    assert found[0].parties == ("yi", "jia")
    assert found[0].rows == tuple(Row(f"lot/L{n}", 9) for n in (1, 2, 3))
    won = sold(4, winners=("B2",), runner_up="A1")
    assert hints_of_market([sold(1), sold(2), sold(3), won]) == []


def test_one_seller_whose_lots_have_one_bidder() -> None:
    """The same buyer alone, lot after lot; lots that are open count for nothing."""
    alone = [lot(*turns(1, "A1"), id_=f"L{n}", winners=("A1",), ended=True) for n in range(4)]
    found = hints_of_market([*alone, sold(9)])
    assert kinds(found) == [("one_bidder", "medium")]
    assert (found[0].parties, found[0].count, found[0].of) == (("university", "jia"), 4, 5)
    assert hints_of_market([lot(*turns(1, "A1"), id_=f"L{n}") for n in range(4)]) == []
