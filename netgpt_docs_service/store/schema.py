"""How the collection is laid out, in the embedded engine and on a server alike."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from netgpt_docs_service.domain.filters import METADATA_PREFIX
from netgpt_docs_service.errors import ConfigurationError

DENSE = "dense"
BM25 = "bm25"

BM25_LANGUAGE = "english"
BM25_AVERAGE_LENGTH = 128.0
"""Fixed, because it is part of every stored weight; BM25 alone ranks 1.3 % better than with 256."""

QUANTILE = 0.99
OVERSAMPLING = 1.0
"""The list is rescored with the originals as it is: recall@10 stays 1.0, and 2.0 costs 1-2 ms."""

NO_NAMES: Mapping[str, str] = MappingProxyType({})
"""No name of metadata is declared."""

PAYLOAD_INDEXES = {
    "tenant": "tenant",
    "kind": "keyword",
    "state": "keyword",
    "doc_id": "keyword",
    "sequence": "integer",
    "doc_type": "keyword",
    "tags": "keyword",
    "source": "keyword",
    "intent": "keyword",
    "created_at": "datetime",
    "updated_at": "datetime",
    "expires_at": "datetime",
    # Only manifests have these two: what they cost is a few bytes for each document.
    "content_sha256": "keyword",
    "source_sha256": "keyword",
}
"""Field and kind of index, made before the first write; `tenant` is a keyword that groups."""

_METADATA_INDEXES = {
    "keyword": "keyword",
    # An integer index misses 2.5 and 1e300 where a range on the payload finds them.
    "integer": "float",
    "float": "float",
    "bool": "bool",
    # Filters compare metadata's dates as text, and the engine's datetime index takes a number in a
    # condition for microseconds.
    "datetime": "keyword",
}
"""What serves a declared type of metadata with the same answers as no index at all."""


def payload_indexes(filterable: Mapping[str, str]) -> dict[str, str]:
    """Return every field and its kind of index; `filterable` has the types of metadata's names."""
    declared = {
        METADATA_PREFIX + name: _METADATA_INDEXES[kind] for name, kind in filterable.items()
    }
    return PAYLOAD_INDEXES | declared


def missing_indexes(existing: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return what of `wanted` is to be made; `tenant` and `keyword` are one kind.

    Raises ConfigurationError when a field has an index of another kind already.
    """
    for field, kind in wanted.items():
        found = existing.get(field, kind)
        if _engine_kind(found) != _engine_kind(kind):
            message = (
                f"{field} has an index of the kind {found} in the stored collection, and "
                f"FILTERABLE_METADATA asks for {kind} now: declare the old type, or drop that "
                "index (the embedded engine does at a start without the name)"
            )
            raise ConfigurationError(message)
    return {field: kind for field, kind in wanted.items() if field not in existing}


def surplus_indexes(existing: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """Return the fields of metadata whose index nobody declares any longer."""
    return [
        field for field in existing if field not in wanted and field.startswith(METADATA_PREFIX)
    ]


def _engine_kind(kind: str) -> str:
    return "keyword" if kind == "tenant" else kind


def layout(dimension: int) -> dict[str, str | int | float]:
    """Describe what cannot change under points that are already stored."""
    return {
        "format": 2,
        "dimension": dimension,
        "distance": "cosine",
        "bm25_language": BM25_LANGUAGE,
        "bm25_average_length": BM25_AVERAGE_LENGTH,
    }
