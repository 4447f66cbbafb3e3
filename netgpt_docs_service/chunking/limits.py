"""How much one passage may hold."""

from __future__ import annotations

from dataclasses import dataclass

from netgpt_docs_service.errors import ConfigurationError

CHARACTERS_PER_TOKEN = 16
"""WordPiece makes one token of any word over 100 characters: tokens alone do not bound a text."""

_LEAST_TOKENS = 32
"""No tokenizer makes more of a single character (NFKC spells one of them with 18)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most a passage may hold, and the most it may repeat of the one before it."""

    tokens: int
    overlap_tokens: int

    def __post_init__(self) -> None:
        """Refuse sizes that no cutting could keep."""
        if self.tokens < _LEAST_TOKENS:
            message = f"{self.tokens} tokens of text per chunk; at least {_LEAST_TOKENS} are needed"
            raise ConfigurationError(message)
        if not 0 <= self.overlap_tokens <= self.tokens // 2:
            message = f"overlap of {self.overlap_tokens} tokens; half of {self.tokens} is the most"
            raise ConfigurationError(message)

    @property
    def characters(self) -> int:
        """Return the most characters of a passage, white space included."""
        return CHARACTERS_PER_TOKEN * self.tokens

    @property
    def overlap_characters(self) -> int:
        """Return the most characters that a passage repeats."""
        return CHARACTERS_PER_TOKEN * self.overlap_tokens
