"""How files are fetched by their URL, as the settings say."""

from __future__ import annotations

import httpx

from netgpt_docs_service.errors import ConfigurationError
from netgpt_docs_service.fetching.https_fetcher import FetchLimits, HttpsFetcher
from netgpt_docs_service.observability.metrics import Metrics
from netgpt_docs_service.settings import Settings


def make_fetcher(settings: Settings, *, file_bytes: int, metrics: Metrics) -> HttpsFetcher:
    """Return the fetcher of files of at most `file_bytes`; nothing is sent yet.

    Raises ConfigurationError when the certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot
    be read.
    """
    try:
        authorities = httpx.create_ssl_context()
    except OSError as error:
        message = f"SSL_CERT_FILE or SSL_CERT_DIR cannot be read: {error}"
        raise ConfigurationError(message) from error
    limits = FetchLimits(file_bytes=file_bytes, timeout_s=settings.url_timeout_s)
    return HttpsFetcher(
        allowed=settings.url_hosts(), limits=limits, observer=metrics, authorities=authorities
    )
