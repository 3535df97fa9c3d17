"""The server process: uvicorn with the settings that the socket needs, ended cleanly."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
import uvloop
from pydantic import IPvAnyNetwork
from starlette.types import ASGIApp

from exchange.bootstrap import Exchange
from matching_engine.errors import Malformed
from web.app import create_app
from web.transport import Wire

SWITCH_INTERVAL = 0.0005
"""Seconds after which a busy thread lets another one run (the default is ten times as long)."""
GC_THRESHOLDS = (3_000, 5, 1_000)
"""New objects before the youngest generation is collected, and collections of one before the next (700, 10, 10).

What a bid leaves behind is a tuple that the first look lets go: looking at few objects often costs no more than
looking at many seldom, and holds no bid up for longer than a millisecond. All are looked at after 15 million.
"""
FRAME_MAX = 4096
"""Bytes of the largest frame that a client may send."""


class Server(uvicorn.Server):
    """A server whose signals belong to the process around it, which ends house and server together."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone; see `serve_app`."""
        yield


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run the main coroutine of a command on uvloop.

    The journal writes in a thread of its own: a short switch interval keeps it from waiting for this one.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


def listen(host: str, port: int) -> socket.socket:
    """The listening socket; Malformed when the port is taken."""
    try:
        return socket.create_server((host, port), backlog=2048, reuse_port=False)
    except OSError as error:
        raise Malformed("port", port, f"a free port on {host} ({os.strerror(error.errno or 0)})") from error


def configured(app: ASGIApp, proxies: Sequence[IPvAnyNetwork] = ()) -> uvicorn.Config:
    """How uvicorn serves: sockets through our own way out, without compression, ended within seconds.

    Who asks is the peer of the connection; behind one of `proxies` whom it names, as far as proxies named each other.
    """
    return uvicorn.Config(
        app,
        ws=Wire,
        loop="none",
        ws_max_size=FRAME_MAX,
        ws_max_queue=8,
        ws_per_message_deflate=False,
        ws_ping_interval=20.0,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=[str(one) for one in proxies],
        server_header=False,
        access_log=False,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=3,
    )


def settle_memory() -> None:
    """Keep the garbage collector away from what stands after the start, and let it look at the rest a little at a time.

    States, answers and events make no cycles, so it finds little among them, and looking takes as long as deciding.
    A start leaves a few dozen objects to collect: they are not looked for among the millions that stay.
    """
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


async def serve_app(
    exchange: Exchange, listening: socket.socket, *companions: "asyncio.Future[None]"
) -> None:
    """Serve pages, API and socket until a signal comes; a companion or a house that fails ends it as well."""
    server = Server(configured(create_app(exchange), exchange.settings.proxies))
    settle_memory()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: setattr(server, "should_exit", True))
    serving = asyncio.ensure_future(server.serve([listening]))
    failing = asyncio.ensure_future(exchange.house.failed())
    await asyncio.wait({serving, failing, *companions}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    with suppress(asyncio.CancelledError):
        await serving
    for ended in (failing, *companions):
        if ended.done() and not ended.cancelled():
            ended.result()
    failing.cancel()
