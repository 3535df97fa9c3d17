"""1 to 19: what is sent is not what it seems. Each gets its answer, and nothing of it reaches the journal."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.abuse.site import Site
from tests.web.asking import OPENING, post, refusal
from tests.web.running import key
from tests.web.test_api_market import ACHIEVEMENT, made

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("abuse parsing")]

BIDS = "/api/v1/lots/L1/bids"


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def _lot(site: Site) -> None:
    """A lot that takes bids."""
    await site.open_lot("jia", "yi")


async def send(
    site: Site,
    body: bytes | str,
    path: str = BIDS,
    content_type: str = "application/json",
    login: str = "jia",
) -> httpx2.Response:
    """Exactly these octets as a request of somebody signed in; whatever it says, the journal is as it was."""
    client, seq = await site.member(login), site.exchange.house.view.seq
    headers = {"content-type": content_type, "idempotency-key": key()}
    answer = await client.post(path, content=body, headers=headers)
    assert site.exchange.house.view.seq == seq
    return answer


async def bidding(site: Site, amount: str, more: str = "") -> tuple[int, str]:
    """The answer to a bid whose amount stands so in the JSON."""
    return refusal(await send(site, f'{{"amount_fen":{amount}{more}}}'))


async def test_00_the_same_request_is_good_when_nothing_is_wrong_with_it(site: Site) -> None:
    """What the others break is a bid that would have been taken."""
    answer = await post(await site.member("jia"), "lots/L1/bids", {"amount_fen": OPENING})
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
async def test_01_nan_and_infinity(site: Site, amount: str) -> None:
    """JSON has no such numbers, whatever its libraries say."""
    assert await bidding(site, amount) == (400, "MALFORMED_JSON")


@pytest.mark.parametrize("amount", ["1e400", "-1e999"])
async def test_02_a_number_beyond_any_double(site: Site, amount: str) -> None:
    """It would read as infinity."""
    assert await bidding(site, amount) == (400, "MALFORMED_JSON")


@pytest.mark.parametrize("name", ["amount_fen", "\\u0061mount_fen"])
async def test_03_duplicate_keys(site: Site, name: str) -> None:
    """Two readers would see two amounts; an escape does not hide the second key."""
    assert await bidding(site, str(OPENING), f',"{name}":{2 * OPENING}') == (400, "DUPLICATE_KEY")


async def test_04_an_integer_of_five_thousand_digits(site: Site) -> None:
    """It is not even read."""
    assert await bidding(site, "9" * 5000) == (400, "MALFORMED_JSON")


@pytest.mark.parametrize(
    "body", ["[" * 60_000, '{"a":' * 10_000, '{"amount_fen":' + "[" * 17 + "]" * 17 + "}"]
)
async def test_05_deep_nesting(site: Site, body: str) -> None:
    """Closed or not, no nesting exhausts the stack."""
    assert refusal(await send(site, body)) == (400, "MALFORMED_JSON")


async def test_06_a_lone_surrogate(site: Site) -> None:
    """It parses, and could never be written again."""
    assert await bidding(site, str(OPENING), ',"note":"\\ud800"') == (400, "MALFORMED_JSON")
    assert refusal(await send(site, b'{"amount_fen":1,"note":"\xed\xa0\x80"}')) == (400, "MALFORMED_JSON")


async def test_07_nul(site: Site) -> None:
    """No database keeps it: refused before one is asked, in bodies, in passwords and in addresses."""
    anybody = site.client()
    for body in ({"account": "j\0a", "password": "x"}, {"account": "jia", "password": "x\0y"}):
        assert refusal(await anybody.post("/api/v1/session", json=body)) == (422, "BAD_TEXT")
    assert refusal(await anybody.get("/api/v1/lots?q=%00")) == (422, "BAD_TEXT")


async def test_08_true_as_an_amount(site: Site) -> None:
    """In Python it is one."""
    assert await bidding(site, "true") == (422, "BAD_TYPE")


@pytest.mark.parametrize("amount", [f"{OPENING}.0", "1e15", "0.1"])
async def test_09_a_float_amount(site: Site, amount: str) -> None:
    """Also where it is whole."""
    assert await bidding(site, amount) == (422, "BAD_TYPE")


@pytest.mark.parametrize(
    "digits", ["１６０００００００", "١٦٠٠٠٠٠٠٠", "160_000_000", " 160000000 ", "160000000"]
)
async def test_10_digits_that_are_no_digits(site: Site, digits: str) -> None:
    """Python's int() reads every one of them; an amount is a JSON number and nothing else."""
    assert await bidding(site, json.dumps(digits, ensure_ascii=False)) == (422, "BAD_AMOUNT")


@pytest.mark.parametrize("amount", ["0", "-1", "-0"])
async def test_11_zero_and_negative(site: Site, amount: str) -> None:
    """Nobody bids nothing, and nobody is paid for bidding."""
    assert await bidding(site, amount) == (422, "BAD_AMOUNT")


@pytest.mark.parametrize("amount", [10**15 + 1, 2**63, 2**64, 10**30])
async def test_12_more_than_there_is(site: Site, amount: int) -> None:
    """Above 10^15 fen, also above what a database's integer holds."""
    assert await bidding(site, str(amount)) == (422, "AMOUNT_TOO_LARGE")


async def test_13_an_unknown_field(site: Site) -> None:
    """What is not understood is not ignored."""
    assert await bidding(site, str(OPENING), ',"priority":1') == (422, "UNKNOWN_FIELD")


@pytest.mark.parametrize("name", ["at", "ts", "timestamp", "received_at"])
async def test_14_the_clients_own_time(site: Site, name: str) -> None:
    """The house's clock decides, and no field says otherwise."""
    assert await bidding(site, str(OPENING), f',"{name}":1') == (422, "UNKNOWN_FIELD")


async def test_15_a_body_above_64_kib(site: Site) -> None:
    """With its length told before, and in pieces without one."""
    body = b'{"amount_fen":1' + b" " * 65_536 + b"}"
    assert refusal(await send(site, body)) == (413, "BODY_TOO_LARGE")
    client = await site.member("jia")

    async def pieces() -> Any:
        for _ in range(17):
            yield b" " * 4096

    answer = await client.post(BIDS, content=pieces(), headers={"idempotency-key": key()})
    assert refusal(answer) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "text/json", ""])
async def test_16_another_content_type(site: Site, content_type: str) -> None:
    """A form of another site's page can send these without asking; JSON it cannot."""
    status, _ = refusal(await send(site, f'{{"amount_fen":{OPENING}}}', content_type=content_type))
    assert status == 415


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\x1b", "\x7f"])
async def test_17_direction_and_zero_width_in_a_name(site: Site, hidden: str) -> None:
    """Two titles that look alike would be two."""
    body = json.dumps({**ACHIEVEMENT, "title": f"低温{hidden}材料"})
    answer = await send(site, body, "/api/v1/achievements", login="university")
    assert refusal(answer) == (422, "BAD_TEXT")
    assert answer.json()["field"] == "title"


async def raw(site: Site, target: str) -> str:
    """The status line for a path exactly as written, which no client tidies up before."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.exchange.settings.port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    status = (await reader.readline()).decode()
    await reader.read()
    writer.close()
    await writer.wait_closed()
    return status


async def test_18_path_traversal(site: Site) -> None:
    """A file's name loses its path, hidden characters in it are refused, and no address leads out of /static."""
    operator = await site.member("operator")

    async def upload(name: str) -> httpx2.Response:
        body = (
            '--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\nachievements\r\n'
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/csv\r\n\r\nx\r\n--b--\r\n"
        )
        kind = {"content-type": "multipart/form-data; boundary=b"}
        return await operator.post("/imports", content=body.encode(), headers=kind)

    for climbing in ("../../../../etc/passwd", "..\\..\\etc\\passwd", "/etc/passwd"):
        answer = await upload(climbing)
        assert answer.status_code == 422
        assert "<strong>passwd</strong>" in answer.text
    for hidden in ("a\0b.csv", "a\u202eb.csv"):
        assert refusal(await upload(hidden)) == (422, "BAD_TEXT")
    for path in ("/static/../app.py", "/static/..%2f..%2fpyproject.toml", "/static//etc/passwd", "/%2e%2e/x"):
        assert " 404 " in await raw(site, path), path


async def test_19_html_in_a_title(site: Site) -> None:
    """Kept as it was written, shown escaped, under a policy that would not run it."""
    title = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    seller = await site.member("university")
    row = made(await post(seller, "achievements", {**ACHIEVEMENT, "title": title}))
    listing = made(await post(seller, "listings", {"achievement": row, "price_idea_fen": 100}))
    assert site.exchange.house.view.market.listings[listing].subject.title == title
    page = await seller.get(f"/listings/{listing}", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
