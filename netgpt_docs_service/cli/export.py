"""`netgpt-docs export`: write every document into one archive."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from netgpt_docs_service.cli.archive_file import STANDARD, ArchiveFile, begun_archive
from netgpt_docs_service.cli.fsck import TenantOption, check_tenant, no_document_of
from netgpt_docs_service.cli.output import ERR, JsonOption, print_json, run
from netgpt_docs_service.cli.start import start_settings
from netgpt_docs_service.cli.tool_progress import not_exported, print_not_exported, told_progress
from netgpt_docs_service.usecases.archive_lines import HeaderLine

if TYPE_CHECKING:
    from netgpt_docs_service.wiring.tools import StoreTools


@dataclass(frozen=True, slots=True, kw_only=True)
class _How:
    vectors: bool
    resume: bool
    allow_partial: bool


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
    allow_partial: Annotated[
        bool,
        typer.Option("--allow-partial", help="Name it FILE though damaged documents are missing."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Export documents; FILE appears when it is complete, and is FILE.part until then."""
    how = _How(vectors=vectors, resume=resume, allow_partial=allow_partial)
    summary = run(
        lambda: _export(path, tenant, how),
        as_json=as_json,
        is_stdout_taken=path == STANDARD,
    )
    if as_json and path != STANDARD:
        print_json(summary)
    elif as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False), err=True)
    else:
        _print(summary, path=path)
    if summary["not_exported"]:
        raise typer.Exit(1)


async def _export(path: Path, tenant: str | None, how: _How) -> dict[str, Any]:
    check_tenant(tenant)
    settings = start_settings()
    from netgpt_docs_service.wiring.tools import open_store_tools  # noqa: PLC0415  imports numpy

    async with open_store_tools(settings, process="netgpt-docs export") as tools:
        header = HeaderLine(
            created_at=datetime.now(UTC),
            model=tools.model,
            dimension=tools.dimension,
            with_vectors=how.vectors,
            tenant=tenant,
        )
        with begun_archive(path, header, resume=how.resume) as archive:
            return await _written(archive, tools, header, allow_partial=how.allow_partial)


async def _written(
    archive: ArchiveFile, tools: StoreTools, header: HeaderLine, *, allow_partial: bool
) -> dict[str, Any]:
    tally = archive.tally
    resumed_after = tally.documents
    if not archive.is_complete:
        total = await tools.export.most_documents()
        with told_progress() as tell:
            async for each in tools.export.documents(
                tenant=header.tenant,
                with_vectors=header.with_vectors,
                after=tally.last_id or None,
            ):
                archive.write(each)
                tell("documents", tally.documents, total)
    if header.tenant is not None and not (tally.documents or tally.skipped):
        archive.discard()
        raise no_document_of(header.tenant)
    written = archive.finish(allow_partial=allow_partial)
    return {
        "file": str(written),
        "documents": tally.documents,
        "chunks": tally.chunks,
        "with_vectors": header.with_vectors,
        "resumed_after": resumed_after,
        "not_exported": [not_exported(each) for each in tally.skipped],
    }


def _print(summary: dict[str, Any], *, path: Path) -> None:
    print_not_exported(summary["not_exported"])
    resumed = f", {summary['resumed_after']} of them before" if summary["resumed_after"] else ""
    ERR.print(f"exported {summary['documents']} documents, {summary['chunks']} chunks{resumed}")
    if summary["file"] != str(path):
        ERR.print(
            f"{escape(summary['file'])} keeps this name, because documents are missing from it: "
            "mend them and export again, or name it with --resume --allow-partial"
        )
