"""What the protocol machine keeps of operations that run and of documents they write."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.support.gated_store import Gate


@dataclass(slots=True)
class Running:
    """An operation on its way through its gate."""

    kind: str
    doc_id: str
    gate: Gate
    task: asyncio.Task[Any]
    began_at: int


@dataclass(slots=True)
class Oracle:
    """What must hold for one document: no write older than the newest finished one is visible.

    Every text is kept with the places in the order of writes it was accepted for. `answered` is
    below everything that may be visible since an ingest or a delete was answered; `changed` is
    the place of the newest answered change of fields, which only a later ingest may undo.
    """

    places: dict[str, set[int]] = field(default_factory=dict)
    highest_version: int = 0
    deleted_at: int = 0
    answered: int = 0
    changed: int = 0
