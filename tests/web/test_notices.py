"""Notices, follows, channels, webhooks and questions as people and programs have them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from exchange.notices.teller import Teller
from exchange.registers.contacts import unsubscribe_link
from exchange.store.journal import open_journal
from tests.exchange.house.running import LOT, bid
from tests.web.running import Web, key
from tests.web.served import whole_web

V1 = "/api/v1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def web(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Web]:
    """The whole product with one open lot, and mail that goes nowhere."""
    path: Path = tmp_path_factory.mktemp("notices") / "n.db"
    async with whole_web(f"sqlite:///{path}", demo=True, smtp_host="mail.invalid", rate_limit=1000) as made:
        await tell(made)
        await made.open_lot("jia", "yi")
        await tell(made)
        yield made


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def tell(web: Web) -> None:
    """Let everything be told."""
    exchange = web.exchange
    journal = open_journal(exchange.settings.database_url, writable=False)
    await journal.open()
    teller = Teller(exchange.own_house, journal, exchange.registers, exchange.settings)
    while await teller.step():
        pass
    await journal.close()


async def form(client: httpx2.AsyncClient, path: str, **fields: str) -> httpx2.Response:
    """Send a form as a page would."""
    fields.setdefault("csrf", client.headers["x-csrf-token"])
    return await client.post(path, data=fields, follow_redirects=True)


async def test_what_is_told_is_on_the_page_and_read_once(web: Web) -> None:
    """The bar counts, the page says it in both languages, reading ends the count; others' are others'."""
    jia = await web.signed_in("jia")
    page = await jia.get("/notices", headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "takes bids now" in page.text
    assert "已开始竞价" in (await jia.get("/notices?lang=zh")).text
    listed = (await jia.get(f"{V1}/notices", params={"limit": 1})).json()
    assert (listed["unread"] > 1, len(listed["notices"]), listed["notices"][0]["type"]) == (
        True,
        1,
        "opening.open",
    )
    rest = (await jia.get(f"{V1}/notices", params={"before": listed["next"]})).json()
    assert listed["notices"][0]["id"] > rest["notices"][0]["id"]
    await form(jia, "/notices/read", upto=str(listed["notices"][0]["id"]))
    assert (await jia.get(f"{V1}/notices")).json()["unread"] == 0
    bing = await web.signed_in("bing")
    assert (await bing.get(f"{V1}/notices")).json() == {"notices": [], "unread": 0, "next": None}
    assert (await web.client().get("/notices")).status_code == 303


async def test_a_button_follows_and_what_follows_is_told(web: Web) -> None:
    """From the lot's page and back to it; the list shows it; its events come; pressed again it ends."""
    ding = await web.signed_in("ding")
    page = await ding.get(f"/lots/{LOT}", headers={"accept-language": "en"})
    assert "Follow: this lot" in page.text
    assert "data-follow" in page.text
    done = await form(ding, "/follows", kind="lot", subject=LOT, back=f"/lots/{LOT}")
    assert str(done.url).endswith(f"/lots/{LOT}")
    assert "★" in done.text
    await bid(web.exchange.own_house, "jia", 160_000_000)
    web.clock.advance(16 * 60_000_000)
    await tell(web)
    assert (await ding.get(f"{V1}/notices")).json()["notices"][0]["type"] == "price.changed"
    followed = (await ding.get(f"{V1}/follows")).json()["follows"]
    assert [(one["kind"], one["subject"]) for one in followed] == [("lot", LOT)]
    gone = await ding.post(f"{V1}/follows/removal", json={"kind": "lot", "subject": LOT})
    assert gone.status_code == 204
    assert (await ding.post(f"{V1}/follows/removal", json={"kind": "lot", "subject": LOT})).status_code == 404


@pytest.mark.parametrize(
    ("kind", "subject", "status"),
    [
        ("listing", "A1", 200),
        ("session", "S1", 200),
        ("zone", "unconverted", 200),
        ("search", "q=电池&x=1", 200),
        ("search", "x=1", 422),
        ("lot", "none", 404),
        ("demand", "none", 404),
        ("zone", "none", 404),
        ("house", "hub", 422),
    ],
)
async def test_what_exists_can_be_followed(web: Web, kind: str, subject: str, status: int) -> None:
    """Everything that is there and seen, a search by its words; nothing else."""
    wu = await web.signed_in("wu")
    answer = await wu.post(f"{V1}/follows", json={"kind": kind, "subject": subject})
    assert answer.status_code == status, answer.text


async def test_pages_have_their_buttons(web: Web) -> None:
    """Listing, zone and a search offer to follow; a search without words does not; nobody signed in is led there."""
    jia, nobody = await web.signed_in("jia"), web.client()
    for path in ("/listings/A1", "/zones/unconverted", "/achievements?q=电池"):
        assert 'action="/follows"' in (await jia.get(path)).text
        assert "/sign-in?next=" in (await nobody.get(path)).text
    assert 'action="/follows"' not in (await jia.get("/achievements")).text


async def test_an_address_is_proved_before_it_counts(web: Web) -> None:
    """A code goes out, a wrong one is refused, the right one counts; kinds and language are kept; a link ends mail."""
    jia = await web.signed_in("jia")
    assert (await form(jia, "/notices/address", address="no address")).status_code == 422
    await form(jia, "/notices/address", address="jia@example.org")
    contacts = web.exchange.registers.contacts
    code = (await contacts.mails("jia"))[0].code
    assert (await form(jia, "/notices/address/proof", code="nothing")).status_code == 422
    assert "jia@example.org" in (await form(jia, "/notices/address/proof", code=code)).text
    await form(jia, "/notices/channels", language="en", **{"kind-money": "yes", "kind-outbid": "yes"})
    channels = (await jia.get(f"{V1}/notices/channels")).json()
    assert (channels["address"], channels["language"]) == ("jia@example.org", "en")
    assert "money" not in channels["muted"]
    assert "result" in channels["muted"]
    link = unsubscribe_link(await contacts.of("jia"), "money")
    program = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(web.app), base_url=web.exchange.settings.public_url
    )
    assert (await program.get(f"/unsubscribe/{link}")).status_code == 200
    assert "money" not in (await contacts.of("jia")).muted
    ended = await program.post(f"/unsubscribe/{link}", data={"List-Unsubscribe": "One-Click"})
    assert ended.status_code == 200
    assert "money" in (await contacts.of("jia")).muted
    forged = link.replace("money", "outbid")
    assert (await program.post(f"/unsubscribe/{forged}")).status_code == 404
    assert (await program.get("/unsubscribe/x")).status_code == 404


async def test_a_webhook_shows_its_secret_once_and_belongs_to_its_organisation(web: Web) -> None:
    """Registered, tested, listed, disabled, removed by its own people; private addresses refused by name."""
    jia, yi, staff = [await web.signed_in(login) for login in ("jia", "yi", "operator")]
    refused = await jia.post(f"{V1}/webhooks", json={"url": "https://10.0.0.1/", "kinds": ["money"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "WEBHOOK_URL")
    shown = await form(jia, "/webhooks", url="https://hooks.example.org/luochui", **{"kind-money": "yes"})
    secret = re.search(r"whsec_[A-Za-z0-9+/=]{32}", shown.text)
    assert secret
    (hook,) = (await jia.get(f"{V1}/webhooks")).json()["webhooks"]
    assert (hook["secret"], hook["kinds"]) == (None, ["money"])
    assert secret[0] not in (await jia.get("/webhooks")).text
    path = f"{V1}/webhooks/{hook['webhook']}"
    made = (await jia.post(f"{path}/test", json=None)).json()["delivery"]
    (delivery,) = (await jia.get(f"{path}/deliveries")).json()["deliveries"]
    assert (delivery["delivery"], delivery["type"], delivery["state"]) == (made, "webhook.test", "due")
    for step in (yi.get(f"{path}/deliveries"), yi.post(f"{path}/test"), yi.delete(path)):
        assert (await step).status_code == 404
    assert (await staff.get(f"{V1}/webhooks")).status_code == 403
    await form(jia, f"/webhooks/{hook['webhook']}", step="disable")
    assert (await jia.post(f"{V1}/deliveries/{made}/redelivery")).status_code == 409
    assert (await jia.post(f"{path}/state", json={"enabled": True})).status_code == 204
    assert (await jia.post(f"{V1}/deliveries/{made}/redelivery")).status_code == 204
    await form(jia, f"/webhooks/{hook['webhook']}", step="remove")
    assert (await jia.get(f"{V1}/webhooks")).json()["webhooks"] == []


async def test_a_question_goes_its_way_through_the_pages(web: Web) -> None:
    """Closed while the lot is open, allowed by the operator, asked, answered, read by all without a name, withheld."""
    bing, seller = await web.signed_in("bing"), await web.signed_in("university")
    operator, nobody = await web.signed_in("operator"), web.client()
    ask = {"text": "样机在哪里？"}
    questions = f"{V1}/listings/A1/questions"
    late = await bing.post(questions, json=ask, headers={"idempotency-key": key()})
    assert (late.status_code, late.json()["code"]) == (409, "QUESTION_CLOSED")
    allowed = await form(
        operator, "/listings/A1/questions/allowance", allowed="yes", reasons="材料多", command=key()
    )
    assert allowed.status_code == 200
    asked = await form(bing, "/listings/A1/questions", text="样机在哪里？", command=key())
    assert "样机在哪里？" in asked.text
    assert (await nobody.get(questions)).json() == {"questions": [], "may_ask": False}
    own = await seller.post(questions, json=ask, headers={"idempotency-key": key()})
    assert own.status_code == 403
    waiting = await seller.get("/questions")
    assert "样机在哪里？" in waiting.text
    assert "/questions" in (await seller.get("/desk")).text
    (one,) = (await seller.get(questions)).json()["questions"]
    assert (one["mine"], "bing" in str(one)) == (False, False)
    answered = await form(seller, f"/questions/{one['question']}/answer", text="在郑州。", command=key())
    assert "在郑州。" in answered.text
    public = await nobody.get("/listings/A1")
    assert "在郑州。" in public.text
    assert "演示企业丙" not in public.text
    hidden = await operator.post(
        f"{V1}/questions/{one['question']}/withholding",
        json={"reasons": "涉密"},
        headers={"idempotency-key": key()},
    )
    assert hidden.status_code == 200
    assert "在郑州。" not in (await nobody.get("/listings/A1")).text
    assert (await nobody.get(questions)).json()["questions"] == []


async def test_the_payload_is_in_the_document(web: Web) -> None:
    """OpenAPI 3.1 names the webhook, its headers and the schema of its body."""
    document = (await web.client().get("/api/openapi.json")).json()
    told = document["webhooks"]["notice"]["post"]
    schema = told["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert set(document["components"]["schemas"][schema.rpartition("/")[2]]["required"]) == {
        "type",
        "timestamp",
        "data",
    }
    assert {one["name"] for one in told["parameters"]} == {
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    }
