"""The format of archives: what is written comes back, what is hostile is named by its line."""

from __future__ import annotations

import gzip
import json
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netgpt_docs_service.domain.chunks import Chunk
from netgpt_docs_service.domain.dialogue import Speech
from netgpt_docs_service.domain.documents import DocumentFields, Manifest, Origin, Pipeline
from netgpt_docs_service.domain.rules import METADATA_NAME
from netgpt_docs_service.usecases.archive import ArchiveDamaged
from netgpt_docs_service.usecases.archive_lines import (
    DocumentLine,
    ManifestLine,
    SkippedLine,
)
from netgpt_docs_service.usecases.chunk_lines import ChunkLine
from tests.support.archives import (
    HEADER,
    PLAIN_HEADER,
    archive_lines,
    changed,
    document_line,
    in_order,
    read_file,
    read_lines,
    zipped,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
COUNTS = st.integers(0, 2**53)
VERSION = 7
MOMENTS = st.datetimes(timezones=st.just(UTC))
SCALARS = TEXTS | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False)
FIELDS = st.builds(
    DocumentFields,
    title=st.none() | TEXTS,
    doc_type=TEXTS,
    intent=st.none() | TEXTS,
    tags=st.lists(TEXTS).map(tuple),
    source=st.none() | TEXTS,
    metadata=st.dictionaries(
        st.from_regex(METADATA_NAME, fullmatch=True),
        SCALARS.filter(lambda each: each not in (float("inf"), float("-inf")))
        | st.lists(st.booleans() | st.integers(0, 9)).map(tuple),
    ),
    expires_at=st.none() | MOMENTS,
)
ORIGIN = st.builds(
    Origin,
    media_type=TEXTS,
    filename=st.none() | TEXTS,
    text_type=st.none() | TEXTS,
    language=st.none() | TEXTS,
    metadata=st.dictionaries(TEXTS, TEXTS, max_size=2),
    warnings=st.lists(TEXTS, max_size=2).map(tuple),
)
MANIFESTS = st.builds(
    Manifest,
    doc_id=TEXTS,
    sequence=COUNTS,
    generation=st.just(f"{VERSION}-1"),
    version=st.just(VERSION),
    fields=FIELDS,
    origin=ORIGIN,
    size_bytes=COUNTS,
    pages=st.none() | COUNTS,
    source_sha256=TEXTS,
    content_sha256=st.just("a" * 64),
    pipeline=st.builds(Pipeline, TEXTS, TEXTS, TEXTS),
    chunk_count=COUNTS,
    token_count=COUNTS,
    char_count=COUNTS,
    took_ms=st.floats(0, allow_infinity=False),
    created_at=MOMENTS,
    updated_at=MOMENTS,
)
VECTORS = st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False))


@given(MANIFESTS)
def test_a_manifest_comes_back_to_the_last_type(manifest: Manifest) -> None:
    line = ManifestLine.model_validate_json(ManifestLine.of(manifest).as_bytes())

    assert line.manifest() == manifest
    assert line.manifest().fields.canonical() == manifest.fields.canonical()


@given(TEXTS, VECTORS, st.lists(TEXTS).map(tuple), st.none() | st.integers(-9, 9))
def test_a_chunk_comes_back_with_every_bit_of_its_vector(
    text: str, vector: list[float], headings: tuple[str, ...], time_s: int | None
) -> None:
    base = document_line().model_copy(update={"text": text})
    chunk = Chunk(
        doc_id="doc",
        generation="10-1",
        sequence=10,
        index=0,
        text=text,
        chunk_hash="h",
        char_start=0,
        char_end=len(text),
        token_count=1,
        heading_path=headings,
        page_start=None if time_s is None else abs(time_s),
        page_end=None if time_s is None else abs(time_s),
        speech=Speech(speakers=headings, time_start_s=time_s, time_end_s=time_s),
    )
    written = base.model_copy(update={"chunks": [ChunkLine.of(chunk, vector)]}).as_bytes()

    chunks, (stored,) = DocumentLine.model_validate_json(written).stored_chunks()

    assert chunks == [chunk]
    assert list(stored or []) == vector


@pytest.mark.parametrize("header", [HEADER, PLAIN_HEADER])
def test_a_whole_archive_is_read_back(header: Any) -> None:  # noqa: ANN401  a header
    documents = [
        each if header.with_vectors else each.model_copy(update={"chunks": None})
        for each in in_order("a", "b", "c")
    ]

    assert read_lines(archive_lines(documents, header=header)) == documents


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("tenant", "../etc", "is no tenant's name"),
        ("unknown", 1, "unknown: Extra inputs"),
        ("manifest.sequence", "10", "manifest.sequence: Input should be a valid integer"),
        ("manifest.sequence", 2**60, "less than or equal to"),
        ("manifest.sequence", 9, "contradict one another"),
        ("manifest.generation", "x", "manifest.generation: String should match"),
        ("manifest.doc_id", "a\u0007", "no control characters"),
        ("manifest.doc_id", None, "manifest.doc_id: Field required"),
        ("manifest.created_at", "2026-05-01T00:00:00", "timezone"),
        ("manifest.char_count", 1, "contradict one another"),
        ("manifest.chunk_count", 3, "do not make up its text"),
        ("manifest.tags", ["x" * 200], "at most 128"),
        ("text", "two one", "does not have its content_sha256"),
        ("text", " ", "text is blank"),
        ("chunks", None, "with_vectors is True"),
        ("chunks.1.char_start", 5, "do not make up its text"),
        ("chunks.1.char_end", 99, "do not make up its text"),
        ("chunks.0.vector", "AACAPw==", "not one of 2 numbers"),
        ("chunks.0.vector", "AADAfwAAwH8=", "not one of 2 numbers"),
        ("chunks.0.vector", "not base64", "is not base64"),
    ],
)
def test_a_document_that_no_service_could_have_stored_is_refused_by_line(
    path: str, value: object, reason: str
) -> None:
    header, document, _ = archive_lines([document_line()])

    with pytest.raises(ArchiveDamaged, match=rf"^line 2: .*{reason}"):
        read_lines([header, changed(document, path, value)])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"kind": "document"' + b"\n", "Invalid JSON"),
        (b"\xff\xfe\n", "Invalid JSON"),
        (b'{"kind": ' + b"[" * 100_000 + b"\n", "recursion limit"),
        (
            b'{"kind": "document", "text": ' + b'{"a":' * 10 + b"1" + b"}" * 10 + b"}\n",
            "Field required",
        ),
        (b'{"kind": "stranger"}\n', "stranger"),
        (b"[]\n", "dictionary|object"),
        (b"\n", "Invalid JSON"),
        (HEADER.as_bytes(), "header"),
        (b'{"kind":"document"}', "cut off"),
    ],
)
def test_a_line_that_is_none_is_refused_by_number(line: bytes, reason: str) -> None:
    with pytest.raises(ArchiveDamaged, match=rf"^line 2: .*({reason})"):
        read_lines([HEADER.as_bytes(), line])


@pytest.mark.parametrize("number", [0, 2, "1"])
def test_another_format_is_refused_with_its_number(number: object) -> None:
    header = changed(HEADER.as_bytes(), "format", number)

    with pytest.raises(ArchiveDamaged, match=f"^line 1: .*format {number}; .* format 1"):
        read_lines([header])


def test_an_archive_does_not_begin_with_a_document() -> None:
    with pytest.raises(ArchiveDamaged, match=r"^line 1: "):
        read_lines([document_line().as_bytes()])


def test_a_document_that_comes_twice_or_out_of_order_is_refused() -> None:
    header, first, second, _ = archive_lines(in_order("a", "b"))

    with pytest.raises(ArchiveDamaged, match=r"^line 3: .* comes twice or out of order"):
        read_lines([header, first, first])
    with pytest.raises(ArchiveDamaged, match=r"^line 3: .* comes twice or out of order"):
        read_lines([header, second, first])


@pytest.mark.parametrize(("path", "value"), [("documents", 2), ("chunks", 1), ("sha256", "0" * 64)])
def test_a_trailer_that_does_not_fit_is_refused(path: str, value: object) -> None:
    header, document, trailer = archive_lines([document_line()])

    with pytest.raises(ArchiveDamaged, match=r"^line 3: the trailer promises"):
        read_lines([header, document, changed(trailer, path, value)])


def test_a_document_that_was_left_out_is_noticed() -> None:
    lines = archive_lines(in_order("a", "b"))

    with pytest.raises(ArchiveDamaged, match="the trailer promises 2 documents"):
        read_lines([*lines[:1], *lines[2:]])


def test_a_document_that_was_skipped_is_read_past_and_counted() -> None:
    skipped = SkippedLine(
        point_id="00000000-0000-4000-8000-000000000001", tenant="", doc_id="", reason="unreadable"
    )
    header, first, *rest, trailer = archive_lines([skipped, document_line()])

    assert read_lines([header, first, *rest, trailer]) == [document_line()]
    with pytest.raises(ArchiveDamaged, match="promises 1 documents, 2 chunks, 1 skipped"):
        read_lines([header, *rest, trailer])
    with pytest.raises(ArchiveDamaged, match=r"^line 3: .* comes twice or out of order"):
        read_lines([header, *rest, first])


def test_an_archive_of_before_lines_for_what_was_skipped_is_read() -> None:
    *lines, trailer = archive_lines([document_line()])

    assert read_lines([*lines, changed(trailer, "skipped", None)]) == [document_line()]


def test_nothing_follows_the_trailer() -> None:
    with pytest.raises(ArchiveDamaged, match=r"^line 3: .*after the trailer"):
        read_lines([*archive_lines([]), b"{}\n"])


@pytest.mark.parametrize("lines", [[], archive_lines([document_line()])[:-1]])
def test_an_archive_without_a_trailer_is_cut_off(lines: list[bytes]) -> None:
    with pytest.raises(ArchiveDamaged, match=f"^line {len(lines) + 1}: .*no trailer"):
        read_lines(lines)


def test_a_file_of_many_members_is_one_archive() -> None:
    documents = in_order("a", "b")

    assert read_file(zipped(archive_lines(documents))) == documents


@pytest.mark.parametrize("cut", range(1, 200, 9))
def test_a_file_that_was_cut_off_anywhere_is_refused(cut: int) -> None:
    content = gzip.compress(b"".join(archive_lines([document_line()])))

    with pytest.raises(ArchiveDamaged, match=r"^line [1-4]: .*cut off"):
        read_file(content[:-cut])


@pytest.mark.parametrize(
    "content",
    [b"", b"{}\n", b"\x1f\x8b\x08garbage", gzip.compress(b"x" * 99, mtime=0)[:-8] + b"12345678"],
)
def test_a_file_that_is_no_gzip_is_refused(content: bytes) -> None:
    with pytest.raises(ArchiveDamaged, match=r"^line 1: "):
        read_file(content)


def test_a_line_without_an_end_is_given_up_at_the_limit() -> None:
    bomb = gzip.compress(HEADER.as_bytes()) + gzip.compress(b"[" * 10_000_000)

    with pytest.raises(ArchiveDamaged, match=r"^line 2: it has more than 1000000 bytes"):
        read_file(bomb, max_line_bytes=1_000_000)


def test_a_line_is_json_that_anybody_can_read() -> None:
    line = json.loads(document_line(text="caf\u00e9 \u2028").as_bytes())

    assert (line["kind"], line["text"]) == ("document", "caf\u00e9 \u2028")
