"""The passages between the cuts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from netgpt_docs_service.chunking.headings import Outline
from netgpt_docs_service.chunking.interface import Tokenizer
from netgpt_docs_service.chunking.overlaps import Overlaps
from netgpt_docs_service.chunking.units import Units
from netgpt_docs_service.domain.chunks import Passage
from netgpt_docs_service.domain.layout import Layout


@dataclass(frozen=True, slots=True)
class PassageMaker:
    """Turn cuts into passages with their overlap, their tokens and their headings."""

    text: str
    ids: Sequence[int]
    units: Units
    overlaps: Overlaps
    outline: Outline
    layout: Layout
    tokenizer: Tokenizer

    def passages(self, cuts: Sequence[int]) -> Iterator[Passage]:
        """Yield the passages between `cuts`, in order."""
        previous = 0
        for index, (cut, end) in enumerate(pairwise(cuts)):
            start = self.overlaps.start(cut, previous=previous, end=end) if cut else 0
            yield self._passage(index, start, cut=cut, end=end)
            previous = cut

    def _passage(self, index: int, start: int, *, cut: int, end: int) -> Passage:
        char_start = int(self.units.positions[start])
        char_end = int(self.units.positions[end])
        text = self.text[char_start:char_end]
        token_ids = self._token_ids(text, start, end)
        # White space only is never embedded, so it costs no special tokens either.
        special = self.tokenizer.special_token_count if token_ids else 0
        page_start, page_end = self.layout.pages_of(text, char_start)
        return Passage(
            index=index,
            text=text,
            char_start=char_start,
            char_end=char_end,
            token_ids=token_ids,
            token_count=len(token_ids) + special,
            heading_path=self.outline.path(self._first_word(cut)),
            page_start=page_start,
            page_end=page_end,
        )

    def _token_ids(self, text: str, start: int, end: int) -> tuple[int, ...]:
        """Return the document's own tokens, unless the passage begins or ends inside a word."""
        units = self.units
        if units.forced[start] or units.forced[end]:
            return tuple(self.tokenizer.tokenize(text).ids)
        return tuple(self.ids[units.token_at[start] : units.token_at[end]])

    def _first_word(self, cut: int) -> int:
        """Return where the text after `cut` begins; only the document's start may be blank."""
        has_words = cut or self.units.token_at[1]
        return int(self.units.positions[cut if has_words else 1])
