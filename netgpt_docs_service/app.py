"""The HTTP application: what is opened, what surrounds each request, which routes there are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from fastapi import FastAPI
from prometheus_fastapi_instrumentator import Instrumentator

from netgpt_docs_service.api import documents, embeddings, files, ingest, operations, query
from netgpt_docs_service.api.auth import OPEN_ROUTES, Gate
from netgpt_docs_service.api.keys import KeyRing, load_keys, make_ring, single_key
from netgpt_docs_service.api.middleware import BodyLimit, RequestContext
from netgpt_docs_service.api.openapi import DescribedAPI, operation_id
from netgpt_docs_service.api.paths import PathParts
from netgpt_docs_service.api.problems import ProblemHandlers
from netgpt_docs_service.api.state import Readiness, Sizes, State, UploadPlaces
from netgpt_docs_service.domain.access import ApiKey
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import Settings
from netgpt_docs_service.usecases.services import Services
from netgpt_docs_service.version import __version__

_MIB = 2**20
_FORMS = ("/ingest/files", "/ingest/preview")
_ROUTERS = (
    ingest.router,
    ingest.batch_router,
    files.router,
    files.preview_router,
    documents.router,
    documents.writes_router,
    query.router,
    embeddings.router,
    operations.router,
    operations.open_router,
)


def create_app(
    settings: Settings,
    *,
    open_services: Callable[[Settings], AbstractAsyncContextManager[Services]],
    metrics: Metrics | None = None,
) -> FastAPI:
    """Return the application; ConfigurationError when its keys make no sense.

    Services open when the server starts it and close when the server stops it. Pass `metrics`
    when something that `open_services` opens counts there, too.
    """
    metrics = metrics or Metrics()
    keys = make_ring(configured_keys(settings))
    sizes = _sizes(settings)
    readiness = Readiness()
    app = DescribedAPI(
        title="netgpt-docs-service",
        summary="Documents in, exact passages out.",
        version=__version__,
        lifespan=partial(
            _lifespan,
            open_services=partial(open_services, settings),
            metrics=metrics,
            sizes=sizes,
            readiness=readiness,
            deadline_s=settings.ingest_deadline_s,
        ),
        exception_handlers=ProblemHandlers(metrics).table(),
        generate_unique_id_function=operation_id,
        redirect_slashes=False,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    for router in _ROUTERS:
        app.include_router(router)
    app.state.readiness = readiness
    _surround(app, keys=keys, metrics=metrics, sizes=sizes)
    return app


@asynccontextmanager
async def _lifespan(
    _: FastAPI,
    *,
    open_services: Callable[[], AbstractAsyncContextManager[Services]],
    metrics: Metrics,
    sizes: Sizes,
    readiness: Readiness,
    deadline_s: float,
) -> AsyncIterator[State]:
    async with open_services() as services:
        readiness.is_ready = True
        try:
            yield State(
                services=services,
                metrics=metrics,
                sizes=sizes,
                uploads=UploadPlaces(),
                readiness=readiness,
                deadline_s=deadline_s,
            )
        finally:
            readiness.is_ready = False


def _sizes(settings: Settings) -> Sizes:
    return Sizes(
        body_bytes=settings.max_body_mb * _MIB,
        text_bytes=settings.max_text_bytes,
        file_bytes=settings.max_file_size_mb * _MIB,
        upload_bytes=settings.max_upload_mb * _MIB,
    )


def configured_keys(settings: Settings) -> Iterator[ApiKey]:
    """Yield the keys that the settings name; ConfigurationError when they cannot be read."""
    secret = settings.single_key()
    if secret is not None:
        yield single_key(secret)
    if settings.api_keys_file is not None:
        yield from load_keys(settings.api_keys_file)


def _surround(app: FastAPI, *, keys: KeyRing, metrics: Metrics, sizes: Sizes) -> None:
    """Add the middleware, innermost first: an unknown caller's body is never read."""
    app.add_middleware(
        BodyLimit,
        limit_bytes=sizes.body_bytes,
        form_limits=dict.fromkeys(_FORMS, sizes.upload_bytes),
    )
    app.add_middleware(Gate, keys=keys, metrics=metrics, now=_now)
    _count_requests(app, metrics)
    app.add_middleware(PathParts)
    app.add_middleware(RequestContext, metrics=metrics)


def _count_requests(app: FastAPI, metrics: Metrics) -> None:
    """Count requests by route template; a path that matches none counts as `none`."""
    Instrumentator(
        should_group_status_codes=False,
        excluded_handlers=[f"^{path}$" for path in sorted(OPEN_ROUTES)],
        registry=metrics.registry,
    ).instrument(app)


def _now() -> datetime:
    return datetime.now(UTC)
