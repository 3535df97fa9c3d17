"""The replay of a lot: the engine's own states, page by page, ending where the house is."""

import itertools
import re

import msgspec
import pytest

from exchange.house.replay import Replay, lot_digest
from matching_engine.errors import Malformed
from matching_engine.terms import HOUR, MINUTE
from tests.web.asking import OPENING, STEP, bid
from tests.web.running import Web
from tests.web.test_journal import PAGE, product  # noqa: F401  (a fixture)
from web.replays import Replays, StepsPage


async def test_every_step_is_the_engines_and_the_end_is_where_the_house_is(product: Web) -> None:  # noqa: F811
    """Price, leader, refusal with its reason, extension, who knew what; pages of any size; the digests are equal."""
    await product.pass_time(HOUR - MINUTE)
    assert (await bid(await product.signed_in("yi"), OPENING + 5 * STEP)).status_code == 201
    await product.pass_time(HOUR)
    replays = Replays(product.exchange)
    summary = await replays.whole("L1")
    assert summary.equal
    assert summary.digest == lot_digest(product.exchange.house.view.lots["L1"])
    paged, after = [], 0
    for _ in itertools.count():
        found = await replays.page("L1", after, 3)
        paged += found.steps
        if found.after is None:
            break
        after = found.after
    assert paged == (await replays.page("L1", 0)).steps
    assert [step.n for step in paged] == list(range(1, summary.steps + 1))
    assert (await replays.page("L1", 4, 2)).steps == paged[4:6]
    (put_up,) = [step for step in paged if step.kind == "LotPutUp"]
    assert put_up.secret == "reserve"
    (refused,) = [step for step in paged if step.kind == "BidRefused"]
    assert (refused.refused, refused.knew, refused.account) == ("BID_BELOW_INCREMENT", "bidder", "yi")
    first, *_, last = [step for step in paged if step.kind == "BidAccepted"]
    assert (first.amount_fen, first.room_fen, first.secret, first.max_fen) == (
        OPENING,
        OPENING,
        "maximum",
        OPENING + 3 * STEP,
    )
    assert last.extended
    assert last.extensions == 1
    assert (paged[-1].kind, paged[-1].state) == ("Hammered", "hammered")
    assert summary.end == len(paged)
    assert summary.extensions == 1
    assert summary.refused == 1
    assert max(point.fen for point in summary.points) == last.lead_fen


async def test_a_row_of_another_lot_is_no_step(product: Web) -> None:  # noqa: F811
    """What does not belong is refused, and the replay stays where it was."""
    rows = await product.exchange.house.history("lot/L1")
    replay = Replay()
    replay.take(rows[0])
    other = msgspec.structs.replace(rows[1], event=msgspec.structs.replace(rows[1].event, lot="L2"))
    with pytest.raises(Malformed):
        replay.take(other)
    assert replay.steps == 1


async def test_the_page_is_for_auditors_and_keeps_secrets_while_the_lot_runs(product: Web) -> None:  # noqa: F811
    """Digest, chart and steps; a maximum is in no answer before the end; an unknown lot is none."""
    client = await product.signed_in("auditor")
    shown = await client.get("/auditor/replay/L1", headers=PAGE)
    assert shown.status_code == 200
    assert "the same digest" in shown.text
    assert "<svg" in shown.text
    assert re.search(r"The next amount that counts: ¥1,680,000\.00", shown.text)
    page = await client.get("/auditor/replay/L1/steps?after=0")
    steps = msgspec.json.decode(page.content, type=StepsPage).steps
    assert {step.max_fen for step in steps} == {None}
    assert str(OPENING + 3 * STEP) not in page.text
    assert (await client.get("/auditor/replay/L9", headers=PAGE)).status_code == 404
    assert (await client.get("/auditor/replay/L1/steps?after=" + "9" * 30)).status_code == 200
    operator = await product.signed_in("operator")
    assert (await operator.get("/auditor/replay/L1", headers=PAGE)).status_code == 403
    await product.exchange.registers.reads.settled()
    assert [one.subject for one in await product.exchange.registers.reads.list(owner="university")] == [
        "lot L1"
    ]
