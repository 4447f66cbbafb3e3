"""`netgpt-docs ingest`: send files, show progress, report the bad ones and go on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from netgpt_docs_service.cli.connect import connect
from netgpt_docs_service.cli.file_fields import form_fields
from netgpt_docs_service.cli.file_ingest import Report, ingest_all
from netgpt_docs_service.cli.output import (
    ERR,
    OUT,
    JsonOption,
    KeyOption,
    UrlOption,
    exit_code_of,
    print_error,
    print_json,
    run,
)
from netgpt_docs_service.cli.patient_sender import Fields, PatientSender
from netgpt_docs_service.cli.sources import EVERYTHING, Source, UrlSource, find_sources
from netgpt_docs_service.cli.start import start_settings
from netgpt_docs_service.errors import ServiceError

_Ended: TypeAlias = tuple[Report, ServiceError | None]


def ingest(  # noqa: PLR0913, PLR0917  a command's options are its arguments
    paths: Annotated[list[Path] | None, typer.Argument(help="Files, and folders of files.")] = None,
    pattern: Annotated[str, typer.Option("--glob", help="Which below a folder.")] = EVERYTHING,
    urls: Annotated[
        list[str] | None,
        typer.Option("--source-url", help="A file that the service fetches itself; repeatable."),
    ] = None,
    doc_type: Annotated[str | None, typer.Option(help="What kind of documents they are.")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="A tag; repeatable.")] = None,
    intent: Annotated[str | None, typer.Option(help="What the documents are for.")] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(help="name=value, the value as JSON or text; a name given again is a list."),
    ] = None,
    url: UrlOption = None,
    key: KeyOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Ingest PDF, Office, web, mail and text files; unchanged ones cost nothing."""
    if not (paths or urls):
        message = "name a file, a folder or a --source-url"
        raise typer.BadParameter(message)

    async def work() -> _Ended:
        fields = form_fields(doc_type, intent, tags or (), metadata or ())
        sources: list[Source] = list(find_sources(paths or (), pattern))
        sources += [UrlSource(each) for each in urls or ()]
        return await _ingested(sources, fields, url, key)

    report, error = run(work, as_json=as_json)
    told = {"error": {"kind": error.kind, "message": error.message}} if error else {}
    if as_json:
        print_json(report.as_json() | told)
    else:
        _print(report.as_json())
    if error and not as_json:
        print_error(error.kind, error.message, as_json=False)
    if error or report.failures:
        raise typer.Exit(exit_code_of(error) if error else 1)


async def _ingested(
    sources: Sequence[Source], fields: Fields, url: str | None, key: str | None
) -> _Ended:
    """Return what became of the files; with the error that ended it, once there is any to tell."""
    report = Report()
    try:
        await _ingest_into(report, sources, fields, url, key)
    except ServiceError as error:
        if report.is_empty:
            raise
        return report, error
    return report, None


async def _ingest_into(
    report: Report, sources: Sequence[Source], fields: Fields, url: str | None, key: str | None
) -> None:
    async with connect(start_settings(), url, key) as client:
        with _progress() as progress:
            total = sum(each.size_bytes for each in sources)
            shown = progress.add_task(_count(0, sources), total=total)
            done: list[Source] = []

            def tell(source: Source) -> None:
                done.append(source)
                description = _count(len(done), sources)
                progress.update(shown, advance=source.size_bytes, description=description)

            await ingest_all(PatientSender(client, fields), sources, report, tell=tell)


def _count(done: int, sources: Sequence[Source]) -> str:
    return f"{done} of {len(sources)} files"


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=ERR,
        transient=True,
    )


def _print(report: dict[str, Any]) -> None:
    for each in report["warnings"]:
        _tell("yellow", "warning", each["path"], each["warning"])
    for each in report["duplicates"]:
        _tell("yellow", "duplicate", each["path"], f"it has the content of {each['duplicate_of']}")
    for each in report["failures"]:
        _tell("red", "failed", each["path"], each["reason"])
    counts = ", ".join(f"{count} {status}" for status, count in report["counts"].items())
    chunks = report["chunks"]
    OUT.print(
        f"{counts}; {report['pages']} pages; "
        f"chunks: {chunks['embedded']} embedded, {chunks['reused']} reused"
    )


def _tell(colour: str, what: str, path: str, text: str) -> None:
    ERR.print(f"[{colour}]{what}[/{colour}] {escape(path)}: {escape(text)}")
