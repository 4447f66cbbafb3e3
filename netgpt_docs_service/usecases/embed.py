"""Embed texts for a caller: exactly the vectors that ingest and search compute, nothing stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netgpt_docs_service.domain import rules
from netgpt_docs_service.domain.models import ServedModel
from netgpt_docs_service.embedding.interface import EmbeddedTexts, Embedder, TextKind
from netgpt_docs_service.errors import InvalidInput, LimitExceeded

MAX_TEXTS = 2048
MAX_CHARACTERS = 65_536
"""Of one text: no model of 8,192 tokens reads more of any language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextsToEmbed:
    """Whole texts, and what the caller expects of their vectors."""

    texts: Sequence[str]
    kind: TextKind
    model: str
    dimensions: int | None = None


@dataclass(frozen=True, slots=True)
class EmbedTexts:
    """Compute vectors with the model that documents are searched with."""

    embedder: Embedder
    model: ServedModel

    async def embed(self, wanted: TextsToEmbed) -> EmbeddedTexts:
        """Return one vector for each text, in order; errors name the text by its index.

        Raises ModelNotFound for another model, InvalidInput for other dimensions or a text that no
        model reads, LimitExceeded for too many texts or one that is too long: nothing is cut off.
        """
        self.model.named(wanted.model)
        self._check_dimensions(wanted.dimensions)
        _check_texts(wanted.texts)
        try:
            return await self.embedder.embed_texts(wanted.texts, kind=wanted.kind)
        except LimitExceeded as error:
            error.pointer = error.pointer or "/input"
            raise

    def _check_dimensions(self, dimensions: int | None) -> None:
        if dimensions not in (None, self.embedder.dimension):
            message = (
                f"dimensions is {dimensions}; vectors of {self.model.name} "
                f"have {self.embedder.dimension}, and are not shortened"
            )
            raise InvalidInput(message, pointer="/dimensions")


def _check_texts(texts: Sequence[str]) -> None:
    if not texts:
        message = "input is empty"
        raise InvalidInput(message, pointer="/input")
    if len(texts) > MAX_TEXTS:
        message = f"input holds {len(texts)} texts; at most {MAX_TEXTS} are allowed"
        raise LimitExceeded(message, pointer="/input")
    for index, text in enumerate(texts):
        rules.check_query(
            text, name=f"text {index}", most=MAX_CHARACTERS, pointer=f"/input/{index}"
        )
