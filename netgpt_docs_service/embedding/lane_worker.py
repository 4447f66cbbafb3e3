"""What one embedding thread does: units of one lane on one engine, failures kept apart."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from netgpt_docs_service.embedding.calls import Text
from netgpt_docs_service.embedding.engine import Engine
from netgpt_docs_service.embedding.niceness import lower_priority
from netgpt_docs_service.embedding.observer import EmbeddingObserver, Lane, UnitReport
from netgpt_docs_service.embedding.work_queue import WorkQueue
from netgpt_docs_service.errors import EmbeddingFailed, LimitExceeded

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneWorker:
    """Embed the units of one lane on one engine."""

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
        self._refuse_too_long(unit)
        wanted = _wanted(unit)
        if not wanted or self._run(wanted):
            return
        # Somebody's text broke the run: alone, each call answers for its own.
        calls = [list(texts) for _, texts in groupby(wanted, key=lambda text: text.call)]
        for texts in calls:
            if len(calls) == 1 or (_wanted(texts) and not self._run(texts)):
                texts[0].call.fail(EmbeddingFailed())

    def _refuse_too_long(self, unit: Sequence[Text]) -> None:
        """Fail the calls of inputs that the model would cut: whoever queued them did not check."""
        too_long = [text for text in unit if len(text.ids) > self.max_tokens]
        if not too_long:
            return
        self.observer.truncated(self.lane, texts=len(too_long))
        for text in too_long:
            msg = f"text {text.index} has {len(text.ids)} tokens; the model takes {self.max_tokens}"
            text.call.fail(LimitExceeded(msg))

    def _run(self, unit: Sequence[Text]) -> bool:
        started = time.perf_counter()
        try:
            vectors = self.engine.compute([text.ids for text in unit])
            answers = list(zip(unit, vectors, strict=True))
        except Exception:  # noqa: BLE001  the worker loop: the next unit is served all the same
            _LOG.exception("the engine failed on a unit", extra={"action": "embedding_failed"})
            self.observer.failed(_report(unit, started))
            return False
        report = _report(unit, started)
        self.queue.measured(
            self.lane, tokens=report.tokens, compute_s=report.compute_s, workers=self.workers
        )
        self.observer.finished(report)
        for text, vector in answers:
            text.call.fill(text.index, vector)
        return True


def _wanted(unit: Sequence[Text]) -> list[Text]:
    """Return the texts whose callers still wait."""
    return [text for text in unit if not text.call.future.done()]


def _report(unit: Sequence[Text], started: float) -> UnitReport:
    return UnitReport(
        lane=unit[0].call.lane,
        texts=len(unit),
        tokens=sum(len(text.ids) for text in unit),
        computed_tokens=len(unit) * max(text.width for text in unit),
        wait_s=started - min(text.call.queued_at for text in unit),
        compute_s=time.perf_counter() - started,
    )
