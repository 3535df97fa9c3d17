"""Alive, ready, and the figures: what the machines that look after the process see."""

from pathlib import Path

from sqlalchemy import text

from tests.web.asking import OPENING, bid, refusal
from tests.web.running import Web, running_web


async def test_alive_ready_and_how_it_is_doing(web: Web) -> None:
    """Probes need nobody signed in; the figures count requests and the house's decisions."""
    await web.open_lot()
    await bid(await web.signed_in("jia"), OPENING - 1)
    client = web.client()
    assert (await client.get("/healthz")).json()["status"] == "alive"
    ready = (await client.get("/readyz")).json()
    assert ready == {"status": "ready", "checks": {"house": True, "journal": True, "registers": True}}
    figures = await client.get("/metrics")
    assert figures.headers["content-type"].startswith("text/plain")
    text = figures.text
    assert 'luochui_refused_total{code="BID_BELOW_OPENING",house="hub"} 1.0' in text
    assert f'luochui_journal_seq{{house="hub"}} {float(web.exchange.house.view.seq)}' in text
    assert 'luochui_alive{house="hub"} 1.0' in text
    assert 'luochui_http_requests_total{operation="POST /api/v1/lots/{lot}/bids",status="409"} 1.0' in text


async def test_a_house_that_ended_is_alive_but_not_ready(web: Web) -> None:
    """/readyz is 503 and says what is missing; bids get 503 and may be repeated."""
    await web.open_lot()
    jia = await web.signed_in("jia")
    await web.exchange.own_house.stop()
    client = web.client()
    assert (await client.get("/healthz")).status_code == 200
    answer = await client.get("/readyz")
    assert refusal(answer) == (503, "NOT_READY")
    assert "house" in answer.json()["detail"]
    refused = await bid(jia, OPENING)
    assert refusal(refused) == (503, "UNAVAILABLE")
    assert (refused.json()["retry"], refused.headers["retry-after"]) == (True, "1")


async def test_registers_that_cannot_be_read_are_503(sqlite_path: Path) -> None:
    """A database that went away is a clear answer, not a stack trace."""
    async with running_web(f"sqlite:///{sqlite_path}") as web:
        client = await web.signed_in("jia")
        database = web.exchange.registers.database
        async with database.writing() as session:
            await session.execute(text("ALTER TABLE account RENAME TO elsewhere"))
        assert refusal(await client.get("/readyz")) == (503, "NOT_READY")
        assert refusal(await client.get("/api/v1/session")) == (503, "UNAVAILABLE")
