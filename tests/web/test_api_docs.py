"""The page of the interface: every operation, every type and every code, without a script."""

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.running import Web
from tests.web.served import whole_web
from web.api import OPERATIONS
from web.i18n import LANGUAGES, speech
from web.openapi import _TAGS
from web.pages.api_docs import operations, types


@pytest.fixture
async def product(sqlite_path: Path) -> AsyncIterator[Web]:
    """The whole product."""
    async with whole_web(f"sqlite:///{sqlite_path}") as web:
        yield web


async def test_every_operation_and_code_is_on_the_page(product: Web) -> None:
    """In both languages; a problem's `type` leads to its code here."""
    for language in LANGUAGES:
        answer = await product.client(accept="text/html").get("/api/docs", params={"lang": language})
        assert answer.status_code == 200
        for one in OPERATIONS:
            assert f"{one.method} {one.path}" in answer.text
        for code in ("LOT_CLOSED", "BID_BELOW_INCREMENT", "MALFORMED_JSON", "FOUR_EYES", "RATE_LIMITED"):
            assert f'<tr id="{code}">' in answer.text
        assert "<script" not in answer.text
        assert speech(language).code("refusal", "LOT_CLOSED") in html.unescape(answer.text)


async def test_the_type_of_a_problem_leads_to_the_page(product: Web) -> None:
    """Following the link of a real problem finds its anchor."""
    problem = (await product.client().get("/api/v1/lots/none")).json()
    path, _, anchor = problem["type"].partition("#")
    page = await product.client(accept="text/html").get(path)
    assert f'id="{anchor}"' in page.text


async def test_every_link_of_the_pages_has_its_end(product: Web) -> None:
    """An operation's line leads to its place; each heading's page names every operation, and types lead to types."""
    client = product.client(accept="text/html")
    start = (await client.get("/api/docs")).text
    for tag in _TAGS:
        answer = await client.get(f"/api/docs/{tag}")
        assert answer.status_code == 200
        assert len(answer.content) < 85_000, tag
        for anchor in re.findall(rf'href="/api/docs/{tag}#(\w+)"', start):
            assert f'id="{anchor}"' in answer.text, anchor
        for name in re.findall(r'href="/api/docs/types/(\w+)"', answer.text):
            assert name in types()
    assert (await client.get("/api/docs/nothing")).status_code == 404
    assert (await client.get("/api/docs/types/Nothing")).status_code == 404
    shown = await client.get("/api/docs/types/LotResource")
    assert "closes_at" in shown.text


def test_each_operation_stands_under_a_heading() -> None:
    """A tag without a heading would hide its operations."""
    assert {one["tag"] for one in operations()} <= set(_TAGS)
