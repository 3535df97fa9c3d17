"""`luochui user`: organisations, accounts and keys, from the shell of whoever runs the exchange."""

import json
import sys
from typing import Annotated, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from exchange.registers import Account, Organisation, Registers
from exchange.registers.accounts import STAFF, check_roles
from exchange.registers.grants import Grant, bootstrapping
from exchange.registers.sessions import SCOPES
from exchange.settings import Settings
from exchange.store.clock import SystemClock
from web.commands.errors import exits
from web.commands.granting import (
    Database,
    Login,
    Roles,
    grant,
    person,
    propose,
    reset_factors,
    run,
    waiting,
)
from web.credentials import check_new, hash_password
from web.credentials import login as login_of
from web.key_terms import scopes_of
from web.own_keys import checked_terms
from web.parse import clean_text
from web.sessions import Sessions

T = TypeVar("T")

DAY = 24 * 3600 * 1_000_000
BY = "shell"
"""Who made a change, in the versions of a register."""

user_app = typer.Typer(help="Organisations, accounts and keys.", no_args_is_help=True)

FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking.")
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")]


def _password(login: str, from_stdin: bool) -> str:
    """A new password, typed twice or read from standard input; never an argument, which others could read."""
    if from_stdin:
        text = sys.stdin.readline().rstrip("\r\n")
    else:
        text = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return hash_password(check_new(text, login))


@user_app.command("organisation")
def organisation(
    id: Annotated[str, typer.Argument(help="Short id, like hit.")],  # noqa: A002  (the name of the argument)
    name: Annotated[str, typer.Option(help="Full name.")],
    kind: Annotated[str, typer.Option(help="university, research_institute, enterprise, authority or bank.")],
    region: Annotated[str, typer.Option(help="Province key of the rule books, like heilongjiang.")],
    code: Annotated[str, typer.Option(help="Unified social credit code.")],
    address: Annotated[str, typer.Option(help="Address, for contracts.")] = "",
    representative: Annotated[str, typer.Option(help="Legal representative, for contracts.")] = "",
    database: Database = None,
) -> None:
    """Enter an organisation, or change it: every version is kept."""
    with exits():
        facts = {
            "id": id,
            "name": name,
            "kind": kind,
            "region": region,
            "code": code,
            "address": address,
            "representative": representative,
        }
        entered = _organisation({key: clean_text(text, key) for key, text in facts.items()})

        async def enter(registers: Registers) -> None:
            known = await registers.organisations.get(entered.id)
            write = registers.organisations.change if known else registers.organisations.add
            await write(entered, BY, SystemClock().now())

        run(database, enter)
        typer.echo(f"organisation {entered.id}: {entered.name}", err=True)


def _organisation(facts: dict[str, str]) -> Organisation:
    try:
        return msgspec.convert(facts, Organisation)
    except msgspec.ValidationError as wrong:
        raise typer.BadParameter(f"{wrong}: {facts['kind']!r}", param_hint="--kind") from wrong


@user_app.command("add")
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="The person's name, as pages show it.")],
    role: Roles,
    organisation: Annotated[str | None, typer.Option(help="Id of the organisation it acts for.")] = None,
    node: Annotated[
        str | None, typer.Option(help="The only node it acts in; staff: this one, unless another is named.")
    ] = None,
    password_stdin: FromStdin = False,
    database: Database = None,
) -> None:
    """Enter an account; the password has at least 15 characters.

    Once two operators could confirm it, its roles wait for one of them (see `luochui user grant`).
    """
    with exits():
        folded = login_of(login)
        shown = clean_text(name, "name")
        hashed = _password(folded, password_stdin)

        async def enter(registers: Registers) -> tuple[Account, Grant | None]:
            now = SystemClock().now()
            check_roles(role, organisation)
            alone = bootstrapping(await registers.accounts.list())
            bound = node or (Settings().house if set(role) & STAFF else None)
            held = role if alone else []
            made = await registers.accounts.add(folded, hashed, shown, held, now, organisation, node=bound)
            return made, None if alone else await propose(registers, made, role, "new account", now)

        made, grant = run(database, enter)
        roles = ", ".join(sorted(made.roles)) or "no role yet"
        typer.echo(f"account {made.login} ({made.id}): {roles}{waiting(grant)}", err=True)


@user_app.command("list")
def show(
    organisation: Annotated[str | None, typer.Option(help="Only this organisation's accounts.")] = None,
    as_json: AsJson = False,
    database: Database = None,
) -> None:
    """List the accounts."""
    with exits():
        found = run(database, lambda registers: registers.accounts.list(organisation))
    if as_json:
        for account in found:
            typer.echo(json.dumps(_line(account), ensure_ascii=False))
        return
    table = Table()
    for heading in ("login", "name", "organisation", "roles", "node", "enabled"):
        table.add_column(heading)
    for account in found:
        line = _line(account)
        roles, enabled = ", ".join(sorted(account.roles)), "yes" if account.enabled else "no"
        table.add_row(
            account.login,
            account.display_name,
            str(line["organisation"] or ""),
            roles,
            account.node or "",
            enabled,
        )
    Console().print(table)


def _line(account: Account) -> dict[str, object]:
    return {
        "id": account.id,
        "login": account.login,
        "name": account.display_name,
        "organisation": account.organisation,
        "roles": sorted(account.roles),
        "enabled": account.enabled,
        "node": account.node,
    }


@user_app.command("disable")
def disable(login: Login, database: Database = None) -> None:
    """Shut an account: its sessions, keys and sockets end within a second."""
    _set_enabled(login, False, database)


@user_app.command("enable")
def enable(login: Login, database: Database = None) -> None:
    """Open an account again; its owner signs in anew."""
    _set_enabled(login, True, database)


def _set_enabled(login: str, enabled: bool, database: str | None) -> None:
    with exits():
        folded = login_of(login)
        run(database, lambda registers: registers.accounts.set_enabled(folded, enabled))
        typer.echo(f"account {folded}: {'enabled' if enabled else 'disabled'}", err=True)


@user_app.command("password")
def password(login: Login, password_stdin: FromStdin = False, database: Database = None) -> None:
    """Give an account another password: every session and key it had ends."""
    with exits():
        folded = login_of(login)
        hashed = _password(folded, password_stdin)
        run(database, lambda registers: registers.accounts.set_password(folded, hashed))
        typer.echo(f"account {folded}: new password", err=True)


user_app.command("grant")(grant)
user_app.command("person")(person)
user_app.command("reset-factors")(reset_factors)


@user_app.command("roles")
def roles(login: Login, role: Roles, database: Database = None) -> None:
    """The same as `luochui user grant`, with no more of a reason than the command."""
    grant(login, role, "luochui user roles", database)


@user_app.command("bind")
def bind(
    login: Login,
    node: Annotated[str | None, typer.Argument(help="The node's id; without it, any node.")] = None,
    database: Database = None,
) -> None:
    """Let an account act in one node only; its sessions and keys end."""
    with exits():
        folded = login_of(login)
        changed = run(database, lambda registers: registers.accounts.bind(folded, node))
        typer.echo(f"account {folded}: {changed.node or 'any node'}", err=True)


@user_app.command("key")
def new_key(
    login: Login,
    label: Annotated[str, typer.Option(help="What the key is for.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="Days until it ends.")] = 90,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Once for each: {', '.join(sorted(SCOPES))}. Without it: what the roles work with."
        ),
    ] = None,
    network: Annotated[list[str] | None, typer.Option(help="Once for each network it may come from.")] = None,
    public_key: Annotated[str, typer.Option(help="Ed25519 in hex; its requests must be signed then.")] = "",
    database: Database = None,
) -> None:
    """Make a key for a program of an account and print it: it is shown this once."""
    with exits():
        folded, text = login_of(login), clean_text(label, "label")

        async def make(registers: Registers) -> str:
            found = await registers.accounts.credentials(folded)
            if found is None:
                raise typer.BadParameter(f"no account {folded}", param_hint="LOGIN")
            sessions = Sessions(registers.sessions, SystemClock(), secure=True, house=Settings().house)
            scopes = scope or sorted(scopes_of(found[0].roles))
            terms = checked_terms(scopes, network or [], public_key, strong=False)
            secret, _ = await sessions.new_key(found[0], text, days * DAY, terms)
            return secret

        typer.echo(run(database, make))


@user_app.command("certify-key")
def certify_key(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The id of a signing key, like k-0123….")],
    issuer: Annotated[
        str, typer.Option(help="The licensed certification authority; empty: its certificate counts no more.")
    ],
    reason: Annotated[str, typer.Option(help="What was checked, and by whom; kept on record.")],
    database: Database = None,
) -> None:
    """Enter that a licensed authority certified a signing key, or that this counts no more.

    Only what is signed with the key from then on is called a reliable electronic signature.
    """
    with exits():
        named, why = clean_text(issuer.strip(), "issuer"), clean_text(reason.strip(), "reason")
        run(
            database,
            lambda registers: registers.signing_keys.certify(key, named, BY, SystemClock().now(), why),
        )
        typer.echo(f"key {key}: {f'certified by {named}' if named else 'not certified'}", err=True)
