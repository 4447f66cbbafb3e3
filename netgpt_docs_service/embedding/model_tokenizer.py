"""The model's own tokenizer, as the chunker and the engine need it."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from netgpt_docs_service.errors import ModelUnavailable

# `encode` holds Python's GIL for its whole length: 1.0 s for 1,000,000 characters, in which the
# event loop stood still. `encode_batch` does not (worst gap 5 ms), and in pieces it also uses every
# core (0.25 s against 0.6 s) and hands its results over in small lists (gaps of 8 ms, not 86 ms).
_PIECE_CHARS = 16_000
# An Encoding takes 600 bytes for each token until it is dropped: no text is held in them whole.
_PIECES_AT_ONCE = 4
# A single space or newline between two words begins a new word in every tokenizer's eyes, so
# pieces that begin there have the tokens of the whole. A text without any stays in one piece.
_CUT = re.compile(r"(?<=\S)[ \n](?=\S)")
# BERT's also makes a word of every mark: another one begins after it. Brackets are not among these:
# a special token such as [SEP] is recognised in the text.
_BERT_CUT = re.compile(r"(?<=\S)[ \n](?=\S)|(?<=[!-/:;=?@^`{}~])(?=[!-~])")
_BERT = "BertPreTokenizer"
_PROBE = "a"
_NO_OFFSETS, _NO_WORDS = np.empty((0, 2), np.int32), np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """The tokens of a text: ids, character offsets into it, and the word each belongs to.

    The three are equally long and hold no special tokens; word numbers never fall, but for the -1
    of a token that belongs to none.
    """

    ids: Sequence[int]
    offsets: NDArray[np.int32]
    words: NDArray[np.int32]

    @classmethod
    def of(cls, encoding: Encoding) -> Self:
        """Return what the library found in one text."""
        words = [-1 if number is None else number for number in encoding.word_ids]
        offsets = np.array(encoding.offsets, np.int32).reshape(-1, 2)
        return cls(encoding.ids, offsets, np.array(words, np.int32))


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
        is_bert = type(tokenizer.pre_tokenizer).__name__ == _BERT
        self._cut = _BERT_CUT if is_bert else _CUT
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
        ids = array("i")  # as lists of Python's own numbers the three take four times the room
        offsets, words = [_NO_OFFSETS], [_NO_WORDS]
        first_char = first_word = 0
        for piece, encoding in self._encoded(_pieces(text, self._cut)):
            part = TokenizedText.of(encoding)
            ids.extend(part.ids)
            offsets.append(first_char + part.offsets)
            words.append(np.where(part.words < 0, part.words, first_word + part.words))
            first_char += len(piece)
            first_word += 1 + int(part.words.max(initial=-1))
        return TokenizedText(ids, np.concatenate(offsets), np.concatenate(words))

    def query(self, text: str) -> list[int]:
        """Return the model's input for a question: special tokens, query prefix, text."""
        # Prefix and text go in together, as the model's authors do: no seam to argue about.
        ids = self.tokenize(self._query_prefix + text).ids
        return [*self._query_head, *ids, *self._tail]

    def passage(self, ids: Sequence[int]) -> list[int]:
        """Return the model's input for a passage: special tokens, passage prefix, `ids`."""
        return [*self._passage_head, *ids, *self._tail]

    def _encoded(self, pieces: Iterator[str]) -> Iterator[tuple[str, Encoding]]:
        while group := list(islice(pieces, _PIECES_AT_ONCE)):
            encodings = self._tokenizer.encode_batch(group, add_special_tokens=False)
            yield from zip(group, encodings, strict=True)

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


def _pieces(text: str, place: re.Pattern[str]) -> Iterator[str]:
    start = 0
    while cut := place.search(text, start + _PIECE_CHARS):
        yield text[start : cut.start()]
        start = cut.start()
    yield text[start:]
