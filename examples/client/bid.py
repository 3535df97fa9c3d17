"""Bid on one lot of an exchange up to a limit, by the Python client.

    luochui demo                       in one terminal
    python examples/client/bid.py      in another

Follows an open English lot over the socket, enters it, and bids the least that leads whenever somebody else does,
until the limit or the hammer. Everything that happens is printed; the last line says how it ended.
"""

import argparse
import asyncio
import os
import sys

from matching_engine.money import format_yuan
from web.client import ClientError, Exchange, Line, NotAllowed, Refused, Room

DEMO_PASSWORD = "luochui-demo-2026"  # noqa: S105  (printed on the screen of the demo)


async def choose(exchange: Exchange) -> str:
    """The open English lot that closes last."""
    found = [one async for one in exchange.lots(state="open", mechanism="english")]
    if not found:
        raise SystemExit("there is no open English lot")
    return max(found, key=lambda one: one.closes_at or "").lot


async def admitted(exchange: Exchange, line: Line, lot: str) -> Room:
    """Enter the lot, and wait until the deposit has arrived (in the demo its bank pays by itself)."""
    room = await line.follow(lot)
    if room.you is None:
        await exchange.enter(lot)
    await room.until(lambda room: room.you is not None and room.you.entry == "admitted")
    return room


async def bid_up_to(line: Line, room: Room, limit_fen: int) -> None:
    """One bid, if somebody else leads and the least that leads is within the limit."""
    least, me = room.lot.minimum_fen, room.you
    if (
        room.lot.state != "open"
        or least is None
        or least > limit_fen
        or me is None
        or room.lot.leader == me.code
    ):
        return
    try:
        ack = await line.bid(room.id, least)
        print(f"  bid {format_yuan(least)}  receipt {ack.receipt[:16]}…")
    except Refused as no:
        print(f"  refused: {no.code}")


async def run(server: str, account: str, password: str, limit_fen: int, lot: str | None = None) -> bool:
    """Bid until the lot has ended; whether it was won."""
    async with Exchange(server) as exchange:
        await exchange.sign_in(account, password)
        lot = lot or await choose(exchange)
        async with exchange.line() as line:
            room = await admitted(exchange, line, lot)
            print(f"{lot} {room.lot.title}, my code is {room.you.code if room.you else '?'}")
            events = room.events()
            await bid_up_to(line, room, limit_fen)
            async for happened in events:
                print(f"{happened.seq:>5} {happened.kind} {happened.facts.get('amount_fen', '')}")
                if room.lot.closed_at is not None:
                    break
                await bid_up_to(line, room, limit_fen)
            won = room.you is not None and any(one.bidder == room.you.code for one in room.lot.winners)
            print(f"{room.lot.state}: {'won' if won else 'not won'} at {room.lot.lead_fen} fen")
            return won


def main(arguments: list[str]) -> int:
    """0 when the lot was won, 1 when it was not, 2 when the exchange cannot be used so."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", default="http://127.0.0.1:8000")
    parser.add_argument("--account", default="jia")
    parser.add_argument("--limit", type=int, default=10_000_000, help="whole yuan")
    parser.add_argument("--lot", help="its id; otherwise the open one that closes last")
    asked = parser.parse_args(arguments)
    password = os.environ.get("LUOCHUI_PASSWORD", DEMO_PASSWORD)
    try:
        won = asyncio.run(run(asked.server, asked.account, password, asked.limit * 100, asked.lot))
    except NotAllowed as no:
        print(f"{no.code}: {no.problem.detail}", file=sys.stderr)
        return 2
    except (ClientError, OSError) as wrong:
        print(wrong, file=sys.stderr)
        return 2
    return 0 if won else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
