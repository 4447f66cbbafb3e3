"""Send files: what the service puts off is sent again, what it refuses is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from netgpt_docs_service.cli.client import ApiClient, ConnectionLost, FilePart, RequestFailed
from netgpt_docs_service.cli.outcomes import Outcome, failed, told
from netgpt_docs_service.cli.sources import FileSource, Source
from netgpt_docs_service.cli.steady_file import SteadyFile, UnreadableFile, opened
from netgpt_docs_service.errors import ConfigurationError

Fields: TypeAlias = Mapping[str, str]
"""What is said about every file of a request."""

_ENDS_ALL = frozenset({401, 403, 404, 405, 501})
"""The key may not do this, or the service cannot: no other file would fare better."""
_AWAY = 503
_PAUSE_S = 1.0


@dataclass(slots=True)
class PatientSender:
    """Send files until each is stored or has a reason; several tasks may share one.

    A wait longer than `patience_s` without one file getting further ends in the reason that the
    service gave last. The service keeps what it embedded of a file it put off, so a later ingest
    goes on from there.
    """

    client: ApiClient
    fields: Fields = field(default_factory=dict)
    patience_s: float = 600.0
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _got_further_s: float = field(init=False)
    _was_answered: bool = False

    def __post_init__(self) -> None:
        """Start to wait now."""
        self._got_further_s = self.now()

    async def send(self, sources: Sequence[Source]) -> AsyncIterator[tuple[Source, Outcome]]:
        """Yield every source with its final outcome, in the order they are done.

        Raises RequestFailed when no file at all can be sent, ConfigurationError when the service
        did not answer the first time.
        """
        waiting = list(sources)
        while waiting:
            outcomes = list(zip(waiting, await self._outcomes(waiting), strict=True))
            put_off = [(source, outcome) for source, outcome in outcomes if outcome.is_put_off]
            for source, outcome in outcomes:
                if not outcome.is_put_off:
                    self._got_further_s = self.now()
                    yield source, outcome
            waiting = [source for source, _ in put_off]
            if waiting and not await self._waited([outcome for _, outcome in put_off]):
                for each in put_off:
                    yield each
                return

    async def _waited(self, outcomes: Sequence[Outcome]) -> bool:
        pause_s = max(float(outcome.retry_after_s or _PAUSE_S) for outcome in outcomes)
        if self.now() + pause_s > self._got_further_s + self.patience_s:
            return False
        await self.sleep(pause_s)
        return True

    async def _outcomes(self, sources: Sequence[Source]) -> list[Outcome]:
        """Ask once for all that can be read, and then for each alone if need be."""
        with ExitStack() as stack:
            found = [_found(stack, source) for source in sources]
            ready = [
                (source, file)
                for source, file in zip(sources, found, strict=True)
                if not isinstance(file, Outcome)
            ]
            answered = iter(await self._answered(ready) if ready else ())
        return [file if isinstance(file, Outcome) else next(answered) for file in found]

    async def _answered(self, ready: Sequence[tuple[Source, SteadyFile | None]]) -> list[Outcome]:
        try:
            answer = await self._uploaded(ready)
        except (ConfigurationError, RequestFailed, UnreadableFile) as error:
            outcome = self._outcome_of(error)
            if len(ready) == 1 or outcome.is_put_off:
                return [outcome] * len(ready)
            return [(await self._outcomes([source]))[0] for source, _ in ready]
        self._was_answered = True
        return told(answer, [source.doc_id for source, _ in ready])

    async def _uploaded(self, ready: Sequence[tuple[Source, SteadyFile | None]]) -> Any:  # noqa: ANN401  an answer
        """Send files; one that is alone once more where the connection broke, as networks do."""
        upload = partial(self.client.upload, "/ingest/files", self._form(ready))
        try:
            return await upload(_parts(ready))
        except ConnectionLost:
            if len(ready) > 1:
                raise
        await self.sleep(_PAUSE_S)
        return await upload(_parts(ready))

    def _outcome_of(self, error: ConfigurationError | RequestFailed | UnreadableFile) -> Outcome:
        """Return what a request's failure means for its files; raises what means all files."""
        if isinstance(error, UnreadableFile):
            return Outcome(reason=str(error))
        if isinstance(error, ConnectionLost):  # as servers do to a body they will not take
            return Outcome(reason=f"{error.message}; the file may be too large for it")
        if isinstance(error, RequestFailed) and error.status not in _ENDS_ALL:
            return failed(error)
        if isinstance(error, ConfigurationError) and self._was_answered:  # it is restarted
            return Outcome(reason=error.message, status=_AWAY)
        raise error

    def _form(self, ready: Sequence[tuple[Source, SteadyFile | None]]) -> Fields:
        source = ready[0][0]
        if not source.goes_alone:
            return {**self.fields, "replace": "true"}
        url = {} if isinstance(source, FileSource) else {"source_url": source.url}
        return {**self.fields, "replace": "true", "doc_id": source.doc_id, **url}


def _found(stack: ExitStack, source: Source) -> SteadyFile | Outcome | None:
    if not isinstance(source, FileSource):
        return None
    try:
        return stack.enter_context(opened(source))
    except UnreadableFile as error:
        return Outcome(reason=str(error))


def _parts(ready: Sequence[tuple[Source, SteadyFile | None]]) -> list[FilePart]:
    return [(source.doc_id, file) for source, file in ready if file is not None]
