"""Receipts, heads and proofs as people get them: over REST, checked offline, and by a witness that only looks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from exchange.proof.merkle import extends
from exchange.proof.receipt import (
    SignedReceipt,
    check_later,
    check_receipt,
    read_keys,
    read_later,
    read_signed,
    row_hash,
)
from exchange.proof.running import proving
from matching_engine.terms import HOUR
from tests.web.running import Web, key, running_web
from tests.web.served import whole_web


@asynccontextmanager
async def proved(path: Path, pages: bool = False) -> AsyncIterator[tuple[Web, str, str]]:
    """A web with a lot, and jia's ids of a bid that stands and of one that was refused."""
    opened = whole_web if pages else running_web
    async with opened(f"sqlite:///{path}/web.db", var_dir=path) as web:
        lot = await web.open_lot("jia", "yi")
        jia = await web.signed_in("jia")
        async with proving(web.exchange, 0.02):
            good, bad = key(), key()
            for id_, fen in ((good, 160_000_000), (bad, 100)):
                body = {"amount_fen": fen}
                await jia.post(f"/api/v1/lots/{lot}/bids", json=body, headers={"idempotency-key": id_})
            yield web, good, bad


async def test_a_receipt_proves_a_decision(tmp_path: Path) -> None:
    """Of a bid and of a refusal; it holds offline, against a later head too, and in nobody else's hands but an auditor's, once the lot has ended."""
    async with proved(tmp_path) as (web, good, bad):
        jia, yi, auditor = [await web.signed_in(login) for login in ("jia", "yi", "auditor")]
        answers = [await jia.get(f"/api/v1/commands/{id_}/receipt") for id_ in (good, bad)]
        assert [one.status_code for one in answers] == [200, 200], answers[0].text
        receipts = [read_signed(one.content) for one in answers]
        assert [(one.decision, one.code) for one in receipts] == [
            ("accepted", None),
            ("refused", "BID_BELOW_OPENING"),
        ] or receipts[1].decision == "refused"
        decided = (await jia.get(f"/api/v1/commands/{good}")).json()
        assert (receipts[0].receipt, receipts[0].seq) == (decided["receipt"], decided["seq"])
        keys = read_keys((await jia.get("/api/v1/proof/keys")).content)
        for receipt in receipts:
            assert [one.wrong for one in check_receipt(receipt, keys)] == [None] * 5
        assert (await yi.get(f"/api/v1/commands/{good}/receipt")).status_code == 404
        assert (await web.client().get(f"/api/v1/commands/{good}/receipt")).status_code == 401
        for id_ in (good, bad):
            assert (await auditor.get(f"/api/v1/commands/{id_}/receipt")).status_code == 404, "the lot runs"

        first = receipts[0].head.size
        await yi.post(
            "/api/v1/lots/L1/bids", json={"amount_fen": 170_000_000}, headers={"idempotency-key": key()}
        )
        last = (await yi.get("/api/v1/proof/heads/latest")).json()
        later_bid = key()
        await jia.post(
            "/api/v1/lots/L1/bids", json={"amount_fen": 200_000_000}, headers={"idempotency-key": later_bid}
        )
        assert (await jia.get(f"/api/v1/commands/{later_bid}/receipt")).json()["head"]["size"] > last["size"]
        way = await jia.get("/api/v1/proof/consistency", params={"first": first})
        assert check_later(receipts[0], read_later(way.content), keys).wrong is None
        told = way.json()
        roots = [bytes.fromhex(one) for one in (receipts[0].head.root, told["head"]["root"])]
        assert extends(
            first, roots[0], told["second"], roots[1], [bytes.fromhex(one) for one in told["path"]]
        )
        alone = read_later((await jia.get("/api/v1/proof/heads/latest")).content)
        assert "no proof" in (check_later(receipts[0], alone, keys).wrong or "")
        pages = (await jia.get("/api/v1/proof/heads?limit=1")).json()
        assert pages["next"] == pages["items"][0]["size"]
        again = (await jia.get(f"/api/v1/commands/{good}/receipt?size={told['second']}")).json()
        assert again["head"] == told["head"]
        inclusion = (await jia.get(f"/api/v1/proof/inclusion?seq={again['seq']}")).json()
        assert inclusion["path"] == again["inclusion"]
        for query in ("consistency?first=9999999", "inclusion?seq=99999", "inclusion?seq=1&size=999999"):
            assert (await jia.get(f"/api/v1/proof/{query}")).status_code == 422
        assert (await jia.get(f"/api/v1/commands/{good}/receipt?size=1")).status_code == 422
        metrics = (await jia.get("/metrics")).text
        check_that_changes_are_noticed(answers[0].json())
        assert f'luochui_proof_head_size{{house="hub"}} {told["second"]}' in metrics

        await web.pass_time(3 * HOUR)
        auditor = await web.signed_in("auditor")
        seen = read_signed((await auditor.get(f"/api/v1/commands/{bad}/receipt")).content)
        assert (seen.body, row_hash(seen)) == (None, seen.receipt)


def tampered(receipt: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The receipt with one thing changed each time, and the step that must notice."""
    head = receipt["head"]
    other = "0" * 64
    return [
        ("row", {**receipt, "at": receipt["at"] - 1}),
        ("row", {**receipt, "body": receipt["body"].replace("1", "2")}),
        ("decision", {**receipt, "decision": "refused", "code": "BID_BELOW_OPENING"}),
        ("signature", {**receipt, "head": {**head, "size": head["size"] + 1}}),
        ("signature", {**receipt, "head": {**head, "root": other}}),
        ("inclusion", {**receipt, "inclusion": [other, *receipt["inclusion"][1:]]}),
        ("keys", {**receipt, "keys": [{**receipt["keys"][0], "since": 0}]}),
    ]


def check_that_changes_are_noticed(receipt: dict[str, Any]) -> None:
    """Whatever is changed of it, the step that it belongs to says so."""
    for name, changed in tampered(receipt):
        steps = check_receipt(msgspec.convert(changed, SignedReceipt))
        assert name in [one.name for one in steps if one.wrong], (name, changed)
