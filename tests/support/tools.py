"""The operator's tools over an engine, with a clock that stands until it is moved."""

from __future__ import annotations

from array import array
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from netgpt_docs_service.chunking.interface import Chunker
from netgpt_docs_service.domain.chunks import Chunk, chunk_id, generation_name, manifest_id
from netgpt_docs_service.domain.documents import Document, DocumentFields, Manifest, Pipeline
from netgpt_docs_service.store.interface import DocumentStore
from netgpt_docs_service.store.payloads import Payload
from netgpt_docs_service.store.point_engine import PointEngine
from netgpt_docs_service.store.point_reads import Retrieve
from netgpt_docs_service.store.point_writes import Delete, Upsert
from netgpt_docs_service.store.points import Point
from netgpt_docs_service.usecases.archive_lines import DocumentLine, SkippedLine
from netgpt_docs_service.usecases.assembly import Ports, assemble
from netgpt_docs_service.usecases.cutter import DocumentCutter
from netgpt_docs_service.usecases.export_documents import ExportDocuments
from netgpt_docs_service.usecases.findings import CheckReport
from netgpt_docs_service.usecases.fsck import CheckStore
from netgpt_docs_service.usecases.generation import GenerationWriter
from netgpt_docs_service.usecases.import_documents import ImportDocuments
from netgpt_docs_service.usecases.services import Services
from netgpt_docs_service.usecases.sweep import MAX_WRITE_AGE
from tests.support.fakes import DIMENSION, HashEmbedder, ParagraphChunker
from tests.support.services import healthy, ports_over

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
TEXT = "first walrus\n\nsecond seal\n\nthird whale"


@dataclass(slots=True)
class Clock:
    """Stands still between two moves; no two writes are accepted in one microsecond."""

    moment: datetime = BEGIN
    writes: int = 0

    def now(self) -> datetime:
        return self.moment

    def now_us(self) -> int:
        self.writes += 1
        return int(self.moment.timestamp()) * 1_000_000 + 1_000 * self.writes

    def pass_by(self, time: timedelta) -> None:
        self.moment += time


class MovingStore:
    """A store whose document another writer replaces, once, while it is being read."""

    def __init__(self, inner: DocumentStore, replace_it: Callable[[], Awaitable[object]]) -> None:
        self._inner = inner
        self._replace_it: Callable[[], Awaitable[object]] | None = replace_it

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  stands for any store
        return getattr(self._inner, name)

    async def chunks(self, *arguments: Any, **options: Any) -> list[Chunk]:  # noqa: ANN401  passes through
        replace_it, self._replace_it = self._replace_it, None
        if replace_it is not None:
            await replace_it()
        return await self._inner.chunks(*arguments, **options)


class AwaitedStore:
    """A store before whose every flip something else happens."""

    def __init__(self, inner: DocumentStore, happens: Callable[[], Awaitable[object]]) -> None:
        self._inner = inner
        self._happens = happens

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  stands for any store
        return getattr(self._inner, name)

    async def flip(self, *arguments: Any, **options: Any) -> Manifest:  # noqa: ANN401  passes through
        await self._happens()
        return await self._inner.flip(*arguments, **options)


@dataclass(slots=True)
class Toolbox:
    """Use cases, tools, and a way to damage what is stored."""

    engine: PointEngine
    clock: Clock = field(default_factory=Clock)
    chunker: Chunker = field(default_factory=ParagraphChunker)
    pipeline: Pipeline | None = None
    models_opened: int = 0
    told: list[tuple[str, int]] = field(default_factory=list)
    replaced_while_read: Callable[[], Awaitable[object]] | None = None
    before_import_flips: Callable[[], Awaitable[object]] | None = None

    @property
    def ports(self) -> Ports:
        ports = ports_over(self.engine, chunker=self.chunker, embedder=HashEmbedder())
        pipeline = self.pipeline or ports.pipeline
        return replace(ports, now=self.clock.now, now_us=self.clock.now_us, pipeline=pipeline)

    @property
    def services(self) -> Services:
        ports = self.ports
        return assemble(ports, ingest_deadline_s=60.0, health=healthy(ports.maintenance))

    async def ingest(
        self,
        doc_id: str = "doc",
        *,
        tenant: str = "acme",
        text: str = TEXT,
        expires_at: datetime | None = None,
    ) -> Manifest:
        fields = DocumentFields(tags=("sea",), metadata={"n": 1.0}, expires_at=expires_at)
        document = Document(doc_id=doc_id, text=text, fields=fields)
        services = self.services
        await services.ingest.ingest(tenant, document)
        return await services.read.manifest(tenant, doc_id)

    @property
    def read_store(self) -> DocumentStore:
        """The store as the tools read it."""
        store, replace_it = self.ports.store, self.replaced_while_read
        if replace_it is None:
            return store
        return cast("DocumentStore", MovingStore(store, replace_it))

    async def check(self, *, tenant: str | None = None, is_repairing: bool = False) -> CheckReport:
        ports = self.ports
        check = CheckStore(
            store=self.read_store,
            maintenance=ports.maintenance,
            sweep=self.services.sweep,
            now=self.clock.now,
            max_write_age=MAX_WRITE_AGE,
        )
        return await check.check(
            tenant=tenant,
            is_repairing=is_repairing,
            tell=lambda come: self.told.append((come.step, come.done)),
        )

    async def kinds(self) -> list[str]:
        return sorted(each.kind.value for each in (await self.check()).findings)

    async def export(
        self, *, tenant: str | None = None, vectors: bool = True, after: str | None = None
    ) -> list[DocumentLine]:
        walk = self.exporter.documents(tenant=tenant, with_vectors=vectors, after=after)
        return [cast("DocumentLine", each) async for each in walk]

    async def refused(self) -> list[SkippedLine]:
        walk = self.exporter.documents()
        return [each async for each in walk if isinstance(each, SkippedLine)]

    @property
    def exporter(self) -> ExportDocuments:
        return ExportDocuments(self.read_store, self.ports.maintenance, self.clock.now)

    @property
    def importer(self) -> ImportDocuments:
        ports, happens = self.ports, self.before_import_flips
        store = ports.store
        if happens is not None:
            store = cast("DocumentStore", AwaitedStore(store, happens))

        async def opened() -> GenerationWriter:
            self.models_opened += 1
            return GenerationWriter(store, ports.embedder)

        return ImportDocuments(
            store=store,
            maintenance=ports.maintenance,
            pipeline=ports.pipeline,
            cutter=DocumentCutter(self.chunker, ports.max_pairs),
            open_writer=opened,
            now=self.clock.now,
        )

    async def import_all(self, lines: Sequence[DocumentLine]) -> list[str]:
        importer = self.importer
        return [(await importer.import_(line)).status.value for line in lines]

    async def plant_set(self, sequence: int, *, doc_id: str = "doc", chunks: int = 2) -> str:
        """Leave chunks behind as a writer that died before its flip does."""
        generation = generation_name(sequence, 1)
        manifest = Manifest(
            doc_id=doc_id,
            sequence=sequence,
            generation=generation,
            version=sequence,
            created_at=BEGIN,
            updated_at=BEGIN,
        )
        pieces = [
            Chunk(
                doc_id=doc_id,
                generation=generation,
                sequence=sequence,
                index=index,
                text="left",
                chunk_hash="left",
                char_start=0,
                char_end=4,
                token_count=3,
            )
            for index in range(chunks)
        ]
        await self.ports.store.write_chunks("acme", manifest, pieces, vectors=[None] * chunks)
        return generation

    async def change_point(self, point_id: str, *, to: str = "", **changes: Any) -> None:  # noqa: ANN401  any JSON
        """Write a point again with other fields (None removes one), or under another id."""
        (point,) = await self.engine.call(Retrieve((point_id,)))
        payload: Payload = {**point.payload, **changes}
        kept = {name: value for name, value in payload.items() if value is not None}
        await self.engine.call(Upsert(points=(Point(to or point_id, kept),)))

    async def change_vector_point(self, point_id: str, *, to: str, **changes: Any) -> None:  # noqa: ANN401  any JSON
        """Write a point under another id, with other fields and a vector."""
        await self.change_point(point_id, to=to, **changes)
        (point,) = await self.engine.call(Retrieve((to,)))
        vector = array("f", [1.0] * DIMENSION).tobytes()
        await self.engine.call(Upsert(points=(Point(to, point.payload, vector),)))

    async def remove_points(self, *point_ids: str) -> None:
        await self.engine.call(Delete(point_ids))


def chunk_point(manifest: Manifest, index: int, *, tenant: str = "acme") -> str:
    return chunk_id(tenant, manifest.doc_id, str(manifest.generation), index)


def manifest_point(manifest: Manifest, *, tenant: str = "acme") -> str:
    return manifest_id(tenant, manifest.doc_id)
