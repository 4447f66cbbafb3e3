"""A service that answers as a test says, in this process, and a clock that only sleeping moves."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import httpx
from python_multipart import parse_form

from netgpt_docs_service.cli.client import ApiClient
from netgpt_docs_service.cli.file_ingest import Report, ingest_all
from netgpt_docs_service.cli.patient_sender import Fields, PatientSender
from netgpt_docs_service.cli.sources import EVERYTHING, Source, find_sources

Answer: TypeAlias = tuple[int, Any]


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was received."""

    name: str
    content: bytes


@dataclass(slots=True)
class SentForm:
    """A form as it was received, in whole."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[SentFile] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [file.name for file in self.files]


@dataclass(slots=True)
class ScriptedApi:
    """Answers each form with what `answer` makes of it; keeps what it was sent.

    `script` answers the next forms instead; `answers` has what other routes answer, by their path.
    """

    answer: Callable[[SentForm], Answer]
    answers: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    script: list[Callable[[SentForm], Answer]] = field(default_factory=list)
    forms: list[SentForm] = field(default_factory=list)
    takes_s: float = 0.0
    at_once: int = 0
    most_at_once: int = 0

    @property
    def batches(self) -> list[list[str]]:
        """The names of the files of each form."""
        return [form.names for form in self.forms]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI
        body = b""
        has_more = True
        while has_more:
            message = await receive()
            body += message.get("body", b"")
            has_more = message.get("more_body", False)
        if scope["path"] in self.answers:
            status, content = 200, self.answers[scope["path"]](json.loads(body or b"null"))
        else:
            form = received(dict(scope["headers"]), body)
            self.forms.append(form)
            status, content = await self._answered(form)
        kind = (b"content-type", b"application/json")
        await send({"type": "http.response.start", "status": status, "headers": [kind]})
        await send({"type": "http.response.body", "body": json.dumps(content).encode()})

    async def _answered(self, form: SentForm) -> Answer:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.takes_s)
        self.at_once -= 1
        answer = self.script.pop(0) if self.script else self.answer
        return answer(form)

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

    def sender(self, api: ScriptedApi, fields: Fields | None = None) -> PatientSender:
        return PatientSender(api.client(), fields or {}, now=self.now, sleep=self.sleep)


def received(headers: dict[bytes, bytes], body: bytes) -> SentForm:
    """Take a form apart as a service does."""
    form = SentForm()
    parse_form(
        {"Content-Type": headers[b"content-type"]},
        io.BytesIO(body),
        lambda sent: form.fields.update({_text(sent.field_name): _text(sent.value)}),
        lambda sent: form.files.append(_file(sent)),
    )
    return form


def answered(*items: dict[str, Any]) -> Answer:
    """Return the answer of /ingest/files with these items, stored and refused ones."""
    uploaded = [item for item in items if "receipt" in item]
    rejected = [item for item in items if "problem" in item]
    return 200, {"success": not rejected, "uploaded": uploaded, "rejected": rejected}


def stored(name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  fields of the item
    """Return a file that was stored, as the service writes it: without null keys."""
    receipt = {"doc_id": name, "status": "created", "chunks": 1, "embedded": 1, "reused": 0}
    item = {"doc_id": name, "filename": name, "status": "created", "receipt": receipt}
    return {**item, "warnings": [], "media_type": "text/plain", **more}


def refused(name: str, status: int, detail: str, **more: int) -> dict[str, Any]:
    """Return a file that was not, as the service writes it: without null keys."""
    return {"filename": name, "problem": {"status": status, "detail": detail}, **more}


def all_stored(form: SentForm) -> Answer:
    """Store every file."""
    return answered(*(stored(name) for name in form.names))


def away(_: SentForm) -> Answer:
    """Accept no connection."""
    message = "connection refused"
    raise httpx.ConnectError(message)


def hanging_up(form: SentForm) -> Answer:
    """End the connection over a form with a file named `large`; store the files of others."""
    if "large" not in form.names:
        return all_stored(form)
    message = ""
    raise httpx.WriteError(message)


async def reported(api: ScriptedApi, *paths: Path) -> Report:
    """Ingest what `paths` name; return what became of it."""
    report = Report()
    sources: list[Source] = list(find_sources(paths, EVERYTHING))
    await ingest_all(SleepClock().sender(api), sources, report)
    return report


async def reasons(sender: PatientSender, *sources: Source) -> dict[str, str]:
    """Send `sources`; return why each was refused, nothing for one that is stored."""
    return {source.doc_id: outcome.reason async for source, outcome in sender.send(sources)}


def _text(sent: bytes | None) -> str:
    return (sent or b"").decode()


def _file(sent: Any) -> SentFile:  # noqa: ANN401  the library's own
    with sent.file_object as file:
        file.seek(0)
        return SentFile(_text(sent.file_name), file.read())
