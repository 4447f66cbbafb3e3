"""The model's own tokenizer, as the chunker and the engine need it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from netgpt_docs_service.errors import ModelUnavailable

# `encode` holds Python's GIL for its whole length: 1.0 s for 1,000,000 characters, in which the
# event loop stood still. `encode_batch` does not (worst gap 5 ms), and in pieces it also uses every
# core (0.25 s against 0.6 s) and hands its results over in small lists (gaps of 8 ms, not 86 ms).
_PIECE_CHARS = 16_000
# A single space or newline between two words begins a new word in every tokenizer's eyes, so
# pieces that begin there have the tokens of the whole. A text without any stays in one piece.
_CUT = re.compile(r"(?<=\S)[ \n](?=\S)")
_PROBE = "a"


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """The tokens of a text: ids, character offsets into it, and the word each belongs to.

    The three are equally long and hold no special tokens; word numbers never fall.
    """

    ids: Sequence[int]
    offsets: Sequence[tuple[int, int]]
    words: Sequence[int | None]


class ModelTokenizer:
    """Tokenize without truncation or padding; safe to call from several threads.

    Its settings are made once, here: a tokenizer whose limits change between calls gave other
    threads wrong lengths, silently.
    """

    def __init__(self, tokenizer: Tokenizer, *, query_prefix: str, passage_prefix: str) -> None:
        """Take `tokenizer` over; nothing else may change its settings."""
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._query_prefix = query_prefix
        head, self._tail = self._special_tokens()
        self._query_head = head
        self._passage_head = (*head, *self._prefix_ids(passage_prefix))

    @property
    def special_token_count(self) -> int:
        """Tokens that `passage` adds: special tokens and the passage prefix's."""
        return len(self._passage_head) + len(self._tail)

    def tokenize(self, text: str) -> TokenizedText:
        """Return all tokens of `text`, never truncated or padded, without special tokens."""
        pieces = list(_pieces(text))
        ids: list[int] = []
        offsets: list[tuple[int, int]] = []
        words: list[int | None] = []
        first_char = first_word = 0
        for piece, encoding in zip(pieces, self._encode(pieces), strict=True):
            numbers = encoding.word_ids
            ids += encoding.ids
            offsets += [(first_char + start, first_char + end) for start, end in encoding.offsets]
            words += [None if number is None else first_word + number for number in numbers]
            first_char += len(piece)
            first_word += 1 + max((number for number in numbers if number is not None), default=-1)
        return TokenizedText(ids, offsets, words)

    def query(self, text: str) -> list[int]:
        """Return the model's input for a question: special tokens, query prefix, text."""
        # Prefix and text go in together, as the model's authors do: no seam to argue about.
        ids = self.tokenize(self._query_prefix + text).ids
        return [*self._query_head, *ids, *self._tail]

    def passage(self, ids: Sequence[int]) -> list[int]:
        """Return the model's input for a passage: special tokens, passage prefix, `ids`."""
        return [*self._passage_head, *ids, *self._tail]

    def _encode(self, pieces: list[str]) -> list[Encoding]:
        return self._tokenizer.encode_batch(pieces, add_special_tokens=False)

    def _special_tokens(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        probe = self._tokenizer.encode(_PROBE)
        first = probe.special_tokens_mask.index(0)
        last = len(probe.ids) - probe.special_tokens_mask[::-1].index(0)
        return tuple(probe.ids[:first]), tuple(probe.ids[last:])

    def _prefix_ids(self, prefix: str) -> Sequence[int]:
        if not prefix:
            return ()
        probe = self.tokenize(_PROBE).ids
        joined = self.tokenize(prefix + _PROBE).ids
        if list(joined[-len(probe) :]) != list(probe):
            msg = f"this tokenizer joins the passage prefix {prefix!r} with the text after it"
            raise ModelUnavailable(msg)
        return joined[: -len(probe)]


def load_tokenizer(file: Path, *, query_prefix: str, passage_prefix: str) -> ModelTokenizer:
    """Read `file`, or raise ModelUnavailable when it is not a tokenizer."""
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises bare Exception for every broken file
        msg = f"{file} is not a tokenizer that this version of `tokenizers` reads: {error}"
        raise ModelUnavailable(msg) from error
    return ModelTokenizer(tokenizer, query_prefix=query_prefix, passage_prefix=passage_prefix)


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while cut := _CUT.search(text, start + _PIECE_CHARS):
        yield text[start : cut.start()]
        start = cut.start()
    yield text[start:]
