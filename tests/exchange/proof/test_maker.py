"""Heads of a running house: signed when it is time, gone on with after a restart, never beside a forged journal."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from exchange.house.house import House
from exchange.proof.heads import key_id, vouched_run, wrong_head, wrong_keys
from exchange.proof.maker import TILES, HeadMaker, rotate
from exchange.proof.merkle import extends, fold, includes, leaf_hash
from exchange.proof.nodes import Nodes
from exchange.proof.tree import WIDTH
from exchange.registers import Registers
from exchange.store.clock import ManualClock
from exchange.store.proof_key import ProofKeys
from matching_engine.commands import Bid
from matching_engine.errors import Broken, Malformed
from matching_engine.terms import HOUR, MINUTE
from tests.exchange.house.running import BEGIN, LOT, command, open_lot, opened, running, sqlite_url


async def leaves(house: House) -> list[bytes]:
    """The hashes of all leaves, from the journal."""
    return [leaf_hash(one) for one in await house.hashes(0, house.view.seq)]


async def bid(house: House, amount_fen: int) -> None:
    """A bid of jia's or yi's."""
    login = "jia" if amount_fen % 20_000_000 == 0 else "yi"
    code = house.view.market.code_of(LOT, login) or ""
    await house.submit(command(login, Bid(LOT, code, amount_fen)))


@pytest.mark.parametrize("tiles", [1, TILES])
async def test_a_house_signs_its_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiles: int) -> None:
    """Heads by time, by hammer and by wish; proofs of every row, whether tiles are written with their head or before
    it; a restart goes on; a rotated key is vouched for."""
    monkeypatch.setattr("exchange.proof.maker.TILES", tiles)
    path, clock = tmp_path / "h.db", ManualClock(BEGIN)
    async with opened(sqlite_url(path)) as journal, running(journal, clock) as house:
        registers = Registers(sqlite_url(path))
        await registers.open()
        proofs, keys = registers.proofs, ProofKeys(tmp_path, "hub")
        maker = HeadMaker(house, proofs, keys, MINUTE)
        await open_lot(house, clock)
        house.watch(maker.note)
        first = await maker.step()
        assert first is not None
        assert (first.size, first.root) == (house.view.seq, fold(await leaves(house)).hex())
        assert wrong_head(first, await proofs.keys("hub")) is None

        await asyncio.gather(*(bid(house, 160_000_000 + n * 10_000_000) for n in range(250)))
        assert await maker.step() is None, "less than a minute passed"
        await proofs.wish("hub", house.view.seq)
        wished = await maker.step()
        assert wished is not None
        assert wished.size > WIDTH
        entry, _ = await rotate(proofs, keys, "hub", clock.now())
        clock.advance(HOUR)
        await house.gavel.strike()
        await house.settled()
        again = HeadMaker(house, proofs, keys, MINUTE)
        last = await again.step()
        assert last is not None
        assert (last.key_id, last.size) == (entry.key_id, house.view.seq)
        known = await proofs.keys("hub")
        assert wrong_keys("hub", known) is None
        assert wrong_keys("hub", known[1:], known[:1]) is None
        assert {wrong_head(one, known) for one in (first, wished, last)} == {None}

        hashes, nodes = await leaves(house), Nodes(house, proofs)
        root = bytes.fromhex(last.root)
        for seq in (1, WIDTH, WIDTH + 1, last.size):
            assert includes(hashes[seq - 1], seq - 1, last.size, await nodes.inclusion(seq, last.size), root)
        for old in (first, wished):
            way = await nodes.consistency(old.size, last.size)
            assert extends(old.size, bytes.fromhex(old.root), last.size, root, way)
        assert [one.size for one in await proofs.heads("hub")] == [first.size, wished.size, last.size]
        assert await again.finish() is None, "nothing came after the last head"
        await bid(house, 900_000_000)
        end = await again.finish()
        assert end is not None
        assert end.size == house.view.seq > last.size, "a clean end leaves nothing without a head"
        await registers.close()


async def test_a_hammer_is_signed_at_once_and_a_forged_journal_never(tmp_path: Path) -> None:
    """A hammer needs no minute; a row changed after it was signed ends the signing with a clear reason."""
    path, clock = tmp_path / "h.db", ManualClock(BEGIN)
    async with opened(sqlite_url(path)) as journal, running(journal, clock) as house:
        registers = Registers(sqlite_url(path))
        await registers.open()
        maker = HeadMaker(house, registers.proofs, ProofKeys(tmp_path, "hub"), 10 * HOUR)
        house.watch(maker.note)
        await open_lot(house, clock)
        await maker.step()
        await bid(house, 160_000_000)
        assert await maker.step() is None
        clock.advance(HOUR)
        await house.gavel.strike()
        await house.settled()
        head = await maker.step()
        assert head is not None
        assert head.size == house.view.seq
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE journal SET hash = zeroblob(32) WHERE seq = ?", (head.size,))
            connection.commit()
        forged = HeadMaker(house, registers.proofs, ProofKeys(tmp_path, "hub"), MINUTE)
        with pytest.raises(Broken, match="contradicts the head"):
            await forged.step()
        await forged.run(0.01)
        assert forged.wrong is not None
        await registers.close()


async def test_keys_stay_private_and_known(tmp_path: Path) -> None:
    """A key's file is for its owner alone; without the old one a new one is only entered when that is said."""
    registers = Registers(sqlite_url(tmp_path / "h.db"))
    async with opened(sqlite_url(tmp_path / "h.db")):
        await registers.open()
        keys, proofs = ProofKeys(tmp_path, "hub"), registers.proofs
        first, private = await rotate(proofs, keys, "hub", BEGIN)
        (file,) = keys.folder.glob("*.pem")
        assert file.stat().st_mode & 0o777 == 0o600
        assert key_id(private.public) == first.key_id
        assert keys.make().public == private.public
        seed = bytes(range(32)).hex()
        assert ProofKeys(tmp_path, "hub", seed).make().public not in file.name
        file.unlink()
        with pytest.raises(Malformed, match="private half"):
            await rotate(proofs, keys, "hub", BEGIN + 1)
        lost, _ = await rotate(proofs, keys, "hub", BEGIN + 2, lost=True)
        assert lost.previous == ""
        known = await proofs.keys("hub")
        assert "vouches" in (wrong_keys("hub", known) or "")
        assert (vouched_run(known), vouched_run(known, first.key_id)) == ([lost], [first])
        assert wrong_keys("hub", vouched_run(known)) is None
        with pytest.raises(Malformed, match="LUOCHUI_PROOF_KEY"):
            ProofKeys(tmp_path, "hub", "nonsense")
        await registers.close()
