"""Certificates of keys as a page: for operators, with a reason, and with the law's words only for what was certified."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.web.asking import sold
from tests.web.running import Web
from tests.web.served import whole_web
from tests.web.test_bank_page import HTML
from tests.web.test_bank_page import send as send_form
from tests.web.test_signing import KEY_ID, PEM, by_key, sign


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application with a sold lot and a key of the buyer."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        await sold(running)
        await send_form(await running.signed_in("jia"), "/keys", public_key=PEM, label="保险柜")
        yield running


async def note(client: httpx2.AsyncClient, key: str = KEY_ID, **fields: str) -> httpx2.Response:
    """The form of a key."""
    return await send_form(client, f"/certificates/{key}", **fields)


async def test_a_certified_key_signs_reliably_and_only_then(web: Web) -> None:
    """Noted with its reason by the operator, the contract's page calls the signature reliable; the record names both."""
    operator, jia = await web.signed_in("operator"), await web.signed_in("jia")
    assert "not certified" in (await operator.get("/certificates", headers=HTML)).text
    assert (await note(operator, issuer="某认证机构", reason="original seen")).status_code == 303
    shown = (await operator.get("/certificates", headers=HTML)).text
    assert "operator · 某认证机构 · original seen" in shown
    await sign(web, jia, by_key(web))
    assert (
        "Reliable electronic signature, certified by 某认证机构"
        in (await jia.get("/contracts/C-T-L1-1", headers=HTML)).text
    )


async def test_a_withdrawn_certificate_counts_no_more(web: Web) -> None:
    """After it was taken back a signature is one by key, and no more."""
    operator, jia = await web.signed_in("operator"), await web.signed_in("jia")
    await note(operator, issuer="某认证机构", reason="original seen")
    assert (await note(operator, issuer="", reason="the authority revoked it")).status_code == 303
    await sign(web, jia, by_key(web))
    shown = (await jia.get("/contracts/C-T-L1-1", headers=HTML)).text
    assert "Signed by key (Ed25519), checked" in shown
    assert "Reliable electronic signature" not in shown


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"issuer": "某认证机构"}, "reason"), ({"reason": "seen", "issuer": ""}, "issuer")],
)
async def test_what_is_missing_stays_beside_its_field(web: Web, fields: dict[str, str], field: str) -> None:
    """Without a reason, or without a change, nothing is noted."""
    answer = await note(await web.signed_in("operator"), **fields)
    assert answer.status_code == 422
    assert f'id="wrong-{field}-{KEY_ID}" role="alert">T' in answer.text or "Say what" in answer.text
    key = await web.exchange.registers.signing_keys.get(KEY_ID)
    assert key is not None
    assert key.certificate_issuer == ""


async def test_certificates_are_the_operators(web: Web) -> None:
    """403 for the key's own owner, 404 for a key that is not there."""
    assert (await note(await web.signed_in("jia"), issuer="x", reason="x")).status_code == 403
    assert (await (await web.signed_in("jia")).get("/certificates")).status_code == 403
    assert (await note(await web.signed_in("operator"), "k-none", issuer="x", reason="x")).status_code == 404
