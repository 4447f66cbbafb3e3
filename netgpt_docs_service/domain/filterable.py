"""Names of `metadata` that the operator declares, so that filters on them use an index."""

from __future__ import annotations

from netgpt_docs_service.domain.rules import METADATA_NAME
from netgpt_docs_service.errors import ConfigurationError

FILTERABLE_TYPES = ("keyword", "integer", "float", "bool", "datetime")


def parse_filterable(text: str) -> dict[str, str]:
    """Return the type of each name in `team:keyword,year:integer`; empty text declares none.

    Raises ConfigurationError that names the entry which makes no sense.
    """
    declared: dict[str, str] = {}
    for entry in text.split(",") if text.strip() else ():
        name, _, kind = (part.strip() for part in entry.partition(":"))
        _check(entry, name, kind)
        if name in declared:
            message = f"{entry.strip()!r}: {name} is declared twice"
            raise ConfigurationError(message)
        declared[name] = kind
    return declared


def _check(entry: str, name: str, kind: str) -> None:
    if not METADATA_NAME.fullmatch(name):
        message = f"{entry.strip()!r}: a name must match {METADATA_NAME.pattern}"
        raise ConfigurationError(message)
    if kind not in FILTERABLE_TYPES:
        message = f"{entry.strip()!r}: the type must be one of {', '.join(FILTERABLE_TYPES)}"
        raise ConfigurationError(message)
