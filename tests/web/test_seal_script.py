"""The browser's sealer: what a real browser seals, the house opens."""

from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Page, Route

from exchange.market.p256 import fingerprint
from exchange.store import nested
from exchange.store.envelope import check_commitment, check_envelope, commitment_of
from exchange.store.official_key import KeyFile, new_key
from exchange.store.vault import FileVault
from matching_engine.money import LIMIT_FEN

STATIC = Path(__file__).parents[2] / "web" / "static"
ORIGIN = "http://localhost"
"""WebCrypto is for secure contexts only; a browser takes this one for secure."""


async def _serve(route: Route) -> None:
    """An empty page and the script, without a server."""
    if route.request.url.endswith(".js"):
        name = route.request.url.rpartition("/")[2]
        await route.fulfill(path=STATIC / name, content_type="text/javascript")
    else:
        await route.fulfill(body="<!doctype html><title>seal</title>", content_type="text/html")


@pytest.mark.parametrize("amount_fen", [1, 165_000_000, LIMIT_FEN])
async def test_the_house_opens_what_a_browser_sealed(page: Page, tmp_path: Path, amount_fen: int) -> None:
    """The same format on both sides, bound to the lot, the code and the commitment, for an id in Chinese as well."""
    vault = FileVault(tmp_path, "hub")
    lot, code, salt = "拍品-1", "1234", "AAAAAAAAAAAAAAAAAAAAAA"
    await page.route(f"{ORIGIN}/**", _serve)
    await page.goto(f"{ORIGIN}/")
    sealed = await page.evaluate(
        "async (args) => (await import('/seal.js')).seal(...args)",
        [vault.public_key(lot), lot, code, amount_fen, salt],
    )
    envelope, commitment = sealed["envelope"], sealed["commitment"]
    check_envelope(envelope)
    check_commitment(commitment)
    assert vault.open(lot, code, envelope, commitment) == amount_fen
    assert vault.open(lot, "1235", envelope, commitment) is None
    assert commitment == commitment_of(amount_fen, salt)


async def test_a_browser_seals_nothing_unlawful(page: Page, tmp_path: Path) -> None:
    """Zero, parts of a fen and too much are refused before anything is sealed; salts are never used twice."""
    key = FileVault(tmp_path, "hub").public_key("L1")
    await page.route(f"{ORIGIN}/**", _serve)
    await page.goto(f"{ORIGIN}/")
    names = await page.evaluate(
        """async ([key, amounts]) => {
          const { seal } = await import("/seal.js");
          return Promise.all(amounts.map((fen) => seal(key, "L1", "1234", fen).then(() => "sealed", (e) => e.name)));
        }""",
        [key, [0, -1, 1.5, LIMIT_FEN + 1, None, "5"]],
    )
    assert names == ["RangeError"] * 6
    twice = await page.evaluate(
        """async (key) => {
          const { seal } = await import("/seal.js");
          return [await seal(key, "L1", "1234", 5), await seal(key, "L1", "1234", 5)];
        }""",
        key,
    )
    assert twice[0]["commitment"] != twice[1]["commitment"]


async def test_officials_open_what_a_browser_sealed_twice(page: Page) -> None:
    """Two nested envelopes of a browser, to a key that a browser made and one of a program; files are read on both sides."""
    lot, code, salt, fen = "拍品-1", "1234", "AAAAAAAAAAAAAAAAAAAAAA", 165_000_000
    await page.route(f"{ORIGIN}/**", _serve)
    await page.goto(f"{ORIGIN}/")
    auditor = new_key(lot, "auditor", "correct horse")
    made = await page.evaluate(
        """async ([lot, auditor, code, fen, salt]) => {
          const { newKey, shareOf, fingerprint } = await import("/official.js");
          const { seal } = await import("/seal.js");
          const plain = await newKey(lot, "operator");
          const closed = await newKey(lot, "operator", "密码 1");
          const text = JSON.stringify(auditor);
          const share = await shareOf(text, lot, auditor.public_key, "correct horse");
          const wrong = [];
          for (const args of [
            [text, lot, auditor.public_key, "wrong horse"],
            [text, "other", auditor.public_key, "correct horse"],
            [text, lot, plain.public_key, "correct horse"],
            ["{}", lot, plain.public_key, ""],
            [JSON.stringify({ ...plain, private_key: share }), lot, plain.public_key, ""],
          ]) wrong.push(await shareOf(...args).then(() => "taken", (error) => error.message));
          const sealed = await seal([plain.public_key, auditor.public_key], lot, code, fen, salt);
          return { plain, closed, share, wrong, print: await fingerprint(plain.public_key), ...sealed };
        }""",
        [lot, msgspec.to_builtins(auditor), code, fen, salt],
    )
    plain, closed = msgspec.convert(made["plain"], KeyFile), msgspec.convert(made["closed"], KeyFile)
    assert closed.share("密码 1") != plain.share()
    assert made["share"] == auditor.share("correct horse")
    assert made["wrong"] == ["passphrase", "lot", "key", "file", "file"]
    assert made["print"] == fingerprint(plain.public_key)
    nested.check_envelope(made["envelope"])
    held = (lot, code, made["envelope"], made["commitment"])
    assert nested.open_envelope(plain.share(), auditor.share("correct horse"), *held) == fen
    assert nested.open_envelope(auditor.share("correct horse"), plain.share(), *held) is None
    assert made["commitment"] == commitment_of(fen, salt)
