"""How much memory a process holds."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ResidentMemory:
    """Anonymous memory stays until the process ends; the kernel may take back pages of files."""

    anonymous: float
    file: float


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def memory_mb(pid: int) -> ResidentMemory:
    lines = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    anonymous, file = (int(lines[name].split()[0]) / 1024 for name in ("RssAnon", "RssFile"))
    return ResidentMemory(anonymous, file)
