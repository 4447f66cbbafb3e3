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
    pairs_found: int
    missing: tuple[int, ...]
    """Indices of chunks that the manifest promises and that are not there."""
    missing_pairs: tuple[int, ...]
    text_matches: bool
    """Whether the chunks are the text, and the pairs are parts of it."""

    @property
    def is_complete(self) -> bool:
        """Whether as much is there as the manifest says."""
        expected = (self.manifest.chunk_count, self.manifest.pair_count)
        is_counted = (self.chunks_found, self.pairs_found) == expected
        return is_counted and not self.missing and not self.missing_pairs

    @property
    def is_whole(self) -> bool:
        """Whether the store holds exactly what the manifest says."""
        return self.text_matches and self.is_complete


@dataclass(frozen=True, slots=True)
class Examined:
    """A document as it was read to verify it."""

    verification: Verification
    chunks: list[Chunk]
    pairs: list[Chunk]
    text: str


async def examine(store: DocumentStore, tenant: str, manifest: Manifest) -> Examined:
    """Read the generation that `manifest` names, count it and compare its text.

    What was found wrong means something only if the manifest stands unmoved afterwards. Raises
    DocumentDamaged when a chunk cannot be read.
    """
    chunks, pairs = await store.chunks(tenant, manifest), await store.pairs(tenant, manifest)
    name = (tenant, manifest.doc_id, str(manifest.generation))
    text = rebuilt_text(chunks)
    verification = Verification(
        manifest=manifest,
        chunks_found=await store.count_chunks(*name),
        pairs_found=await store.count_pairs(*name),
        missing=_missing(chunks, manifest.chunk_count),
        missing_pairs=_missing(pairs, manifest.pair_count),
        text_matches=_is_text_of(manifest, text)
        and all(text[pair.char_start : pair.char_end] == pair.text for pair in pairs),
    )
    return Examined(verification, chunks, pairs, text)


def _missing(found: Sequence[Chunk], count: int) -> tuple[int, ...]:
    there = {each.index for each in found}
    return tuple(index for index in range(count) if index not in there)


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
