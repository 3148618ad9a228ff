"""The command line: each command in its own module, imported only when it is called."""

from __future__ import annotations

import importlib
import sys

import click

COMMANDS = {
    "demo": "try the program with Bac Kan's published totals",
    "serve": "serve the web pages and the interface",
    "migrate": "create or update the database",
    "import": "take in areas, villages, households, …",
    "law": "check, show, try and release the law",
    "assess": "assess again all households of an area",
    "map": "write a map of an area as one HTML file",
    "budget": "write the budget of an area as a workbook",
    "users": "accounts: create, import, reset, list",
}
IMPORTS = {
    "areas": "administrative units from a map file or list",
    "villages": "villages from points or lists",
    "succession": "which old unit became which new one",
    "facts": "dated facts of areas the law asks for (poor district, …)",
    "households": "other people's household files, through a mapping",
    "status": "the yearly list of poor and near-poor households",
}


class LazyGroup(click.Group):
    """A group that knows its commands' names and one-line helps without importing them."""

    def __init__(self, name: str, modules: dict[str, str], prefix: str = "", help: str = "") -> None:
        super().__init__(name=name, help=help)
        self.modules = modules
        self.prefix = prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of a household's way through the program."""
        return list(self.modules)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import the module of one command."""
        if name not in self.modules:
            return None
        if name == "import":
            return LazyGroup("import", IMPORTS, "import_", COMMANDS["import"])
        command: click.Command = importlib.import_module(f"api.cli.{self.prefix}{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Help from the table above: importing every command only to list it would take seconds."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.modules.items()))


cli = LazyGroup("nhavung", COMMANDS, help="Nhà Vững: survey, law, maps and money for sturdy houses.")


def main() -> None:
    """Run the command line; a problem is told in one sentence with its number, and exits with 1."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may not be UTF-8; a Vietnamese name must not stop a command.
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    from survey.problems import Problem

    try:
        cli()
    except Problem as problem:
        click.secho(f"[{problem.number}] {problem.message('vi')}", fg="red", err=True)
        click.echo(f"  {problem.next_step('vi')}", err=True)
        click.echo(f"  ({problem.message('en')} {problem.next_step('en')})", err=True)
        sys.exit(1)
