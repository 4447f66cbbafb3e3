"""Upload the demo's own files, ask one question of each, and check the page of the answer."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from rich.markup import escape

from netgpt_docs_service.cli.client import ApiClient, RequestFailed
from netgpt_docs_service.cli.demo_files import DemoFile, demo_files
from netgpt_docs_service.cli.outcomes import told
from netgpt_docs_service.errors import ServiceError

_NOT_SUPPORTED = 501


class DemoFailed(ServiceError):
    """The demo saw something that must not happen."""

    kind = "demo_failed"


async def show_files(client: ApiClient, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Return what was found in each file, nothing where the service reads no files.

    Raises DemoFailed when a hit names another page than the one that the answer is on.
    """
    files = demo_files()
    try:
        await _upload(client, files, say)
    except RequestFailed as error:
        if error.status != _NOT_SUPPORTED:
            raise
        say(f"\nno PDF and no DOCX: {escape(error.message)}")
        return []
    return [await _answer(client, file, say) for file in files]


async def _upload(client: ApiClient, files: Sequence[DemoFile], say: Callable[[str], None]) -> None:
    parts = [(file.name, io.BytesIO(file.content)) for file in files]
    answer = await client.upload("/ingest/files", {"replace": "true"}, parts)
    for file, outcome in zip(files, told(answer, [file.name for file in files]), strict=True):
        if outcome.stored is None:
            message = f"{file.name} was not ingested: {outcome.reason}"
            raise DemoFailed(message)
        extent = f"{len(file.content)} bytes, {outcome.stored.get('pages')} pages"
        say(f"\nuploaded {file.name}: {extent}, {outcome.stored['receipt']['chunks']} chunks")


async def _answer(client: ApiClient, file: DemoFile, say: Callable[[str], None]) -> dict[str, Any]:
    hits = await client.call("POST", "/query", body={"query": file.question, "top_k": 1})
    if not hits or hits[0]["doc_id"] != file.name or file.answer not in hits[0]["text"]:
        found = hits[0]["doc_id"] if hits else "nothing"
        message = f"{file.question!r} is answered in {file.name}, and {found} was found"
        raise DemoFailed(message)
    hit: dict[str, Any] = hits[0]
    pages = (hit["page_start"], hit["page_end"])
    if pages != (file.page, file.page):
        message = f"the answer is on page {file.page} of {file.name}, and the hit says {pages}"
        raise DemoFailed(message)
    snippet = escape(" ".join(hit["snippet"].split()))
    say(f"[bold green]? {file.question}[/bold green]")
    say(f"[bold]{file.name}, page {file.page}[/bold]: {snippet}")
    return {"question": file.question, "page": file.page, "hit": hit}
