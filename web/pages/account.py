"""Signing in and out by form."""

from starlette.responses import Response
from starlette.routing import Route

from web import errors, signing_in
from web.pages.shell import Visit, local_path, page, sentence
from web.sessions import Sessions


async def sign_in_form(visit: Visit) -> Response:
    """The form; who is signed in already goes on."""
    onward = local_path(visit.request.query_params.get("next", "/"))
    if visit.caller is not None:
        return visit.go(onward)
    return visit.render("sign_in.html", next=onward, account="", errors={})


async def sign_in(visit: Visit) -> Response:
    """Check the password and begin a session under a new token."""
    form = visit.form()
    onward, account = local_path(form.get("next", "/")), form.get("account", "")
    sessions: Sessions = visit.request.app.state.sessions
    try:
        _, token, _ = await signing_in.sign_in(visit.request, account, form.get("password", ""), visit.caller)
    except errors.Failure as failed:
        problem = failed.problem
        wrong = {"password": sentence(visit.speech, problem.code, problem.detail)}
        shown = visit.render(
            "sign_in.html", problem.status, "/sign-in", next=onward, account=account, errors=wrong
        )
        shown.headers.update(failed.headers)
        return shown
    response = visit.go(onward)
    response.headers.append("set-cookie", sessions.cookie(token))
    return response


async def sign_out(visit: Visit) -> Response:
    """End the session; its sockets close with it."""
    sessions: Sessions = visit.request.app.state.sessions
    await signing_in.sign_out(visit.request, visit.who)
    response = visit.go("/")
    response.headers.append("set-cookie", sessions.no_cookie())
    return response


ROUTES: list[Route] = [
    page("/sign-in", sign_in_form),
    page("/sign-in", sign_in, "POST"),
    page("/sign-out", sign_out, "POST"),
]
