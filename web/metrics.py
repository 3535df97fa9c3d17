"""Figures for Prometheus: requests as they are answered, and the house's own counts when somebody asks."""

import time
from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exchange.bootstrap import Exchange
from exchange.house.command import Recorded
from exchange.house.house import House
from exchange.house.spread import LATE_US, Spread
from exchange.house.state import State
from web.hub import Hub

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class HouseCollector(Collector):
    """The house at this moment."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._lag_us = Spread(LATE_US)
        if not isinstance(exchange.house, House):
            exchange.house.watch(self._note)

    def _note(self, batch: Sequence[Recorded]) -> None:
        """What this process was told of just now; clocks of two machines may differ a little."""
        self._lag_us.add(max(0, self._exchange.house.clock.now() - batch[0].at))

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
        for gauge, text, value in (
            ("alive", "Whether this process does for the house what it is there for", int(house.alive)),
            ("queue_depth", "Commands that wait", house.queue_depth),
            ("journal_seq", "The last seq that everybody may see", house.view.seq),
            ("epoch", "Which writer of the house this is", house.epoch),
            ("lease_epoch", "The epoch of the lease under which this process writes or reads", house.epoch),
            ("lots", "Lots ever put up", len(house.view.lots)),
            ("outbox_pending", "Payments ordered and not confirmed by the bank", _pending(house.view)),
        ):
            metric = GaugeMetricFamily(f"luochui_{gauge}", text, labels=["house"])
            metric.add_metric(name, value)
            yield metric
        yield from self._spreads()
        yield from role_figures(house.name, house.role, house.takeovers)
        yield from self._proof()

    def _proof(self) -> Iterator[Metric]:
        """The signed tree over the journal, where its heads are made."""
        maker, name = self._exchange.heads, [self._exchange.house.name]
        if maker is None:
            return
        head, now = maker.head, self._exchange.house.clock.now()
        for gauge, text, value in (
            ("proof_tree_size", "Rows in the tree over the journal", maker.size),
            ("proof_head_size", "Rows that the last signed head covers", head.size if head else 0),
            (
                "proof_head_age_seconds",
                "Seconds since the last head was signed",
                (now - head.at) / 1e6 if head else 0,
            ),
            ("proof_wrong", "Whether the journal contradicts a signed head", int(maker.wrong is not None)),
        ):
            metric = GaugeMetricFamily(f"luochui_{gauge}", text, labels=["house"])
            metric.add_metric(name, value)
            yield metric

    def _spreads(self) -> Iterator[Metric]:
        """How long commits take and closings come late where the house is; how late things are shown elsewhere."""
        house = self._exchange.house
        if isinstance(house, House):
            yield _histogram(
                "commit_seconds", "Length of a commit in seconds", house.name, house.stats.commit_us
            )
            yield _histogram("batch_events", "Events in a commit", house.name, house.stats.batch, 1)
            text = "Seconds after its instant at which what falls due by time was decided and written"
            yield _histogram("gavel_late_seconds", text, house.name, house.gavel.late_us)
        else:
            text = "Seconds from the decision of an event until this process shows it"
            yield _histogram("follower_lag_seconds", text, house.name, self._lag_us)


def _pending(view: State) -> int:
    return len(view.settlement.payments_open)


def _histogram(
    name: str, text: str, house: str, spread: Spread, unit: int = 1_000_000
) -> HistogramMetricFamily:
    """A spread as Prometheus reads it; `unit` of the spread are one of the metric."""
    family = HistogramMetricFamily(f"luochui_{name}", text, labels=["house"])
    bounds = [*(str(bound / unit) for bound in spread.bounds), "+Inf"]
    family.add_metric([house], list(zip(bounds, spread.at_most(), strict=True)), spread.total / unit)
    return family


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


class Metrics:
    """The registry of one application."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.answers = self.failures = 0
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
        self.answers += 1
        self.failures += status >= 500
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
