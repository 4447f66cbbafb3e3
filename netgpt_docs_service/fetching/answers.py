"""What other services answer, and why it is no file."""

from __future__ import annotations

import ssl
from http import HTTPStatus

import httpx

from netgpt_docs_service.errors import (
    FetchFailed,
    FileTooLarge,
    ServiceError,
    SourceUnavailable,
)

_RETRY_AFTER_S = 30.0
_MOST_RETRY_AFTER_S = 3_600.0
_TRY_AGAIN = frozenset({408, 425, 429})
_SERVER_ERROR = 500


def check_answer(answer: httpx.Response, host: str, limit_bytes: int) -> None:
    """Raise unless the answer is the file itself, of a size that it may have."""
    status = answer.status_code
    if status in _TRY_AGAIN or status >= _SERVER_ERROR:
        message = f"{host} answered {status}"
        raise SourceUnavailable(message, retry_after_s=_retry_after_s(answer))
    if status != HTTPStatus.OK:
        message = f"{host} answered {status}, not 200"
        raise FetchFailed(message)
    if answer.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        message = f"{host} sends the file compressed, which it was asked not to"
        raise FetchFailed(message)
    length = answer.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit_bytes:
        message = f"what {host} sends has {int(length)} bytes; at most {limit_bytes} are taken"
        raise FileTooLarge(message)


def foreign_error(error: httpx.HTTPError, host: str) -> ServiceError:
    """Return the error of ours for a fetch that broke off; it says nothing about addresses."""
    tls = _tls_error(error)
    if isinstance(tls, ssl.SSLCertVerificationError):
        return FetchFailed(f"the certificate of {host} is not valid: {tls.verify_message}")
    if tls is not None:
        return FetchFailed(f"{host} does not speak TLS as it should")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        message = f"{host} cannot be reached"
    else:
        message = f"{host} did not send the file to its end"
    return SourceUnavailable(message, retry_after_s=_RETRY_AFTER_S)


def _tls_error(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error


def _retry_after_s(answer: httpx.Response) -> float:
    said = answer.headers.get("retry-after", "")
    if not (said.isdecimal() and said.isascii()):
        return _RETRY_AFTER_S
    return min(max(1.0, float(said[:9])), _MOST_RETRY_AFTER_S)
