"""The register of daily recommendations."""

from datetime import date, timedelta

import msgspec

from exchange.matchmaking.score import Match
from exchange.registers import Organisation, Registers
from exchange.registers.recommendations import KEPT_DAYS, Feedback, Listed, Run, Verdict
from tests.exchange.matchmaking.made import NEEDS, market
from tests.exchange.registers.conftest import AT

DAY = date(2026, 3, 2)


def match() -> Match:
    """A real one, with its explanation."""
    return market().for_need(NEEDS[0])[0]


def run(day: date) -> Run:
    """What a day's row says."""
    return Run(day, "1", "2026-11-22", 2, 4, 1, "0" * 64, AT)


async def test_a_day_reads_back_whole(registers: Registers) -> None:
    """Lists with their explanations, for the subject and for its owner."""
    kept = [Listed("need", "d1", 1, "O1", match()), Listed("supply", "a1", 1, "O2", match())]
    assert await registers.recommendations.latest() is None
    await registers.recommendations.keep(run(DAY), kept)
    assert await registers.recommendations.latest() == await registers.recommendations.run_of(DAY) == run(DAY)
    assert await registers.recommendations.of(DAY, "need", "d1") == kept[:1]
    assert await registers.recommendations.for_owner(DAY, "O2") == kept[1:]
    assert await registers.recommendations.of(DAY, "supply", "d1") == []


async def test_what_was_cut_short_is_replaced_and_old_lists_go(registers: Registers) -> None:
    """An attempt without its day's row leaves nothing behind; after a month only the digest stays."""
    book = registers.recommendations
    await book.keep(run(DAY), [Listed("need", "d1", 1, None, match())])
    later = DAY + timedelta(days=KEPT_DAYS + 1)
    await book.keep(run(later), [Listed("need", "d1", rank, None, match()) for rank in range(1, 1003)])
    assert await book.of(DAY, "need", "d1") == []
    assert await book.run_of(DAY) == run(DAY)
    assert len(await book.of(later, "need", "d1")) == 1002


async def test_the_last_word_counts_and_all_are_kept(registers: Registers) -> None:
    """Useful, then contacted: the page shows the second, the counts have both."""
    await registers.organisations.add(Organisation("O1", "企业", "enterprise", "henan", "91X"), "t", AT)
    said = Feedback("d1", "a1", "O1", "u1", AT, Verdict.USEFUL)
    book = registers.recommendations
    await book.say(said)
    await book.say(said)
    await book.say(msgspec.structs.replace(said, at=AT + 1, verdict=Verdict.CONTACTED))
    assert await book.said_by("O1") == {("d1", "a1"): Verdict.CONTACTED}
    assert await book.counts() == {Verdict.USEFUL: 1, Verdict.NOT_USEFUL: 0, Verdict.CONTACTED: 1}
