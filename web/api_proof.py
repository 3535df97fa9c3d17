"""Proof over REST: keys and signed heads of the tree over the journal, proofs between them, and one's own receipts."""

import asyncio
from typing import Annotated, cast

import msgspec
from starlette.responses import Response

from exchange.house.journal_rights import sees_digests
from exchange.ports import Row, Unavailable
from exchange.proof.heads import Consistency, TreeHead, vouched_run
from exchange.proof.nodes import Nodes
from exchange.proof.receipt import KeyList, SignedReceipt, is_everybodys, make_receipt
from web import errors
from web.resources import Given, Taken
from web.routes import Ask, Operation, json

V1 = "/api/v1"
Size = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
HEADS_MAX = 500
PATIENCE = 4.0
"""Seconds that a receipt waits for a head that covers its row; the house signs one within a second or two."""
LOOK_EVERY = 0.1
_GENESIS = bytes(32)


class HeadsQuery(Taken, frozen=True):
    """Heads of trees larger than `after`."""

    after: Size = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=HEADS_MAX)] = 100


class ConsistencyQuery(Taken, frozen=True):
    """Two sizes; without the second, that of the latest head."""

    first: Size
    second: Size | None = None


class InclusionQuery(Taken, frozen=True):
    """A row, and the size of a tree; without it, that of the latest head."""

    seq: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    size: Size | None = None


class ReceiptQuery(Taken, frozen=True):
    """By which head: the size of a signed one, like one that a witness keeps; without it, the latest."""

    size: Size | None = None


class HeadPage(Given, frozen=True):
    """Heads by size; `next` is the `after` of the next page."""

    items: list[TreeHead]
    next: int | None


class Inclusion(Given, frozen=True):
    """The hashes that lead from row `seq` to the root of the tree of `size` rows, and the head if one was signed."""

    house: str
    seq: int
    size: int
    path: list[str]
    head: TreeHead | None


async def list_proof_keys(ask: Ask) -> KeyList:
    """The keys with which this house signs heads, each vouched for by the one before."""
    house = ask.exchange.house.name
    return KeyList(house, await ask.exchange.registers.proofs.keys(house))


async def list_heads(ask: Ask) -> HeadPage:
    """The signed heads, by size."""
    query: HeadsQuery = ask.query
    found = await ask.exchange.registers.proofs.heads(ask.exchange.house.name, query.after, query.limit)
    return HeadPage(found, found[-1].size if len(found) == query.limit else None)


async def show_latest_head(ask: Ask) -> TreeHead:
    """The head of the largest tree that was signed."""
    return await _latest(ask)


async def prove_consistency(ask: Ask) -> Consistency:
    """The proof that the tree of `second` rows begins with that of `first`, and the head of the second."""
    query: ConsistencyQuery = ask.query
    head, second = await _head(ask, query.second)
    if query.first > second:
        raise errors.failure(422, "BAD_VALUE", f"first is at most {second}", field="first")
    path = await nodes_of(ask).consistency(query.first, second)
    return Consistency(ask.exchange.house.name, query.first, second, [one.hex() for one in path], head)


async def prove_inclusion(ask: Ask) -> Inclusion:
    """The proof that a row stands in a tree. The row itself is not told: its holder has its hash."""
    query: InclusionQuery = ask.query
    head, size = await _head(ask, query.size)
    if query.seq > size:
        raise errors.failure(422, "BAD_VALUE", f"seq is at most {size}", field="seq")
    path = await nodes_of(ask).inclusion(query.seq, size)
    return Inclusion(ask.exchange.house.name, query.seq, size, [one.hex() for one in path], head)


async def show_receipt(ask: Ask) -> Response:
    """The signed receipt of a command of one's own, refused or not; an auditor has that of any, about a lot once it
    has ended."""
    query: ReceiptQuery = ask.query
    receipt = await receipt_of(ask, ask.path("command"), query.size)
    name = f'attachment; filename="luochui-{receipt.house}-{receipt.seq}.json"'
    return json(receipt, headers={"content-disposition": name if name.isascii() else "attachment"})


async def receipt_of(ask: Ask, command: str, size: int | None) -> SignedReceipt:
    """The receipt of a command that the caller may see; 404 otherwise."""
    house, registers = ask.exchange.house, ask.exchange.registers
    outcome, rows = await house.answer_of(command), await house.rows_of(command)
    if outcome is None or not rows or not sees_digests(ask.principal, house.view, outcome.first):
        raise errors.not_found("command of yours")
    row = next(one for one in rows if one.seq == outcome.first.seq)
    head = await _covering(ask, row) if size is None else await _signed(ask, row, size)
    before = await house.hashes(row.seq - 2, row.seq - 1) if row.seq > 1 else [_GENESIS]
    path = await nodes_of(ask).inclusion(row.seq, head.size)
    keys = vouched_run(await registers.proofs.keys(house.name), head.key_id)
    shows_body = row.principal == ask.principal.account or is_everybodys(row)
    return make_receipt(outcome, row, before[0], shows_body, head, path, keys)


async def _covering(ask: Ask, row: Row) -> TreeHead:
    """The latest head, once it covers the row: the house is asked for one, and signs it within a second or two."""
    proofs, house = ask.exchange.registers.proofs, ask.exchange.house.name
    head, asked = await proofs.latest(house), False
    try:
        async with asyncio.timeout(PATIENCE):
            while head is None or head.size < row.seq:
                if not asked:
                    await proofs.wish(house, row.seq)
                    asked = True
                await asyncio.sleep(LOOK_EVERY)
                head = await proofs.latest(house)
    except TimeoutError as error:
        raise Unavailable("no head that covers the row was signed yet; ask again in a minute") from error
    return head


async def _signed(ask: Ask, row: Row, size: int) -> TreeHead:
    head = await ask.exchange.registers.proofs.head(ask.exchange.house.name, size)
    if head is None or size < row.seq:
        raise errors.failure(
            422, "BAD_VALUE", f"size is that of a signed head, {row.seq} or more", field="size"
        )
    return head


async def _latest(ask: Ask) -> TreeHead:
    head = await ask.exchange.registers.proofs.latest(ask.exchange.house.name)
    if head is None:
        raise errors.not_found("signed head yet")
    return head


async def _head(ask: Ask, size: int | None) -> tuple[TreeHead | None, int]:
    """The head of a size if one was signed, and the size: at most that of the latest head."""
    latest = await _latest(ask)
    if size is None or size == latest.size:
        return latest, latest.size
    if not 0 < size <= latest.size:
        raise errors.failure(422, "BAD_VALUE", f"a size is from 1 to {latest.size}", field="size")
    return await ask.exchange.registers.proofs.head(ask.exchange.house.name, size), size


def nodes_of(ask: Ask) -> Nodes:
    """The tree as it was signed, with what was read of it lately."""
    state = ask.request.app.state
    if not hasattr(state, "proof_nodes"):
        state.proof_nodes = Nodes(ask.exchange.house, ask.exchange.registers.proofs)
    return cast(Nodes, state.proof_nodes)


OPERATIONS: tuple[Operation, ...] = (
    *(
        Operation(
            "GET",
            f"{V1}/proof/{path}",
            handler,
            summary,
            "proof",
            returns,
            query=query,
            signed_in=False,
            errors=(404,) if path not in ("keys", "heads") else (),
        )
        for path, handler, summary, returns, query in (
            ("keys", list_proof_keys, "The keys for heads", KeyList, None),
            ("heads", list_heads, "Signed heads", HeadPage, HeadsQuery),
            ("heads/latest", show_latest_head, "The latest head", TreeHead, None),
            ("consistency", prove_consistency, "From one tree to a later one", Consistency, ConsistencyQuery),
            ("inclusion", prove_inclusion, "A row in a tree", Inclusion, InclusionQuery),
        )
    ),
    Operation(
        "GET",
        f"{V1}/commands/{{command}}/receipt",
        show_receipt,
        "The signed receipt of a command",
        "proof",
        SignedReceipt,
        query=ReceiptQuery,
        errors=(404, 503),
    ),
)
