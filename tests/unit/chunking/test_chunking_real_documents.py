from __future__ import annotations

import os
from pathlib import Path

import pytest

from netgpt_docs_service.chunking.interface import Tokenizer
from netgpt_docs_service.chunking.token_chunker import TokenChunker

pytestmark = [pytest.mark.model, pytest.mark.data]

LIMIT = 512


@pytest.fixture
def documents() -> list[str]:
    """Real reStructuredText, 30 to 150 kB each; every fourth one, to take seconds."""
    folder = Path(os.environ["NETGPT_TEST_DATA"]) / "peps"
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.rst"))[::4]]


def test_real_documents_are_cut_whole_and_into_full_chunks(
    model_tokenizer: Tokenizer, documents: list[str]
) -> None:
    chunker = TokenChunker(model_tokenizer, chunk_tokens=LIMIT, overlap_tokens=64)
    counts = []
    for text in documents:
        passages = chunker.split(text, media_type="text/x-rst")
        counts += [passage.token_count for passage in passages]
        assert all(text[each.char_start : each.char_end] == each.text for each in passages)
        assert (passages[0].char_start, passages[-1].char_end) == (0, len(text))
        assert any(passage.heading_path for passage in passages)
    chunker.close()
    assert max(counts) <= LIMIT
    assert sum(counts) / len(counts) >= 0.75 * LIMIT
