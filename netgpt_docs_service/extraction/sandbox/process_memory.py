"""How much memory a process has, as the kernel says."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class ProcessMemory:
    """Bytes of address space, and those of them that are in memory."""

    mapped: int = 0
    resident: int = 0

    @classmethod
    def of(cls, pid: int) -> Self:
        """Return nothing at all for a process that is gone, or where the system does not tell."""
        try:
            mapped, resident = Path(f"/proc/{pid}/statm").read_bytes().split()[:2]
        except (OSError, ValueError):
            return cls()
        page = os.sysconf("SC_PAGE_SIZE")
        return cls(int(mapped) * page, int(resident) * page)
