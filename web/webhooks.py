"""Webhooks as pages and REST share them: whose they are, a test, a message once more."""

import secrets

from exchange.bootstrap import Exchange
from exchange.house.command import Principal
from exchange.notices.outward import check_url
from exchange.notices.payload import body_of
from exchange.notices.told import Told
from exchange.registers.notices import NewDelivery
from exchange.registers.webhooks import Delivery, Webhook
from matching_engine.errors import Malformed
from matching_engine.terms import DAY
from web import errors
from web.following import check_kinds
from web.parse import BadInput


def organisation(principal: Principal) -> str:
    """The caller's organisation; 403 without one."""
    if principal.party is None:
        raise errors.failure(403, "FORBIDDEN", "webhooks are for the people of an organisation")
    return principal.party


async def own(exchange: Exchange, principal: Principal, id_: str) -> Webhook:
    """A webhook of the caller's organisation; 404 for any other."""
    found = await exchange.registers.webhooks.get(id_[:64])
    if found is None or found.organisation != organisation(principal):
        raise errors.not_found("webhook")
    return found


async def register(exchange: Exchange, principal: Principal, url: str, kinds: list[str]) -> Webhook:
    """Enter an address; its secret is in the answer and shown never again."""
    if not kinds:
        raise BadInput("BAD_VALUE", "kinds", "nothing", "at least one kind")
    checked = check_kinds(kinds)
    party, now = organisation(principal), exchange.house.clock.now()
    try:
        url = check_url(url, exchange.settings.demo)
        return await exchange.registers.webhooks.add(party, url, checked, principal.account, now)
    except Malformed as wrong:
        raise BadInput("WEBHOOK_URL", "url", url[:100], str(wrong.expected)) from wrong


async def test(exchange: Exchange, principal: Principal, id_: str) -> str:
    """Send a test message; gives its id."""
    hook, now = await own(exchange, principal, id_), exchange.house.clock.now()
    if not hook.enabled:
        raise errors.failure(409, "WEBHOOK_DISABLED", "enable the webhook first")
    told = Told("webhook.test", (), "/webhooks", {})
    body = body_of(exchange.house.name, hook.organisation, exchange.settings.public_url, told, now)
    message = f"msg_{secrets.token_hex(16)}"
    delivery = NewDelivery(message, hook.id, told.word, body, now, now + DAY)
    await exchange.registers.webhooks.send(delivery)
    return message


async def again(exchange: Exchange, principal: Principal, id_: str) -> Delivery:
    """Deliver a message once more, under its own id."""
    found = await exchange.registers.webhooks.delivery(id_[:64])
    if found is None:
        raise errors.not_found("delivery")
    hook, now = await own(exchange, principal, found.webhook), exchange.house.clock.now()
    if not hook.enabled:
        raise errors.failure(409, "WEBHOOK_DISABLED", "enable the webhook first")
    await exchange.registers.webhooks.again(found.id, now, now + DAY)
    return found
