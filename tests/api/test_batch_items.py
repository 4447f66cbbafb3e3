"""What an item of a batch tells besides its problem."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn, cast

import httpx

from netgpt_docs_service.api.state import State
from netgpt_docs_service.errors import Overloaded

DOCUMENT = {"doc_id": "d", "text": "some text"}


class Refusing:
    """A chunker whose queue is full."""

    async def chunk(self, *_: object, **__: object) -> NoReturn:
        raise Overloaded(retry_after_s=1.2)


async def test_an_item_of_a_batch_says_when_to_try_again(
    acme: httpx.AsyncClient, state: State
) -> None:
    services = state["services"]
    cutter = replace(services.ingest.cutter, chunker=cast("Any", Refusing()))
    full = replace(services.ingest, cutter=cutter)
    many = replace(services.ingest_many, one=full)
    state["services"] = replace(services, ingest_many=many)

    answer = await acme.post("/ingest/batch", json={"documents": [DOCUMENT, {"doc_id": "e"}]})

    refused, bad = answer.json()
    assert (refused["status"], refused["retry_after_s"]) == (503, 2)
    assert (bad["status"], "retry_after_s" in bad) == (422, False)
