"""Routes in OpenAI's shapes: embeddings, and the model that makes them."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterator
from typing import Annotated
from urllib.parse import unquote

import numpy as np
from fastapi import APIRouter, Path, Response
from pydantic_core import to_json

from netgpt_docs_service.api.answers import Responses, openai_errors
from netgpt_docs_service.api.auth import QueryCaller
from netgpt_docs_service.api.body import StrictRoute
from netgpt_docs_service.api.schemas.embeddings import (
    EmbeddingsModel,
    EmbeddingsRequest,
    ModelList,
    ModelModel,
    UsageModel,
)
from netgpt_docs_service.api.state import StateDep
from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.embedding.interface import EmbeddedTexts

_VECTORS: Responses = {200: {"model": EmbeddingsModel, "description": "One vector for each text"}}


class EmbeddingsRoute(StrictRoute):
    """A route that takes many texts at once."""

    most_values = 110_000  # 2,048 texts are far fewer; lists of token ids are told what they are


router = APIRouter(tags=["embeddings"], route_class=EmbeddingsRoute)


@router.post("/v1/embeddings", responses=openai_errors(404, has_body=True) | _VECTORS)
async def create_embeddings(body: EmbeddingsRequest, _: QueryCaller, state: StateDep) -> Response:
    """Compute the vectors of whole texts, as OpenAI's API does; nothing is stored."""
    embed = state["services"].embed
    embedded = await embed.embed(body.to_texts())
    shape = _FORMATS[body.encoding_format]
    answer = await asyncio.to_thread(_written, embedded, embed.model.name, shape)
    return Response(answer, media_type="application/json")


@router.get("/v1/models", responses=openai_errors())
async def list_models(_: QueryCaller, state: StateDep) -> ModelList:
    """Name the embedding model."""
    return ModelList(data=[ModelModel.of(state["services"].embed.model)])


@router.get("/v1/models/{model:path}", responses=openai_errors(404))
async def read_model(
    model: Annotated[str, Path(description="Its slash may be sent as it is, or as `%2F`.")],
    _: QueryCaller,
    state: StateDep,
) -> ModelModel:
    """Describe the embedding model."""
    return ModelModel.of(state["services"].embed.model.named(unquote(model)))


def _written(embedded: EmbeddedTexts, model: str, shape: Callable[[Vector], bytes]) -> bytes:
    """Return the answer as JSON, written vector by vector and joined once.

    16 MB of numbers in one call would hold Python's lock, and with it the event loop, for 0.1 s
    even from a thread; so the loop waits about 20 ms.
    """
    return b"".join(_parts(embedded, model, shape))


def _parts(
    embedded: EmbeddedTexts, model: str, shape: Callable[[Vector], bytes]
) -> Iterator[bytes]:
    yield b'{"object":"list","data":['
    for index, vector in enumerate(embedded.vectors):
        comma = b"," if index else b""
        yield b'%b{"object":"embedding","index":%d,"embedding":%b}' % (comma, index, shape(vector))
    usage = UsageModel(prompt_tokens=embedded.tokens, total_tokens=embedded.tokens)
    yield b'],"model":%b,"usage":%b}' % (to_json(model), usage.model_dump_json().encode())


def _base64(vector: Vector) -> bytes:
    return b'"%b"' % base64.b64encode(np.asarray(vector, "<f4").tobytes())


_FORMATS: dict[str, Callable[[Vector], bytes]] = {"float": to_json, "base64": _base64}
