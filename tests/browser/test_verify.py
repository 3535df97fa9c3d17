"""A bidder saves a receipt in the room and checks it in the browser; what was changed of it is noticed there."""

import json
from pathlib import Path

from playwright.async_api import Page, expect

from exchange.proof.running import proving
from matching_engine.terms import MINUTE
from tests.browser.conftest import People
from tests.web.running import Web


async def choose(page: Page, path: Path, place: str = "receipt") -> dict[str, str]:
    """Choose a file, and what the page then says of each step."""
    before = int(await page.locator("#verify").get_attribute("data-checked") or 0)
    await page.locator(f'[data-f="{place}"]').set_input_files(path)
    await expect(page.locator("#verify")).to_have_attribute("data-checked", str(before + 1))
    steps = page.locator('[data-f="steps"] li')
    found = await steps.evaluate_all("items => items.map((one) => [one.dataset.step, one.dataset.holds])")
    return dict(found)


async def test_a_receipt_is_saved_and_checked(site: Web, crowd: People, tmp_path: Path) -> None:
    """Every step holds, against the server and a later head as well; one changed digit is found by the step it belongs to."""
    site.exchange.settings.var_dir = tmp_path
    lot = await site.open_lot()
    async with proving(site.exchange, 0.05):
        jia = await crowd.member("jia", f"/lots/{lot}")
        await jia.fill("#amount", "1,600,000.00")
        await jia.keyboard.press("Enter")
        await expect(jia.locator('[data-f="save"]')).to_be_visible()
        async with jia.expect_download() as saving:
            await jia.click('[data-f="save-link"]')
        await expect(jia.locator('[data-f="history"] .mine a[download]')).to_have_count(1)
        receipt = tmp_path / "receipt.json"
        await (await saving.value).save_as(receipt)
        told = json.loads(receipt.read_bytes())
        site.clock.advance(MINUTE)
        await jia.fill("#amount", "2,000,000.00")
        await jia.keyboard.press("Enter")
        later = await jia.request.get(f"/api/v1/proof/consistency?first={told['head']['size']}")
        kept = tmp_path / "later.json"
        kept.write_bytes(await later.body())

        page = await crowd.visitor(locale="en-GB")
        await page.goto("/verify")
        steps = await choose(page, receipt)
        assert steps == dict.fromkeys(("row", "decision", "keys", "signature", "inclusion", "server"), "yes")
        await expect(page.locator('[data-f="verdict"]')).to_contain_text("Everything holds")
        assert (await choose(page, kept, "head"))["file"] == "yes"
        for name, changed in (
            ("row", {**told, "at": told["at"] + 1}),
            ("inclusion", {**told, "inclusion": [told["inclusion"][0][::-1], *told["inclusion"][1:]]}),
            ("signature", {**told, "head": {**told["head"], "root": "0" * 64}}),
        ):
            receipt.write_text(json.dumps(changed))
            assert (await choose(page, receipt))[name] == "no"
        await expect(page.locator('[data-f="verdict-note"]')).to_have_class("note bad")
