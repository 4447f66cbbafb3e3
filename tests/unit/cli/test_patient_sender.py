from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from netgpt_docs_service.cli.client import RequestFailed
from netgpt_docs_service.cli.patient_sender import refusal
from tests.support.scripted_api import Answer, ScriptedApi, SleepClock, refused, stored

A, B = {"doc_id": "a", "text": "a"}, {"doc_id": "b", "text": "b"}


async def test_an_item_without_a_receipt_is_a_reason() -> None:
    api = ScriptedApi(lambda _: (200, [refused(422, "NUL in text"), stored("b")]))

    items = [item async for item in SleepClock().sender(api).send([A, B])]

    assert [(at, refusal(item)) for at, item in items] == [(0, "NUL in text"), (1, None)]


async def test_put_off_items_wait_for_the_longest_time_asked_for() -> None:
    rounds = iter(
        [
            [refused(503, "busy", retry_after_s=3), refused(429, "busy", retry_after_s=7)],
            [stored("a"), refused(503, "busy")],
            [stored("b")],
        ]
    )
    api, clock = ScriptedApi(lambda _: (200, next(rounds))), SleepClock()

    items = [item async for item in clock.sender(api).send([A, B])]

    assert [refusal(item) for _, item in items] == [None, None]
    assert clock.pauses_s == [7, 1]
    assert api.batches == [["a", "b"], ["a", "b"], ["b"]]


async def test_patience_ends_with_the_reason_given_last() -> None:
    full = refused(503, "the disk is nearly full", retry_after_s=60)
    api, clock = ScriptedApi(lambda _: (200, [full])), SleepClock()

    items = [item async for item in clock.sender(api).send([A])]

    assert [refusal(item) for _, item in items] == ["the disk is nearly full"]
    assert clock.now_s == 600


async def test_a_document_that_gets_through_renews_the_patience() -> None:
    def late(documents: Sequence[dict[str, Any]]) -> Answer:
        needed_s = {"a": 500, "b": 1000}
        return 200, [
            stored(each["doc_id"])
            if clock.now_s >= needed_s[each["doc_id"]]
            else refused(503, "busy", retry_after_s=100)
            for each in documents
        ]

    clock = SleepClock()
    items = [item async for item in clock.sender(ScriptedApi(late)).send([A, B])]

    assert [refusal(item) for _, item in items] == [None, None]


async def test_a_batch_that_is_refused_is_sent_one_by_one() -> None:
    def small_ones_only(documents: Sequence[dict[str, Any]]) -> Answer:
        if any(each["doc_id"] == "a" for each in documents):
            return 413, {"status": 413, "detail": "the body is larger than 8 MiB"}
        return 200, [stored(each["doc_id"]) for each in documents]

    api = ScriptedApi(small_ones_only)
    items = [item async for item in SleepClock().sender(api).send([A, B])]

    assert [refusal(item) for _, item in items] == ["the body is larger than 8 MiB", None]
    assert api.batches == [["a", "b"], ["a"], ["b"]]


async def test_a_key_that_is_not_known_ends_it_at_once() -> None:
    api = ScriptedApi(lambda _: (401, {"status": 401, "detail": "a key is required"}))

    with pytest.raises(RequestFailed, match="a key is required"):
        _ = [item async for item in SleepClock().sender(api).send([A, B])]

    assert api.batches == [["a", "b"]]
