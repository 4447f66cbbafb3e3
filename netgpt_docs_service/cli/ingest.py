"""`netgpt-docs ingest`: send files, show progress, report the bad ones and go on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from netgpt_docs_service.cli.connect import connect
from netgpt_docs_service.cli.file_ingest import Report, ingest_files
from netgpt_docs_service.cli.output import (
    ERR,
    OUT,
    JsonOption,
    KeyOption,
    UrlOption,
    print_json,
    run,
)
from netgpt_docs_service.cli.patient_sender import PatientSender
from netgpt_docs_service.cli.sources import Source, find_sources
from netgpt_docs_service.cli.start import start_settings


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, and folders of text files.")],
    pattern: Annotated[str, typer.Option("--glob", help="Which files below a folder.")] = "**/*",
    url: UrlOption = None,
    key: KeyOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Ingest text, Markdown and reStructuredText files; unchanged ones cost nothing."""
    report = run(lambda: _ingest(paths, pattern, url, key), as_json=as_json)
    if as_json:
        print_json(report.as_json())
    else:
        _print(report)
    if report.failures:
        raise typer.Exit(1)


async def _ingest(paths: Sequence[Path], pattern: str, url: str | None, key: str | None) -> Report:
    report = Report()
    sources = list(find_sources(paths, pattern))
    async with connect(start_settings(), url, key) as client:
        with _progress() as progress:
            total = sum(_size(source) for source in sources)
            files = progress.add_task(f"{len(sources)} files", total=total)
            async for source in ingest_files(PatientSender(client), sources, report):
                progress.advance(files, _size(source))
    return report


def _size(source: Source) -> int:
    try:
        return source.path.stat().st_size
    except OSError:
        return 0


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=ERR,
        transient=True,
    )


def _print(report: Report) -> None:
    for failure in report.failures:
        ERR.print(f"[red]failed[/red] {escape(failure['path'])}: {escape(failure['reason'])}")
    summary = report.as_json()
    counts = ", ".join(f"{count} {status}" for status, count in summary["counts"].items())
    chunks = summary["chunks"]
    OUT.print(f"{counts}; chunks: {chunks['embedded']} embedded, {chunks['reused']} reused")
