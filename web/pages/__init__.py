"""The pages: server-rendered, Chinese first, whole without a script."""

from starlette.routing import Route

from web.pages import (
    account,
    api_docs,
    bank,
    bank_statements,
    calculator,
    calendar,
    catalogue,
    certificates,
    claims,
    defaults,
    desk,
    documents,
    evaluations,
    imports,
    keys,
    listing_desk,
    listings,
    market,
    negotiations,
    matches,
    offices,
    operator,
    paper_check,
    payout,
    registration,
    registration_papers,
    registration_steps,
    rewards,
    room,
    royalty,
    statement,
    trades,
    unconverted,
    zones,
)
from web.pages.shell import error_page

__all__ = ["error_page", "page_routes"]


def page_routes() -> list[Route]:
    """Every page and every form of it."""
    parts = (
        market,
        negotiations,
        room,
        account,
        desk,
        trades,
        documents,
        keys,
        offices,
        registration,
        registration_steps,
        operator,
        registration_papers,
        paper_check,
        api_docs,
        statement,
        bank,
        bank_statements,
        payout,
        defaults,
        certificates,
        royalty,
        calculator,
        matches,
        claims,
        rewards,
        catalogue,
        evaluations,
        imports,
        listings,
        listing_desk,
        calendar,
        unconverted,
        zones,
    )
    return [route for part in parts for route in part.ROUTES]
