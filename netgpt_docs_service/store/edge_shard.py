"""The shard on disk: created whole or not at all, and opened by one process at a time."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from pathlib import Path

import qdrant_edge as edge

from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.store import schema

# 6,700 vectors of 384 dimensions; with 4,000 kB a search takes 4 ms longer.
_INDEXING_THRESHOLD_KB = 10_000
# Above what any corpus for one machine reaches: segments are never all merged.
_SEGMENT_NUMBER = 256
_RETRY_S = 0.05

_INDEX_KINDS: dict[str, edge.PayloadSchemaType | edge.KeywordIndexParams] = {
    "tenant": edge.KeywordIndexParams(is_tenant=True),
    "keyword": edge.PayloadSchemaType.Keyword,
    "integer": edge.PayloadSchemaType.Integer,
    "float": edge.PayloadSchemaType.Float,
    "bool": edge.PayloadSchemaType.Bool,
    "datetime": edge.PayloadSchemaType.Datetime,
}


def open_shard(
    folder: Path, dimension: int, *, indexes: Mapping[str, str], lock_timeout_s: float
) -> edge.EdgeShard:
    """Load the shard in `folder`, creating it on the first start, with `indexes` on its payload.

    A process that was orphaned may still be closing the shard: its lock is awaited. Raises
    ConfigurationError when an index exists with another kind.
    """
    if not folder.exists():
        _create(folder, dimension, indexes)
    shard = _load(folder, dimension, deadline=time.monotonic() + lock_timeout_s)
    try:
        _settle_indexes(shard, indexes)
    except ConfigurationError:
        shard.close()
        raise
    return shard


def _create(folder: Path, dimension: int, indexes: Mapping[str, str]) -> None:
    draft = folder.with_name(f"{folder.name}.new")  # a crash in here leaves no half-made shard
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    shard = edge.EdgeShard.create(str(draft), _config(dimension))
    _settle_indexes(shard, indexes)
    shard.close()
    draft.rename(folder)


def _settle_indexes(shard: edge.EdgeShard, wanted: Mapping[str, str]) -> None:
    """Make what is missing, which takes seconds over 100,000 chunks, and drop what is surplus."""
    existing = {
        field: str(index.data_type).rpartition(".")[2].lower()
        for field, index in shard.info().payload_schema.items()
    }
    missing = schema.missing_indexes(existing, wanted)
    surplus = schema.surplus_indexes(existing, wanted)
    for field, kind in missing.items():
        shard.update(edge.UpdateOperation.create_field_index(field, _INDEX_KINDS[kind]))
        shard.flush()  # a start that is given up while the next one is made keeps this one
    for field in surplus:
        shard.update(edge.UpdateOperation.delete_field_index(field))
        shard.flush()


def _load(folder: Path, dimension: int, *, deadline: float) -> edge.EdgeShard:
    while True:
        try:
            return edge.EdgeShard.load(str(folder), _config(dimension))
        except Exception as error:
            if "WouldBlock" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_S)


def _config(dimension: int) -> edge.EdgeConfig:
    return edge.EdgeConfig(
        vectors={
            schema.DENSE: edge.EdgeVectorParams(
                size=dimension,
                distance=edge.Distance.Cosine,
                memory=edge.Memory.Cached,
                quantization_config=edge.ScalarQuantizationConfig(
                    type=edge.ScalarType.Int8,
                    quantile=schema.QUANTILE,
                    memory=edge.Memory.Pinned,
                ),
                # No graph: an int8 scan of 50,000 chunks takes 1.6 ms, building one seconds.
                hnsw_config=edge.HnswIndexConfig(
                    m=0, ef_construct=100, full_scan_threshold=10_000, payload_m=0
                ),
            )
        },
        sparse_vectors={
            schema.BM25: edge.EdgeSparseVectorParams(
                modifier=edge.Modifier.Idf,
                # 1 KB of memory for each chunk; as pages of its file, which the kernel may take
                # back, a search of 10,000 of 100,000 chunks takes 8 to 13 ms instead of 7.
                memory=edge.Memory.Pinned,
            )
        },
        optimizers=edge.EdgeOptimizersConfig(
            indexing_threshold=_INDEXING_THRESHOLD_KB, default_segment_number=_SEGMENT_NUMBER
        ),
    )
