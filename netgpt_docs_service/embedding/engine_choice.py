"""Which engine computes, in which precision: as asked, or the fastest that shows it is right."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from netgpt_docs_service.embedding.conversion import FORMAT, Conversion, ConvertedModel, convert
from netgpt_docs_service.embedding.engine import Engine, EngineDescription, EngineLanes
from netgpt_docs_service.embedding.fingerprint import fingerprint_model
from netgpt_docs_service.embedding.interface import ModelFingerprint
from netgpt_docs_service.embedding.model_cache import ModelCache
from netgpt_docs_service.embedding.model_folder import ModelFolder
from netgpt_docs_service.embedding.model_profile import ModelProfile
from netgpt_docs_service.embedding.self_check import Reference
from netgpt_docs_service.errors import ModelUnavailable

_LOG = logging.getLogger(__name__)
# bf16 keeps 0.99995 on MiniLM and 0.99999 on a model of BERT's own random weights; a wrong kernel
# gives 0.9 and less. int8 is asked for by name, and has a fingerprint of its own: its worst of
# these texts is 0.98, and what it costs in retrieval is in docs/benchmarks.md.
_SMALLEST_COSINE = {"f32": 0.999, "bf16": 0.999, "int8": 0.95}

EngineName = Literal["auto", "openvino", "torch"]
Precision = Literal["auto", "bf16", "f32", "int8"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineWish:
    """What the operator decided about the engine."""

    engine: EngineName = "auto"
    precision: Precision = "auto"
    threads: int
    cache_dir: Path
    """Where converted models are kept."""
    has_bf16: bool
    """Whether this CPU computes bf16 in hardware."""


class _WrongVectors(ModelUnavailable):
    """The engine runs, and computes something else than the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineChooser:
    """Load one model with the best engine that a wish allows."""

    folder: ModelFolder
    name: str
    """What the operator called the model: it may tell its family, and so its prefixes."""
    profile: ModelProfile
    fingerprint: ModelFingerprint
    wish: EngineWish

    def choose(self) -> EngineLanes:
        """Return the first engine that loads and passes the self-check.

        Blocks for a second, the first time for as long as a conversion takes. Raises
        ModelUnavailable when none does.
        """
        failures: list[str] = []
        if self.wish.engine != "torch":
            try:
                return self._openvino(failures)
            except ModelUnavailable as error:
                if not _may_be_torch(self.wish):
                    raise
                failures.append(_warned("openvino", error))
        return self._torch(failures)

    def _torch(self, failures: list[str]) -> EngineLanes:
        from netgpt_docs_service.embedding.torch_engine import (  # noqa: PLC0415  5 s: here or never
            load_torch_engine,
        )

        engine = load_torch_engine(self.folder.path, threads=self.wish.threads)
        description = EngineDescription(
            engine="torch",
            precision="f32",
            self_check_cosine=1.0,  # it is what the others are compared with
            fell_back=tuple(failures),
        )
        return EngineLanes(query=engine, ingest=(engine,), description=description)

    def _openvino(self, failures: list[str]) -> EngineLanes:
        *faster, last = _precisions(self.wish)
        cache = ModelCache(self.wish.cache_dir)
        with _translated(cache.root), cache.entry(self._key(), self._convert) as entry:
            model = ConvertedModel.read(entry)
            for precision in faster:
                try:
                    return self._checked(model, precision, failures)
                except ModelUnavailable as error:
                    failures.append(_warned(f"openvino in {precision}", error))
            return self._checked(model, last, failures)

    def _checked(self, model: ConvertedModel, precision: str, failures: list[str]) -> EngineLanes:
        query, ingest = _openvino_compiler()(
            model.file,
            precision=self._hint(precision),
            threads=self.wish.threads,
            pad_id=model.pad_id,
            max_tokens=self.fingerprint.max_tokens,
        )
        cosine = _smallest_cosine(model.reference, (query, ingest[0]))
        if cosine < _SMALLEST_COSINE[precision]:
            msg = (
                f"its vectors have a cosine of {cosine:.5f} with those of torch in f32; "
                f"{_SMALLEST_COSINE[precision]} is the least"
            )
            raise _WrongVectors(msg)
        description = EngineDescription(
            engine="openvino",
            precision=precision,
            self_check_cosine=cosine,
            fell_back=tuple(failures),
        )
        return EngineLanes(query=query, ingest=ingest, description=description)

    def _convert(self, target: Path) -> None:
        convert(
            Conversion(
                folder=str(self.folder.path),
                name=self.name,
                target=str(target),
                threads=self.wish.threads,
                is_int8=self.fingerprint.quantization is not None,
            )
        )
        quantization = self.fingerprint.quantization
        if fingerprint_model(self.folder, self.profile, quantization) != self.fingerprint:
            msg = f"the files in {self.folder.path} changed while they were read: start again"
            raise ModelUnavailable(msg)

    def _hint(self, precision: str) -> str:
        """What int8 leaves to floats runs in bf16 where the CPU can."""
        if precision != "int8":
            return precision
        return "bf16" if self.wish.has_bf16 else "f32"

    def _key(self) -> str:
        made_from = [asdict(self.fingerprint), version("openvino"), FORMAT]
        return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:32]


def _openvino_compiler() -> Callable[..., tuple[Engine, tuple[Engine, ...]]]:
    try:
        from netgpt_docs_service.embedding.openvino_engine import (  # noqa: PLC0415  not for torch
            compile_lanes,
        )
    except (ImportError, OSError) as error:
        msg = f"OpenVINO does not load here: {error}"
        raise ModelUnavailable(msg) from error
    return compile_lanes


def _smallest_cosine(reference: Reference, engines: Sequence[Engine]) -> float:
    try:
        with ThreadPoolExecutor(len(engines)) as pool:  # side by side, as they will run
            return min(pool.map(reference.smallest_cosine, engines))
    except RuntimeError as error:  # what OpenVINO raises: it builds kernels at the first run
        msg = f"it compiles, but does not run: {error}"
        raise ModelUnavailable(msg) from error


@contextmanager
def _translated(root: Path) -> Iterator[None]:
    """Tell what goes wrong with the files of the cache as a model that cannot be had."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"the converted model in {root} cannot be kept or read: {error}"
        raise ModelUnavailable(msg) from error


def _precisions(wish: EngineWish) -> list[str]:
    """Return what OpenVINO may compute in, the fastest first."""
    if wish.precision != "auto":
        return [wish.precision]
    return ["bf16", "f32"] if wish.has_bf16 else ["f32"]


def _may_be_torch(wish: EngineWish) -> bool:
    return wish.engine == "auto" and wish.precision in ("auto", "f32")


def _warned(what: str, error: ModelUnavailable) -> str:
    """Log why `what` is not used and return the reason's short name."""
    _LOG.warning("%s is not used: %s", what, error)
    return "wrong_vectors" if isinstance(error, _WrongVectors) else "unusable"
