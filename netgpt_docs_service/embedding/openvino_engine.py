"""OpenVINO: the engine that uses the CPU's vector and matrix units."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.embedding.engine import padded_length
from netgpt_docs_service.embedding.niceness import lower_priority, thread_ids
from netgpt_docs_service.embedding.openvino_runtime import ov
from netgpt_docs_service.errors import ModelUnavailable


class OpenVinoEngine:
    """Compute with one request of a compiled model, on the threads it was compiled for."""

    def __init__(self, request: ov.InferRequest, *, pad_id: int, max_tokens: int) -> None:
        """Take a request of a model whose inputs are ids and mask."""
        self._request = request
        self._pad_id = pad_id
        self._max_tokens = max_tokens

    def compute(self, inputs: Sequence[Sequence[int]]) -> list[Vector]:
        """Return the normalised vector of each input, special tokens included, in order."""
        width = min(padded_length(max(map(len, inputs))), self._max_tokens)
        ids = np.full((len(inputs), width), self._pad_id, np.int64)
        mask = np.zeros((len(inputs), width), np.int64)
        for row, tokens in enumerate(inputs):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        self._request.infer([ids, mask], share_inputs=True)
        vectors: list[Vector] = self._request.get_output_tensor(0).data.tolist()
        return vectors


def compile_lanes(
    model: Path, *, precision: str, threads: int, pad_id: int, max_tokens: int
) -> tuple[OpenVinoEngine, tuple[OpenVinoEngine, ...]]:
    """Compile the model in `model` for questions, and for ingest on `threads` threads.

    Raises ModelUnavailable when this CPU or this OpenVINO cannot run it in `precision`.
    """
    # Questions get half of the threads. On two cores one thread answers 12 tokens in 6.4 ms where
    # two take 4.2, but beside ingest its 99th percentile is 10 ms where theirs is 16, because
    # every step of two threads waits for the later one; and ingest keeps 0.86 of its rate, not
    # 0.75.
    query_threads = max(1, threads // 2)
    try:
        core = ov.Core()
        network = core.read_model(model)
        query = core.compile_model(network, "CPU", _properties(precision, 1, query_threads))
        requests = [query.create_infer_request()]
        # A first run starts all threads that questions need, before those of ingest are counted.
        OpenVinoEngine(requests[0], pad_id=pad_id, max_tokens=max_tokens).compute([[pad_id] * 64])
        before = thread_ids()
        # One stream for each thread: its matrix products share nothing, so no step waits for the
        # slowest thread. The streams share one copy of the weights.
        ingest = core.compile_model(network, "CPU", _properties(precision, threads, threads))
        requests += [ingest.create_infer_request() for _ in range(threads)]
    except RuntimeError as error:
        msg = f"OpenVINO cannot compile {model} in {precision}: {error}"
        raise ModelUnavailable(msg) from error
    lower_priority(thread_ids() - before)
    engines = [
        OpenVinoEngine(request, pad_id=pad_id, max_tokens=max_tokens) for request in requests
    ]
    return engines[0], tuple(engines[1:])


def _properties(precision: str, streams: int, threads: int) -> dict[str, object]:
    return {
        "INFERENCE_PRECISION_HINT": precision,
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": threads,
        "ENABLE_CPU_PINNING": False,  # with a container's quota, pinned threads share one CPU
    }
