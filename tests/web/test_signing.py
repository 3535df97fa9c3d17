"""Signing with a party's own key: registered, checked at the edge, shown as what it is, and checked again later."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx2
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import Page

from exchange.demo import people
from exchange.house.chain import link
from exchange.house.verify import BadRow, Verifier
from exchange.ports import Row
from exchange.registers.signing_keys import key_id
from exchange.signatures import read_public_key
from exchange.store.journal import open_journal
from matching_engine import canonical
from settlement.contract import statement
from settlement.state import Contract
from tests.exchange.house.running import RULEBOOK
from tests.web.asking import post, refusal, sold
from tests.web.running import Web
from tests.web.served import served, whole_web

HTML = {"accept": "text/html", "accept-language": "zh-CN"}
CONTRACT = "/contracts/C-T-L1-1"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
KEY_ID = key_id(read_public_key(PEM))


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application with a sold lot."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        await sold(running)
        yield running


def contract(web: Web) -> Contract:
    """The contract as the house has it."""
    return web.exchange.own_house.view.settlement.contracts["C-T-L1-1"]


async def send(client: httpx2.AsyncClient, path: str, **fields: str) -> httpx2.Response:
    """A form, as the page sends it."""
    form = {"csrf": client.headers["x-csrf-token"], "command": str(uuid4()), **fields}
    return await client.post(path, data=form, headers=HTML)


async def sign(web: Web, client: httpx2.AsyncClient, signature: str, key: str = KEY_ID) -> httpx2.Response:
    """The form of the contract's page with a key."""
    fields = {"digest": contract(web).digest, "read": "yes", "key_id": key, "signature": signature}
    return await send(client, f"{CONTRACT}/signatures", **fields)


def by_key(web: Web) -> str:
    """The right signature."""
    return KEY.sign(statement("C-T-L1-1", contract(web).digest)).hex()


async def test_a_key_from_outside_signs(web: Web) -> None:
    """Entered as PEM, it signs; page and document say so, and neither calls it reliable."""
    jia = await web.signed_in("jia")
    assert (await send(jia, "/keys", public_key=PEM, label="保险柜")).status_code == 303
    assert "保险柜" in (await jia.get("/keys", headers=HTML)).text
    assert (await sign(web, jia, by_key(web))).status_code == 303
    page = (await jia.get(CONTRACT, headers=HTML)).text
    assert "密钥签名（Ed25519），已验证" in page
    assert '<span class="tag good">可靠' not in page
    paper = (await jia.get("/trades/T-L1-1/contract.html", headers=HTML)).text
    assert "密钥签名（已验证）" in paper
    assert "可靠的电子签名" not in paper


async def test_a_program_signs_by_key(web: Web) -> None:
    """Over REST a wrong signature is 422, the right one is taken and given back with the result of its check."""
    jia = await web.signed_in("jia")
    await send(jia, "/keys", public_key=PEM)
    path, body = "contracts/C-T-L1-1/signatures", {"digest": contract(web).digest, "key_id": KEY_ID}
    assert refusal(await post(jia, path, {**body, "signature": "00" * 64})) == (422, "SIGNATURE_INVALID")
    assert refusal(await post(jia, path, body)) == (422, "SIGNATURE_INVALID")
    assert (await post(jia, path, {**body, "signature": by_key(web)})).status_code == 201
    (given,) = (await jia.get(f"/api/v1{CONTRACT}")).json()["signatures"]
    assert (given["by"], given["verified"], given["key_id"]) == ("key", True, KEY_ID)


async def test_an_account_alone_is_shown_as_that(web: Web) -> None:
    """Without a key the signature is the account's confirmation."""
    jia = await web.signed_in("jia")
    assert (await sign(web, jia, "", key="")).status_code == 303
    assert "账号确认签署" in (await jia.get(CONTRACT, headers=HTML)).text
    assert contract(web).signatures[0].key_id == ""


async def test_only_a_certified_key_is_called_reliable(web: Web) -> None:
    """The register names the licensed authority; then, and only then, the page uses the law's word."""
    jia = await web.signed_in("jia")
    await send(jia, "/keys", public_key=PEM)
    keys = web.exchange.registers.signing_keys
    key = await keys.get(KEY_ID)
    assert key is not None
    await keys.change(msgspec.structs.replace(key, certificate_issuer="演示认证机构"), "operator", 1)
    await sign(web, jia, by_key(web))
    assert "可靠的电子签名，证书由 演示认证机构 颁发" in (await jia.get(CONTRACT, headers=HTML)).text


async def test_a_wrong_signature_is_refused_at_the_edge(web: Web) -> None:
    """Over another text, of another key, revoked, of somebody else: each is said, nothing is journaled."""
    jia, university = await web.signed_in("jia"), await web.signed_in("university")
    await send(jia, "/keys", public_key=PEM)
    assert (await sign(web, jia, KEY.sign(b"luochui contract v1\nC-T-L1-1\n00").hex())).status_code == 422
    assert (await sign(web, jia, "xyz")).status_code == 422
    assert (await sign(web, university, by_key(web))).status_code == 404
    assert (await send(university, f"/keys/{KEY_ID}/revocation")).status_code == 404
    assert (await send(jia, f"/keys/{KEY_ID}/revocation")).status_code == 303
    refused = await sign(web, jia, by_key(web))
    assert refused.status_code == 409
    assert "该密钥已撤销" in refused.text
    assert contract(web).signatures == []


async def test_a_bad_key_is_named_and_keys_are_for_parties(web: Web) -> None:
    """Not a key, entered twice, and somebody who signs nothing."""
    jia = await web.signed_in("jia")
    assert "不是 Ed25519 公钥" in (await send(jia, "/keys", public_key="hello")).text
    assert (await send(jia, "/keys", public_key=PEM)).status_code == 303
    assert (await send(jia, "/keys", public_key=PEM)).status_code == 422
    assert (await (await web.signed_in("registrar")).get("/keys", headers=HTML)).status_code == 403


async def test_a_forged_signature_in_the_journal_is_found(web: Web) -> None:
    """Whoever rewrites the journal, chain and all, cannot make a signature: verifying finds it offline."""
    jia = await web.signed_in("jia")
    await send(jia, "/keys", public_key=PEM)
    await sign(web, jia, by_key(web))
    journal = open_journal(web.exchange.settings.database_url, writable=False)
    await journal.open()
    rows = [row async for row in journal.read("hub")]
    await journal.close()
    take(rows)
    with pytest.raises(BadRow, match="the signature is not that of the key"):
        take(rows, forged=True)


def take(rows: list[Row], forged: bool = False) -> None:
    """Verify the rows; forged ones carry another signature and a chain that fits it."""
    verifier = Verifier("hub", RULEBOOK)
    for row in rows:
        if forged and row.type == "ContractSigned":
            body = canonical.encode({**msgspec.json.decode(row.body), "signature": "00" * 64})
            changed = msgspec.structs.replace(row, body=body)
            verifier.take(msgspec.structs.replace(changed, hash=link(verifier.head, changed)))
        else:
            verifier.take(row)


@pytest.mark.browser
async def test_a_browser_makes_a_key_and_signs(page: Page, sqlite_path: Path) -> None:
    """Chromium makes the pair, keeps the private half, enters the public one, and signs what the house accepts."""
    async with served(f"sqlite:///{sqlite_path}") as web:
        await sold(web)
        base = web.exchange.settings.public_url
        await _sign_in(page, base)
        await page.goto(f"{base}/keys")
        await page.fill("#make input[name=label]", "办公室")
        await page.click("#make button.main")
        await page.wait_for_selector("[data-here]:visible")
        await page.goto(f"{base}{CONTRACT}")
        await page.wait_for_function("document.querySelector('select[name=key_id]').value !== ''")
        await page.check("input[name=read]")
        await page.click("form[data-contract] button.main")
        await page.wait_for_selector("text=密钥签名（Ed25519），已验证")
        (signature,) = contract(web).signatures
        assert signature.key_id == key_id(signature.public_key)
        assert signature.certificate_issuer == ""


async def _sign_in(page: Page, base: str) -> None:
    await page.goto(f"{base}/sign-in?lang=zh")
    await page.fill("input[name=account]", "jia")
    await page.fill("input[name=password]", people.PASSWORD)
    await page.click("main button")
    await page.wait_for_load_state()
