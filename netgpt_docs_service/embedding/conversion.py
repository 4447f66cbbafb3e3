"""Turn a sentence-transformers model into one that OpenVINO runs, in a process of its own.

The libraries that do it take 600 MiB and 6 s; a process that ends gives all of it back. Run as
`python -m netgpt_docs_service.embedding.conversion`, it does the work for `convert`.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from netgpt_docs_service.embedding.self_check import Reference
from netgpt_docs_service.errors import ModelUnavailable

_LOG = logging.getLogger(__name__)
_DEADLINE_S = 900.0  # a model of 335 million parameters takes one minute on two cores
_REASON_CHARS = 2_000
_START = (
    "import json, runpy, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__')"
)
FORMAT = 2
"""Part of the key of what was converted: count it up when the conversion changes."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is to be converted, and how."""

    folder: str
    name: str
    target: str
    threads: int
    is_int8: bool


@dataclass(frozen=True, slots=True)
class ConvertedModel:
    """A model in OpenVINO's format, from token ids and mask to normalised vectors."""

    file: Path
    pad_id: int
    reference: Reference

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return what a conversion left in `folder`."""
        pad_id = json.loads((folder / "inputs.json").read_text(encoding="ascii"))["pad_id"]
        return cls(folder / "model.xml", pad_id, Reference.read(folder / "reference.json"))


def convert(conversion: Conversion) -> None:
    """Convert in a child process; `ConvertedModel.read` finds the result in the target folder.

    Raises ModelUnavailable with the child's last words when it fails.
    """
    _LOG.info("converting the model in %s; this happens once", conversion.folder)
    # It finds the modules that this process finds, and none in the working directory.
    command = [sys.executable, "-P", "-c", _START, json.dumps(sys.path)]
    command += [__name__, json.dumps(asdict(conversion))]
    try:
        child = subprocess.run(  # noqa: S603  our own module, our own interpreter
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_DEADLINE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        msg = f"the model in {conversion.folder} could not be converted: {error}"
        raise ModelUnavailable(msg) from error
    if child.returncode != 0:
        reason = child.stderr.strip()[-_REASON_CHARS:] or f"it ended with {child.returncode}"
        msg = f"the model in {conversion.folder} could not be converted: {reason}"
        raise ModelUnavailable(msg)


def _main(conversion: Conversion) -> None:
    from netgpt_docs_service.embedding.converter import convert_here  # noqa: PLC0415  600 MiB

    try:
        convert_here(conversion)
    except ModelUnavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main(Conversion(**json.loads(sys.argv[1])))
