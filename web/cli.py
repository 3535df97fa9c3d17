"""The `luochui` command: each sub-command lives in its own file under web/commands."""

import typer

from web.commands.bank import bank_app
from web.commands.bench import bench_app
from web.commands.claims import claims
from web.commands.demo import demo
from web.commands.export import export_app
from web.commands.migrate import migrate
from web.commands.rehearse import rehearse
from web.commands.serve import serve
from web.commands.unconverted import unconverted
from web.commands.user import user_app
from web.commands.verify import verify

app = typer.Typer(
    name="luochui",
    help="落槌 Luochui: an open technology exchange. 技术交易所：挂牌、竞价、签约、登记、申领。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (demo, serve, migrate, rehearse, claims, unconverted, verify):
    app.command()(command)
app.add_typer(user_app, name="user")
app.add_typer(export_app, name="export")
app.add_typer(bank_app, name="bank")
app.add_typer(bench_app, name="bench")


def main() -> None:
    """Entry point of the console script."""
    app()
