"""Webhooks of the reader's organisation: registered, tried, their messages, switched off and on."""

from starlette.responses import Response
from starlette.routing import Route

from exchange.notices.words import kind_name
from exchange.registers.webhooks import Webhook
from web import following
from web import webhooks as rules
from web.pages.shell import Visit, page, sentence
from web.parse import BadInput

MESSAGES = 30


async def webhooks(
    visit: Visit,
    status: int = 200,
    wrong: dict[str, str] | None = None,
    made: Webhook | None = None,
    said: dict[str, str] | None = None,
) -> Response:
    """Every webhook with its last messages, and the form for another. `made` shows its secret, once."""
    register, language = visit.exchange.registers.webhooks, visit.speech.language
    found = await register.of([rules.organisation(visit.principal)])
    return visit.render(
        "webhooks.html",
        status,
        "/webhooks",
        hooks=[(one, await register.deliveries(one.id, MESSAGES)) for one in found],
        kinds=[(kind, kind_name(kind, language)) for kind in following.CHOSEN],
        kind_name=lambda kind: kind_name(kind, language),
        made=made,
        errors=wrong or {},
        said=said or {},
    )


async def register(visit: Visit) -> Response:
    """Enter an address; the answer shows the secret."""
    form = visit.form()
    kinds = [kind for kind in following.CHOSEN if form.get(f"kind-{kind}") == "yes"]
    try:
        made = await rules.register(visit.exchange, visit.principal, form.get("url", "").strip(), kinds)
    except BadInput as bad:
        return await webhooks(visit, 422, {bad.field: sentence(visit.speech, bad.code)}, said=form)
    return await webhooks(visit, made=made)


async def change(visit: Visit) -> Response:
    """Test it, switch it, or remove it."""
    form, exchange = visit.form(), visit.exchange
    one = await rules.own(exchange, visit.principal, visit.part("webhook"))
    step = form.get("step", "")
    if step == "test":
        await rules.test(exchange, visit.principal, one.id)
    elif step in ("enable", "disable"):
        await exchange.registers.webhooks.set_enabled(one.id, step == "enable")
    elif step == "remove":
        await exchange.registers.webhooks.remove(one.id)
    else:
        raise BadInput("BAD_VALUE", "step", step, "test, enable, disable or remove")
    return visit.go("/webhooks")


async def again(visit: Visit) -> Response:
    """Deliver a message once more."""
    await rules.again(visit.exchange, visit.principal, visit.part("delivery"))
    return visit.go("/webhooks")


ROUTES: list[Route] = [
    page("/webhooks", webhooks),
    page("/webhooks", register, "POST"),
    page("/webhooks/{webhook}", change, "POST"),
    page("/deliveries/{delivery}", again, "POST"),
]
