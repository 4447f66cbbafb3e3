"""Embeddings in OpenAI's shape: the vectors, what they cost, and every refusal."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import numpy as np
import pytest

from netgpt_docs_service.api.state import State
from tests.support.edge import Edge
from tests.support.fakes import DIMENSION, MAX_TOKENS, HashEmbedder
from tests.support.services import MODEL

TEXTS = ["a licence of every file", "removed after thirty days", "answers on the list"]
TOKEN_IDS = "token ids belong to the tokenizer of another model"
WRONG: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "no texts": ({"input": []}, "input is empty", "input"),
    "an empty text": ({"input": ""}, "text 0 is empty", "input[0]"),
    "an empty text of many": ({"input": ["a", ""]}, "text 1 is empty", "input[1]"),
    "a blank text": ({"input": ["a", " \n"]}, "text 1 is blank", "input[1]"),
    "NUL": ({"input": ["a", "b", "c\0d"]}, "text 2 holds NUL at offset 1", "input[2]"),
    "too many texts": (
        {"input": ["a"] * 2049},
        "input holds 2049 texts; at most 2048 are allowed",
        "input",
    ),
    "too many characters": (
        {"input": ["a", "b" * 65_537]},
        "text 1 has 65537 characters; at most 65536 are allowed",
        "input[1]",
    ),
    "100,000 tokens": (
        {"input": ["a", "b " * 100_000]},
        "text 1 has 200000 characters; at most 65536 are allowed",
        "input[1]",
    ),
    "too many tokens": (
        {"input": ["a", "b " * MAX_TOKENS]},
        "text 1 has 66 tokens; the model takes 64",
        "input",
    ),
    "token ids": ({"input": [1, 2]}, TOKEN_IDS, "input"),
    "lists of token ids": ({"input": [[1, 2], [3]]}, TOKEN_IDS, "input"),
    "very many token ids": ({"input": [[1] * 1_000] * 100}, TOKEN_IDS, "input"),
    "token ids among texts": ({"input": ["a", 2]}, TOKEN_IDS, "input"),
    "an item that is no text": ({"input": ["a", None]}, "text 1 is not a string", "input"),
    "an object": ({"input": {}}, "input: Input should be a valid string", "input"),
    "other dimensions": (
        {"dimensions": DIMENSION * 2},
        "dimensions is 64; vectors of tests/hash have 32, and are not shortened",
        "dimensions",
    ),
    "another format": ({"encoding_format": "int8"}, "'float' or 'base64'", "encoding_format"),
    "another kind": ({"input_type": "title"}, "'query' or 'passage'", "input_type"),
    "an unknown field": ({"truncate": True}, "truncate: Extra inputs are not", "truncate"),
}


async def embed(client: httpx.AsyncClient, **more: Any) -> httpx.Response:  # noqa: ANN401  JSON
    return await client.post("/v1/embeddings", json={"model": "hash", "input": TEXTS, **more})


async def test_an_answer_has_openais_shape(acme: httpx.AsyncClient) -> None:
    answer = (await embed(acme)).json()

    expected = [await HashEmbedder().embed_query(text) for text in TEXTS]
    assert answer == {
        "object": "list",
        "data": [
            {"object": "embedding", "index": index, "embedding": vector}
            for index, vector in enumerate(expected)
        ],
        "model": "tests/hash",
        "usage": {"prompt_tokens": 19, "total_tokens": 19},
    }


async def test_base64_holds_the_same_vectors_as_little_endian_floats(
    acme: httpx.AsyncClient,
) -> None:
    floats = (await embed(acme)).json()["data"]

    coded = (await embed(acme, encoding_format="base64")).json()["data"]

    vectors = [np.frombuffer(base64.b64decode(each["embedding"]), "<f4") for each in coded]
    assert [each["index"] for each in coded] == [0, 1, 2]
    assert np.array_equal(vectors, np.array([each["embedding"] for each in floats], "<f4"))


async def test_a_text_alone_is_a_list_of_one(acme: httpx.AsyncClient) -> None:
    alone, listed = [(await embed(acme, input=sent)).json() for sent in (TEXTS[0], TEXTS[:1])]

    assert alone == listed


async def test_questions_get_the_prefix_of_questions(acme: httpx.AsyncClient) -> None:
    kinds = [{}, {"input_type": "passage"}, {"input_type": "query"}]

    plain, passages, questions = [(await embed(acme, **kind)).json() for kind in kinds]

    assert plain == passages
    assert questions["usage"]["total_tokens"] == passages["usage"]["total_tokens"] + len(TEXTS)


@pytest.mark.parametrize(
    ("text", "tokens"), [("a", 3), ("\U00013000", 3), ("\U00013000 \U00013001 \U00013002", 5)]
)
async def test_texts_of_one_token_or_of_unknown_ones_have_a_vector(
    acme: httpx.AsyncClient, text: str, tokens: int
) -> None:
    answer = (await embed(acme, input=text)).json()

    assert np.linalg.norm(answer["data"][0]["embedding"]) == pytest.approx(1)
    assert answer["usage"]["total_tokens"] == tokens


async def test_2048_texts_full_of_commas_are_taken(acme: httpx.AsyncClient) -> None:
    answer = await embed(acme, input=["one, two, three, " + "[{," * 600] * 2048)

    assert len(answer.json()["data"]) == 2048


async def test_the_models_own_dimensions_and_a_user_are_accepted(acme: httpx.AsyncClient) -> None:
    answer = await embed(acme, dimensions=DIMENSION, user="ann")

    assert answer.status_code == 200


@pytest.mark.parametrize("name", [MODEL.name, "hash", MODEL.nickname])
async def test_the_model_is_known_by_its_name_its_last_part_and_its_setting(
    acme: httpx.AsyncClient, name: str
) -> None:
    assert (await embed(acme, model=name)).json()["model"] == MODEL.name


@pytest.mark.parametrize("case", WRONG)
async def test_what_can_never_work_is_422_and_named(acme: httpx.AsyncClient, case: str) -> None:
    sent, said, param = WRONG[case]

    answer = await embed(acme, **sent)

    error = answer.json()["error"]
    assert answer.status_code == 422
    assert said in error["message"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)


async def test_a_lone_surrogate_is_refused_with_its_place(acme: httpx.AsyncClient) -> None:
    body = b'{"model": "hash", "input": ["a", "b\\ud800"]}'

    answer = await acme.post(
        "/v1/embeddings", content=body, headers={"Content-Type": "application/json"}
    )

    assert (answer.status_code, answer.json()["error"]["param"]) == (422, "input[1]")
    assert "lone surrogate at offset 1" in answer.json()["error"]["message"]


@pytest.mark.parametrize("key", ["writer", "remover"])
async def test_a_key_without_the_scope_query_embeds_nothing(edge: Edge, key: str) -> None:
    async with edge.client(key) as client:
        answer = await embed(client)

    assert answer.status_code == 403
    assert answer.json()["error"]["type"] == "permission_error"


async def test_the_one_model_is_listed(acme: httpx.AsyncClient) -> None:
    answer = (await acme.get("/v1/models")).json()

    assert answer == {
        "object": "list",
        "data": [
            {
                "id": "tests/hash",
                "object": "model",
                "created": int(MODEL.loaded_at.timestamp()),
                "owned_by": "netgpt-docs-service",
            }
        ],
    }


@pytest.mark.parametrize("name", ["tests/hash", "tests%2Fhash", "hash"])
async def test_a_model_is_described_however_its_slash_is_sent(
    acme: httpx.AsyncClient, name: str
) -> None:
    assert (await acme.get(f"/v1/models/{name}")).json()["id"] == "tests/hash"


async def test_nothing_is_stored(acme: httpx.AsyncClient, state: State) -> None:
    await embed(acme)

    page = await state["services"].read.page("acme", condition=None, limit=10, cursor=None)
    assert page.total_count == 0
