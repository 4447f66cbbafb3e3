"""Which readers there are, and of which version: what decides which text comes out of a file."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

RULES = 2
"""Count it up when the same file gives another text, layout or title than before."""
_LIBRARIES = ("charset-normalizer", "lxml", "pypdfium2", "trafilatura", "xberg")


def reading_fingerprint(*, ocr_languages: Iterable[str] = ()) -> str:
    """Name the rules, the libraries and the languages in which pictures are read.

    Python is one of the libraries: letters, tables and mails are read with its own.
    """
    python = f"python-{sys.version_info.major}.{sys.version_info.minor}"
    libraries = [f"{name}-{found}" for name in _LIBRARIES if (found := _version(name))]
    pictures = "+".join(ocr_languages)
    named = [f"files-{RULES}", python, *libraries, *([f"ocr-{pictures}"] if pictures else [])]
    return " ".join(named)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
