"""Contracts over REST: other words proposed and compared, papers downloaded, signing keys entered and revoked."""

import io

import pytest
from docx import Document

from tests.services.browser import find_chromium, has_chinese_font
from tests.web.asking import TRADE, post, refusal, sold
from tests.web.running import Web
from tests.web.test_signing import KEY_ID, PEM

CONTRACT = f"contracts/C-{TRADE}"
WORDS = "受让人应于合同生效后三十日内组织验收。"
PRINTS = bool(find_chromium() and has_chinese_font())


async def test_other_words_make_a_version_that_is_compared(web: Web) -> None:
    """A clause with new words is version 2; its redline gives both texts back; the digest of the first is stale."""
    await sold(web)
    jia = await web.signed_in("jia")
    shown = (await jia.get(f"/api/v1/{CONTRACT}")).json()
    clause = next(number for number in ("5.1", "5.2", "6.1") if f"{number} " in shown["text"])
    body = {"digest": shown["digest"], "changes": [{"clause": clause, "text": WORDS}]}
    made = await post(jia, f"{CONTRACT}/versions", body)
    assert made.status_code == 201, made.text
    assert refusal(await post(jia, f"{CONTRACT}/versions", body)) == (409, "DIGEST_MISMATCH")
    seller = await web.signed_in("university")
    first, second = (await seller.get(f"/api/v1/{CONTRACT}/versions")).json()["versions"]
    assert (first["side"], second["side"], second["author"]) == (None, "buyer", "jia")
    texts = [(await seller.get(f"/api/v1/{CONTRACT}/versions/{n}")).json()["text"] for n in (1, 2)]
    pieces = (await seller.get(f"/api/v1/{CONTRACT}/redline")).json()["pieces"]
    assert "".join(one["text"] for one in pieces if one["kind"] != "added") == texts[0] == shown["text"]
    assert "".join(one["text"] for one in pieces if one["kind"] != "removed") == texts[1]
    same = (await seller.get(f"/api/v1/{CONTRACT}/redline?old=2&new=2")).json()["pieces"]
    assert [one["kind"] for one in same] == ["same"]


async def test_a_contract_of_others_does_not_exist(web: Web) -> None:
    """404 for another bidder, for a version that is not there, and 422 for a proposal without a change."""
    await sold(web)
    yi, jia = await web.signed_in("yi"), await web.signed_in("jia")
    for path in ("versions", "versions/1", "redline"):
        assert refusal(await yi.get(f"/api/v1/{CONTRACT}/{path}")) == (404, "NOT_FOUND")
    for path in ("versions/2", "versions/0", "versions/x", "redline?new=2"):
        assert refusal(await jia.get(f"/api/v1/{CONTRACT}/{path}")) == (404, "NOT_FOUND")
    nothing = await post(jia, f"{CONTRACT}/versions", {"digest": "0" * 64, "changes": []})
    assert nothing.status_code == 422


@pytest.mark.parametrize("paper", ["contract", "confirmation"])
async def test_papers_are_downloaded(web: Web, paper: str) -> None:
    """DOCX unless another form is asked; to another bidder there is none."""
    await sold(web)
    jia = await web.signed_in("jia")
    path = f"/api/v1/trades/{TRADE}/{paper}"
    file = await jia.get(path)
    assert file.headers["content-disposition"].endswith('.docx"')
    assert Document(io.BytesIO(file.content)).paragraphs
    page = await jia.get(f"{path}?form=html")
    assert page.headers["content-type"].startswith("text/html")
    assert "人民币壹佰陆拾万元整" in page.text
    assert refusal(await jia.get(f"{path}?form=rtf"))[0] == 422
    assert refusal(await (await web.signed_in("yi")).get(path)) == (404, "NOT_FOUND")


@pytest.mark.browser
@pytest.mark.skipif(not PRINTS, reason="no Chromium with a Chinese font")
async def test_a_pdf_is_downloaded(web: Web) -> None:
    """The confirmation of sale as PDF."""
    await sold(web)
    file = await (await web.signed_in("jia")).get(f"/api/v1/trades/{TRADE}/confirmation?form=pdf")
    assert file.headers["content-type"] == "application/pdf"
    assert file.content.startswith(b"%PDF-")


async def test_keys_are_entered_listed_and_revoked(web: Web) -> None:
    """PEM in, the id that follows from it out; revoked it stays in the list, with its instant."""
    jia, yi = await web.signed_in("jia"), await web.signed_in("yi")
    path = "/api/v1/signing-keys"
    made = await jia.post(path, json={"public_key": PEM, "label": "保险柜"})
    assert (made.status_code, made.json()["id"]) == (201, KEY_ID)
    assert refusal(await jia.post(path, json={"public_key": PEM})) == (422, "BAD_VALUE")
    assert refusal(await jia.post(path, json={"public_key": "x"})) == (422, "BAD_VALUE")
    assert (await yi.get(path)).json() == {"keys": []}
    assert refusal(await yi.delete(f"{path}/{KEY_ID}")) == (404, "NOT_FOUND")
    for _ in range(2):
        assert (await jia.delete(f"{path}/{KEY_ID}")).json()["revoked_at"] is not None
    (key,) = (await jia.get(path)).json()["keys"]
    assert (key["label"], key["certificate_issuer"], key["revoked_at"] is None) == ("保险柜", "", False)
    assert refusal(await (await web.signed_in("operator")).get(path)) == (403, "FORBIDDEN")
