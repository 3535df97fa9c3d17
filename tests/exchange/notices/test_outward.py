"""The way out: public addresses only, however they are written, and looked at when the connection is made."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from exchange.notices import outward
from exchange.notices.outward import Outward, check_url, is_public
from matching_engine.errors import Malformed

PRIVATE = (
    *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *(
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
    ),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1"),
    *(
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::7f00:1",
    ),
    *("2002:7f00:1::", "2002:a9fe:a9fe::"),
)
PUBLIC = ("93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101")


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_not_reached(address: str) -> None:
    """Loopback, private, link-local, shared, reserved, multicast, and IPv4 of these inside IPv6."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is(address: str) -> None:
    """Addresses of the public network are reached, a demo or not."""
    assert is_public(address)
    assert is_public(address, loopback=True)


def test_a_demo_reaches_this_machine_and_no_other_private_one() -> None:
    """Loopback alone."""
    assert is_public("127.0.0.1", True)
    assert is_public("::1", True)
    assert not is_public("10.0.0.1", True)
    assert not is_public("169.254.169.254", True)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://example.org/",
            "ftp://example.org/",
            "https://",
            "https:///x",
            "example.org",
            "javascript:1",
        ),
        *("https://u:p@example.org/", "https://u@example.org/", "https://example.org/#x", "https://a b/"),
        *("https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1:8443/x", "https://[::ffff:10.0.0.1]/"),
        *("https://169.254.169.254/latest", "http://localhost:1/", "https://例.cn/", "https://x:99999/"),
        *("https://example.org/\nx", "https://example.org/" + "x" * 600, "https://[bad/"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """Not https, nobody's, with a password, private or malformed: refused by name when it is entered."""
    with pytest.raises(Malformed):
        check_url(url)


def test_good_addresses_are_taken() -> None:
    """https anywhere; http to this machine in a demo only."""
    assert check_url("https://example.org:8443/hook?x=1")
    assert check_url("http://127.0.0.1:9000/hook", demo=True)
    with pytest.raises(Malformed):
        check_url("http://10.0.0.1:9000/hook", demo=True)


async def test_a_name_is_looked_at_when_it_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that stands for a private address beside a public one is refused, and nothing is connected."""
    loop = asyncio.get_running_loop()

    async def two_faced(host: str, port: int, **_: Any) -> list[Any]:
        return [(2, 1, 6, "", (one, port)) for one in ("93.184.216.34", "10.0.0.7")]

    monkeypatch.setattr(loop, "getaddrinfo", two_faced)
    way = Outward()
    code, error = await way.post("https://hooks.example.org/x", "{}", {})
    await way.close()
    assert code is None
    assert "not a public address" in error


@asynccontextmanager
async def receiver(answer: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that says this to everybody: its port, and what it was told."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        heard.append(head + await reader.readexactly(length))
        writer.write(answer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        await server.wait_closed()


async def test_redirects_and_endless_answers_are_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirect is an answer like any other; of a long answer no more than the limit is read; silence ends."""
    monkeypatch.setattr(outward, "SECONDS", 0.3)
    way = Outward(demo=True)
    to_private = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    long = b"HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n" + b"x" * (outward.ANSWER_MAX + 70_000)
    for answer, expected in ((to_private, 302), (long, 200)):
        async with receiver(answer) as (port, heard):
            assert (await way.post(f"http://127.0.0.1:{port}/", "{}", {}))[0] == expected
            assert len(heard) == 1
    left = asyncio.Event()

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        left.set()

    silent = await asyncio.start_server(silence, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    code, error = await way.post(f"http://127.0.0.1:{port}/", "{}", {})
    await way.close()
    await left.wait()
    silent.close()
    await silent.wait_closed()
    assert code is None
    assert "no answer" in error
