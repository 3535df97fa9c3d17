"""Sealed lots: the keys and shares of their officials, who waits for whom until when, and what was opened, with its proofs.

Everybody may read it. An operator or an auditor finds here what is to be done: make and publish a key before a lot opens,
post the share after it has closed. Keys are made, kept and read in the official's own browser.
"""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.market.seal_messages import ROLES, GiveSealShare, OfficialRole, PublishOfficialKey
from matching_engine.lot import Lot
from web import errors
from web.api_seals import official_role
from web.pages.shell import Visit, page, script_words
from web.seal_views import kept_closed, officials_of, stage_of
from web.withheld import listing_of_lot, title_of

KEY_MAX = 200


async def seals(visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    """The page."""
    role = _role(visit)
    return visit.render(
        "seals.html",
        status,
        "/seals",
        role=role,
        lots=[_row(visit, lot, role) for lot in kept_closed(visit.state)],
        errors=wrong or {},
        words_for_script=script_words(_words(visit)) if role else "",
    )


def _role(visit: Visit) -> OfficialRole | None:
    roles = visit.caller.principal.roles if visit.caller else frozenset()
    return next((role for role in ROLES if role in roles), None)


def _row(visit: Visit, lot: Lot, role: OfficialRole | None) -> dict[str, Any]:
    state, stage = visit.state, stage_of(visit.state, lot)
    custody = state.market.custody
    keys = {one.role: one for one in officials_of(state, lot.id)}
    shares = custody.shares.get(lot.id, {})
    return {
        "id": lot.id,
        "title": title_of(listing_of_lot(state, lot.id)),
        "stage": stage,
        "opens_at": lot.opens_at,
        "closes_at": lot.closes_at,
        "until": custody.due.get(lot.id),
        "officials": [(one, keys.get(one), shares.get(one)) for one in ROLES],
        "lapsed": custody.lapsed.get(lot.id, ()),
        "own_key": keys[role].key if role in keys else "",
        "wants_key": role is not None and stage in ("keys", "ready"),
        "wants_share": role is not None and stage == "shares" and role not in shares,
    }


def _words(visit: Visit) -> dict[str, Any]:
    s = visit.speech
    made = s.text(
        "The key file is stored: %(file)s. Put it where only you can read it, then publish the key."
    )
    return {
        "say": {"made": made},
        "lot": s.text("This file holds the key of another lot."),
        "key": s.text("This file holds another key than the one you published."),
        "file": s.text("This is no key file, or it is damaged."),
        "passphrase": s.text("The passphrase is not that of this file."),
        "choose": s.text("Choose the key file."),
        "no_crypto": s.text("This browser cannot make keys here: it takes https and a current browser."),
    }


async def publish(visit: Visit) -> Response:
    """Publish the own key of a lot."""
    form, lot = visit.form(), visit.part("lot")
    role, account = official_role(visit.principal), visit.principal.account
    body = PublishOfficialKey(lot, role, account, form.get("key", "").strip()[:KEY_MAX])
    return await _answered(visit, lot, await visit.try_to(form, body))


async def give(visit: Visit) -> Response:
    """Post the own share of a lot."""
    form, lot = visit.form(), visit.part("lot")
    role, account = official_role(visit.principal), visit.principal.account
    body = GiveSealShare(lot, role, account, form.get("share", "").strip()[:KEY_MAX])
    return await _answered(visit, lot, await visit.try_to(form, body))


async def _answered(visit: Visit, lot: str, failed: tuple[str, str] | None) -> Response:
    if failed is None:
        return visit.go(f"/seals#{lot}")
    return await seals(visit, errors.status_of(failed[0]), {lot: failed[1]})


ROUTES: list[Route] = [
    page("/seals", seals),
    page("/seals/{lot}/keys", publish, "POST"),
    page("/seals/{lot}/shares", give, "POST"),
]
