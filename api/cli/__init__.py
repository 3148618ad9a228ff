"""The command line: each command in its own module, imported only when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from survey.problems import Problem

COMMANDS = {
    "demo": "try the program with Bac Kan's published totals",
    "serve": "serve the web pages and the interface",
    "migrate": "create or update the database",
    "backup": "back up database, photos, law and sealed keys, while serving",
    "restore": "bring a backup back into an empty place, or try it",
    "upgrade": "back up, migrate, verify; back by itself on failure",
    "doctor": "say how the system is: disk, backups, keys, phones",
    "keys": "recovery keys on paper; bring lost keys back",
    "import": "take in areas, villages, households, …",
    "law": "check, show, try and release the law",
    "assess": "assess again all households of an area",
    "standing": "check or rebuild how every household stands",
    "trail": "seal what was done, hand out checkpoints",
    "verify": "check the database, or one receipt, against the trail",
    "map": "write a map of an area as one HTML file",
    "export": "write households, villages or communes for QGIS or as GeoJSON",
    "budget": "write the budget of an area as a workbook",
    "papers": "write the papers of a village or commune as PDF or Word",
    "users": "accounts: create, import, reset, list",
}
IMPORTS = {
    "areas": "administrative units from a map file or list",
    "villages": "villages from points or lists",
    "succession": "which old unit became which new one",
    "facts": "dated facts of areas the law asks for (poor district, …)",
    "households": "other people's household files, through a mapping",
    "status": "the yearly list of poor and near-poor households",
    "queue": "a queue file saved by the field app on a phone",
}


NOT_MIGRATED = ("no such table", "no such column", "unable to open database file", "42P01", "42703")
"""How SQLite, and PostgreSQL by its SQLSTATE, say that a table or column is missing."""


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
    try:
        cli()
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            raise
        click.secho(f"[{problem.number}] {problem.message('vi')}", fg="red", err=True)
        click.echo(f"  {problem.next_step('vi')}", err=True)
        click.echo(f"  ({problem.message('en')} {problem.next_step('en')})", err=True)
        sys.exit(1)


def problem_of(error: Exception) -> Problem | None:
    """The problem to tell a person; none for a fault of ours.

    That is the error itself, 1010 or 1011 for the database, or 1012 for a file.
    """
    from survey.problems import Problem

    if isinstance(error, Problem):
        return error
    if isinstance(error, OSError) and error.filename:
        return Problem(1012, file=error.filename, reason=error.strerror)
    said = getattr(error, "orig", None)  # SQLAlchemy wraps what the database said
    if said is None:
        return None
    reason = str(said).strip().splitlines()[0]
    if getattr(said, "sqlstate", None) in NOT_MIGRATED or reason.startswith(NOT_MIGRATED):
        return Problem(1010, reason=reason)
    return Problem(1011, reason=reason) if type(error).__name__ == "OperationalError" else None
