"""How our collection is laid out on a server, and where an existing one differs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from qdrant_client import models

from netgpt_docs_service.errors import StartupError
from netgpt_docs_service.store import schema

_F32 = 1e-6  # the server keeps numbers as float32
_M, _PAYLOAD_M = 0, 16  # a graph for each tenant and none over all: every search names its tenant

_STRICT_MODE = models.StrictModeConfig(
    enabled=True,
    # Names of metadata need not have an index, and generations are told apart within the
    # few points of one document.
    unindexed_filtering_retrieve=True,
    unindexed_filtering_update=True,
    max_query_limit=2_000,  # lists of candidates reach 1,600, pages 1,000
    search_max_batchsize=8,
    search_max_oversampling=4.0,
    search_allow_exact=True,  # counts are exact, and so are the cosines of what words found
    upsert_max_batchsize=1_024,
    filter_max_conditions=2_048,  # a filter has 1,000 values, and each number is a condition
    condition_max_size=2_000,
)

_INDEX_SCHEMAS: dict[str, models.PayloadSchemaType | models.KeywordIndexParams] = {
    "tenant": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True),
    "keyword": models.PayloadSchemaType.KEYWORD,
    "integer": models.PayloadSchemaType.INTEGER,
    "float": models.PayloadSchemaType.FLOAT,
    "bool": models.PayloadSchemaType.BOOL,
    "datetime": models.PayloadSchemaType.DATETIME,
}


def creation(dimension: int) -> dict[str, Any]:
    """Return what create_collection needs, but for replicas and the description."""
    return {
        "vectors_config": {
            schema.DENSE: models.VectorParams(
                size=dimension,
                distance=models.Distance.COSINE,
                # Memory falls only when the originals stay on disk: the int8 copies come on top.
                memory=models.Memory.COLD,
            )
        },
        "sparse_vectors_config": {
            schema.BM25: models.SparseVectorParams(modifier=models.Modifier.IDF)
        },
        "quantization_config": models.ScalarQuantization(
            scalar=models.ScalarQuantizationConfig(
                type=models.ScalarType.INT8, quantile=schema.QUANTILE, memory=models.Memory.PINNED
            )
        ),
        "hnsw_config": models.HnswConfigDiff(m=_M, payload_m=_PAYLOAD_M),
        "strict_mode_config": _STRICT_MODE,
    }


def missing_indexes(
    info: models.CollectionInfo, filterable: Mapping[str, str]
) -> dict[str, models.PayloadSchemaType | models.KeywordIndexParams]:
    """Return the fields that need an index and have none, each with its kind.

    Raises ConfigurationError when a declared name has an index of another kind already.
    """
    existing = {field: index.data_type.value for field, index in info.payload_schema.items()}
    missing = schema.missing_indexes(existing, schema.payload_indexes(filterable))
    return {field: _INDEX_SCHEMAS[kind] for field, kind in missing.items()}


def check_layout(info: models.CollectionInfo, dimension: int, *, where: str) -> None:
    """Raise StartupError that names the first part of the collection which does not fit."""
    _check_strict_mode(info, where)
    for part, found, wanted in (*_parts(info, dimension), *_index_parts(info)):
        if not _is_same(found, wanted):
            message = (
                f"{where}: {part} is {found!r}, this service needs {wanted!r}; "
                "set another COLLECTION_NAME and ingest again"
            )
            raise StartupError(message)


def memory_differences(info: models.CollectionInfo) -> Iterator[str]:
    """Name what is kept in other memory than where we put it: slower or dearer, not wrong."""
    vectors = info.config.params.vectors
    dense = vectors.get(schema.DENSE) if isinstance(vectors, Mapping) else None
    quantized = (dense and dense.quantization_config) or info.config.quantization_config
    scalar = quantized.scalar if isinstance(quantized, models.ScalarQuantization) else None
    for part, found, wanted in (
        (f"memory of vector {schema.DENSE!r}", dense and dense.memory, models.Memory.COLD),
        ("memory of quantization", scalar and scalar.memory, models.Memory.PINNED),
    ):
        if found is not wanted:
            is_ = found.value if isinstance(found, models.Memory) else found
            yield f"{part} is {is_!r}, a collection that this service makes has {wanted.value!r}"


def _check_strict_mode(info: models.CollectionInfo, where: str) -> None:
    """Refuse limits below what we send, each request of which would be a 400."""
    stored = info.config.strict_mode_config
    if stored is None or not stored.enabled:
        return
    for name, wanted in _STRICT_MODE.model_dump(exclude_none=True).items():
        found = getattr(stored, name)
        if found is not None and found < wanted:
            message = (
                f"{where}: strict mode's {name} is {found!r}, this service needs {wanted!r}; "
                "raise it there with PATCH"
            )
            raise StartupError(message)


def _is_same(found: object, wanted: object) -> bool:
    if isinstance(found, float) and isinstance(wanted, float):
        return math.isclose(found, wanted, rel_tol=_F32)
    return found == wanted


def _parts(info: models.CollectionInfo, dimension: int) -> Iterator[tuple[str, object, object]]:
    """Yield each part with what is stored and what is wanted, those that others need first."""
    vectors = info.config.params.vectors
    dense = vectors.get(schema.DENSE) if isinstance(vectors, Mapping) else None
    yield f"vector {schema.DENSE!r}", "there" if dense else None, "there"
    if dense is None:
        return
    yield f"the size of vector {schema.DENSE!r}", dense.size, dimension
    distance = models.Distance.COSINE.value
    yield f"the distance of vector {schema.DENSE!r}", dense.distance.value, distance
    own_graph = dense.hnsw_config or models.HnswConfigDiff()
    graph = info.config.hnsw_config
    yield "hnsw m", graph.m if own_graph.m is None else own_graph.m, _M
    payload_m = graph.payload_m if own_graph.payload_m is None else own_graph.payload_m
    yield "hnsw payload_m", payload_m, _PAYLOAD_M
    quantized = dense.quantization_config or info.config.quantization_config
    scalar = quantized.scalar if isinstance(quantized, models.ScalarQuantization) else None
    kind = type(quantized).__name__ if scalar is None else scalar.type.value
    yield "quantization", None if quantized is None else kind, models.ScalarType.INT8.value
    yield "the quantile of quantization", scalar and scalar.quantile, schema.QUANTILE
    words = (info.config.params.sparse_vectors or {}).get(schema.BM25)
    modifier = words.modifier.value if words and words.modifier else None
    yield f"the modifier of sparse vector {schema.BM25!r}", modifier, models.Modifier.IDF.value


def _index_parts(info: models.CollectionInfo) -> Iterator[tuple[str, object, object]]:
    for field, kind in schema.PAYLOAD_INDEXES.items():
        index = info.payload_schema.get(field)
        if index is None:
            continue
        wanted = "keyword" if kind == "tenant" else kind
        yield f"the payload index of {field!r}", index.data_type.value, wanted
        if kind == "tenant":
            params = index.params
            is_tenant = isinstance(params, models.KeywordIndexParams) and params.is_tenant
            yield f"is_tenant of the payload index of {field!r}", bool(is_tenant), True
