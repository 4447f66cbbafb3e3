"""Chunks and pairs as payloads of points, and back without loss."""

from __future__ import annotations

from typing import Any

from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.chunks import Chunk
from netgpt_docs_service.domain.dialogue import Speech
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.domain.layout import PLAIN, Heading, Layout
from netgpt_docs_service.store.payload_values import (
    maybe_number,
    maybe_whole_number,
    text,
    texts,
    whole_number,
    whole_numbers,
)
from netgpt_docs_service.store.payloads import (
    Kind,
    Payload,
    explained,
    filterable,
    without_none,
)


def chunk_payload(tenant: str, manifest: Manifest, chunk: Chunk) -> Payload:
    """Write a chunk or a pair down, with the fields of its document that can be filtered on.

    `chunk_index` of a pair is that of the chunk in which it starts.
    """
    is_pair = chunk.kind is ChunkKind.PAIR
    return without_none(
        {
            "tenant": tenant,
            "kind": Kind(chunk.kind.value).value,
            "doc_id": chunk.doc_id,
            "generation": chunk.generation,
            "sequence": chunk.sequence,
            "chunk_index": chunk.in_chunk if is_pair else chunk.index,
            "pair_index": chunk.index if is_pair else None,
            "text": chunk.text,
            "chunk_hash": chunk.chunk_hash,
            "char_start": chunk.char_start,
            "char_end": chunk.char_end,
            "page_start": chunk.page_start,
            "page_end": chunk.page_end,
            "heading_path": list(chunk.heading_path),
            "token_count": chunk.token_count,
            "speakers": list(chunk.speech.speakers) or None,
            "time_start_s": chunk.speech.time_start_s,
            "time_end_s": chunk.speech.time_end_s,
            "layout": None if chunk.layout == PLAIN else _layout_payload(chunk.layout),
            **filterable(manifest),
        }
    )


def chunk_of(payload: Payload) -> Chunk:
    """Read a chunk or a pair back; DocumentDamaged when it is none."""
    with explained(payload, "chunk"):
        return _chunk_of(payload)


def kind_of(payload: Payload) -> ChunkKind:
    """Return what the payload of a chunk or a pair is of."""
    return ChunkKind.PAIR if payload.get("kind") == Kind.PAIR.value else ChunkKind.CHUNK


def index_name(kind: ChunkKind) -> str:
    """Return under which name a payload has its index among those of its kind."""
    return "pair_index" if kind is ChunkKind.PAIR else "chunk_index"


def _chunk_of(payload: Payload) -> Chunk:
    kind = kind_of(payload)
    return Chunk(
        doc_id=text(payload, "doc_id"),
        generation=text(payload, "generation"),
        sequence=whole_number(payload, "sequence"),
        index=whole_number(payload, index_name(kind)),
        text=text(payload, "text"),
        chunk_hash=text(payload, "chunk_hash"),
        char_start=whole_number(payload, "char_start"),
        char_end=whole_number(payload, "char_end"),
        token_count=whole_number(payload, "token_count"),
        heading_path=texts(payload, "heading_path"),
        page_start=maybe_whole_number(payload, "page_start"),
        page_end=maybe_whole_number(payload, "page_end"),
        kind=kind,
        speech=_speech_of(payload),
        in_chunk=whole_number(payload, "chunk_index") if kind is ChunkKind.PAIR else None,
        layout=_layout_of(payload["layout"]) if "layout" in payload else PLAIN,
    )


def _speech_of(payload: Payload) -> Speech:
    return Speech(
        speakers=texts(payload, "speakers") if "speakers" in payload else (),
        time_start_s=maybe_number(payload, "time_start_s"),
        time_end_s=maybe_number(payload, "time_end_s"),
    )


def _layout_payload(layout: Layout) -> Payload:
    headings = None
    if layout.headings is not None:
        headings = [[each.start, each.end, each.level, each.title] for each in layout.headings]
    return without_none(
        {
            "page_starts": list(layout.page_starts) or None,
            "headings": headings,
            "turn_starts": list(layout.turn_starts) or None,
        }
    )


def _layout_of(payload: Payload) -> Layout:
    headings = payload.get("headings")
    return Layout(
        page_starts=whole_numbers(payload, "page_starts"),
        headings=None if headings is None else tuple(_heading_of(each) for each in headings),
        turn_starts=whole_numbers(payload, "turn_starts"),
    )


def _heading_of(values: Any) -> Heading:  # noqa: ANN401  JSON as the engine returns it
    start, end, level, title = values
    if not (type(start) is type(end) is type(level) is int and isinstance(title, str)):
        message = f"its heading {str(values)[:80]!r} is none"
        raise ValueError(message)
    return Heading(start, end, level, title)
