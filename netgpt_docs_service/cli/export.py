"""`netgpt-docs export`: write every document into one archive."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from netgpt_docs_service.cli.archive_file import STANDARD, ArchiveFile, begun_archive
from netgpt_docs_service.cli.fsck import TenantOption
from netgpt_docs_service.cli.output import ERR, JsonOption, print_json, run
from netgpt_docs_service.cli.start import start_settings
from netgpt_docs_service.cli.tool_progress import told_progress
from netgpt_docs_service.usecases.archive_lines import HeaderLine
from netgpt_docs_service.usecases.export_documents import NotExported

if TYPE_CHECKING:
    from netgpt_docs_service.wiring.tools import StoreTools


def export(
    path: Annotated[Path, typer.Argument(metavar="FILE|-", help="The archive; - for stdout.")],
    tenant: TenantOption = None,
    *,
    vectors: Annotated[
        bool, typer.Option("--vectors", help="Chunks and vectors, too: nothing to embed again.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with FILE.part, or fail when it does not fit.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Export documents; FILE appears when it is complete, FILE.part is gone on with."""
    summary = run(lambda: _export(path, tenant, vectors=vectors, resume=resume), as_json=as_json)
    if as_json and path != STANDARD:
        print_json(summary)
    elif as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False), err=True)
    else:
        _print(summary)
    if summary["not_exported"]:
        raise typer.Exit(1)


async def _export(path: Path, tenant: str | None, *, vectors: bool, resume: bool) -> dict[str, Any]:
    settings = start_settings()
    from netgpt_docs_service.wiring.tools import open_store_tools  # noqa: PLC0415  imports numpy

    async with open_store_tools(settings, process="netgpt-docs export") as tools:
        header = HeaderLine(
            created_at=datetime.now(UTC),
            model=tools.model,
            dimension=tools.dimension,
            with_vectors=vectors,
            tenant=tenant,
        )
        with begun_archive(path, header, must_resume=resume) as archive:
            return await _written(archive, tools, header)


async def _written(archive: ArchiveFile, tools: StoreTools, header: HeaderLine) -> dict[str, Any]:
    failures: list[dict[str, str]] = []
    resumed_after = archive.tally.documents
    if not archive.is_complete:
        total = await tools.export.most_documents()
        with told_progress() as tell:
            async for each in tools.export.documents(
                tenant=header.tenant,
                with_vectors=header.with_vectors,
                after=archive.tally.last_id or None,
            ):
                if isinstance(each, NotExported):
                    failures.append(
                        {"tenant": each.tenant, "doc_id": each.doc_id, "reason": each.reason}
                    )
                else:
                    archive.write(each)
                tell("documents", archive.tally.documents, total)
    archive.finish()
    return {
        "documents": archive.tally.documents,
        "chunks": archive.tally.chunks,
        "with_vectors": header.with_vectors,
        "resumed_after": resumed_after,
        "not_exported": failures,
    }


def _print(summary: dict[str, Any]) -> None:
    for each in summary["not_exported"]:
        place = f"{each['tenant']}/{each['doc_id']}"
        ERR.print(f"[red]not exported[/red] {escape(place)}: {escape(each['reason'])}")
    resumed = f", {summary['resumed_after']} of them before" if summary["resumed_after"] else ""
    ERR.print(f"exported {summary['documents']} documents, {summary['chunks']} chunks{resumed}")
