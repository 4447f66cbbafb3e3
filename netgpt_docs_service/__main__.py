"""The command `netgpt-docs`."""

from __future__ import annotations

import sys

import typer

from netgpt_docs_service.cli.demo import demo
from netgpt_docs_service.cli.doctor import doctor
from netgpt_docs_service.cli.documents import documents
from netgpt_docs_service.cli.export import export
from netgpt_docs_service.cli.fsck import fsck
from netgpt_docs_service.cli.import_archive import import_archive
from netgpt_docs_service.cli.ingest import ingest
from netgpt_docs_service.cli.output import print_error
from netgpt_docs_service.cli.query import query
from netgpt_docs_service.cli.serve import serve
from netgpt_docs_service.version import __version__


def main() -> None:
    """Run the command line."""
    commands = typer.Typer(
        name="netgpt-docs",
        help=f"Documents in, exact passages out. Version {__version__}.",
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,
    )
    for command in (serve, ingest, query, doctor, demo, fsck, export):
        commands.command()(command)
    commands.command("import")(import_archive)
    commands.add_typer(documents, name="documents")
    if "--json" in sys.argv[1:]:
        sys.exit(_exit_code(commands))
    commands()


def _exit_code(commands: typer.Typer) -> int:
    """Run a command for a program, which gets JSON for a misspelt command line, too."""
    try:
        return commands(standalone_mode=False) or 0
    except typer.TyperException as error:
        is_stdout_taken = "-" in sys.argv[1:]  # by the archive of `export -`
        message = error.format_message()
        print_error("usage", message, as_json=True, is_stdout_taken=is_stdout_taken)
        return error.exit_code


if __name__ == "__main__":
    main()
