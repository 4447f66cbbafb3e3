"""`netgpt-docs import`: write the documents of an archive into the store."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.markup import escape

from netgpt_docs_service.cli.archive_file import STANDARD, read_archive
from netgpt_docs_service.cli.fsck import TenantOption, check_tenant
from netgpt_docs_service.cli.output import ERR, OUT, JsonOption, print_json, run
from netgpt_docs_service.cli.start import start_settings
from netgpt_docs_service.cli.tool_progress import not_exported, print_not_exported, told_progress
from netgpt_docs_service.errors import InvalidInput
from netgpt_docs_service.usecases.archive import ArchiveDamaged, ArchiveReader
from netgpt_docs_service.usecases.archive_lines import HeaderLine
from netgpt_docs_service.usecases.import_documents import ImportDocuments, Imported, ImportStatus
from netgpt_docs_service.usecases.sweep import MAX_WRITE_AGE

_WRITTEN = {ImportStatus.IMPORTED, ImportStatus.COMPLETED}


@dataclass(slots=True)
class _Summary:
    documents: int = 0
    chunks: int = 0
    other_tenants: int = 0
    embedded: int = 0
    counts: Counter[ImportStatus] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    not_exported: list[dict[str, str]] = field(default_factory=list)

    def add(self, imported: Imported) -> None:
        self.counts[imported.status] += 1
        self.chunks += imported.chunks
        self.embedded += imported.embedded

    def warn(self, message: str) -> None:
        self.warnings.append(message)
        ERR.print(f"[yellow]warning:[/yellow] {escape(message)}")

    def as_document(self) -> dict[str, Any]:
        imported = sum(self.counts[status] for status in _WRITTEN)
        return {
            "documents": self.documents,
            "imported": imported,
            "skipped": self.documents - imported,
            "chunks": self.chunks,
            "embedded": self.embedded,
            "counts": {status.value: self.counts[status] for status in ImportStatus},
            "of_other_tenants": self.other_tenants,
            "not_exported": self.not_exported,
            "warnings": self.warnings,
        }


def import_archive(
    path: Annotated[Path, typer.Argument(metavar="FILE|-", help="The archive; - for stdin.")],
    tenant: TenantOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Import an archive; what stands already, or is newer here, is left as it is."""
    summary = run(lambda: _import(path, tenant), as_json=as_json)
    if as_json:
        print_json(summary.as_document())
    else:
        _print(summary)
    if tenant is not None and summary.documents == summary.other_tenants:
        raise typer.Exit(1)


def _print(summary: _Summary) -> None:
    print_not_exported(summary.not_exported)
    counts = ", ".join(
        f"{summary.counts[status]} {status.value.replace('_', ' ')}" for status in ImportStatus
    )
    others = f", {summary.other_tenants} of other tenants" if summary.other_tenants else ""
    OUT.print(f"{summary.documents} documents: {counts}{others}")
    OUT.print(f"{summary.chunks} chunks written, {summary.embedded} embedded")


async def _import(path: Path, tenant: str | None) -> _Summary:
    check_tenant(tenant)
    settings = start_settings()
    from netgpt_docs_service.wiring.tools import open_import  # noqa: PLC0415  imports numpy

    with _opened(path) as file:
        async with open_import(settings) as use_case:
            with told_progress() as tell:
                return await _imported(use_case, file, tenant, tell)


async def _imported(
    use_case: ImportDocuments,
    file: BinaryIO,
    tenant: str | None,
    tell: Callable[[str, int, int | None], None],
) -> _Summary:
    summary, reader = _Summary(), ArchiveReader()
    for number, line in read_archive(file, reader):
        if summary.documents == 0 and reader.header is not None:
            await _warn_of_age(use_case, reader.header, summary)
        summary.documents += 1
        tell("documents", summary.documents, None)
        if tenant not in (None, line.tenant):
            summary.other_tenants += 1
            continue
        try:
            summary.add(await use_case.import_(line))
        except InvalidInput as error:
            message = f"line {number}: {error.message}"
            raise ArchiveDamaged(message) from error
    if tenant is not None and summary.documents == summary.other_tenants:
        summary.warn(f"no document of tenant {tenant!r} is in the archive: is the name right?")
    summary.not_exported = [
        not_exported(each) for each in reader.tally.skipped if tenant in (None, each.tenant)
    ]
    if summary.not_exported:
        summary.warn(f"the export had to leave out {len(summary.not_exported)} documents")
    return summary


async def _warn_of_age(use_case: ImportDocuments, header: HeaderLine, summary: _Summary) -> None:
    if await use_case.may_undo_deletions(header.created_at):
        summary.warn(
            f"the archive is of {header.created_at:%Y-%m-%d %H:%M}: what was deleted since then "
            f"and more than {MAX_WRITE_AGE.days} days ago comes back"
        )


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if path == STANDARD:
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise InvalidInput(message) from error
    with file:
        yield file
