"""The application as a whole: problems for programs, pages for people, and faults of our own."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from exchange.ports import OutcomeUnknown
from matching_engine.errors import Broken, Malformed
from tests.exchange.house.running import FaultyJournal
from tests.web.asking import OPENING, bid
from tests.web.running import Web, key
from tests.web.served import whole_web
from web import errors
from web.app import create_app


async def _fault(request: Request) -> Response:
    raise {
        "bug": ZeroDivisionError("oops"),
        "broken": Broken("invariant 9"),
        "input": Malformed("x", 1, "y"),
    }[request.path_params["kind"]]


async def _half(request: Request) -> Response:
    async def parts() -> object:
        yield b"half"
        raise ZeroDivisionError("oops")

    return StreamingResponse(parts())  # type: ignore[arg-type]


ROUTES = [
    Route("/fault/{kind}", _fault),
    Route("/half", _half),
    Route("/", lambda request: PlainTextResponse("ok")),
]


def _page(request: Request, problem: errors.Problem) -> Response:
    return PlainTextResponse(f"page for {problem.code} {problem.request_id}", problem.status)


@pytest.fixture
def faulty(web: Web) -> Web:
    """An application with routes that fail, and a page for people."""
    return Web(web.exchange, create_app(web.exchange, ROUTES, _page), web.clock)


@pytest.mark.parametrize("kind", ["bug", "broken"])
async def test_a_fault_of_ours_is_a_500_that_tells_nothing(faulty: Web, kind: str) -> None:
    """The answer has an id and no detail; the log has the error under the same id."""
    with capture_logs() as logs:
        answer = await faulty.client().get(f"/fault/{kind}")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "INTERNAL"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "oops" not in answer.text
    assert "invariant" not in answer.text
    (entry,) = [one for one in logs if one["event"] == "request failed"]
    assert entry["exc_info"]
    assert "content-security-policy" in answer.headers


async def test_an_error_of_the_input_is_its_problem_wherever_it_is_raised(faulty: Web) -> None:
    """A page's handler that raises Malformed answers 422 with the field."""
    answer = await faulty.client().get("/fault/input")
    assert (answer.status_code, answer.json()["field"]) == (422, "x")


async def test_people_get_a_page_and_programs_a_document(faulty: Web) -> None:
    """Accept decides, but under /api/ it is always a document."""
    client = faulty.client(accept="text/html,application/xhtml+xml")
    for path in ("/fault/bug", "/nothing"):
        answer = await client.get(path)
        assert answer.text.startswith("page for ")
        assert answer.headers["x-request-id"] in answer.text
    under_api = await client.get("/api/v1/nothing")
    assert under_api.headers["content-type"] == "application/problem+json"
    assert (await faulty.client().get("/nothing")).headers["content-type"] == "application/problem+json"


async def test_an_answer_that_broke_off_is_not_continued(faulty: Web) -> None:
    """What failed in the middle of an answer ends the connection; no problem document is glued to it."""
    client = faulty.client()
    client._transport.raise_app_exceptions = True  # type: ignore[attr-defined]
    with pytest.raises(ZeroDivisionError):
        await client.get("/half")


async def test_every_request_has_an_id_of_ours(web: Web) -> None:
    """Two requests have two ids; a client cannot choose one."""
    client = web.client(**{"x-request-id": "chosen"})
    ids = {(await client.get("/healthz")).headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5
    assert "chosen" not in ids


async def test_a_path_has_one_address(web: Web) -> None:
    """A slash too many is another path, not a redirect."""
    assert (await web.client().get("/api/v1/lots/")).status_code == 404


async def test_an_unknown_outcome_is_told_as_such_and_found_later(web: Web) -> None:
    """The journal wrote and its answer was lost: never a failure; the same id gives the one true answer."""
    await web.open_lot()
    jia, id_ = await web.signed_in("jia"), key()
    dispatcher = web.exchange.own_house._dispatcher
    journal = FaultyJournal(dispatcher._journal)
    dispatcher._journal = journal
    journal.after = [OutcomeUnknown("the line went dead")]
    async with asyncio.timeout(20):
        first = await bid(jia, OPENING, id_)
        again = await bid(jia, OPENING, id_)
    assert first.status_code in (201, 202)
    assert again.status_code == 201
    assert web.exchange.house.view.lots["L1"].accepted == 1
    assert (await jia.get(f"/api/v1/commands/{id_}")).json() == again.json()


async def test_the_whole_product_is_put_together(sqlite_path: object) -> None:
    """Without routes of its own the application has REST, pages, socket and static files."""
    async with whole_web(f"sqlite:///{sqlite_path}") as web:
        client = web.client(accept="text/html")
        assert (await client.get("/")).headers["content-type"].startswith("text/html")
        assert (await client.get("/api/v1/lots")).json() == {"lots": [], "next": None}
        assert (await client.get("/static/base.css")).status_code == 200
        missing = await client.get("/no/such/page")
        assert missing.status_code == 404
        assert missing.headers["content-type"].startswith("text/html")
        paths = {getattr(route, "path", "") for route in web.app.routes}
        assert {"/ws", "/static", "/api/v1/lots/{lot}"} <= paths
