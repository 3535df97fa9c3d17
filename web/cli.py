"""The `luochui` command: each sub-command lives in its own file under web/commands."""

import io
import sys

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError  # typer's own, named nowhere else
from typer.main import get_command

from web.commands.backup import backup, restore
from web.commands.bank import bank_app
from web.commands.batch import batch_app
from web.commands.bench import bench_app
from web.commands.claims import claims
from web.commands.demo import demo
from web.commands.directory import directory_app
from web.commands.errors import BAD_INPUT
from web.commands.export import export_app
from web.commands.house import house_app
from web.commands.imports import import_app
from web.commands.match import match_app
from web.commands.migrate import migrate
from web.commands.personal import erase_account
from web.commands.personal import export as export_account
from web.commands.proof_key import rotate_key, show_keys
from web.commands.rehearse import rehearse
from web.commands.report import report_app
from web.commands.seal import seal_app
from web.commands.serve import serve
from web.commands.snapshot import snapshot
from web.commands.unconverted import unconverted
from web.commands.user import user_app
from web.commands.verify import verify
from web.commands.witness import witness

app = typer.Typer(
    name="luochui",
    help="落槌 Luochui: an open technology exchange. 技术交易所：挂牌、竞价、签约、登记、申领。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    demo,
    serve,
    migrate,
    snapshot,
    backup,
    restore,
    rehearse,
    claims,
    unconverted,
    verify,
    witness,
):
    app.command()(command)
user_app.command("export")(export_account)
user_app.command("erase")(erase_account)
app.add_typer(user_app, name="user")
house_app.command("rotate-key")(rotate_key)
house_app.command("proof-keys")(show_keys)
app.add_typer(house_app, name="house")
app.add_typer(import_app, name="import")
app.add_typer(export_app, name="export")
app.add_typer(directory_app, name="directory")
app.add_typer(report_app, name="report")
app.add_typer(bank_app, name="bank")
app.add_typer(match_app, name="match")
app.add_typer(batch_app, name="batch")
app.add_typer(bench_app, name="bench")
app.add_typer(seal_app, name="seal")


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
