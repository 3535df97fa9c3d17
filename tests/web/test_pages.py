"""The pages over the whole product: what they show to whom, their forms without a script, and what they never do."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import httpx2
import pytest

from exchange.demo import people
from exchange.demo.data import load
from exchange.demo.steps import NOTICE, Steps, plan_lot
from exchange.market.commands import LotPlan
from matching_engine.terms import HOUR, MINUTE, DutchClock, Holder, Mechanism, Terms
from settlement import commands as sc
from tests.web.running import Web
from tests.web.served import whole_web
from tests.web.test_i18n import catalogue, texts
from web.i18n import speech

OPENING, STEP = 160_000_000, 8_000_000
TRADE = "T-L1-1"
NUMBER = "2026230101000001"
CODE = re.compile(r"[a-z_]+\.\w+")
DATA = {"专场", "落槌", "Luochui"}
"""Words of our catalogues that are names on these pages."""
HTML = {"accept": "text/html", "accept-language": "zh-CN"}


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """The product's own application."""
    async with whole_web(f"sqlite:///{sqlite_path}") as running:
        yield running


class Page(HTMLParser):
    """A page as a reader without a script has it: texts, links, forms with their fields, and what offends the policy."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: dict[str, dict[str, str]] = {}
        self.buttons: list[tuple[str, str, str]] = []
        self.wrong: dict[str, str] = {}
        self.offences: list[str] = []
        self.words: list[str] = []
        self._action = ""
        self._inside: list[str] = []
        self._wrong = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag brings."""
        given = {name: value or "" for name, value in attrs}
        self._inside.append(tag)
        self._check(tag, given)
        if tag == "a":
            self.links.append(given["href"])
        elif tag == "form":
            self._action = given.get("action", "")
            self.forms.setdefault(self._action, {})
        elif tag == "button" and "name" in given:
            self.buttons.append((self._action, given["name"], given["value"]))
        elif (
            tag in ("input", "select", "textarea")
            and "name" in given
            and given.get("type") not in ("radio", "checkbox")
        ):
            self.forms.setdefault(self._action, {})[given["name"]] = given.get("value", "")
        self._wrong = given["id"].removeprefix("wrong-") if given.get("id", "").startswith("wrong-") else ""

    def _check(self, tag: str, given: dict[str, str]) -> None:
        inline = tag == "script" and "src" not in given and given.get("type") != "application/json"
        if inline or tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.offences.append(f"<{tag} {given}>")
        for name in ("src", "href", "action"):
            if given.get(name, "/")[:1] not in ("/", "#", ""):
                self.offences.append(f"{tag} {name}={given[name]}")

    def handle_endtag(self, tag: str) -> None:
        """Leave the tag."""
        while self._inside and self._inside.pop() != tag:
            continue
        self._wrong = ""

    def handle_data(self, data: str) -> None:
        """Text that a reader sees."""
        if self._inside[-1:] != ["script"] and data.strip():
            self.words.append(data.strip())
            if self._wrong:
                self.wrong[self._wrong] = data.strip()

    @property
    def text(self) -> str:
        """Everything a reader sees."""
        return " ".join(self.words)


async def get(client: httpx2.AsyncClient, path: str, status: int = 200, **headers: str) -> Page:
    """A page, checked against the policy that every page has to keep."""
    answer = await client.get(path, headers={**HTML, **headers})
    assert answer.status_code == status, answer.text
    page = Page(answer.text)
    assert page.offences == []
    return page


async def post(
    client: httpx2.AsyncClient, path: str, fields: dict[str, str], status: int = 303, **headers: str
) -> tuple[Page, str]:
    """Send a form as a browser without a script does; the page that answers, and where it leads."""
    client.headers.pop("x-csrf-token", None)
    answer = await client.post(path, data=fields, headers={**HTML, **headers})
    assert answer.status_code == status, answer.text
    page = Page(answer.text)
    assert page.offences == []
    return page, answer.headers.get("location", "")


async def fill(
    client: httpx2.AsyncClient, path: str, action: str, status: int = 303, **fields: str
) -> tuple[Page, str]:
    """Open a page, fill in one of its forms, and send it."""
    page = await get(client, path)
    return await post(client, action, {**page.forms[action], **fields}, status)


async def other_lot(web: Web, terms: Terms, bidders: tuple[str, ...] = ("jia", "yi")) -> str:
    """A lot L2 under other terms, opening in an hour, with these bidders admitted."""
    steps = Steps(web.exchange.own_house, "other")
    await steps.enrol()
    await steps.offer("A2", load()[1])
    await web.pass_time(NOTICE)
    opens_at = web.clock.now() + HOUR
    moved = {"opens_at": opens_at, "closes_at": None if terms.closes_at is None else opens_at + HOUR}
    plan = plan_lot("L2", "A2", load()[1], opens_at, HOUR)
    own = LotPlan("L2", "A2", _replaced(terms, **moved), plan.deposit_fen)
    await steps.schedule("S2", "专场二", (own,))
    for login in bidders:
        await steps.enter(login, "L2")
    await web.exchange.own_house.settled()
    for login in bidders:
        await steps.pay_deposit(login, "L2")
    await web.exchange.own_house.settled()
    return "L2"


def _replaced(terms: Terms, **changes: int | None) -> Terms:
    return Terms(**{**{name: getattr(terms, name) for name in terms.__struct_fields__}, **changes})


async def sold(web: Web) -> None:
    """Lot L1 hammered to yi."""
    lot = await web.open_lot("jia", "yi")
    for login, amount in (("jia", OPENING), ("yi", OPENING + STEP)):
        client = await web.signed_in(login)
        await fill(client, f"/lots/{lot}", f"/lots/{lot}/bids", amount=str(amount // 100))
    await web.pass_time(HOUR)


# The market


async def test_the_market_shows_lots_by_session(web: Web) -> None:
    """A visitor sees session, title, state, price and close, and what is listed without a session."""
    await web.open_lot()
    page = await get(web.client(), "/")
    for text in ("专场", load()[0].title, "竞价中", "¥1,600,000.00", "增价拍卖", "1 个标的竞价中"):
        assert text in page.text
    assert "/lots/L1" in page.links


async def test_search_finds_by_title_seller_and_id(web: Web) -> None:
    """Words of the title, the seller's name and the lot's id find it; others do not."""
    await web.open_lot()
    title = load()[0].title
    for q in (title[:4], "演示大学", "l1", f"{title[:2]} L1"):
        assert title in (await get(web.client(), f"/?q={q}")).text
    assert title not in (await get(web.client(), "/?q=没有")).text
    assert title not in (await get(web.client(), "/?state=ended")).text
    assert title in (await get(web.client(), "/?state=open")).text


async def test_the_market_speaks_english(web: Web) -> None:
    """By the address, then by the cookie it leaves, whatever the browser prefers."""
    client = web.client()
    assert "Market" in (await get(client, "/?lang=en")).text
    assert "Market" in (await get(client, "/")).text
    assert "市场" in (await get(client, "/?lang=zh")).text


async def test_a_title_cannot_bring_markup(web: Web) -> None:
    """What a seller writes is text, in the page and in the data for its script."""
    await web.open_lot()
    listing = web.exchange.house.view.market.listings["A1"]
    listing.subject = sc.Subject("A1", "<script>alert(1)</script><b>", ip=("</script>",))
    for path in ("/", "/lots/L1"):
        answer = await web.client().get(path, headers=HTML)
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;alert" in answer.text


# The room


async def test_a_visitor_sees_the_room_and_is_asked_to_sign_in(web: Web) -> None:
    """Price, history, rules, the achievement; no form but the way in, which leads back here."""
    lot = await web.open_lot()
    page = await get(web.client(), f"/lots/{lot}")
    for text in ("起拍价", "¥1,600,000.00", "¥80,000.00", "演示大学", "截止前", "未登录", "尚无报价"):
        assert text in page.text
    assert f"/sign-in?next=/lots/{lot}" in page.links
    assert [action for action in page.forms if action.startswith("/lots")] == []


async def test_the_reserve_is_on_no_page(web: Web) -> None:
    """A secret reserve is in no page, for nobody."""
    reserve = 987_654_300
    await other_lot(web, _english(reserve_price_fen=reserve))
    await web.pass_time(HOUR)
    for login in ("jia", "university", "operator"):
        client = await web.signed_in(login)
        answer = await client.get("/lots/L2", headers=HTML)
        assert str(reserve) not in answer.text
        assert "9,876,543" not in answer.text


def _english(**more: object) -> Terms:
    plan = plan_lot("L2", "A2", load()[1], 0, HOUR)
    return _replaced(plan.terms, **more)  # type: ignore[arg-type]


async def test_entering_tells_the_deposit_to_pay(web: Web) -> None:
    """Who has not entered can; the answer names code, amount and reference; then only the deposit is awaited."""
    lot = await web.open_lot("jia")
    yi = await web.signed_in("yi")
    before = await get(yi, f"/lots/{lot}")
    assert "尚未报名" in before.text
    assert f"/lots/{lot}/bids" not in before.forms
    _, there = await fill(yi, f"/lots/{lot}", f"/lots/{lot}/entries")
    await web.exchange.own_house.settled()
    page = await get(yi, there.partition("#")[0])
    code = web.exchange.house.view.market.code_of(lot, "yi")
    for text in ("报名已受理", "待缴保证金", "¥160,000.00", f"D-{lot}-{code}"):
        assert text in page.text


async def test_a_bid_by_form_is_made_and_proved(web: Web) -> None:
    """Without any script: the amount typed, the answer with its receipt, the price on the page, oneself in the lead."""
    lot = await web.open_lot()
    jia = await web.signed_in("jia")
    _, there = await fill(jia, f"/lots/{lot}", f"/lots/{lot}/bids", amount="1,600,000.00")
    page = await get(jia, there.partition("#")[0])
    outcome = await web.exchange.own_house.answer_of(there.partition("done=")[2].partition("#")[0])
    assert outcome is not None
    for text in ("出价已成立", outcome.first.receipt[:16], "您领先", "当前价", "¥1,600,000.00"):
        assert text in page.text
    yi = await web.signed_in("yi")
    assert "出价已成立" not in (await get(yi, there.partition("#")[0])).text


async def test_the_quick_bids_are_steps_above_the_price(web: Web) -> None:
    """One, two and five steps, as amounts that the form sends."""
    lot = await web.open_lot()
    jia, yi = await web.signed_in("jia"), await web.signed_in("yi")
    await fill(jia, f"/lots/{lot}", f"/lots/{lot}/bids", amount="1600000")
    page = await get(yi, f"/lots/{lot}")
    assert [value for _, _, value in page.buttons] == ["1680000.00", "1760000.00", "2000000.00"]
    await post(yi, f"/lots/{lot}/bids", {**page.forms[f"/lots/{lot}/bids"], "amount": page.buttons[1][2]})
    assert web.exchange.house.view.lots[lot].lead_fen == 176_000_000


@pytest.mark.parametrize(
    ("fields", "status", "field", "sentence"),
    [
        ({"amount": "1"}, 409, "amount", "出价未达起拍价。 下一有效金额：¥1,600,000.00。"),
        ({"amount": ""}, 422, "amount", "请填写大于零的金额"),
        ({"amount": "abc"}, 422, "amount", "请填写大于零的金额"),
        ({"amount": "１６０００００"}, 422, "amount", "请填写大于零的金额"),
        ({"amount": "1e9"}, 422, "amount", "请填写大于零的金额"),
        ({"amount": "-5"}, 422, "amount", "请填写大于零的金额"),
        ({"amount": "99999999999999"}, 422, "amount", "金额过大。"),
        ({"amount": "1600000", "max": "1500000"}, 422, "max", "最高限价不得低于本次出价。"),
        ({"amount": "1600000", "max": "x"}, 422, "max", "请填写大于零的金额"),
        ({"amount": "16000001"}, 409, "confirm", "金额超过当前价的十倍"),
    ],
)
async def test_a_refusal_stands_beside_its_field(
    web: Web, fields: dict[str, str], status: int, field: str, sentence: str
) -> None:
    """What is wrong is said in the reader's language at the field, what was typed is still there, and nothing was bid."""
    lot = await web.open_lot()
    jia = await web.signed_in("jia")
    page, _ = await fill(jia, f"/lots/{lot}", f"/lots/{lot}/bids", status, **fields)
    assert page.wrong[field].startswith(sentence)
    assert page.forms[f"/lots/{lot}/bids"]["amount"] == fields["amount"].strip()
    assert web.exchange.house.view.lots[lot].lead_fen is None


async def test_a_confirmed_amount_is_taken(web: Web) -> None:
    """With the box ticked the same amount is a bid."""
    lot = await web.open_lot()
    jia = await web.signed_in("jia")
    await fill(jia, f"/lots/{lot}", f"/lots/{lot}/bids", amount="16000001", confirm="yes")
    assert web.exchange.house.view.lots[lot].lead_fen == 1_600_000_100


async def test_a_form_sent_twice_bids_once(web: Web) -> None:
    """The command id in the form makes a second click the same bid."""
    lot = await web.open_lot()
    jia = await web.signed_in("jia")
    form = (await get(jia, f"/lots/{lot}")).forms[f"/lots/{lot}/bids"]
    for _ in range(2):
        await post(jia, f"/lots/{lot}/bids", {**form, "amount": "1600000"})
    assert web.exchange.house.view.lots[lot].accepted == 1


async def test_a_maximum_is_shown_to_its_owner_alone(web: Web) -> None:
    """The proxy's maximum stands on its owner's page and nowhere else."""
    lot = await web.open_lot()
    jia, yi = await web.signed_in("jia"), await web.signed_in("yi")
    await fill(jia, f"/lots/{lot}", f"/lots/{lot}/bids", amount="1600000", max="3456789")
    assert "¥3,456,789.00" in (await get(jia, f"/lots/{lot}")).text
    for client in (yi, web.client()):
        assert "3,456,789" not in (await client.get(f"/lots/{lot}", headers=HTML)).text


async def test_a_form_needs_its_token(web: Web) -> None:
    """Without the session's token, or with another's, nothing happens; from another site neither."""
    lot = await web.open_lot()
    jia, yi = await web.signed_in("jia"), await web.signed_in("yi")
    form = (await get(jia, f"/lots/{lot}")).forms[f"/lots/{lot}/bids"]
    theirs = (await get(yi, f"/lots/{lot}")).forms[f"/lots/{lot}/bids"]["csrf"]
    for token in ("", "x" * 43, theirs):
        await post(jia, f"/lots/{lot}/bids", {**form, "csrf": token, "amount": "1600000"}, 403)
    await post(jia, f"/lots/{lot}/bids", {**form, "amount": "1600000"}, 403, origin="https://evil.example")
    assert web.exchange.house.view.lots[lot].accepted == 0


async def test_the_seller_watches_its_own_lot(web: Web) -> None:
    """No way to bid, and after the sale the way to the trade."""
    await sold(web)
    page = await get(await web.signed_in("university"), "/lots/L1")
    assert f"/trades/{TRADE}" in page.links
    assert not [action for action in page.forms if action.endswith(("/bids", "/entries"))]


async def test_the_hammer_stands_on_the_page(web: Web) -> None:
    """Sold: the price, the winner's code; the winner is led to the trade, the loser is not."""
    await sold(web)
    yi, jia = await web.signed_in("yi"), await web.signed_in("jia")
    code = web.exchange.house.view.market.code_of("L1", "yi")
    page = await get(yi, "/lots/L1")
    for text in ("已成交", f"{code} 号以 ¥1,680,000.00 成交", "您已成交"):
        assert text in page.text
    assert f"/trades/{TRADE}" in page.links
    lost = await get(jia, "/lots/L1")
    assert "未成交" in lost.text
    assert f"/trades/{TRADE}" not in lost.links


async def test_an_unknown_lot_is_a_page_that_says_so(web: Web) -> None:
    """404 in words, for people."""
    assert "没有这个标的" in (await get(web.client(), "/lots/L404", 404)).text
    assert "There is no such lot" in (await get(web.client(), "/lots/L404?lang=en", 404)).text


async def test_the_chart_alone_is_svg(web: Web) -> None:
    """The script of an open room fetches the drawing by itself."""
    lot = await web.open_lot()
    answer = await web.client().get(f"/lots/{lot}/chart")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.text.startswith("<svg")


# Other mechanisms


async def test_a_dutch_lot_is_taken_at_the_clock_price(web: Web) -> None:
    """The price of the instant stands on the button; taking it by form hammers the lot."""
    terms = Terms(Mechanism.DUTCH, 10_000_000, 0, None, dutch=DutchClock(1_000_000, 5 * MINUTE, 5_000_000))
    await other_lot(web, terms)
    await web.pass_time(HOUR + 11 * MINUTE)
    jia = await web.signed_in("jia")
    page = await get(jia, "/lots/L2")
    assert "以 ¥80,000.00 成交" in page.text
    assert "当前价" in page.text
    await fill(jia, "/lots/L2", "/lots/L2/acceptances")
    assert web.exchange.house.view.lots["L2"].winners[0].price_fen == 8_000_000


async def test_a_dutch_price_that_has_fallen_meanwhile_is_refused(web: Web) -> None:
    """What was on the button when the page was drawn is not taken at another price."""
    terms = Terms(Mechanism.DUTCH, 10_000_000, 0, None, dutch=DutchClock(1_000_000, 5 * MINUTE, 5_000_000))
    await other_lot(web, terms)
    await web.pass_time(HOUR)
    jia = await web.signed_in("jia")
    form = (await get(jia, "/lots/L2")).forms["/lots/L2/acceptances"]
    await web.pass_time(6 * MINUTE)
    page, _ = await post(jia, "/lots/L2/acceptances", form, 409)
    assert "¥90,000.00" in page.wrong["amount"]


async def test_an_open_licence_is_taken_by_everybody(web: Web) -> None:
    """Each of two takes a licence at the fee, once."""
    await other_lot(web, Terms(Mechanism.OPEN_LICENCE, 3_000_000, 0, HOUR))
    await web.pass_time(HOUR)
    for login in ("jia", "yi"):
        client = await web.signed_in(login)
        await fill(client, "/lots/L2", "/lots/L2/acceptances")
        assert "已获许可" in (await get(client, "/lots/L2")).text
    assert len(web.exchange.house.view.lots["L2"].standing) == 2


async def test_a_holder_of_priority_matches_the_lead(web: Web) -> None:
    """The button is there for the holder only, and takes the lead at the same price."""
    await web.open_lot()
    await other_lot(web, _english())
    code = web.exchange.house.view.market.code_of("L2", "yi") or ""
    lot = web.exchange.house.view.lots["L2"]
    for state in (web.exchange.house.view, web.exchange.own_house._dispatcher._decider.work):
        state.lots["L2"].terms = _replaced(lot.terms, priority=(Holder(code, 1, "live"),))  # type: ignore[arg-type]
    await web.pass_time(HOUR)
    jia, yi = await web.signed_in("jia"), await web.signed_in("yi")
    await fill(jia, "/lots/L2", "/lots/L2/bids", amount=str(lot.terms.opening_price_fen // 100))
    assert "/lots/L2/matches" not in (await get(jia, "/lots/L2")).forms
    await fill(yi, "/lots/L2", "/lots/L2/matches")
    assert web.exchange.house.view.lots["L2"].leader == code


async def test_a_sealed_lot_tells_nothing_before_its_opening(web: Web) -> None:
    """No count, no price but the opening price; the form cannot send an amount anywhere."""
    await other_lot(web, Terms(Mechanism.SEALED_FIRST_PRICE, 10_000_000, 0, HOUR))
    await web.pass_time(HOUR)
    jia = await web.signed_in("jia")
    page = await get(jia, "/lots/L2")
    assert "密封报价在截止后一并开启" in page.text
    assert "次出价" not in page.text
    assert "" in page.forms  # the form of the envelope has no address to send to
    assert "/lots/L2/bids" not in page.forms


# Signing in


async def test_signing_in_leads_back_to_where_one_was(web: Web) -> None:
    """A page for members sends to the form, the form back to the page, under a cookie that scripts cannot read."""
    client = web.client()
    answer = await client.get("/desk", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/desk")
    fields = {"account": "jia", "password": people.PASSWORD, "next": "/desk"}
    _, there = await post(client, "/sign-in", fields)
    assert there == "/desk"
    assert "演示企业甲" in (await get(client, "/desk")).text


async def test_a_wrong_password_is_said_beside_it(web: Web) -> None:
    """The same words whether account or password is wrong; the account stays in its field, the password does not."""
    for account in ("jia", "nobody"):
        fields = {"account": account, "password": "not the password", "next": "/"}
        page, _ = await post(web.client(), "/sign-in", fields, 401)
        assert page.wrong["password"] == "账号或密码不正确。"
        assert page.forms["/sign-in"]["account"] == account
        assert page.forms["/sign-in"]["password"] == ""


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""]
)
async def test_signing_in_leads_nowhere_else(web: Web, onward: str) -> None:
    """No address in the form or the link leads off this site."""
    fields = {"account": "jia", "password": people.PASSWORD, "next": onward}
    _, there = await post(web.client(), "/sign-in", fields)
    assert there == "/"


async def test_signing_out_ends_the_session(web: Web) -> None:
    """The cookie is gone and would not count any more."""
    jia = await web.signed_in("jia")
    await fill(jia, "/", "/sign-out")
    answer = await jia.get("/desk", headers=HTML)
    assert answer.status_code == 303


# After the hammer


async def test_the_desk_tells_what_waits(web: Web) -> None:
    """The buyer is told to sign and to pay, the seller to sign, each with a link."""
    await sold(web)
    yi = await get(await web.signed_in("yi"), "/desk")
    for text in ("签署合同 C-T-L1-1", "支付成交 T-L1-1 的价款 ¥1,520,000.00", "您已成交", "已抵价款"):
        assert text in yi.text
    seller = await get(await web.signed_in("university"), "/desk")
    assert "/contracts/C-T-L1-1" in seller.links
    assert "支付成交" not in seller.text


async def test_a_contract_is_read_and_signed_by_both(web: Web) -> None:
    """Text and digest, a tick that one has read it; after both signatures it is in force."""
    await sold(web)
    contract = web.exchange.house.view.settlement.contracts["C-T-L1-1"]
    for login in ("yi", "university"):
        client = await web.signed_in(login)
        page = await get(client, "/contracts/C-T-L1-1")
        assert contract.digest in page.text
        refused, _ = await fill(client, "/contracts/C-T-L1-1", "/contracts/C-T-L1-1/signatures", 422)
        assert refused.wrong["read"] == "请先确认已阅读全文。"
        await fill(client, "/contracts/C-T-L1-1", "/contracts/C-T-L1-1/signatures", read="yes")
    page = await get(await web.signed_in("yi"), "/contracts/C-T-L1-1")
    assert "已生效" in page.text
    assert "/contracts/C-T-L1-1/signatures" not in page.forms


async def test_a_signature_covers_the_text_that_was_shown(web: Web) -> None:
    """Another digest than the text's is refused beside the form."""
    await sold(web)
    yi = await web.signed_in("yi")
    action = "/contracts/C-T-L1-1/signatures"
    page, _ = await fill(yi, "/contracts/C-T-L1-1", action, 409, read="yes", digest="0" * 64)
    assert page.wrong["digest"].startswith("文本摘要不一致")


@pytest.mark.parametrize("path", [f"/trades/{TRADE}", "/contracts/C-T-L1-1", f"/trades/{TRADE}/claims"])
async def test_to_strangers_a_trade_does_not_exist(web: Web, path: str) -> None:
    """The loser of the lot gets the same 404 as for a trade that never was; a visitor is sent to sign in."""
    await sold(web)
    await get(await web.signed_in("jia"), path, 404)
    assert (await web.client().get(path, headers=HTML)).status_code == 303


async def concluded(web: Web) -> None:
    """L1 sold, signed by both, paid in full."""
    await sold(web)
    for login in ("yi", "university"):
        client = await web.signed_in(login)
        await fill(client, "/contracts/C-T-L1-1", "/contracts/C-T-L1-1/signatures", read="yes")
    await web.exchange.own_house.settled()
    await Steps(web.exchange.own_house, "pay").credit(f"O-{TRADE}", "yi", OPENING + STEP - 16_000_000)
    await web.exchange.own_house.settled()


async def test_the_registrar_gives_a_number_or_says_why_not(web: Web) -> None:
    """A malformed number and a second use of one are refused at the field; a good one registers."""
    await concluded(web)
    registrar = await web.signed_in("registrar")
    action = f"/registrations/TC-{TRADE}/number"
    page = await get(registrar, "/registrations")
    assert "1 件待办" in page.text
    wrong, _ = await fill(registrar, action.rpartition("/")[0], action, 409, number="123")
    assert wrong.wrong["number"].startswith("登记编号须为 16 位数字")
    assert wrong.forms[action]["number"] == "123"
    amount, _ = await fill(
        registrar, action.rpartition("/")[0], action, 422, number=NUMBER, non_technical="x"
    )
    assert amount.wrong["non_technical"].startswith("请填写大于零的金额")
    await fill(registrar, action.rpartition("/")[0], action, number=NUMBER)
    page = await get(registrar, "/registrations")
    assert NUMBER in page.text
    assert "没有待办事项" in page.text


async def test_a_refusal_of_registration_needs_its_reason(web: Web) -> None:
    """Without one it is asked for; with one the parties read it on the trade's page."""
    await concluded(web)
    registrar = await web.signed_in("registrar")
    action = f"/registrations/TC-{TRADE}/refusal"
    page, _ = await fill(registrar, action.rpartition("/")[0], action, 422, reason="")
    assert page.wrong["reason"] == "不予登记须说明理由。"
    await fill(registrar, action.rpartition("/")[0], action, reason="标的不属于技术合同")
    assert "标的不属于技术合同" in (await get(await web.signed_in("yi"), f"/trades/{TRADE}")).text


async def test_claims_are_elected_approved_by_two_and_paid(web: Web) -> None:
    """Both sides elect, the claim shows rule, quote and amount; one official cannot approve twice; two make it paid."""
    await concluded(web)
    registrar = await web.signed_in("registrar")
    await fill(registrar, f"/registrations/TC-{TRADE}", f"/registrations/TC-{TRADE}/number", number=NUMBER)
    await web.exchange.own_house.settled()
    for login in ("yi", "university"):
        client = await web.signed_in(login)
        await fill(client, f"/trades/{TRADE}", f"/trades/{TRADE}/election", side="buyer")
        await web.exchange.own_house.settled()
    claim = next(iter(web.exchange.house.view.settlement.claims.values()))
    client = await web.signed_in("yi")
    for text in (claim.rule, claim.quote, speech("zh").money(claim.amount_fen), "待审核"):
        assert text in (await get(client, f"/trades/{TRADE}/claims")).text
    first, second = await web.signed_in("funder1"), await web.signed_in("funder2")
    action = f"/claims/{claim.id}/approvals"
    form = (await get(first, "/claims")).forms[action]
    await post(first, action, form)
    assert action not in (await get(first, "/claims")).forms
    again, _ = await post(first, action, {**form, "command": "second-approval"}, 403)
    assert again.wrong[claim.id] == "须由另一人审核。"
    await fill(second, "/claims", action)
    await web.exchange.own_house.settled()
    assert "已拨付" in (await get(second, "/claims")).text


async def test_the_trade_page_tells_every_stage(web: Web) -> None:
    """Listing to credit with who, when and seq; what is to come is marked so."""
    await concluded(web)
    page = await get(await web.signed_in("yi"), f"/trades/{TRADE}")
    for stage in (
        "挂牌",
        "公示",
        "专场",
        "报名",
        "保证金",
        "出价",
        "落槌",
        "合同",
        "签署",
        "登记",
        "到账",
        "补助申领",
    ):
        assert stage in page.words
    assert page.text.count("尚未办理") == 1
    rows = await web.exchange.house.history(f"trade/{TRADE}")
    signed = next(row for row in rows if type(row.event).__name__ == "ContractSigned")
    assert f"经办 {signed.principal} · seq {signed.seq}" in re.sub(r"\s+", " ", page.text)


# Offices


@pytest.mark.parametrize(
    ("path", "role"), [("/registrations", "registrar"), ("/claims", "funder1"), ("/operator", "operator")]
)
async def test_an_office_is_for_its_role(web: Web, path: str, role: str) -> None:
    """Others get 403 in words, visitors are sent to sign in, the role gets its desk."""
    assert "不能进行此操作" in (await get(await web.signed_in("jia"), path, 403)).text
    assert (await web.client().get(path, headers=HTML)).status_code == 303
    await get(await web.signed_in(role), path)


async def test_the_operator_suspends_and_resumes(web: Web) -> None:
    """Only with a reason, which everybody reads in the room; resuming lets the clock go on."""
    lot = await web.open_lot()
    operator = await web.signed_in("operator")
    action = f"/operator/lots/{lot}/suspend"
    page, _ = await fill(operator, "/operator", action, 422, reason="")
    assert page.wrong[lot] == "暂停须说明原因。"
    await fill(operator, "/operator", action, reason="线路检修", how="at_once")
    await web.exchange.own_house.settled()
    room = await get(web.client(), f"/lots/{lot}")
    assert "已暂停" in room.text
    assert "线路检修" in room.text
    await fill(operator, "/operator", f"/operator/lots/{lot}/resume")
    assert "竞价中" in (await get(web.client(), f"/lots/{lot}")).text


async def test_a_step_that_cannot_be_is_said_beside_the_lot(web: Web) -> None:
    """Resuming what runs is refused in words."""
    lot = await web.open_lot()
    operator = await web.signed_in("operator")
    page = await get(operator, "/operator")
    token = page.forms[f"/operator/lots/{lot}/suspend"]["csrf"]
    fields = {"csrf": token, "command": "resume-nothing"}
    refused, _ = await post(operator, f"/operator/lots/{lot}/resume", fields, 409)
    assert refused.wrong[lot] == "标的当前状态不允许该操作。"


async def test_the_figures_of_the_house_are_for_the_operator(web: Web) -> None:
    """Numbers as JSON for the desk's script."""
    await web.open_lot()
    operator = await web.signed_in("operator")
    figures = (await operator.get("/operator/figures")).json()
    assert figures["open"] == "1"
    jia = await web.signed_in("jia")
    assert (await jia.get("/operator/figures")).status_code == 403
    await web.app.state.gateway.hub.stop()


async def test_every_page_is_whole_in_both_languages(web: Web) -> None:
    """On a Chinese page stands no English sentence and no bare code, on an English one no Chinese text of ours."""
    known = catalogue("zh")
    sentences = {id_ for id_ in known if not CODE.fullmatch(id_)}
    codes = {code for id_ in known if CODE.fullmatch(id_) and (code := id_.partition(".")[2]).isascii()}
    translations = {text for message in known.values() for text in texts(message)}
    await concluded(web)
    pages = {
        "jia": ["/", "/lots/L1", "/desk"],
        "yi": ["/desk", f"/trades/{TRADE}", "/contracts/C-T-L1-1", f"/trades/{TRADE}/claims"],
        "registrar": ["/registrations"],
        "funder1": ["/claims"],
        "operator": ["/operator"],
    }
    for login, paths in pages.items():
        client = await web.signed_in(login)
        for path in paths:
            chinese = await get(client, f"{path}?lang=zh")
            assert set(chinese.words) & (sentences | codes) - DATA == set()
            english = await get(client, f"{path}?lang=en")
            assert set(english.words) & translations - DATA == set(), f"{login} {path}"
    await web.app.state.gateway.hub.stop()
