"""The registrar's desk and the seller's form as pages: every step by plain forms, what is wrong beside its field."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from settlement.registration_state import Registration
from settlement.review import checklist
from tests.web.asking import TRADE, credit, signed
from tests.web.running import Web
from tests.web.served import whole_web
from tests.web.test_pages import HTML, get, post

ID = f"TC-{TRADE}"
PATH = f"/registrations/{ID}"


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """Pages over an exchange in an embedded database, with a contract signed and filed."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        await signed(running)
        yield running


def one(web: Web) -> Registration:
    """The registration as it stands."""
    return web.exchange.house.view.settlement.registrations[ID]


async def step(client: httpx2.AsyncClient, path: str, status: int = 303, /, **fields: str) -> dict[str, str]:
    """Fill in a form of the page and send it; what is said to be wrong."""
    shown = await get(client, PATH)
    action = f"{PATH}/{path}"
    page, _ = await post(client, action, {**shown.forms[action], **fields}, status)
    return page.wrong


def fitting() -> dict[str, str]:
    """Every item of the checklist ticked as fitting."""
    return {f"fits-{item.value}": "yes" for item in checklist("assignment")}


async def reviewed(web: Web) -> httpx2.AsyncClient:
    """Accepted, with every item answered."""
    registrar = await web.signed_in("registrar")
    await step(registrar, "acceptance")
    await step(registrar, "answers", **fitting())
    return registrar


async def test_the_whole_way_by_forms(web: Web) -> None:
    """Accept, answer, classify with itemised cost, register under the next number: values apart, the history complete."""
    registrar = await reviewed(web)
    wrong = await step(registrar, "classification", 422, kind="assignment", cost_kind0="parts", cost0="viel")
    assert wrong["cost0"].startswith("请填写大于零的金额")
    cost = {"kind": "assignment", "cost_kind0": "equipment", "cost0": "100,000", "cost_note0": "样机"}
    await step(registrar, "classification", **cost)
    page = await get(registrar, PATH)
    assert "2026230001000001" in page.text
    await step(registrar, "number")
    found = one(web)
    assert (found.state, found.number) == ("registered", "2026230001000001")
    assert found.technology_fen == found.total_fen - 10_000_000
    page = await get(registrar, f"{PATH}?lang=en")
    for words in ("Accepted", "Checklist answered", "Classified", "by registrar", "样机", "equipment"):
        assert words in page.text
    assert f"{PATH}/classification" not in page.forms


async def test_a_no_needs_its_words_and_keeps_what_was_ticked(web: Web) -> None:
    """Beside the item; nothing is recorded until it is given; the same answers again are none."""
    registrar = await web.signed_in("registrar")
    await step(registrar, "acceptance")
    wrong = await step(registrar, "answers", 422, **{**fitting(), "fits-price": "no"})
    assert list(wrong) == ["why-price"]
    assert one(web).findings == {}
    await step(registrar, "answers", **{**fitting(), "fits-price": "no", "why-price": "无支付方式"})
    assert one(web).findings["price"].words == "无支付方式"
    again = {**fitting(), "fits-price": "no", "why-price": "无支付方式"}
    assert list(await step(registrar, "answers", 422, **again)) == ["answers"]
    wrong = await step(registrar, "classification", 409, kind="assignment")
    assert wrong["classify"] == "审核表各项均须核对并符合要求。"


async def test_a_supplement_goes_to_the_seller_and_back(web: Web) -> None:
    """Items and words are asked for, the seller's page shows them, a wrong field is named, the answer restarts the clock."""
    registrar, seller = await web.signed_in("registrar"), await web.signed_in("university")
    assert list(await step(registrar, "supplement-requests", 422, request="请补")) == ["items"]
    await step(
        registrar, "supplement-requests", **{"ask-added_output_fen": "yes", "request": "请填写预计产值"}
    )
    assert f"{PATH}/form" not in (await get(seller, PATH)).forms
    trade = await get(seller, f"/trades/{TRADE}")
    assert f"{PATH}#form" in trade.links
    page = await get(seller, PATH)
    assert "请填写预计产值" in page.text
    assert "预计新增产值" in page.text
    form = {**page.forms[f"{PATH}/supplements"], **stated(web)}
    refused, _ = await post(
        seller, f"{PATH}/supplements", {**form, "answer": "已补", "seller_region": "23"}, 422
    )
    assert refused.wrong == {"seller_region": "须为六位数字（GB/T 2260），如 230000。"}
    assert refused.forms[f"{PATH}/supplements"]["seller_region"] == "23"
    refused, _ = await post(seller, f"{PATH}/supplements", {**form, "project": "", "answer": "已补"}, 422)
    assert refused.wrong == {"project": "请填写此项。"}
    refused, _ = await post(seller, f"{PATH}/supplements", form, 422)
    assert list(refused.wrong) == ["answer"]
    await post(seller, f"{PATH}/supplements", {**form, "answer": "已补", "added_output_fen": "10,000"})
    found = one(web)
    assert (found.state, found.form and found.form.added_output_fen) == ("submitted", 1_000_000)
    assert found.supplements[0].answer == "已补"


def stated(web: Web) -> dict[str, str]:
    """What the selects of the form show, which the parser of the tests does not read."""
    form = one(web).form
    assert form is not None
    return {
        "field": form.field,
        "ip": form.ip,
        "programme": form.programme,
        "seller_nature": form.seller.nature,
        "buyer_nature": form.buyer.nature,
        "cost_kind0": "equipment",
    }


async def test_a_refused_filing_is_filed_again_elsewhere(web: Web) -> None:
    """Refused with a code and words that the seller reads; saved, then filed with another office in one go."""
    registrar, seller = await web.signed_in("registrar"), await web.signed_in("university")
    await step(registrar, "refusal", **{"code-PRICE_UNCLEAR": "yes", "reason": "价款不明确"})
    page = await get(seller, PATH)
    assert "价款、报酬、使用费约定不明确" in page.text
    form = {**page.forms[f"{PATH}/form"], **stated(web), "office": "230101"}
    await post(seller, f"{PATH}/form", {**form, "then": "save", "project": "新名称"})
    saved = one(web)
    assert (saved.state, saved.form and saved.form.project) == ("refused", "新名称")
    form = {**(await get(seller, PATH)).forms[f"{PATH}/form"], **stated(web), "office": "230101"}
    refused, _ = await post(seller, f"{PATH}/form", {**form, "then": "submit", "office": "mars"}, 409)
    assert list(refused.wrong) == ["office"]
    form = {**(await get(seller, PATH)).forms[f"{PATH}/form"], **stated(web), "office": "230101"}
    await post(seller, f"{PATH}/form", {**form, "then": "submit"})
    assert (one(web).state, one(web).office_code) == ("submitted", "230101")


async def test_two_people_review_and_revoke(web: Web) -> None:
    """The first one finds no form for the second half; the second one does."""
    registrar, second = await reviewed(web), await web.signed_in("registrar2")
    await step(registrar, "dispute", dispute="权属有争议")
    await step(registrar, "classification", kind="assignment")
    page = await get(registrar, PATH)
    assert "争议合同复审" in page.text
    assert not {f"{PATH}/number", f"{PATH}/refusal", f"{PATH}/classification"} & set(page.forms)
    assert list(await step(second, "number", 409, number="2026230101000007X")) == ["number"]
    await step(second, "number", number="2026230101000007")
    await step(second, "revocation", revoke="虚假合同")
    assert one(web).state == "registered"
    assert "虚假合同" in (await get(registrar, PATH)).text
    page = await get(second, PATH)
    assert f"{PATH}/revocation" not in page.forms
    form = {**page.forms[f"{PATH}/cancellation"], "command": "revoke-it-again", "revoke": "虚假合同"}
    refused, _ = await post(second, f"{PATH}/revocation", form, 403)
    assert refused.text.count("须由另一人") >= 1
    await step(registrar, "revocation", revoke="查实")
    assert one(web).state == "revoked"


async def test_a_change_and_a_cancellation(web: Web) -> None:
    """A small change counts at once; a large one waits for another person, who confirms; words are asked for."""
    registrar, second = await reviewed(web), await web.signed_in("registrar2")
    await step(registrar, "number")
    assert "change" in await step(registrar, "changes", 422, kind="assignment", **stated(web))
    await step(registrar, "changes", kind="assignment", change="减少范围", total="1500000", **stated(web))
    assert (one(web).state, one(web).total_fen) == ("changed", 150_000_000)
    await step(registrar, "changes", kind="assignment", change="扩大范围", total="6000000", **stated(web))
    assert one(web).total_fen == 150_000_000
    assert f"{PATH}/changes/confirmation" not in (await get(registrar, PATH)).forms
    await step(second, "changes/confirmation")
    assert one(web).total_fen == 600_000_000
    assert list(await step(registrar, "cancellation", 422, cancel="")) == ["cancel"]
    await step(registrar, "cancellation", cancel="合同解除")
    assert one(web).state == "cancelled"


async def test_income_is_certified_credit_by_credit(web: Web) -> None:
    """Each receipt has its button until it is certified; the sums stand apart."""
    registrar = await reviewed(web)
    await step(registrar, "number")
    owed = web.exchange.house.view.settlement.obligation_of(TRADE)
    money = credit(owed.reference, "jia", owed.missing_fen, "BANK-1")
    await (await web.signed_in("bank")).post("/api/v1/credits", json=money)
    await web.exchange.own_house.settled()
    page = await get(registrar, PATH)
    form = page.forms[f"{PATH}/income"]
    for receipt in [one.id for one in web.exchange.house.view.settlement.trades[TRADE].receipts]:
        await post(registrar, f"{PATH}/income", {**form, "receipt": receipt, "command": f"certify-{receipt}"})
    assert one(web).certified_fen == one(web).technology_fen
    page = await get(registrar, PATH)
    assert f"{PATH}/income" not in page.forms
    refused, _ = await post(
        registrar, f"{PATH}/income", {**form, "command": "certify-again", "receipt": "BANK-1"}, 409
    )
    assert list(refused.wrong) == ["income"]


async def test_the_desk_filters_and_searches(web: Web) -> None:
    """By state, office, own hands, and words; an overdue one is marked."""
    registrar = await web.signed_in("registrar")

    async def shown(query: str) -> bool:
        return PATH in (await get(registrar, f"/registrations{query}")).links

    assert await shown("")
    assert "剩 15 个工作日" in (await get(registrar, "/registrations")).text
    assert await shown("?state=submitted")
    assert not await shown("?state=registered")
    assert await shown("?office=230001")
    assert not await shown("?office=230101")
    assert await shown(f"?q={ID.lower()}")
    assert not await shown("?q=Mars")
    assert not await shown("?mine=yes")
    await step(registrar, "acceptance")
    assert await shown("?mine=yes")
    assert await shown("?state=nonsense&from=x")
    await web.pass_time(40 * 24 * 3600 * 1_000_000)
    registrar = await web.signed_in("registrar")
    assert "逾期" in (await get(registrar, "/registrations")).text


async def test_strangers_see_nothing(web: Web) -> None:
    """The loser gets 404, a visitor is sent to sign in; the buyer reads, without a form."""
    await get(await web.signed_in("yi"), PATH, 404)
    assert (await web.client().get(PATH, headers=HTML)).status_code == 303
    page = await get(await web.signed_in("jia"), PATH)
    assert not [action for action in page.forms if action.startswith(PATH)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"field": "magic"}, "field"),
        ({"buyer_nature": "999"}, "buyer_nature"),
        ({"buyer_country": "CN"}, "buyer_country"),
        ({"valid_to": "2020-01-01"}, "valid_to"),
        ({"cost0": "99999999"}, "costs"),
        ({"cost0": "-5"}, "cost0"),
        ({"cost0": "5", "cost_kind0": "gifts"}, "cost0"),
        ({"added_output_fen": "viel"}, "added_output_fen"),
    ],
)
async def test_a_wrong_field_of_the_form_is_named(web: Web, changes: dict[str, str], field: str) -> None:
    """One sentence beside the field, what was typed stays, nothing is stored; zero is an amount here."""
    registrar, seller = await web.signed_in("registrar"), await web.signed_in("university")
    await step(registrar, "refusal", reason="价款不明确")
    form = {
        **(await get(seller, PATH)).forms[f"{PATH}/form"],
        **stated(web),
        "office": "230001",
        "then": "save",
    }
    refused, _ = await post(seller, f"{PATH}/form", {**form, "project": "新", **changes}, 422)
    assert list(refused.wrong) == [field]
    assert not refused.wrong[field].startswith(field)
    assert refused.forms[f"{PATH}/form"]["project"] == "新"
    found = one(web).form
    assert found is not None
    assert found.project != "新"
    await post(seller, f"{PATH}/form", {**form, "project": "新", "added_output_fen": "0"})
    found = one(web).form
    assert found is not None
    assert (found.project, found.added_output_fen) == ("新", 0)
