"""The register of nodes."""

from datetime import date

import msgspec
import pytest

from exchange.registers import Node, Registers
from exchange.registers.nodes import NodeKind, checked_address, checked_node
from matching_engine.errors import Malformed
from tests.exchange.registers.conftest import AT

KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
NODE = Node(
    "suzhou",
    "苏州分中心",
    "Suzhou",
    NodeKind.SUB_CENTRE,
    "jiangsu",
    "https://sz.example",
    "",
    KEY,
    date(2026, 1, 1),
)


async def test_every_change_of_a_node_is_kept(registers: Registers) -> None:
    """A node is entered, changed and retired; the same again adds no version."""
    await registers.nodes.enter(NODE, "shell", AT)
    ended = msgspec.structs.replace(NODE, until=date(2026, 12, 1))
    await registers.nodes.enter(ended, "shell", AT + 1, "closed")
    await registers.nodes.enter(ended, "shell", AT + 2)
    versions = await registers.nodes.versions("suzhou")
    assert [(one.version, one.value.until, one.reason) for one in versions] == [
        (1, None, ""),
        (2, date(2026, 12, 1), "closed"),
    ]


async def test_the_hub_comes_first(registers: Registers) -> None:
    """Then the others by id."""
    for id_, kind in (("b", NodeKind.OUTPOST), ("z", NodeKind.HUB), ("a", NodeKind.SUB_CENTRE)):
        await registers.nodes.enter(msgspec.structs.replace(NODE, id=id_, kind=kind), "shell", AT)
    assert [node.id for node in await registers.nodes.all()] == ["z", "a", "b"]


def test_a_node_is_one_from_its_first_day_until_its_last() -> None:
    """`until` is the first day on which it is none."""
    node = msgspec.structs.replace(NODE, until=date(2026, 3, 1))
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 1))
    assert [node.current(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name_zh", " "),
        ("name_en", ""),
        ("region", "atlantis"),
        ("public_key", "abc"),
        ("until", date(2025, 1, 1)),
        ("base_url", "javascript:alert(1)"),
    ],
)
def test_what_does_not_fit_is_named(field: str, value: object) -> None:
    """A node needs names, a known region, a key that is one, and days in their order."""
    with pytest.raises(Malformed) as wrong:
        checked_node(msgspec.structs.replace(NODE, **{field: value}))
    assert wrong.value.field in (field, "name")


@pytest.mark.parametrize(
    "text",
    [
        "example.org",
        "ftp://example.org",
        "https://",
        "https://a:b@example.org",
        "https://example.org/x",
        "https://example.org?q",
        "http://[::1",
        "https://example.org:port",
    ],
)
def test_an_address_is_a_host_alone(text: str) -> None:
    """No other scheme, no name or password in it, no path."""
    with pytest.raises(Malformed):
        checked_address(text)


def test_an_address_is_kept_in_one_form() -> None:
    """Without a slash at its end; none at all is none."""
    assert checked_address(" https://example.org:8443/ ") == "https://example.org:8443"
    assert checked_address("") == ""
