"""The words under which a chunk is found, and those that a question asks for."""

from __future__ import annotations

from netgpt_docs_service.domain.chunks import Chunk
from netgpt_docs_service.domain.documents import Manifest


def indexed_words(manifest: Manifest, chunk: Chunk) -> str:
    """Return what is indexed of a chunk: title, headings, text."""
    return "\n".join([manifest.fields.title or "", *chunk.heading_path, chunk.text])


def asked_words(question: str) -> str:
    """Return what a question asks the index for."""
    return question
