"""Manifests as payloads of points, and back without loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from netgpt_docs_service.domain.documents import (
    DocumentFields,
    Manifest,
    MetadataValue,
    Origin,
    Pipeline,
)
from netgpt_docs_service.errors import DocumentDamaged
from netgpt_docs_service.store.payload_values import (
    maybe_whole_number,
    moment,
    text,
    texts,
    whole_number,
)

Payload: TypeAlias = dict[str, Any]


class Kind(StrEnum):
    """What a point is."""

    CHUNK = "chunk"
    PAIR = "pair"
    MANIFEST = "manifest"


PIECES = (Kind.CHUNK, Kind.PAIR)
"""What a set of a document's generation is made of."""


class State(StrEnum):
    """Whether a manifest's document exists."""

    LIVE = "live"
    TOMBSTONE = "tombstone"


def manifest_payload(tenant: str, manifest: Manifest) -> Payload:
    """Write a manifest down; a value that is None is left out."""
    return without_none(
        {
            "tenant": tenant,
            "kind": Kind.MANIFEST.value,
            "state": (State.TOMBSTONE if manifest.is_tombstone else State.LIVE).value,
            "doc_id": manifest.doc_id,
            "sequence": manifest.sequence,
            "generation": manifest.generation,
            "version": manifest.version,
            "title": manifest.fields.title,
            "media_type": manifest.origin.media_type,
            "filename": manifest.origin.filename,
            "text_type": manifest.origin.text_type,
            "language": manifest.origin.language,
            "file_metadata": dict(manifest.origin.metadata) or None,
            "warnings": list(manifest.origin.warnings) or None,
            "size_bytes": manifest.size_bytes,
            "pages": manifest.pages,
            "source_sha256": manifest.source_sha256,
            "content_sha256": manifest.content_sha256,
            "extractor": manifest.pipeline.extractor,
            "chunker": manifest.pipeline.chunker,
            "model": manifest.pipeline.model,
            "chunk_count": manifest.chunk_count,
            "pair_count": manifest.pair_count or None,
            "token_count": manifest.token_count,
            "char_count": manifest.char_count,
            "took_ms": manifest.took_ms,
            **filterable(manifest),
        }
    )


def manifest_of(payload: Payload) -> Manifest:
    """Read a manifest back; DocumentDamaged when it is none."""
    with explained(payload, "manifest"):
        return _manifest_of(payload)


def _manifest_of(payload: Payload) -> Manifest:
    return Manifest(
        doc_id=text(payload, "doc_id"),
        sequence=whole_number(payload, "sequence"),
        generation=None if payload.get("generation") is None else text(payload, "generation"),
        version=whole_number(payload, "version"),
        fields=_fields_of(payload),
        origin=_origin_of(payload),
        size_bytes=payload["size_bytes"],
        pages=payload.get("pages"),
        source_sha256=payload["source_sha256"],
        content_sha256=payload["content_sha256"],
        pipeline=Pipeline(payload["extractor"], payload["chunker"], payload["model"]),
        chunk_count=whole_number(payload, "chunk_count"),
        pair_count=maybe_whole_number(payload, "pair_count") or 0,
        token_count=payload["token_count"],
        char_count=payload["char_count"],
        took_ms=payload["took_ms"],
        created_at=moment(payload, "created_at"),
        updated_at=moment(payload, "updated_at"),
    )


def instant(moment: datetime) -> str:
    """Write a moment as the engine compares it: ISO 8601, UTC, to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def filterable(manifest: Manifest) -> Payload:
    """Write down the fields of a document that can be filtered on: its chunks have them, too."""
    fields = manifest.fields
    return {
        "doc_type": fields.doc_type,
        "intent": fields.intent,
        "tags": list(fields.tags),
        "source": fields.source,
        "metadata": {name: _json_value(value) for name, value in fields.metadata.items()},
        "created_at": instant(manifest.created_at),
        "updated_at": instant(manifest.updated_at),
        "expires_at": None if fields.expires_at is None else instant(fields.expires_at),
    }


def _origin_of(payload: Payload) -> Origin:
    return Origin(
        media_type=payload["media_type"],
        filename=payload.get("filename"),
        text_type=payload.get("text_type"),
        language=payload.get("language"),
        metadata=dict(payload.get("file_metadata", {})),
        warnings=texts(payload, "warnings") if "warnings" in payload else (),
    )


def _fields_of(payload: Payload) -> DocumentFields:
    return DocumentFields(
        title=payload.get("title"),
        doc_type=payload["doc_type"],
        intent=payload.get("intent"),
        tags=texts(payload, "tags"),
        source=payload.get("source"),
        metadata={name: _domain_value(value) for name, value in payload["metadata"].items()},
        expires_at=None if payload.get("expires_at") is None else moment(payload, "expires_at"),
    )


@contextmanager
def explained(payload: Payload, what: str) -> Iterator[None]:
    """Raise DocumentDamaged for a payload that is not `what` it should be."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        message = (
            f"the {what} of document {payload.get('doc_id')!r} cannot be read: {reason}; "
            "`netgpt-docs fsck` lists what is damaged"
        )
        raise DocumentDamaged(message) from error


def _json_value(value: MetadataValue) -> object:
    return list(value) if isinstance(value, tuple) else value


def _domain_value(value: Any) -> MetadataValue:  # noqa: ANN401  JSON as the engine returns it
    return tuple(value) if isinstance(value, list) else value


def without_none(payload: Mapping[str, object]) -> Payload:
    """Leave out what is None."""
    return {key: value for key, value in payload.items() if value is not None}
