"""Points and what is asked of them, between JSON and the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, TypeAlias
from uuid import UUID

import qdrant_edge as edge

from tests.support.qdrant_face.face_filters import engine_filter
from tests.support.qdrant_face.refusals import refuse_input, refuse_unknown

Json: TypeAlias = Mapping[str, Any]
PointId: TypeAlias = int | str

_DEFAULT_LIMIT = 10


def points_of(body: Json) -> list[edge.Point]:
    """Read the points of an upsert, in whichever of its two forms."""
    entries = body["points"] if "points" in body else _batched(body["batch"])
    return [
        edge.Point(_id_of(entry["id"]), _vectors(entry["vector"]), entry.get("payload") or {})
        for entry in entries
    ]


def _batched(batch: Json) -> Iterator[Json]:
    ids, vectors = batch["ids"], batch["vectors"]
    payloads = batch.get("payloads") or list(repeat({}, len(ids)))
    columns = vectors.values() if isinstance(vectors, dict) else [vectors]
    if any(len(column) != len(ids) for column in [*columns, payloads]):
        text = "number of ids, vectors and payloads of a batch must be equal"
        refuse_input(text)
    for place, point_id in enumerate(ids):
        own = (
            {name: column[place] for name, column in vectors.items()}
            if isinstance(vectors, dict)
            else vectors[place]
        )
        yield {"id": point_id, "vector": own, "payload": payloads[place]}


def _id_of(value: PointId) -> PointId:
    try:
        return value if isinstance(value, int) else str(UUID(value))
    except ValueError:
        text = (
            f"value {value} is not a valid point ID, "
            "valid values are either an unsigned integer or a UUID"
        )
        refuse_input(text)


def ids_of(values: Sequence[PointId]) -> list[edge.PointId]:
    return [_id_of(value) for value in values]


def _vectors(value: Any) -> edge.Vector:  # noqa: ANN401  JSON: one vector, or several by name
    if isinstance(value, dict) and "indices" not in value:
        return {name: vector_of(vector) for name, vector in value.items()}
    return [float(number) for number in value]


def vector_of(value: Any) -> edge.NamedVector:  # noqa: ANN401  JSON: a list, or indices and values
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and value.keys() == {"indices", "values"}:
        if len(value["indices"]) != len(value["values"]):
            text = "Sparse vector indices and values must have the same length"
            refuse_input(text)
        return edge.SparseVector(value["indices"], value["values"])
    return refuse_unknown(f"a vector like {str(value)[:80]}")


def payload_selector(asked: Any, *, default: bool) -> edge.WithPayloadType:  # noqa: ANN401  JSON
    """Read `with_payload`: a boolean, a list of fields, or an include or exclude of them."""
    if asked is None:
        return default
    if isinstance(asked, dict) and "exclude" in asked:
        return edge.PayloadSelector.Exclude(asked["exclude"])
    if isinstance(asked, dict):
        return edge.PayloadSelector.Include(asked["include"])
    chosen: edge.WithPayloadType = asked
    return chosen


def query_request(body: Json) -> edge.QueryRequest:
    """Read one query; what has prefetches is fused from them."""
    offset, limit = body.get("offset") or 0, body.get("limit") or _DEFAULT_LIMIT
    return edge.QueryRequest(
        limit=limit,
        offset=offset,
        query=_query(body),
        prefetches=[_prefetch(each) for each in _prefetches(body)],
        filter=engine_filter(body.get("filter")),
        params=_search_params(body.get("params") or {}),
        score_threshold=body.get("score_threshold"),
        with_payload=payload_selector(body.get("with_payload"), default=False),
        with_vector=body.get("with_vector") or False,
    )


def _prefetches(body: Json) -> list[Json]:
    given = body.get("prefetch") or []
    return given if isinstance(given, list) else [given]


def _prefetch(body: Json) -> edge.Prefetch:
    return edge.Prefetch(
        limit=body.get("limit") or _DEFAULT_LIMIT,
        query=_query(body),
        prefetches=[_prefetch(each) for each in _prefetches(body)],
        filter=engine_filter(body.get("filter")),
        params=_search_params(body.get("params") or {}),
        score_threshold=body.get("score_threshold"),
    )


def _query(body: Json) -> edge.ScoringQueryType | None:
    query = body.get("query")
    if query is None:
        return None
    if isinstance(query, dict) and query.get("fusion") == "dbsf":
        return edge.Fusion.Dbsf()  # type: ignore[return-value]  # a fusion, says the engine
    if isinstance(query, dict) and not query.keys().isdisjoint({"fusion", "rrf"}):
        rrf = query.get("rrf") or {}
        return edge.Fusion.Rrf(rrf.get("k") or 2, rrf.get("weights"))  # type: ignore[return-value]  # as above
    nearest = query.get("nearest", query) if isinstance(query, dict) else query
    return edge.Query.Nearest(vector_of(nearest), using=body.get("using"))


def _search_params(params: Json) -> edge.SearchParams:
    quantization, idf = params.get("quantization"), params.get("idf")
    return edge.SearchParams(
        hnsw_ef=params.get("hnsw_ef"),
        exact=params.get("exact") or False,
        indexed_only=params.get("indexed_only") or False,
        quantization=None
        if quantization is None
        else edge.QuantizationSearchParams(
            ignore=quantization.get("ignore") or False,
            rescore=quantization.get("rescore"),
            oversampling=quantization.get("oversampling"),
        ),
        idf=edge.IdfParams(corpus=engine_filter(idf["corpus"])) if isinstance(idf, dict) else None,
    )


def record_json(record: edge.Record | edge.ScoredPoint, *, has_payload: bool) -> dict[str, Any]:
    """Show a point as retrieve and scroll do; a scored one has its score and version, too."""
    shown: dict[str, Any] = {"id": _shown_id(record.id)}
    if isinstance(record, edge.ScoredPoint):
        shown |= {"version": record.version, "score": record.score}
    if has_payload:
        shown["payload"] = record.payload or {}
    if record.vector is not None:
        shown["vector"] = _shown_vectors(record.vector)
    return shown


def _shown_id(point_id: edge.PointId) -> PointId:
    return point_id if isinstance(point_id, int) else str(point_id)


def _shown_vectors(vector: edge.Vector) -> Any:  # noqa: ANN401  as _vectors
    if not isinstance(vector, dict):
        return vector
    return {
        name: {"indices": each.indices, "values": each.values}
        if isinstance(each, edge.SparseVector)
        else each
        for name, each in vector.items()
    }
