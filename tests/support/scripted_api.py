"""A service that answers as a test says, in this process, and a clock that only sleeping moves."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from netgpt_docs_service.cli.client import ApiClient
from netgpt_docs_service.cli.patient_sender import PatientSender

Answer = tuple[int, Any]


@dataclass(slots=True)
class ScriptedApi:
    """Answers each batch with what `answer` makes of its documents; keeps the ids it was sent."""

    answer: Callable[[Sequence[dict[str, Any]]], Answer]
    batches: list[list[str]] = field(default_factory=list)

    async def __call__(self, _: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI
        body = b""
        has_more = True
        while has_more:
            message = await receive()
            body += message.get("body", b"")
            has_more = message.get("more_body", False)
        documents = json.loads(body)["documents"]
        self.batches.append([each["doc_id"] for each in documents])
        status, content = self.answer(documents)
        kind = (b"content-type", b"application/json")
        await send({"type": "http.response.start", "status": status, "headers": [kind]})
        await send({"type": "http.response.body", "body": json.dumps(content).encode()})

    def client(self) -> ApiClient:
        transport = httpx.ASGITransport(app=self)
        return ApiClient(httpx.AsyncClient(base_url="http://scripted", transport=transport))


@dataclass(slots=True)
class SleepClock:
    """Time that passes in sleep only."""

    now_s: float = 0.0
    pauses_s: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.pauses_s.append(seconds)
        self.now_s += seconds

    def sender(self, api: ScriptedApi) -> PatientSender:
        return PatientSender(api.client(), now=self.now, sleep=self.sleep)


def stored(doc_id: str) -> dict[str, Any]:
    """Return an item with a receipt, as the service writes it: without null keys."""
    receipt = {"doc_id": doc_id, "status": "created", "chunks": 1, "embedded": 1, "reused": 0}
    return {"status": 201, "receipt": receipt}


def refused(status: int, detail: str, **more: int) -> dict[str, Any]:
    """Return an item with a problem, as the service writes it: without null keys."""
    return {"status": status, "problem": {"status": status, "detail": detail}, **more}
