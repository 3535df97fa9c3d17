"""Notices over REST: what one was told, what one follows, how one is reached, the organisation's webhooks."""

from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from exchange.notices.words import say
from exchange.registers.follows import FollowKind
from exchange.registers.notices import Notice
from exchange.registers.webhooks import Delivery, Webhook
from matching_engine.errors import Malformed
from web import following, webhooks
from web.parse import BadInput
from web.resources import Given, Instant, Limit, Taken, Word
from web.routes import Ask, Operation, json
from web.views import iso

V1 = "/api/v1"
NoticeId = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Subject = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Kinds = Annotated[list[Word], msgspec.Meta(max_length=40)]


class NoticeResource(Given, frozen=True):
    """A notice: `type` names its sentence, `facts` fill it (money in fen, instants in µs), `path` is where it leads."""

    id: int
    type: str
    path: str
    facts: dict[str, Any]
    zh: str
    en: str
    at: Instant
    read_at: Instant | None


class NoticePage(Given, frozen=True):
    """The newest first; `next` is `before` of the page after this one."""

    notices: list[NoticeResource]
    unread: int
    next: int | None


class NoticeQuery(Taken, frozen=True):
    """Which page."""

    before: NoticeId | None = None
    limit: Limit = 50


class NoticeReadBody(Taken, frozen=True):
    """One notice, or all up to one; nothing: all."""

    notice: NoticeId | None = None
    upto: NoticeId | None = None


class FollowBody(Taken, frozen=True):
    """What to follow; of a search the subject is its query, like `q=电池&field=新材料`."""

    kind: FollowKind
    subject: Subject


class FollowResource(Given, frozen=True):
    """What is followed."""

    kind: FollowKind
    subject: str
    title: str
    since: Instant


class FollowPage(Given, frozen=True):
    """Everything that the caller follows, the newest first."""

    follows: list[FollowResource]


class ChannelResource(Given, frozen=True):
    """How the caller is reached beside the page; `muted` are the kinds of which no mail is sent."""

    address: str
    waiting_for_code: str
    language: str
    muted: list[str]
    mail_is_sent: bool
    """Whether this exchange sends mail at all."""


class ChannelBody(Taken, frozen=True):
    """Language of mail, and kinds of which none is wanted."""

    language: Annotated[str, msgspec.Meta(pattern="^(zh|en)$")]
    muted: Kinds


class MailAddressBody(Taken, frozen=True):
    """An address that gets a code."""

    address: Word


class MailCodeBody(Taken, frozen=True):
    """The code."""

    code: Word


async def list_notices(ask: Ask) -> NoticePage:
    """What the caller was told."""
    query: NoticeQuery = ask.query
    register, account = ask.exchange.registers.notices, ask.principal.account
    found = await register.of(account, query.before, query.limit)
    more = found[-1].id if len(found) == query.limit else None
    return NoticePage([_notice(one) for one in found], await register.unread(account), more)


def _notice(one: Notice) -> NoticeResource:
    zh, en = say(one.word, one.facts, "zh"), say(one.word, one.facts, "en")
    read = None if one.read_at is None else iso(one.read_at)
    return NoticeResource(one.id, one.word, one.path, one.facts, zh, en, iso(one.at), read)


async def read_notices(ask: Ask) -> None:
    """Mark notices as read."""
    body: NoticeReadBody = ask.body
    now = ask.exchange.house.clock.now()
    await ask.exchange.registers.notices.read(ask.principal.account, now, body.upto, body.notice)


async def list_follows(ask: Ask) -> FollowPage:
    """What the caller follows."""
    found = await ask.exchange.registers.follows.of(ask.principal.account)
    return FollowPage([FollowResource(one.kind, one.subject, one.title, iso(one.at)) for one in found])


async def add_follow(ask: Ask) -> FollowResource:
    """Follow a listing, lot, session, demand, zone or search."""
    try:
        made = await following.follow(ask.exchange, ask.principal, ask.body.kind, ask.body.subject)
    except Malformed as wrong:
        raise BadInput("FOLLOW_LIMIT", "subject", wrong.got, str(wrong.expected)) from wrong
    return FollowResource(made.kind, made.subject, made.title, iso(made.at))


async def drop_follow(ask: Ask) -> None:
    """Follow no longer."""
    await following.drop(ask.exchange, ask.principal, ask.body.kind, ask.body.subject)


async def show_channels(ask: Ask) -> ChannelResource:
    """How the caller is reached."""
    contact = await ask.exchange.registers.contacts.of(ask.principal.account)
    sent = bool(ask.exchange.settings.smtp_host)
    return ChannelResource(contact.address, contact.proposed, contact.language, list(contact.muted), sent)


async def choose_channels(ask: Ask) -> None:
    """Choose the language of mail and the kinds of which none is wanted."""
    body: ChannelBody = ask.body
    muted = following.check_kinds(list(body.muted))
    await ask.exchange.registers.contacts.choose(ask.principal.account, body.language, muted)


async def propose_address(ask: Ask) -> None:
    """Send a code to an address; it counts once the code came back."""
    contacts, now = ask.exchange.registers.contacts, ask.exchange.house.clock.now()
    language = (await contacts.of(ask.principal.account)).language
    try:
        await contacts.propose(ask.principal.account, ask.body.address, language, now)
    except Malformed as wrong:
        raise BadInput("MAIL_ADDRESS", "address", wrong.got, str(wrong.expected)) from wrong


async def prove_address(ask: Ask) -> None:
    """Bring the code back."""
    now = ask.exchange.house.clock.now()
    if not await ask.exchange.registers.contacts.prove(ask.principal.account, ask.body.code, now):
        raise BadInput("MAIL_CODE", "code", "another one", "the code of the last half hour")


async def leave_address(ask: Ask) -> None:
    """No mail any more."""
    await ask.exchange.registers.contacts.leave(ask.principal.account)


class WebhookBody(Taken, frozen=True):
    """Where messages go, and of which kinds."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    kinds: Kinds


class WebhookResource(Given, frozen=True):
    """A webhook of the own organisation. `secret` is there in the answer to its registration alone."""

    webhook: str
    url: str
    kinds: list[str]
    enabled: bool
    why_disabled: str
    since: Instant
    secret: str | None


class WebhookPage(Given, frozen=True):
    """The organisation's webhooks, and the kinds between which it chooses."""

    webhooks: list[WebhookResource]
    kinds: list[str]


class WebhookSwitchBody(Taken, frozen=True):
    """On or off."""

    enabled: bool


class DeliveryResource(Given, frozen=True):
    """A message: due, sent, failed or dropped; `code` is the status of the last answer."""

    delivery: str
    type: str
    state: str
    tries: int
    at: Instant
    next_at: Instant | None
    code: int | None
    error: str


class DeliveryPage(Given, frozen=True):
    """The last fifty messages, the newest first."""

    deliveries: list[DeliveryResource]


class TestedResource(Given, frozen=True):
    """The id of the test message."""

    delivery: str


async def list_webhooks(ask: Ask) -> WebhookPage:
    """The webhooks of the caller's organisation."""
    party = webhooks.organisation(ask.principal)
    found = await ask.exchange.registers.webhooks.of([party])
    return WebhookPage([_webhook(one) for one in found], list(following.CHOSEN))


async def add_webhook(ask: Ask) -> Response:
    """Register an address; the secret of its signatures is shown here, once."""
    made = await webhooks.register(ask.exchange, ask.principal, ask.body.url, list(ask.body.kinds))
    return json(_webhook(made, made.secret), 201, {"location": f"{V1}/webhooks/{made.id}/deliveries"})


def _webhook(one: Webhook, secret: str | None = None) -> WebhookResource:
    return WebhookResource(one.id, one.url, list(one.kinds), one.enabled, one.why, iso(one.at), secret)


async def remove_webhook(ask: Ask) -> None:
    """Forget address and secret."""
    one = await webhooks.own(ask.exchange, ask.principal, ask.path("webhook"))
    await ask.exchange.registers.webhooks.remove(one.id)


async def switch_webhook(ask: Ask) -> None:
    """Enable it again, or disable it; what waits for a disabled one is given up."""
    one = await webhooks.own(ask.exchange, ask.principal, ask.path("webhook"))
    await ask.exchange.registers.webhooks.set_enabled(one.id, ask.body.enabled)


async def test_webhook(ask: Ask) -> TestedResource:
    """Send a test message."""
    return TestedResource(await webhooks.test(ask.exchange, ask.principal, ask.path("webhook")))


async def list_deliveries(ask: Ask) -> DeliveryPage:
    """What became of the messages."""
    one = await webhooks.own(ask.exchange, ask.principal, ask.path("webhook"))
    found = await ask.exchange.registers.webhooks.deliveries(one.id)
    return DeliveryPage([_delivery(each) for each in found])


def _delivery(one: Delivery) -> DeliveryResource:
    again = iso(one.next_at) if one.state == "due" else None
    return DeliveryResource(one.id, one.word, one.state, one.tries, iso(one.at), again, one.code, one.error)


async def redeliver(ask: Ask) -> None:
    """Deliver a message once more, under its own id."""
    await webhooks.again(ask.exchange, ask.principal, ask.path("delivery"))


def _done(
    method: str, path: str, handler: Any, summary: str, body: Any = None, tag: str = "notices"
) -> Operation:
    return Operation(
        method, f"{V1}/{path}", handler, summary, tag, status=204, body=body, errors=(403, 404, 409, 503)
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", f"{V1}/notices", list_notices, "Notices", "notices", NoticePage, query=NoticeQuery),
    _done("POST", "notices/read", read_notices, "Mark notices as read", NoticeReadBody),
    Operation("GET", f"{V1}/follows", list_follows, "What is followed", "notices", FollowPage),
    Operation(
        "POST",
        f"{V1}/follows",
        add_follow,
        "Follow",
        "notices",
        FollowResource,
        body=FollowBody,
        errors=(404,),
    ),
    _done("POST", "follows/removal", drop_follow, "Follow no longer", FollowBody),
    Operation(
        "GET", f"{V1}/notices/channels", show_channels, "How one is reached", "notices", ChannelResource
    ),
    _done("POST", "notices/channels", choose_channels, "Choose language and kinds of mail", ChannelBody),
    _done("POST", "notices/address", propose_address, "Send a code to an address", MailAddressBody),
    _done("POST", "notices/address/proof", prove_address, "Prove an address", MailCodeBody),
    _done("DELETE", "notices/address", leave_address, "No mail any more"),
    Operation("GET", f"{V1}/webhooks", list_webhooks, "Webhooks", "webhooks", WebhookPage, errors=(403,)),
    Operation(
        "POST",
        f"{V1}/webhooks",
        add_webhook,
        "Register a webhook",
        "webhooks",
        WebhookResource,
        status=201,
        body=WebhookBody,
        errors=(403,),
    ),
    _done("DELETE", "webhooks/{webhook}", remove_webhook, "Remove a webhook", tag="webhooks"),
    _done(
        "POST", "webhooks/{webhook}/state", switch_webhook, "Enable or disable", WebhookSwitchBody, "webhooks"
    ),
    Operation(
        "POST",
        f"{V1}/webhooks/{{webhook}}/test",
        test_webhook,
        "Send a test message",
        "webhooks",
        TestedResource,
        errors=(403, 404, 409),
    ),
    Operation(
        "GET",
        f"{V1}/webhooks/{{webhook}}/deliveries",
        list_deliveries,
        "What became of messages",
        "webhooks",
        DeliveryPage,
        errors=(403, 404),
    ),
    _done("POST", "deliveries/{delivery}/redelivery", redeliver, "Deliver once more", tag="webhooks"),
)
