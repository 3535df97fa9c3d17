"""`luochui seal`: for bidders a sealer that needs no page, for officials the keys with which sealed bids are kept closed."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import httpx2
import msgspec
import typer
from typer.core import TyperGroup

from exchange.market.p256 import fingerprint
from exchange.market.seal_messages import ROLES
from exchange.store import nested
from exchange.store.envelope import FORMAT as SINGLE
from exchange.store.envelope import new_salt
from exchange.store.official_key import KeyFile, new_key, read_key, write_key
from matching_engine.errors import Malformed
from matching_engine.money import parse_yuan
from web.api_seals import SealKeyResource
from web.client import Exchange
from web.client import errors as client_errors
from web.commands.errors import NO, exits, quit_with

KEY_ENV, PASSWORD_ENV, PASSPHRASE_ENV = "LUOCHUI_API_KEY", "LUOCHUI_PASSWORD", "LUOCHUI_PASSPHRASE"


class _BidFirst(TyperGroup):
    """Without the name of a sub-command it is a bid that is sealed."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["bid", *args]
        return super().parse_args(ctx, args)


seal_app = typer.Typer(
    help="Seal a bid from published keys; or keep sealed bids closed, and open them, as an official.",
    no_args_is_help=True,
    cls=_BidFirst,
)

Server = Annotated[
    str | None, typer.Option(metavar="URL", help="The exchange, like https://jishu.example.gov.cn.")
]
Account = Annotated[
    str | None,
    typer.Option(help=f"The official's login; without it the API key in {KEY_ENV} signs in."),
]
Code = Annotated[str | None, typer.Option(help="A code of the second factor, where it is asked for.")]


class Bid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file may hold instead of the options."""

    lot: str = ""
    bidder: str = ""
    amount: str = ""


@seal_app.command("bid")
def bid(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help='JSON: {"lot":…,"bidder":…,"amount":…}.', show_default=False),
    ] = None,
    lot: Annotated[str, typer.Option(help="The lot.")] = "",
    bidder: Annotated[str, typer.Option(help="Your code in the lot.")] = "",
    amount: Annotated[str, typer.Option(help='Yuan with two decimals, like "1650000.00".')] = "",
    keys: Annotated[
        Path | None, typer.Option(metavar="KEYS.json", help="The answer of GET …/seal-key, read offline.")
    ] = None,
    server: Server = None,
    proof: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep amount and salt here, to prove later what was sealed."),
    ] = None,
) -> None:
    """Print the envelope and the commitment of a bid as JSON: the body of POST /api/v1/lots/{lot}/seals.

    The amount stays on this machine. The keys come from a file or from the exchange; compare their fingerprints with
    those in the journal. `luochui seal …` means this where no other sub-command is named.
    """
    with exits():
        wanted = _bid(file, Bid(lot, bidder, amount))
        fen = parse_yuan(wanted.amount, "--amount")
        published = _keys(keys, server, wanted.lot)
        salt = new_salt()
        envelope, commitment = nested.seal_to(
            [one.key for one in published.keys], wanted.lot, wanted.bidder, fen, salt
        )
        for one in published.keys:
            typer.echo(f"{one.role}: {one.fingerprint}", err=True)
        if proof is not None:
            _keep(proof, {**msgspec.to_builtins(wanted), "salt": salt, "commitment": commitment})
        _line({"envelope": envelope, "commitment": commitment})


@seal_app.command("keygen")
def keygen(
    lot: Annotated[str, typer.Option(help="The lot: each has keys of its own.")],
    role: Annotated[str, typer.Option(help="operator or auditor.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the key goes; a new file with mode 600.")],
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help=f"Close the file with one: {PASSPHRASE_ENV}, or asked for.")
    ] = False,
) -> None:
    """Make an official's key for a lot. The private half stays in the file; the public one is printed as JSON."""
    with exits():
        if role not in ROLES:
            raise Malformed("--role", role, " or ".join(ROLES))
        secret = _secret(PASSPHRASE_ENV, "Passphrase", confirm=True) if passphrase else ""
        key = new_key(lot, role, secret)
        write_key(out, key)
        _line({"lot": lot, "role": role, "key": key.public_key, "fingerprint": fingerprint(key.public_key)})


@seal_app.command("publish")
def publish(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A key file of `luochui seal keygen`.")],
    server: Annotated[str, typer.Option(metavar="URL", help="The exchange.")],
    account: Account = None,
    code: Code = None,
) -> None:
    """Publish the public half of a key file, before its lot opens."""
    with exits():
        key = read_key(file)

        async def doing(exchange: Exchange) -> None:
            await exchange.bind(f"lots/{key.lot}/seal-keys", {"key": key.public_key})

        _official(server, account, code, doing)
        _line({"lot": key.lot, "role": key.role, "fingerprint": fingerprint(key.public_key)})


@seal_app.command("open")
def open_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Your key file of the lot.")],
    server: Annotated[str, typer.Option(metavar="URL", help="The exchange.")],
    account: Account = None,
    code: Code = None,
) -> None:
    """Post your share after the close: the private half, once the published key is found to be that of the file.

    Nothing leaves this machine before the exchange says that the lot waits for its opening. Exit status 1 when the
    exchange refuses it or the lot does not wait.
    """
    with exits():
        key = read_key(file)
        share = key.share(_secret(PASSPHRASE_ENV, "Passphrase") if key.closed else "")

        async def doing(exchange: Exchange) -> None:
            await _check_waits(exchange, key)
            await exchange.bind(f"lots/{key.lot}/seal-shares", {"share": share})

        _official(server, account, code, doing)
        _line({"lot": key.lot, "role": key.role, "given": True})


async def _check_waits(exchange: Exchange, key: KeyFile) -> None:
    state = (await exchange.get(f"lots/{key.lot}"))["state"]
    if state != "awaiting_opening":
        raise quit_with(
            f"lot {key.lot} is {state}: shares are posted after the close only; nothing was sent", NO
        )
    published = await exchange.get(f"lots/{key.lot}/seal-key", SealKeyResource)
    known = {one.role: one.key for one in published.keys}
    if known.get(key.role) != key.public_key:
        raise quit_with(f"lot {key.lot} was sealed to another {key.role}'s key; nothing was sent", NO)


def _official(
    server: str, account: str | None, code: str | None, doing: Callable[[Exchange], Awaitable[None]]
) -> None:
    """Do something as a signed-in official; a refusal ends with status 1 and its reason."""

    async def run() -> None:
        api_key = os.environ.get(KEY_ENV) if account is None else None
        if account is None and not api_key:
            raise Malformed("--account", None, f"a login, or an API key in {KEY_ENV}")
        async with Exchange(server, api_key) as exchange:
            if account is not None:
                await exchange.sign_in(account, _secret(PASSWORD_ENV, "Password"))
            if code:
                await exchange.step_up(code)
            await doing(exchange)

    _asked(run())


def _asked(work: Any) -> Any:
    """The answer of an exchange: status 1 when it says no, 2 when it cannot be reached."""
    try:
        return asyncio.run(work)
    except client_errors.ClientError as error:
        raise quit_with(str(error), NO) from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Malformed("--server", type(error).__name__, "an exchange that answers") from error


def _bid(file: Path | None, given: Bid) -> Bid:
    """What is to be sealed: a file, and options over it."""
    held = Bid() if file is None else _read(file, Bid)
    made = Bid(given.lot or held.lot, given.bidder or held.bidder, given.amount or held.amount)
    for name in ("lot", "bidder", "amount"):
        if not getattr(made, name):
            raise Malformed(f"--{name}", None, "a value, here or in the file")
    return made


def _keys(path: Path | None, server: str | None, lot: str) -> SealKeyResource:
    """The published keys, all of them and of this lot."""
    if (path is None) == (server is None):
        raise Malformed("--keys", path and str(path), "KEYS.json or --server, one of them")
    published: SealKeyResource = (
        _read(path, SealKeyResource) if path is not None else _asked(_fetched(server or "", lot))
    )
    count = {SINGLE: 1, nested.FORMAT: 2}.get(published.format)
    if published.lot != lot or count != len(published.keys):
        raise Malformed("keys", f"{published.lot}, {published.format}", f"all keys of lot {lot}")
    if any(fingerprint(one.key) != one.fingerprint for one in published.keys):
        raise Malformed("keys", "a fingerprint of another key", "keys with their own fingerprints")
    return published


async def _fetched(server: str, lot: str) -> SealKeyResource:
    async with Exchange(server) as exchange:
        return await exchange.get(f"lots/{lot}/seal-key", SealKeyResource)


def _read(path: Path, kind: Any) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise Malformed(str(path), error.strerror, "a file that can be read") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Malformed(str(path), str(error), "the JSON described in --help") from error


def _keep(path: Path, record: dict[str, str]) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Malformed(str(path), error.strerror, "a new file") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(record) + b"\n")


def _secret(variable: str, prompt: str, confirm: bool = False) -> str:
    """From the environment, or typed: never an argument, which others could read."""
    return os.environ.get(variable) or str(
        typer.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
    )


def _line(record: dict[str, Any]) -> None:
    typer.echo(msgspec.json.encode(record))
