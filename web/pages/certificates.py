"""Certificates of signing keys: an operator notes whose certificate for a key was seen, with the reason, on record.

Only a key with a certificate of a licensed authority makes what the law calls a reliable electronic signature
(electronic signature law, arts. 13 and 16).
"""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from matching_engine.errors import Malformed
from web import errors
from web.pages.shell import Visit, page

SHOWN = 100
TEXT_MAX = 200


async def show(
    visit: Visit,
    status: int = 200,
    about: str = "",
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """Every key with its owner, what is certified of it, and every change with its reason."""
    visit.needs("operator")
    registers = visit.exchange.registers
    after = visit.request.query_params.get("after", "")
    keys = await registers.signing_keys.list_all(after, SHOWN)
    rows = []
    for key in keys:
        versions = await registers.signing_keys.versions(key.id)
        rows.append((key, [one for one in versions if one.reason]))
    owners = {account.id: account for account in await registers.accounts.list(None)} if keys else {}
    return visit.render(
        "certificates.html",
        status,
        "/certificates",
        rows=rows,
        owners=owners,
        more=keys[-1].id if len(keys) == SHOWN else "",
        errors_of={about: wrong or {}},
        said_of={about: said or {}},
    )


async def certify(visit: Visit) -> Response:
    """Note a certificate, or with an empty issuer that it counts no more."""
    form, principal, id_ = visit.form(), visit.needs("operator"), visit.part("key")
    keys, s = visit.exchange.registers.signing_keys, visit.speech
    if await keys.get(id_) is None:
        raise errors.not_found("key")
    issuer, reason = form.get("issuer", "")[:TEXT_MAX], form.get("reason", "")[:TEXT_MAX]
    try:
        await keys.certify(id_, issuer, principal.account, visit.now, reason)
    except Malformed as bad:
        told = {
            "issuer": s.text("This is known already."),
            "reason": s.text("Say what was checked, please."),
            "signing_key": s.text("The key was revoked."),
        }
        field = bad.field if bad.field in ("issuer", "reason") else "issuer"
        return await show(visit, 422, id_, {field: told.get(bad.field, str(bad))}, form)
    return visit.go("/certificates")


ROUTES: list[Route] = [page("/certificates", show), page("/certificates/{key}", certify, "POST")]
