"""Figures for Prometheus: requests as they are answered, and the house's own counts when somebody asks."""

import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exchange.bootstrap import Exchange
from web.hub import Hub

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class HouseCollector(Collector):
    """The house at this moment."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def collect(self) -> Iterator[Metric]:
        """Counts and gauges of the house."""
        house, name = self._exchange.house, [self._exchange.house.name]
        stats = house.stats
        for counter, text, value in (
            ("commands", "Commands decided", stats.commands),
            ("commits", "Commits of the journal", stats.commits),
        ):
            family = CounterMetricFamily(f"luochui_{counter}", text, labels=["house"])
            family.add_metric(name, value)
            yield family
        refused = CounterMetricFamily("luochui_refused", "Refusals by code", labels=["house", "code"])
        for code, count in sorted(stats.refused.items()):
            refused.add_metric([*name, code], count)
        yield refused
        sizes, durations = sorted(stats.batch_sizes), sorted(stats.commit_us)
        for gauge, text, value in (
            ("alive", "Whether the house takes commands", int(house.alive)),
            ("queue_depth", "Commands that wait", house.queue_depth),
            ("journal_seq", "The last seq that everybody may see", house.view.seq),
            ("epoch", "Which writer of the house this is", house.epoch),
            ("lease_epoch", "The epoch of the lease under which this process writes or reads", house.epoch),
            ("lots", "Lots ever put up", len(house.view.lots)),
            ("batch_size_p50", "Events in a commit, median of the last 512", _at(sizes, 50)),
            ("commit_us_p50", "Length of a commit in µs, median of the last 512", _at(durations, 50)),
            (
                "commit_us_p99",
                "Length of a commit in µs, 99th percentile of the last 512",
                _at(durations, 99),
            ),
        ):
            metric = GaugeMetricFamily(f"luochui_{gauge}", text, labels=["house"])
            metric.add_metric(name, value)
            yield metric
        yield from role_figures(house.name, house.role, house.takeovers)


def role_figures(house: str, role: str, takeovers: int) -> Iterator[Metric]:
    """What this process is to its house, and whether it took it over."""
    metric = GaugeMetricFamily("luochui_role", "What this process is to the house", labels=["house", "role"])
    for known in ("holder", "standby", "follower"):
        metric.add_metric([house, known], int(role == known))
    yield metric
    taken = CounterMetricFamily(
        "luochui_takeovers", "Times that this process took the house over while standing by", labels=["house"]
    )
    taken.add_metric([house], takeovers)
    yield taken


class HubCollector(Collector):
    """What the sockets of this process were told."""

    def __init__(self, house: str, hub: Hub) -> None:
        self._house = house
        self._hub = hub

    def collect(self) -> Iterator[Metric]:
        """Counts of the hub, and how many sockets there are."""
        told, name = self._hub.told, [self._house]
        for counter, text, value in (
            ("fanout_frames", "Frames made for rooms", told.frames),
            ("fanout_copies", "Copies of them written to sockets", told.copies),
            ("fanout_seconds", "Seconds of the processor that writing the copies took", told.us / 1_000_000),
        ):
            family = CounterMetricFamily(f"luochui_{counter}", text, labels=["house"])
            family.add_metric(name, value)
            yield family
        sockets = GaugeMetricFamily("luochui_sockets", "Open sockets", labels=["house"])
        sockets.add_metric(name, len(self._hub.watchers))
        yield sockets


def _at(values: list[int], percent: int) -> int:
    """A percentile of sorted values; 0 where there are none."""
    return values[min(len(values) - 1, len(values) * percent // 100)] if values else 0


class Metrics:
    """The registry of one application."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._registry = CollectorRegistry()
        self._registry.register(HouseCollector(exchange))
        self._requests = Counter(
            "luochui_http_requests",
            "Requests answered",
            ["operation", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "luochui_http_request_seconds",
            "Time to the start of an answer",
            ["operation"],
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def watch(self, hub: Hub) -> None:
        """Count what a hub tells as well."""
        self._registry.register(HubCollector(self._exchange.house.name, hub))

    def count(self, operation: str, status: int, seconds: float) -> None:
        """One request was answered."""
        self._requests.labels(operation, str(status)).inc()
        self._seconds.labels(operation).observe(seconds)

    def text(self) -> bytes:
        """Everything in the text format of Prometheus."""
        return generate_latest(self._registry)


class Measure:
    """Counts every answer under its operation; what is no operation of the table is `page`."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer and count."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        state = scope.setdefault("state", {})

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                operation = state.get("operation", "page")
                self._metrics.count(operation, message["status"], time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, sending)
