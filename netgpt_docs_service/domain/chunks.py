"""The pieces of a document: as the chunker cuts them and as the store keeps them."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.dialogue import SILENT, Speech
from netgpt_docs_service.domain.layout import PLAIN, Layout

Vector: TypeAlias = Sequence[float]
"""A dense embedding: float32 values, L2-normalised, as long as the model's dimension."""

_NAMESPACE = uuid.UUID("6f0b6a0e-7a3c-5d52-9a55-0d1b8e2f4c11")
_SEPARATOR = "\x1f"  # cannot occur in a tenant or a doc_id: control characters are refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A span of a document: `text == document_text[char_start:char_end]`, always.

    `token_ids` are the model's ids of `text` without special tokens; none of them means white
    space only: the span is stored, so that the text can be rebuilt, but never embedded.
    `token_count` includes the special tokens. `layout` is the part of the document's that belongs
    to this chunk, `in_chunk` the index of the chunk in which a pair starts.
    """

    index: int
    text: str
    char_start: int
    char_end: int
    token_ids: tuple[int, ...]
    token_count: int
    heading_path: tuple[str, ...] = ()
    page_start: int | None = None
    page_end: int | None = None
    kind: ChunkKind = ChunkKind.CHUNK
    speech: Speech = SILENT
    in_chunk: int | None = None
    layout: Layout = PLAIN

    @property
    def chunk_hash(self) -> str:
        """Name what is embedded: equal hashes have equal vectors under one model."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A stored passage, with the generation of its document that it belongs to."""

    doc_id: str
    generation: str
    sequence: int
    index: int
    text: str
    chunk_hash: str
    char_start: int
    char_end: int
    token_count: int
    heading_path: tuple[str, ...] = ()
    page_start: int | None = None
    page_end: int | None = None
    kind: ChunkKind = ChunkKind.CHUNK
    speech: Speech = SILENT
    in_chunk: int | None = None
    layout: Layout = PLAIN

    def point_id(self, tenant: str) -> str:
        """Return where `tenant`'s chunk or pair is stored."""
        return chunk_id(tenant, self.doc_id, self.generation, self.index, kind=self.kind)

    def searched_text(self, title: str | None) -> str:
        """Return what words find this chunk by: its document's title, its headings, its text."""
        return "\n".join([title or "", *self.heading_path, self.text])


@dataclass(frozen=True, slots=True)
class StoredVector:
    """A vector that some generation of a document already has, found by what it embeds."""

    generation: str
    chunk_hash: str
    vector: Vector


def generation_name(sequence: int, attempt: int) -> str:
    """Name the set of chunks that one attempt of one write makes."""
    return f"{sequence}-{attempt}"


def generation_sequence(generation: str) -> int:
    """Return the sequence of the write that made `generation`."""
    return int(generation.partition("-")[0])


def generation_begun_us(generation: str) -> int:
    """Return the microsecond from which the age of a set counts.

    An import writes at an old place in the order, so it numbers its attempt by the time it began;
    the attempts of every other write are small numbers.
    """
    sequence, _, attempt = generation.partition("-")
    return max(int(sequence), int(attempt or 0))


def chunk_id(
    tenant: str, doc_id: str, generation: str, index: int, *, kind: ChunkKind = ChunkKind.CHUNK
) -> str:
    """Return the point id of one chunk or pair: a uuid5, equal in every store and every process."""
    parts = (kind.value, tenant, doc_id, generation, str(index))
    return str(uuid.uuid5(_NAMESPACE, _SEPARATOR.join(parts)))


def manifest_id(tenant: str, doc_id: str) -> str:
    """Return the point id of a document's manifest."""
    return str(uuid.uuid5(_NAMESPACE, _SEPARATOR.join(("manifest", tenant, doc_id))))
