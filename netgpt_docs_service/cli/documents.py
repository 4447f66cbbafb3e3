"""`netgpt-docs documents`: list, show and delete what is stored."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from netgpt_docs_service.cli.client import document_path
from netgpt_docs_service.cli.connect import connect
from netgpt_docs_service.cli.output import OUT, JsonOption, KeyOption, UrlOption, print_json, run
from netgpt_docs_service.settings import load_settings

documents = typer.Typer(help="List, show and delete documents.", no_args_is_help=True)

DocId = Annotated[str, typer.Argument(help="The document's id.")]


@documents.command("list")
def list_documents(
    limit: Annotated[int, typer.Option(help="Documents on one page, at most 1000.")] = 100,
    cursor: Annotated[str | None, typer.Option(help="The next_cursor of the page before.")] = None,
    url: UrlOption = None,
    key: KeyOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """List documents, a page at a time."""
    params: dict[str, str | int] = {"limit": limit}
    if cursor:
        params["cursor"] = cursor

    async def fetch() -> dict[str, Any]:
        async with connect(load_settings(), url, key) as client:
            page: dict[str, Any] = await client.call("GET", "/documents", params=params)
            return page

    page = run(fetch, as_json=as_json)
    if as_json:
        print_json(page)
        return
    table = Table("doc_id", "title", "chunks", "tokens", "updated_at")
    for entry in page["entries"]:
        cells = (entry[name] for name in ("chunk_count", "token_count", "updated_at"))
        table.add_row(
            escape(entry["doc_id"]), escape(entry["title"] or ""), *(str(cell) for cell in cells)
        )
    OUT.print(table)
    OUT.print(f"{len(page['entries'])} of {page['total_count']} documents")
    if page["next_cursor"]:
        OUT.print(f"more: --cursor {page['next_cursor']}")


@documents.command("show")
def show_document(
    doc_id: DocId, url: UrlOption = None, key: KeyOption = None, *, as_json: JsonOption = False
) -> None:
    """Show what is known about one document."""

    async def fetch() -> dict[str, Any]:
        async with connect(load_settings(), url, key) as client:
            manifest: dict[str, Any] = await client.call("GET", document_path(doc_id))
            return manifest

    manifest = run(fetch, as_json=as_json)
    if as_json:
        print_json(manifest)
        return
    for name, value in manifest.items():
        OUT.print(f"[bold]{name}[/bold]: {escape(str(value))}")


@documents.command("delete")
def delete_document(
    doc_id: DocId, url: UrlOption = None, key: KeyOption = None, *, as_json: JsonOption = False
) -> None:
    """Delete one document; it is gone for every reader at once."""

    async def delete() -> dict[str, Any]:
        async with connect(load_settings(), url, key) as client:
            answer: dict[str, Any] = await client.call("DELETE", document_path(doc_id))
            return answer

    answer = run(delete, as_json=as_json)
    if as_json:
        print_json(answer)
        return
    OUT.print(f"deleted {escape(doc_id)}: {answer['deleted_chunks']} chunks")
