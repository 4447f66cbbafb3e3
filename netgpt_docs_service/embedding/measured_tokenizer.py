"""The tokenizer as documents are cut with it, measured."""

from __future__ import annotations

import time

from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer, TokenizedText
from netgpt_docs_service.embedding.observer import EmbeddingObserver, Lane


class MeasuredTokenizer:
    """Tokenize as `inner` does, and tell the observer what that cost: it is ingest's work."""

    def __init__(self, inner: ModelTokenizer, observer: EmbeddingObserver) -> None:
        """Share `inner` with whoever else uses it."""
        self._inner = inner
        self._observer = observer

    @property
    def special_token_count(self) -> int:
        """Tokens that the engine adds to every passage: special tokens and the prefix's."""
        return self._inner.special_token_count

    def tokenize(self, text: str) -> TokenizedText:
        """Return all tokens of `text`, never truncated or padded, without special tokens."""
        started = time.perf_counter()
        tokens = self._inner.tokenize(text)
        took_s = time.perf_counter() - started
        self._observer.tokenized(Lane.INGEST, tokens=len(tokens.ids), took_s=took_s)
        return tokens
