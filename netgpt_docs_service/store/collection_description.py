"""What the points of a collection were made with: written down beside them and compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from netgpt_docs_service.errors import FingerprintMismatch

Description: TypeAlias = Mapping[str, str | int | float]


def compare(stored: Mapping[str, object], wanted: Description, *, where: str, remedy: str) -> None:
    """Raise FingerprintMismatch that names the first field which differs."""
    for field in sorted({*stored, *wanted}):
        if stored.get(field) != wanted.get(field):
            msg = (
                f"{where}: {field} is {stored.get(field)!r} in the stored collection and "
                f"{wanted.get(field)!r} now; use the old one, or {remedy} and ingest again"
            )
            raise FingerprintMismatch(msg)
