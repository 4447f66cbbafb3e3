"""Compare what the store holds of a document with what its manifest says."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from netgpt_docs_service.domain.chunks import Chunk
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.store.interface import DocumentStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A recount of one document against the store."""

    manifest: Manifest
    chunks_found: int
    missing: tuple[int, ...]
    """Indices of chunks that the manifest promises and that are not there."""
    text_matches: bool

    @property
    def is_whole(self) -> bool:
        """Whether the store holds exactly what the manifest says."""
        is_complete = not self.missing and self.chunks_found == self.manifest.chunk_count
        return self.text_matches and is_complete


@dataclass(frozen=True, slots=True)
class Examined:
    """A document as it was read to verify it."""

    verification: Verification
    chunks: list[Chunk]
    text: str


async def examine(store: DocumentStore, tenant: str, manifest: Manifest) -> Examined:
    """Read the generation that `manifest` names, count it and compare its text.

    What was found wrong means something only if the manifest stands unmoved afterwards. Raises
    DocumentDamaged when a chunk cannot be read.
    """
    chunks = await store.chunks(tenant, manifest)
    counted = await store.count_chunks(tenant, manifest.doc_id, str(manifest.generation))
    text = rebuilt_text(chunks)
    found = {chunk.index for chunk in chunks}
    verification = Verification(
        manifest=manifest,
        chunks_found=counted,
        missing=tuple(index for index in range(manifest.chunk_count) if index not in found),
        text_matches=_is_text_of(manifest, text),
    )
    return Examined(verification, chunks, text)


def _is_text_of(manifest: Manifest, text: str) -> bool:
    try:
        written = text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair is no text of anybody
        return False
    is_same = hashlib.sha256(written).hexdigest() == manifest.content_sha256
    return is_same and len(text) == manifest.char_count


def rebuilt_text(chunks: Sequence[Chunk]) -> str:
    """Return the text that `chunks`, which touch or overlap, were cut from."""
    parts: list[str] = []
    position = 0
    for chunk in chunks:
        parts.append(chunk.text[max(0, position - chunk.char_start) :])
        position = chunk.char_end
    return "".join(parts)


def has_words(text: str) -> bool:
    """Whether any model reads something in it: punctuation alone may come to no token."""
    return any(character.isalnum() for character in text)
