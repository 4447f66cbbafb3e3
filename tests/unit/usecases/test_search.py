"""How often a search asks the store, and how much of it it reads."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from netgpt_docs_service.domain.chunks import manifest_id
from netgpt_docs_service.domain.documents import Document
from netgpt_docs_service.domain.search import Question, SearchMode
from netgpt_docs_service.store.edge_process import EdgeProcess
from netgpt_docs_service.store.point_reads import Rank, Retrieve
from netgpt_docs_service.store.points import AnswerT_co, Request
from netgpt_docs_service.usecases import exact_reading
from netgpt_docs_service.usecases.exact_terms import ExactTerm, held_terms
from netgpt_docs_service.usecases.services import Services
from tests.support.quick_service import TENANT, opened_quick_service

pytestmark = [pytest.mark.process, pytest.mark.asyncio(loop_scope="module")]

PHRASE = "the blue red"
LONG = " ".join(f"filler{index}" for index in range(100))


@dataclass(slots=True)
class Listener:
    """An engine that is asked by the way of this one, which remembers what."""

    engine: EdgeProcess
    asked: list[Request[object]] = field(default_factory=list)

    async def call(self, request: Request[AnswerT_co]) -> AnswerT_co:
        self.asked.append(request)
        return await self.engine.call(request)

    @property
    def rankings(self) -> int:
        return sum(isinstance(request, Rank) for request in self.asked)

    @property
    def read(self) -> list[str]:
        """The ids of all points that were read, manifests included."""
        pages = [request.ids for request in self.asked if isinstance(request, Retrieve)]
        return [point_id for page in pages for point_id in page]


@dataclass(frozen=True, slots=True)
class Quick:
    services: Services
    heard: Listener

    async def ask(self, text: str, **options: object) -> list[str]:
        """Return the documents of the hits, and hear only what this question asks for."""
        self.heard.asked.clear()
        question = Question(text=text, **options)  # type: ignore[arg-type]  # as Question checks
        answer = await self.services.search.search(TENANT, question)
        return [hit.chunk.doc_id for hit in answer.hits]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Quick]:
    folder: Path = tmp_path_factory.mktemp("search")
    listeners: list[Listener] = []

    def heard(engine: EdgeProcess) -> Listener:
        listeners.append(Listener(engine))
        return listeners[0]

    async with opened_quick_service(folder, around=heard) as opened:
        texts = {
            "short": [f"red blue s{index}" for index in range(900)],
            "long": [f"{LONG} {PHRASE} {LONG}"],
            "apart": [f"{LONG} blue and red"],
            "much": [LONG] * 20,
        }
        documents = [
            Document(doc_id=doc_id, text="\n\n".join(paragraphs))
            for doc_id, paragraphs in texts.items()
        ]
        await opened.use_cases.ingest_many.ingest(TENANT, documents)
        yield Quick(opened.use_cases, listeners[0])


@pytest.mark.parametrize("mode", [SearchMode.HYBRID, SearchMode.SPARSE])
async def test_a_quoted_phrase_of_common_words_is_the_first_hit(
    quick: Quick, mode: SearchMode
) -> None:
    assert (await quick.ask(f'red "{PHRASE}" blue', mode=mode))[0] == "long"


async def test_an_ordinary_question_ranks_once_and_reads_a_page(quick: Quick) -> None:
    await quick.ask("red blue")
    assert quick.heard.rankings == 1
    assert len(quick.heard.read) <= 12


async def test_a_phrase_has_at_most_256_texts_read_and_none_of_them_twice(quick: Quick) -> None:
    await quick.ask(f'"{PHRASE}" "red blue" "blue red"', top_k=100)
    pages = [each.ids for each in quick.heard.asked if isinstance(each, Retrieve)]
    read = Counter(point_id for ids in pages for point_id in ids)
    manifests = {manifest_id(TENANT, each) for each in ("short", "long", "apart", "much")}
    assert {count for each, count in read.items() if each not in manifests} == {1}
    assert read.total() <= 256 + 3 * len(manifests)


@pytest.mark.parametrize("text", ["red blue", f'red "{PHRASE}"'])
async def test_a_page_that_one_document_starves_gets_what_others_have(
    quick: Quick, text: str
) -> None:
    found = await quick.ask(text, per_document=1, mode=SearchMode.SPARSE)
    assert sorted(found) == ["apart", "long", "short"]
    assert len(quick.heard.read) < 1_000


async def test_documents_that_do_not_exist_are_not_asked_for_again(quick: Quick) -> None:
    await quick.ask("red blue", per_document=1)
    assert quick.heard.rankings == 2


async def test_much_text_is_looked_through_beside_the_event_loop(
    monkeypatch: pytest.MonkeyPatch, quick: Quick
) -> None:
    threads: set[int] = set()

    def watched(text: str, terms: tuple[ExactTerm, ...]) -> frozenset[ExactTerm]:
        threads.add(threading.get_ident())
        return held_terms(text, terms)

    monkeypatch.setattr(exact_reading, "held_terms", watched)
    await quick.ask(f'"{LONG[:400]}"')
    assert threads
    assert threading.get_ident() not in threads
