"""Claims over the product: the election signed by key or account, the dossier, the specialist, taxes, conflicts."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from docx import Document
from openpyxl import load_workbook

from settlement.election import election_digest, election_statement
from tests.web.asking import TRADE, claimed, post, refusal, sold
from tests.web.running import Web, key
from tests.web.served import whole_web
from web.documents.dossier import dossier

HTML = {"accept": "text/html", "accept-language": "en"}


@pytest.fixture
async def product(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application, its pages included."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        yield running


async def test_a_dossier_holds_everything_and_says_what_is_missing(product: Web) -> None:
    """Each file has its SHA-256 in the manifest; the sheets open; the sums are the claim's; the bytes repeat."""
    claim_id = await claimed(product)
    client = await product.signed_in("jia")
    answer = await client.get(f"/api/v1/claims/{claim_id}/dossier")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.content == (await client.get(f"/claims/{claim_id}/dossier.zip")).content
    files = zipfile.ZipFile(io.BytesIO(answer.content))
    manifest = json.loads(files.read("00-manifest.json"))
    assert [one["name"] for one in manifest["files"]] == files.namelist()[1:]
    for one in manifest["files"]:
        assert hashlib.sha256(files.read(one["name"])).hexdigest() == one["sha256"]
    assert Document(io.BytesIO(files.read("01-contract.docx"))).paragraphs[0].text == "技术转让合同"
    assert "签署账号" in files.read("01-contract.html").decode()
    assert "成交确认书" in files.read("02-confirmation.html").decode()
    assert "登记编号" in files.read("03-registration.html").decode()
    assert "联合选定书" in files.read("06-election.html").decode()
    missing = files.read("07-missing-papers.txt").decode()
    for paper in ("技术合同认定登记证明", "无隶属或关联关系声明", "到账回单"):
        assert paper in missing


async def test_the_evidence_and_the_sheet_are_the_journals(product: Web) -> None:
    """Deposit, payment and what reached the seller with the bank's references; the steps end in the claim's amount."""
    claim_id = await claimed(product)
    state = product.exchange.house.view.settlement
    claim = state.claims[claim_id]
    files = zipfile.ZipFile(io.BytesIO(dossier(state, claim)))
    rows = list(csv.reader(io.StringIO(files.read("04-bank.csv").decode("utf-8-sig"))))
    assert rows[-1][0] == "价款支付给卖方（实际到账）"
    assert rows[-1][2] == state.payments[f"P-{TRADE}"].bank_reference
    own = (state.obligation_of(TRADE).reference, state.deposits[state.trades[TRADE].deposit or ""].reference)
    told = {one.credit for one in state.credits.values() if one.reference in own}
    assert len(told) == 2
    assert told <= {row[2] for row in rows[1:]} <= {*told, rows[-1][2], state.trades[TRADE].deposit}
    book = load_workbook(io.BytesIO(files.read("05-calculation.xlsx")))
    cells = [[cell.value for cell in row] for row in book["计算过程"].iter_rows()]
    amount = f"{claim.amount_fen // 100}.{claim.amount_fen % 100:02d}"
    assert ["金额", amount] == cells[-1][:2]
    assert any(row[0] == "原文" and row[1] == claim.quote for row in cells)
    assert next(cell.value for cell in book["银行凭证"][2]) == "保证金付款到监管账户"
    assert dossier(state, claim) == dossier(state, claim)


async def test_a_dossier_is_the_claimants_and_the_funds(product: Web) -> None:
    """The other party, a stranger and an operator get 404; the fund reads it."""
    claim_id = await claimed(product)
    for login in ("jia", "funder1"):
        assert (
            await (await product.signed_in(login)).get(f"/api/v1/claims/{claim_id}/dossier")
        ).status_code == 200
    for login in ("university", "yi", "operator"):
        answer = await (await product.signed_in(login)).get(f"/api/v1/claims/{claim_id}/dossier")
        assert refusal(answer) == (404, "NOT_FOUND")


async def test_the_specialists_share_over_rest_and_page(product: Web) -> None:
    """The claimant declares it once; the page shows the tenth and what is kept; the dossier asks for the agreement."""
    claim_id = await claimed(product)
    body = {"specialist": "孙丽", "agreed_on": "2026-03-02"}
    path = f"claims/{claim_id}/specialist"
    assert refusal(await post(await product.signed_in("university"), path, body)) == (404, "NOT_FOUND")
    jia = await product.signed_in("jia")
    made = await post(jia, path, body)
    assert made.status_code == 201, made.text
    assert refusal(await post(jia, path, body)) == (409, "SPECIALIST_DECLARED")
    shown = (await jia.get(f"/trades/{TRADE}/claims", headers=HTML)).text
    share = product.exchange.house.view.settlement.specialists[claim_id]
    assert share.amount_fen == share.base_fen // 10
    assert "孙丽" in shown
    assert f"¥{share.amount_fen / 100:,.2f}" in shown
    missing = zipfile.ZipFile(io.BytesIO((await jia.get(f"/claims/{claim_id}/dossier.zip")).content))
    assert "与成果转移转化专员的奖励约定" in missing.read("07-missing-papers.txt").decode()


async def test_an_election_is_signed_by_key(product: Web) -> None:
    """The key's signature over the election's three lines is checked, kept and shown; another one is refused."""
    await sold(product)
    jia = await product.signed_in("jia")
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    form = {"csrf": jia.headers["x-csrf-token"], "public_key": public, "label": "k", "command": key()}
    assert (await jia.post("/keys", data=form, headers=HTML)).status_code in (200, 303)
    (known,) = await product.exchange.registers.signing_keys.list("jia")
    trade = product.exchange.house.view.settlement.trades[TRADE]
    digest = election_digest(trade, "buyer")
    right = private.sign(election_statement(f"E-{TRADE}", digest)).hex()
    body = {"side": "buyer", "digest": digest, "key_id": known.id, "signature": right}
    wrong = {**body, "signature": private.sign(b"luochui contract v1").hex()}
    assert refusal(await post(jia, f"trades/{TRADE}/election", wrong)) == (422, "SIGNATURE_INVALID")
    other = {"side": "buyer", "digest": election_digest(trade, "seller")}
    assert refusal(await post(jia, f"trades/{TRADE}/election", other)) == (409, "DIGEST_MISMATCH")
    assert (await post(jia, f"trades/{TRADE}/election", body)).status_code == 201
    given = product.exchange.house.view.settlement.trades[TRADE].elections["buyer"]
    assert (given.signer, given.key_id, given.signature) == ("jia", known.id, right)
    page = (await jia.get(f"/trades/{TRADE}/claims", headers=HTML)).text
    assert "Signed by key (Ed25519), checked" in page
    text = (await jia.get(f"/trades/{TRADE}/election-buyer.html", headers=HTML)).text
    assert "密钥签名（已验证）" in text
    hidden = await (await product.signed_in("yi")).get(f"/trades/{TRADE}/election-buyer.html", headers=HTML)
    assert hidden.status_code == 404


async def test_the_claims_page_explains_conflicts_and_taxes(product: Web) -> None:
    """Which side applies and excludes which, the document of the detailed rule, VAT with what is to be verified."""
    await claimed(product)
    page = (await (await product.signed_in("jia")).get(f"/trades/{TRADE}/claims", headers=HTML)).text
    assert "HLJ-2017-16/BUYER (黑政发〔2017〕16号) applies and excludes HLJ-2017-16/SELLER" in page
    assert "黑龙江省技术交易补助、奖励实施细则" in page
    trade = (await (await product.signed_in("jia")).get(f"/trades/{TRADE}", headers=HTML)).text
    assert "applies and excludes HLJ-2017-16/SELLER" in trade
    assert "财税〔2016〕36号" in page
    assert "verified with the tax office" in page
    assert "Calculation" in page
