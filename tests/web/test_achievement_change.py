"""One achievement changed over REST: as its next version, by its holder, reviewed by somebody else."""

from typing import Any

from exchange.market.unconverted import Source
from tests.web.asking import post, refusal
from tests.web.running import Web, key
from tests.web.test_api_market import ACHIEVEMENT, OPENING, admission, enrol, made

FUNDED = Source.PUBLIC.value
OWNERS = [
    {"name": "演示大学", "share": "7/10", "organisation": "university"},
    {"name": "某研究院", "share": "3/10"},
]


async def put(web: Web, login: str, row: str, body: dict[str, Any]) -> Any:
    """PUT as an account."""
    client = await web.signed_in(login)
    return await client.put(f"/api/v1/achievements/{row}", json=body, headers={"idempotency-key": key()})


async def entered(web: Web) -> str:
    """The university's achievement; its id."""
    return made(await post(await web.signed_in("university"), "achievements", ACHIEVEMENT))


async def test_all_parts_are_replaced_as_another_version(web: Web) -> None:
    """Owners, money, dates and maturity arrive; the version says what changed; the same again is no version."""
    row = await entered(web)
    body = {
        **ACHIEVEMENT,
        "owners": OWNERS,
        "funding": [{"kind": FUNDED, "programme": "重点研发"}],
        "accepted_on": "2026-01-10",
        "stage": "中试",
        "completers": [{"name": "张三", "role": "负责人"}],
    }
    answer = await put(web, "university", row, body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["owners"][0]["share"] == "7/10"
    await put(web, "university", row, body)
    versions = (await web.client().get(f"/api/v1/achievements/{row}/versions")).json()
    assert [one["version"] for one in versions] == [1, 2]
    assert {"owners", "funding", "accepted_on", "stage", "completers"} <= set(versions[1]["changed"])


async def test_what_does_not_fit_is_named(web: Web) -> None:
    """Shares that are not one; nothing changes."""
    row = await entered(web)
    wrong = {**ACHIEVEMENT, "owners": [{"name": "演示大学", "share": "1/2"}]}
    answer = await put(web, "university", row, wrong)
    assert (answer.status_code, answer.json()["field"]) == (422, "owners")
    assert len((await web.client().get(f"/api/v1/achievements/{row}/versions")).json()) == 1


async def test_only_its_holder_and_operators(web: Web) -> None:
    """A bidder may not; an operator may."""
    row = await entered(web)
    assert refusal(await put(web, "jia", row, ACHIEVEMENT)) == (403, "FORBIDDEN")
    assert (await put(web, "operator", row, {**ACHIEVEMENT, "trl": 7})).status_code == 200


async def test_the_review_is_somebody_else_s(web: Web) -> None:
    """Who enters it does not find it public."""
    row = await entered(web)
    own = {**ACHIEVEMENT, "secrecy_reviewer": "university", "secrecy_reviewed_on": "2026-02-20"}
    assert refusal(await put(web, "university", row, own)) == (409, "FOUR_EYES")
    assert (await put(web, "university", row, own | {"secrecy_reviewer": "钱审"})).status_code == 200


async def test_a_listing_of_what_is_secret_now_is_withheld(web: Web) -> None:
    """At once, by the change itself."""
    await enrol(web, "university")
    row = await entered(web)
    seller, operator = await web.signed_in("university"), await web.signed_in("operator")
    listing = made(await post(seller, "listings", {"achievement": row, "price_idea_fen": OPENING}))
    made(await post(operator, f"listings/{listing}/admission", admission(7)))
    assert (await put(web, "university", row, {**ACHIEVEMENT, "secrecy": "国家秘密"})).status_code == 200
    assert (await web.client().get(f"/api/v1/listings/{listing}")).status_code == 404
    assert (await web.client().get(f"/api/v1/achievements/{row}")).status_code == 404
