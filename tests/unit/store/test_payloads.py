from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from netgpt_docs_service.domain.chunks import Chunk
from netgpt_docs_service.domain.documents import DocumentFields, Manifest, Origin, Pipeline
from netgpt_docs_service.store.chunk_payloads import chunk_of, chunk_payload
from netgpt_docs_service.store.payloads import instant, manifest_of, manifest_payload

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
MOMENT = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001  the strategy takes bounds without a zone
WHOLE = st.integers(-(2**63), 2**63 - 1)
SCALAR = st.one_of(st.booleans(), WHOLE, st.floats(allow_nan=False, allow_infinity=False), TEXT)
COUNT = st.integers(0, 2**53 - 1)
FIELDS = st.builds(
    DocumentFields,
    title=st.none() | TEXT,
    doc_type=TEXT,
    intent=st.none() | TEXT,
    tags=st.lists(TEXT, max_size=3).map(tuple),
    source=st.none() | TEXT,
    metadata=st.dictionaries(TEXT, SCALAR | st.lists(SCALAR, max_size=3).map(tuple), max_size=3),
    expires_at=st.none() | MOMENT,
)
ORIGIN = st.builds(
    Origin,
    media_type=TEXT,
    filename=st.none() | TEXT,
    text_type=st.none() | TEXT,
    language=st.none() | TEXT,
    metadata=st.dictionaries(TEXT, TEXT, max_size=2),
    warnings=st.lists(TEXT, max_size=2).map(tuple),
)
MANIFEST = st.builds(
    Manifest,
    doc_id=TEXT,
    sequence=COUNT,
    generation=st.none() | TEXT,
    version=COUNT,
    fields=FIELDS,
    origin=ORIGIN,
    size_bytes=COUNT,
    pages=st.none() | COUNT,
    source_sha256=TEXT,
    content_sha256=TEXT,
    pipeline=st.builds(Pipeline, TEXT, TEXT, TEXT),
    chunk_count=COUNT,
    token_count=COUNT,
    char_count=COUNT,
    took_ms=st.floats(0, 1e9),
    created_at=MOMENT,
    updated_at=MOMENT,
)
CHUNK = st.builds(
    Chunk,
    doc_id=TEXT,
    generation=TEXT,
    sequence=COUNT,
    index=COUNT,
    text=TEXT,
    chunk_hash=TEXT,
    char_start=COUNT,
    char_end=COUNT,
    token_count=COUNT,
    heading_path=st.lists(TEXT, max_size=3).map(tuple),
    page_start=st.none() | COUNT,
    page_end=st.none() | COUNT,
)


@given(MANIFEST)
def test_a_manifest_comes_back_as_it_was(manifest: Manifest) -> None:
    stored = json.loads(json.dumps(manifest_payload("tenant", manifest)))
    assert manifest_of(stored) == manifest


@given(MANIFEST, CHUNK)
def test_a_chunk_comes_back_as_it_was(manifest: Manifest, chunk: Chunk) -> None:
    stored = json.loads(json.dumps(chunk_payload("tenant", manifest, chunk)))
    assert chunk_of(stored) == chunk


def test_a_moment_is_written_in_utc_to_the_microsecond() -> None:
    moment = datetime(2026, 5, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert instant(moment) == "2026-05-01T00:00:00.000000Z"
