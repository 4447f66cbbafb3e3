from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from netgpt_docs_service.embedding.model_folder import ModelFolder, open_model_folder
from netgpt_docs_service.embedding.model_tokenizer import ModelTokenizer, load_tokenizer
from tests.support.embedding_room import EmbeddingRoom, opened_room
from tests.support.models import RecordingObserver, make_bge_folder


@pytest.fixture
def bge(tmp_path: Path) -> Path:
    return make_bge_folder(tmp_path / "model")


@pytest.fixture
def bge_folder(bge: Path) -> ModelFolder:
    return open_model_folder(bge)


@pytest.fixture
def tokenizer(bge_folder: ModelFolder) -> ModelTokenizer:
    return load_tokenizer(bge_folder.tokenizer_file, query_prefix="", passage_prefix="")


@pytest.fixture
def observer() -> RecordingObserver:
    return RecordingObserver()


@pytest_asyncio.fixture
async def room(
    tokenizer: ModelTokenizer, observer: RecordingObserver
) -> AsyncIterator[EmbeddingRoom]:
    async with opened_room(tokenizer, observer) as room:
        yield room
