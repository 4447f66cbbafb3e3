"""What is asked for to the letter comes first, whatever else the question is about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from netgpt_docs_service.domain.documents import Document
from netgpt_docs_service.domain.search import Question, SearchMode
from netgpt_docs_service.settings import load_settings
from netgpt_docs_service.usecases.services import Services
from netgpt_docs_service.wiring.services import open_services
from tests.support.quick_service import TENANT, opened_quick_service

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="module")]

_TEMPTING = (
    "The connection to the server fails when the network is down; check the cable and router.",
    "An error code means that the connection failed; every code is explained in the manual.",
    "ERR_CONN_4712 is logged when the connection to the server is refused by the network.",
    "ERR_AUTH_4711 means that the password of the user is wrong.",
    "Version 1.2.30 mends the connection to the server after an upgrade of the network.",
    "The game was exactly as lost as this one: the team of the network won the league.",
    "Call get_user, then by_id, to find the user of a connection.",
    "错误代码的含义请参阅手册。",
)
_WANTED = {
    "code": "Replace the fuse. See ERR_CONN_4711 in the table below.",
    "version": "Rust is removed with a brush since v1.2.3 of the recipe.",
    "name": "Bake for an hour, as getUserById does.",
    "phrase": "He said it was exactly this one, and left.",
    "curly": "Not to be sold:\n  to be or not to be, a book on bees.",
    "chinese": "这本书讨论的是连接失败四七一一的历史。",
}
_QUESTIONS = (
    ("code", "what does ERR_CONN_4711 mean when the connection to the server fails?"),
    ("version", "does v1.2.3 mend the connection to the server after an upgrade?"),
    ("name", "how do I find the user of a connection with getUserById()"),
    ("phrase", 'the team of the network won "exactly this one" in the league'),
    ("curly", "the team of the network won \u201cto be or not to be\u201d in the league"),
    ("chinese", "错误代码的含义 “连接失败四七一一”"),
)


@asynccontextmanager
async def bundled_services(folder: Path) -> AsyncIterator[Services]:
    settings = load_settings(embedding_model="bundled", data_dir=str(folder))
    async with open_services(settings) as services:
        yield services


@asynccontextmanager
async def hashing_services(folder: Path) -> AsyncIterator[Services]:
    async with opened_quick_service(folder) as quick:
        yield quick.use_cases


@pytest_asyncio.fixture(
    scope="module",
    loop_scope="module",
    params=[hashing_services, pytest.param(bundled_services, marks=pytest.mark.model)],
)
async def services(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    async with request.param(tmp_path_factory.mktemp("exact")) as services:
        texts = {f"tempting {number}": text for number, text in enumerate(_TEMPTING)} | _WANTED
        documents = [Document(doc_id=doc_id, text=text) for doc_id, text in texts.items()]
        await services.ingest_many.ingest(TENANT, documents)
        yield services


@pytest.mark.parametrize(("doc_id", "asked"), _QUESTIONS)
async def test_what_is_asked_for_to_the_letter_is_the_first_hit(
    services: Services, doc_id: str, asked: str
) -> None:
    hits = (await services.search.search(TENANT, Question(text=asked))).hits
    assert hits[0].chunk.doc_id == doc_id
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize(("doc_id", "asked"), [each for each in _QUESTIONS if each[0] != "curly"])
async def test_words_alone_find_it_first_too_unless_every_word_is_a_stop_word(
    services: Services, doc_id: str, asked: str
) -> None:
    question = Question(text=asked, mode=SearchMode.SPARSE)
    assert (await services.search.search(TENANT, question)).hits[0].chunk.doc_id == doc_id


async def test_a_question_of_stop_words_or_signs_breaks_nothing(services: Services) -> None:
    for asked in ("the", "!?", '"', '""', "``", "“”"):
        assert (await services.search.search(TENANT, Question(text=asked))).hits
