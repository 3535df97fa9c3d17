"""The vault: a key for each lot in a file that only its owner can read."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from exchange.ports import UnsafeStore
from exchange.store.envelope import seal_bid
from exchange.store.vault import FileVault, KeyLost


def vault_at(path: Path, house: str = "hub") -> FileVault:
    """A vault below a test's own directory."""
    return FileVault(path / "var" / "keys", house)


def key_file(path: Path) -> Path:
    """The one key that there is."""
    (found,) = (path / "var" / "keys" / "hub").iterdir()
    return found


def test_a_key_is_made_once_for_each_lot(tmp_path: Path) -> None:
    """The same lot has the same key ever after, another lot and another house another one."""
    first = vault_at(tmp_path).public_key("L1")
    assert vault_at(tmp_path).public_key("L1") == first
    others = (vault_at(tmp_path).public_key("L2"), vault_at(tmp_path, "harbin").public_key("L1"))
    assert len({first, *others}) == 3


def test_nobody_else_can_read_a_key(tmp_path: Path) -> None:
    """Mode 600 in directories of mode 700; a file that others can read is not used."""
    vault = vault_at(tmp_path)
    vault.public_key("L1")
    file = key_file(tmp_path)
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (file, file.parent, file.parent.parent)]
    assert modes == [0o600, 0o700, 0o700]
    file.chmod(0o640)
    with pytest.raises(UnsafeStore, match="mode must be 600"):
        vault.public_key("L1")


@pytest.mark.parametrize("lot", ["L1", "../../etc/passwd", "地块 1", "x" * 5000, ".", ""])
def test_any_lot_id_has_its_file(tmp_path: Path, lot: str) -> None:
    """No id leads out of the directory or is too long for a name."""
    vault = vault_at(tmp_path)
    assert vault.holds(lot, vault.public_key(lot))
    assert key_file(tmp_path).parent == tmp_path / "var" / "keys" / "hub"


def test_a_house_of_any_name_stays_below_the_directory(tmp_path: Path) -> None:
    """The name of a house is one directory, whatever is written in it."""
    vault_at(tmp_path, "../x").public_key("L1")
    assert [each.name for each in (tmp_path / "var" / "keys").iterdir()] == ["..%2Fx"]


def test_it_opens_what_was_sealed_to_its_key(tmp_path: Path) -> None:
    """A sealed bid opens; to another lot's key it does not."""
    vault = vault_at(tmp_path)
    envelope, commitment = seal_bid(vault.public_key("L1"), "L1", "1234", 7)
    vault.public_key("L2")
    assert vault.open("L1", "1234", envelope, commitment) == 7
    assert vault.open("L2", "1234", envelope, commitment) is None


def test_a_missing_key_is_not_made_anew(tmp_path: Path) -> None:
    """Opening never makes a key: with a new one every bid would look void."""
    vault = vault_at(tmp_path)
    key = vault.public_key("L1")
    envelope, commitment = seal_bid(key, "L1", "1234", 7)
    key_file(tmp_path).unlink()
    assert not vault.holds("L1", key)
    with pytest.raises(KeyLost):
        vault.open("L1", "1234", envelope, commitment)
    assert list((tmp_path / "var" / "keys" / "hub").iterdir()) == []


@pytest.mark.parametrize("kind", ["cut", "rsa"])
def test_a_damaged_key_is_named(tmp_path: Path, kind: str) -> None:
    """Half a file, or a key of another kind: KeyLost, without a word of its content."""
    vault = vault_at(tmp_path)
    vault.public_key("L1")
    file = key_file(tmp_path)
    other = rsa.generate_private_key(65537, 2048)
    foreign = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(file.read_bytes()[:60] if kind == "cut" else foreign)
    with pytest.raises(KeyLost, match="lot L1") as caught:
        vault.public_key("L1")
    assert "PRIVATE" not in str(caught.value)
