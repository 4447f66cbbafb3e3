"""Models for tests: folders in the real layout with made-up weights, and an engine with a gate."""

from __future__ import annotations

import json
import string
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from netgpt_docs_service.domain.chunks import Vector
from netgpt_docs_service.embedding.engine import Engine
from netgpt_docs_service.embedding.fingerprint import fingerprint_model
from netgpt_docs_service.embedding.interface import ModelFingerprint
from netgpt_docs_service.embedding.model_folder import open_model_folder
from netgpt_docs_service.embedding.model_profile import read_profile
from netgpt_docs_service.embedding.observer import Lane
from netgpt_docs_service.observability.engine_run import EngineRun

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_WORDS = (
    "the of and to a in is for on with represent this sentence for searching relevant passages "
    "router password reset network packet address table document search answer ##ing ##ed ##s"
)


def make_bge_folder(
    path: Path,
    *,
    layers: int = 2,
    hidden: int = 32,
    vocab_size: int = 400,
    seed: int = 0,
    spread: float = 0.2,
) -> Path:
    """Write a model of the BGE architecture with seeded random weights; 12 x 384 is bge-small.

    The usual `spread` of weights is 0.02; with 0.2 different texts differ clearly, but 12 layers
    are chaotic: a rounding error grows until any reduced precision looks wrong.
    """
    path.mkdir(parents=True, exist_ok=True)
    config = _config(layers=layers, hidden=hidden, vocab_size=vocab_size)
    _tokenizer(vocab_size).save(str(path / "tokenizer.json"))
    save_file(_weights(config, seed, spread), path / "model.safetensors", metadata={"format": "pt"})
    steps = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    pooling = {"word_embedding_dimension": hidden, "pooling_mode_cls_token": True}
    files = {
        "config.json": config,
        "modules.json": [
            {"idx": i, "name": str(i), "path": at, "type": f"sentence_transformers.models.{kind}"}
            for i, (at, kind) in enumerate(steps)
        ],
        "1_Pooling/config.json": {**pooling, "pooling_mode_mean_tokens": False},
        "2_Normalize/config.json": {},
        "sentence_bert_config.json": {"max_seq_length": 512, "do_lower_case": True},
        "config_sentence_transformers.json": {"__version__": {"sentence_transformers": "2.2.2"}},
        "tokenizer_config.json": {"tokenizer_class": "BertTokenizer", "model_max_length": 512},
    }
    for name, content in files.items():
        (path / name).parent.mkdir(exist_ok=True)
        write_json(path / name, content)
    return path


def write_json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content), encoding="utf-8")


def edit_json(file: Path, **changes: object) -> None:
    write_json(file, {**json.loads(file.read_text(encoding="utf-8")), **changes})


def fingerprint_at(path: Path) -> ModelFingerprint:
    folder = open_model_folder(path)
    return fingerprint_model(folder, read_profile(folder, name="bge-small-en"))


def untruncated_tokenizer(file: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


class GatedEngine:
    """An engine that waits for `gate` before each run, remembers it, and fails where told to."""

    def __init__(self, inner: Engine, *, fails: Callable[[Sequence[int]], bool]) -> None:
        self._inner = inner
        self._fails = fails
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)
        self.runs: list[list[Sequence[int]]] = []

    def compute(self, inputs: Sequence[Sequence[int]]) -> list[Vector]:
        self.runs.append(list(inputs))
        self.entered.release()
        if not self.gate.wait(timeout=30):
            raise TimeoutError
        if any(map(self._fails, inputs)):
            msg = "told to fail"
            raise RuntimeError(msg)
        return self._inner.compute(inputs)


class LengthEngine:
    """Says of each input how long it is, and its first token after the special one."""

    def compute(self, inputs: Sequence[Sequence[int]]) -> list[Vector]:
        return [[float(len(ids)), float(ids[1])] for ids in inputs]


class RecordingObserver:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.queues: list[tuple[Lane, int, int]] = []
        self.refusals: list[tuple[Lane, int, int]] = []
        self.units: list[EngineRun] = []
        self.raises: list[EngineRun] = []
        self.failures: list[tuple[Lane, int, int]] = []
        self.drops: list[tuple[Lane, int, int]] = []
        self.tokenizings: list[tuple[Lane, int]] = []
        self.truncations: list[tuple[Lane, int]] = []

    def tokenized(self, lane: Lane, *, tokens: int, took_s: float) -> None:
        assert took_s > 0
        self.tokenizings.append((lane, tokens))

    def queued(self, lane: Lane, *, texts: int, tokens: int) -> None:
        self.queues.append((lane, texts, tokens))

    def refused(self, lane: Lane, *, texts: int, tokens: int) -> None:
        self.refusals.append((lane, texts, tokens))

    def finished(self, unit: EngineRun) -> None:
        self.units.append(unit)

    def raised(self, unit: EngineRun) -> None:
        self.raises.append(unit)

    def failed(self, lane: Lane, *, texts: int, tokens: int) -> None:
        self.failures.append((lane, texts, tokens))

    def dropped(self, lane: Lane, *, texts: int, tokens: int) -> None:
        self.drops.append((lane, texts, tokens))

    def truncated(self, lane: Lane, *, texts: int) -> None:
        self.truncations.append((lane, texts))


def _config(*, layers: int, hidden: int, vocab_size: int) -> dict[str, object]:
    return {
        "_name_or_path": "BAAI/bge-small-en-v1.5",
        "architectures": ["BertModel"],
        "model_type": "bert",
        "attention_probs_dropout_prob": 0.1,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": hidden,
        "intermediate_size": 4 * hidden,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": 512,
        "num_attention_heads": 16 if hidden > 768 else min(12, max(1, hidden // 32)),  # as BGE's
        "num_hidden_layers": layers,
        "pad_token_id": 0,
        "transformers_version": "4.30.0",
        "type_vocab_size": 2,
        "vocab_size": vocab_size,
    }


def _tokenizer(vocab_size: int) -> Tokenizer:
    letters = string.ascii_lowercase + string.digits
    known = [*_SPECIAL, *_WORDS.split(), *letters, *(f"##{each}" for each in letters), *",.:;!?-"]
    known = list(dict.fromkeys(known))
    known += [f"[unused{i}]" for i in range(vocab_size - len(known))]
    vocabulary = {word: i for i, word in enumerate(known)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.add_special_tokens(list(_SPECIAL))
    ends = [("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    tokenizer.enable_truncation(128)  # as published tokenizers come: a trap for whoever trusts it
    return tokenizer


def _weights(config: Mapping[str, object], seed: int, spread: float) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    shapes = _shapes(config)
    return {
        name: np.ones(shape, np.float32)
        if name.endswith("LayerNorm.weight")
        else random.normal(0, spread, shape).astype(np.float32)
        for name, shape in shapes.items()
    }


def _shapes(config: Mapping[str, object]) -> dict[str, tuple[int, ...]]:
    sizes = {key: value for key, value in config.items() if isinstance(value, int)}
    hidden, inner = sizes["hidden_size"], sizes["intermediate_size"]
    linear = {
        "attention.self.query": (hidden, hidden),
        "attention.self.key": (hidden, hidden),
        "attention.self.value": (hidden, hidden),
        "attention.output.dense": (hidden, hidden),
        "intermediate.dense": (inner, hidden),
        "output.dense": (hidden, inner),
    }
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (sizes["vocab_size"], hidden),
        "embeddings.position_embeddings.weight": (sizes["max_position_embeddings"], hidden),
        "embeddings.token_type_embeddings.weight": (sizes["type_vocab_size"], hidden),
        "pooler.dense.weight": (hidden, hidden),
        "pooler.dense.bias": (hidden,),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(sizes["num_hidden_layers"]):
        at = f"encoder.layer.{layer}."
        shapes |= {f"{at}{name}.weight": shape for name, shape in linear.items()}
        shapes |= {f"{at}{name}.bias": shape[:1] for name, shape in linear.items()}
        norms += [f"{at}attention.output.LayerNorm", f"{at}output.LayerNorm"]
    shapes |= {f"{norm}.{part}": (hidden,) for norm in norms for part in ("weight", "bias")}
    return shapes
