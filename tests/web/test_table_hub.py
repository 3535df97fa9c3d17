"""Negotiation over the socket: moves, what each side hears, what nobody else hears, and a line that is cut."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.negotiating import PRICE, TABLE, TERMS, moved, offer, say, seated
from tests.web.running import Web
from tests.web.served import served, talking

TERMS_HIGHER = {**TERMS, "price_fen": PRICE + 1_000_000}


@pytest.fixture
async def table(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product on a port, with a table at which the university and jia sit."""
    async with served(f"sqlite:///{sqlite_path}") as web:
        await seated(web)
        yield web


async def test_two_sides_negotiate_to_an_agreement(table: Web) -> None:
    """Offer, counter, agree: each is acknowledged with its seq, and the other side hears it without a gap."""
    async with talking(table, "jia") as jia, talking(table, "university") as holder:
        await jia.send("sub", table=TABLE)
        await holder.send("sub", table=TABLE)
        snap = await holder.until("snap")
        assert [one["kind"] for one in snap["state"]["recent"]] == ["TableOpened", "TableJoined"]
        ack = await say(jia, "offer", "offer-0001", terms=TERMS, minutes=60)
        assert (ack["t"], ack["table"], ack["kind"], ack["seq"]) == ("ack", TABLE, "TermsOffered", 3)
        heard = await holder.until("ev")
        assert (heard["from"], heard["seq"], heard["now"]["standing"]["number"]) == (snap["seq"] + 1, 3, 1)
        assert heard["events"][0]["terms"]["price_fen"] == PRICE
        await say(holder, "counter", "counter-0001", answers=1, terms=TERMS_HIGHER, minutes=60)
        standing = (await jia.until("ev", seq=4))["now"]["standing"]
        assert standing["terms"]["price_fen"] == PRICE + 1_000_000
        other = await say(jia, "agree", "agree-0001", answers=2, digest="0" * 64)
        assert (other["t"], other["code"]) == ("rej", "TERMS_STALE")
        ack = await say(jia, "agree", "agree-0002", answers=2, digest=standing["digest"])
        assert (ack["t"], ack["kind"]) == ("ack", "TermsAgreed")
        heard = await holder.until("ev", seq=6)
        assert [one["kind"] for one in heard["events"]] == ["TermsAgreed", "AgreementNoticed"]
        assert heard["now"]["state"] == "notice"


async def test_nobody_else_hears_that_a_table_exists(table: Web) -> None:
    """To a stranger, a visitor and the operator a table of others and one that never was are the same."""
    async with (
        talking(table, "yi") as stranger,
        talking(table) as visitor,
        talking(table, "operator") as staff,
    ):
        for talk in (stranger, visitor, staff):
            for name in (TABLE, "N-A1-9"):
                await talk.send("sub", table=name)
                assert (await talk.until("rej", "snap"))["code"] == "TABLE_UNKNOWN"
        refused = [await say(stranger, t, f"stranger-{t}", **more) for t, more in _moves()]
        assert {(one["t"], one["code"]) for one in refused} == {("rej", "TABLE_UNKNOWN")}
        await moved(table, "jia", offer())
        await stranger.send("time", c0=1)
        assert (await stranger.hear())["t"] == "time"


def _moves() -> list[tuple[str, dict[str, object]]]:
    return [
        ("offer", {"terms": TERMS, "minutes": 60}),
        ("counter", {"answers": 1, "terms": TERMS, "minutes": 60}),
        ("agree", {"answers": 1, "digest": "0" * 64}),
        ("withdraw", {"answers": 1}),
        ("break", {}),
        ("join", {"accept": True}),
    ]


async def test_a_line_cut_between_question_and_answer_loses_nothing(table: Web) -> None:
    """The socket dies with the offer under way; on the next one the same id brings the one answer, and `since`
    exactly what was missed."""
    async with talking(table, "jia") as jia:
        await jia.send("sub", table=TABLE)
        place = await jia.until("snap")
        await jia.send("offer", table=TABLE, id="cut-0001", terms=TERMS, minutes=60)
        jia.connection.transport.abort()
    async with talking(table, "jia") as again:
        ack = await say(again, "offer", "cut-0001", terms=TERMS, minutes=60)
        assert ack["t"] == "ack"
        repeated = await say(again, "offer", "cut-0001", terms=TERMS, minutes=60)
        assert (repeated["seq"], repeated["receipt"]) == (ack["seq"], ack["receipt"])
        other = await say(again, "offer", "cut-0001", terms=TERMS_HIGHER, minutes=60)
        assert other["code"] == "IDEMPOTENCY_MISMATCH"
        await again.send("sub", table=TABLE, since=[place["epoch"], place["seq"]])
        delta = await again.until("delta", "snap")
        assert (delta["t"], delta["recovered"]) == ("delta", True)
        assert [one["kind"] for one in delta["events"]] == ["TermsOffered"]


async def test_a_past_that_is_not_ours_gets_a_snapshot(table: Web) -> None:
    """A seq that never was, or the epoch of another writer: the whole state instead of a part of the events."""
    async with talking(table, "jia") as jia:
        for since in ([1, 99], [0, 1], [1, 0]):
            await jia.send("sub", table=TABLE, since=since)
            assert (await jia.until("delta", "snap"))["t"] == "snap"
        await jia.send("unsub", table=TABLE)
        await moved(table, "university", offer())
        await jia.send("time", c0=1)
        assert (await jia.hear())["t"] == "time"


@pytest.mark.parametrize(
    ("t", "more", "code"),
    [
        ("sub", {}, "MISSING_FIELD"),
        ("sub", {"lot": "L1", "table": TABLE}, "MISSING_FIELD"),
        ("withdraw", {"table": TABLE, "id": "wrong-0001"}, "MISSING_FIELD"),
        ("offer", {"table": TABLE, "id": "wrong-0001", "minutes": 60}, "MISSING_FIELD"),
        (
            "offer",
            {"table": TABLE, "id": "wrong-0001", "minutes": 60, "terms": {**TERMS, "price_fen": 1.5}},
            "BAD_TYPE",
        ),
        (
            "offer",
            {"table": TABLE, "id": "wrong-0001", "minutes": 60, "terms": {**TERMS, "x": 1}},
            "UNKNOWN_FIELD",
        ),
        ("offer", {"table": TABLE, "id": "wrong-0001", "minutes": 0, "terms": TERMS}, "BAD_VALUE"),
        ("agree", {"table": TABLE, "id": "wrong-0001", "answers": 1, "digest": "abc"}, "BAD_TEXT"),
        ("agree", {"table": TABLE, "id": "x", "answers": 1, "digest": "0" * 64}, "BAD_COMMAND_ID"),
    ],
)
async def test_a_wrong_message_is_named(table: Web, t: str, more: dict[str, object], code: str) -> None:
    """Strictly parsed: what is missing, unknown or of another type is said, and nothing is journaled."""
    async with talking(table, "jia") as jia:
        before = table.exchange.house.view.seq
        await jia.send(t, **more)
        assert (await jia.until("rej"))["code"] == code
        assert table.exchange.house.view.seq == before


async def test_moves_are_limited_like_bids(table: Web) -> None:
    """Faster than the rate is refused and may be repeated."""
    async with talking(table, "jia") as jia:
        for n in range(30):
            await jia.send("withdraw", table=TABLE, id=f"flood-{n:04d}", answers=1)
        assert (await jia.until("rej", code="RATE_LIMITED"))["retry"] is True
