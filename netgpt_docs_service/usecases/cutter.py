"""Cut a document into what is stored of it: its chunks, and of a transcript its pairs, too."""

from __future__ import annotations

import asyncio
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from netgpt_docs_service.chunking.interface import Chunker
from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.chunks import Passage
from netgpt_docs_service.domain.dialogue import Exchange, Turn
from netgpt_docs_service.domain.documents import Document, DocumentFields, Pipeline
from netgpt_docs_service.domain.layout import PLAIN
from netgpt_docs_service.domain.layout_parts import parts_of
from netgpt_docs_service.usecases.dialogue.exchanges import best_exchanges, speech_in
from netgpt_docs_service.usecases.dialogue.named_turns import named_turns
from netgpt_docs_service.usecases.dialogue.recogniser import turns_of

TRANSCRIPT = "transcript"
"""The type of document in which turns are looked for."""
_TURNS = "turns-1"  # a new number whenever other turns or pairs are found in the same text
_LONGEST_PAIR = 8_000
"""Characters that are tried: more than any small model takes, and an example is no essay."""
_SENTENCE_END = re.compile("[.!?\u2026\u3002\uff01\uff1f\u061f][\"')\u00bb\u201d]*\\s|\\s")


@dataclass(frozen=True, slots=True)
class DocumentCutter:
    """Cut documents so that turns stay whole, with at most `max_pairs` questions with answers."""

    chunker: Chunker
    max_pairs: int

    def named(self, pipeline: Pipeline, fields: DocumentFields) -> Pipeline:
        """Return `pipeline` as it is for a document of `fields`: turns are part of a chunker."""
        if fields.doc_type != TRANSCRIPT:
            return pipeline
        return replace(pipeline, chunker=f"{pipeline.chunker}+{_TURNS}-{self.max_pairs}")

    def names(self, pipeline: Pipeline) -> tuple[str, ...]:
        """Return the names that `pipeline`'s chunker has, for documents of any type."""
        transcript = self.named(pipeline, DocumentFields(doc_type=TRANSCRIPT))
        return pipeline.chunker, transcript.chunker

    async def cut(self, document: Document) -> list[Passage]:
        """Return the chunks of `document` in order, each with its part of the layout, then pairs.

        Turns are looked for in a transcript; in another document those of its layout stay whole.
        Raises what the chunker does.
        """
        turns = await _turns(document)
        layout = document.layout
        if turns:
            layout = replace(layout, turn_starts=tuple(turn.char_start for turn in turns))
        chunks = await self.chunker.chunk(
            document.text, media_type=document.origin.markup, layout=layout
        )
        if document.layout != PLAIN:
            parts = parts_of(document.layout, [chunk.char_end for chunk in chunks])
            chunks = [replace(each, layout=part) for each, part in zip(chunks, parts, strict=True)]
        if not turns:
            return chunks
        chunks = [
            replace(each, speech=speech_in(turns, each.char_start, each.char_end))
            for each in chunks
        ]
        return [*chunks, *await self._pairs(document, turns, chunks)]

    async def _pairs(
        self, document: Document, turns: Sequence[Turn], chunks: Sequence[Passage]
    ) -> list[Passage]:
        exchanges = await asyncio.to_thread(
            best_exchanges, document.text, turns, most=self.max_pairs
        )
        spans = [(each, each.char_start) for each in exchanges]
        fitted = await self._fitted(document.text, spans)
        # A question that leaves no room for its answer begins where it comes to the point.
        again = [(each, each.asked_start) for each in exchanges if each.char_start not in fitted]
        fitted |= await self._fitted(document.text, again)
        ends = [chunk.char_end for chunk in chunks]
        pairs = [fitted[key] for key in sorted(fitted)]
        return [
            _pair(document, pair, index, chunks[bisect_right(ends, pair.char_start)])
            for index, pair in enumerate(pairs)
        ]

    async def _fitted(self, text: str, spans: Sequence[tuple[Exchange, int]]) -> dict[int, Passage]:
        """Return what fits the model of each exchange from a place on, if an answer is in it.

        By where the exchanges begin.
        """
        if not spans:
            return {}
        slices = [_slice(text, start, each.char_end) for each, start in spans]
        found = await self.chunker.beginnings(slices)
        return {
            each.char_start: _at(passage, start, each)
            for (each, start), passage in zip(spans, found, strict=True)
            if start + passage.char_end > each.answer_start and passage.token_ids
        }


async def _turns(document: Document) -> list[Turn]:
    if document.fields.doc_type != TRANSCRIPT:
        return []
    starts = document.layout.turn_starts
    if starts:  # the file itself said where: nothing is to be guessed
        return await asyncio.to_thread(named_turns, document.text, starts)
    return await asyncio.to_thread(turns_of, document.text)


def _slice(text: str, start: int, end: int) -> str:
    """Return `text[start:end]`, cut at a sentence, or else a word, if it is far too long."""
    if end - start <= _LONGEST_PAIR:
        return text[start:end]
    tried = text[start : start + _LONGEST_PAIR]
    ends = list(_SENTENCE_END.finditer(tried, _LONGEST_PAIR // 2))
    sentences = [each.end() for each in ends if not each[0].isspace()]
    words = [each.end() for each in ends]
    return tried[: (sentences or words or [_LONGEST_PAIR])[-1]].rstrip()


def _at(passage: Passage, start: int, exchange: Exchange) -> Passage:
    """Put a passage that was cut from the document's text at `start` where it belongs."""
    end = start + passage.char_end
    return replace(
        passage, char_start=start, char_end=end, speech=speech_in(exchange.turns, start, end)
    )


def _pair(document: Document, passage: Passage, index: int, chunk: Passage) -> Passage:
    page_start, page_end = document.layout.pages_of(passage.text, passage.char_start)
    return replace(
        passage,
        kind=ChunkKind.PAIR,
        index=index,
        in_chunk=chunk.index,
        heading_path=chunk.heading_path,
        page_start=page_start,
        page_end=page_end,
    )
