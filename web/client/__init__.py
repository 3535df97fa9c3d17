"""The Python client of an exchange: typed, asynchronous, and careful with commands that bind.

    from web.client import Exchange

    async with Exchange("http://127.0.0.1:8000") as exchange:
        await exchange.sign_in("jia", password)
        async with exchange.line() as line:
            room = await line.follow("L1")
            await line.bid("L1", room.lot.minimum_fen)

Over REST (`Exchange`) and over the socket (`Line`) a command keeps its id: after a cut the client asks what became of
it, and says it again only where the house has never heard of it. The structs are those of the server itself.
"""

from web.client.clock import ServerClock
from web.client.errors import (
    BadRequest,
    ClientError,
    Closed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    OutcomeUnknown,
    Refused,
    ServerFault,
    TooFast,
    Unavailable,
)
from web.client.line import Line
from web.client.rest import Exchange
from web.client.room import Happened, LotState, Room, Standing
from web.client.wire import command_id

__all__ = [
    "BadRequest",
    "ClientError",
    "Closed",
    "Exchange",
    "Happened",
    "Line",
    "LotState",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "OutcomeUnknown",
    "Refused",
    "Room",
    "ServerClock",
    "ServerFault",
    "Standing",
    "TooFast",
    "Unavailable",
    "command_id",
]
