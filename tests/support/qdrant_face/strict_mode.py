"""The limits of a collection's strict mode, refused as the server does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tests.support.qdrant_face.face_filters import leaves
from tests.support.qdrant_face.refusals import refuse_strictly

Json: TypeAlias = Mapping[str, Any]

_DEFAULT_LIMIT = 10
_KINDS = {
    "match": "keyword, integer, bool, text, uuid",
    "range": "integer, float, datetime",
}


@dataclass(frozen=True, slots=True)
class StrictMode:
    """What one collection allows; `indexed` are its payload indexes, field by field."""

    limits: Json = field(default_factory=dict)
    indexed: Json = field(default_factory=dict)
    config: Json = field(default_factory=dict)

    def check_upsert(self, body: Json, count: int) -> None:
        self._check("upsert limit", count, "upsert_max_batchsize")
        self._check_filter(body.get("update_filter"), "unindexed_filtering_update")

    def check_update(self, body: Json) -> None:
        self._check_filter(body.get("filter"), "unindexed_filtering_update")

    def check_timeout(self, timeout_s: int) -> None:
        self._check("timeout", timeout_s, "max_timeout")

    def check_scroll(self, body: Json) -> None:
        self._check("limit", body.get("limit") or _DEFAULT_LIMIT, "max_query_limit")
        self._check_filter(body.get("filter"), "unindexed_filtering_retrieve")

    def check_count(self, body: Json) -> None:
        self._check_filter(body.get("filter"), "unindexed_filtering_retrieve")
        self._check_exact(is_exact=body.get("exact") is not False)

    def check_batch(self, size: int) -> None:
        self._check("search batch size", size, "search_max_batchsize")

    def check_query(self, body: Json) -> None:
        prefetches = body.get("prefetch") or []
        for prefetch in prefetches if isinstance(prefetches, list) else [prefetches]:
            self.check_query(prefetch)
        self.check_scroll(body)
        params = body.get("params") or {}
        self._check_exact(is_exact=bool(params.get("exact")))
        oversampling = (params.get("quantization") or {}).get("oversampling")
        self._check("oversampling", oversampling, "search_max_oversampling")
        self._check("hnsw_ef", params.get("hnsw_ef"), "search_max_hnsw_ef")
        idf = params.get("idf")
        if isinstance(idf, dict):
            self._check_filter(idf.get("corpus"), "unindexed_filtering_retrieve")
        if not prefetches:
            self._check_scan(body)

    def _check(self, name: str, value: float | None, limit_name: str) -> None:
        limit = self._limit(limit_name)
        if limit is not None and value is not None and value > limit:
            refuse_strictly(
                f'Limit exceeded {value} > {limit} for "{name}"',
                cure=f'Reduce the "{name}" parameter to or below {limit}.',
            )

    def _check_exact(self, *, is_exact: bool) -> None:
        if is_exact and self._limit("search_allow_exact") is False:
            refuse_strictly("Exact search disabled!", cure="Set exact=false.")

    def _check_filter(self, condition: Json | None, allowance: str) -> None:
        if condition is None:
            return
        found = list(leaves(condition))
        most, largest = self._limit("filter_max_conditions"), self._limit("condition_max_size")
        if most is not None and len(found) > most:
            refuse_strictly(
                f"Filter condition limit reached ({len(found)} > {most})",
                cure="Reduce the amount of conditions of your filter.",
            )
        size = max(map(_size, found), default=0)
        if largest is not None and size > largest:
            refuse_strictly(
                f"Condition size limit reached ({size} > {largest})",
                cure="Reduce the size of your condition.",
            )
        if self._limit(allowance) is False:
            for leaf in found:
                self._check_indexed(leaf)

    def _check_indexed(self, leaf: Json) -> None:
        key = leaf.get("key")
        if key is None or key in self.indexed:
            return
        kinds = next((kinds for name, kinds in _KINDS.items() if leaf.get(name)), "keyword")
        refuse_strictly(
            f'Index required but not found for "{key}" of one of the following types: [{kinds}]',
            cure="Create an index for this key or use a different filter.",
        )

    def _check_scan(self, body: Json) -> None:
        """Refuse to look at every vector: a graph, or one for each tenant, has to exist."""
        using = body.get("using") or ""
        if self._limit("search_allow_exact") is not False or body.get("query") is None:
            return
        if using in (self.config.get("sparse_vectors") or {}):
            return
        vectors = self.config.get("vectors") or {}
        own = (vectors.get(using) or {}).get("hnsw_config") or {} if using else {}
        hnsw = {"m": 16} | (self.config.get("hnsw_config") or {}) | own
        if hnsw["m"]:
            return
        on = f" on '{using}'" if using else ""
        if not any(self._is_tenant(leaf) for leaf in leaves(body.get("filter"))):
            refuse_strictly(
                f"Request is forbidden{on} because global vector indexing is disabled"
                " (hnsw_config.m = 0)",
                cure="Use tenant-specific filter, enable global vector indexing or enable strict"
                " mode `search_allow_exact` option",
            )
        if not hnsw.get("payload_m"):
            refuse_strictly(
                f"Request is forbidden{on} because vector indexing is disabled"
                " (hnsw_config.m = 0 and hnsw_config.payload_m = 0)",
                cure="Enable vector indexing, use a prefetch query with indexed vectors or enable"
                " strict mode `search_allow_exact` option",
            )

    def _is_tenant(self, leaf: Json) -> bool:
        schema = self.indexed.get(leaf.get("key", ""))
        return isinstance(schema, dict) and bool(schema.get("is_tenant"))

    def _limit(self, name: str) -> Any:  # noqa: ANN401  a number or a boolean, by its name
        return self.limits.get(name) if self.limits.get("enabled") else None


def _size(leaf: Json) -> int:
    """Count the values of a list to match, or of ids; nothing else has a size."""
    match = leaf.get("match") or {}
    return len(match.get("any") or match.get("except") or leaf.get("has_id") or ())
