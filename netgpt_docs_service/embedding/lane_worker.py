"""What one embedding thread does: units of one lane on one engine, failures kept apart."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from netgpt_docs_service.embedding.calls import Text, token_count
from netgpt_docs_service.embedding.engine import Engine
from netgpt_docs_service.embedding.niceness import lower_priority
from netgpt_docs_service.embedding.observer import EmbeddingObserver, Lane
from netgpt_docs_service.embedding.work_queue import WorkQueue
from netgpt_docs_service.errors import EmbeddingFailed, LimitExceeded
from netgpt_docs_service.observability.engine_run import EngineRun

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneWorker:
    """Embed the units of one lane on one engine, and tell what became of each text once."""

    lane: Lane
    engine: Engine
    workers: int
    """How many work in this lane, this one included."""
    max_tokens: int
    queue: WorkQueue
    observer: EmbeddingObserver

    def work(self) -> None:
        """Work until the queue closes, in the caller's thread; ingest lets other threads first."""
        if self.lane is Lane.INGEST:
            lower_priority([threading.get_native_id()])
        while unit := self.queue.take(self.lane):
            self._serve(unit)

    def _serve(self, unit: Sequence[Text]) -> None:
        wanted = self._wanted(self._short_enough(unit))
        if not wanted or self._run(wanted):
            return
        calls = [list(texts) for _, texts in groupby(wanted, key=lambda text: text.call)]
        if len(calls) == 1:
            self._fail(wanted)
            return
        # Somebody's text broke the run: alone, each call answers for its own.
        for texts in calls:
            alone = self._wanted(texts)
            if alone and not self._run(alone):
                self._fail(alone)

    def _short_enough(self, unit: Sequence[Text]) -> Sequence[Text]:
        """Fail the calls of inputs that the model would cut: whoever queued them did not check."""
        too_long = [text for text in unit if len(text.ids) > self.max_tokens]
        if not too_long:
            return unit
        self.observer.truncated(self.lane, texts=len(too_long))
        self.observer.failed(self.lane, texts=len(too_long), tokens=token_count(too_long))
        for text in too_long:
            msg = f"text {text.index} has {len(text.ids)} tokens; the model takes {self.max_tokens}"
            text.call.fail(LimitExceeded(msg))
        return [text for text in unit if len(text.ids) <= self.max_tokens]

    def _wanted(self, texts: Sequence[Text]) -> list[Text]:
        """Return the texts whose callers still wait; nobody computes the others."""
        wanted: list[Text] = []
        gone: list[Text] = []
        for text in texts:
            (gone if text.call.future.done() else wanted).append(text)
        if gone:
            self.observer.dropped(self.lane, texts=len(gone), tokens=token_count(gone))
        return wanted

    def _run(self, unit: Sequence[Text]) -> bool:
        started = time.perf_counter()
        try:
            vectors = self.engine.compute([text.ids for text in unit])
            answers = list(zip(unit, vectors, strict=True))
        except Exception:  # noqa: BLE001  the worker loop: the next unit is served all the same
            _LOG.exception("the engine failed on a unit", extra={"action": "embedding_failed"})
            self.observer.raised(_report(unit, started))
            return False
        report = _report(unit, started)
        self.queue.measured(
            self.lane, tokens=report.tokens, compute_s=report.compute_s, workers=self.workers
        )
        self.observer.finished(report)
        for text, vector in answers:
            text.call.fill(text.index, vector)
        return True

    def _fail(self, texts: Sequence[Text]) -> None:
        """Fail the one call that all of `texts` belong to."""
        self.observer.failed(self.lane, texts=len(texts), tokens=token_count(texts))
        texts[0].call.fail(EmbeddingFailed())


def _report(unit: Sequence[Text], started: float) -> EngineRun:
    return EngineRun(
        lane=unit[0].call.lane,
        texts=len(unit),
        tokens=token_count(unit),
        computed_tokens=len(unit) * max(text.width for text in unit),
        wait_s=started - min(text.call.queued_at for text in unit),
        compute_s=time.perf_counter() - started,
    )
