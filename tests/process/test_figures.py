"""The figures of the processes of a house, and that the alerts and the dashboard ask for nothing else."""

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.process.market import OPENING, STEP, prepare, serving
from tests.process.talker import Talker

OPERATING = Path(__file__).parents[2] / "docs/operating"
ALERTS: list[dict[str, Any]] = yaml.safe_load((OPERATING / "alerts.yaml").read_text())["groups"][0]["rules"]
BOARD: dict[str, Any] = json.loads((OPERATING / "grafana/luochui.json").read_text())
SCRAPED = {"instance", "job"}
"""Labels that Prometheus itself adds."""


class Figures:
    """What all processes said, taken together."""

    def __init__(self) -> None:
        self.labels: dict[str, set[str]] = defaultdict(set)
        self.values: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.samples: dict[tuple[str, str], float] = {}
        self.help: dict[str, str] = {}

    def take(self, process: str, text: str) -> None:
        """Add what a process said."""
        for family in text_string_to_metric_families(text):
            self.help[family.name] = family.documentation
            for sample in family.samples:
                self.labels[sample.name] |= sample.labels.keys()
                self.samples[process, sample.name] = sample.value
                for label, value in sample.labels.items():
                    self.values[sample.name, label].add(value)


@pytest.fixture
async def figures(postgres_url: str, redis_url: str) -> AsyncIterator[Figures]:
    """A holder and a web process after an accepted and a refused bid, each asked once."""
    await prepare(postgres_url)
    bus = ("--redis", redis_url, "--role")
    found = Figures()
    async with AsyncExitStack() as stack:
        holder = await stack.enter_async_context(serving(postgres_url, *bus, "house"))
        web = await stack.enter_async_context(serving(postgres_url, *bus, "web"))
        jia = Talker(web.address, "jia")
        await jia.connect()
        assert (await jia.bid("figures-0001", OPENING))["t"] == "ack"
        assert (await jia.bid("figures-0002", OPENING + STEP))["code"] == "BID_ALREADY_LEADING"
        for name, server in (("holder", holder), ("web", web)):
            async with httpx2.AsyncClient(base_url=server.address) as client:
                found.take(name, (await client.get("/metrics")).text)
        await jia.close()
        yield found


def queries() -> Iterator[tuple[str, str]]:
    """Every question to Prometheus, with where it stands."""
    for rule in ALERTS:
        yield rule["alert"], rule["expr"]
    for panel in BOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def wrong_with(query: str, figures: Figures) -> list[str]:
    """Metrics, labels and values in a query that no process gives."""
    wrong: list[str] = []
    for name, matchers in re.findall(r"(luochui_\w+)(?:\{([^}]*)\})?", query):
        if name not in figures.labels:
            wrong.append(name)
        for label, operator, value in re.findall(r'(\w+)(=~|=)"([^"]*)"', matchers):
            if label not in figures.labels[name]:
                wrong.append(f"{name}{{{label}}}")
            if operator == "=" and value not in figures.values[name, label]:
                wrong.append(f"{name}{{{label}={value}}}")
    known = set().union(SCRAPED, *(figures.labels[name] for name in re.findall(r"luochui_\w+", query)))
    for group in re.findall(r"\b(?:by|on) \(([^)]*)\)", query):
        wrong += [label for label in group.split(", ") if label not in known]
    return wrong


async def test_alerts_and_dashboard_ask_for_what_is_there(figures: Figures) -> None:
    """Each metric, label and fixed value in each query is given by a process that runs, and each figure says what it is;
    the check itself finds a metric, a label and a value that are not there."""
    assert {where: wrong for where, query in queries() if (wrong := wrong_with(query, figures))} == {}
    assert wrong_with("luochui_nothing > 1", figures) == ["luochui_nothing"]
    assert wrong_with('sum by (town) (luochui_role{role="king"})', figures) == [
        "luochui_role{role=king}",
        "town",
    ]
    assert [name for name, text in figures.help.items() if not text] == []
    assert _the_house_counted(figures)


def _the_house_counted(figures: Figures) -> bool:
    """The bids are in the figures: commits where the house is, events shown where the web is."""
    holder = {name: value for (process, name), value in figures.samples.items() if process == "holder"}
    web = {name: value for (process, name), value in figures.samples.items() if process == "web"}
    assert holder["luochui_commit_seconds_count"] == holder["luochui_commits_total"] >= 2
    assert holder["luochui_batch_events_sum"] >= 2
    assert holder["luochui_commit_seconds_sum"] > 0
    assert web["luochui_follower_lag_seconds_count"] >= 1
    assert "luochui_commit_seconds_count" not in web
    assert web["luochui_sockets"] == 1
    return web["luochui_journal_seq"] == holder["luochui_journal_seq"]


def test_every_alert_says_what_to_do() -> None:
    """Each alert has a severity and leads to a heading of the incidents page that is there, and each of those to an alert."""
    page = (OPERATING / "incidents.md").read_text()
    headings = {line[3:] for line in page.splitlines() if line.startswith("## Luochui")}
    assert headings == {rule["alert"] for rule in ALERTS}
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["runbook"].endswith(f"incidents.md#{rule['alert'].lower()}")
        assert rule["annotations"]["summary"]


def test_brackets_of_every_query_close() -> None:
    """No query ends in the middle."""
    for where, query in queries():
        depth = 0
        for mark in re.sub(r'"[^"]*"', "", query):
            depth += (mark in "({[") - (mark in ")}]")
            assert depth >= 0, where
        assert depth == 0, where
