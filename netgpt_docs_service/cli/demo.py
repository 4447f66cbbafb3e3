"""`netgpt-docs demo`: the main job on real documents, start to end, in about a minute."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape

from netgpt_docs_service.cli.client import ApiClient, RequestFailed, document_path, remote_client
from netgpt_docs_service.cli.demo_answers import DemoFailed, show_files
from netgpt_docs_service.cli.demo_documents import installed_documents
from netgpt_docs_service.cli.demo_service import running_service
from netgpt_docs_service.cli.output import OUT, JsonOption, print_json, run
from netgpt_docs_service.cli.query import print_hits

MOST_CHUNKS = 400
_BATCH = 10
_LINE = "\n\nThis paragraph was added by the demo, to show that an edit embeds only what changed."
QUESTIONS = (
    "How do I limit the rate of requests of one client?",
    "Which server runs ASGI applications?",
    "How do I write log records as JSON?",
    "How is text split into tokens for a language model?",
    "Where can vectors be stored and searched?",
)


@dataclass(frozen=True, slots=True)
class _Demo:
    client: ApiClient
    documents: Sequence[dict[str, str]]
    is_quiet: bool

    def say(self, text: str) -> None:
        if not self.is_quiet:
            OUT.print(text)

    async def ingest_all(self) -> list[dict[str, Any]]:
        receipts: list[dict[str, Any]] = []
        for start in range(0, len(self.documents), _BATCH):
            batch = self.documents[start : start + _BATCH]
            items = await self.client.call("POST", "/ingest/batch", body={"documents": batch})
            for document, item in zip(batch, items, strict=True):
                if item.get("receipt") is None:
                    message = f"{document['doc_id']} was not ingested: {item.get('problem')}"
                    raise DemoFailed(message)
                receipts.append(item["receipt"])
        return receipts

    async def ask(self) -> list[dict[str, Any]]:
        answers = []
        for question in QUESTIONS:
            began = time.perf_counter()
            hits = await self.client.call("POST", "/query", body={"query": question, "top_k": 2})
            took_ms = (time.perf_counter() - began) * 1000
            self.say(f"\n[bold green]? {question}[/bold green]  ({took_ms:.0f} ms)")
            if not self.is_quiet:
                print_hits(hits)
            answers.append({"question": question, "took_ms": round(took_ms, 1), "hits": hits})
        return answers

    async def edit(self, doc_id: str) -> dict[str, Any]:
        document = next(each for each in self.documents if each["doc_id"] == doc_id)
        middle = document["text"].find("\n\n", len(document["text"]) // 2)
        middle = len(document["text"]) if middle < 0 else middle
        text = document["text"][:middle] + _LINE + document["text"][middle:]
        receipt: dict[str, Any] = await self.client.call(
            "POST", "/ingest", body={**document, "text": text}
        )
        return receipt

    async def delete(self, doc_id: str) -> int:
        answer = await self.client.call("DELETE", document_path(doc_id))
        condition = {"type": "eq", "key": "doc_id", "value": doc_id}
        body = {"query": QUESTIONS[0], "filter": condition}
        if await self.client.call("POST", "/query", body=body):
            message = f"{doc_id} was deleted and is still found"
            raise DemoFailed(message)
        try:
            await self.client.call("GET", document_path(doc_id))
        except RequestFailed:
            return int(answer["deleted_chunks"])
        message = f"{doc_id} was deleted and can still be read"
        raise DemoFailed(message)


def demo(*, as_json: JsonOption = False) -> None:
    """Start a service on a free port, ingest real documents, ask, edit, delete, shut down."""
    report = run(lambda: _demo(is_quiet=as_json), as_json=as_json)
    if as_json:
        print_json(report)


async def _demo(*, is_quiet: bool) -> dict[str, Any]:
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="netgpt-docs-demo-") as folder:
        async with (
            running_service(Path(folder)) as service,
            remote_client(service.address, service.key) as client,
        ):
            started_s = time.perf_counter() - began
            documents = await _chosen(client)
            steps = _Demo(client, documents, is_quiet)
            steps.say(f"started {service.address} with the bundled model in {started_s:.1f} s")
            report = await _walk(steps)
    steps.say(f"\nshut down cleanly; {time.perf_counter() - began:.0f} s in all")
    return report


async def _walk(steps: _Demo) -> dict[str, Any]:
    began = time.perf_counter()
    receipts = await steps.ingest_all()
    took_s = time.perf_counter() - began
    chunks = sum(each["chunks"] for each in receipts)
    steps.say(
        f"ingested {len(receipts)} descriptions of installed packages: {chunks} chunks "
        f"in {took_s:.1f} s, {chunks / took_s:.0f} chunks/s"
    )
    answers = await steps.ask()
    files = await show_files(steps.client, steps.say)
    again = await steps.ingest_all()
    unchanged = sum(each["status"] == "unchanged" for each in again)
    steps.say(f"\ningested everything again: {unchanged} of {len(again)} unchanged")
    if unchanged != len(again):
        message = f"{len(again) - unchanged} documents were not recognised as unchanged"
        raise DemoFailed(message)
    longest = max(receipts, key=lambda each: int(each["chunks"]))["doc_id"]
    edited = await steps.edit(longest)
    steps.say(
        f"edited one paragraph of {escape(longest)} ({edited['chunks']} chunks): "
        f"{edited['embedded']} embedded, {edited['reused']} reused"
    )
    gone = await steps.delete(longest)
    steps.say(f"deleted {escape(longest)}: {gone} chunks, not found any more")
    return {
        "receipts": receipts,
        "answers": answers,
        "files": files,
        "edited": edited,
        "deleted_chunks": gone,
    }


async def _chosen(client: ApiClient) -> list[dict[str, str]]:
    chosen: list[dict[str, str]] = []
    chunks = 0
    for document in await asyncio.to_thread(installed_documents):
        preview = await client.call("POST", "/ingest/preview", body=document)
        chunks += len(preview["chunks"])
        if chunks > MOST_CHUNKS:
            break
        chosen.append(document)
    return chosen
