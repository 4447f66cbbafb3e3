"""The free space of the disk that the embedded engine writes to.

It writes through sparse memory maps: a full disk kills its process and never raises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from netgpt_docs_service.errors import InsufficientStorage

_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class DiskRoom:
    """Refuse what needs room while fewer than `min_free_bytes` of the disk are free."""

    free_bytes: Callable[[], int]
    min_free_bytes: int

    def require(self) -> None:
        """Return while there is room; raise InsufficientStorage, naming both sizes, else."""
        free = self.free_bytes()
        if free < self.min_free_bytes:
            msg = (
                f"{free // _MEBIBYTE} MiB of the data directory's disk are free, "
                f"{self.min_free_bytes // _MEBIBYTE} MiB must be; "
                "nothing that readers see has changed"
            )
            raise InsufficientStorage(msg)
