"""Notices: what the reader was told, what it follows, how it is reached beside the page."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.notices.told import kind_of
from exchange.notices.words import kind_name, say
from exchange.registers.contacts import proves_unsubscribe
from exchange.registers.follows import Follow, FollowKind
from exchange.registers.notices import Notice
from matching_engine.errors import Malformed
from web import errors, following
from web.pages.shell import Visit, local_path, page, sentence
from web.parse import BadInput

SHOWN = 50
ALL = "all"
"""The kind of a link that ends all mail."""


async def notices(visit: Visit) -> Response:
    """What the reader was told, the newest first, and what it follows."""
    account, register = visit.principal.account, visit.exchange.registers
    before = visit.request.query_params.get("before", "")
    place = int(before) if before.isascii() and before.isdecimal() and len(before) < 10 else None
    found = await register.notices.of(account, place, SHOWN)
    return visit.render(
        "notices.html",
        notices=[_row(visit, one) for one in found],
        newest=found[0].id if found else 0,
        more=found[-1].id if len(found) == SHOWN else None,
        follows=[_followed(visit, one) for one in await register.follows.of(account)],
    )


def _row(visit: Visit, one: Notice) -> dict[str, Any]:
    language = visit.speech.language
    return {
        "id": one.id,
        "text": say(one.word, one.facts, language),
        "kind": kind_name(kind_of(one.word), language),
        "path": one.path,
        "at": one.at,
        "read": one.read_at is not None,
    }


_PAGES = {
    FollowKind.LISTING: "/listings/%s",
    FollowKind.LOT: "/lots/%s",
    FollowKind.DEMAND: "/demands/%s",
    FollowKind.ZONE: "/zones/%s",
    FollowKind.SEARCH: "/achievements?%s",
}


def _followed(visit: Visit, one: Follow) -> dict[str, Any]:
    path = _PAGES.get(one.kind, "/calendar")
    title = one.title
    if one.kind is FollowKind.ZONE:
        title = visit.speech.text("Special zone: unconverted results")
    return {
        "kind": one.kind,
        "subject": one.subject,
        "title": title,
        "path": path % one.subject if "%s" in path else path,
    }


async def read(visit: Visit) -> Response:
    """Everything up to what was shown is read."""
    upto = visit.form().get("upto", "")
    place = int(upto) if upto.isascii() and upto.isdecimal() and len(upto) < 10 else None
    await visit.exchange.registers.notices.read(visit.principal.account, visit.now, upto=place)
    return visit.go("/notices")


async def follow(visit: Visit) -> Response:
    """Follow, or no longer, and back to where one was."""
    form, principal = visit.form(), visit.principal
    kind, subject = form.get("kind", ""), form.get("subject", "")
    if form.get("drop"):
        await following.drop(visit.exchange, principal, kind, subject)
    else:
        await following.follow(visit.exchange, principal, kind, subject)
    return visit.go(local_path(form.get("back", "/notices")))


async def followed(visit: Visit, *things: tuple[FollowKind, str]) -> list[dict[str, Any]]:
    """The buttons of a page: what can be followed there, and whether the reader does."""
    account = visit.principal.account if visit.caller else None
    register = visit.exchange.registers.follows
    return [
        {
            "kind": kind.value,
            "subject": subject,
            "on": account is not None and await register.has(account, kind, subject),
            "name": visit.speech.code("follow", kind.value),
        }
        for kind, subject in things
        if subject
    ]


async def channels(visit: Visit, status: int = 200, wrong: dict[str, str] | None = None) -> Response:
    """How the reader is reached, the kinds of mail, and what became of the last letters."""
    contacts, language = visit.exchange.registers.contacts, visit.speech.language
    contact = await contacts.of(visit.principal.account)
    return visit.render(
        "channels.html",
        status,
        "/notices/channels",
        contact=contact,
        mails=await contacts.mails(visit.principal.account),
        kinds=[(kind, kind_name(kind, language)) for kind in following.CHOSEN],
        sends=bool(visit.exchange.settings.smtp_host),
        errors=wrong or {},
    )


async def choose(visit: Visit) -> Response:
    """The language of mail, and the kinds that are wanted."""
    form = visit.form()
    language = "en" if form.get("language") == "en" else "zh"
    muted = [kind for kind in following.CHOSEN if form.get(f"kind-{kind}") != "yes"]
    await visit.exchange.registers.contacts.choose(visit.principal.account, language, muted)
    return visit.go("/notices/channels")


async def address(visit: Visit) -> Response:
    """Send a code to an address, or forget it."""
    form, contacts, account = visit.form(), visit.exchange.registers.contacts, visit.principal.account
    if form.get("leave"):
        await contacts.leave(account)
        return visit.go("/notices/channels")
    try:
        await contacts.propose(account, form.get("address", ""), visit.speech.language, visit.now)
    except BadInput:
        raise
    except Malformed:
        return await channels(visit, 422, {"address": sentence(visit.speech, "MAIL_ADDRESS")})
    return visit.go("/notices/channels")


async def proof(visit: Visit) -> Response:
    """The code that came back."""
    code = visit.form().get("code", "")
    if await visit.exchange.registers.contacts.prove(visit.principal.account, code, visit.now):
        return visit.go("/notices/channels")
    return await channels(visit, 422, {"code": sentence(visit.speech, "MAIL_CODE")})


async def unsubscribe(visit: Visit) -> Response:
    """What the link of a letter ends; nothing changes before the button, for programs follow links."""
    kind = await _proved(visit)
    return visit.render("unsubscribe.html", kind=_name(visit, kind), done=False)


async def stop(visit: Visit) -> Response:
    """No more mail of the kind; mail programs send this by themselves (RFC 8058), without any session."""
    kind = await _proved(visit)
    account = visit.part("link").split(".")[0]
    contacts = visit.exchange.registers.contacts
    contact = await contacts.of(account)
    muted = following.CHOSEN if kind == ALL else (*contact.muted, kind)
    await contacts.choose(account, contact.language, muted)
    return visit.render("unsubscribe.html", kind=_name(visit, kind), done=True)


async def _proved(visit: Visit) -> str:
    """The kind of a link that was made for its account; 404 for any other."""
    account, _, rest = visit.part("link")[:300].partition(".")
    kind, _, signature = rest.partition(".")
    contact = await visit.exchange.registers.contacts.of(account)
    known = kind == ALL or kind in following.CHOSEN
    if not known or not proves_unsubscribe(contact, kind, signature):
        raise errors.not_found("link")
    return kind


def _name(visit: Visit, kind: str) -> str:
    return visit.speech.text("All kinds") if kind == ALL else kind_name(kind, visit.speech.language)


ROUTES: list[Route] = [
    page("/notices", notices),
    page("/notices/read", read, "POST"),
    page("/follows", follow, "POST"),
    page("/notices/channels", channels),
    page("/notices/channels", choose, "POST"),
    page("/notices/address", address, "POST"),
    page("/notices/address/proof", proof, "POST"),
    page("/unsubscribe/{link}", unsubscribe),
    page("/unsubscribe/{link}", stop, "POST"),
]
