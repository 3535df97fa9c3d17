"""What a house tells the others, and what it never tells."""

from datetime import date
from pathlib import Path

import msgspec

from exchange.demo.data import load
from exchange.demo.steps import plan_lot
from exchange.market.commands import LotPlan
from exchange.market.listing_state import ListingState
from exchange.market.unconverted import Secrecy
from exchange.network import facts as f
from exchange.registers import Achievement
from exchange.store.clock import ManualClock
from matching_engine.terms import HOUR, Mechanism
from tests.exchange.house.running import BEGIN, LOT, bid, open_lot, opened, running, sqlite_url

CANARY = 1_234_567_891


def secret_reserve(lot: str, listing: str, achievement: object, opens_at: int, length: int) -> LotPlan:
    """An English lot with a secret reserve."""
    plan = plan_lot(lot, listing, load()[0], opens_at, length)
    return msgspec.structs.replace(plan, terms=msgspec.structs.replace(plan.terms, reserve_price_fen=CANARY))


async def test_a_lot_tells_its_price_and_nothing_secret(sqlite_path: Path) -> None:
    """Neither the reserve nor the leader's maximum nor who leads is in what is told of a lot."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock, plan=secret_reserve)
        await bid(house, "jia", 160_000_000, max_fen=CANARY + 1)
        body = f.lot_body(house.view, LOT)
        assert body is not None
        assert (body["price_as"], body["price_fen"], body["state"]) == ("lead", 160_000_000, "open")
        text = msgspec.json.encode(body).decode()
        code = house.view.market.code_of(LOT, "jia") or "no code"
        assert str(CANARY) not in text
        assert str(CANARY + 1) not in text
        assert f'"{code}"' not in text
        assert "reserve" not in text
        clock.advance(2 * HOUR)
        await house.gavel.strike()
        await house.settled()
        after = f.lot_body(house.view, LOT)
        assert after is not None
        assert after["state"] in ("hammered", "passed")


async def test_a_listing_is_told_from_its_notice_on(sqlite_path: Path) -> None:
    """Before the operator admitted it there is nothing to tell; of what is unknown neither."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        assert f.listing_body(house.view, "A1") is None
        assert f.lot_body(house.view, LOT) is None
        assert f.session_body(house.view, "S1") is None
        await open_lot(house, clock)
        listing, session = f.listing_body(house.view, "A1"), f.session_body(house.view, "S1")
        assert listing is not None
        assert (listing["title"], listing["state"]) == (load()[0].title, "in_session")
        assert session is not None
        assert session["lots"] == [LOT]
        house.view.market.listings["A1"].state = ListingState.SUBMITTED
        assert f.listing_body(house.view, "A1") is None


def test_only_a_reviewed_achievement_is_told() -> None:
    """Public with a reviewer and a day: told; secret, unknown or without a reviewer: not."""
    known = Achievement(
        "R1",
        "激光焊接",
        secrecy=Secrecy.PUBLIC,
        secrecy_reviewer="审查员",
        secrecy_reviewed_on=date(2026, 1, 5),
    )
    body = f.achievement_body(known)
    assert body is not None
    assert body["title"] == "激光焊接"
    for hidden in (
        msgspec.structs.replace(known, secrecy=Secrecy.UNKNOWN),
        msgspec.structs.replace(known, secrecy_reviewer=""),
        msgspec.structs.replace(known, secrecy_reviewed_on=None),
    ):
        assert f.achievement_body(hidden) is None


def test_long_texts_are_cut_to_what_a_reader_takes() -> None:
    """What is told always has the form that the others read."""
    long = Achievement(
        "R1",
        "长" * 299,
        abstract="文" * 9000,
        secrecy=Secrecy.PUBLIC,
        secrecy_reviewer="审",
        secrecy_reviewed_on=date(2026, 1, 5),
    )
    body = f.achievement_body(long)
    assert msgspec.convert(body, f.AchievementFact).abstract == "文" * f.ABSTRACT_MAX


def test_every_sealed_mechanism_hides_its_lead() -> None:
    """The mechanisms whose box tells nothing before the opening are those that the pages hide as well."""
    from web.views import SEALED

    assert f.SEALED == SEALED
    assert Mechanism.ENGLISH not in f.SEALED


async def test_a_withheld_listing_is_told_no_more(sqlite_path: Path) -> None:
    """What may not be spoken of here is not told elsewhere: neither the listing nor its lot."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        listing = house.view.market.lot_plans[LOT].listing
        assert f.lot_body(house.view, LOT) is not None
        house.view.market.listings[listing].withheld = "secret"
        assert f.listing_body(house.view, listing) is None
        assert f.lot_body(house.view, LOT) is None
