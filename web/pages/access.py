"""One's own account: second factors, recovery codes, sessions; the question for a second factor."""

import io
from collections.abc import Mapping, Sequence

import segno
from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import Route

from web import errors
from web.pages.shell import Visit, local_path, page
from web.pages.stepping import ask
from web.second_factors import checked_label
from web.step_up import failure_of


def qr_code(text: str) -> Markup:
    """A QR code as an SVG element without any style in it; light on purpose, for cameras."""
    out = io.BytesIO()
    segno.make(text, error="m").save(
        out,
        kind="svg",
        scale=5,
        border=4,
        light="#fff",
        dark="#000",
        xmldecl=False,
        svgns=False,
        omitsize=True,
    )
    return Markup(out.getvalue().decode())  # noqa: S704 (made of squares here)


async def account_page(visit: Visit) -> Response:
    """What guards one's account, and where it is signed in."""
    registers, state = visit.exchange.registers, visit.request.app.state
    account = visit.who.account
    return visit.render(
        "account.html",
        account=account,
        factors=await registers.factors.list(account.id),
        codes_left=await registers.factors.codes_left(account.id),
        sessions=await state.sessions.own(visit.who),
        current=visit.who.id,
        policy=visit.exchange.settings.second_factor,
        csrf=visit.who.csrf,
        confirm="/account/confirm?next=/account",
    )


async def begin_totp(visit: Visit) -> Response:
    """Make a secret for an app."""
    form = visit.form()
    label = checked_label(form.get("label", ""), "TOTP")
    await visit.request.app.state.factors.begin_totp(visit.who, label)
    return visit.go("/account/totp")


async def totp_page(visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    """The secret that waits for its first code."""
    begun = await visit.request.app.state.factors.begun_totp(visit.who)
    if begun is None:
        return visit.go("/account")
    groups = [begun.secret[start : start + 4] for start in range(0, len(begun.secret), 4)]
    return visit.render(
        "totp.html",
        status,
        "/account/totp",
        qr=qr_code(begun.uri),
        groups=groups,
        uri=begun.uri,
        errors=wrong or {},
    )


async def confirm_totp(visit: Visit) -> Response:
    """The first code; then the recovery codes, once."""
    form = visit.form()
    try:
        codes = await visit.request.app.state.factors.confirm_totp(visit.who, form.get("code", ""))
    except errors.Failure as failed:
        if failed.problem.code not in ("BAD_CODE", "TOO_MANY_ATTEMPTS"):
            raise
        wrong = visit.speech.code("refusal", failed.problem.code)
        return await totp_page(visit, failed.problem.status, {"code": wrong})
    return _codes(visit, codes) if codes else visit.go("/account")


async def make_codes(visit: Visit) -> Response:
    """Other recovery codes."""
    visit.form()
    return _codes(visit, await visit.request.app.state.factors.remake_codes(visit.who))


def _codes(visit: Visit, codes: Sequence[str]) -> Response:
    return visit.render("codes.html", 200, "/account", codes=codes)


async def remove_factor(visit: Visit) -> Response:
    """Take a factor away."""
    visit.form()
    await visit.request.app.state.factors.remove(visit.who, visit.part("factor"))
    return visit.go("/account")


async def end_session(visit: Visit) -> Response:
    """End one session, or with the word `others` all but this one."""
    visit.form()
    sessions, which = visit.request.app.state.sessions, visit.part("session")
    if which == "others":
        ids = [one.id for one in await sessions.own(visit.who) if one.id != visit.who.id]
    else:
        ids = [which]
    count = await sessions.end_own(visit.who, ids)
    if count:
        await visit.request.app.state.factors.note(visit.who, "session_ended", count=count)
    return visit.go("/account" if visit.who.id not in ids else "/")


async def confirm_page(visit: Visit) -> Response:
    """The question alone, for whoever was led here by a link."""
    if visit.who.sign_in is None or not visit.who.sign_in.enrolled:
        return visit.go("/account")
    return await ask(visit, "STEP_UP_REQUIRED")


async def confirmed(visit: Visit) -> Response:
    """The code was taken on the way here, or a passkey signed: go on."""
    form = visit.form()
    visit.caller = await visit.request.app.state.sessions.again(visit.who)
    if not visit.request.app.state.factors.is_fresh(visit.who):
        raise failure_of("STEP_UP_REQUIRED")
    return visit.go(local_path(form.get("next") or visit.request.query_params.get("next", "/account")))


ROUTES: list[Route] = [
    page("/account", account_page),
    page("/account/confirm", confirm_page),
    page("/account/confirm", confirmed, "POST"),
    page("/account/totp", totp_page),
    page("/account/totp", begin_totp, "POST"),
    page("/account/totp/confirmation", confirm_totp, "POST"),
    page("/account/codes", make_codes, "POST"),
    page("/account/factors/{factor}/removal", remove_factor, "POST"),
    page("/account/sessions/{session}/end", end_session, "POST"),
]
