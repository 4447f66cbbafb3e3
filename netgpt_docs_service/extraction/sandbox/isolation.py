"""What keeps a reading process from the rest of the machine, where the kernel lets it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """Which of the three walls stand; without any, the limits of one process are all there is."""

    network_namespace: bool = False
    """It has a network of its own, with nothing in it."""
    system_calls: bool = False
    """It can make no socket, no process and no signal, and run no command."""
    files: bool = False
    """It opens its scratch directory and its libraries, and nothing else."""

    def __str__(self) -> str:
        """Say it for a log line."""
        walls = {
            "network namespace": self.network_namespace,
            "system calls (seccomp)": self.system_calls,
            "files (landlock)": self.files,
        }
        held = [name for name, stands in walls.items() if stands]
        missing = [name for name, stands in walls.items() if not stands]
        said = f"walls: {', '.join(held) or 'none'}"
        return f"{said}; not on this system: {', '.join(missing)}" if missing else said
