"""The checklist before admission: prefilled from the register, and what the papers say differently is marked."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from exchange.demo.steps import Steps
from exchange.market.unconverted import Secrecy
from exchange.registers import Achievement, Appraisal, Mandate, Person
from exchange.registers.facts import IpItem, Owner
from exchange.registers.words import AppraisalKind, IpKind, LegalStatus, MandateRole
from tests.exchange.house.running import BEGIN
from tests.web.running import Web, key
from tests.web.served import whole_web
from tests.web.test_pages import fill, get
from web.i18n import speech

ROW = Achievement(
    "R-check",
    "一种复合材料",
    holder="university",
    holder_name="演示大学",
    abstract="零下六十度不脆裂。",
    field="新材料及其应用",
    secrecy=Secrecy.PUBLIC,
    secrecy_reviewer="李审",
    secrecy_reviewed_on=date(2026, 2, 1),
    owners=(Owner("演示大学", "7/10", "university"), Owner("某研究院", "3/10")),
    ip_items=(IpItem(IpKind.INVENTION, "ZL202010000001.X", status=LegalStatus.LAPSED, pledged=True),),
)


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """An exchange whose register has one achievement with co-owner, pledge and appraisal."""
    async with whole_web(f"sqlite:///{sqlite_path}", demo=True) as running:
        await Steps(running.exchange.own_house, key()).enrol()
        registers = running.exchange.registers
        await registers.achievements.add(ROW, "university", BEGIN)
        price = Appraisal("P-1", ROW.id, AppraisalKind.APPRAISAL, 150_000_000, "某评估公司", date(2026, 1, 5))
        await registers.appraisals.add(price, "operator", BEGIN)
        yield running


async def page_of(web: Web, **papers: str) -> dict[str, str]:
    """The fields of the checklist for a listing with these papers; its text under `""`."""
    seller, operator = await web.signed_in("university"), await web.signed_in("operator")
    _, place = await fill(
        seller, "/listings", "/listings", 303, achievement=ROW.id, price="1600000", **papers
    )
    path = f"/operator{place}"
    page = await get(operator, path, 200, **{"accept-language": "zh-CN"})
    return {**page.forms[f"{path}/admission"], "": " ".join(page.words)}


async def test_the_register_fills_the_evidence(web: Web) -> None:
    """Reviewer and day, rights with status, co-owners with shares, pledge, appraisal: nobody types them again."""
    fields = await page_of(web)
    for check, words in {
        "secrecy": ("公开", "李审", "2026-02-01"),
        "title": ("ZL202010000001.X", "终止"),
        "co_owners": ("某研究院", "30%"),
        "impediment": ("ZL202010000001.X",),
        "appraisal": ("1500000.00", "某评估公司"),
    }.items():
        assert all(word in fields[f"evidence-{check}"] for word in words), check


async def test_what_the_papers_say_differently_is_marked(web: Web) -> None:
    """Another reviewer, no co-owner, no pledge, another amount: each beside its check, which can no longer be left out."""
    fields = await page_of(web, secrecy_reviewer="王某", appraised="1400000")
    say = speech("zh").text
    for message in (
        "The register names another reviewer.",
        "The register has other owners than the papers.",
        "The register has an impediment that the papers leave out.",
        "The register has another amount.",
        "A right is no longer in force.",
    ):
        assert say(message) in fields[""], message
    assert fields["outcome-co_owners"] == ""


async def test_papers_that_agree_are_not_marked(web: Web) -> None:
    """The same reviewer, co-owner, pledge and amount leave no contradiction but the lapsed right."""
    fields = await page_of(
        web,
        secrecy_reviewer="李审",
        co_owners="某研究院",
        consents="同意书",
        impediment="专利已质押",
        appraised="1500000",
    )
    say = speech("zh").text
    assert say("The register names another reviewer.") not in fields[""]
    assert say("The register has other owners than the papers.") not in fields[""]
    assert say("The register has another amount.") not in fields[""]


async def test_a_seller_with_mandates_needs_one_in_force(web: Web) -> None:
    """Revoked, it is marked; in force, the person and the letter stand as evidence."""
    registers = web.exchange.registers
    await registers.people.add(Person("N-1", "赵经办", "university"), "operator", BEGIN)
    gone = Mandate(
        "M-1", "N-1", "university", MandateRole.SELLER, date(2026, 1, 1), revoked_on=date(2026, 2, 1)
    )
    await registers.mandates.add(gone, "operator", BEGIN)
    fields = await page_of(web)
    assert speech("zh").text("No mandate of the seller is in force.") in fields[""]
    held = Mandate(
        "M-2", "N-1", "university", MandateRole.SELLER, date(2026, 1, 1), document_digest="ab" * 32
    )
    await registers.mandates.add(held, "operator", BEGIN)
    fields = await page_of(web)
    assert "赵经办" in fields["evidence-mandate"]
    assert "abababababab" in fields["evidence-mandate"]
