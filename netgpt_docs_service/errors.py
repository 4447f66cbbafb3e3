"""Every error this service raises on purpose.

ServiceError                    kind, message; no HTTP words (api/problems.py has the one table)
├── InvalidInput                the caller sent something that can never work
│   ├── LimitExceeded           ... because it is larger than a limit
│   └── FileRefused             a file whose text cannot be had
│       ├── FileTooLarge        ... because it has more bytes than a limit
│       ├── UnsupportedFile     ... of a kind that is not read
│       ├── EncryptedFile       ... that asks for a password
│       ├── DamagedFile         ... that is cut off or not what it claims to be
│       ├── UnsafeFile          ... that wants more memory, time or room than it may have
│       ├── ExtractionCrashed   ... that killed the process that read it
│       ├── NoExtractableText   ... that holds no text: a scan, a picture, nothing at all
│       ├── UrlRefused          ... at a URL that this service may not ask
│       └── FetchFailed         ... at a URL that answers with no file
├── Unauthenticated             no key, or one that is not known
├── Forbidden                   a known key without the scope or tenant for this
├── NotFound                    nothing of this tenant has that name
│   └── ModelNotFound           no model of that name is served
├── NameTaken                   another file is stored under this name
├── NotSupported                a feature that this deployment does not have
├── DocumentDamaged             what is stored of a document cannot be read
├── Unavailable                 try again after `retry_after_s`
│   ├── Overloaded              the embedding queue is full
│   ├── DeadlineExceeded        the work did not finish in its time
│   ├── StoreUnavailable        the vector store does not answer
│   ├── InsufficientStorage     the disk is nearly full
│   ├── EmbeddingFailed         the engine raised in the middle of a batch
│   ├── ExtractionUnavailable   no process can be started that reads files
│   └── SourceUnavailable       the service that a file was to be fetched from has none now
└── StartupError                the process refuses to start, and says why
├── ConfigurationError      a setting is missing or makes no sense
├── ModelUnavailable        the embedding model cannot be loaded
├── FingerprintMismatch     the stored vectors belong to another model
└── DataDirectoryInUse      another process owns the data directory
"""

from __future__ import annotations

from typing import ClassVar


class ServiceError(Exception):
    """Something this service knows how to explain."""

    kind: ClassVar[str] = "service_error"

    def __init__(self, message: str | None = None) -> None:
        """Keep `message`; without one, the class's own docstring is the message."""
        self.message = message or (type(self).__doc__ or self.kind).splitlines()[0]
        super().__init__(self.message)


class InvalidInput(ServiceError):
    """The request can never work as it was sent."""

    kind = "invalid_input"

    def __init__(self, message: str | None = None, *, pointer: str = "") -> None:
        """Name the offending part with a JSON pointer, where there is one."""
        super().__init__(message)
        self.pointer = pointer


class LimitExceeded(InvalidInput):
    """The request is larger than this service takes."""

    kind = "limit_exceeded"


class FileRefused(InvalidInput):
    """The text of this file cannot be had."""

    kind = "file_refused"


class FileTooLarge(FileRefused):
    """The file has more bytes than this service takes."""

    kind = "file_too_large"


class UnsupportedFile(FileRefused):
    """Files of this kind are not read."""

    kind = "unsupported_file"


class EncryptedFile(FileRefused):
    """The file asks for a password."""

    kind = "encrypted_file"


class DamagedFile(FileRefused):
    """The file is cut off, broken, or not what it claims to be."""

    kind = "damaged_file"


class UnsafeFile(FileRefused):
    """Reading the file would take more memory, time or room than it may have."""

    kind = "unsafe_file"


class ExtractionCrashed(FileRefused):
    """The process that read this file died of it."""

    kind = "extraction_crashed"


class NoExtractableText(FileRefused):
    """The file holds no text."""

    kind = "no_extractable_text"


class UrlRefused(FileRefused):
    """This URL may not be fetched."""

    kind = "url_refused"


class FetchFailed(FileRefused):
    """There is no file to be had at this URL."""

    kind = "fetch_failed"


class Unauthenticated(ServiceError):
    """A valid bearer key is required."""

    kind = "unauthenticated"


class Forbidden(ServiceError):
    """This key may not do that."""

    kind = "forbidden"


class NotFound(ServiceError):
    """There is nothing of that name."""

    kind = "not_found"


class ModelNotFound(NotFound):
    """No model of that name is served here."""

    kind = "model_not_found"


class NameTaken(ServiceError):
    """Another file is stored under this name."""

    kind = "name_taken"


class NotSupported(ServiceError):
    """This deployment does not offer that."""

    kind = "not_supported"


class DocumentDamaged(ServiceError):
    """What is stored of this document cannot be read."""

    kind = "document_damaged"


class Unavailable(ServiceError):
    """The service cannot do this right now."""

    kind = "unavailable"

    def __init__(self, message: str | None = None, *, retry_after_s: float = 1.0) -> None:
        """Say after how many seconds it is worth trying again."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Overloaded(Unavailable):
    """Too much work is waiting; this request was not queued."""

    kind = "overloaded"


class DeadlineExceeded(Unavailable):
    """The work did not finish in time."""

    kind = "deadline_exceeded"


class StoreUnavailable(Unavailable):
    """The vector store does not answer."""

    kind = "store_unavailable"


class InsufficientStorage(Unavailable):
    """The disk is nearly full; nothing that readers see has changed."""

    kind = "insufficient_storage"


class EmbeddingFailed(Unavailable):
    """The embedding engine failed on this batch."""

    kind = "embedding_failed"


class ExtractionUnavailable(Unavailable):
    """Files cannot be read right now."""

    kind = "extraction_unavailable"


class SourceUnavailable(Unavailable):
    """The service at this URL does not send the file right now."""

    kind = "source_unavailable"


class StartupError(ServiceError):
    """The process refuses to start."""

    kind = "startup_error"


class ConfigurationError(StartupError):
    """A setting is missing or makes no sense."""

    kind = "configuration_error"


class ModelUnavailable(StartupError):
    """The embedding model cannot be loaded."""

    kind = "model_unavailable"


class FingerprintMismatch(StartupError):
    """The stored vectors were made by another model or pipeline."""

    kind = "fingerprint_mismatch"


class DataDirectoryInUse(StartupError):
    """Another process owns the data directory."""

    kind = "data_directory_in_use"
