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

    Raises DemoFailed when an answer is not on the page, or under the heading, that it is on.
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
        pages = outcome.stored.get("pages")
        extent = f"{pages} pages" if pages else "no pages"
        size = f"{len(file.content)} bytes, {extent}"
        say(f"\nuploaded {file.name} ({size}): {outcome.stored['receipt']['chunks']} chunks")


async def _answer(client: ApiClient, file: DemoFile, say: Callable[[str], None]) -> dict[str, Any]:
    hits = await client.call("POST", "/query", body={"query": file.question, "top_k": 1})
    if not hits or hits[0]["doc_id"] != file.name or file.answer not in hits[0]["text"]:
        found = hits[0]["doc_id"] if hits else "nothing"
        message = f"{file.question!r} is answered in {file.name}, and {found} was found"
        raise DemoFailed(message)
    hit: dict[str, Any] = hits[0]
    place = _checked_place(file, hit)
    say(f"[bold green]? {file.question}[/bold green]")
    say(f"[bold]{file.name}, {escape(place)}[/bold]: {escape(' '.join(hit['snippet'].split()))}")
    return {"question": file.question, "place": place, "hit": hit}


def _checked_place(file: DemoFile, hit: dict[str, Any]) -> str:
    """Return where the passage is, in words; DemoFailed when it is elsewhere."""
    if file.page is not None:
        pages = (hit["page_start"], hit["page_end"])
        if pages != (file.page, file.page):
            message = f"the answer is on page {file.page} of {file.name}, and the hit says {pages}"
            raise DemoFailed(message)
        return f"page {file.page}"
    if file.heading not in hit["heading_path"]:
        message = (
            f"the answer is under {file.heading!r} in {file.name}, and the hit says "
            f"{hit['heading_path']}"
        )
        raise DemoFailed(message)
    return f"under {file.heading!r} (a DOCX has no pages until it is printed)"
