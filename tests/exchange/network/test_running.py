"""A house enters itself and the nodes that its settings name."""

from pathlib import Path

import msgspec
import pytest

from exchange.network.running import enrol, named
from exchange.registers.nodes import NodeKind
from exchange.settings import Settings
from exchange.store.node_key import node_key
from matching_engine.errors import Malformed
from tests.exchange.network.nodes import Wires, node
from web.network import peers

KEY = "5b" * 31 + "66"


async def test_a_house_enters_itself_and_keeps_what_people_wrote(sqlite_path: Path, tmp_path: Path) -> None:
    """Address and key follow the running house; names stay; a start that changes nothing adds no version."""
    async with node(f"sqlite:///{sqlite_path}", "alpha", tmp_path / "var", Wires()) as one:
        nodes = one.exchange.registers.nodes
        own = await nodes.get("alpha")
        assert own is not None
        assert (own.kind, own.base_url, own.public_key) == (
            NodeKind.SUB_CENTRE,
            "http://alpha.example",
            one.key.public,
        )
        await nodes.enter(msgspec.structs.replace(own, name_zh="分中心"), "test", 1)
        moved = Settings(house="alpha", base_url="https://new.example/")
        for _ in range(2):
            await enrol(one.exchange.registers, moved, node_key(tmp_path / "var", "alpha"), one.clock.now())
        now = await nodes.get("alpha")
        assert now is not None
        assert (now.name_zh, now.base_url) == ("分中心", "https://new.example")
        assert [version.version for version in await nodes.versions("alpha")] == [1, 2, 3]


async def test_nodes_of_the_settings_are_entered(
    sqlite_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LUOCHUI_NODES names address and key of others; they are known at once and not read yet."""
    key = node_key(tmp_path / "other", "hub").public
    monkeypatch.setenv("LUOCHUI_NODES", f'["hub=https://hub.example#{key}"]')
    async with node(f"sqlite:///{sqlite_path}", "alpha", tmp_path / "var", Wires()) as one:
        found = {peer.node.id: peer.freshness for peer in await peers(one.exchange)}
        assert found == {"hub": "never", "alpha": "own"}


@pytest.mark.parametrize(
    "text", ["hub", "hub=", "hub=https://hub.example", "=https://hub.example#ab", "hub=#ab"]
)
def test_a_node_written_wrongly_is_named(text: str) -> None:
    """Id, address and key are all needed."""
    with pytest.raises(Malformed, match="nodes"):
        named([text])
