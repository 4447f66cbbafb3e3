"""Answers of a reading process, as they go over its socket."""

from __future__ import annotations

import json
from typing import Any

LAYOUT: dict[str, Any] = {"page_starts": [], "headings": None, "turn_starts": []}
_READ: dict[str, Any] = {
    "text": "",
    "media_type": "text/html",
    "text_type": "text/plain",
    "layout": LAYOUT,
    "title": None,
    "language": None,
    "metadata": {},
    "warnings": [],
}


def reader_answer(**answer: object) -> bytes:
    return json.dumps({"question": "q", **answer}).encode()


def reader_text(**changes: object) -> bytes:
    """Return the answer that a file was read, with `changes`."""
    return reader_answer(outcome="read", extracted={**_READ, **changes})
