"""Points as a walk over the whole store meets them: damaged ones are described, never raised."""

from __future__ import annotations

import re

from netgpt_docs_service.domain.chunk_kind import ChunkKind
from netgpt_docs_service.domain.chunks import chunk_id, generation_sequence, manifest_id
from netgpt_docs_service.domain.documents import Manifest
from netgpt_docs_service.errors import DocumentDamaged
from netgpt_docs_service.store.chunk_payloads import index_name, kind_of
from netgpt_docs_service.store.interface import ChunkEntry, ManifestEntry
from netgpt_docs_service.store.payload_values import check_manifest
from netgpt_docs_service.store.payloads import Payload, manifest_of
from netgpt_docs_service.store.points import Point

_SET_NAME = re.compile(r"[1-9][0-9]{0,15}-[0-9]{1,16}")


def manifest_entry(point: Point) -> ManifestEntry:
    """Describe the manifest in `point`; one under a wrong id is no document's."""
    tenant, doc_id = _text(point.payload, "tenant"), _text(point.payload, "doc_id")
    try:
        manifest, problem = _manifest(point, tenant, doc_id), None
    except DocumentDamaged as error:
        manifest, problem = None, error.message
    return ManifestEntry(
        point_id=point.id, tenant=tenant, doc_id=doc_id, manifest=manifest, problem=problem
    )


def chunk_entry(point: Point) -> ChunkEntry:
    """Describe the chunk or pair in `point` by the fields that name it."""
    payload = point.payload
    kind = kind_of(payload)
    unreadable = _unreadable(payload, kind)
    tenant, doc_id = _text(payload, "tenant"), _text(payload, "doc_id")
    if unreadable is not None:
        return ChunkEntry(
            point_id=point.id,
            tenant=tenant,
            doc_id=doc_id,
            generation="",
            index=-1,
            problem=unreadable,
            kind=kind,
        )
    generation, index = payload["generation"], payload[index_name(kind)]
    problem = None
    if point.id != chunk_id(tenant, doc_id, generation, index, kind=kind):
        problem = f"{kind} {index} of set {generation} lies under an id that is not its own"
    elif payload.get("sequence") != generation_sequence(generation):
        problem = f"{kind} {index} of set {generation} has sequence {payload.get('sequence')}"
    return ChunkEntry(
        point_id=point.id,
        tenant=tenant,
        doc_id=doc_id,
        generation=generation,
        index=index,
        problem=problem,
        kind=kind,
    )


def _manifest(point: Point, tenant: str, doc_id: str) -> Manifest:
    manifest = manifest_of(point.payload)
    try:
        check_manifest(manifest)
    except ValueError as error:
        message = f"the manifest of document {doc_id!r} is odd: {error}"
        raise DocumentDamaged(message) from error
    if not tenant or point.id != manifest_id(tenant, doc_id):
        message = f"the manifest of document {doc_id!r} lies under an id that is not its own"
        raise DocumentDamaged(message)
    if manifest.generation is not None and not _is_set(manifest.generation):
        message = f"the manifest of document {doc_id!r} names the set {manifest.generation!r}"
        raise DocumentDamaged(message)
    return manifest


def _text(payload: Payload, name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def _unreadable(payload: Payload, kind: ChunkKind) -> str | None:
    for name in ("tenant", "doc_id", "generation"):
        if not _text(payload, name):
            return f"a {kind} has no {name}"
    if type(payload.get(index_name(kind))) is not int:
        return f"a {kind} of set {payload['generation']} has no {index_name(kind)}"
    if not _is_set(payload["generation"]):
        return f"a {kind} names the set {payload['generation']!r}, which no write could make"
    return None


def _is_set(generation: str) -> bool:
    return _SET_NAME.fullmatch(generation) is not None
