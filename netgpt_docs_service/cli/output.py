"""What commands print: rich text for people, one JSON document for programs."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from netgpt_docs_service.errors import InvalidInput, ServiceError, StartupError

_Result = TypeVar("_Result")

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
UrlOption = Annotated[
    str | None,
    typer.Option("--url", envvar="NETGPT_URL", help="Address of a running service."),
]
KeyOption = Annotated[
    str | None,
    typer.Option("--key", envvar="NETGPT_KEY", help="Bearer key for it.", show_envvar=True),
]


def print_json(value: object) -> None:
    """Print `value` as one JSON document on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_json_line(value: object) -> None:
    """Print `value` as JSON on a line of its own, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def print_error(kind: str, message: str, *, as_json: bool) -> None:
    """Print why a command failed: a line for people, one JSON document for programs."""
    if as_json:
        print_json({"error": {"kind": kind, "message": message}})
    else:
        ERR.print(f"[red]error:[/red] {escape(message)}")


def run(work: Callable[[], Coroutine[Any, Any, _Result]], *, as_json: bool = False) -> _Result:
    """Run a command's work; an error is one line (or one JSON document) and an exit code.

    1: the work failed; 2: the command line makes no sense; 3: the process could not start it
    (settings, model, data directory); 130: interrupted.
    """
    try:
        return asyncio.run(work())
    except ServiceError as error:
        print_error(error.kind, error.message, as_json=as_json)
        raise typer.Exit(_exit_code(error)) from error
    except KeyboardInterrupt as error:
        print_error("interrupted", "interrupted", as_json=as_json)
        raise typer.Exit(130) from error


def _exit_code(error: ServiceError) -> int:
    if isinstance(error, InvalidInput):
        return 2
    return 3 if isinstance(error, StartupError) else 1
