"""What a reading process is told when it is started; both ends read it here."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from netgpt_docs_service.extraction.reader import ReadLimits

_MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessLimits:
    """How much one file may cost the process that reads it."""

    timeout_s: float = 30.0
    """By the wall clock; the parent kills."""
    cpu_s: float = 30.0
    """Of all threads together; the kernel kills, in whole seconds."""
    memory_bytes: int = 512 * _MIB
    """Of address space, beyond what the process maps once it is warm."""
    scratch_bytes: int = 64 * _MIB
    """Of one file that it writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPlan:
    """Which function reads files, and within which bounds.

    `reader` is `module:function`; the module has a `warm_up()`, too, which loads what the function
    will need. `readable` are files and folders, beside the interpreter's own, that it may open.
    """

    reader: str
    read_limits: ReadLimits
    limits: ProcessLimits
    readable: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the plan as one line."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, line: str) -> Self:
        """Return what `to_json` was called on."""
        values = json.loads(line)
        read_limits = values["read_limits"]
        read_limits["ocr_languages"] = tuple(read_limits["ocr_languages"])
        if read_limits["tessdata_dir"] is not None:
            read_limits["tessdata_dir"] = Path(read_limits["tessdata_dir"])
        return cls(
            reader=values["reader"],
            read_limits=ReadLimits(**read_limits),
            limits=ProcessLimits(**values["limits"]),
            readable=tuple(values["readable"]),
        )
