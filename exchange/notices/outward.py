"""The way out to addresses that others chose: https, to public addresses only, no redirects, bounded in time and size.

The address is looked at when the connection is made, not before: what a name stands for may change in between.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import httpcore2
import httpx2

from matching_engine.errors import Malformed

SECONDS = 5.0
"""For a whole delivery."""
ANSWER_MAX = 64 * 1024
"""Bytes of an answer that are read."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_EMBEDDED = 2**32


class Refused(httpcore2.ConnectError):
    """The name stands for an address to which nothing is sent."""


def is_public(text: str, loopback: bool = False) -> bool:
    """Whether an IP address may be reached; `loopback` also lets this machine be, for a demo."""
    address: Any = ipaddress.ip_address(text.partition("%")[0])
    inner = _inside(address)
    if inner is not None:
        return is_public(str(inner), loopback)
    if loopback and address.is_loopback:
        return True
    return bool(address.is_global and not address.is_multicast and not address.is_reserved)


def _inside(address: Any) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to: mapped, 6to4, or through NAT64."""
    if address.version == 4:
        return None
    found: ipaddress.IPv4Address | None = address.ipv4_mapped or address.sixtofour
    if found is None and address in _NAT64:
        return ipaddress.IPv4Address(int(address) % _EMBEDDED)
    return found


def check_url(url: str, demo: bool = False) -> str:
    """An address for a webhook; Malformed unless it is https, or http to this machine in a demo."""
    expected = "an https address without name, password or fragment"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Malformed("url", url[:200], expected) from None
    odd = not url.isascii() or not url.isprintable() or " " in url or len(url) > 500 or port == 0
    if odd or not parts.hostname or parts.username or parts.password or parts.fragment:
        raise Malformed("url", url[:200], expected)
    local = demo and parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not local:
        raise Malformed("url", url[:200], expected)
    try:
        address = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return url
    if not is_public(str(address), demo):
        raise Malformed("url", url[:200], "a public address")
    return url


class Guarded(httpcore2.AsyncNetworkBackend):
    """Connects to public addresses only: every address of the name is looked at, and one of them is connected to."""

    def __init__(self, loopback: bool) -> None:
        self._loopback = loopback
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (the backend's own signature)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to a name; Refused where one of its addresses is not public."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore2.ConnectError(f"{host}: {error}") from error
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not addresses or not all(is_public(one, self._loopback) for one in addresses):
            raise Refused(f"{host} is not a public address")
        return await self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def connect_unix_socket(self, path: str, *args: Any, **more: Any) -> httpcore2.AsyncNetworkStream:
        """Never."""
        raise Refused(path)

    async def sleep(self, seconds: float) -> None:
        """Wait between attempts."""
        await asyncio.sleep(seconds)


class Outward:
    """Sends messages out."""

    def __init__(self, demo: bool = False) -> None:
        self._demo = demo
        transport = httpx2.AsyncHTTPTransport(trust_env=False)
        context = httpx2.create_ssl_context()
        transport._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context, max_connections=32, network_backend=Guarded(demo)
        )
        self._client = httpx2.AsyncClient(
            transport=transport, timeout=SECONDS, follow_redirects=False, trust_env=False
        )

    async def post(self, url: str, body: str, headers: dict[str, str]) -> tuple[int | None, str]:
        """The status of the answer, or None and why there was none."""
        try:
            check_url(url, self._demo)
            async with asyncio.timeout(SECONDS):
                return await self._post(url, body, headers)
        except Malformed as error:
            return None, str(error)
        except TimeoutError:
            return None, f"no answer within {SECONDS:g} seconds"
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            return None, f"{type(error).__name__}: {error}"[:300]

    async def _post(self, url: str, body: str, headers: dict[str, str]) -> tuple[int | None, str]:
        sent = {"content-type": "application/json", "user-agent": "luochui-webhooks/1", **headers}
        async with self._client.stream("POST", url, content=body.encode(), headers=sent) as answer:
            read = 0
            async for chunk in answer.aiter_raw():
                read += len(chunk)
                if read > ANSWER_MAX:
                    break
            said = "" if answer.is_success else f"answered {answer.status_code}"
            return answer.status_code, said

    async def close(self) -> None:
        """Let go of every connection."""
        await self._client.aclose()
