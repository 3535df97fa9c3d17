"""The register of nodes: which houses make up the network (1+N), where they are, and with which key they sign."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import bindparam, func, select

from exchange.registers.node_models import NodeRow, NodeVersionRow
from exchange.registers.versioned import Versioned
from exchange.signatures import read_public_key
from matching_engine.errors import Malformed
from settlement.regions import REGIONS


class NodeKind(StrEnum):
    """What a node is: the hub, a sub-centre with a market of its own, or an outpost that brings people to one."""

    HUB = "hub"
    SUB_CENTRE = "sub_centre"
    OUTPOST = "outpost"


NodeId = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,62}$")]


class Node(msgspec.Struct, frozen=True):
    """A house of the network; `id` is the name of the house."""

    id: NodeId
    name_zh: str
    name_en: str
    kind: NodeKind
    region: str = ""
    """Province by the key of the rule books; empty where none fits."""
    base_url: str = ""
    contact: str = ""
    public_key: str = ""
    """The Ed25519 key of its feed, 64 hexadecimal digits."""
    since: date = date.min
    until: date | None = None
    """The first day on which it is no longer a node."""

    def current(self, day: date) -> bool:
        """Whether it is a node on a day."""
        return self.since <= day and (self.until is None or day < self.until)


def checked_node(node: Node) -> Node:
    """The node with its address and key as they are kept; Malformed names the field."""
    if not node.name_zh.strip() or not node.name_en.strip():
        raise Malformed("name", node.name_zh or node.name_en, "a name in both languages")
    if node.region and node.region not in REGIONS:
        raise Malformed("region", node.region, "the key of a province, like heilongjiang")
    if node.until is not None and node.until < node.since:
        raise Malformed("until", node.until.isoformat(), "a day not before since")
    key = read_public_key(node.public_key) if node.public_key else ""
    return msgspec.structs.replace(node, base_url=checked_address(node.base_url), public_key=key)


def checked_address(text: str) -> str:
    """An address without a slash at its end; Malformed unless it is one of http or https with a host alone."""
    if not text:
        return ""
    try:
        parts = urlsplit(text.strip())
        _ = parts.port
    except ValueError as error:
        raise Malformed("base_url", text, "an address like https://jishu.example.gov.cn") from error
    extra = parts.username or parts.password or parts.query or parts.fragment or parts.path.strip("/")
    if parts.scheme not in ("http", "https") or not parts.hostname or extra:
        raise Malformed("base_url", text, "an address like https://jishu.example.gov.cn")
    return f"{parts.scheme}://{parts.netloc}"


_BESIDE = select(func.min(NodeRow.id)).where(
    NodeRow.id != bindparam("house"), NodeRow.base_url != "", NodeRow.public_key != ""
)


class Nodes(Versioned[Node]):
    """The register; every change keeps the version before."""

    value = Node
    row = NodeRow
    history = NodeVersionRow
    name = "node"

    async def all(self) -> list[Node]:
        """Every node that ever was, the hub first, then by id."""
        found = await self._select(select(NodeRow).order_by(NodeRow.id))
        return sorted(found, key=lambda node: (node.kind is not NodeKind.HUB, node.id))

    async def any_beside(self, house: str) -> bool:
        """Whether a node other than this house has a feed that can be read."""
        return await self._database.glance(_BESIDE, house=house) is not None

    async def enter(self, node: Node, by: str, at: int, reason: str = "") -> Node:
        """Enter a node, or change it; nothing happens where it stands so already."""
        entered, known = checked_node(node), await self.get(node.id)
        if known is None:
            return await self.add(entered, by, at)
        return entered if known == entered else await self.change(entered, by, at, reason)
