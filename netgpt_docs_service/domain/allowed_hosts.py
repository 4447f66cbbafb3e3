"""Hosts that the operator allows documents to be fetched from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from netgpt_docs_service.errors import ConfigurationError

HTTPS_PORT = 443
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(\*\.)?({_LABEL}\.)*(?!\d+\Z){_LABEL}")
"""A name in ASCII, of which the last part is no number: then it is an address."""
_MOST_CHARACTERS = 253
_PORT = re.compile(r"[1-9]\d{0,4}")
_MOST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Names and their ports; `*.example.org` is every name below example.org, not that one."""

    entries: frozenset[tuple[str, int]] = frozenset()

    def allow(self, host: str, port: int) -> bool:
        """Whether one may ask `host`, in lower case, at `port`."""
        if (host, port) in self.entries:
            return True
        parts = host.split(".")
        return any(
            (".".join(["*", *parts[at:]]), port) in self.entries for at in range(1, len(parts))
        )


def parse_allowed_hosts(text: str) -> AllowedHosts:
    """Read `example.org, *.example.net, files.example.org:8443`; empty text allows none.

    Raises ConfigurationError that names the entry which makes no sense.
    """
    entries = text.split(",") if text.strip() else ()
    return AllowedHosts(frozenset(_parsed(entry.strip().lower()) for entry in entries))


def _parsed(entry: str) -> tuple[str, int]:
    name, has_port, port = entry.partition(":")
    if len(name) > _MOST_CHARACTERS or not _HOST.fullmatch(name):
        message = (
            f"{entry!r} is no host: name it as in files.example.org, *.example.org or "
            "files.example.org:8443, in ASCII, and never by its address"
        )
        raise ConfigurationError(message)
    if has_port and not (_PORT.fullmatch(port) and int(port) <= _MOST_PORT):
        message = f"{entry!r}: a port is a number from 1 to {_MOST_PORT}"
        raise ConfigurationError(message)
    return name, int(port or HTTPS_PORT)
