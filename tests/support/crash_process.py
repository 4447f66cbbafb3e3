"""A service that is killed with its engine, kill -9, before one step of a write.

python -m tests.support.crash_process FOLDER OPERATION STEP
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from netgpt_docs_service.domain.documents import Document
from netgpt_docs_service.store.edge_process import EdgeProcess
from tests.support.killing_engine import KillingEngine
from tests.support.protocol import text_of
from tests.support.quick_service import TENANT, QuickService, opened_quick_service

DOC = "doc"
PARAGRAPHS = 40
"""More than one batch of the writer."""
TITLE = "a new title"


def version(number: int) -> Document:
    return Document(doc_id=DOC, text=text_of(number, PARAGRAPHS))


async def ingest(quick: QuickService) -> None:
    await quick.use_cases.ingest.ingest(TENANT, version(2))


async def delete(quick: QuickService) -> None:
    await quick.use_cases.delete.delete(TENANT, DOC)


async def patch(quick: QuickService) -> None:
    await quick.use_cases.change_fields.change(
        TENANT, DOC, lambda fields: replace(fields, title=TITLE)
    )


OPERATIONS: dict[str, Callable[[QuickService], Awaitable[Any]]] = {
    "ingest": ingest,
    "delete": delete,
    "patch": patch,
}


async def main(folder: str, operation: str, step: str) -> None:
    engines: list[KillingEngine] = []

    def around(engine: EdgeProcess) -> KillingEngine:
        engines.append(KillingEngine(engine))
        return engines[0]

    async with opened_quick_service(Path(folder), around=around) as quick:
        (engine,) = engines

        def kill() -> None:
            os.kill(quick.engine.pid or 0, signal.SIGKILL)  # in a session of its own
            os.killpg(0, signal.SIGKILL)

        await ingest_first(quick)
        engine.kill = kill
        engine.arm(step)
        await OPERATIONS[operation](quick)
        engine.reach("the end")


async def ingest_first(quick: QuickService) -> None:
    await quick.use_cases.ingest.ingest(TENANT, version(1))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
