"""Routes that answer questions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from netgpt_docs_service.api.answers import problems
from netgpt_docs_service.api.auth import QueryCaller
from netgpt_docs_service.api.body import StrictRoute
from netgpt_docs_service.api.pointers import pointing_under
from netgpt_docs_service.api.schemas.query import HitModel, QueryBatchRequest, QueryRequest
from netgpt_docs_service.api.state import State, StateDep
from netgpt_docs_service.domain.search import Question
from netgpt_docs_service.usecases.search import Answer

router = APIRouter(tags=["query"], route_class=StrictRoute)


@router.post("/query", responses=problems(has_body=True))
async def query(
    body: QueryRequest,
    caller: QueryCaller,
    state: StateDep,
    request: Request,
    response: Response,
) -> list[HitModel]:
    """Find the passages that answer a question, best first."""
    answer = await _search(state, caller.tenant, body.to_question())
    response.headers["Server-Timing"] = _timing([answer], request)
    return _shown(body, answer)


@router.post("/query/batch", responses=problems(has_body=True))
async def query_batch(
    body: QueryBatchRequest,
    caller: QueryCaller,
    state: StateDep,
    request: Request,
    response: Response,
) -> list[list[HitModel]]:
    """Answer up to 20 questions side by side, in the order asked."""
    questions = [_question(each, at) for at, each in enumerate(body.queries)]
    answers = await _search_all(state, caller.tenant, questions)
    response.headers["Server-Timing"] = _timing(answers, request)
    return [_shown(each, answer) for each, answer in zip(body.queries, answers, strict=True)]


async def _search(state: State, tenant: str, question: Question) -> Answer:
    answer = await state["services"].search.search(tenant, question)
    state["metrics"].record_search(embed_ms=answer.embed_ms, search_ms=answer.search_ms)
    return answer


async def _search_all(state: State, tenant: str, questions: Sequence[Question]) -> list[Answer]:
    """Wait for all even when one fails: none is left running behind the answer."""
    work = (_search(state, tenant, each) for each in questions)
    outcomes = await asyncio.gather(*work, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return [outcome for outcome in outcomes if isinstance(outcome, Answer)]


def _question(sent: QueryRequest, at: int) -> Question:
    with pointing_under(f"/queries/{at}"):
        return sent.to_question()


def _shown(body: QueryRequest, answer: Answer) -> list[HitModel]:
    return [HitModel.of(hit, include_text=body.include_text) for hit in answer.hits]


def _timing(answers: Sequence[Answer], request: Request) -> str:
    """Name the slowest of each step; the total also holds reading the request."""
    steps_ms = {
        "embed": max(answer.embed_ms for answer in answers),
        "search": max(answer.search_ms for answer in answers),
        "total": (time.perf_counter() - request.scope["state"]["began_s"]) * 1000,
    }
    return ", ".join(f"{name};dur={spent:.1f}" for name, spent in steps_ms.items())
