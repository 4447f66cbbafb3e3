"""What commands print: rich text for people, one JSON document for programs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from netgpt_docs_service.errors import ServiceError, StartupError

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


def run(work: Callable[[], Coroutine[Any, Any, _Result]], *, as_json: bool = False) -> _Result:
    """Run a command's work; an error is one line (or one JSON document) and an exit code.

    1: the work failed; 3: the process could not start it (settings, model, data directory).
    """
    try:
        return asyncio.run(work())
    except ServiceError as error:
        exit_code = 3 if isinstance(error, StartupError) else 1
        if as_json:
            print_json({"error": {"kind": error.kind, "message": error.message}})
        else:
            ERR.print(f"[red]error:[/red] {escape(error.message)}")
        raise typer.Exit(exit_code) from error
    except KeyboardInterrupt as error:
        raise typer.Exit(130) from error
