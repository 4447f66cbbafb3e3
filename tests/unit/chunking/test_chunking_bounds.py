"""The chunker takes on only so much at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from netgpt_docs_service.chunking import token_chunker
from netgpt_docs_service.chunking.interface import Tokenizer, Tokens
from netgpt_docs_service.chunking.token_chunker import TokenChunker
from netgpt_docs_service.errors import Overloaded


class HeldTokenizer:
    """A tokenizer that waits for `go_on`."""

    special_token_count = 2

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.go_on = threading.Event()

    def tokenize(self, text: str) -> Tokens:
        self.go_on.wait()
        return self._tokenizer.tokenize(text)


@pytest.fixture
def held(tokenizer: Tokenizer) -> HeldTokenizer:
    return HeldTokenizer(tokenizer)


@pytest.fixture
def held_chunker(held: HeldTokenizer) -> Iterator[TokenChunker]:
    made = TokenChunker(held, chunk_tokens=48, overlap_tokens=12)
    yield made
    held.go_on.set()
    made.close()


@pytest.mark.parametrize(("texts", "characters"), [(3, 1_000), (100, 3 * len("the cat sees."))])
async def test_what_does_not_fit_is_refused_at_once_and_fits_again_later(
    held_chunker: TokenChunker,
    held: HeldTokenizer,
    monkeypatch: pytest.MonkeyPatch,
    texts: int,
    characters: int,
) -> None:
    monkeypatch.setattr(token_chunker, "_MOST_TEXTS", texts)
    monkeypatch.setattr(token_chunker, "_MOST_CHARACTERS", characters)
    cutting = [
        asyncio.create_task(held_chunker.chunk("the cat sees.", media_type="text/plain"))
        for _ in range(3)
    ]
    await asyncio.sleep(0)

    with pytest.raises(Overloaded, match="3 texts of 39 characters"):
        await held_chunker.chunk("the cat sees.", media_type="text/plain")
    held.go_on.set()
    await asyncio.gather(*cutting)

    assert await held_chunker.chunk("the cat sees.", media_type="text/plain")
