"""What commands print: rich text for people, one JSON document for programs."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from functools import partial
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


def print_json(value: object, *, is_stdout_taken: bool = False) -> None:
    """Print `value` as one JSON document on standard output, or on standard error."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2), err=is_stdout_taken)


def print_json_line(value: object) -> None:
    """Print `value` as JSON on a line of its own, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def print_error(kind: str, message: str, *, as_json: bool, is_stdout_taken: bool = False) -> None:
    """Print why a command failed: a line for people, one JSON document for programs."""
    if as_json:
        error = {"kind": kind, "message": message}
        print_json({"error": error}, is_stdout_taken=is_stdout_taken)
    else:
        ERR.print(f"[red]error:[/red] {escape(message)}")


def run(
    work: Callable[[], Coroutine[Any, Any, _Result]],
    *,
    as_json: bool = False,
    is_stdout_taken: bool = False,
) -> _Result:
    """Run a command's work; an error is one line (or one JSON document) and an exit code.

    1: the work failed; 2: the command line makes no sense; 3: the process could not start it
    (settings, model, data directory); 130: interrupted. With `is_stdout_taken` standard output is
    the work's own, and errors go to standard error.
    """
    tell = partial(print_error, as_json=as_json, is_stdout_taken=is_stdout_taken)
    try:
        return asyncio.run(work())
    except ServiceError as error:
        tell(error.kind, error.message)
        raise typer.Exit(exit_code_of(error)) from error
    except KeyboardInterrupt as error:
        tell("interrupted", "interrupted")
        raise typer.Exit(130) from error


def exit_code_of(error: ServiceError) -> int:
    """Return the exit code of a command that ends with `error`."""
    if isinstance(error, InvalidInput):
        return 2
    return 3 if isinstance(error, StartupError) else 1
