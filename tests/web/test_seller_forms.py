"""Forms for sellers and brokers: an achievement entered and changed, mandates given, a client entered and listed for."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.demo.steps import Steps
from exchange.registers import Organisation
from tests.exchange.house.running import BEGIN
from tests.web.running import HASH, Web
from tests.web.served import whole_web
from tests.web.test_negotiation_pages import page
from web.api_market import AchievementBody
from web.i18n import LANGUAGES, speech
from web.pages.achievement_fields import FORM, Wrong, names, stated

ROW = {
    "title": "高强铝合金板材中试技术",
    "abstract": "面向轨道交通",
    "field": "新材料及其应用",
    "keywords": "铝合金、轧制，轻量化",
    "region": "河南",
    "trl": "6",
    "stage": "中试",
    "stages-1-stage": "小试",
    "stages-1-reached_on": "2024-03-01",
    "category": "技术开发和产业化",
    "funding-1-kind": "public",
    "funding-1-level": "省",
    "funding-1-programme": "重点研发专项",
    "funding-1-share": "70%",
    "funding-3-kind": "own",
    "funding-3-share": "3/10",
    "ip_items-1-kind": "发明专利",
    "ip_items-1-number": "ZL202010000001.1",
    "completers-1-name": "王完成",
    "completers-1-leader": "yes",
    "price_idea_fen": "1650000.50",
    "secrecy": "公开",
    "secrecy_reviewer": "保密办李某",
    "secrecy_reviewed_on": "2026-02-01",
}


@pytest.fixture
async def site(sqlite_path: Path) -> AsyncIterator[Web]:
    """The whole product, with the demo's organisations enrolled."""
    async with whole_web(f"sqlite:///{sqlite_path}") as web:
        await Steps(web.exchange.own_house, "forms").enrol()
        yield web


async def test_an_achievement_is_entered_changed_and_kept_in_versions(site: Web) -> None:
    """Every kind of field and row arrives; the form shows it again; a change is the next version; errors keep all."""
    made = await page(site, "university", "/achievements/form", **ROW)
    assert made.status_code == 303, made.text
    where = made.headers["location"]
    row = await site.exchange.registers.achievements.get(where.rpartition("/")[2])
    assert row is not None
    assert (row.title, row.price_idea_fen, row.public, row.region) == (
        ROW["title"],
        165_000_050,
        True,
        "henan",
    )
    assert [(one.kind.value, one.share) for one in row.funding] == [("public", "7/10"), ("own", "3/10")]
    assert (row.keywords, row.completers[0].leader) == (("铝合金", "轧制", "轻量化"), True)
    assert f"/listings?achievement={row.id}#offer" in (await page(site, "university", where)).text
    form = (await page(site, "university", f"{where}/form")).text
    assert 'value="重点研发专项"' in form
    assert 'name="funding-4-kind"' in form
    changed = {**ROW, "title": "高强铝合金板材", "trl": "7"}
    assert (await page(site, "university", f"{where}/form", **changed)).status_code == 303
    versions = await site.exchange.registers.achievements.versions(row.id)
    assert [one.value.trl for one in versions] == [6, 7]
    wrong = {
        **changed,
        "trl": "12",
        "funding-1-share": "90%",
        "price_idea_fen": "much",
        "completers-2-role": "x",
    }
    told = await page(site, "university", f"{where}/form", **wrong)
    assert told.status_code == 422
    assert set(re.findall(r'id="wrong-([\w-]+)" role="alert">[^<]', told.text)) == {
        "trl",
        "price_idea_fen",
        "completers-2-name",
    }
    assert 'value="much"' in told.text
    shares = await page(site, "university", f"{where}/form", **{**changed, "funding-1-share": "90%"})
    assert set(re.findall(r'id="wrong-([\w-]+)" role="alert">[^<]', shares.text)) == {"funding"}


async def test_who_may_write_and_who_reviews(site: Web) -> None:
    """Another organisation has no form; who enters it does not review it; an operator chooses the holder."""
    made = await page(site, "university", "/achievements/form", **ROW)
    where = made.headers["location"]
    assert (await page(site, "jia", f"{where}/form")).status_code == 403
    assert (await page(site, None, "/achievements/form")).status_code == 303
    own = {**ROW, "title": "另一项", "secrecy_reviewer": "university"}
    told = await page(site, "university", f"{where}/form", **own)
    assert told.status_code == 422
    assert "secrecy_reviewer" in re.findall(r'id="wrong-([\w-]+)" role="alert">[^<]', told.text)
    assert (await page(site, "operator", "/achievements/form", **ROW)).status_code == 422
    assert (await page(site, "operator", "/achievements/form", **ROW, holder="jia")).status_code == 303


def test_what_is_wrong_with_a_field_is_said_of_it() -> None:
    """Too long, no day, no whole number, and what a row's own struct does not take: each beside its field."""
    said = ROW | {"trl": "７", "accepted_on": "2026/3/1", "city": "字" * 10_000, "owners-1-name": "甲"}
    with pytest.raises(Wrong) as wrong:
        stated(said | {"owners-1-share": "字" * 10_000})
    assert wrong.value.faults == {
        "trl": "BAD_NUMBER",
        "accepted_on": "BAD_DATE",
        "city": "TEXT_TOO_LONG",
        "owners-1-share": "TEXT_TOO_LONG",
    }


def test_the_form_has_every_field_of_the_interface_in_words() -> None:
    """What REST takes the form has, and each field has its name in both languages."""
    shown = {one.name for part in FORM for one in part.fields} | {one.name for p in FORM for one in p.lists}
    assert shown == set(AchievementBody.__struct_fields__) - {"holder"}
    for language in LANGUAGES:
        for name in (*names(), "holder"):
            assert speech(language).code("achievement", name) != name, name


async def broker(site: Web) -> None:
    """A broker's firm with one account in the registers."""
    firm = Organisation(
        "agency", "演示经纪公司", "enterprise", "heilongjiang", "91DEMO000000000099", "地址", "代表"
    )
    await site.exchange.registers.organisations.add(firm, "test", BEGIN)
    await site.exchange.registers.accounts.add(
        "broker", HASH, "演示经纪人", ("broker",), BEGIN, "agency", id="broker"
    )


async def test_a_mandate_by_form_and_what_a_broker_does_with_it(site: Web) -> None:
    """The operator enters person and mandate; the broker enters a lot and offers an achievement for clients; revoked, no more."""
    await broker(site)
    await site.open_lot("yi")
    await page(site, "university", "/achievements/form", **ROW)
    assert "No mandate of a client" in (await page(site, "broker", "/clients")).text
    path = "/operator/mandates/{}"
    assert (await page(site, "jia", path.format("jia"))).status_code == 403
    nobody = await page(site, "operator", path.format("agency") + "/people", name="经纪人", account="nobody")
    assert (nobody.status_code, 'id="wrong-account" role="alert">T' in nobody.text) == (422, True)
    entered = await page(site, "operator", path.format("agency") + "/people", name="经纪人", account="broker")
    assert entered.status_code == 303
    (person,) = await site.exchange.registers.people.list("agency")
    given = {"person": person.id, "role": "broker", "valid_from": "2026-03-01"}
    for client, wrong, field in (
        ("jia", {"valid_until": "2026-02-01"}, "valid_until"),
        ("jia", {"person": ""}, "person"),
    ):
        told = await page(site, "operator", path.format(client) + "/mandates", **{**given, **wrong})
        assert told.status_code == 422
        assert re.findall(r'id="wrong-([\w-]+)" role="alert">[^<]', told.text) == [field]
    for client in ("jia", "university"):
        granted = await page(site, "operator", path.format(client) + "/mandates", **given)
        assert granted.status_code == 303, granted.text
    shown = (await page(site, "broker", "/clients")).text
    assert ROW["title"] in shown
    none = await page(site, "broker", "/clients/entries", client="jia")
    assert re.findall(r'id="wrong-([\w-]+)" role="alert">[^<]', none.text) == ["lot"]
    (row,) = [
        one
        for one in await site.exchange.registers.achievements.list(holder="university")
        if one.title == ROW["title"]
    ]
    offered = await page(site, "broker", "/clients/listings", achievement=row.id, price="1650000")
    assert offered.status_code == 303, offered.text
    assert [
        one.seller for one in site.exchange.house.view.market.listings.values() if one.achievement == row.id
    ] == ["university"]
    both = await page(site, "broker", "/clients/entries", client="jia", lot="L1")
    assert both.status_code == 403
    assert 'id="wrong-lot" role="alert">' in both.text
    (held,) = await site.exchange.registers.mandates.list("university")
    gone = f"{path.format('university')}/mandates/{held.id}/revocation"
    assert (await page(site, "operator", gone, now="yes")).status_code == 303
    done = await page(site, "broker", "/clients/entries", client="jia", lot="L1")
    assert done.status_code == 303, done.text
    assert site.exchange.house.view.market.code_of("L1", "jia") is not None
