"""What a file's sender says it is, before anything was read out of the file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from netgpt_docs_service.domain.documents import DocumentFields, Manifest, Pipeline
from netgpt_docs_service.domain.files import GUESSED_ENCODING
from netgpt_docs_service.errors import NameTaken


@dataclass(frozen=True, slots=True, kw_only=True)
class FileClaim:
    """A file to be stored as `doc_id`; `extractor` would read it.

    `declared_type` is what its sender says it is, with a charset perhaps. Without `may_replace` the
    id is the file's own name, and another file's stays what it is.
    """

    doc_id: str
    filename: str
    source_sha256: str
    fields: DocumentFields
    extractor: str
    declared_type: str | None = None
    may_replace: bool

    def is_met_by(self, stands: Manifest, pipeline: Pipeline) -> bool:
        """Whether reading the file would store again what stands.

        A title that was not sent is whatever was found in the file: it does not count. A charset
        does where the one that stands was a guess.
        """
        title = stands.fields.title if self.fields.title is None else self.fields.title
        return (
            not stands.is_tombstone
            and stands.source_sha256 == self.source_sha256
            and stands.pipeline == replace(pipeline, extractor=self.extractor)
            and stands.origin.filename == self.filename
            and not (self._names_charset() and _is_guessed(stands))
            and stands.fields.canonical() == replace(self.fields, title=title).canonical()
        )

    def _names_charset(self) -> bool:
        return "charset" in (self.declared_type or "").lower()

    def check_name(self, stands: Manifest | None, now: datetime) -> None:
        """Raise NameTaken when other bytes are stored under the file's name."""
        if self.may_replace or stands is None or not stands.is_readable(now):
            return
        if stands.source_sha256 != self.source_sha256:
            message = (
                f"document {self.doc_id!r} holds another file: send replace=true to replace it, "
                "or a doc_id"
            )
            raise NameTaken(message)


def _is_guessed(stands: Manifest) -> bool:
    return any(each.startswith(GUESSED_ENCODING) for each in stands.origin.warnings)
