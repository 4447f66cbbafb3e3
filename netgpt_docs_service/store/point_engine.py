"""What keeps points: one shard in a child process, or a Qdrant server, asked in the same words."""

from __future__ import annotations

from typing import Protocol

from netgpt_docs_service.store.points import AnswerT_co, Request


class PointEngine(Protocol):
    """Answer requests about points; what was answered to a write is applied, never half of it."""

    async def call(self, request: Request[AnswerT_co]) -> AnswerT_co:
        """Return the answer.

        Raises StoreUnavailable when there is none in time, InsufficientStorage when the engine has
        no room for what is written, InvalidInput for values that it cannot hold.
        """
        ...
