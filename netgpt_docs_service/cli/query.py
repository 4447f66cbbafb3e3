"""`netgpt-docs query`: ask, and see the passages with their source and place."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.markup import escape

from netgpt_docs_service.cli.client import ApiClient
from netgpt_docs_service.cli.connect import connect
from netgpt_docs_service.cli.output import OUT, JsonOption, KeyOption, UrlOption, print_json, run
from netgpt_docs_service.cli.start import start_settings
from netgpt_docs_service.errors import InvalidInput


def query(  # noqa: PLR0913, PLR0917  a command's options are its arguments
    text: Annotated[str, typer.Argument(help="The question.")],
    top_k: Annotated[int, typer.Option("--top-k", help="Most passages to show.")] = 5,
    mode: Annotated[str, typer.Option(help="hybrid, dense or sparse.")] = "hybrid",
    condition: Annotated[str | None, typer.Option("--filter", help="A filter as JSON.")] = None,
    min_score: Annotated[float | None, typer.Option(help="Least cosine of a passage.")] = None,
    url: UrlOption = None,
    key: KeyOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Find the passages that answer a question."""
    body: dict[str, Any] = {"query": text, "top_k": top_k, "mode": mode}
    if min_score is not None:
        body["min_score"] = min_score

    async def ask() -> list[dict[str, Any]]:
        if condition is not None:
            body["filter"] = _parsed(condition)
        async with connect(start_settings(), url, key) as client:
            return await _ask(client, body)

    hits = run(ask, as_json=as_json)
    if as_json:
        print_json(hits)
        return
    print_hits(hits)


async def _ask(client: ApiClient, body: dict[str, Any]) -> list[dict[str, Any]]:
    hits: list[dict[str, Any]] = await client.call("POST", "/query", body=body)
    return hits


def _parsed(condition: str) -> object:
    try:
        return json.loads(condition)
    except ValueError as error:
        message = f"--filter is not JSON: {error}"
        raise InvalidInput(message) from error


def print_hits(hits: list[dict[str, Any]]) -> None:
    """Print passages best first: where each stands, how well it fits, its best sentence."""
    if not hits:
        OUT.print("nothing found")
    for number, hit in enumerate(hits, start=1):
        path = " › ".join(hit["heading_path"])  # noqa: RUF001  a breadcrumb, not a bracket
        place = f"{hit['doc_id']}{_pages(hit)}  characters {hit['char_start']}-{hit['char_end']}"
        OUT.print(
            f"[bold]{number}. {escape(place)}[/bold]  score {hit['score']:.3f} "
            f"(cosine {hit['dense_score']:.3f})"
        )
        if hit["speakers"]:
            said = "question and answer: " if hit["kind"] == "pair" else ""
            OUT.print(f"   [magenta]{said}{escape(', '.join(hit['speakers']))}[/magenta]")
        if path:
            OUT.print(f"   [cyan]{escape(path)}[/cyan]")
        OUT.print(f"   {escape(' '.join(hit['snippet'].split()))}")


def _pages(hit: dict[str, Any]) -> str:
    first, last = hit["page_start"], hit["page_end"]
    if first is None:
        return ""
    return f"  page {first}" if first == last else f"  pages {first}-{last}"
