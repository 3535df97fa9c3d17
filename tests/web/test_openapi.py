"""The OpenAPI document says what the interface does: its form, its coverage, and requests made from it."""

import asyncio
import json
import re
import socket
import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import httpx2
import jsonschema_rs
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis import checks

from exchange.store.clock import ManualClock
from tests.exchange.house.running import BEGIN
from tests.web.asking import OPENING, bid, claimed
from tests.web.running import Web, running_web
from web.api import OPERATIONS
from web.openapi import document
from web.routes import Operation, rest_routes

pytestmark = pytest.mark.xdist_group("openapi")
"""One server in the background is asked everything, and at the end whether it was."""

DOCUMENT: dict[str, Any] = json.loads(document(OPERATIONS))


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


async def test_the_document_is_served(web: Web) -> None:
    """To everybody, as JSON, and the same as the table gives."""
    answer = await web.client().get("/api/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == DOCUMENT
    assert answer.json()["openapi"] == "3.1.0"


def test_every_operation_of_the_table_is_in_it() -> None:
    """No route is left out, ids are unique, and each says what it is for."""
    shown = {(path, method.upper()) for path, method, _ in _operations()}
    assert shown == {(one.path, one.method) for one in OPERATIONS}
    ids = [operation["operationId"] for _, _, operation in _operations()]
    assert len(ids) == len(set(ids))
    assert all(operation["summary"] and operation["description"] for _, _, operation in _operations())


def test_path_parameters_are_those_of_the_path() -> None:
    """Each name in braces is a required parameter, and no other is."""
    for path, _, operation in _operations():
        named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))


def test_what_binds_asks_for_a_command_id() -> None:
    """Idempotency-Key is required exactly where the table says so."""
    for path, method, operation in _operations():
        (one,) = [entry for entry in OPERATIONS if (entry.path, entry.method) == (path, method.upper())]
        keys = [entry for entry in operation["parameters"] if entry["name"] == "Idempotency-Key"]
        assert bool(keys) == one.binds
        assert all(entry["required"] for entry in keys)


def test_every_reference_leads_somewhere() -> None:
    """Each $ref names a schema, and every schema is a valid JSON Schema of its draft."""
    schemas = DOCUMENT["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)):
        assert name in schemas
    for name, schema in schemas.items():
        whole = {**schema, "components": {"schemas": schemas}}
        jsonschema_rs.validator_for(whole)
        assert name


def _validator(operation: dict[str, Any], status: int, media: str) -> Any:
    schema = operation["responses"][str(status)]["content"][media]["schema"]
    return jsonschema_rs.validator_for({**schema, "components": DOCUMENT["components"]})


async def test_real_answers_are_what_the_document_promises(web: Web) -> None:
    """A market with a settled sale: every readable resource fits its schema, refusals fit the problem's."""
    claim = await claimed(web)
    client, anybody = await web.signed_in("jia"), web.client()
    parts = defaultdict(lambda: "absent") | {
        "party": "jia",
        "lot": "L1",
        "trade": "T-L1-1",
        "contract": "C-T-L1-1",
        "registration": "TC-T-L1-1",
        "claim": claim,
        "command": "absent-command",
        "version": "1",
    }
    for path, method, operation in _operations():
        if method != "get":
            continue
        answer = await client.get(path.format_map(parts))
        media = answer.headers["content-type"].partition(";")[0]
        promised = operation["responses"][str(answer.status_code)]["content"][media]
        if media.endswith("json") and promised:
            _validator(operation, answer.status_code, media).validate(answer.json())
        if operation["security"]:
            refused = await anybody.get(path.format_map(parts))
            assert refused.status_code == 401
            _validator(operation, 401, "application/problem+json").validate(refused.json())
        web.clock.advance(1_000_000)


async def test_a_bid_and_its_refusal_fit_their_schemas(web: Web) -> None:
    """201 and 409 of a bid are what the document says."""
    await web.open_lot()
    operation = DOCUMENT["paths"]["/api/v1/lots/{lot}/bids"]["post"]
    client = await web.signed_in("jia")
    for amount, status, media in (
        (OPENING, 201, "application/json"),
        (OPENING + 1, 409, "application/problem+json"),
    ):
        answer = await bid(client, amount)
        assert answer.status_code == status
        _validator(operation, status, media).validate(answer.json())


def test_one_operation_stands_once() -> None:
    """Two handlers for one method of one path are a mistake that is found when the routes are made."""
    one: Operation = OPERATIONS[0]
    with pytest.raises(AssertionError, match="twice"):
        rest_routes([one, one])


# Requests made from the document


class HastyClock(ManualClock):
    """Every look takes a second: nobody who asks again and again is ever too fast."""

    def now(self) -> int:
        """A second later than the last time."""
        return self.advance(1_000_000)


class Background:
    """The application on a port, in a thread with a loop of its own, for a tester that is not asynchronous."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(60)

    async def _serve(self) -> None:
        async with running_web(self._database, clock=HastyClock(BEGIN)) as web:
            account = await web.exchange.registers.accounts.get("jia")
            assert account is not None
            self.key, _ = await web.app.state.sessions.new_key(account, "every request there is", 10**15)
            with socket.create_server(("127.0.0.1", 0)) as listening:
                self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
                config = uvicorn.Config(web.app, lifespan="off", log_level="error", ws="none")
                self._server = uvicorn.Server(config)
                serving = asyncio.create_task(self._server.serve([listening]))
                while not self._server.started:
                    await asyncio.sleep(0.01)
                self._ready.set()
                await serving

    def stop(self) -> None:
        """End the server and its exchange."""
        self._server.should_exit = True
        self._thread.join(30)


@pytest.fixture(scope="module")
def background(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Background]:
    """An application that is asked over the network."""
    server = Background(f"sqlite:///{tmp_path_factory.mktemp('openapi') / 'asked.db'}")
    yield server
    server.stop()


ASKED = schemathesis.openapi.from_dict(DOCUMENT)


PATIENCE = settings(
    max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


@pytest.mark.parametrize(
    ("path", "method"), [(path, method) for path, method, _ in _operations()], ids=lambda part: str(part)
)
def test_whatever_is_asked_the_answer_is_a_documented_one(
    path: str, method: str, background: Background
) -> None:
    """Requests made from the document, right and wrong ones: no server error, and every answer is as promised."""

    @PATIENCE
    @given(case=ASKED[path][method.upper()].as_strategy())
    def ask(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(
            base_url=background.url,
            headers={"authorization": f"Bearer {background.key}"},
            checks=[
                checks.not_a_server_error,
                checks.status_code_conformance,
                checks.content_type_conformance,
                checks.response_schema_conformance,
            ],
        )

    ask()


def test_the_requests_were_made_by_somebody(background: Background) -> None:
    """After all of them the key still counts, so the answers above were not all refusals of a stranger."""
    answer = httpx2.get(
        f"{background.url}/api/v1/session", headers={"authorization": f"Bearer {background.key}"}
    )
    assert answer.status_code == 200
    figures = httpx2.get(f"{background.url}/metrics").text
    asked = set(re.findall(r'operation="([A-Z]+ [^"]+)",status="', figures))
    answered = set(re.findall(r'operation="([A-Z]+ [^"]+)",status="20[01]"', figures))
    assert 10 * len(answered) >= len(asked), answered
