"""Archives in memory: lines as an export writes them, and files made of any lines."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from netgpt_docs_service.cli.archive_file import read_archive
from netgpt_docs_service.domain.chunks import manifest_id
from netgpt_docs_service.usecases.archive import ArchiveReader, ArchiveTally
from netgpt_docs_service.usecases.archive_lines import (
    DocumentLine,
    HeaderLine,
    ManifestLine,
    SkippedLine,
)
from netgpt_docs_service.usecases.chunk_lines import ChunkLine

NOW = datetime(2026, 5, 1, tzinfo=UTC)
HEADER = HeaderLine(created_at=NOW, model="m", dimension=2, with_vectors=True)
PLAIN_HEADER = HEADER.model_copy(update={"with_vectors": False})


def document_line(doc_id: str = "doc", *, text: str = "one two") -> DocumentLine:
    """Return a document of one chunk for each word."""
    cut = text.find(" ") + 1
    pieces = [(0, cut), (cut, len(text))]
    chunks = [
        ChunkLine(
            char_start=start,
            char_end=end,
            chunk_hash="h",
            token_count=3,
            heading_path=[],
            vector="AACAPwAAAAA=",
        )
        for start, end in pieces
    ]
    return DocumentLine(
        tenant="acme",
        manifest=ManifestLine(
            doc_id=doc_id,
            sequence=10,
            generation="10-1",
            version=10,
            doc_type="text",
            tags=["a"],
            metadata={"year": 2026, "share": 1.0, "editors": ["ann", "bob"]},
            media_type="text/plain",
            size_bytes=len(text.encode()),
            source_sha256="s",
            content_sha256=hashlib.sha256(text.encode()).hexdigest(),
            extractor="e",
            chunker="c",
            model="m",
            chunk_count=len(chunks),
            token_count=6,
            char_count=len(text),
            took_ms=0.1,
            created_at=NOW,
            updated_at=NOW,
        ),
        text=text,
        chunks=chunks,
    )


def in_order(*doc_ids: str) -> list[DocumentLine]:
    """Return documents in the order that an export has."""
    return [
        document_line(doc_id)
        for doc_id in sorted(doc_ids, key=lambda doc_id: manifest_id("acme", doc_id))
    ]


def archive_lines(
    documents: Sequence[DocumentLine | SkippedLine], *, header: HeaderLine = HEADER
) -> list[bytes]:
    """Return the lines of a whole archive."""
    tally, lines = ArchiveTally(), []
    for line in (header, *documents):
        written = line.as_bytes()
        tally.add(line, written)
        lines.append(written)
    return [*lines, tally.trailer().as_bytes()]


def changed(line: bytes, path: str, value: Any) -> bytes:  # noqa: ANN401  any JSON
    """Return a line with the value at `path` replaced, removed if it is None."""
    document = json.loads(line)
    *parents, last = path.split(".")
    place = document
    for name in parents:
        place = place[int(name)] if isinstance(place, list) else place[name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return json.dumps(document).encode() + b"\n"


def read_lines(lines: Sequence[bytes]) -> list[DocumentLine]:
    """Read an archive of these lines to its end."""
    reader = ArchiveReader()
    found = [document for line in lines if (document := reader.read(line)) is not None]
    reader.close()
    return found


def read_file(content: bytes, *, max_line_bytes: int = 2**20) -> list[DocumentLine]:
    """Read an archive file to its end."""
    return [line for _, line in read_archive(BytesIO(content), max_line_bytes=max_line_bytes)]


def zipped(lines: Sequence[bytes]) -> bytes:
    """Return a file in which every line is a gzip member."""
    return b"".join(gzip.compress(line, mtime=0) for line in lines)
