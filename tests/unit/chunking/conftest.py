from __future__ import annotations

import random
import string
from collections.abc import Iterator

import pytest
from tokenizers import Tokenizer as RustTokenizer
from tokenizers import models, normalizers, pre_tokenizers

from netgpt_docs_service.chunking.interface import Tokenizer
from netgpt_docs_service.chunking.token_chunker import TokenChunker
from netgpt_docs_service.embedding.model_source import resolve_model
from netgpt_docs_service.embedding.model_tokenizer import TokenizedText

WORDS = [
    "the",
    "of",
    "and",
    "in",
    "to",
    "cat",
    "dog",
    "tree",
    "house",
    "river",
    "walks",
    "sees",
    "under",
    "over",
    "chapter",
]
MARKS = string.punctuation + "。！？中文"  # noqa: RUF001 - Chinese marks are meant


class WordPieceTokenizer:
    """A tokenizer of the `tokenizers` library behind the port."""

    special_token_count = 2

    def __init__(self, tokenizer: RustTokenizer) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer

    def tokenize(self, text: str) -> TokenizedText:
        found = self._tokenizer.encode(text, add_special_tokens=False)
        return TokenizedText.of(found)


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    letters = string.ascii_lowercase + string.digits
    pieces = ["[UNK]", *WORDS, *letters, *(f"##{letter}" for letter in letters), *MARKS]
    model = models.WordPiece(
        {piece: number for number, piece in enumerate(pieces)},
        unk_token="[UNK]",
        max_input_chars_per_word=100,
    )
    made = RustTokenizer(model)
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return WordPieceTokenizer(made)


@pytest.fixture
def model_tokenizer() -> Tokenizer:
    file = resolve_model("bundled", cache_dir=None, offline=True).tokenizer_file
    return WordPieceTokenizer(RustTokenizer.from_file(str(file)))


@pytest.fixture(scope="session")
def chunker(tokenizer: Tokenizer) -> Iterator[TokenChunker]:
    made = TokenChunker(tokenizer, chunk_tokens=48, overlap_tokens=12)
    yield made
    made.close()


@pytest.fixture(scope="session")
def roomy_chunker(tokenizer: Tokenizer) -> Iterator[TokenChunker]:
    """Make passages of many sentences, where the choice between boundaries is free."""
    made = TokenChunker(tokenizer, chunk_tokens=192, overlap_tokens=24)
    yield made
    made.close()


@pytest.fixture(scope="session")
def prose() -> str:
    chance = random.Random(11)
    sentences = [
        " ".join(chance.choices(WORDS, k=chance.randint(3, 14))).capitalize() + "."
        for _ in range(900)
    ]
    paragraphs = [" ".join(sentences[at : at + 4]) for at in range(0, len(sentences), 4)]
    return "\n\n".join(paragraphs)
