"""How the server is set up: whom it takes for the one who asks."""

from ipaddress import ip_network
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from exchange.settings import Settings
from tests.web.running import Web
from web.server import configured

PROXY, OTHERS = "10.0.0.2", "10.0.0.3"


async def guesses(web: Web, peer: str, forwarded: list[str]) -> list[int]:
    """The statuses of wrong sign-ins that come from a peer with these headers, the proxy's network being known."""
    config = configured(web.app, (ip_network("10.0.0.2/32"),))
    config.load()
    loaded: Any = config.loaded_app
    transport = httpx2.ASGITransport(loaded, client=(peer, 50_000))
    base = web.exchange.settings.public_url
    body = {"account": "jia", "password": "wrong"}
    async with httpx2.AsyncClient(transport=transport, base_url=base, headers={"origin": base}) as client:
        answers = [
            await client.post("/api/v1/session", json=body, headers={"x-forwarded-for": one})
            for one in forwarded
        ]
    return [answer.status_code for answer in answers]


async def test_behind_the_proxy_everybody_has_an_own_address(web: Web) -> None:
    """Whom the proxy names is counted: a rival's guesses at a login do not lock its owner out from elsewhere."""
    assert await guesses(web, PROXY, ["203.0.113.9"] * 6) == [401] * 5 + [429]
    assert await guesses(web, PROXY, ["198.51.100.1"]) == [401]


async def test_what_was_claimed_before_the_proxy_is_not_believed(web: Web) -> None:
    """The proxy adds the peer it saw at the end; names that the client wrote before it count for nothing."""
    claimed = [f"192.0.2.{n}, 203.0.113.9" for n in range(6)]
    assert await guesses(web, PROXY, claimed) == [401] * 5 + [429]


async def test_from_anybody_else_the_header_is_not_believed(web: Web) -> None:
    """A neighbour of the proxy is not the proxy."""
    assert await guesses(web, OTHERS, [f"192.0.2.{n}" for n in range(6)]) == [401] * 5 + [429]


def test_a_proxy_is_an_address_or_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are read from the environment; everybody (`*`) is no proxy."""
    monkeypatch.setenv("LUOCHUI_PROXIES", '["10.0.0.2", "10.1.0.0/16"]')
    assert [str(one) for one in Settings().proxies] == ["10.0.0.2/32", "10.1.0.0/16"]
    monkeypatch.setenv("LUOCHUI_PROXIES", '["*"]')
    with pytest.raises(ValidationError):
        Settings()
