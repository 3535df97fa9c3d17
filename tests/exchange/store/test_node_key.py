"""The key of a node: made once, for its owner only."""

from pathlib import Path

import pytest

from exchange.ports import UnsafeStore
from exchange.signatures import verifies
from exchange.store.node_key import node_key
from matching_engine.errors import Malformed


def test_a_key_is_made_once(tmp_path: Path) -> None:
    """Asked for again it is the same; what it signs can be checked; another house has another."""
    first, again = node_key(tmp_path, "hub"), node_key(tmp_path, "hub")
    assert first.public == again.public
    assert verifies(first.public, b"text", again.sign(b"text"))
    assert node_key(tmp_path, "suzhou").public != first.public
    assert (tmp_path / "keys" / "hub" / "node.pem").stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """Its file is for its owner only."""
    node_key(tmp_path, "hub")
    (tmp_path / "keys" / "hub" / "node.pem").chmod(0o644)
    with pytest.raises(UnsafeStore, match="600"):
        node_key(tmp_path, "hub")


def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    """The house does not start under a new key by itself."""
    node_key(tmp_path, "hub")
    (tmp_path / "keys" / "hub" / "node.pem").write_bytes(b"nothing")
    with pytest.raises(Malformed, match=r"node\.pem"):
        node_key(tmp_path, "hub")
