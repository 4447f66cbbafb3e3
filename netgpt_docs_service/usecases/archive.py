"""An archive of documents: a header, the documents by point id, a trailer that proves them."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from netgpt_docs_service.domain.access import TENANT_NAME
from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.chunks import Vector, generation_sequence, manifest_id
from netgpt_docs_service.domain.layout_parts import is_layout_of
from netgpt_docs_service.domain.rules import (
    MAX_TEXT_CHARACTERS,
    check_doc_id,
    check_fields,
    check_text,
)
from netgpt_docs_service.errors import InvalidInput, ServiceError
from netgpt_docs_service.usecases.archive_lines import (
    DocumentLine,
    HeaderLine,
    SkippedLine,
    TrailerLine,
    first_fault,
)
from netgpt_docs_service.usecases.chunk_lines import Line
from netgpt_docs_service.usecases.verify import rebuilt_text

FORMAT = 1
MAX_LINE_BYTES = 256 * 2**20
"""A million characters in small chunks of a wide model come to a third of that."""

_UTF8_BYTES = 4
_LATER: TypeAdapter[DocumentLine | SkippedLine | TrailerLine] = TypeAdapter(
    Annotated[DocumentLine | SkippedLine | TrailerLine, Field(discriminator="kind")]
)


class ArchiveDamaged(ServiceError):
    """The archive is not what its export wrote."""

    kind = "archive_damaged"


class _Beginning(BaseModel):
    kind: str
    format: Any


@dataclass(slots=True)
class ArchiveTally:
    """What an archive holds so far: the same for whoever writes it and whoever reads it."""

    documents: int = 0
    chunks: int = 0
    skipped: list[SkippedLine] = field(default_factory=list)
    last_id: str = ""
    """The point id up to which the export has come."""
    _sha256: Any = field(default_factory=hashlib.sha256)

    def add(self, line: Line, written: bytes) -> None:
        """Count a line that is not the trailer."""
        self._sha256.update(written)
        if isinstance(line, DocumentLine):
            self.documents += 1
            self.chunks += line.manifest.chunk_count
        elif isinstance(line, SkippedLine):
            self.skipped.append(line)
        self.last_id = _point_id(line) or self.last_id

    def trailer(self) -> TrailerLine:
        """Return the line that ends the archive."""
        return TrailerLine(
            documents=self.documents,
            chunks=self.chunks,
            skipped=len(self.skipped),
            sha256=self._sha256.hexdigest(),
        )


@dataclass(slots=True)
class ArchiveReader:
    """Check an archive line by line, as it comes."""

    header: HeaderLine | None = None
    tally: ArchiveTally = field(default_factory=ArchiveTally)
    is_complete: bool = False
    number: int = 0
    """Of the line that was read last, from 1."""

    def read(self, written: bytes) -> DocumentLine | None:
        """Return the document of the next line; None for a line of another kind.

        Raises ArchiveDamaged, which names the line, for anything an export would not write there.
        """
        self.number += 1
        if self.is_complete:
            message = "there is something after the trailer"
            raise self.damage(message)
        if not written.endswith(b"\n"):
            message = "it is cut off"
            raise self.damage(message)
        try:
            line = self._parsed(written)
            if isinstance(line, TrailerLine):
                self._end(line)
                return None
            if isinstance(line, DocumentLine | SkippedLine):
                _check(line, self.header, after=self.tally.last_id)
        except ValidationError as error:
            raise self.damage(first_fault(error)) from error
        except (InvalidInput, ValueError) as error:
            raise self.damage(str(error)) from error
        self.tally.add(line, written)
        return line if isinstance(line, DocumentLine) else None

    def close(self) -> None:
        """Raise ArchiveDamaged when the trailer has not come."""
        if not self.is_complete:
            self.number += 1
            message = "the archive is cut off: it has no trailer"
            raise self.damage(message)

    def damage(self, reason: str) -> ArchiveDamaged:
        """Return an error that names the line."""
        return ArchiveDamaged(f"line {self.number}: {reason}")

    def _parsed(self, written: bytes) -> Line:
        if self.header is not None:
            return _LATER.validate_json(written)
        beginning = _Beginning.model_validate_json(written)
        if beginning.kind != "header" or beginning.format != FORMAT:
            message = (
                f"this is a {beginning.kind} of format {beginning.format}; "
                f"an archive begins with a header of format {FORMAT}"
            )
            raise ValueError(message)
        self.header = HeaderLine.model_validate_json(written)
        return self.header

    def _end(self, trailer: TrailerLine) -> None:
        expected = self.tally.trailer()
        if trailer != expected:
            message = (
                f"the trailer promises {trailer.documents} documents, {trailer.chunks} chunks, "
                f"{trailer.skipped} skipped and SHA-256 {trailer.sha256}; before it came "
                f"{expected.documents}, {expected.chunks}, {expected.skipped} and {expected.sha256}"
            )
            raise ValueError(message)
        self.is_complete = True


def check_document(line: DocumentLine) -> None:
    """Refuse, with a ValueError or InvalidInput, a document that no service could have stored."""
    manifest = line.manifest
    if not TENANT_NAME.fullmatch(line.tenant):
        message = f"{line.tenant[:80]!r} is no tenant's name"
        raise ValueError(message)
    check_doc_id(manifest.doc_id)
    check_fields(manifest.manifest().fields)
    check_text(line.text, max_bytes=_UTF8_BYTES * MAX_TEXT_CHARACTERS)
    name = f"document {manifest.doc_id!r}"
    if hashlib.sha256(line.text.encode()).hexdigest() != manifest.content_sha256:
        message = f"the text of {name} does not have its content_sha256"
        raise ValueError(message)
    _check_layout(line, name)
    sequence = max(manifest.version, generation_sequence(manifest.generation))
    if sequence > manifest.sequence or manifest.char_count != len(line.text):
        message = f"the numbers of {name} contradict one another"
        raise ValueError(message)


def _check_layout(line: DocumentLine, name: str) -> None:
    if not is_layout_of(line.document_layout(), len(line.text)):
        message = f"the layout of {name} is not one of its text"
        raise ValueError(message)


def _point_id(line: Line) -> str:
    """Return where in the order of an export a line belongs; empty for one that is no document."""
    if isinstance(line, DocumentLine):
        return manifest_id(line.tenant, line.manifest.doc_id)
    return line.point_id if isinstance(line, SkippedLine) else ""


def _check(line: DocumentLine | SkippedLine, header: HeaderLine | None, *, after: str) -> None:
    """Refuse what does not belong at this place of this archive, too."""
    doc_id = line.doc_id if isinstance(line, SkippedLine) else line.manifest.doc_id
    name = f"document {doc_id!r}"
    if isinstance(line, DocumentLine):
        check_document(line)
    if _point_id(line) <= after:
        message = f"{name} comes twice or out of order"
        raise ValueError(message)
    if isinstance(line, SkippedLine):
        return
    if header is not None and header.with_vectors != (line.chunks is not None):
        message = f"{name} is not as the header says: with_vectors is {header.with_vectors}"
        raise ValueError(message)
    if header is not None and line.chunks is not None:
        _check_chunks(line, name, dimension=header.dimension)


def _check_chunks(line: DocumentLine, name: str, *, dimension: int) -> None:
    (chunks, vectors), (pairs, others) = line.stored_chunks(), line.stored_pairs()
    all_of_it = [*chunks, *pairs]
    is_inside = all(0 <= each.char_start <= each.char_end <= len(line.text) for each in all_of_it)
    is_all = len(chunks) == line.manifest.chunk_count and rebuilt_text(chunks) == line.text
    if not (is_inside and is_all):
        message = f"the chunks of {name} do not make up its text"
        raise ValueError(message)
    is_in_chunks = all((each.in_chunk or 0) < len(chunks) for each in pairs)
    is_named = all((each.in_chunk is None) == (each.kind is ChunkKind.CHUNK) for each in all_of_it)
    if not (is_in_chunks and is_named and len(pairs) == line.manifest.pair_count):
        message = f"the pairs of {name} are not those of its chunks"
        raise ValueError(message)
    stored = (*vectors, *others)
    if not all(vector is None or _is_vector(vector, dimension) for vector in stored):
        message = f"a vector of {name} is not one of {dimension} numbers"
        raise ValueError(message)


def _is_vector(vector: Vector, dimension: int) -> bool:
    return len(vector) == dimension and math.isfinite(sum(vector)) and any(vector)
