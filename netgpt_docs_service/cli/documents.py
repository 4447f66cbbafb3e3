"""`netgpt-docs documents`: list, show and delete what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from netgpt_docs_service.cli.client import document_path
from netgpt_docs_service.cli.connect import connect
from netgpt_docs_service.cli.output import OUT, JsonOption, KeyOption, UrlOption, print_json, run
from netgpt_docs_service.cli.start import start_settings

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
    params = {"limit": limit} | ({"cursor": cursor} if cursor else {})
    page = run(lambda: _call(url, key, "GET", "/documents", params), as_json=as_json)
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
    manifest = run(lambda: _call(url, key, "GET", document_path(doc_id)), as_json=as_json)
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
    answer = run(lambda: _call(url, key, "DELETE", document_path(doc_id)), as_json=as_json)
    if as_json:
        print_json(answer)
        return
    pairs = f", {answer['deleted_pairs']} pairs" if answer.get("deleted_pairs") else ""
    OUT.print(f"deleted {escape(doc_id)}: {answer['deleted_chunks']} chunks{pairs}")


async def _call(
    url: str | None,
    key: str | None,
    method: str,
    path: str,
    params: Mapping[str, str | int] | None = None,
) -> dict[str, Any]:
    async with connect(start_settings(), url, key) as client:
        answer: dict[str, Any] = await client.call(method, path, params=params)
        return answer
