"""Filling an empty market by REST alone: parties, achievements, listings, sessions; and who may not."""

from typing import Any, get_args

import httpx2
import pytest

from exchange.demo.steps import CHECKED
from exchange.market.listing_terms import RuleSet
from exchange.market.rule_sets import deposit_range, figures
from matching_engine.terms import DAY, HOUR, MINUTE
from tests.exchange.house.running import BEGIN
from tests.web.asking import credit, post, refusal
from tests.web.running import Web, key, running_web
from web.views import iso

OPENING, STEP, DEPOSIT = 30_000_000, 1_000_000, 3_000_000

ACHIEVEMENT = {
    "title": "一种低温复合材料",
    "abstract": "零下六十度不脆裂。",
    "field": "新材料",
    "trl": 6,
    "ip": ["发明专利 ZL202010000001.X 有效"],
    "secrecy": "公开",
    "secrecy_reviewer": "李审",
    "secrecy_reviewed_on": "2026-02-01",
}


CHECKS = [{"check": one.check, "outcome": one.outcome, "evidence": one.evidence} for one in CHECKED]


def admission(days: int) -> dict[str, Any]:
    """Every check confirmed, and so many days of notice."""
    return {"notice_days": days, "checks": CHECKS}


def made(answer: httpx2.Response) -> str:
    """The id of what was made, from its Location."""
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rpartition("/")[2]


async def enrol(web: Web, *parties: str) -> None:
    """Organisations of the register taken in."""
    operator = await web.signed_in("operator")
    for party in parties:
        assert made(await post(operator, "parties", {"party": party})) == party


async def submitted(web: Web) -> str:
    """A listing of the university, not admitted yet; its id."""
    await enrol(web, "university")
    seller = await web.signed_in("university")
    row = made(await post(seller, "achievements", ACHIEVEMENT))
    return made(await post(seller, "listings", {"achievement": row, "price_idea_fen": OPENING}))


async def tradable(web: Web) -> str:
    """A listing after its public notice; its id."""
    listing = await submitted(web)
    operator = await web.signed_in("operator")
    assert made(await post(operator, f"listings/{listing}/admission", admission(7))) == listing
    await web.pass_time(7 * DAY)
    return listing


def lot_of(web: Web, listing: str, **other: Any) -> dict[str, Any]:
    """An English lot that opens in an hour, for an hour."""
    opens_at = web.clock.now() + HOUR
    return {
        "listing": listing,
        "mechanism": "english",
        "opening_price_fen": OPENING,
        "deposit_fen": DEPOSIT,
        "opens_at": iso(opens_at),
        "closes_at": iso(opens_at + HOUR),
        "ladder": [{"from_fen": 0, "step_fen": STEP}],
        "extension": {"trigger_ms": 300_000, "length_ms": 300_000},
    } | other


def session_of(*lots: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A session of listed bidding, whose deposits may arrive until the evening of its day."""
    fixed = {"title": "新材料专场", "rule_set": "LISTED_BIDDING", "deposit_cutoff_working_days": 0}
    return fixed | {"lots": list(lots)} | other


async def test_the_whole_way_from_an_empty_market(web: Web) -> None:
    """Enrolled, entered, listed, admitted, noticed, set, entered, paid, bid, hammered: a trade, by REST alone."""
    listing = await tradable(web)
    await enrol(web, "jia")
    operator, jia = await web.signed_in("operator"), await web.signed_in("jia")
    session = made(await post(operator, "sessions", session_of(lot_of(web, listing), payment_days=10)))
    (lot,) = (await jia.get(f"/api/v1/sessions/{session}")).json()["lots"]
    entry = (await post(jia, f"lots/{lot['lot']}/entries")).json()["events"][0]
    assert entry["deposit_fen"] == DEPOSIT
    bank = await web.signed_in("bank")
    paid = await bank.post("/api/v1/credits", json=credit(entry["deposit"], "jia", DEPOSIT))
    assert paid.status_code == 200
    await web.pass_time(HOUR)
    jia = await web.signed_in("jia")
    assert (await post(jia, f"lots/{lot['lot']}/bids", {"amount_fen": OPENING})).status_code == 201
    await web.pass_time(HOUR)
    jia = await web.signed_in("jia")
    trade = (await jia.get(f"/api/v1/trades/T-{lot['lot']}-1")).json()
    assert (trade["price_fen"], trade["seller"]["id"], trade["buyer"]["id"]) == (OPENING, "university", "jia")
    assert trade["title"] == ACHIEVEMENT["title"]
    assert trade["obligation"]["deposit_fen"] == DEPOSIT


async def test_terms_reach_the_lot_as_they_were_sent(web: Web) -> None:
    """Instants with any offset, milliseconds, ladder and free period stand in the lot; the reserve stays hidden."""
    listing = await tradable(web)
    operator = await web.signed_in("operator")
    opens_at = web.clock.now() + HOUR
    utc = iso(opens_at - 8 * HOUR).replace("+08:00", "Z")
    wanted = lot_of(
        web, listing, opens_at=utc, free_until=iso(opens_at + MINUTE), reserve_price_fen=OPENING + 1
    )
    session = made(await post(operator, "sessions", session_of(wanted, rule_set="LISTED_BIDDING")))
    (row,) = (await web.client().get(f"/api/v1/sessions/{session}")).json()["lots"]
    assert row["listing"] == listing
    answer = await web.client().get(f"/api/v1/lots/{row['lot']}")
    lot = answer.json()
    assert (lot["opens_at"], lot["free_until"]) == (iso(opens_at), iso(opens_at + MINUTE))
    assert lot["extension"]["trigger_ms"] == 300_000
    assert lot["ladder"] == [{"from_fen": 0, "step_fen": STEP}]
    assert str(OPENING + 1) not in answer.text
    terms = web.exchange.house.view.lots[row["lot"]].terms
    assert terms.reserve_price_fen == OPENING + 1
    assert (await web.client().get("/api/v1/sessions?limit=1")).json()["sessions"][0]["session"] == session


async def test_a_right_of_first_refusal_by_party(web: Web) -> None:
    """A holder named by its party matches the lead under the code that was kept for it, and wins."""
    listing = await tradable(web)
    await enrol(web, "jia", "yi")
    operator, bank = await web.signed_in("operator"), await web.signed_in("bank")
    right = {"party": "yi", "rank": 1, "exercise": "live"}
    opens_at = web.clock.now() + 3 * DAY
    wanted = lot_of(web, listing, priority=[right], opens_at=iso(opens_at), closes_at=iso(opens_at + HOUR))
    session = made(await post(operator, "sessions", session_of(wanted)))
    (lot,) = web.exchange.house.view.market.sessions[session].lots
    kept = web.exchange.house.view.market.reserved[lot, "yi"]
    for login in ("jia", "yi"):
        entry = (await post(await web.signed_in(login), f"lots/{lot}/entries")).json()["events"][0]
        assert (entry["code"] == kept) == (login == "yi")
        await bank.post("/api/v1/credits", json=credit(entry["deposit"], login, DEPOSIT))
    await web.pass_time(3 * DAY)
    await post(await web.signed_in("jia"), f"lots/{lot}/bids", {"amount_fen": OPENING})
    assert refusal(await post(await web.signed_in("jia"), f"lots/{lot}/matches")) == (
        403,
        "MATCH_NOT_ENTITLED",
    )
    assert (await post(await web.signed_in("yi"), f"lots/{lot}/matches")).status_code == 201
    await web.pass_time(HOUR)
    trade = (await (await web.signed_in("yi")).get(f"/api/v1/trades/T-{lot}-1")).json()
    assert (trade["buyer"]["id"], trade["price_fen"]) == ("yi", OPENING)


async def test_a_right_needs_an_enrolled_party(web: Web) -> None:
    """PARTY_UNKNOWN for a holder that was not taken in; a holder twice for one exercise names its place."""
    listing = await tradable(web)
    operator = await web.signed_in("operator")
    right = {"party": "yi", "rank": 1, "exercise": "live"}
    body = session_of(lot_of(web, listing, priority=[right]))
    assert refusal(await post(operator, "sessions", body)) == (404, "PARTY_UNKNOWN")
    twice = session_of(lot_of(web, listing, priority=[right, right]))
    assert await fault(operator, "sessions", twice) == (422, "BAD_VALUE", "lots[0].priority[1].bidder")


async def test_a_listing_says_what_the_register_says(web: Web) -> None:
    """Title, property and digest are those of the row; a client's own subject is an unknown field."""
    listing = await submitted(web)
    seller = await web.signed_in("university")
    shown = (await seller.get(f"/api/v1/listings/{listing}")).json()
    row = (await seller.get(f"/api/v1/achievements/{shown['achievement']}")).json()
    assert (shown["title"], shown["ip"]) == (row["title"], row["ip"])
    assert shown["achievement_digest"] == row["digest"]
    forged = {"achievement": row["achievement"], "price_idea_fen": 1, "subject": {"title": "x"}}
    assert refusal(await post(seller, "listings", forged)) == (422, "UNKNOWN_FIELD")


async def test_who_sees_a_listing_before_and_after_its_admission(web: Web) -> None:
    """Before it only the seller and staff, others 404; after it everybody, even without a sign-in."""
    listing = await submitted(web)
    path = f"/api/v1/listings/{listing}"
    for client, status in (
        (web.client(), 404),
        (await web.signed_in("jia"), 404),
        (await web.signed_in("university"), 200),
        (await web.signed_in("registrar"), 200),
    ):
        assert (await client.get(path)).status_code == status
        page = (await client.get("/api/v1/listings")).json()["listings"]
        assert [one["listing"] for one in page] == ([listing] if status == 200 else [])
    await post(await web.signed_in("operator"), f"listings/{listing}/admission", admission(8))
    shown = (await web.client().get(path)).json()
    assert (shown["state"], shown["notice_until"]) == ("notice", iso(web.clock.now() + 8 * DAY))
    jia = await web.signed_in("jia")
    states = [
        len((await jia.get(f"/api/v1/listings?state={state}")).json()["listings"])
        for state in ("notice", "tradable")
    ]
    assert states == [1, 0]


async def test_who_sees_a_party(web: Web) -> None:
    """Staff and the party itself; to others it does not exist, nor does one that was not enrolled."""
    operator = await web.signed_in("operator")
    body = {"party": "jia", "affiliates": ["yi", "yi"]}
    assert made(await post(operator, "parties", body)) == "jia"
    for login, status in (("operator", 200), ("jia", 200), ("yi", 404), ("bank", 200)):
        answer = await (await web.signed_in(login)).get("/api/v1/parties/jia")
        assert answer.status_code == status
    assert (await operator.get("/api/v1/parties/jia")).json()["affiliates"] == ["yi"]
    assert refusal(await operator.get("/api/v1/parties/yi")) == (404, "NOT_FOUND")
    assert refusal(await post(operator, "parties", body)) == (409, "PARTY_ENROLLED")


@pytest.mark.parametrize(
    ("login", "path", "body"),
    [
        ("university", "parties", {"party": "jia"}),
        ("jia", "achievements", ACHIEVEMENT),
        ("university", "achievements", ACHIEVEMENT | {"holder": "jia"}),
        ("jia", "listings", {"achievement": "R-1", "price_idea_fen": 1}),
        ("operator", "listings", {"achievement": "R-1", "price_idea_fen": 1}),
        ("university", "listings/A-1/admission", admission(7)),
    ],
)
async def test_who_may_not(web: Web, login: str, path: str, body: dict[str, Any]) -> None:
    """403 for another role or another organisation's affairs; nothing is journaled."""
    seq = web.exchange.house.view.seq
    assert refusal(await post(await web.signed_in(login), path, body)) == (403, "FORBIDDEN")
    assert refusal(await post(web.client(), path, body)) == (401, "NOT_SIGNED_IN")
    assert web.exchange.house.view.seq == seq


async def test_a_seller_sets_no_session(web: Web) -> None:
    """Sessions are the operator's."""
    answer = await post(await web.signed_in("university"), "sessions", session_of(lot_of(web, "A-1")))
    assert refusal(answer) == (403, "FORBIDDEN")


async def test_nobody_offers_what_another_holds(web: Web) -> None:
    """What another holds is not offered; where no reviewer found it public, it is not even known."""
    await enrol(web, "university")
    operator = await web.signed_in("operator")
    row = made(await post(operator, "achievements", ACHIEVEMENT | {"holder": "jia"}))
    offer = {"achievement": row, "price_idea_fen": OPENING}
    assert refusal(await post(await web.signed_in("university"), "listings", offer)) == (403, "FORBIDDEN")
    unreviewed = ACHIEVEMENT | {"holder": "jia", "secrecy_reviewer": ""}
    secret = {
        "achievement": made(await post(operator, "achievements", unreviewed)),
        "price_idea_fen": OPENING,
    }
    assert refusal(await post(await web.signed_in("university"), "listings", secret)) == (404, "NOT_FOUND")
    assert (await operator.get(f"/api/v1/achievements/{row}")).json()["holder"] == "jia"


async def test_a_seller_that_is_not_enrolled(web: Web) -> None:
    """It may enter achievements, and offers none: PARTY_UNKNOWN."""
    seller = await web.signed_in("university")
    row = made(await post(seller, "achievements", ACHIEVEMENT))
    answer = await post(seller, "listings", {"achievement": row, "price_idea_fen": OPENING})
    assert refusal(answer) == (404, "PARTY_UNKNOWN")


async def fault(client: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> tuple[int, str, str]:
    """Status, code and field of a problem."""
    answer = await post(client, path, body)
    status, code = refusal(answer)
    return status, code, answer.json().get("field")


@pytest.mark.parametrize(
    ("path", "body", "code", "field"),
    [
        ("parties", {"party": "nobody"}, "BAD_VALUE", "party"),
        ("parties", {"party": "jia", "affiliates": ["yi", "nobody"]}, "BAD_VALUE", "affiliates[1]"),
        ("achievements", ACHIEVEMENT, "MISSING_FIELD", "holder"),
        ("achievements", ACHIEVEMENT | {"holder": "nobody"}, "BAD_VALUE", "holder"),
        ("achievements", ACHIEVEMENT | {"trl": 10}, "BAD_VALUE", "trl"),
        ("achievements", ACHIEVEMENT | {"title": ""}, "BAD_TEXT", "title"),
        ("achievements", ACHIEVEMENT | {"source_url": "javascript:1"}, "BAD_TEXT", "source_url"),
        ("achievements", ACHIEVEMENT | {"digest": "0"}, "UNKNOWN_FIELD", "digest"),
        ("listings/A-1/admission", admission(6), "NOTICE_TOO_SHORT", "notice_days"),
        ("listings/A-1/admission", {"notice_days": True, "checks": CHECKS}, "BAD_TYPE", "notice_days"),
    ],
)
async def test_bad_input_names_its_field(
    web: Web, path: str, body: dict[str, Any], code: str, field: str
) -> None:
    """422 with the code and the field; nothing is journaled."""
    seq = web.exchange.house.view.seq
    assert await fault(await web.signed_in("operator"), path, body) == (422, code, field)
    assert web.exchange.house.view.seq == seq


@pytest.mark.parametrize(
    ("other", "code", "field"),
    [
        ({"deposit_fen": OPENING // 20 - 1}, "DEPOSIT_RANGE", "lots[0].deposit_fen"),
        ({"deposit_fen": OPENING // 5 + 1}, "DEPOSIT_RANGE", "lots[0].deposit_fen"),
        ({"opens_at": "2026-11-20T10:00:00"}, "BAD_VALUE", "lots[0].opens_at"),
        ({"opens_at": "0000-01-01T00:00:00Z"}, "BAD_VALUE", "lots[0].opens_at"),
        ({"closes_at": None}, "BAD_VALUE", "lots[0].closes_at"),
        ({"ladder": []}, "BAD_VALUE", "lots[0].ladder"),
        ({"ladder": [{"from_fen": 1, "step_fen": 1}]}, "BAD_VALUE", "lots[0].ladder[0].from_fen"),
        ({"opening_price_fen": 0}, "BAD_AMOUNT", "lots[0].opening_price_fen"),
        ({"mechanism": "lottery"}, "BAD_VALUE", "lots[0].mechanism"),
        ({"mechanism": "dutch"}, "BAD_VALUE", "lots[0].dutch"),
        ({"secret": 1}, "UNKNOWN_FIELD", "lots[0].secret"),
    ],
)
async def test_a_wrong_lot_names_its_field(web: Web, other: dict[str, Any], code: str, field: str) -> None:
    """The lot's place and the field of it; nothing is journaled."""
    operator, seq = await web.signed_in("operator"), web.exchange.house.view.seq
    body = session_of(lot_of(web, "A-1", **other))
    assert await fault(operator, "sessions", body) == (422, code, field)
    assert web.exchange.house.view.seq == seq


@pytest.mark.parametrize(
    ("other", "code", "field"),
    [
        ({"payment_days": -1}, "BAD_VALUE", "payment_days"),
        ({"payment_days": 3651}, "BAD_VALUE", "payment_days"),
        ({"rule_set": "NONE"}, "BAD_VALUE", "rule_set"),
        ({"lots": []}, "BAD_TEXT", "lots"),
        ({"deposit_release_hours": 25}, "BAD_VALUE", "deposit_release_hours"),
    ],
)
async def test_a_wrong_session_names_its_field(
    web: Web, other: dict[str, Any], code: str, field: str
) -> None:
    """Days to pay that settlement would refuse are refused when the session is set."""
    body = session_of(lot_of(web, "A-1")) | other
    assert (await fault(await web.signed_in("operator"), "sessions", body))[::2] == (422, field), code


async def test_the_edges_of_the_deposit_and_of_the_days_to_pay_are_inside(web: Web) -> None:
    """5 and 20 per cent of the opening price, 0 and 3650 days reach the house, which knows no such listing."""
    operator = await web.signed_in("operator")
    for deposit, days in ((OPENING // 20, 0), (OPENING // 5, 3650)):
        body = session_of(lot_of(web, "A-1", deposit_fen=deposit), payment_days=days)
        assert refusal(await post(operator, "sessions", body)) == (404, "LISTING_UNKNOWN")


async def test_a_deposit_refusal_names_the_range(web: Web) -> None:
    """The detail holds both ends in fen and the shares."""
    body = session_of(lot_of(web, "A-1", deposit_fen=1))
    answer = await post(await web.signed_in("operator"), "sessions", body)
    assert "from 1500000 to 6000000 fen, 5 to 20 %" in answer.json()["detail"]


async def test_a_listing_under_notice_is_in_no_session(web: Web) -> None:
    """409 before the notice is over; a session opens after now."""
    listing = await submitted(web)
    operator = await web.signed_in("operator")
    assert refusal(await post(operator, "sessions", session_of(lot_of(web, listing)))) == (
        409,
        "LISTING_STATE",
    )
    assert refusal(await post(operator, "listings/none/admission", admission(7))) == (
        404,
        "LISTING_UNKNOWN",
    )
    await post(operator, f"listings/{listing}/admission", admission(7))
    await web.pass_time(7 * DAY)
    operator = await web.signed_in("operator")
    past = lot_of(web, listing, opens_at=iso(web.clock.now() - HOUR))
    assert refusal(await post(operator, "sessions", session_of(past))) == (422, "LOT_TERMS")


async def test_every_step_repeated_has_one_effect(web: Web) -> None:
    """The same key and body give the same answer; with another body IDEMPOTENCY_MISMATCH; without a key 400."""
    await enrol(web, "university")
    operator, seller = await web.signed_in("operator"), await web.signed_in("university")
    row = made(await post(seller, "achievements", ACHIEVEMENT, "the-achievement"))
    listing_body = {"achievement": row, "price_idea_fen": OPENING}
    steps = [
        (operator, "parties", {"party": "jia"}, {"party": "yi"}),
        (seller, "achievements", ACHIEVEMENT, ACHIEVEMENT | {"title": "另一个"}),
        (seller, "listings", listing_body, listing_body | {"price_idea_fen": 1}),
    ]
    for client, path, body, other in steps:
        id_ = key()
        first, again = await post(client, path, body, id_), await post(client, path, body, id_)
        assert (first.status_code, first.json()) == (201, again.json())
        assert refusal(await post(client, path, other, id_)) == (409, "IDEMPOTENCY_MISMATCH")
        assert refusal(await client.post(f"/api/v1/{path}", json=body)) == (400, "IDEMPOTENCY_KEY_REQUIRED")
    assert len(web.exchange.house.view.market.listings) == 1
    assert len(await web.exchange.registers.achievements.list(q="低温复合")) == 2


async def test_a_session_repeated_is_one_session(web: Web) -> None:
    """The ids of session and lots follow from the key, so the repeat finds them."""
    listing = await tradable(web)
    operator, body, id_ = await web.signed_in("operator"), session_of(lot_of(web, listing)), key()
    first, again = await post(operator, "sessions", body, id_), await post(operator, "sessions", body, id_)
    assert first.status_code == 201
    assert first.json() == again.json()
    assert len(web.exchange.house.view.market.sessions) == 1
    assert refusal(await web.client().get("/api/v1/sessions/none")) == (404, "NOT_FOUND")


async def test_pages_of_listings(web: Web) -> None:
    """`next` of one page is the cursor of the following one."""
    await submitted(web)
    seller = await web.signed_in("university")
    row = made(await post(seller, "achievements", ACHIEVEMENT))
    await post(seller, "listings", {"achievement": row, "price_idea_fen": OPENING})
    page = (await seller.get("/api/v1/listings?limit=1")).json()
    assert len(page["listings"]) == 1
    rest = (await seller.get(f"/api/v1/listings?limit=1&cursor={page['next']}")).json()
    assert rest["listings"][0]["achievement"] == row
    assert rest["next"] is None


async def test_a_demo_may_do_without_the_notice(sqlite_path: Any) -> None:
    """With the setting demo a notice may be shorter than the law's, for nothing is sold there."""
    async with running_web(f"sqlite:///{sqlite_path}", demo=True) as web:
        listing = await submitted(web)
        answer = await post(
            await web.signed_in("operator"),
            f"listings/{listing}/admission",
            admission(0) | {"rehearsal": True},
        )
        assert made(answer) == listing


def test_figures_of_every_rule_set() -> None:
    """No rule set is laxer than the law; ranges are rounded inwards and hold at least one amount."""
    for rule_set in get_args(RuleSet):
        assert figures(rule_set, BEGIN).deposit_percent == (5, 20)
        assert figures(rule_set, BEGIN).priority_notice_days >= 3
        assert deposit_range(rule_set, 101, BEGIN) == (6, 20)
        assert deposit_range(rule_set, 1, BEGIN) == (1, 1)
    assert figures("AUCTION_LAW", BEGIN).announce_days == 7
