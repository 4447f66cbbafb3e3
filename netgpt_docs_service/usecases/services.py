"""Everything the service can do, in one value: what the edge hands to requests."""

from __future__ import annotations

from dataclasses import dataclass

from netgpt_docs_service.fetching.interface import Fetcher
from netgpt_docs_service.usecases.delete import DeleteDocument, DeleteMatching
from netgpt_docs_service.usecases.embed import EmbedTexts
from netgpt_docs_service.usecases.health import CheckHealth
from netgpt_docs_service.usecases.ingest import IngestDocument
from netgpt_docs_service.usecases.ingest_files import IngestFiles
from netgpt_docs_service.usecases.ingest_many import IngestDocuments
from netgpt_docs_service.usecases.patch import ChangeFields
from netgpt_docs_service.usecases.preview import PreviewChunks
from netgpt_docs_service.usecases.read import ReadDocuments
from netgpt_docs_service.usecases.search import SearchDocuments
from netgpt_docs_service.usecases.sweep import SweepStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The use cases over one store, one chunker and one engine, and what fetches files."""

    ingest: IngestDocument
    ingest_many: IngestDocuments
    ingest_files: IngestFiles
    fetcher: Fetcher
    preview: PreviewChunks
    change_fields: ChangeFields
    delete: DeleteDocument
    delete_matching: DeleteMatching
    read: ReadDocuments
    search: SearchDocuments
    embed: EmbedTexts
    sweep: SweepStore
    health: CheckHealth
