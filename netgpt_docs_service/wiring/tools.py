"""Open the store for the operator's commands: no model, unless something must be embedded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from netgpt_docs_service.embedding.interface import ModelFingerprint
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.store.collection_description import beside_layout
from netgpt_docs_service.store.interface import DocumentStore
from netgpt_docs_service.usecases.cutter import DocumentCutter
from netgpt_docs_service.usecases.export_documents import ExportDocuments
from netgpt_docs_service.usecases.fsck import CheckStore
from netgpt_docs_service.usecases.generation import GenerationWriter
from netgpt_docs_service.usecases.import_documents import ImportDocuments
from netgpt_docs_service.usecases.sweep import MAX_WRITE_AGE, SweepStore
from netgpt_docs_service.wiring.model import fingerprint_digest, load_model, read_model_files
from netgpt_docs_service.wiring.pipeline import make_chunker, pipeline_of
from netgpt_docs_service.wiring.store_use import StoreUse
from netgpt_docs_service.wiring.stores import (
    OpenedStore,
    claimed_directory,
    opened_store,
    stored_description,
)


@dataclass(frozen=True, slots=True)
class StoreTools:
    """What can be done with a store as it is found, and the model that its vectors are of."""

    check: CheckStore
    export: ExportDocuments
    model: str
    dimension: int


@asynccontextmanager
async def open_store_tools(settings: Settings, *, process: str) -> AsyncIterator[StoreTools]:
    """Open the stored collection by its own description.

    Raises DataDirectoryInUse when a service runs on the data directory, ConfigurationError when
    nothing was ever stored.
    """
    with claimed_directory(settings, process=process) as directory:
        description = await stored_description(settings, directory)
        dimension = int(description["dimension"])
        async with opened_store(
            settings,
            directory,
            dimension,
            description=beside_layout(description),
            observer=Metrics(),
            use=StoreUse.EXAMINE,
        ) as store:
            yield _tools(store, _digest(description), dimension)


@asynccontextmanager
async def open_import(settings: Settings) -> AsyncIterator[ImportDocuments]:
    """Open the store for this service's own model, whose engine is started only when needed.

    Raises StartupError as a service's start does.
    """
    async with AsyncExitStack() as stack:
        claim = claimed_directory(settings, process="netgpt-docs import")
        directory = stack.enter_context(claim)
        metrics = Metrics()
        model = await asyncio.to_thread(read_model_files, settings)
        fingerprint = model.fingerprint
        chunker = make_chunker(
            settings, model.tokenizer, max_tokens=fingerprint.max_tokens, metrics=metrics
        )
        stack.callback(chunker.close)
        store = await stack.enter_async_context(
            opened_store(
                settings,
                directory,
                fingerprint.dimension,
                description=asdict(fingerprint),
                observer=metrics,
                use=StoreUse.IMPORT,
            )
        )
        yield ImportDocuments(
            store=store.documents,
            maintenance=store.maintenance,
            pipeline=pipeline_of(chunker, fingerprint),
            cutter=DocumentCutter(chunker, settings.max_examples_per_conversation),
            open_writer=_LateWriter(settings, stack, store.documents, metrics),
            now=_now,
        )


class _LateWriter:
    """The model's engine, loaded by the first call and closed with `stack`."""

    def __init__(
        self,
        settings: Settings,
        stack: AsyncExitStack,
        store: DocumentStore,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._stack = stack
        self._store = store
        self._metrics = metrics
        self._opened: GenerationWriter | None = None

    async def __call__(self) -> GenerationWriter:
        if self._opened is None:
            model = await asyncio.to_thread(load_model, self._settings, self._metrics)
            self._stack.push_async_callback(asyncio.to_thread, model.embedder.close)
            self._opened = GenerationWriter(self._store, model.embedder)
        return self._opened


def _tools(store: OpenedStore, model: str, dimension: int) -> StoreTools:
    documents, maintenance = store.documents, store.maintenance
    sweep = SweepStore(
        store=documents, maintenance=maintenance, now=_now, max_write_age=MAX_WRITE_AGE
    )
    check = CheckStore(
        store=documents,
        maintenance=maintenance,
        sweep=sweep,
        now=_now,
        max_write_age=MAX_WRITE_AGE,
    )
    return StoreTools(check, ExportDocuments(documents, maintenance, _now), model, dimension)


def _digest(description: dict[str, Any]) -> str:
    known: dict[str, Any] = {
        each.name: description.get(each.name) for each in fields(ModelFingerprint)
    }
    return fingerprint_digest(ModelFingerprint(**known))


def _now() -> datetime:
    return datetime.now(UTC)
