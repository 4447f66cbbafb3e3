"""One caller's texts on their way through the engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field

from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.embedding.engine import padded_length
from netgpt_docs_service.embedding.observer import Lane

# Tokens in one run of the engine, padding included: what a question waits for at worst when it
# comes just after another. More buys nothing: on two cores in bf16 MiniLM does 14,300 tokens/s with
# 1 x 256 and 14,500 with 2, bge-small 7,200 and 7,600; 1 x 512 takes one core 0.17 s.
UNIT_TOKENS = 512


@dataclass(slots=True, eq=False)
class Call:
    """One caller's texts; a future that fails or is cancelled takes them off the queue."""

    lane: Lane
    size: int
    queued_at: float
    future: Future[list[Vector]] = field(default_factory=Future)
    _vectors: dict[int, Vector] = field(default_factory=dict)

    def fill(self, index: int, vector: Vector) -> None:
        """Keep the vector of text `index`; the last one answers the caller."""
        self._vectors[index] = vector
        if len(self._vectors) == self.size:
            with suppress(InvalidStateError):  # the caller has gone, or two workers ended at once
                self.future.set_result([self._vectors[each] for each in range(self.size)])

    def fail(self, error: Exception) -> None:
        """Answer the caller with `error`, unless it has gone or has its answer."""
        with suppress(InvalidStateError):
            self.future.set_exception(error)


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """One input of the model, special tokens included, and where its vector belongs."""

    call: Call
    index: int
    ids: Sequence[int]

    @property
    def width(self) -> int:
        """The length it is computed at when it runs alone."""
        return padded_length(len(self.ids))


def unit_rows(most: int) -> int:
    """Return the largest power of two up to `most`: how many texts a unit takes of so many.

    The engine keeps buffers and code for every shape it has met: 4,000 mixed texts added 11 % to
    the memory that 200 had taken with any number of rows, and 6 % with these.
    """
    return 1 << (most.bit_length() - 1)


def token_count(texts: Iterable[Text]) -> int:
    """Return how many tokens they have, padding left out."""
    return sum(len(text.ids) for text in texts)
