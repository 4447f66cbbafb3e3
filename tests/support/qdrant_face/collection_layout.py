"""A collection's configuration: from the body that created it to the engine and to its info."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, TypeAlias

import qdrant_edge as edge
from qdrant_client import models

from tests.support.qdrant_face.refusals import refuse_unknown

Json: TypeAlias = dict[str, Any]

_DISTANCES = {
    "Cosine": edge.Distance.Cosine,
    "Euclid": edge.Distance.Euclid,
    "Dot": edge.Distance.Dot,
    "Manhattan": edge.Distance.Manhattan,
}
_MEMORY = {"cold": edge.Memory.Cold, "cached": edge.Memory.Cached, "pinned": edge.Memory.Pinned}
_HNSW: Json = {"m": 16, "ef_construct": 100, "full_scan_threshold": 10_000}
_OPTIMIZER: Json = {
    "deleted_threshold": 0.2,
    "vacuum_min_vector_number": 1000,
    "default_segment_number": 0,
    "indexing_threshold": 10_000,
    "flush_interval_sec": 5,
}
_WAL: Json = {"wal_capacity_mb": 32, "wal_segments_ahead": 0, "wal_retain_closed": 1}
_NO_VECTOR = "none"
_NO_MERGING = 256  # segments: a server merges in the background, the face never
_INDEX_KINDS = {
    "keyword": edge.PayloadSchemaType.Keyword,
    "integer": edge.PayloadSchemaType.Integer,
    "float": edge.PayloadSchemaType.Float,
    "bool": edge.PayloadSchemaType.Bool,
    "datetime": edge.PayloadSchemaType.Datetime,
    "text": edge.PayloadSchemaType.Text,
    "uuid": edge.PayloadSchemaType.Uuid,
}


def named_vectors(config: Mapping[str, Any]) -> dict[str, Json]:
    """Return the dense vectors by name; one without a name is named by the empty text."""
    vectors = config.get("vectors") or {}
    return {"": vectors} if "size" in vectors else dict(vectors)


def engine_config(config: Mapping[str, Any]) -> edge.EdgeConfig:
    """Lay a shard out as the collection says."""
    named = {name: _vector_params(config, params) for name, params in named_vectors(config).items()}
    sparse = {
        name: edge.EdgeSparseVectorParams(
            modifier=edge.Modifier.Idf if params.get("modifier") == "idf" else None
        )
        for name, params in (config.get("sparse_vectors") or {}).items()
    }
    if not named and not sparse:  # a server allows it, the engine wants one
        sparse = {_NO_VECTOR: edge.EdgeSparseVectorParams()}
    return edge.EdgeConfig(
        vectors=named.get("", named),
        sparse_vectors=sparse,
        optimizers=edge.EdgeOptimizersConfig(default_segment_number=_NO_MERGING),
    )


def index_params(schema: str | Json) -> edge.PayloadSchemaType | edge.KeywordIndexParams:
    """Translate the schema of a payload index."""
    params: Json = {"type": schema} if isinstance(schema, str) else schema
    if params["type"] not in _INDEX_KINDS:
        refuse_unknown(f"an index of type {params['type']}")
    if params["type"] == "keyword":
        return edge.KeywordIndexParams(is_tenant=params.get("is_tenant"))
    return _INDEX_KINDS[params["type"]]


def config_info(config: Mapping[str, Any]) -> Json:
    """Show the configuration as GET /collections/{name} does."""
    params = {
        name: config[name]
        for name in ("vectors", "sparse_vectors", "sharding_method", "payload", "id_tracker")
        if config.get(name) is not None
    }
    params |= {
        "shard_number": config["shard_number"],
        "replication_factor": config.get("replication_factor") or 1,
        "write_consistency_factor": config.get("write_consistency_factor") or 1,
        "on_disk_payload": config.get("on_disk_payload", True),
    }
    info = {
        "params": params,
        "hnsw_config": _HNSW | _given(config.get("hnsw_config")),
        "optimizer_config": _OPTIMIZER | _given(config.get("optimizers_config")),
        "wal_config": _WAL | _given(config.get("wal_config")),
        "quantization_config": _in_float32(config.get("quantization_config")),
        "strict_mode_config": {"enabled": False} | _given(config.get("strict_mode_config")),
    }
    return info | ({"metadata": config["metadata"]} if config.get("metadata") else {})


def _in_float32(part: Any) -> Any:  # noqa: ANN401  any JSON
    """Show numbers as a server does that keeps them as float32."""
    if isinstance(part, dict):
        return {name: _in_float32(value) for name, value in part.items()}
    return struct.unpack("f", struct.pack("f", part))[0] if isinstance(part, float) else part


def patched(config: Json, change: Mapping[str, Any]) -> Json:
    """Apply PATCH /collections/{name}: what is given replaces what was, member by member."""
    result = dict(config)
    for name, part in change.items():
        if name == "params":
            result |= _given(part)
        elif isinstance(part, dict) and isinstance(config.get(name), dict):
            result[name] = config[name] | _given(part)
        elif part is not None:
            result[name] = part
    return result


def _vector_params(config: Mapping[str, Any], params: Json) -> edge.EdgeVectorParams:
    hnsw = _HNSW | _given(config.get("hnsw_config")) | _given(params.get("hnsw_config"))
    quantization = params.get("quantization_config") or config.get("quantization_config")
    return edge.EdgeVectorParams(
        size=params["size"],
        distance=_DISTANCES[params["distance"]],
        memory=_MEMORY.get(params.get("memory") or ""),
        quantization_config=None if quantization is None else _quantization(quantization),
        hnsw_config=edge.HnswIndexConfig(
            m=hnsw["m"],
            ef_construct=hnsw["ef_construct"],
            full_scan_threshold=hnsw["full_scan_threshold"],
            payload_m=hnsw.get("payload_m"),
        ),
    )


def _quantization(config: Json) -> edge.ScalarQuantizationConfig:
    scalar = config.get("scalar")
    if scalar is None:
        refuse_unknown(f"the quantization {sorted(config)}")
    models.ScalarQuantizationConfig.model_validate(scalar)
    return edge.ScalarQuantizationConfig(
        type=edge.ScalarType.Int8,
        quantile=scalar.get("quantile"),
        memory=_MEMORY.get(scalar.get("memory") or ""),
    )


def _given(part: Mapping[str, Any] | None) -> Json:
    return {name: value for name, value in (part or {}).items() if value is not None}
