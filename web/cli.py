"""The `luochui` command: each sub-command lives in its own file under web/commands."""

import gc
import io
import sys
from importlib import import_module

import typer
from typer._click.core import Command, Context  # typer's own, named nowhere else
from typer._click.exceptions import ClickException, NoArgsIsHelpError
from typer.core import TyperGroup
from typer.main import get_command, get_group

from web.commands.statuses import BAD_INPUT

COMMANDS = {
    "demo": (
        "demo:demo",
        "Run the demo market: embedded SQLite, simulated bidders, accounts to sign in with.",
    ),
    "serve": ("serve:serve", "Serve pages, API, socket and house. Options win over LUOCHUI_… variables."),
    "migrate": (
        "migrate:migrate",
        "Create the tables or bring them up to date; doing it again changes nothing.",
    ),
    "snapshot": (
        "snapshot:snapshot",
        "Read a house's journal on from its last snapshot, and keep a new one under the --var directory.",
    ),
    "backup": (
        "backup:backup",
        (
            "Copy an embedded database to a new FILE while it is in use, and verify the copy from its first row to its "
            "last."
        ),
    ),
    "restore": (
        "backup:restore",
        (
            "Put a FILE of `luochui backup` where a server finds it, after it was verified from its first row to its "
            "last."
        ),
    ),
    "rehearse": (
        "rehearse:rehearse",
        "Play the lot of a rehearsal file to its end and print what happens.",
    ),
    "claims": (
        "claims:claims",
        "Print what each rule that the facts touch grants, with its document, clause and quote.",
    ),
    "unconverted": (
        "unconverted:unconverted",
        "Find the publicly funded results that nobody converted within a year, and say of the others why not.",
    ),
    "verify": (
        "verify:verify",
        "Check every row of every house: gapless, in order of time, chained, replayed; then find a receipt.",
    ),
    "witness": (
        "witness:witness",
        "Watch the signed heads of a house: check each against the last one kept, countersign it, keep it.",
    ),
    "user": ("personal:user_app", "Organisations, accounts and keys."),
    "house": ("proof_key:house_app", "The nodes of the network: hub, sub-centres, outposts."),
    "import": ("imports:import_app", "Tables of achievements and demands into the registers."),
    "export": ("export:export_app", "Write the journal or published data to a file."),
    "directory": ("directory:directory_app", "Directories: tables of their entries, in and out."),
    "report": ("report:report_app", "Figures and indices from the journal at a date."),
    "bank": ("bank:bank_app", "Statements from the bank, orders to the bank."),
    "match": ("match:match_app", "Matching of supply and demand, with explanations."),
    "batch": ("batch:batch_app", "Batches of results released under the one-year rule."),
    "bench": ("bench:bench_app", "Measure this machine: every figure beside its floor, with its goal."),
    "seal": (
        "seal:seal_app",
        "Seal a bid from published keys; or keep sealed bids closed, and open them, as an official.",
    ),
}
"""Name → the module below web.commands and what it is called there, and the first sentence of its help."""


class Mounted(TyperGroup):
    """The commands by name. What a command needs is loaded when it is asked for: all of it takes two seconds."""

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """The command of the first word, itself."""
        if args[0] in COMMANDS:
            self.commands[args[0]] = loaded(args[0])
        return super().resolve_command(ctx, args)


def loaded(name: str) -> Command:
    """A command with everything that belongs to it. Modules leave next to no garbage: it is not looked for in them."""
    module, _, attribute = COMMANDS[name][0].partition(":")
    gc.disable()
    try:
        found = getattr(import_module(f"web.commands.{module}"), attribute)
    finally:
        gc.freeze()
        gc.enable()
    if isinstance(found, typer.Typer):
        found.info.name = name
        return get_group(found)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name)(found)
    return get_command(alone)


def root() -> TyperGroup:
    """`luochui` with all its commands loaded."""
    group = get_group(app)
    group.commands = {name: loaded(name) for name in COMMANDS}
    return group


app = typer.Typer(
    name="luochui",
    cls=Mounted,
    help="落槌 Luochui: an open technology exchange. 技术交易所：挂牌、竞价、签约、登记、申领。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _mount() -> None:
    """What stands in the place of a command until it is loaded."""


for _name, (_, _help) in COMMANDS.items():
    app.command(_name, help=_help)(_mount)


def speak_to_any_terminal() -> None:
    """A terminal that cannot show a character gets its escape instead: a name in Chinese never ends a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def main() -> None:
    """Entry point of the console script; wrong usage is one line on stderr and status 2, like any bad input."""
    speak_to_any_terminal()
    command = get_command(app)
    try:
        status = command.main(standalone_mode=False)
    except typer.Abort:
        sys.exit(130)
    except NoArgsIsHelpError as help_wanted:
        help_wanted.show()
        sys.exit(BAD_INPUT)
    except ClickException as wrong:
        sentence = " ".join(wrong.format_message().split())
        typer.echo(f"luochui: {sentence} (luochui --help)", err=True)
        sys.exit(BAD_INPUT)
    sys.exit(status if isinstance(status, int) else 0)
