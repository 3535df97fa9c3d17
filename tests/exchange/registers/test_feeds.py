"""Feeds as a house keeps them: facts, what stands by them and the place in one step, on both databases."""

import msgspec
import pytest

from exchange.network.feed import GENESIS, WITHDRAWN, Fact, digest_of, links_of
from exchange.registers import Achievement, Registers
from exchange.registers.feeds import Cursor, Kept, Moved
from tests.exchange.registers.conftest import AT


def kept(before: str, *facts: Fact) -> list[Kept]:
    """The facts with their links, the last one signed."""
    links = links_of(before, "alpha", facts)
    return [
        Kept(fact, link, "ab" if fact is facts[-1] else "") for fact, link in zip(facts, links, strict=True)
    ]


def fact(seq: int, subject: str, at: int = AT, **body: object) -> Fact:
    """A fact about a lot; without a body it takes the lot back."""
    return Fact(seq, at, "lot", subject, digest_of(body) if body else WITHDRAWN, body or None)


async def take(registers: Registers, reader: str, *facts: Fact) -> Cursor:
    """Take facts in after what is there."""
    before = await registers.feeds.cursor(reader, "alpha") or Cursor()
    rows = kept(before.link, *facts)
    after = msgspec.structs.replace(before, seq=facts[-1].seq, link=rows[-1].link, read_at=AT, began_at=AT)
    await registers.feeds.keep(reader, "alpha", before, after, rows)
    return after


async def test_the_newest_fact_of_a_subject_stands(registers: Registers) -> None:
    """Later facts replace earlier ones, in one batch and over several; each reader has its own."""
    await take(
        registers,
        "beta",
        fact(1, "L1", title="甲", state="open"),
        fact(2, "L1", title="甲", state="hammered"),
    )
    await take(registers, "beta", fact(3, "L2", title="乙", state="open"))
    await take(registers, "gamma", fact(1, "L9", title="丙", state="open"))
    feeds = registers.feeds
    found = await feeds.items("beta", "lot", ["alpha"])
    assert [(one.subject, one.seq, one.state) for one in found] == [("L2", 3, "open"), ("L1", 2, "hammered")]
    assert [one.subject for one in await feeds.items("beta", "lot", ["alpha"], states=["open"])] == ["L2"]
    assert [one.subject for one in await feeds.items("beta", "lot", ["alpha"], q="甲 l1")] == ["L1"]
    assert await feeds.items("beta", "lot", ["other"]) == []
    assert [one.subject for one in await feeds.items("gamma", "lot", ["alpha"])] == ["L9"]


async def test_what_is_taken_back_is_gone_from_earlier_facts(registers: Registers) -> None:
    """The subject stands no more, and no body of it is left; another subject is untouched."""
    await take(registers, "alpha", fact(1, "L1", title="甲"), fact(2, "L2", title="乙"), fact(3, "L1"))
    page, more = await registers.feeds.page("alpha", 0)
    assert [one.fact.body for one in page] == [None, {"title": "乙"}, None]
    assert not more
    assert [one.subject for one in await registers.feeds.items("alpha", "lot", ["alpha"])] == ["L2"]


async def test_a_batch_that_comes_twice_is_refused_whole(registers: Registers) -> None:
    """Who takes facts in from a place that is passed writes nothing."""
    after = await take(registers, "beta", fact(1, "L1", title="甲"))
    rows = kept(GENESIS, fact(1, "L1", title="别的"))
    with pytest.raises(Moved):
        await registers.feeds.keep("beta", "alpha", Cursor(), after, rows)
    (item,) = await registers.feeds.items("beta", "lot", ["alpha"])
    assert item.body == {"title": "甲"}


async def test_what_was_told_at_an_instant(registers: Registers) -> None:
    """The last fact about each subject up to an instant, that instant included."""
    await take(
        registers, "beta", fact(1, "L1", AT, n=1), fact(2, "L1", AT + 10, n=2), fact(3, "L2", AT + 20, n=3)
    )
    feeds = registers.feeds
    told = [await feeds.last_told("beta", "lot", AT + more) for more in (-1, 0, 10, 20)]
    assert [[(subject, body["n"]) for _, subject, body in one] for one in told] == [
        [],
        [("L1", 1)],
        [("L1", 2)],
        [("L1", 2), ("L2", 3)],
    ]
    assert await feeds.seqs_at("beta", AT + 10) == {"alpha": 2}
    assert await feeds.last_at("beta", "alpha", "lot") == AT + 20


async def test_failures_are_counted_and_forgotten(registers: Registers) -> None:
    """Each failure is one more, from the first attempt on; letting go of a node leaves nothing of it."""
    for n in (1, 2):
        await registers.feeds.note("beta", "alpha", AT + n, "connection refused " + "x" * 500)
    cursor = (await registers.feeds.cursors("beta"))["alpha"]
    assert (cursor.seq, cursor.failures, cursor.tried_at, len(cursor.error)) == (0, 2, AT + 2, 300)
    await take(registers, "beta", fact(1, "L1", title="甲"))
    await registers.feeds.forget("beta", "alpha")
    assert await registers.feeds.cursors("beta") == {}
    assert await registers.feeds.items("beta", "lot", ["alpha"]) == []


async def test_every_change_of_an_achievement_waits_to_be_published(registers: Registers) -> None:
    """In the transaction of the change itself; what was published waits no more."""
    row = Achievement("R1", "激光")
    await registers.achievements.add(row, "test", AT)
    await registers.achievements.change(msgspec.structs.replace(row, title="激光焊接"), "test", AT)
    async with registers.database.writing() as session:
        await registers.achievements.change_within(session, [], "test", AT)
    waiting = await registers.feeds.changes(10)
    assert [achievement for _, achievement in waiting] == ["R1", "R1"]
    numbers = [number for number, _ in waiting]
    await registers.feeds.keep("alpha", "alpha", Cursor(), Cursor(began_at=AT), [], numbers[:1])
    assert await registers.feeds.changes(10) == waiting[1:]
    assert await registers.feeds.publishers() == ["alpha"]
