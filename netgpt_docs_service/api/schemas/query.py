"""Questions and their answers."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from netgpt_docs_service.api.schemas.manifests import show_metadata
from netgpt_docs_service.api.schemas.shapes import WHOLE, DocTypeField, FilterField, Strict, shown
from netgpt_docs_service.domain import rules
from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.documents import DocumentFields, Scalar
from netgpt_docs_service.domain.filter_rules import parse_filter
from netgpt_docs_service.domain.filters import Comparison, Compound, Filter
from netgpt_docs_service.domain.search import Hit, Question, SearchMode

MAX_QUERIES = 20


class QueryRequest(Strict):
    """A question; `min_score` acts on the cosine similarity in every mode."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "query": "Which licences may a package have?",
                    "top_k": 5,
                    "filter": {"type": "eq", "key": "tags", "value": "legal"},
                }
            ]
        }
    )

    query: Annotated[
        str,
        shown(
            minLength=1,
            maxLength=rules.MAX_QUERY_CHARACTERS,
            pattern=r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
            description="It must also fit the embedding model. Unless `mode` is dense, what holds "
            'a "quoted phrase" or a rare name such as ERR_CONN_4711 to the letter comes first, '
            "for up to four of them. A phrase has at most 1,000 characters and is sought among the "
            "1,000 passages that its words fit best.",
        ),
    ]
    top_k: Annotated[int, Field(ge=1, le=100), WHOLE] = 5
    min_score: Annotated[float, Field(ge=-1, le=1)] | None = None
    filter: FilterField | None = None
    doc_type: DocTypeField | None = None
    mode: Literal["hybrid", "dense", "sparse"] = "hybrid"
    per_document: (
        Annotated[int, Field(ge=1, le=100, description="Most hits of one document."), WHOLE] | None
    ) = None
    include_text: bool = True

    def to_question(self) -> Question:
        """Return the question; InvalidInput or LimitExceeded when a rule refuses it."""
        rules.check_query(self.query)
        return Question(
            text=self.query,
            top_k=self.top_k,
            mode=SearchMode(self.mode),
            filter=self._condition(),
            min_score=self.min_score,
            per_document=self.per_document,
        )

    def _condition(self) -> Filter | None:
        sent = None if self.filter is None else parse_filter(self.filter)
        if self.doc_type is None:
            return sent
        rules.check_fields(DocumentFields(doc_type=self.doc_type))
        of_type = Comparison("eq", "doc_type", self.doc_type)
        return of_type if sent is None else Compound("and", (of_type, sent))


class QueryBatchRequest(Strict):
    """Questions that are answered side by side."""

    queries: Annotated[list[QueryRequest], Field(min_length=1, max_length=MAX_QUERIES)]


class HitModel(BaseModel):
    """A passage that answers. `score` ranks inside one answer, in [0, 1]."""

    doc_id: str
    kind: Annotated[ChunkKind, Field(description="A pair is a question with its answer.")]
    chunk_index: Annotated[int, Field(description="Of a pair, the chunk in which it starts.")]
    text: Annotated[str | None, Field(description="null when include_text is false.")]
    snippet: str
    score: float
    dense_score: Annotated[float, Field(description="Cosine similarity.")]
    sparse_score: Annotated[float | None, Field(description="BM25; null in mode dense.")]
    title: str | None
    filename: str | None
    doc_type: str
    tags: list[str]
    metadata: dict[str, Scalar | list[Scalar]]
    source: str | None
    page_start: int | None
    page_end: int | None
    char_start: int
    char_end: int
    heading_path: list[str]
    speakers: Annotated[list[str], Field(description="Who speaks, in a transcript.")]
    time_start_s: Annotated[float | None, Field(description="Seconds; null without times.")]
    time_end_s: float | None
    version: int

    @classmethod
    def of(cls, hit: Hit, *, include_text: bool) -> Self:
        """Show a hit."""
        chunk, manifest = hit.chunk, hit.manifest
        return cls(
            doc_id=chunk.doc_id,
            kind=chunk.kind,
            chunk_index=chunk.index if chunk.in_chunk is None else chunk.in_chunk,
            text=chunk.text if include_text else None,
            snippet=hit.snippet,
            score=hit.score,
            dense_score=hit.dense_score,
            sparse_score=hit.sparse_score,
            title=manifest.fields.title,
            filename=manifest.origin.filename,
            doc_type=manifest.fields.doc_type,
            tags=list(manifest.fields.tags),
            metadata=show_metadata(manifest),
            source=manifest.fields.source,
            page_start=chunk.page_start,
            page_end=chunk.page_end,
            char_start=chunk.char_start,
            char_end=chunk.char_end,
            heading_path=list(chunk.heading_path),
            speakers=list(chunk.speech.speakers),
            time_start_s=chunk.speech.time_start_s,
            time_end_s=chunk.speech.time_end_s,
            version=manifest.version,
        )
