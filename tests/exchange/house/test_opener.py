"""Sealed lots in the house: from the key to the hammer and the trades, and through restarts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from exchange.house.command import HOUSE, Command, Denied, Principal
from exchange.house.house import House
from exchange.market.commands import PublishSealKey, ScoreBid
from exchange.market.events import BidScored, SealKeyPublished
from exchange.ports import OutcomeUnknown, Vault
from exchange.store.clock import ManualClock
from exchange.store.envelope import seal_bid
from exchange.store.vault import FileVault
from matching_engine import events as le
from matching_engine.commands import Advance, Cancel, Opening, OpenSeals, Seal
from matching_engine.lifecycle import LifecycleState
from matching_engine.terms import DAY, HOUR, Mechanism
from settlement.dates import due_date
from settlement.state import DepositState, Trade
from tests.exchange.house.running import (
    BEGIN,
    LOT,
    FaultyJournal,
    command,
    open_lot,
    opened,
    running,
    sqlite_url,
)
from tests.exchange.house.sealing import BIDDERS, OPENING, close, code_of, open_sealed, score, seal

M = Mechanism
HIGH, MIDDLE, LOW = 400_000_000, 300_000_000, 200_000_000
AWAITING = LifecycleState.AWAITING_OPENING


@asynccontextmanager
async def house_at(path: Path, clock: ManualClock, vault: Vault | None = None) -> AsyncIterator[House]:
    """A house with a vault, on an embedded database."""
    keys = vault or FileVault(path.parent / "keys", "hub")
    async with opened(sqlite_url(path)) as journal, running(journal, clock, vault=keys) as house:
        yield house


async def events(house: House, kind: type) -> list[Any]:
    """Everything of a kind that stands on the lot's stream."""
    return [row.event for row in await house.history(f"lot/{LOT}") if isinstance(row.event, kind)]


def trades(house: House) -> list[Trade]:
    """The trades of the lot, in order of award."""
    return list(house.view.settlement.trades.values())


def sold(house: House) -> list[tuple[str, int]]:
    """Who won, and at what price."""
    parties = {code: entry.party for code, entry in house.view.market.entries[LOT].items()}
    return [(parties[winner.bidder], winner.price_fen) for winner in house.view.lots[LOT].winners]


async def seal_all(house: House, *amounts_fen: int) -> None:
    """jia, yi and bing seal these amounts."""
    for login, amount_fen in zip(BIDDERS, amounts_fen, strict=True):
        assert (await seal(house, login, amount_fen)).refusal is None


@pytest.mark.parametrize(
    ("mechanism", "price"), [(M.SEALED_FIRST_PRICE, HIGH), (M.SEALED_SECOND_PRICE, MIDDLE)]
)
async def test_one_winner(sqlite_path: Path, mechanism: Mechanism, price: int) -> None:
    """Sealed, closed, opened, hammered: the best wins at the price of its mechanism, the others get their deposits back."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await open_sealed(house, clock, mechanism)
        await seal_all(house, LOW, HIGH, MIDDLE)
        await close(house, clock)
        assert sold(house) == [("yi", price)]
        (trade,) = trades(house)
        assert (trade.seller.id, trade.buyer.id, trade.price_fen) == ("university", "yi", price)
        states = {deposit.party: deposit.state for deposit in house.view.settlement.deposits.values()}
        released = DepositState.RELEASED
        assert states == {"jia": released, "yi": DepositState.APPLIED, "bing": released}


async def test_multi_award_makes_a_trade_of_every_licence(sqlite_path: Path) -> None:
    """Two licences, uniform price: two trades at the lowest winning amount, each with its own deposit."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await open_sealed(house, clock, M.MULTI_AWARD, quantity=2)
        await seal_all(house, LOW, HIGH, MIDDLE)
        await close(house, clock)
        assert sold(house) == [("yi", MIDDLE), ("bing", MIDDLE)]
        assert [(t.id, t.buyer.id, t.price_fen) for t in trades(house)] == [
            ("T-L1-1", "yi", MIDDLE),
            ("T-L1-2", "bing", MIDDLE),
        ]
        assert all(
            house.view.settlement.obligation_of(t.id).received_fen == OPENING // 10 for t in trades(house)
        )


async def test_challenge_is_bought_from_its_winners(sqlite_path: Path) -> None:
    """The publisher of the need buys: winners are the sellers, paid their own amounts, and get their deposits back whole."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await open_sealed(house, clock, M.CHALLENGE, direction="buy", quantity=2)
        await seal_all(house, 90_000_000, 70_000_000, 80_000_000)
        await close(house, clock)
        assert sold(house) == [("yi", 70_000_000), ("bing", 80_000_000)]
        assert [(t.seller.id, t.buyer.id) for t in trades(house)] == [
            ("yi", "university"),
            ("bing", "university"),
        ]
        assert all(house.view.settlement.obligation_of(t.id).received_fen == 0 for t in trades(house))
        states = {deposit.state for deposit in house.view.settlement.deposits.values()}
        assert states == {DepositState.RELEASED}


@pytest.mark.parametrize("mechanism", [M.WEIGHTED, M.CHALLENGE])
async def test_scores_are_waited_for_and_decide(sqlite_path: Path, mechanism: Mechanism) -> None:
    """A lot that weighs quality opens when the last bid has its scores, and quality can beat the price."""
    clock = ManualClock(BEGIN)
    buys = mechanism is M.CHALLENGE
    amounts = (80_000_000, 70_000_000, 90_000_000) if buys else (MIDDLE, HIGH, LOW)
    async with house_at(sqlite_path, clock) as house:
        direction = "buy" if buys else "sell"
        weights = {"price": "40", "quality": "60"}
        await open_sealed(house, clock, mechanism, direction=direction, weights=weights)
        await seal_all(house, *amounts)
        await close(house, clock)
        assert house.view.lots[LOT].state is AWAITING
        for login, points in (("jia", "95.5"), ("yi", "10")):
            assert (await score(house, login, quality=points)).refusal is None
        await house.settled()
        assert house.view.lots[LOT].state is AWAITING
        clock.advance(3 * DAY)
        assert (await score(house, "bing", quality="50")).refusal is None
        await house.settled()
        assert sold(house) == [("jia", amounts[0])]
        (opened_seals,) = await events(house, le.SealsOpened)
        jia = Opening(code_of(house, "jia"), amounts[0], {"quality": "95.5"})
        assert opened_seals.openings[0] == jia


async def test_the_days_to_pay_run_from_the_opening(sqlite_path: Path) -> None:
    """Evaluators took a month: the price is not overdue when the hammer falls."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await open_sealed(house, clock, M.WEIGHTED, ("jia",), weights={"price": "1", "quality": "1"})
        await seal(house, "jia", HIGH)
        await close(house, clock)
        clock.advance(30 * DAY)
        await score(house, "jia", quality="1")
        await house.settled()
        (trade,) = trades(house)
        assert trade.hammered_at == clock.now()
        due_on = house.view.settlement.obligation_of(trade.id).due_on
        assert due_on == due_date(clock.now(), 5).isoformat()


@pytest.mark.parametrize(
    ("login", "scores", "code"),
    [
        ("jia", {"quality": "100.01"}, "SCORE_RANGE"),
        ("jia", {"quality": "-1"}, "SCORE_RANGE"),
        ("jia", {"quality": "1e1"}, "SCORE_RANGE"),
        ("jia", {"quality": "NaN"}, "SCORE_RANGE"),
        ("jia", {"quality": "90", "looks": "1"}, "SCORE_ATTRIBUTES"),
        ("jia", {"price": "90"}, "SCORE_ATTRIBUTES"),
        ("jia", {}, "SCORE_ATTRIBUTES"),
        ("yi", {"quality": "90"}, "BID_NOT_SEALED"),
        ("university", {"quality": "90"}, "BID_NOT_SEALED"),
    ],
)
async def test_scores_that_are_refused(
    sqlite_path: Path, login: str, scores: dict[str, str], code: str
) -> None:
    """Outside 0 to 100, no decimal, not what the terms weigh, or no sealed bid: refused, and nothing opens."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await open_sealed(house, clock, M.WEIGHTED, ("jia", "yi"), weights={"price": "1", "quality": "1"})
        await seal(house, "jia", HIGH)
        await close(house, clock)
        refusal = (await score(house, login, **scores)).refusal
        assert refusal is not None
        assert refusal.code == code
        await house.settled()
        assert house.view.lots[LOT].state is AWAITING


async def test_scores_come_between_the_close_and_the_opening(sqlite_path: Path) -> None:
    """Before the close a score would tell who has sealed a bid, after the opening it would come too late."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await open_sealed(house, clock, M.WEIGHTED, ("jia",), weights={"price": "1", "quality": "1"})
        await seal(house, "jia", HIGH)
        codes = []
        for _ in range(3):
            refusal = (await score(house, "jia", quality="70")).refusal
            codes.append(refusal and refusal.code)
            await house.settled()
            if codes == ["LOT_NOT_CLOSED"]:
                await close(house, clock)
        assert codes == ["LOT_NOT_CLOSED", None, "LOT_CLOSED"]
        with pytest.raises(Denied):
            await house.submit(command("jia", Advance(LOT)))


async def test_a_score_can_be_corrected_until_the_opening(sqlite_path: Path) -> None:
    """The last one given counts; each stands in the journal, and none advances what everybody may follow."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await open_sealed(house, clock, M.WEIGHTED, ("jia", "yi"), weights={"price": "1", "quality": "1"})
        await seal(house, "jia", HIGH)
        await seal(house, "yi", HIGH)
        await close(house, clock)
        for login, points in (("jia", "80"), ("jia", "20"), ("yi", "30")):
            await score(house, login, quality=points)
        await house.settled()
        assert sold(house) == [("yi", HIGH)]
        rows = [row for row in await house.history(f"entry/{LOT}") if isinstance(row.event, BidScored)]
        assert len(rows) == 3
        assert {row.stream_seq for row in rows} == {2}


class _OutOfReach(FileVault):
    """A vault that makes keys and opens nothing, like one whose volume is gone for a while."""

    def holds(self, lot: str, public_key: str) -> bool:
        """Not now."""
        return False


async def test_a_restart_between_close_and_opening(sqlite_path: Path) -> None:
    """The house died after the close: the next one opens what was sealed, once."""
    clock = ManualClock(BEGIN)
    keys = sqlite_path.parent / "keys"
    async with opened(sqlite_url(sqlite_path)) as journal:
        async with running(journal, clock, vault=_OutOfReach(keys, "hub")) as house:
            await open_sealed(house, clock, M.SEALED_FIRST_PRICE)
            await seal_all(house, LOW, HIGH, MIDDLE)
            clock.advance(HOUR)
            await house.gavel.strike()
            assert house.view.lots[LOT].state is AWAITING
        for _ in range(2):
            async with running(journal, clock, vault=FileVault(keys, "hub")) as house:
                await house.settled()
                assert sold(house) == [("yi", HIGH)]
                assert len(await events(house, le.SealsOpened)) == 1
                assert len(trades(house)) == 1


async def test_an_opening_whose_answer_was_lost_happens_once(sqlite_path: Path) -> None:
    """The commit of the opening stood although its answer was lost: asked again, the house gives the same answer."""
    clock = ManualClock(BEGIN)
    vault = FileVault(sqlite_path.parent / "keys", "hub")
    async with opened(sqlite_url(sqlite_path)) as real:
        journal = FaultyJournal(real)
        async with running(journal, clock, vault=vault) as house:
            await open_sealed(house, clock, M.SEALED_FIRST_PRICE)
            await seal_all(house, LOW, HIGH, MIDDLE)
            house.watch(
                lambda batch: journal.after.extend(
                    OutcomeUnknown("lost") for row in batch if isinstance(row.event, le.Closed)
                )
            )
            await close(house, clock)
            assert sold(house) == [("yi", HIGH)]
            assert len(await events(house, le.SealsOpened)) == 1


async def test_what_cannot_be_read_is_void(sqlite_path: Path) -> None:
    """Garbage, somebody else's envelope, and a false commitment are void bids, said in the event; the rest counts."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        everybody = ("jia", "yi", "bing", "ding")
        await open_sealed(house, clock, M.SEALED_FIRST_PRICE, everybody)
        await seal(house, "jia", LOW)
        box = await events(house, le.BidSealed)
        stolen = box[0].envelope
        for login, envelope in (("yi", stolen), ("bing", "A" * 211)):
            body = Seal(LOT, code_of(house, login), envelope, box[0].commitment)
            assert (await house.submit(command(login, body))).refusal is None
        code = code_of(house, "ding")
        envelope, _ = seal_bid(house.view.market.seal_keys[LOT], LOT, code, HIGH)
        await house.submit(command("ding", Seal(LOT, code, envelope, "0" * 64)))
        await close(house, clock)
        assert sold(house) == [("jia", LOW)]
        (opened_seals,) = await events(house, le.SealsOpened)
        assert opened_seals.void == tuple(code_of(house, login) for login in everybody[1:])
        assert [one.amount_fen for one in opened_seals.openings] == [LOW, None, None, None]


async def test_one_sealed_bid_each(sqlite_path: Path) -> None:
    """The first envelope is the bid: a second one is refused, however good."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await open_sealed(house, clock, M.SEALED_FIRST_PRICE, ("jia",))
        await seal(house, "jia", LOW)
        second = (await seal(house, "jia", HIGH)).refusal
        assert second is not None
        assert second.code == "BID_ALREADY_SEALED"
        await close(house, clock)
        assert sold(house) == [("jia", LOW)]


async def test_a_lost_key_voids_nobody(sqlite_path: Path) -> None:
    """Without the published key nothing is opened; it is said in the log, and once the key is back the lot opens."""
    clock = ManualClock(BEGIN)
    vault = FileVault(sqlite_path.parent / "keys", "hub")
    async with house_at(sqlite_path, clock, vault) as house:
        await open_sealed(house, clock, M.SEALED_FIRST_PRICE, ("jia",))
        await seal(house, "jia", HIGH)
        (key,) = (sqlite_path.parent / "keys" / "hub").iterdir()
        away = key.rename(sqlite_path.parent / "away")
        with capture_logs() as logs:
            clock.advance(HOUR)
            await house.gavel.strike()
            while not any(line["event"] == "sealed lot waits" for line in logs):
                await asyncio.sleep(0.01)
        assert house.view.lots[LOT].state is AWAITING
        FileVault(sqlite_path.parent / "keys", "hub").public_key(LOT)
        assert not vault.holds(LOT, house.view.market.seal_keys[LOT])
        away.rename(key)
        await house.settled()
        assert sold(house) == [("jia", HIGH)]


async def test_a_cancelled_lot_is_never_opened(sqlite_path: Path) -> None:
    """The operator ends a lot that waits for scores: its bids stay sealed."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await open_sealed(house, clock, M.WEIGHTED, ("jia",), weights={"price": "1", "quality": "1"})
        await seal(house, "jia", HIGH)
        await close(house, clock)
        await house.submit(Command("house-stops-1", HOUSE, Cancel(LOT, "withdrawn")))
        await house.settled()
        assert await events(house, le.SealsOpened) == []
        assert house.view.lots[LOT].state is LifecycleState.CANCELLED


async def test_the_key_is_published_once_and_only_the_house_opens(sqlite_path: Path) -> None:
    """Nobody can exchange the key of a lot or bring openings of its own."""
    clock = ManualClock(BEGIN)
    vault = FileVault(sqlite_path.parent / "keys", "hub")
    async with house_at(sqlite_path, clock, vault) as house:
        await open_sealed(house, clock, M.SEALED_FIRST_PRICE, ("jia",))
        (row,) = await house.history(f"seal/{LOT}")
        assert row.event == SealKeyPublished(LOT, vault.public_key(LOT))
        for login in ("jia", "operator", "university"):
            for body in (PublishSealKey(LOT, "x"), OpenSeals(LOT, ())):
                with pytest.raises(Denied):
                    await house.submit(command(login, body))
        again = (await house.submit(Command("s:other:key", HOUSE, PublishSealKey(LOT, "x")))).refusal
        assert again is not None
        assert again.code == "SEAL_KEY_EXISTS"
        assert len(await house.history(f"seal/{LOT}")) == 1


async def test_an_open_lot_has_no_key(sqlite_path: Path) -> None:
    """Where bids are open there is nothing to seal to, and nobody's score counts."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await open_lot(house, clock)
        await house.settled()
        assert house.view.market.seal_keys == {}
        for body, code in (
            (PublishSealKey(LOT, "x"), "LOT_TERMS"),
            (PublishSealKey("L9", "x"), "LOT_UNKNOWN"),
            (ScoreBid("L9", "1000", {}), "LOT_UNKNOWN"),
        ):
            refusal = (await house.submit(Command(f"x:{code}:{body.lot}:{type(body)}", HOUSE, body))).refusal
            assert refusal is not None
            assert refusal.code == code


@pytest.mark.parametrize("party", ["university", "jia"])
async def test_nobody_scores_in_an_own_affair(sqlite_path: Path, party: str) -> None:
    """An operator of the seller's or the bidder's organisation is turned away before anything is journaled."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await open_sealed(house, clock, M.WEIGHTED, ("jia",), weights={"price": "1", "quality": "1"})
        await seal(house, "jia", HIGH)
        await close(house, clock)
        principal = Principal("staff", party, frozenset({"operator"}))
        body = ScoreBid(LOT, code_of(house, "jia"), {"quality": "100"})
        with pytest.raises(Denied, match="BID_CONFLICT_OF_INTEREST"):
            await house.submit(Command("conflict-0001", principal, body))
