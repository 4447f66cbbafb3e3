"""How far a long command has come and what it left out, on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from netgpt_docs_service.cli.output import ERR
from netgpt_docs_service.usecases.archive_lines import SkippedLine


@contextmanager
def told_progress() -> Iterator[Callable[[str, int, int | None], None]]:
    """Show the step that is told last: its name, how much is done, and of how much."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=ERR, transient=True) as progress:
        shown = progress.add_task("", total=None)

        def tell(step: str, done: int, total: int | None) -> None:
            progress.update(shown, description=step, completed=done, total=total)

        yield tell


def not_exported(line: SkippedLine) -> dict[str, str]:
    """Return a document that is not in an archive as the JSON that programs read."""
    return {"tenant": line.tenant, "doc_id": line.doc_id, "reason": line.reason}


def print_not_exported(lines: Sequence[dict[str, str]]) -> None:
    """Name what is not in an archive, and why."""
    for each in lines:
        place = f"{each['tenant']}/{each['doc_id']}"
        ERR.print(f"[red]not exported[/red] {escape(place)}: {escape(each['reason'])}")
