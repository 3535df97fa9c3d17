"""A client of the socket that does what a good client does: keeps its command ids and repeats them until answered."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.exchange.house.running import LOT
from tests.process.market import sign_in


class Talker:
    """One signed-in person on the socket."""

    def __init__(self, address: str, login: str) -> None:
        self._address = address
        self._login = login
        self._socket: ClientConnection | None = None
        self._http: httpx2.AsyncClient | None = None
        self.heard: list[dict[str, Any]] = []

    async def connect(self, since: tuple[int, int] | None = None) -> None:
        """Sign in if need be, take a ticket, say hello, follow the lot, from epoch and seq on if they are given."""
        self._http = self._http or await sign_in(self._address, self._login)
        ticket = (await self._http.post("/api/v1/tickets")).json()["ticket"]
        cookie = "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())
        self._socket = await connect(
            self._address.replace("http", "ws") + "/ws",
            subprotocols=["luochui.v1"],  # type: ignore[list-item]
            additional_headers={"Cookie": cookie},
            origin=self._address,  # type: ignore[arg-type]
        )
        await self.say({"t": "hello", "v": 1, "ticket": ticket})
        assert (await self.hear("welcome"))["t"] == "welcome"
        await self.say({"t": "sub", "i": 1, "lot": LOT, **({"since": list(since)} if since else {})})

    async def say(self, message: dict[str, Any]) -> None:
        """Send a message."""
        assert self._socket is not None
        await self._socket.send(json.dumps(message))

    async def hear(self, *kinds: str, **fields: Any) -> dict[str, Any]:
        """The next message of one of these kinds with these fields; everything heard on the way is kept."""
        assert self._socket is not None
        while True:
            async with asyncio.timeout(10):
                message: dict[str, Any] = json.loads(await self._socket.recv())
            if message["t"] == "ping":
                await self.say({"t": "pong"})
                continue
            self.heard.append(message)
            if message["t"] in kinds and fields.items() <= message.items():
                return message

    async def bid(self, id_: str, amount_fen: int, **more: Any) -> dict[str, Any]:
        """Bid and hear the answer."""
        await self.say({"t": "bid", "i": id_, "lot": LOT, "id": id_, "amount_fen": amount_fen, **more})
        return await self.hear("ack", "rej", id=id_)

    async def bid_until_answered(self, id_: str, amount_fen: int) -> dict[str, Any]:
        """Repeat the same id through whatever happens to the server."""
        while True:
            try:
                if self._socket is None:
                    await self.connect()
                answer = await self.bid(id_, amount_fen)
                if answer["t"] == "ack" or not answer.get("retry"):
                    return answer
            except (WebSocketException, OSError, TimeoutError, httpx2.TransportError, KeyError):
                await self._drop()
            await asyncio.sleep(0.05)

    async def _drop(self) -> None:
        if self._socket is not None:
            with suppress(WebSocketException, OSError):
                await self._socket.close()
        self._socket = None

    async def close(self) -> None:
        """Hang up."""
        await self._drop()
        if self._http is not None:
            await self._http.aclose()
