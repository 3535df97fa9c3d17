"""58 to 61: money asked for twice, approved by its own side, or told of by somebody who is not the bank."""

import asyncio
import json
from dataclasses import dataclass

import httpx2
import pytest
import pytest_asyncio

from exchange.demo.once import NUMBER
from exchange.house.command import HOUSE, Body, Command, Outcome
from settlement.commands import DrawUpClaims, SubmitRegistration
from tests.abuse.site import Site
from tests.exchange.house.running import BEGIN
from tests.web.asking import TRADE, callback, claimed_then, credit, post, refusal, sign_both, signature, sold
from tests.web.running import HASH, key

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("abuse settlement")]

REGISTRATION, CONTRACT = f"TC-{TRADE}", f"C-{TRADE}"


@dataclass(frozen=True)
class Sale:
    """A sale on its whole way, and what was answered to those who were too early."""

    claim: str
    unsigned: httpx2.Response
    filed_unsigned: Outcome


async def by_the_house(site: Site, body: Body) -> Outcome:
    """What only the house itself may ask, asked out of turn."""
    return await site.exchange.own_house.submit(Command(key(), HOUSE, body))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sale(site: Site) -> Sale:
    """Sold, registration tried before a signature, signed, registered, paid, elected, and a claim drawn up."""
    await sold(site)
    body = {"decision": "register", "number": NUMBER}
    unsigned = await post(await site.signed_in("registrar"), f"registrations/{REGISTRATION}", body)
    filed = await by_the_house(site, SubmitRegistration(CONTRACT, REGISTRATION))
    await sign_both(site)
    return Sale(await claimed_then(site), unsigned, filed)


async def test_58_a_claim_filed_twice(site: Site, sale: Sale) -> None:
    """Nobody files one by hand: it follows from the election, which binds; drawn up again it is CLAIM_EXISTS."""
    buyer = await site.member("jia")
    again = await post(buyer, f"trades/{TRADE}/election", {"side": "buyer"})
    assert refusal(again) == (409, "ELECTION_BINDING")
    outcome = await by_the_house(site, DrawUpClaims(TRADE))
    assert outcome.refusal is not None
    assert outcome.refusal.code == "CLAIM_EXISTS"
    assert site.exchange.house.view.settlement.trades[TRADE].claims == [sale.claim]


async def test_59_approving_ones_own_claim(site: Site, sale: Sale) -> None:
    """A funder of the claimant's own organisation, and the first approver once more: 403 FOUR_EYES."""
    accounts = site.exchange.registers.accounts
    await accounts.add("insider", HASH, "甲方的人", ("funder",), BEGIN, "jia", id="insider")
    path = f"claims/{sale.claim}/approvals"
    assert refusal(await post(await site.member("insider"), path)) == (403, "FOUR_EYES")
    first = await site.member("funder1")
    assert (await post(first, path)).status_code == 201
    assert refusal(await post(first, path)) == (403, "FOUR_EYES")
    assert site.exchange.house.view.settlement.claims[sale.claim].state == "approved_once"


async def test_60_registering_what_nobody_signed(sale: Sale) -> None:
    """To the registrar there is nothing to register yet; filed by the house itself it is CONTRACT_NOT_SIGNED."""
    assert refusal(sale.unsigned) == (404, "NOT_FOUND")
    assert sale.filed_unsigned.refusal is not None
    assert sale.filed_unsigned.refusal.code == "CONTRACT_NOT_SIGNED"


async def test_61_the_bank_again_somebody_else_and_another_amount(site: Site, sale: Sale) -> None:
    """Told again: 200, no effect. Badly signed: 401, nothing journaled. More than is owed: into suspense."""
    settlement = site.exchange.house.view.settlement
    money = credit(f"O-{TRADE}", "jia", 777, "BK-61")
    answers = [await callback(site, money)]
    answers += await asyncio.gather(*(callback(site, money) for _ in range(4)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    await site.exchange.own_house.settled()
    assert [(one.credit, one.amount_fen) for one in settlement.suspense] == [("BK-61", 777)]
    assert refusal(await callback(site, {**money, "amount_fen": 7770})) == (409, "IDEMPOTENCY_MISMATCH")
    seq, other = site.exchange.house.view.seq, credit(f"O-{TRADE}", "jia", 1)
    for wrong in ("0" * 64, signature(b"{}"), signature(json.dumps(other).encode(), "another secret")):
        answer = await callback(site, other, wrong)
        assert refusal(answer) == (401, "BAD_SIGNATURE")
    assert site.exchange.house.view.seq == seq
