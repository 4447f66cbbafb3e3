"""What the clients of OpenAI and LangChain make of our answers; they speak to the application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import openai
import pytest
from langchain_openai import OpenAIEmbeddings

from tests.support.edge import SECRETS, Edge
from tests.support.fakes import HashEmbedder

TEXTS = ["a licence of every file", "removed after thirty days"]


@pytest.fixture
async def make_client(edge: Edge) -> AsyncIterator[Callable[[str], openai.AsyncOpenAI]]:
    """Makes clients with the key of a name."""
    async with edge.client(None) as transport:

        def make(key: str) -> openai.AsyncOpenAI:
            return openai.AsyncOpenAI(
                base_url="http://edge/v1",
                api_key=SECRETS[key],
                http_client=transport,  # type: ignore[arg-type]  # it takes httpx's client, too
                max_retries=0,
            )

        yield make


@pytest.fixture
def client(make_client: Callable[[str], openai.AsyncOpenAI]) -> openai.AsyncOpenAI:
    return make_client("reader")


@pytest.mark.parametrize("format_", [{}, {"encoding_format": "float"}])
async def test_the_client_reads_vectors_in_both_formats(
    client: openai.AsyncOpenAI, format_: dict[str, Any]
) -> None:
    answer = await client.embeddings.create(model="tests/hash", input=TEXTS, **format_)

    expected = [await HashEmbedder().embed_query(text) for text in TEXTS]
    assert np.allclose([each.embedding for each in answer.data], expected, atol=1e-7)
    assert (answer.model, answer.usage.total_tokens) == ("tests/hash", 13)


async def test_the_client_embeds_one_question(client: openai.AsyncOpenAI) -> None:
    answer = await client.embeddings.create(
        model="hash", input="which licence", extra_body={"input_type": "query"}
    )

    assert [each.index for each in answer.data] == [0]


async def test_the_client_lists_and_retrieves_the_model(client: openai.AsyncOpenAI) -> None:
    (listed,) = [each async for each in client.models.list()]

    assert await client.models.retrieve(listed.id) == listed


async def test_an_unknown_key_is_an_authentication_error(
    make_client: Callable[[str], openai.AsyncOpenAI],
) -> None:
    with pytest.raises(openai.AuthenticationError) as refused:
        await make_client("expired").models.list()

    assert (refused.value.code, refused.value.type) == ("invalid_api_key", "authentication_error")


async def test_another_model_is_not_found(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        await client.embeddings.create(model="text-embedding-3-small", input="a")

    assert refused.value.code == "model_not_found"
    assert refused.value.request_id


async def test_other_dimensions_are_unprocessable(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.UnprocessableEntityError) as refused:
        await client.embeddings.create(model="hash", input="a", dimensions=8)

    assert (refused.value.param, refused.value.code) == ("dimensions", "invalid_input")


async def test_langchain_embeds_documents_and_questions(edge: Edge) -> None:
    async with edge.client(None) as transport:
        embeddings = OpenAIEmbeddings(  # type: ignore[call-arg]  # mypy sees no aliases
            base_url="http://edge/v1",
            api_key=lambda: SECRETS["reader"],
            model="tests/hash",
            check_embedding_ctx_length=False,
            chunk_size=1,
            http_async_client=transport,
        )

        vectors = await embeddings.aembed_documents(TEXTS)
        question = await embeddings.aembed_query(TEXTS[0])

    expected = [await HashEmbedder().embed_query(text) for text in TEXTS]
    assert np.allclose(vectors, expected, atol=1e-7)
    assert np.allclose(question, expected[0], atol=1e-7)
