"""From whole texts to the model's inputs, without holding up the event loop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from netgpt_docs_service.embedding.engine import padded_length
from netgpt_docs_service.embedding.interface import TextKind
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer
from netgpt_docs_service.embedding.observer import EmbeddingObserver, Lane
from netgpt_docs_service.errors import Overloaded, Unavailable

# A million characters take 0.25 to 0.6 s: texts that take more than 1 ms leave the event loop.
_INLINE_CHARS = 2_000
_CHARACTERS_PER_S = 1_700_000
# The chunker's bound; what a lane admits last waits for 20 s.
_MOST_CHARACTERS = 32_000_000


@dataclass(frozen=True, slots=True)
class Inputs:
    """Token ids as the model reads them, special tokens and prefix included, one list a text."""

    ids: Sequence[Sequence[int]]
    took_s: float

    @property
    def tokens(self) -> int:
        """Of all texts."""
        return sum(map(len, self.ids))

    @property
    def padded_tokens(self) -> int:
        """What the engine computes for them when each text runs alone."""
        return sum(padded_length(len(ids)) for ids in self.ids)


class InputMaker:
    """Tokenize questions and whole passages, each lane in a thread of its own.

    A question that is too long for the event loop never waits for anybody's megabytes of texts.
    """

    def __init__(self, tokenizer: ModelTokenizer, observer: EmbeddingObserver) -> None:
        """Start with nothing under way."""
        self._tokenizer = tokenizer
        self._observer = observer
        self._lock = threading.Lock()
        self._characters = dict.fromkeys(Lane, 0)
        self._pools = {lane: ThreadPoolExecutor(1, f"tokenizing-{lane}") for lane in Lane}
        self._is_closed = False

    async def make(self, lane: Lane, texts: Sequence[str], kind: TextKind) -> Inputs:
        """Return the inputs of `texts`, in order, whatever their length.

        Raises Overloaded when too many characters are being tokenized in `lane` or wait for it. A
        caller that is cancelled leaves at once; its thread stops after the text at hand.
        """
        characters = sum(map(len, texts))
        gone = threading.Event()
        if characters <= _INLINE_CHARS:
            return self._inputs(texts, kind, gone)
        with self._lock:
            self._admit(lane, len(texts), characters)
            job = self._pools[lane].submit(self._inputs, texts, kind, gone)
        job.add_done_callback(lambda _: self._release(lane, characters))
        return await _answer(job, gone)

    def close(self) -> None:
        """Take no more long texts, fail who waits and end the threads after the text at hand."""
        with self._lock:
            self._is_closed = True
        for pool in self._pools.values():
            pool.shutdown()

    def _inputs(self, texts: Sequence[str], kind: TextKind, gone: threading.Event) -> Inputs:
        started = time.perf_counter()
        ids: list[list[int]] = []
        for text in texts:
            if gone.is_set():
                break  # nobody reads the answer
            if self._is_closed:
                raise _closed()
            ids.append(self._input(text, kind))
        return Inputs(ids, time.perf_counter() - started)

    def _input(self, text: str, kind: TextKind) -> list[int]:
        tokenizer = self._tokenizer
        if kind is TextKind.QUERY:
            return tokenizer.query(text)
        return tokenizer.passage(tokenizer.tokenize(text).ids)

    def _admit(self, lane: Lane, texts: int, characters: int) -> None:
        if self._is_closed:
            raise _closed()
        waiting = self._characters[lane]
        if waiting and waiting + characters > _MOST_CHARACTERS:
            self._observer.refused(lane, texts=texts, tokens=0)
            msg = f"texts of {waiting} characters wait to be tokenized in the {lane} lane"
            raise Overloaded(msg, retry_after_s=waiting / _CHARACTERS_PER_S)
        self._characters[lane] += characters

    def _release(self, lane: Lane, characters: int) -> None:
        with self._lock:
            self._characters[lane] -= characters


async def _answer(job: Future[Inputs], gone: threading.Event) -> Inputs:
    # Shielded, as a job that is cancelled while it waits would be counted out, and yet keep its
    # texts in memory until the pool comes to it.
    try:
        return await asyncio.shield(asyncio.wrap_future(job))
    except asyncio.CancelledError:
        gone.set()
        raise


def _closed() -> Unavailable:
    return Unavailable("the embedding engine is shutting down")
