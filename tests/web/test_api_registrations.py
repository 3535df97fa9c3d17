"""The registration desk over REST: the list, one registration, every step, and who may take it."""

from typing import Any

import httpx2

from tests.web.asking import TRADE, credit, post, refusal, signed
from tests.web.running import Web

PATH = f"registrations/TC-{TRADE}"


async def show(client: httpx2.AsyncClient) -> dict[str, Any]:
    """The registration as it stands."""
    answer = await client.get(f"/api/v1/{PATH}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def step(client: httpx2.AsyncClient, path: str, body: Any = None) -> dict[str, Any]:
    """A step that is taken."""
    answer = await post(client, f"{PATH}/{path}", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def reviewed(web: Web) -> httpx2.AsyncClient:
    """Accepted, with every item of the list answered; the registrar's client."""
    await signed(web)
    registrar = await web.signed_in("registrar")
    await step(registrar, "acceptance")
    items = [check["item"] for check in (await show(registrar))["checklist"]]
    await step(registrar, "answers", {"answers": [{"item": item, "fits": True} for item in items]})
    return registrar


async def test_the_whole_way_over_rest(web: Web) -> None:
    """Accepted, looked at, classified, registered under the proposed number; the history tells all of it."""
    registrar = await reviewed(web)
    costs = [{"kind": "equipment", "amount_fen": 10_000_000, "note": "样机"}]
    await step(registrar, "classification", {"kind": "assignment", "costs": costs})
    before = await show(registrar)
    assert before["proposed_number"] == "2026230001000001"
    await step(registrar, "number", {})
    shown = await show(registrar)
    assert (shown["state"], shown["number"]) == ("registered", before["proposed_number"])
    assert shown["technology_fen"] == shown["total_fen"] - 10_000_000
    assert shown["costs"] == costs
    assert {check["fits"] for check in shown["checklist"]} == {True}
    assert [event["kind"] for event in shown["history"]] == [
        "RegistrationSubmitted",
        "RegistrationAccepted",
        "ReviewAnswered",
        "ContractClassified",
        "ContractRegistered",
    ]
    assert shown["proposed_number"] is None


async def test_a_supplement_goes_to_the_seller_and_back(web: Web) -> None:
    """Asked for by the registrar, answered by the seller with a corrected form; nobody else may."""
    await signed(web)
    registrar, seller, jia = [await web.signed_in(login) for login in ("registrar", "university", "jia")]
    asked = {"items": ["proofs", "added_output_fen"], "words": "请补证明"}
    assert refusal(await post(seller, f"{PATH}/supplement-requests", asked)) == (403, "FORBIDDEN")
    await step(registrar, "supplement-requests", asked)
    form = {**(await show(seller))["form"], "added_output_fen": 1_000_000}
    form.pop("costs")
    answer = {"words": "已补", "form": form}
    assert refusal(await post(jia, f"{PATH}/supplements", answer)) == (404, "NOT_FOUND")
    await step(seller, "supplements", answer)
    shown = await show(registrar)
    assert (shown["state"], shown["form"]["added_output_fen"]) == ("submitted", 1_000_000)
    assert shown["supplements"][0]["answer"] == "已补"
    assert "added_output_fen" not in shown["unstated"]
    assert "added_investment_fen" in shown["unstated"]


async def test_the_list_is_filtered_and_paged(web: Web) -> None:
    """By state, office and last day; to others than its parties and the staff the registration does not exist."""
    await signed(web)
    registrar, yi = await web.signed_in("registrar"), await web.signed_in("yi")

    async def ids(query: str, client: httpx2.AsyncClient = registrar) -> list[str]:
        answer = await client.get(f"/api/v1/registrations{query}")
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["registrations"]]

    line = (await registrar.get("/api/v1/registrations")).json()["registrations"][0]
    due, office = line["clock"]["due_on"], line["office_code"]
    assert line["clock"]["working_days_left"] == 15
    assert not line["clock"]["overdue"]
    assert await ids("?state=submitted") == await ids(f"?office={office}") == [f"TC-{TRADE}"]
    assert await ids(f"?due_by={due}") == [f"TC-{TRADE}"]
    assert await ids("?due_by=2026-01-01") == await ids("?state=registered") == []
    assert await ids("?office=999999") == await ids("?cursor=1") == []
    assert await ids("", yi) == []
    assert (await yi.get(f"/api/v1/{PATH}")).status_code == 404
    assert refusal(await registrar.get("/api/v1/registrations?state=lost")) == (422, "BAD_VALUE")


async def test_a_refusal_has_codes_and_words(web: Web) -> None:
    """Codes of the closed list, at least one; the seller corrects the form and files again elsewhere."""
    await signed(web)
    registrar, seller = await web.signed_in("registrar"), await web.signed_in("university")
    none = await post(registrar, f"{PATH}/refusal", {"codes": [], "words": "x"})
    assert refusal(none) == (422, "BAD_TEXT")
    strange = await post(registrar, f"{PATH}/refusal", {"codes": ["RAIN"], "words": "x"})
    assert refusal(strange) == (422, "BAD_VALUE")
    await step(registrar, "refusal", {"codes": ["PRICE_UNCLEAR"], "words": "价款不明确"})
    shown = await show(seller)
    assert (shown["state"], shown["refuse_codes"]) == ("refused", ["PRICE_UNCLEAR"])
    assert refusal(await post(seller, f"{PATH}/submissions", {"office": "mars"})) == (409, "OFFICE_INVALID")
    await step(seller, "submissions", {"office": "230101"})
    assert (await show(seller))["office"] == "哈尔滨市技术合同登记机构"


async def test_two_people_look_at_what_is_disputed_and_revoke(web: Web) -> None:
    """The first registrar is refused both times, the second one is not."""
    registrar = await reviewed(web)
    second = await web.signed_in("registrar2")
    await step(registrar, "dispute", {"words": "权属有争议"})
    await step(registrar, "classification", {"kind": "assignment"})
    assert (await show(registrar))["second_review"] == "disputed"
    assert refusal(await post(registrar, f"{PATH}/number", {})) == (403, "FOUR_EYES")
    await step(second, "number", {"number": "2026230101000007"})
    await step(second, "revocation", {"words": "虚假合同"})
    assert refusal(await post(second, f"{PATH}/revocation", {"words": "虚假合同"})) == (403, "FOUR_EYES")
    await step(registrar, "revocation", {"words": "查实"})
    assert (await show(registrar))["state"] == "revoked"


async def test_income_is_certified_receipt_by_receipt(web: Web) -> None:
    """Deposit and credit, each once; the page keeps total, technology and certified apart."""
    registrar = await reviewed(web)
    await step(
        registrar,
        "classification",
        {"kind": "assignment", "costs": [{"kind": "parts", "amount_fen": 16_000_000}]},
    )
    await step(registrar, "number", {})
    owed = web.exchange.house.view.settlement.obligation_of(TRADE)
    money = credit(owed.reference, "jia", owed.missing_fen, "BANK-1")
    await (await web.signed_in("bank")).post("/api/v1/credits", json=money)
    await web.exchange.own_house.settled()
    page = (await registrar.get(f"/api/v1/{PATH}/income")).json()
    assert [receipt["kind"] for receipt in page["receipts"]] == ["deposit", "credit"]
    for receipt in page["receipts"]:
        await step(registrar, "income", {"receipt": receipt["receipt"]})
    twice = await post(registrar, f"{PATH}/income", {"receipt": "BANK-1"})
    assert refusal(twice) == (409, "INCOME_CERTIFIED")
    absent = await post(registrar, f"{PATH}/income", {"receipt": "nothing"})
    assert refusal(absent) == (404, "INCOME_UNKNOWN")
    page = (await registrar.get(f"/api/v1/{PATH}/income")).json()
    assert page["certified_fen"] == page["technology_fen"] == page["total_fen"] - 16_000_000
    assert [one["number"] for one in page["certificates"]] == [1, 2]
    jia = await web.signed_in("jia")
    assert (await jia.get(f"/api/v1/{PATH}/income")).status_code == 200
    assert refusal(await post(jia, f"{PATH}/income", {"receipt": "BANK-1"})) == (403, "FORBIDDEN")


async def test_a_change_has_a_version_and_a_cancellation_a_reason(web: Web) -> None:
    """Another total under the same number; a large one waits for another person; then it is struck out."""
    registrar = await reviewed(web)
    second = await web.signed_in("registrar2")
    await step(registrar, "number", {})
    form = (await show(registrar))["form"]
    change = {"words": "补充协议", "form": form, "kind": "assignment", "total_fen": 600_000_000}
    await step(registrar, "changes", change)
    shown = await show(registrar)
    assert (shown["proposal"]["move"], shown["state"]) == ("change", "registered")
    assert refusal(await post(registrar, f"{PATH}/changes/confirmation")) == (403, "FOUR_EYES")
    await step(second, "changes/confirmation")
    shown = await show(registrar)
    assert (shown["state"], shown["total_fen"], len(shown["versions"])) == ("changed", 600_000_000, 2)
    assert refusal(await post(registrar, f"{PATH}/cancellation", {})) == (422, "MISSING_FIELD")
    await step(registrar, "cancellation", {"words": "合同解除"})
    shown = await show(registrar)
    assert (shown["state"], shown["moves"]) == ("cancelled", [])


async def test_a_repeated_step_has_one_effect(web: Web) -> None:
    """The same key again gives the same answer; another step at the wrong time is refused with its code."""
    await signed(web)
    registrar = await web.signed_in("registrar")
    first = await post(registrar, f"{PATH}/acceptance", None, "acceptance-0001")
    again = await post(registrar, f"{PATH}/acceptance", None, "acceptance-0001")
    assert first.json()["receipt"] == again.json()["receipt"]
    assert refusal(await post(registrar, f"{PATH}/acceptance")) == (409, "REGISTRATION_STATE")
    wrong = {"number": "20262300010000A1"}
    await step(registrar, "answers", {"answers": [{"item": "price", "fits": True}]})
    assert refusal(await post(registrar, f"{PATH}/number", wrong)) == (409, "NUMBER_MALFORMED")
    item = {"answers": [{"item": "weather", "fits": True}]}
    assert refusal(await post(registrar, f"{PATH}/answers", item)) == (409, "REVIEW_ITEM")
