"""Talk to the service as any client would: over HTTP, or to an app opened in this process."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from netgpt_docs_service.errors import ConfigurationError, InvalidInput, ServiceError
from netgpt_docs_service.settings import Settings

_TOO_MANY, _UNAVAILABLE = 429, 503
_NEVER_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)
_UNKNOWN_TYPE = "application/octet-stream"  # what this machine makes of a suffix helps nobody
_TIMEOUT = httpx.Timeout(120.0, connect=5.0)


class RequestFailed(ServiceError):
    """The service answered with a problem document."""

    kind = "request_failed"

    def __init__(
        self, status: int, problem: Mapping[str, Any], *, retry_after_s: float | None = None
    ) -> None:
        """Keep the status and the problem as it was answered, and when to try again."""
        self.status = status
        self.retry_after_s = retry_after_s
        self.problem = dict(problem)
        said = str(problem.get("detail") or problem.get("title") or f"status {status}")
        faults = [each for each in problem.get("errors") or () if each["message"] not in said]
        details = [said, *(f"{each['pointer']}: {each['message']}" for each in faults)]
        super().__init__("; ".join(details))


class ConnectionLost(ConfigurationError):
    """The service took the connection and ended it before it answered."""


class FileContent(Protocol):
    """A file that can be read more than once."""

    def read(self, most_bytes: int = ..., /) -> bytes:
        """Return the next bytes, none at the end."""
        ...

    def seek(self, offset: int, whence: int = ..., /) -> int:
        """Go elsewhere in the file."""
        ...

    def tell(self) -> int:
        """Return where the next bytes are."""
        ...


FilePart: TypeAlias = tuple[str, FileContent]
"""A file to send, under this name."""


@dataclass(frozen=True, slots=True)
class ApiClient:
    """The calls that the commands need; problems become RequestFailed."""

    http: httpx.AsyncClient
    patience_s: float = 600.0

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: object | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> Any:  # noqa: ANN401  an answer is JSON of any shape
        """Return the JSON answer; waits and asks again while the service says Retry-After."""
        waited_s = 0.0
        while True:
            answer = await self._send(method, path, json=body, params=params)
            if answer.is_success:
                return _content(answer)
            pause_s = retry_after_s(answer)
            if pause_s is None or waited_s + pause_s > self.patience_s:
                status = answer.status_code
                raise RequestFailed(status, _problem(answer), retry_after_s=pause_s)
            await asyncio.sleep(pause_s)
            waited_s += pause_s

    async def upload(self, path: str, fields: Mapping[str, str], files: Sequence[FilePart]) -> Any:  # noqa: ANN401  as above
        """Send a form with files as they are read, and return the JSON answer; asks once."""
        parts: list[tuple[str, Any]] = [(name, (None, text)) for name, text in fields.items()]
        parts += [("files", (name, content, _UNKNOWN_TYPE)) for name, content in files]
        answer = await self._send("POST", path, files=parts)
        if answer.is_success:
            return _content(answer)
        problem = _problem(answer)
        raise RequestFailed(answer.status_code, problem, retry_after_s=retry_after_s(answer))

    async def _send(self, method: str, path: str, **content: Any) -> httpx.Response:  # noqa: ANN401  httpx's own
        try:
            return await self.http.request(method, path, **content)
        except UnicodeEncodeError as error:
            message = "what is asked for holds bytes that are not UTF-8"
            raise InvalidInput(message) from error
        except httpx.HTTPError as error:
            message = f"{self.http.base_url} does not answer: {str(error) or type(error).__name__}"
            is_away = isinstance(error, _NEVER_REACHED)
            raise (ConfigurationError if is_away else ConnectionLost)(message) from error


def retry_after_s(answer: httpx.Response) -> float | None:
    """Return how long an overloaded service asks us to wait; None when it did not."""
    if answer.status_code not in {_TOO_MANY, _UNAVAILABLE}:
        return None
    seconds = answer.headers.get("retry-after", "")
    return max(1.0, float(seconds)) if seconds.isdigit() else None


def document_path(doc_id: str, *rest: str) -> str:
    """Return the path of a document: its id is one segment, whatever it holds."""
    encoded = quote(doc_id, safe="", errors="surrogateescape").replace(
        ".", "%2E"
    )  # clients fold `..` away otherwise
    return "/".join(["/documents", encoded, *rest])


@asynccontextmanager
async def remote_client(url: str, key: str) -> AsyncIterator[ApiClient]:
    """Talk to the service at `url`; ConfigurationError when it or the key can be none."""
    if not (key.isascii() and key.isprintable()):
        message = "the key holds characters that no HTTP header carries; a key is printable ASCII"
        raise ConfigurationError(message)
    headers = {"Authorization": f"Bearer {key}"}
    try:
        http = httpx.AsyncClient(base_url=url, headers=headers, timeout=_TIMEOUT)
    except httpx.InvalidURL as error:
        message = f"{url} is not an address: {error}"
        raise ConfigurationError(message) from error
    async with http:
        yield ApiClient(http)


@asynccontextmanager
async def local_client(settings: Settings) -> AsyncIterator[ApiClient]:
    """Open the embedded store in this process and talk to the same app, without a socket."""
    from netgpt_docs_service.app import create_app  # noqa: PLC0415  seconds of imports
    from netgpt_docs_service.wiring.services import open_services  # noqa: PLC0415  as above

    key = secrets.token_urlsafe(32)
    private = settings.model_copy(
        update={"api_key": SecretStr(key), "api_key_file": None, "api_keys_file": None}
    )
    app = create_app(private, open_services=open_services)
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  ASGI
            await app({**scope, "state": dict(state or {})}, receive, send)

        headers = {"Authorization": f"Bearer {key}"}
        transport = httpx.ASGITransport(app=with_state)
        async with httpx.AsyncClient(
            base_url="http://embedded", headers=headers, transport=transport, timeout=_TIMEOUT
        ) as http:
            yield ApiClient(http)


def _content(answer: httpx.Response) -> Any:  # noqa: ANN401  an answer is JSON of any shape
    try:
        return answer.json()
    except ValueError as error:
        detail = f"{answer.url} answered something that is not JSON; is it this service?"
        raise RequestFailed(answer.status_code, {"detail": detail}) from error


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return {"title": f"status {answer.status_code}", "detail": answer.text[:200]}
    return problem
