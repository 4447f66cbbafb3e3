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

from netgpt_docs_service.cli.archive_file import STANDARD, read_archive
from netgpt_docs_service.cli.fsck import TenantOption
from netgpt_docs_service.cli.output import OUT, JsonOption, print_json, run
from netgpt_docs_service.cli.start import start_settings
from netgpt_docs_service.cli.tool_progress import told_progress
from netgpt_docs_service.errors import InvalidInput
from netgpt_docs_service.usecases.archive import ArchiveDamaged
from netgpt_docs_service.usecases.import_documents import ImportDocuments, Imported, ImportStatus

_WRITTEN = {ImportStatus.IMPORTED, ImportStatus.COMPLETED}


@dataclass(slots=True)
class _Summary:
    documents: int = 0
    chunks: int = 0
    other_tenants: int = 0
    embedded: int = 0
    counts: Counter[ImportStatus] = field(default_factory=Counter)

    def add(self, imported: Imported) -> None:
        self.counts[imported.status] += 1
        self.chunks += imported.chunks
        self.embedded += imported.embedded

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
        }


def import_archive(
    path: Annotated[Path, typer.Argument(metavar="FILE|-", help="The archive; - for stdin.")],
    tenant: TenantOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Import an archive; what stands already, or is newer here, is left as it is."""
    summary = run(lambda: _import(path, tenant), as_json=as_json).as_document()
    if as_json:
        print_json(summary)
        return
    counts = ", ".join(
        f"{count} {status.replace('_', ' ')}" for status, count in summary["counts"].items()
    )
    OUT.print(f"{summary['documents']} documents: {counts}")
    OUT.print(f"{summary['chunks']} chunks written, {summary['embedded']} embedded")


async def _import(path: Path, tenant: str | None) -> _Summary:
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
    summary = _Summary()
    for number, line in read_archive(file):
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
    return summary


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
