"""The face of a process that stands by: alive, not ready, and why."""

import asyncio
import importlib
import signal
import socket
from contextlib import suppress
from types import TracebackType

import uvicorn
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from exchange.house.standby import Standby
from exchange.settings import Settings
from web import errors
from web.metrics import CONTENT_TYPE, role_figures
from web.server import Server, settle_memory


class Waiting:
    """Answers the probes on the port of the process while it stands by; SIGINT and SIGTERM end the waiting.

    The port itself stays open: what comes while the house is taken over is answered by its new holder.
    """

    def __init__(self, listening: socket.socket, settings: Settings) -> None:
        self._listening = listening
        self._name = settings.public_url
        self.ended = False
        """Whether a signal ended the waiting."""
        self._server: Server | None = None
        self._serving: asyncio.Task[None] | None = None

    def __call__(self, standby: Standby) -> "Waiting":
        """Wait for that house."""
        self._standby = standby
        return self

    async def __aenter__(self) -> None:
        """Begin to answer; what the new holder will serve is loaded already, so that it does not wait for that."""
        for module in ("web.gateway", "web.pages"):
            importlib.import_module(module)
        config = uvicorn.Config(
            _probes(self._standby), loop="none", access_log=False, log_level="warning", lifespan="off"
        )
        config.timeout_graceful_shutdown = 1
        self._server = Server(config)
        self._serving = asyncio.create_task(self._server.serve([self._listening.dup()]))
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._end, task)

    def _end(self, task: "asyncio.Task[object]") -> None:
        self.ended = True
        task.cancel()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Answer no more; nobody waits for the end of the server but a process that ends."""
        assert self._server is not None
        assert self._serving is not None
        self._server.should_exit = True
        if error is not None:
            with suppress(asyncio.CancelledError):
                await self._serving


def _probes(standby: Standby) -> Starlette:
    registry = CollectorRegistry()
    registry.register(_Figures(standby))

    async def healthz(request: Request) -> Response:
        return JSONResponse({"status": "alive", "checks": {"process": True}})

    async def metrics(request: Request) -> Response:
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE})

    async def anything(request: Request) -> Response:
        return errors.respond(_standing_by(standby).problem, {"retry-after": "1"})

    settle_memory()
    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/metrics", metrics),
            Route("/{path:path}", anything, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]
    )


def _standing_by(standby: Standby) -> errors.Failure:
    if standby.seq == 0:
        why = f"standby: reading the journal of house {standby.name}"
    else:
        who = f"{standby.holder} (epoch {standby.epoch})" if standby.holder else "another process"
        why = f"standby: house {standby.name} is held by {who}; everything is read up to seq {standby.seq}"
    return errors.failure(503, "STANDBY", why, retry=True)


class _Figures(Collector):
    """The figures of a process that owns nothing yet."""

    def __init__(self, standby: Standby) -> None:
        self._standby = standby

    def collect(self) -> "list[Metric]":
        """Role, and how far it has read."""
        standby = self._standby
        gauges: list[Metric] = []
        for gauge, text, value in (
            ("alive", "Whether the house takes commands", 0),
            ("journal_seq", "The last seq that was read", standby.seq),
            ("lease_epoch", "The epoch of the lease when it was last looked at", standby.epoch),
        ):
            metric = GaugeMetricFamily(f"luochui_{gauge}", text, labels=["house"])
            metric.add_metric([standby.name], value)
            gauges.append(metric)
        return [*gauges, *role_figures(standby.name, "standby", 0)]
