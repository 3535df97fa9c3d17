"""People, mandates and repository items over REST: who enters, who reads, what is revoked."""

from tests.web.asking import post, refusal
from tests.web.running import Web
from tests.web.test_api_catalogue import PUBLIC, ROWS, table, taken

LETTER = "ab" * 32


async def test_a_mandate_from_entry_to_revocation(anywhere: Web) -> None:
    """The operator enters person and mandate; the client sees and revokes it; to others it does not exist."""
    operator = await anywhere.signed_in("operator")
    person = (
        await post(operator, "people", {"name": "王经纪", "organisation": "jia", "grade": "高级"})
    ).json()
    body = {
        "person": person["person"],
        "organisation": "jia",
        "role": "broker",
        "valid_from": "2026-01-01",
        "document_digest": LETTER,
    }
    made = await post(operator, "mandates", body, "mandate-0001")
    assert made.status_code == 201, made.text
    assert made.json()["holds"] is True
    assert (await post(operator, "mandates", body, "mandate-0001")).json() == made.json()
    other = {**body, "role": "seller"}
    assert refusal(await post(operator, "mandates", other, "mandate-0001")) == (409, "IDEMPOTENCY_MISMATCH")
    path = f"/api/v1/mandates/{made.json()['mandate']}/revocation"
    assert refusal(await (await anywhere.signed_in("yi")).post(path)) == (404, "NOT_FOUND")
    jia = await anywhere.signed_in("jia")
    assert [one["name"] for one in (await jia.get("/api/v1/people")).json()] == ["王经纪"]
    gone = (await jia.post(path)).json()
    assert (gone["holds"], gone["revoked_on"]) == (False, "2026-03-02")
    assert [one["holds"] for one in (await jia.get("/api/v1/mandates")).json()] == [False]
    hidden = await (await anywhere.signed_in("yi")).get("/api/v1/mandates?organisation=jia")
    assert refusal(hidden) == (404, "NOT_FOUND")


async def test_who_may_not_enter(web: Web) -> None:
    """Sellers and bidders enter neither people nor mandates nor items; a mandate for nobody is 422."""
    jia, operator = await web.signed_in("jia"), await web.signed_in("operator")
    assert refusal(await post(jia, "people", {"name": "某人"})) == (403, "FORBIDDEN")
    assert refusal(await post(jia, "repository", {"kind": "科技报告", "title": "x"})) == (403, "FORBIDDEN")
    body = {"person": "nobody", "organisation": "jia", "role": "seller", "valid_from": "2026-01-01"}
    assert (await post(operator, "mandates", body)).status_code == 422
    assert refusal(await operator.get("/api/v1/people"))[0] == 422


async def test_items_lead_to_public_achievements(web: Web) -> None:
    """A reviewed report is public with its public achievements only; an unreviewed one is nowhere."""
    operator = await web.signed_in("operator")
    await taken(operator, table(ROWS[0], {**ROWS[0], "id": "HID", "secrecy_reviewer": ""}))
    report = {"kind": "科技报告", "title": "轴承科技报告", "achievements": ["C1", "HID"], **PUBLIC}
    assert (await post(operator, "repository", report)).status_code == 201
    hidden = {"kind": "科技文献", "title": "未审文献"}
    assert (await post(operator, "repository", hidden)).status_code == 201
    page = (await web.client().get("/api/v1/repository")).json()
    assert [(one["title"], one["achievements"]) for one in page["items"]] == [("轴承科技报告", ["C1"])]
    assert (await web.client().get("/api/v1/repository?kind=科技文献")).json()["items"] == []
    unknown = {**report, "achievements": ["none"]}
    assert refusal(await post(operator, "repository", unknown)) == (422, "BAD_VALUE")
