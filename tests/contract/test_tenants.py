"""What tenants that share a store see and change of one another: nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
import pytest_asyncio

from netgpt_docs_service.domain.search import SearchMode
from netgpt_docs_service.errors import InvalidInput
from netgpt_docs_service.store.interface import ManifestQuery
from tests.contract.conftest import NOW, Author
from tests.support.foreign_calls import CALLS, Thing, outcomes, store_methods

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def theirs(author: Author) -> Thing:
    """The first of two documents of the other tenant."""
    manifest = await author.publish("theirs", texts=["apple", "pear"])
    await author.publish("theirs, too")
    page = await author.store.manifests(author.tenant, ManifestQuery(now=NOW, limit=1))
    return Thing(
        owner=author.tenant,
        manifest=manifest,
        chunks=author.chunks(manifest, ["apple", "pear"]),
        cursor=page.next_cursor or "",
        now=NOW,
    )


@pytest.fixture
def nothing(theirs: Thing) -> Thing:
    """A document as it could be, of a tenant that has none."""
    return replace(
        theirs,
        owner="nobody",
        manifest=replace(theirs.manifest, doc_id="never was"),
        chunks=[replace(each, doc_id="never was") for each in theirs.chunks],
        cursor="A" * 32,
    )


async def test_every_method_of_the_store_is_called() -> None:
    assert store_methods() == CALLS.keys()


@pytest.mark.parametrize("method", CALLS)
async def test_what_is_anothers_is_as_if_it_never_was(
    author: Author, other: Author, theirs: Thing, nothing: Thing, method: str
) -> None:
    before = await author.everything()
    of_theirs = await outcomes(other.store, other.tenant, method, theirs)
    of_nothing = await outcomes(other.store, other.tenant, method, nothing)
    assert of_theirs == of_nothing
    assert await author.everything() == before


@pytest.mark.parametrize("method", CALLS)
async def test_a_document_of_the_same_id_is_all_that_a_call_touches(
    author: Author, other: Author, theirs: Thing, method: str
) -> None:
    before = await author.everything()
    await other.publish("theirs", texts=["mine", "mine, too"])
    told = await outcomes(other.store, other.tenant, method, theirs)
    assert "apple" not in str(told)
    assert await author.everything() == before


async def test_a_cursor_of_another_tenant_is_refused(other: Author, theirs: Thing) -> None:
    theirs_next = ManifestQuery(now=NOW, limit=1, cursor=theirs.cursor)
    with pytest.raises(InvalidInput, match="cursor"):
        await other.store.manifests(other.tenant, theirs_next)


async def test_the_owner_itself_gets_what_it_asks_for(author: Author, theirs: Thing) -> None:
    told = [await outcomes(author.store, author.tenant, each, theirs) for each in CALLS]
    assert str(told).count("apple") >= 2


@pytest.mark.parametrize("separator", [":", "/", "-", "|", " "])
async def test_tenants_whose_names_join_to_the_same_text_are_two(
    author: Author, separator: str
) -> None:
    longer = Author(author.store, f"{author.tenant}{separator}x")
    first = await author.publish(f"x{separator}doc", texts=["apple"])
    second = await longer.publish("doc", texts=["pear"])
    assert [each[0] for each in await author.everything()] == [first]
    assert [each[0] for each in await longer.everything()] == [second]


@pytest.mark.parametrize("words", ["apple", "quince", "other words", "apple " * 40])
async def test_words_are_as_rare_as_the_tenant_uses_them(
    author: Author, other: Author, words: str
) -> None:
    await author.publish(texts=["apple", "pear", "plum", "quince"])
    before = await author.candidates("apple quince", mode=SearchMode.SPARSE)
    await other.publish(texts=[words] * 50)
    after = await author.candidates("apple quince", mode=SearchMode.SPARSE)
    assert [each.sparse_score for each in before] == [each.sparse_score for each in after] != []
