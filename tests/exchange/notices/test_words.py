"""Words: every notice has its sentence in both languages, of one kind that people can choose."""

import re

import pytest

from exchange.notices.table import TABLE
from exchange.notices.told import Kind, kind_of
from exchange.notices.trade_table import TRADES
from exchange.notices.words import KINDS, WORDS, say

ROWS = [(event, row) for table in (TABLE, TRADES) for event, rows in table.items() for row in rows]
PLACE = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize(
    ("event", "row"), ROWS, ids=lambda one: getattr(one, "word", getattr(one, "__name__", ""))
)
def test_every_row_can_be_said(event: type, row: object) -> None:
    """The facts of a row are fields of its event, and fill every place of its sentences."""
    word, facts = row.word, set(row.facts)  # type: ignore[attr-defined]
    assert facts <= set(event.__struct_fields__)  # type: ignore[attr-defined]
    more = {"price_fen", "awards"} if word == "result.sold" else set()
    for sentence in WORDS[word]:
        assert set(PLACE.findall(sentence)) <= facts | more | {"title"}


@pytest.mark.parametrize("word", WORDS)
def test_both_languages_say_the_same_facts(word: str) -> None:
    """A fact that one language names the other may leave out, but never one that is not there; the kind exists."""
    chinese, english = WORDS[word]
    assert set(PLACE.findall(chinese)) == set(PLACE.findall(english))
    assert Kind(kind_of(word)) in KINDS


def test_money_and_instants_are_written_as_everywhere() -> None:
    """Fen as yuan, µs as Beijing time, what an old notice lacks as a dash."""
    said = say("outbid.lost", {"title": "甲", "amount_fen": 165_000_000}, "en")
    assert said == "You were outbid on “甲”, which stands at ¥1,650,000.00."
    assert "2026-" in say("opening.soon", {"title": "甲", "opens_at": 1_772_413_200_000_000}, "zh")
    assert "—" in say("opening.soon", {"title": "甲"}, "zh")
    outage = {"title": "甲", "closes_at": 1_772_413_200_000_000, "reason": "platform_outage"}
    assert say("opening.postponed", outage, "zh").endswith("：平台故障")
    assert say("unknown.word", {}, "zh") == "unknown.word"
