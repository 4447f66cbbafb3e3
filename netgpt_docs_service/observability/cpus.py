"""How many CPUs this process may really use: a container's quota is often less than the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_MEMBERSHIP = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class CpuBudget:
    """What bounds this process: the machine's CPUs, its affinity, and the least quota, if any."""

    machine: int
    affinity: int
    quota: float | None

    @property
    def usable(self) -> int:
        """Whole CPUs, at least 1: with a thread more than the quota, all of them get throttled."""
        bounds = [self.affinity] if self.quota is None else [self.affinity, int(self.quota)]
        return max(1, min(bounds))

    def __str__(self) -> str:
        """Say it for a log line."""
        quota = "no quota" if self.quota is None else f"quota {self.quota:g}"
        return f"{self.machine} CPUs ({quota}, affinity {self.affinity})"


def cpu_budget(*, membership: Path = _MEMBERSHIP, groups: Path = _GROUPS) -> CpuBudget:
    """Read what the kernel and the control groups, version 1 or 2, say about this process."""
    return CpuBudget(
        machine=os.cpu_count() or 1,
        affinity=_schedulable(),
        quota=min(_quotas(membership, groups), default=None),
    )


def usable_cpus(*, membership: Path = _MEMBERSHIP, groups: Path = _GROUPS) -> int:
    """Return the CPUs of this process's affinity or its control group's quota, at least 1."""
    return cpu_budget(membership=membership, groups=groups).usable


def _schedulable() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas(membership: Path, groups: Path) -> Iterator[float]:
    """Yield the quota, in CPUs, of each group that this process is in, and of those above it.

    A container sees its own group as the root, whatever the path says: missing folders are normal.
    """
    for line in _read(membership).splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, read = groups, _v2
        elif "cpu" in controllers.split(","):
            root, read = groups / "cpu", _v1
        else:
            continue
        group = PurePosixPath(path.strip("/"))
        for each in (group, *group.parents):
            quota, _, period = read(root / each).partition(" ")
            if _is_count(quota) and _is_count(period):
                yield int(quota) / int(period)


def _v2(group: Path) -> str:
    return _read(group / "cpu.max")


def _v1(group: Path) -> str:
    return f"{_read(group / 'cpu.cfs_quota_us')} {_read(group / 'cpu.cfs_period_us')}"


def _is_count(text: str) -> bool:
    """`max` and -1 mean that there is no quota."""
    return text.isascii() and text.isdigit() and int(text) > 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
