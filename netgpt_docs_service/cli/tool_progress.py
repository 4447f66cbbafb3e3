"""How far a long command has come, on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from netgpt_docs_service.cli.output import ERR


@contextmanager
def told_progress() -> Iterator[Callable[[str, int, int | None], None]]:
    """Show the step that is told last: its name, how much is done, and of how much."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=ERR, transient=True) as progress:
        shown = progress.add_task("", total=None)

        def tell(step: str, done: int, total: int | None) -> None:
            progress.update(shown, description=step, completed=done, total=total)

        yield tell
