"""Sealed lots that two officials keep closed, in a running house: keys, envelopes, shares, and what is missing."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from exchange.bootstrap import read_rulebook
from exchange.demo import people
from exchange.demo.data import load
from exchange.demo.steps import NOTICE, Steps
from exchange.house import codec
from exchange.house.chain import link
from exchange.house.command import Body, Denied, Outcome, Principal
from exchange.house.house import House
from exchange.house.verify import BadRow, Verifier
from exchange.market.commands import LotPlan, ScoreBid
from exchange.market.seal_messages import (
    GiveSealShare,
    OfficialRole,
    PublishOfficialKey,
    SealsLapsed,
    SharesAwaited,
)
from exchange.ports import Row
from exchange.store.clock import ManualClock
from exchange.store.nested import seal_bid
from exchange.store.official_key import KeyFile, new_key
from exchange.store.vault import FileVault
from matching_engine import canonical
from matching_engine import events as le
from matching_engine.commands import Seal
from matching_engine.lifecycle import LifecycleState
from matching_engine.terms import DAY, HOUR, MINUTE, Mechanism, Terms
from settlement.state import DepositState
from tests.exchange.house.running import BEGIN, LOT, command, opened, running, sqlite_url
from tests.exchange.house.written import hashed

OPENING, HIGH, LOW = 160_000_000, 400_000_000, 200_000_000
BIDDERS = ("jia", "yi")
KEYS: dict[OfficialRole, KeyFile] = {"operator": new_key(LOT, "operator"), "auditor": new_key(LOT, "auditor")}
PLAIN = Mechanism.SEALED_FIRST_PRICE


@asynccontextmanager
async def house_at(path: Path, clock: ManualClock) -> AsyncIterator[House]:
    """A house with a vault, which these lots must not use."""
    vault = FileVault(path.parent / "keys", "hub")
    async with opened(sqlite_url(path)) as journal, running(journal, clock, vault=vault) as house:
        yield house


async def put_up(house: House, clock: ManualClock, mechanism: Mechanism = PLAIN, **more: Any) -> None:
    """A lot that opens in an hour for an hour, with jia and yi admitted."""
    steps = Steps(house, f"custody{house.view.seq}")
    await steps.enrol()
    await steps.offer("A1", load()[0])
    clock.advance(NOTICE)
    await house.gavel.strike()
    opens_at = clock.now() + HOUR
    terms = Terms(mechanism, OPENING, opens_at, opens_at + HOUR, **more)
    await steps.schedule("S1", "专场", (LotPlan(LOT, "A1", terms, OPENING // 10),), "two_officials", 2 * DAY)
    for login in BIDDERS:
        await steps.enter(login, LOT)
    await house.settled()
    for login in BIDDERS:
        await steps.pay_deposit(login, LOT)
    await house.settled()


async def ask(house: House, login: str, body: Body) -> Outcome:
    """Ask as a demo account; the auditor is one as well."""
    return await house.submit(command(login, body))


async def publish(house: House, role: OfficialRole, login: str = "", key: str = "") -> Outcome:
    """An official publishes the key of its file."""
    login = login or role
    return await ask(house, login, PublishOfficialKey(LOT, role, login, key or KEYS[role].public_key))


async def give(house: House, role: OfficialRole, share: str = "") -> Outcome:
    """An official posts the share of its file."""
    return await ask(house, role, GiveSealShare(LOT, role, role, share or KEYS[role].share()))


async def pass_time(house: House, clock: ManualClock, length: int = HOUR) -> None:
    """Let time pass and everything happen that follows."""
    clock.advance(length)
    await house.gavel.strike()
    await house.settled()


async def seal(house: House, login: str, amount_fen: int) -> Outcome:
    """Seal to both keys as a bidder's program does."""
    code = house.view.market.code_of(LOT, login) or ""
    keys = house.view.market.custody.keys[LOT]
    made = seal_bid(keys["operator"].key, keys["auditor"].key, LOT, code, amount_fen)
    return await ask(house, login, Seal(LOT, code, *made))


async def closed_lot(
    house: House, clock: ManualClock, mechanism: Mechanism = PLAIN, **more: Any
) -> dict[str, str]:
    """A lot with both keys and two sealed bids, after its close; the codes of its bidders."""
    await put_up(house, clock, mechanism, **more)
    for role in KEYS:
        assert (await publish(house, role)).refusal is None
    await pass_time(house, clock)
    assert (await seal(house, "jia", HIGH)).refusal is None
    assert (await seal(house, "yi", LOW)).refusal is None
    await pass_time(house, clock)
    return {login: house.view.market.code_of(LOT, login) or "" for login in BIDDERS}


def code(outcome: Outcome) -> str | None:
    """Why not, if so."""
    return outcome.refusal.code if outcome.refusal else None


def deposits(house: House) -> list[DepositState]:
    """How the deposits of the lot stand."""
    return [one.state for one in house.view.settlement.deposits.values()]


async def test_from_two_keys_to_the_hammer(sqlite_path: Path) -> None:
    """Both keys, two envelopes, both shares: the second opens, hammers in one commit, and a restart between loses nothing."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await closed_lot(house, clock)
        assert house.view.lots[LOT].state is LifecycleState.AWAITING_OPENING
        (awaited,) = [
            one.event for one in await house.history(f"seal/{LOT}") if isinstance(one.event, SharesAwaited)
        ]
        assert awaited.until == clock.now() + 2 * DAY == house.view.market.custody.due[LOT]
        assert code(await give(house, "operator")) is None
        assert house.view.lots[LOT].state is LifecycleState.AWAITING_OPENING
    async with house_at(sqlite_path, clock) as house:
        assert house.view.market.custody.missing(LOT) == ("auditor",)
        assert code(await give(house, "auditor")) is None
        await house.settled()
        lot = house.view.lots[LOT]
        assert (lot.state, lot.winners[0].price_fen) == (LifecycleState.HAMMERED, HIGH)
        rows = await house.history(f"lot/{LOT}")
        opening, hammer = (
            next(row for row in rows if isinstance(row.event, kind)) for kind in (le.SealsOpened, le.Hammered)
        )
        assert opening.command_id == hammer.command_id
        assert house.view.market.custody.due == {}
        assert house.view.market.seal_keys == {}
        assert not (sqlite_path.parent / "keys").exists(), "the house made no key of its own"


async def test_a_lot_without_both_keys_does_not_open(sqlite_path: Path) -> None:
    """It moves by a step, says why, takes no bid, and opens at its next instant once the second key is there."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await put_up(house, clock)
        await publish(house, "operator")
        opens_at, closes_at = house.view.lots[LOT].opens_at, house.view.lots[LOT].closes_at
        await pass_time(house, clock)
        lot = house.view.lots[LOT]
        assert (lot.state, lot.opens_at) == (LifecycleState.ANNOUNCED, opens_at + MINUTE)
        assert lot.closes_at == (closes_at or 0) + MINUTE
        (moved,) = [
            row.event for row in await house.history(f"lot/{LOT}") if isinstance(row.event, le.LotPostponed)
        ]
        assert moved.reason == "seal_keys_missing"
        bid = Seal(LOT, house.view.market.code_of(LOT, "jia") or "", "x", "y")
        clock.advance(3 * MINUTE)
        assert code(await ask(house, "jia", bid)) == "LOT_NOT_OPEN", "not even before the gavel has looked"
        assert house.view.lots[LOT].opens_at > clock.now()
        assert code(await publish(house, "auditor")) is None
        await pass_time(house, clock, MINUTE)
        assert house.view.lots[LOT].state is LifecycleState.OPEN
        assert (
            code(await publish(house, "auditor", key=new_key(LOT, "auditor").public_key)) == "SEAL_KEY_EXISTS"
        )


async def test_keys_are_of_two_people_and_on_the_curve(sqlite_path: Path) -> None:
    """One person, one key for both, no point, another's name or role: refused; a lost key can be replaced before the opening."""
    clock = ManualClock(BEGIN)
    both = Principal("both", None, frozenset({"operator", "auditor"}))
    async with house_at(sqlite_path, clock) as house:
        await put_up(house, clock)
        for wrong in ("", "AAAA", KEYS["auditor"].public_key[:-4] + "AAAA"):
            assert (
                code(await ask(house, "operator", PublishOfficialKey(LOT, "operator", "operator", wrong)))
                == "SEAL_KEY_INVALID"
            )
        for login, body in (
            ("operator", PublishOfficialKey(LOT, "auditor", "operator", KEYS["auditor"].public_key)),
            ("operator", PublishOfficialKey(LOT, "operator", "operator2", KEYS["auditor"].public_key)),
            ("jia", PublishOfficialKey(LOT, "operator", "jia", KEYS["auditor"].public_key)),
        ):
            with pytest.raises(Denied):
                await ask(house, login, body)
        first = PublishOfficialKey(LOT, "operator", "both", KEYS["operator"].public_key)
        second = PublishOfficialKey(LOT, "auditor", "both", KEYS["auditor"].public_key)
        made = command("operator", first)
        assert code(await house.submit(msgspec.structs.replace(made, principal=both))) is None
        made = command("operator", second)
        assert code(await house.submit(msgspec.structs.replace(made, principal=both))) == "SEAL_SAME_PERSON"
        assert code(await publish(house, "auditor", key=KEYS["operator"].public_key)) == "SEAL_KEY_INVALID"
        known = PublishOfficialKey(LOT, "operator", "operator", KEYS["operator"].public_key, "P-1")
        fresh = new_key(LOT, "operator").public_key
        again = PublishOfficialKey(LOT, "operator", "operator", fresh, "P-1")
        assert code(await ask(house, "operator", known)) == "SEAL_KEY_INVALID", "it is published already"
        assert code(await ask(house, "operator", again)) is None
        third = PublishOfficialKey(LOT, "auditor", "auditor", KEYS["auditor"].public_key, "P-1")
        assert code(await ask(house, "auditor", third)) == "SEAL_SAME_PERSON", "two accounts of one person"
        fresh = new_key(LOT, "operator").public_key
        assert code(await publish(house, "operator", "operator2", fresh)) is None
        assert code(await publish(house, "auditor")) is None
        assert house.view.market.custody.keys[LOT]["operator"].key == fresh


async def test_shares_are_right_and_in_time(sqlite_path: Path) -> None:
    """Before the close, of another key, twice: refused, and nothing is opened."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await put_up(house, clock)
        for role in KEYS:
            await publish(house, role)
        assert code(await give(house, "operator")) == "SEAL_SHARE_EARLY"
        await pass_time(house, clock)
        assert code(await give(house, "operator")) == "SEAL_SHARE_EARLY"
        await seal(house, "jia", HIGH)
        await pass_time(house, clock)
        assert code(await give(house, "operator", new_key(LOT, "operator").share())) == "SEAL_SHARE_WRONG"
        assert code(await give(house, "operator", KEYS["auditor"].share())) == "SEAL_SHARE_WRONG"
        assert code(await give(house, "operator", "x")) == "SEAL_SHARE_WRONG"
        assert code(await give(house, "operator")) is None
        assert code(await give(house, "operator")) == "SEAL_SHARE_EXISTS"
        assert house.view.lots[LOT].state is LifecycleState.AWAITING_OPENING
        await give(house, "auditor")
        await house.settled()
        assert code(await give(house, "auditor")) == "LOT_CLOSED"


async def test_a_share_that_never_comes(sqlite_path: Path) -> None:
    """At the published instant the lot passes with its reason, every deposit goes back, and it can be put up again."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await closed_lot(house, clock)
        await give(house, "operator")
        await pass_time(house, clock, 2 * DAY - 1)
        assert house.view.lots[LOT].state is LifecycleState.AWAITING_OPENING
        await pass_time(house, clock, 1)
        lot = house.view.lots[LOT]
        assert lot.state is LifecycleState.PASSED
        (passed,) = [
            row.event for row in await house.history(f"lot/{LOT}") if isinstance(row.event, le.Passed)
        ]
        assert passed.reason == "SEALS_UNOPENED"
        (why,) = [
            row.event for row in await house.history(f"seal/{LOT}") if isinstance(row.event, SealsLapsed)
        ]
        assert why.missing == ("auditor",)
        assert deposits(house) == [DepositState.RELEASED, DepositState.RELEASED]
        assert code(await give(house, "auditor")) == "LOT_CLOSED"


async def test_scores_come_before_the_shares(sqlite_path: Path) -> None:
    """Where merit counts nobody can read an amount before the last bid is scored, and nobody scores after."""
    clock, weights = ManualClock(BEGIN), {"price": "50", "quality": "50"}
    async with house_at(sqlite_path, clock) as house:
        codes = await closed_lot(house, clock, Mechanism.WEIGHTED, weights=weights)
        assert code(await give(house, "operator")) == "SEAL_SHARE_EARLY"
        assert house.view.market.custody.due == {}
        for one in codes.values():
            assert code(await ask(house, "operator", ScoreBid(LOT, one, {"quality": "80"}))) is None
        await house.settled()
        assert LOT in house.view.market.custody.due
        await give(house, "operator")
        await give(house, "auditor")
        await house.settled()
        assert (
            code(await ask(house, "operator", ScoreBid(LOT, codes["jia"], {"quality": "1"}))) == "LOT_CLOSED"
        )
        assert house.view.lots[LOT].winners[0].bidder == codes["jia"]


async def test_an_envelope_that_cannot_be_read_is_void(sqlite_path: Path) -> None:
    """One sealed to other keys, and one with another commitment: void and named; the others count."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await put_up(house, clock)
        for role in KEYS:
            await publish(house, role)
        await pass_time(house, clock)
        bad = house.view.market.code_of(LOT, "jia") or ""
        made, commitment = seal_bid(
            KEYS["auditor"].public_key, KEYS["operator"].public_key, LOT, bad, 10 * HIGH
        )
        await ask(house, "jia", Seal(LOT, bad, made, commitment))
        await seal(house, "yi", LOW)
        await pass_time(house, clock)
        for role in KEYS:
            await give(house, role)
        await house.settled()
        (opening,) = [
            row.event for row in await house.history(f"lot/{LOT}") if isinstance(row.event, le.SealsOpened)
        ]
        assert opening.void == (bad,)
        assert house.view.lots[LOT].winners[0].price_fen == LOW


async def _rows(path: Path) -> list[Row]:
    async with opened(sqlite_url(path)) as journal:
        return [row async for row in journal.read("hub")]


def _verified(rows: list[Row]) -> Verifier:
    verifier = Verifier("hub", read_rulebook())
    for row in rows:
        verifier.take(row)
    return verifier


def _forged(rows: list[Row], kind: str, change: Callable[[Any], Any]) -> list[Row]:
    """The rows with one event changed and the chain made to fit again, as somebody with the database could."""
    made: list[Row] = []
    head = bytes(32)
    for row in rows:
        if row.type == kind:
            event = change(codec.recorded(row).event)
            row = msgspec.structs.replace(row, body=canonical.encode(event))
        row = hashed(head, row)
        head = row.hash
        made.append(row)
    assert link(bytes(32), made[0]) == made[0].hash
    return made


async def test_verify_opens_every_envelope_again(sqlite_path: Path) -> None:
    """The journal alone proves the amounts; an opening, a share or a key that was changed is found though the chain fits."""
    clock = ManualClock(BEGIN)
    async with house_at(sqlite_path, clock) as house:
        await closed_lot(house, clock)
        for role in KEYS:
            await give(house, role)
        await house.settled()
    rows = await _rows(sqlite_path)
    openings = _verified(rows).openings
    assert (openings.checked, openings.unchecked) == (2, 0)
    replace = msgspec.structs.replace
    other = new_key(LOT, "operator").share()

    def one_more(event: le.SealsOpened) -> le.SealsOpened:
        first = replace(event.openings[0], amount_fen=HIGH + 1)
        return replace(event, openings=(first, *event.openings[1:]))

    for kind, change, wrong in (
        ("SealsOpened", one_more, f"held {HIGH} fen, the opening says {HIGH + 1} fen"),
        ("SealShareGiven", lambda event: replace(event, share=other), "not the private half"),
        (
            "SealKeysPublished",
            lambda event: replace(event, keys=(replace(event.keys[0], fingerprint="0" * 64),)),
            "fingerprint",
        ),
        (
            "BidSealed",
            lambda event: replace(event, commitment="0" * 64),
            "held nothing that can be read",
        ),
    ):
        with pytest.raises(BadRow, match=wrong):
            _verified(_forged(rows, kind, change))


def test_the_demo_has_both_officials() -> None:
    """An account for each of the two roles, of two people."""
    roles = {account.login: account.roles for account in people.ACCOUNTS}
    assert roles["operator"] == ("operator",)
    assert roles["auditor"] == ("auditor",)
