"""A collection of the data directory: its description checked, its engine process running."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from netgpt_docs_service.errors import ConfigurationError, FingerprintMismatch
from netgpt_docs_service.store import schema
from netgpt_docs_service.store.collection_description import Description, compare
from netgpt_docs_service.store.data_directory import write_json
from netgpt_docs_service.store.edge_process import EdgeProcess


@asynccontextmanager
async def opened_collection(
    folder: Path,
    dimension: int,
    *,
    description: Description,
    filterable: Mapping[str, str] = schema.NO_NAMES,
    timeout_s: float = 30.0,
) -> AsyncIterator[EdgeProcess]:
    """Run the engine process of the collection in `folder`; every request has `timeout_s`.

    `filterable` has the types of metadata's names that get an index. Raises FingerprintMismatch
    when its points were made by something else than `description`, ConfigurationError when a name
    has an index of another kind, StoreUnavailable when the shard cannot be loaded.
    """
    settle_description(folder, {**schema.layout(dimension), **description})
    indexes = schema.payload_indexes(filterable)
    process = EdgeProcess(folder / "shard", dimension, indexes=indexes, timeout_s=timeout_s)
    await process.start()
    try:
        yield process
    finally:
        await process.close()


def settle_description(folder: Path, description: Description) -> None:
    """Write down what the collection's points are made with, or compare with what was written."""
    path = folder / "collection.json"
    if path.exists():
        compare(
            json.loads(path.read_text()),
            description,
            where=str(path),
            remedy="set another COLLECTION_NAME or DATA_DIR",
        )
    elif (folder / "shard").exists():
        msg = f"{path} is missing beside a shard: restore it, or set another DATA_DIR"
        raise FingerprintMismatch(msg)
    else:
        write_json(path, dict(description))


def stored_description(folder: Path) -> dict[str, Any]:
    """Return what the collection in `folder` says it is made with, its dimension included.

    Raises ConfigurationError when there is no collection.
    """
    path = folder / "collection.json"
    try:
        description: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError as error:
        message = f"{folder} holds no collection: nothing was ever stored there"
        raise ConfigurationError(message) from error
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {error}"
        raise ConfigurationError(message) from error
    return description
