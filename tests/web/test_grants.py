"""Roles by two persons, enrolment and the access log; forms that wait for a second factor."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pyotp
import pytest_asyncio

from tests.web.asking import OPENING, refusal
from tests.web.running import HASH, Web, key
from tests.web.served import whole_web
from web.second_factors import checked_label


@pytest_asyncio.fixture
async def web(sqlite_path: Path, tmp_path: Path) -> AsyncIterator[Web]:
    """The product with its pages, and two more people: another operator, and an auditor."""
    async with whole_web(f"sqlite:///{sqlite_path}", var_dir=tmp_path) as web:
        accounts, at = web.exchange.registers.accounts, web.clock.now()
        await accounts.add("second", HASH, "演示交易员乙", ["operator"], at, id="second")
        await accounts.add("shen", HASH, "演示审计员", ["auditor"], at, id="shen")
        await accounts.add("new", HASH, "新人", [], at, "jia", id="new")
        yield web


async def propose(client: httpx2.AsyncClient, login: str, *roles: str) -> httpx2.Response:
    """Propose roles for an account."""
    return await client.post("/api/v1/grants", json={"login": login, "roles": list(roles), "reason": "入职"})


async def test_another_operator_confirms(web: Web) -> None:
    """The proposer does not, nor who it is about; then the roles count at once, and a second answer is none."""
    first, second = await web.signed_in("operator"), await web.signed_in("second")
    made = (await propose(first, "new", "bidder")).json()
    path = f"/api/v1/grants/{made['grant']}/confirmation"
    assert (made["state"], made["before"]) == ("proposed", [])
    assert refusal(await first.post(path)) == (403, "FOUR_EYES")
    assert refusal(await (await web.signed_in("jia")).post(path)) == (403, "FORBIDDEN")
    assert (await second.post(path)).json()["state"] == "confirmed"
    assert refusal(await second.post(path)) == (409, "GRANT_DECIDED")
    assert refusal(await second.post("/api/v1/grants/g-none/confirmation")) == (404, "GRANT_UNKNOWN")
    account = await web.exchange.registers.accounts.get("new")
    assert account is not None
    assert account.roles == {"bidder"}


async def test_duties_stay_apart(web: Web) -> None:
    """Neither in one account nor behind two accounts of one person; and one person is not four eyes."""
    client = await web.signed_in("operator")
    for roles in (("operator", "auditor"), ("registrar", "operator"), ("operator", "bidder")):
        assert refusal(await propose(client, "new", *roles)) == (409, "SEPARATION_OF_DUTY")
    accounts = web.exchange.registers.accounts
    for login in ("new", "shen"):
        await accounts.set_person(login, "one person")
    assert refusal(await propose(client, "new", "operator")) == (409, "SEPARATION_OF_DUTY")
    for login in ("operator", "second"):
        await accounts.set_person(login, "another person")
    await accounts.set_person("new", "")
    made = (await propose(client, "new", "bidder")).json()
    second = await web.signed_in("second")
    assert refusal(await second.post(f"/api/v1/grants/{made['grant']}/confirmation")) == (403, "FOUR_EYES")
    assert (await second.post(f"/api/v1/grants/{made['grant']}/rejection")).json()["state"] == "rejected"


async def test_enrolment_is_checked_against_the_register(web: Web) -> None:
    """Another code is refused, and an account of somebody else; what was seen stands with who saw it."""
    client = await web.signed_in("operator")
    known = await web.exchange.registers.organisations.get("jia")
    assert known is not None
    body = {"organisation": "jia", "code": known.code, "letter": "授权书〔2026〕1号", "login": "jia"}
    assert refusal(await client.post("/api/v1/enrolments", json={**body, "code": "91"})) == (422, "BAD_VALUE")
    assert refusal(await client.post("/api/v1/enrolments", json={**body, "login": "yi"})) == (
        422,
        "BAD_VALUE",
    )
    person = {"person_name": "张三", "person_number": "11010119900101001x"}
    assert (await client.post("/api/v1/enrolments", json={**body, **person})).status_code == 201
    listed = (await client.get("/api/v1/enrolments")).json()["enrolments"]
    assert [(one["account"], one["checked_by"]) for one in listed] == [("jia", "operator")]
    account = await web.exchange.registers.accounts.get("jia")
    assert account is not None
    assert len(account.person) == 64


async def test_the_auditor_reads_the_access_log_and_others_their_own_rows(web: Web) -> None:
    """A failure names the account and no password; nobody else reads what others did."""
    await web.client().post("/api/v1/session", json={"account": "jia", "password": "not this one at all"})
    bidder, auditor = await web.signed_in("yi"), await web.signed_in("shen")
    failed = (await auditor.get("/api/v1/access-log?kind=sign_in_failed")).json()["events"]
    assert [(one["account"], one["by"], one["detail"]) for one in failed] == [
        ("jia", "-", {"code": "BAD_CREDENTIALS"})
    ]
    own = (await bidder.get("/api/v1/access-log?account=jia")).json()["events"]
    assert {one["account"] for one in own} == {"yi"}
    page = (await auditor.get("/access-log?kind=sign_in_failed")).text
    assert "BAD_CREDENTIALS" in page
    assert "BAD_CREDENTIALS" not in (await bidder.get("/access-log?account=jia&before=x")).text
    assert refusal(await bidder.get("/api/v1/access-log?kind=x")) == (422, "BAD_VALUE")


async def test_a_form_that_waits_for_a_code_goes_on_as_it_was_typed(web: Web) -> None:
    """The question carries amount and command id; a wrong code asks again; the right one makes the bid, once."""
    await web.open_lot()
    client = await web.signed_in("jia")
    page = (await client.post("/account/totp", data=form(client, label="手机"))).headers["location"]
    shown = (await client.get(page)).text
    secret = shown.split('<code class="secret">')[1].split("</code>")[0].replace(" ", "")
    app = pyotp.TOTP(secret)
    code = app.at(web.clock.now() // 1_000_000)
    done = await client.post("/account/totp/confirmation", data=form(client, code=code))
    assert done.text.count("<li><code>") == 10
    web.clock.advance(6 * 60_000_000)
    fields = form(client, amount="1600000.00", command=key())
    asked = await client.post("/lots/L1/bids", data=fields)
    assert asked.status_code == 403
    assert 'name="amount" value="1600000.00"' in asked.text
    assert f'name="command" value="{fields["command"]}"' in asked.text
    wrong = await client.post("/lots/L1/bids", data={**fields, "step_up_code": "000000"})
    assert "验证码错误" in wrong.text
    lot = web.exchange.house.view.lots["L1"]
    assert lot.lead_fen is None
    right = {**fields, "step_up_code": app.at(web.clock.now() // 1_000_000)}
    assert (await client.post("/lots/L1/bids", data=right)).status_code in (200, 303)
    assert web.exchange.house.view.lots["L1"].lead_fen == OPENING


async def test_pages_of_accounts_can_be_read(web: Web) -> None:
    """Each page answers its own reader, a key reads none that changes something, and a label has its length."""
    client, operator = await web.signed_in("jia"), await web.signed_in("operator")
    for path in ("/account", "/account/keys", "/account/confirm?next=/desk"):
        assert (await client.get(path)).status_code in (200, 303)
    assert (await operator.get("/grants")).status_code == 200
    assert (await client.get("/grants")).status_code == 403
    made = form(client, label="报价", scope_read="yes", days="30")
    assert "ek_" in (await client.post("/account/keys", data=made)).text
    assert (await client.post("/account/keys", data=form(client, label="x"))).status_code == 422
    proposed = form(operator, login="new", role_bidder="yes", reason="入职")
    assert (await operator.post("/grants", data=proposed)).status_code == 303
    refused = form(operator, login="new", role_operator="yes", role_auditor="yes", reason="x")
    assert "职责须分离" in (await operator.post("/grants", data=refused)).text
    assert checked_label("  手机  A ", "TOTP") == "手机 A"


def form(client: httpx2.AsyncClient, **fields: str) -> dict[str, str]:
    """The fields of a form with its token."""
    return {"csrf": client.headers["x-csrf-token"], **fields}
