"""What every stack embeds: named lists of texts with their token ids."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Workload:
    """Texts, and the token ids that the chunker cut them with (special tokens left out)."""

    texts: list[str]
    ids: list[list[int]]

    @property
    def tokens(self) -> list[int]:
        """Tokens of each text, special tokens included."""
        return [len(ids) + 2 for ids in self.ids]


def write_workloads(file: Path, workloads: dict[str, Workload]) -> None:
    content = {name: asdict(workload) for name, workload in workloads.items()}
    file.write_text(json.dumps(content), encoding="utf-8")


def read_workloads(file: Path) -> dict[str, Workload]:
    content = json.loads(file.read_text(encoding="utf-8"))
    return {name: Workload(**workload) for name, workload in content.items()}
