"""The steps that turn bytes into vectors, and the fingerprints that name them."""

from __future__ import annotations

import logging

from netgpt_docs_service.chunking.interface import Tokenizer
from netgpt_docs_service.chunking.token_chunker import TokenChunker
from netgpt_docs_service.domain.documents import Pipeline
from netgpt_docs_service.embedding.interface import ModelFingerprint
from netgpt_docs_service.embedding.measured_tokenizer import MeasuredTokenizer
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.wiring.model import fingerprint_digest

_LOG = logging.getLogger(__name__)
_EXTRACTOR = "text-1"
"""Names how bytes become text; what is sent to /ingest is stored as it was sent."""


def make_chunker(
    settings: Settings, tokenizer: ModelTokenizer, *, max_tokens: int, metrics: Metrics
) -> TokenChunker:
    """Return the chunker that the settings ask for, for a model that takes `max_tokens`."""
    chunk_tokens = min(settings.chunk_size, max_tokens)
    if chunk_tokens < settings.chunk_size:
        is_chosen = "chunk_size" in settings.model_fields_set
        _LOG.log(
            logging.WARNING if is_chosen else logging.INFO,
            "CHUNK_SIZE %d is more than %s takes: chunks have at most %d tokens",
            settings.chunk_size,
            settings.embedding_model,
            chunk_tokens,
        )
    measured: Tokenizer = MeasuredTokenizer(tokenizer, metrics)
    return TokenChunker(measured, chunk_tokens=chunk_tokens, overlap_tokens=settings.chunk_overlap)


def pipeline_of(chunker: TokenChunker, fingerprint: ModelFingerprint) -> Pipeline:
    """Name the steps of a process in one value."""
    return Pipeline(_EXTRACTOR, chunker.fingerprint, fingerprint_digest(fingerprint))
